package imap

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// untagged decides about a reply that begins with "* ".
func (f *filter) untagged(line []byte) error {
	word, rest, _ := bytes.Cut(line[2:], []byte(" "))
	name := strings.ToUpper(string(word))
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		num, err := strconv.ParseUint(name, 10, 32)
		if err != nil {
			return f.begin(dropReply, line)
		}
		typ, args, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
		switch strings.ToUpper(string(typ)) {
		case "FETCH":
			return f.fetchBegin(uint32(num), args)
		case "EXISTS", "EXPUNGE", "RECENT":
			f.emit([]byte("* "), word, []byte(" "), bytes.ToUpper(typ), crlf)
			return nil
		}
		return f.begin(dropReply, line)
	}
	switch name {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		f.noteAlert(rest)
		if name == "BYE" {
			f.mu.Lock()
			f.bye = printable(string(rest))
			f.mu.Unlock()
		}
		f.emit([]byte("* "+name+" "), tidyStatus(rest), crlf)
		return nil
	case "FLAGS":
		f.emit([]byte("* FLAGS ("), tidyFlags(rest), []byte(")\r\n"))
		return nil
	case "SEARCH":
		f.emit([]byte("* SEARCH"), tidyNumbers(rest), crlf)
		return nil
	case "VANISHED":
		set := strings.TrimSpace(string(rest))
		if early, ok := strings.CutPrefix(strings.ToUpper(set), "(EARLIER)"); ok {
			f.mu.Lock()
			f.gone = append(f.gone, strings.TrimSpace(early))
			f.mu.Unlock()
		} else {
			f.unasked("")
		}
		return nil
	case "LIST", "STATUS":
		return f.named(name, line, rest)
	case "QUOTA":
		if !bytes.HasSuffix(line, []byte("}")) { // without literals
			f.emit([]byte("* QUOTA "), tidyQuota(rest), crlf)
			return nil
		}
		return f.begin(passReply, append([]byte("* QUOTA "), rest...))
	case "ID", "CAPABILITY", "ENABLED", "NAMESPACE", "ESEARCH", "QUOTAROOT", "MYRIGHTS":
		return f.begin(passReply, append([]byte("* "+name+" "), rest...))
	}
	f.mu.Lock()
	own := f.own
	f.mu.Unlock()
	if own != nil {
		return f.begin(keepReply, line)
	}
	return f.begin(dropReply, line)
}

// quotaList is what RFC 9208 allows between the brackets of a QUOTA reply.
var quotaList = regexp.MustCompile(`^\((?:[!-'*-z|}~]+ \d{1,18} \d{1,18}(?: [!-'*-z|}~]+ \d{1,18} \d{1,18})*)?\)$`)

// tidyQuota makes sure that a list follows the name of the root. Courier leaves it out where there is no limit ("* QUOTA \"ROOT\""), which go-imap takes
// for a broken connection.
func tidyQuota(rest []byte) []byte {
	name, list, ok := cutString(string(rest))
	if !ok {
		name, list = "", ""
	}
	if list = strings.TrimSpace(list); !quotaList.MatchString(list) {
		list = "()"
	}
	return []byte(quote(name) + " " + list)
}

// statusCodes are the response codes with arguments that go-imap reads; what follows them must be as it expects.
var statusCodes = map[string]func(string) bool{
	"UIDNEXT":       isUint32,
	"UIDVALIDITY":   isUint32,
	"HIGHESTMODSEQ": func(s string) bool { _, err := strconv.ParseUint(s, 10, 64); return err == nil },
	"APPENDUID": func(s string) bool {
		a, b, ok := strings.Cut(s, " ")
		return ok && isUint32(a) && isUint32(b)
	},
	"COPYUID": func(s string) bool {
		p := strings.Fields(s)
		// go-imap sorts the sets, which would pair the wrong ones where they are in another order.
		return len(p) == 3 && isUint32(p[0]) && isNumSet(p[1]) && isNumSet(p[2]) && ascending(p[1]) && ascending(p[2])
	},
	"CAPABILITY": func(s string) bool { return s != "" && !strings.ContainsAny(s, "(){}\"\\%*") },
}

func isUint32(s string) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}

func isNumSet(s string) bool {
	for _, r := range strings.Split(s, ",") {
		a, b, ranged := strings.Cut(r, ":")
		if !isUint32(a) || ranged && !isUint32(b) {
			return false
		}
	}
	return s != ""
}

func ascending(set string) bool {
	last := uint64(0)
	for _, r := range strings.Split(set, ",") {
		a, b, ranged := strings.Cut(r, ":")
		if !ranged {
			b = a
		}
		lo, _ := strconv.ParseUint(a, 10, 32)
		hi, _ := strconv.ParseUint(b, 10, 32)
		if lo <= last || hi < lo {
			return false
		}
		last = hi
	}
	return true
}

// tidyStatus mends the text of a status reply: a response code that go-imap could not read is taken out.
func tidyStatus(text []byte) []byte {
	text = bytes.TrimLeft(text, " ")
	if len(text) == 0 || text[0] != '[' {
		if len(text) == 0 {
			return []byte("-")
		}
		return text
	}
	end := bytes.IndexByte(text, ']')
	if end < 0 {
		return append([]byte("-"), text[1:]...)
	}
	in := strings.TrimSpace(string(text[1:end]))
	after := bytes.TrimLeft(text[end+1:], " ")
	if len(after) == 0 {
		after = []byte("-")
	}
	code, args, _ := strings.Cut(in, " ")
	code, args = strings.ToUpper(code), strings.TrimSpace(args)
	for i := 0; i < len(code); i++ {
		if c := code[i]; c <= ' ' || c > 126 || strings.IndexByte("(){}%*\"\\]", c) >= 0 {
			return after
		}
	}
	switch {
	case code == "":
		return after
	case code == "PERMANENTFLAGS":
		// A flag may hold "]": the list ends at its parenthesis.
		if i := bytes.IndexByte(text, ')'); i >= 0 {
			if j := bytes.IndexByte(text[i:], ']'); j >= 0 {
				flags := tidyFlags(text[len("[PERMANENTFLAGS"):i])
				return append(append([]byte("[PERMANENTFLAGS ("), flags...), ")] -"...)
			}
		}
		return after
	}
	if ok, known := statusCodes[code]; known {
		if !ok(args) {
			return after
		}
		return append([]byte("["+code+" "+args+"] "), after...)
	}
	return append([]byte("["+code+"] "), after...)
}

// tidyFlags returns the flags of a list, with or without its parentheses, that are well-formed (RFC 9051 section 9: flag), joined by spaces.
func tidyFlags(list []byte) []byte {
	list = bytes.Trim(list, "( )")
	out := make([]byte, 0, len(list))
	for _, fl := range bytes.Fields(list) {
		ok := len(fl) <= 250
		for i, c := range fl {
			if c == '\\' && i == 0 || c == '*' && string(fl) == `\*` {
				continue
			}
			if c <= ' ' || c == 127 || c == '\\' || strings.IndexByte("(){}%*\"]", c) >= 0 {
				ok = false
			}
		}
		if !ok || string(fl) == `\` {
			continue
		}
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, fl...)
	}
	return out
}

// tidyNumbers returns the numbers of a SEARCH reply, each after a space.
func tidyNumbers(rest []byte) []byte {
	if i := bytes.IndexByte(rest, '('); i >= 0 {
		rest = rest[:i]
	}
	clean := true
	for i, c := range rest {
		if (c < '0' || c > '9') && (c != ' ' || i+1 < len(rest) && rest[i+1] == ' ') {
			clean = false
			break
		}
	}
	if clean {
		rest = bytes.Trim(rest, " ")
		if len(rest) == 0 {
			return nil
		}
		return append([]byte(" "), rest...)
	}
	var out []byte
	for _, w := range bytes.Fields(rest) {
		if isUint32(string(w)) {
			out = append(append(out, ' '), w...)
		}
	}
	return out
}

// named handles LIST and STATUS, whose mailbox names may be anything. A literal name is taken into the line.
func (f *filter) named(kind string, line, rest []byte) error {
	whole := append([]byte(nil), rest...)
	for {
		n, at, lit := literalSize(whole)
		if !lit {
			break
		}
		b, err := f.hold(n)
		if err != nil {
			return err
		}
		more, err := f.readLine()
		if err != nil {
			return err
		}
		if len(whole)+len(b)+len(more) > maxLine {
			return errLine
		}
		whole = append(append(whole[:at:at], quote(string(b))...), more...)
	}
	s := string(whole)
	if kind == "STATUS" {
		name, args, ok := cutString(s)
		in, _, closed := strings.Cut(strings.TrimPrefix(strings.TrimSpace(args), "("), ")")
		if !ok || !closed && in == "" {
			return nil
		}
		var pairs []string
		w := strings.Fields(in)
		for i := 0; i+1 < len(w); i += 2 {
			_, err := strconv.ParseUint(w[i+1], 10, 63)
			k := strings.ToUpper(w[i])
			if err == nil && (isUint32(w[i+1]) || k == "HIGHESTMODSEQ" || k == "SIZE") {
				pairs = append(pairs, k, w[i+1])
			}
		}
		if raw := name; !strings.EqualFold(raw, "INBOX") {
			if shown, ok := decodeUTF7(raw); ok {
				f.unasked(shown)
			}
		} else {
			f.unasked("INBOX")
		}
		f.emit([]byte("* STATUS " + f.nameIn(name) + " (" + strings.Join(pairs, " ") + ")\r\n"))
		return nil
	}
	attrs, after, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(s), "("), ")")
	if !ok {
		f.log.Warn("imap: a LIST reply was left out")
		return nil
	}
	delim, after, ok := cutString(strings.TrimSpace(after))
	name, ext, ok2 := cutString(after)
	if !ok || !ok2 || name == "" {
		f.log.Warn("imap: a LIST reply was left out")
		return nil
	}
	d := "NIL"
	if !strings.EqualFold(delim, "NIL") && utf8.RuneCountInString(delim) == 1 {
		d = quote(delim)
	}
	extra := ""
	if up := strings.ToUpper(ext); strings.Contains(up, `CHILDINFO`) && strings.Contains(up, "SUBSCRIBED") {
		extra = ` ("CHILDINFO" ("SUBSCRIBED"))`
	}
	f.emit([]byte("* LIST ("), tidyFlags([]byte(attrs)), []byte(") "+d+" "+f.nameIn(name)+extra+"\r\n"))
	return nil
}

// cutString takes an atom or quoted string off s.
func cutString(s string) (v, rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	if s == "" {
		return "", "", false
	}
	if s[0] != '"' {
		v, rest, _ = strings.Cut(s, " ")
		return v, rest, true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i+1 < len(s) {
				i++
				b.WriteByte(s[i])
			}
		case '"':
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// nameIn returns a mailbox name as go-imap reads it. One that is not modified UTF-7 (raw UTF-8 or Latin-1) gets a stand-in, which
// translate turns back.
func (f *filter) nameIn(raw string) string {
	if validUTF7(raw) {
		return quote(raw)
	}
	shown := encodeUTF7(printableName(raw))
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.names) < 10000 {
		f.names[shown] = raw
	}
	return quote(shown)
}

// printableName decodes a raw name as UTF-8, or else as Latin-1.
func printableName(raw string) string {
	if utf8.ValidString(raw) {
		return raw
	}
	r := make([]rune, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		r = append(r, rune(raw[i]))
	}
	return string(r)
}

func printable(s string) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		if r < 32 || r == 127 {
			return ' '
		}
		return r
	}, s)
	if len(s) > 1000 {
		s = strings.ToValidUTF8(s[:1000], "")
	}
	return strings.TrimSpace(s)
}

func isDate(s []byte) bool {
	_, err := time.Parse(`"_2-Jan-2006 15:04:05 -0700"`, string(s))
	return err == nil
}
