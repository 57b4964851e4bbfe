package imap

import (
	"bytes"
	"strconv"
	"strings"
)

// fetchReply is a FETCH reply on its way through the filter. Its items are passed on as they come, so that a body streams;
// only when a literal comes before the UID it is held back until the UID is known, because go-imap could not tell whose it is.
type fetchReply struct {
	seq   uint32
	begun bool   // the head was passed on
	uid   string // once seen
	items []byte // not yet passed on
	body  bool   // it has a body or header
	depth int    // >0: inside an item that is dropped, after a literal in it
}

func (f *filter) fetchBegin(seq uint32, args []byte) error {
	f.fetch = fetchReply{seq: seq, items: f.fetch.items[:0]}
	args = bytes.TrimLeft(args, " ")
	if len(args) == 0 || args[0] != '(' {
		return f.begin(dropReply, args)
	}
	f.kind, f.open = fetchKind, true
	return f.fetchOn(args[1:])
}

// fetchOn scans a part of the reply: name and value in turn.
func (f *filter) fetchOn(b []byte) error {
	size, at, lit := literalSize(b)
	end := len(b)
	if lit {
		end = at
	}
	i := 0
	if f.fetch.depth > 0 {
		i, f.fetch.depth = skipValue(b[:end], 0, f.fetch.depth)
		if f.fetch.depth > 0 {
			return f.dropLiteral(lit, size)
		}
	}
	for {
		for i < end && b[i] == ' ' {
			i++
		}
		if i >= end {
			if lit { // a literal where a name should be
				return f.dropLiteral(true, size)
			}
			return f.fetchEnd() // the closing parenthesis is missing
		}
		if b[i] == ')' {
			return f.fetchEnd()
		}
		start := i
		for i < end && b[i] != ' ' && b[i] != ')' && b[i] != '(' {
			if b[i] == '[' {
				if j := bytes.IndexByte(b[i:end], ']'); j >= 0 {
					i += j
				}
			}
			i++
		}
		name := string(bytes.ToUpper(b[start:i]))
		if i == start { // a stray parenthesis
			i++
			continue
		}
		for i < end && b[i] == ' ' {
			i++
		}
		if i >= end {
			if !lit {
				return f.fetchEnd()
			}
			// The value is a literal.
			if !strings.HasPrefix(name, "BODY[") {
				return f.dropLiteral(true, size)
			}
			return f.fetchLiteral(b[start:start+len(name)], size)
		}
		vstart := i
		var depth int
		i, depth = skipValue(b[:end], i, 0)
		if depth > 0 { // a literal inside a list: nothing that is asked for has one
			f.fetch.depth = depth
			return f.dropLiteral(lit, size)
		}
		f.fetchItem(name, b[start:start+len(name)], b[vstart:i])
	}
}

// skipValue returns the end of the value at i and how many lists are open there.
func skipValue(b []byte, i, depth int) (int, int) {
	for i < len(b) {
		switch b[i] {
		case '"':
			i++
			for i < len(b) && b[i] != '"' {
				if b[i] == '\\' {
					i++
				}
				i++
			}
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return i, 0
			}
			depth--
			if depth == 0 {
				return i + 1, 0
			}
		case ' ':
			if depth == 0 {
				return i, 0
			}
		}
		i++
	}
	return min(i, len(b)), depth
}

func (f *filter) dropLiteral(lit bool, n int64) error {
	if !lit {
		return f.fetchEnd()
	}
	return f.skip(n)
}

// fetchItem takes an item whose value is whole. Items that go-imap does not know, and values that it could not read, are left out.
func (f *filter) fetchItem(name string, raw, v []byte) {
	switch {
	case name == "UID":
		if !isUint32(string(v)) {
			return
		}
		f.fetch.uid = string(v)
		if f.fetch.begun {
			return // it was said before
		}
		f.fetch.items = append(f.fetch.items, ' ')
		f.fetch.items = append(append(f.fetch.items, "UID "...), v...)
		return
	case name == "FLAGS":
		if len(v) == 0 || v[0] != '(' {
			return
		}
		f.add(raw, append(append([]byte("("), tidyFlags(v)...), ')'))
	case name == "INTERNALDATE":
		if isDate(v) {
			f.add(raw, v)
		}
	case name == "RFC822.SIZE":
		if _, err := strconv.ParseUint(string(v), 10, 62); err == nil {
			f.add(raw, v)
		}
	case name == "MODSEQ":
		if n := bytes.Trim(v, "()"); len(n) > 0 && len(n) < len(v) {
			if _, err := strconv.ParseUint(string(n), 10, 64); err == nil {
				f.add(raw, v)
			}
		}
	case name == "X-GM-MSGID" || name == "EMAILID":
		id := bytes.Trim(v, "()\"")
		if len(id) > 0 && len(id) <= 255 && !bytes.ContainsAny(id, "\"\\ ") {
			f.add([]byte(globalReply), []byte(`"`+string(id)+`"`))
		}
	case strings.HasPrefix(name, "BODY["):
		if len(v) > 0 && v[0] == '"' || strings.EqualFold(string(v), "NIL") {
			f.fetch.body = true
			raw = shortName(raw)
			if v[0] != '"' {
				v = []byte("NIL")
			}
			f.add(raw, v)
		}
	}
}

var fieldsName, headerName = []byte("BODY[HEADER.FIELDS"), []byte("BODY[HEADER]")

// shortName spares go-imap the list of header fields, which costs it more time than the fields themselves.
func shortName(name []byte) []byte {
	if len(name) > len(fieldsName) && bytes.EqualFold(name[:len(fieldsName)], fieldsName) {
		return headerName
	}
	return name
}

func (f *filter) add(name, v []byte) {
	f.fetch.items = append(f.fetch.items, ' ')
	f.fetch.items = append(f.fetch.items, name...)
	f.fetch.items = append(f.fetch.items, ' ')
	f.fetch.items = append(f.fetch.items, v...)
}

// head is "* seq FETCH (" with the UID first, or without when it is among the items.
func (f *filter) head() []byte {
	h := append([]byte("* "), strconv.FormatUint(uint64(f.fetch.seq), 10)...)
	return append(h, " FETCH ("...)
}

func (f *filter) fetchLiteral(name []byte, n int64) error {
	f.fetch.body = true
	name = shortName(name)
	var tail []byte
	tail = append(append(append(tail, ' '), name...), " {"...)
	tail = append(strconv.AppendInt(tail, n, 10), "}\r\n"...)
	if f.fetch.uid == "" && n <= maxHeld && !f.fetch.begun {
		body, err := f.hold(n)
		if err != nil {
			return err
		}
		if len(f.fetch.items)+len(body) > 2*maxHeld {
			return errLine
		}
		f.fetch.items = append(append(f.fetch.items, tail...), body...)
		return nil
	}
	items := append(f.fetch.items, tail...)
	if f.fetch.begun {
		f.emit(items)
	} else {
		f.emit(f.head(), items[1:])
		f.fetch.begun = true
	}
	f.fetch.items = f.fetch.items[:0]
	f.literal = n
	return nil
}

func (f *filter) fetchEnd() error {
	f.open = false
	items := f.fetch.items
	switch {
	case f.fetch.begun:
		f.emit(items, []byte(")\r\n"))
	case len(items) == 0:
	case !f.fetch.body && f.bodies.Load():
		f.unasked("")
	case f.fetch.uid != "" && !bytes.HasPrefix(items, []byte(" UID ")):
		uid := []byte(" UID " + f.fetch.uid)
		if i := bytes.LastIndex(items, uid); i >= 0 { // taken from its place to the front
			f.emit(f.head(), uid[1:], items[:i], items[i+len(uid):], []byte(")\r\n"))
			break
		}
		fallthrough
	default:
		f.emit(f.head(), items[1:], []byte(")\r\n"))
	}
	if cap(f.fetch.items) > 1<<20 {
		f.fetch.items = nil
	}
	return nil
}
