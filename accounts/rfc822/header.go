package rfc822

import (
	"bytes"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// MaxHeader bounds the header block that is read, in bytes. What is beyond is not looked at.
const MaxHeader = 1 << 20

// maxRefs bounds References; the first and the last of a longer chain are kept.
const maxRefs = 200

// nextField cuts the next field off a header block. name and value are slices of b; the value is still folded and has no
// line end. At the end of the header ok is false and rest is the body (without the empty line). Lines that are no field are skipped
// when fields follow, else they begin the body: some messages lack the empty line.
func nextField(b []byte) (name, value, rest []byte, ok bool) {
	for {
		if len(b) == 0 {
			return nil, nil, b, false
		}
		if b[0] == '\n' {
			return nil, nil, b[1:], false
		}
		if b[0] == '\r' && len(b) > 1 && b[1] == '\n' {
			return nil, nil, b[2:], false
		}
		if n := fieldName(b); n > 0 {
			name = trimRight(b[:n])
			end, next := valueEnd(b, n+1)
			return name, b[n+1 : end], b[next:], true
		}
		// No field: "From " and ">From " of mbox, a stray folded line, or rubbish.
		_, next := lineEnd(b, 0)
		if b[0] == ' ' || b[0] == '\t' || bytes.HasPrefix(b, []byte("From ")) || bytes.HasPrefix(b, []byte(">From ")) || fieldName(b[next:]) > 0 {
			b = b[next:]
			continue
		}
		return nil, nil, b, false
	}
}

// fieldName returns the offset of the colon behind a field name at the beginning of b, 0 where there is none.
func fieldName(b []byte) int {
	for i, c := range b {
		switch {
		case c == ':':
			return i
		case c == ' ' || c == '\t': // obsolete: white space before the colon
			j := i
			for j < len(b) && (b[j] == ' ' || b[j] == '\t') {
				j++
			}
			if i > 0 && j < len(b) && b[j] == ':' {
				return j
			}
			return 0
		case c <= ' ' || c >= 0x7f:
			return 0
		}
		if i > 128 {
			return 0
		}
	}
	return 0
}

// lineEnd returns the end of the line at from, without its line end, and where the next begins.
func lineEnd(b []byte, from int) (end, next int) {
	n := bytes.IndexByte(b[from:], '\n')
	if n < 0 {
		return len(b), len(b)
	}
	end, next = from+n, from+n+1
	if end > from && b[end-1] == '\r' {
		end--
	}
	return end, next
}

// valueEnd returns the end of the folded value that begins at from, and where the next field begins.
func valueEnd(b []byte, from int) (end, next int) {
	for {
		end, next = lineEnd(b, from)
		if next >= len(b) || b[next] != ' ' && b[next] != '\t' {
			return end, next
		}
		// A line of white space only ends the header in some readers; here it is folding, as RFC 5322 section 4.2 has it,
		// unless it is the last line.
		from = next
	}
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// isField compares a field name with a lower-case name, without regard to case.
func isField(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// headerFields are the raw values of the fields that make an envelope.
type headerFields struct {
	from, sender, replyTo, to, cc, bcc     []byte
	subject, date, id, inReplyTo, refs     []byte
	listID, ctype, disposition, resentDate []byte
	encoding                               []byte
	more                                   []extraAddr // repeated address fields
	count                                  int
}

type extraAddr struct {
	kind  byte // first letter of to, cc, bcc, from
	value []byte
}

// scan collects the fields and returns the body.
func (h *headerFields) scan(b []byte) (rest []byte) {
	for {
		name, value, r, ok := nextField(b)
		if !ok {
			return r
		}
		b = r
		h.count++
		if len(name) == 0 {
			continue
		}
		var dst *[]byte
		switch name[0] | 0x20 {
		case 'f':
			if isField(name, "from") {
				dst = &h.from
			}
		case 't':
			if isField(name, "to") {
				if h.to != nil {
					h.extra('t', value)
					continue
				}
				dst = &h.to
			}
		case 'c':
			switch {
			case isField(name, "cc"):
				if h.cc != nil {
					h.extra('c', value)
					continue
				}
				dst = &h.cc
			case isField(name, "content-type"):
				dst = &h.ctype
			case isField(name, "content-disposition"):
				dst = &h.disposition
			case isField(name, "content-transfer-encoding"):
				dst = &h.encoding
			}
		case 'b':
			if isField(name, "bcc") {
				if h.bcc != nil {
					h.extra('b', value)
					continue
				}
				dst = &h.bcc
			}
		case 's':
			switch {
			case isField(name, "subject"):
				dst = &h.subject
			case isField(name, "sender"):
				dst = &h.sender
			}
		case 'd':
			if isField(name, "date") {
				dst = &h.date
			}
		case 'm':
			if isField(name, "message-id") {
				dst = &h.id
			}
		case 'i':
			if isField(name, "in-reply-to") {
				dst = &h.inReplyTo
			}
		case 'l':
			if isField(name, "list-id") {
				dst = &h.listID
			}
		case 'r':
			switch {
			case isField(name, "references"):
				dst = &h.refs
			case isField(name, "reply-to"):
				dst = &h.replyTo
			case isField(name, "resent-date"):
				dst = &h.resentDate
			}
		}
		if dst != nil && len(trimSpace(*dst)) == 0 {
			*dst = value
		}
	}
}

func (h *headerFields) extra(kind byte, value []byte) {
	if len(h.more) < 64 {
		h.more = append(h.more, extraAddr{kind, value})
	}
}

// ParseHeader reads a header block (with or without the empty line and what follows it) into an envelope. Fields that
// are missing or unreadable are left empty; the only error is a block without a single field (fault.Protocol, "no-header").
func ParseHeader(block []byte) (mail.Envelope, error) {
	if len(block) > MaxHeader {
		block = block[:MaxHeader]
	}
	var h headerFields
	h.scan(block)
	if h.count == 0 {
		return mail.Envelope{}, fault.New(fault.Protocol, "no-header", "This message has no header", "It is kept as it is, but says neither who wrote it nor when.")
	}
	return h.envelope(), nil
}

func (h *headerFields) envelope() (e mail.Envelope) {
	fallback := ""
	ct := parseMedia(h.ctype)
	fallback = ct.charset()
	a := addrReader{fallback: fallback}
	list := func(v []byte, kind byte) []mail.Address {
		if len(v) == 0 {
			return nil
		}
		a.out = nil
		a.read(v)
		if kind != 0 {
			for _, x := range h.more {
				if x.kind == kind {
					a.read(x.value)
				}
			}
		}
		return a.out
	}
	e.From = list(h.from, 0)
	e.Sender = list(h.sender, 0)
	e.ReplyTo = list(h.replyTo, 0)
	e.To = list(h.to, 't')
	e.Cc = list(h.cc, 'c')
	e.Bcc = list(h.bcc, 'b')
	e.Subject = DecodeText(h.subject, fallback)
	if t, ok := ParseDate(h.date); ok {
		e.Date = t
	} else if t, ok := ParseDate(h.resentDate); ok {
		e.Date = t
	}
	e.InternetID = firstID(h.id)
	e.InReplyTo = answeredID(h.inReplyTo)
	e.References = idList(h.refs)
	e.ListID = listID(h.listID, fallback)
	e.Attachments = ct.suggestsAttachment() || isDispositionAttachment(h.disposition)
	return e
}

// suggestsAttachment guesses from the media type of the whole message.
func (m mediaType) suggestsAttachment() bool {
	switch m.Type {
	case "multipart/mixed":
		return true
	case "application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef":
		return m.Type == "application/ms-tnef"
	}
	switch top, _, _ := cut(m.Type, '/'); top {
	case "application", "image", "audio", "video", "model":
		return true
	}
	return false
}

func cut(s string, c byte) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func isDispositionAttachment(v []byte) bool {
	v = trimSpace(v)
	return len(v) >= 10 && isField(v[:10], "attachment")
}

// firstID returns the id of a Message-ID field without angle brackets.
func firstID(v []byte) string {
	v = trimSpace(v)
	if len(v) == 0 {
		return ""
	}
	if ids := idsIn(v, nil, 1); len(ids) > 0 {
		return ids[0]
	}
	// Without brackets, or with one.
	if f := bytes.Fields(v); len(f) > 0 {
		return cleanID(bytes.Trim(f[0], "<>\""))
	}
	return ""
}

// answeredID returns the id of In-Reply-To: the first in angle brackets, or a lone word with an "@" (some programs write
// prose here, RFC 822 allowed it).
func answeredID(v []byte) string {
	v = trimSpace(v)
	if len(v) == 0 {
		return ""
	}
	for _, id := range idsIn(v, nil, 4) {
		return id
	}
	if f := bytes.Fields(v); len(f) == 1 && bytes.IndexByte(f[0], '@') > 0 {
		return cleanID(bytes.Trim(f[0], "<>\""))
	}
	return ""
}

// idList reads References: ids in brackets, else the words that look like ids.
func idList(v []byte) []string {
	v = trimSpace(v)
	if len(v) == 0 {
		return nil
	}
	n := bytes.Count(v, []byte{'<'})
	if n > 1000 {
		n = 1000
	}
	ids := idsIn(v, make([]string, 0, n), 10000)
	if len(ids) == 0 {
		for _, f := range bytes.FieldsFunc(v, func(r rune) bool { return r <= ' ' || r == ',' }) {
			if bytes.IndexByte(f, '@') > 0 && len(ids) < maxRefs {
				ids = append(ids, cleanID(bytes.Trim(f, "<>\"")))
			}
		}
	}
	if len(ids) > maxRefs {
		ids = append(ids[:1:1], ids[len(ids)-maxRefs+1:]...)
	}
	if len(ids) == 0 {
		return nil
	}
	return ids
}

func idsIn(v []byte, ids []string, max int) []string {
	for len(ids) < max {
		i := bytes.IndexByte(v, '<')
		if i < 0 {
			break
		}
		v = v[i+1:]
		j := bytes.IndexByte(v, '>')
		if j < 0 {
			// The last one was cut.
			break
		}
		if k := bytes.LastIndexByte(v[:j], '<'); k >= 0 {
			v, j = v[k+1:], j-k-1
		}
		if id := cleanID(v[:j]); id != "" {
			ids = append(ids, id)
		}
		v = v[j+1:]
	}
	return ids
}

// cleanID removes white space that folding put into an id, and keeps it valid UTF-8.
func cleanID(b []byte) string {
	ok := len(b) <= 998
	for _, c := range b {
		if c <= ' ' || c >= 0x7f {
			ok = false
			break
		}
	}
	if ok {
		return string(b)
	}
	if len(b) > 998 {
		b = b[:998]
	}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c > ' ' && c != 0x7f {
			out = append(out, c)
		}
	}
	return string(rawText(out, ""))
}

// listID returns the id of RFC 2919.
func listID(v []byte, fallback string) string {
	if len(v) == 0 {
		return ""
	}
	if j := bytes.LastIndexByte(v, '>'); j > 0 {
		if i := bytes.LastIndexByte(v[:j], '<'); i >= 0 {
			return cleanID(v[i+1 : j])
		}
	}
	return DecodeText(v, fallback)
}

// NextField cuts the next field off a header block: its name and its value, still folded, as slices of b, and what
// follows. ok is false at the end of the header; rest is the body then.
func NextField(b []byte) (name, value, rest []byte, ok bool) { return nextField(b) }
