package imap

import (
	"bytes"
	"strings"
	"time"
)

// globalSection is how the session asks go-imap for an account-wide message id: a part that no message has. The filter
// puts the server's item in its place, and back.
const (
	globalPart    = 99999
	globalSection = "BODY.PEEK[99999.MIME]"
	globalReply   = "BODY[99999.MIME]"
)

// rawSearchKey is how the session asks go-imap for Gmail's own search: a header field that the filter turns into the search key X-GM-RAW.
const (
	rawSearchKey  = "X-GM-RAW"
	rawSearchSent = `HEADER "X-GM-RAW" `
)

// Write takes go-imap's commands line by line and translates them; literals pass untouched.
func (f *filter) Write(p []byte) (int, error) {
	f.wmu.Lock()
	defer f.wmu.Unlock()
	var out []byte
	n := len(p)
	for len(p) > 0 {
		if f.body > 0 {
			k := int(min(f.body, int64(len(p))))
			if !f.dropping() {
				if k >= 16<<10 && len(out) == 0 { // a body: no copy
					if err := f.put(p[:k]); err != nil {
						return 0, err
					}
				} else {
					out = append(out, p[:k]...)
				}
			}
			p, f.body = p[k:], f.body-int64(k)
			continue
		}
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			f.line = append(f.line, p...)
			break
		}
		line := append(f.line, p[:i+1]...)
		p = p[i+1:]
		if f.dropping() { // the end of the command whose literal was not wanted
			f.line = f.line[:0]
			f.mu.Lock()
			f.discard = false
			f.mu.Unlock()
			continue
		}
		if bare := bytes.TrimRight(line, "\r\n"); len(bare) > 0 {
			if size, _, ok := literalSize(bare); ok {
				f.body = size
				if w := bytes.SplitN(bare, []byte(" "), 3); len(w) == 3 && string(w[1]) == "APPEND" && !bytes.HasSuffix(bare, []byte("+}")) {
					f.mu.Lock()
					f.sync = string(w[0])
					f.mu.Unlock()
				}
			}
		}
		if bytes.Contains(line, []byte(" FETCH ")) {
			f.bodies.Store(bytes.Contains(line, []byte("BODY.PEEK[")))
		}
		out = append(out, f.translate(line)...)
		f.line = f.line[:0]
	}
	if len(out) == 0 {
		return n, nil
	}
	if err := f.put(out); err != nil {
		return 0, err
	}
	return n, nil
}

func (f *filter) dropping() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.discard
}

// put writes b to the connection, compressed when that is on; the limit for silence holds for each piece. f.wmu is held.
func (f *filter) put(b []byte) error {
	if f.busy.Load() > 0 {
		f.Conn.SetReadDeadline(time.Now().Add(f.idle))
	}
	f.Conn.SetWriteDeadline(time.Now().Add(f.idle))
	if f.deflate == nil {
		_, err := f.out.Write(b)
		return err
	}
	if _, err := f.deflate.Write(b); err != nil {
		return err
	}
	return f.deflate.Flush()
}

func (f *filter) translate(line []byte) []byte {
	if string(line) == "=\r\n" { // go-imap's empty SASL response; RFC 9051 section 6.2.2 wants an empty line after a challenge
		return crlf
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.global != "" {
		line = bytes.Replace(line, []byte(globalSection), []byte(f.global), 1)
		line = bytes.Replace(line, []byte(rawSearchSent), []byte(rawSearchKey+" "), 1)
	}
	if f.vanished && bytes.HasSuffix(line, []byte(")\r\n")) {
		if i := bytes.LastIndex(line, []byte(" (CHANGEDSINCE ")); i >= 0 {
			line = append(bytes.TrimSuffix(line, []byte(")\r\n")), " VANISHED)\r\n"...)
		}
	}
	if len(f.names) > 0 {
		s := string(line)
		for shown, real := range f.names {
			s = strings.ReplaceAll(s, `"`+shown+`"`, quote(real))
		}
		line = []byte(s)
	}
	return line
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
