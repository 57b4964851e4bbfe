package doors

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/postrider/postrider/accounts/mail"
)

// Dialect is how an mbox keeps lines that begin with "From " in messages apart from those between them.
type Dialect string

// The dialects. Auto takes a Content-Length that leads to the end of the file or to the next message as it is (mboxcl2), and reads the rest as mboxrd.
const (
	Auto    Dialect = ""
	Mboxo   Dialect = "mboxo"   // ">" before "From ", which cannot be told from a ">From " that was written
	Mboxrd  Dialect = "mboxrd"  // one ">" more before any number of ">" and "From "
	Mboxcl  Dialect = "mboxcl"  // as mboxo, with Content-Length
	Mboxcl2 Dialect = "mboxcl2" // Content-Length, nothing is quoted
)

// Dialects are the names that people may give.
var Dialects = []Dialect{Mboxo, Mboxrd, Mboxcl, Mboxcl2}

// maxHead bounds the header in which a Content-Length is looked for, in bytes.
const maxHead = 1 << 20

var from = []byte("From ")

// Mbox calls each for every message of an mbox of size bytes. Names are the numbers of the messages, from 1.
func Mbox(f io.ReaderAt, size int64, d Dialect, each func(Item) error) error {
	m := &mbox{f: f, size: size, d: d}
	m.seek(0)
	line, _, err := m.line() // the first "From "
	if err != nil && err != io.EOF || !bytes.HasPrefix(line, from) {
		return err
	}
	for n := 1; ; n++ {
		raw, more, err := m.next()
		if err != nil && err != ErrTooLarge {
			return fileFault(err)
		}
		i := Item{Name: fmt.Sprint(n), Raw: raw, Flags: status(raw), Err: err}
		if err == nil && len(raw) == 0 {
			i.Err = io.ErrUnexpectedEOF
		}
		if i.Err != nil {
			i.Raw = nil
		}
		if err := each(i); err != nil || !more {
			return err
		}
	}
}

type mbox struct {
	f    io.ReaderAt
	size int64
	d    Dialect
	r    *bufio.Reader
	at   int64 // of what is read next
}

func (m *mbox) seek(at int64) {
	m.at = at
	s := io.NewSectionReader(m.f, at, m.size-at)
	if m.r == nil {
		m.r = bufio.NewReaderSize(s, 256<<10)
	} else {
		m.r.Reset(s)
	}
}

// line returns a line, or a part of one that is longer than the buffer (whole = false). It is good until the next call.
func (m *mbox) line() (b []byte, whole bool, err error) {
	b, err = m.r.ReadSlice('\n')
	m.at += int64(len(b))
	if err == bufio.ErrBufferFull {
		return b, false, nil
	}
	return b, true, err
}

// next reads the message that follows a "From " line and the "From " line after it.
func (m *mbox) next() (raw []byte, more bool, err error) {
	head, empty, start, over := true, false, true, false
	lengths := m.d == Auto || m.d == Mboxcl || m.d == Mboxcl2
	length := int64(-1)
	unquote := m.d
	if unquote == Auto {
		unquote = Mboxrd
	}
	for {
		l, whole, e := m.line()
		if e != nil && e != io.EOF {
			return nil, false, e
		}
		if start && empty && bytes.HasPrefix(l, from) {
			for !whole && e == nil {
				_, whole, e = m.line()
			}
			more = true
			break
		}
		if head && start {
			if k, v, ok := bytes.Cut(l, []byte(":")); ok && bytes.EqualFold(k, []byte("Content-Length")) {
				if n, err := strconv.ParseInt(string(bytes.TrimSpace(v)), 10, 64); err == nil && n >= 0 {
					length = n
				}
			}
		}
		blank := start && whole && len(bytes.TrimRight(l, "\r\n")) == 0
		if !head && start {
			l = unquoted(l, unquote)
		}
		if len(raw)+len(l) > MaxMessage {
			over, raw = true, nil
		}
		if !over {
			raw = append(raw, l...)
		}
		if head && blank && len(l) > 0 {
			head = false
			if lengths && length >= 0 && !over && len(raw) < maxHead && m.ends(length) {
				if length > MaxMessage {
					m.seek(m.at + length)
					over = true
				} else {
					body := make([]byte, length)
					if _, err := io.ReadFull(m.r, body); err != nil {
						return nil, false, err
					}
					m.at += length
					if m.d == Mboxcl {
						var out []byte
						for l := range bytes.Lines(body) {
							out = append(out, unquoted(l, Mboxo)...)
						}
						body = out
					}
					raw = append(raw, body...)
				}
				for { // to the next message
					l, _, e := m.line()
					if bytes.HasPrefix(l, from) {
						more = true
					}
					if more || e != nil {
						break
					}
				}
				if over {
					return nil, more, ErrTooLarge
				}
				return raw, more, nil
			}
		}
		if len(l) > 0 {
			empty, start = blank, whole
		}
		if e == io.EOF {
			break
		}
	}
	if over {
		return nil, more, ErrTooLarge
	}
	if empty && !head { // the line between messages
		raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	}
	return raw, more, nil
}

// ends reports whether a message that has n more bytes is followed by the end or by another one.
func (m *mbox) ends(n int64) bool {
	at := m.at + n
	if n > m.size || at > m.size {
		return false
	}
	var b [16]byte
	k, _ := m.f.ReadAt(b[:min(int64(len(b)), m.size-at)], at)
	rest := bytes.TrimLeft(b[:k], "\r\n")
	return len(rest) == 0 && at+int64(k) == m.size || len(rest) < k && bytes.HasPrefix(rest, from) || n > 0 && bytes.HasPrefix(b[:k], from)
}

func unquoted(l []byte, d Dialect) []byte {
	t := bytes.TrimLeft(l, ">")
	q := len(l) - len(t)
	if q == 0 || !bytes.HasPrefix(t, from) || d == Mboxcl2 || d != Mboxrd && q > 1 {
		return l
	}
	return l[1:]
}

// status reads the flags that programs keep in the fields Status and X-Status.
func status(raw []byte) (f mail.Flags) {
	n := 0
	for l := range bytes.Lines(raw) {
		if n += len(l); len(bytes.TrimRight(l, "\r\n")) == 0 || n > maxHead {
			break
		}
		k, v, _ := bytes.Cut(l, []byte(":"))
		if bytes.EqualFold(k, []byte("Status")) || bytes.EqualFold(k, []byte("X-Status")) {
			for _, c := range v {
				f |= map[byte]mail.Flags{'R': mail.Seen, 'A': mail.Answered, 'F': mail.Flagged}[c]
			}
		}
	}
	return f
}

// WriteMbox writes one message as an entry of an mbox in a dialect (Auto = mboxrd), with line ends of Unix. sender may be "". What mboxo does not tell apart is not told apart when it
// is read; mboxcl and mboxcl2 add a field Content-Length.
func WriteMbox(w io.Writer, d Dialect, sender, date string, raw []byte) error {
	if sender == "" {
		sender = "MAILER-DAEMON"
	}
	counted := d == Mboxcl || d == Mboxcl2
	var head, body bytes.Buffer
	out, inHead := &head, true
	last := []byte("\n")
	for l := range bytes.Lines(raw) {
		if bytes.HasSuffix(l, []byte("\r\n")) {
			l = append(l[:len(l)-2:len(l)-2], '\n')
		}
		if inHead && len(l) == 1 && l[0] == '\n' {
			inHead, out = false, &body
			last = l
			continue // it is written below
		}
		if inHead && counted {
			if k, _, ok := bytes.Cut(l, []byte(":")); ok && bytes.EqualFold(bytes.TrimSpace(k), []byte("Content-Length")) {
				continue
			}
		}
		quote := false
		switch d {
		case Mboxcl2:
		case Mboxo, Mboxcl:
			quote = !inHead && bytes.HasPrefix(l, from)
		default:
			quote = !inHead && bytes.HasPrefix(bytes.TrimLeft(l, ">"), from)
		}
		if quote {
			out.WriteByte('>')
		}
		out.Write(l)
		last = l
	}
	if !bytes.HasSuffix(last, []byte("\n")) {
		out.WriteByte('\n')
	}
	if counted {
		fmt.Fprintf(&head, "Content-Length: %d\n", body.Len())
	}
	if _, err := fmt.Fprintf(w, "From %s %s\n", sender, date); err != nil {
		return err
	}
	if !inHead {
		head.WriteByte('\n')
	}
	if _, err := w.Write(head.Bytes()); err != nil {
		return err
	}
	if _, err := w.Write(body.Bytes()); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
