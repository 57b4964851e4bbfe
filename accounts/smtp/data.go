package smtp

import (
	"bytes"
	"io"
)

// lineWriter writes a message as SMTP carries it: every line ends with CRLF, and with stuff a line that begins with a dot gets
// another one (RFC 5321 section 4.5.2).
type lineWriter struct {
	w     io.Writer
	stuff bool
	begun bool // something of the line is written
	cr    bool // a CR waits for its LF
}

var crlf = []byte("\r\n")

func (l *lineWriter) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		if l.cr {
			l.cr = false
			if p[0] == '\n' {
				if err := l.end(); err != nil {
					return 0, err
				}
				p = p[1:]
				continue
			}
			if err := l.part([]byte{' '}); err != nil {
				return 0, err
			}
		}
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			return total, l.part(p)
		}
		if err := l.part(p[:i]); err != nil {
			return 0, err
		}
		if p[i] == '\r' {
			l.cr = true
		} else if err := l.end(); err != nil {
			return 0, err
		}
		p = p[i+1:]
	}
	return total, nil
}

func (l *lineWriter) part(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if !l.begun && l.stuff && p[0] == '.' {
		if _, err := l.w.Write([]byte{'.'}); err != nil {
			return err
		}
	}
	l.begun = true
	_, err := l.w.Write(p)
	return err
}

func (l *lineWriter) end() error {
	l.begun = false
	_, err := l.w.Write(crlf)
	return err
}

// finish ends the last line where the message did not.
func (l *lineWriter) finish() error {
	if l.cr || l.begun {
		l.cr = false
		return l.end()
	}
	return nil
}
