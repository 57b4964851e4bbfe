package rfc822

import (
	"bytes"
	"encoding/base64"
	"io"
)

// decodeTransfer undoes a content transfer encoding, at most limit bytes of the result (0 = all). The result may be a
// slice of b. ok is false when the coding was broken; what could be read is returned.
func decodeTransfer(b []byte, encoding string, limit int) (out []byte, ok bool) {
	switch encoding {
	case "base64":
		if limit > 0 && len(b) > limit/3*4+limit/36+1024 { // with line ends
			b = b[:limit/3*4+limit/36+1024]
		}
		out = make([]byte, base64.StdEncoding.DecodedLen(len(b)))
		n, err := base64.StdEncoding.Decode(out, b)
		if err == nil {
			out = out[:n]
			break
		}
		ok = cleanBase64(b)
		out = appendBase64(out[:0], b)
		if limit > 0 && len(out) > limit {
			out = out[:limit]
		}
		return out, ok
	case "quoted-printable":
		if limit > 0 && len(b) > 4*limit {
			b = b[:4*limit]
		}
		out = decodeQP(b)
	case "x-uuencode":
		out, _ = decodeUU(b)
	default:
		out = b
	}
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, true
}

// cleanBase64 reports whether b is base64 but for missing padding and white space.
func cleanBase64(b []byte) bool {
	digits := 0
	b = bytes.TrimRight(b, "= \t\r\n")
	for _, c := range b {
		switch {
		case isBase64(c):
			digits++
		case c == '\r' || c == '\n' || c == ' ' || c == '\t':
		default:
			return false
		}
	}
	return digits%4 != 1
}

// decodeQP decodes quoted-printable. Broken escapes stay as they are; white space before a line end goes (RFC 2045
// section 6.7 rule 3).
func decodeQP(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		end, next := lineEnd(b, 0)
		line := b[:end]
		eol := b[end:next]
		b = b[next:]
		// White space at the end was added on the way.
		for len(line) > 0 && (line[len(line)-1] == ' ' || line[len(line)-1] == '\t') {
			line = line[:len(line)-1]
		}
		if len(line) > 0 && line[len(line)-1] == '=' {
			line, eol = line[:len(line)-1], nil
		}
		for {
			i := bytes.IndexByte(line, '=')
			if i < 0 {
				out = append(out, line...)
				break
			}
			out = append(out, line[:i]...)
			if hexPair(line[i+1:]) {
				out = append(out, byte(unhex(line[i+1])<<4|unhex(line[i+2])))
				line = line[i+3:]
			} else {
				out = append(out, '=')
				line = line[i+1:]
			}
		}
		out = append(out, eol...)
	}
	return out
}

// decodeUU decodes a uuencoded file from its "begin" line on; name is the file's name.
func decodeUU(b []byte) (out []byte, name string) {
	i := uuBegin(b)
	if i < 0 {
		return nil, ""
	}
	end, at := lineEnd(b, i)
	name = string(trimSpace(b[min(i+10, end):end]))
	for at < len(b) {
		end, next := lineEnd(b, at)
		line := b[at:end]
		at = next
		if len(line) == 0 || bytes.Equal(line, []byte("end")) {
			break
		}
		n := int(line[0]-' ') & 63
		if n == 0 {
			continue
		}
		line = line[1:]
		for k := 0; n > 0 && k < len(line); k += 4 {
			var q [4]byte
			for j := range q {
				if k+j < len(line) {
					q[j] = (line[k+j] - ' ') & 63
				}
			}
			t := [3]byte{q[0]<<2 | q[1]>>4, q[1]<<4 | q[2]>>2, q[2]<<6 | q[3]}
			m := min(n, 3)
			out = append(out, t[:m]...)
			n -= m
		}
	}
	return out, name
}

// uuBegin finds a line "begin 644 name", -1 where there is none.
func uuBegin(b []byte) int {
	for at := 0; ; {
		k := bytes.Index(b[at:], []byte("begin "))
		if k < 0 {
			return -1
		}
		i := at + k
		at = i + 6
		if i > 0 && b[i-1] != '\n' {
			continue
		}
		r := b[at:]
		if len(r) > 4 && r[0] >= '0' && r[0] <= '7' && r[1] >= '0' && r[1] <= '7' && r[2] >= '0' && r[2] <= '7' && r[3] == ' ' {
			return i
		}
	}
}

// base64Reader decodes base64 as it is read, without holding the result. What is not of the alphabet is passed over.
type base64Reader struct {
	src  []byte
	acc  uint32
	n    int
	left []byte
	buf  [3]byte
}

func (r *base64Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	w := copy(p, r.left)
	r.left = r.left[w:]
	emit := func(b ...byte) {
		k := copy(p[w:], b)
		w += k
		if k < len(b) {
			r.left = append(r.buf[:0], b[k:]...)
		}
	}
	for w < len(p) && len(r.src) > 0 {
		if n := r.lines(p[w:]); n > 0 {
			w += n
			continue
		}
		c := r.src[0]
		r.src = r.src[1:]
		v := base64Value[c]
		if v == 0xff {
			if c == '=' {
				switch r.n {
				case 2:
					emit(byte(r.acc >> 4))
				case 3:
					emit(byte(r.acc>>10), byte(r.acc>>2))
				}
				r.acc, r.n = 0, 0
			}
			continue
		}
		r.acc = r.acc<<6 | uint32(v)
		if r.n++; r.n == 4 {
			emit(byte(r.acc>>16), byte(r.acc>>8), byte(r.acc))
			r.acc, r.n = 0, 0
		}
	}
	if len(r.src) == 0 && w < len(p) && len(r.left) == 0 {
		switch r.n {
		case 2:
			emit(byte(r.acc >> 4))
		case 3:
			emit(byte(r.acc>>10), byte(r.acc>>2))
		}
		r.acc, r.n = 0, 0
	}
	if w == 0 {
		return 0, io.EOF
	}
	return w, nil
}

// lines decodes whole lines of clean base64, many bytes at a time; what is not so simple is left to the caller, who goes on byte
// by byte.
func (r *base64Reader) lines(p []byte) (w int) {
	if r.n != 0 || len(r.left) > 0 {
		return 0
	}
	for {
		line := r.src
		end := bytes.IndexByte(line, '\n')
		if end >= 0 {
			line = line[:end]
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		whole := end >= 0
		if room := (len(p) - w) / 3 * 4; len(line) > room {
			line, whole = line[:room], false
		}
		if len(line) < 16 || len(line)%4 != 0 || line[len(line)-1] == '=' {
			return w
		}
		n, err := base64.StdEncoding.Decode(p[w:], line)
		if err != nil {
			return w
		}
		w += n
		if !whole {
			r.src = r.src[len(line):]
			return w
		}
		r.src = r.src[end+1:]
	}
}

// decodedSize is the number of bytes b decodes to.
func decodedSize(b []byte, encoding string) int64 {
	switch encoding {
	case "base64":
		var digits int64
		for _, c := range b {
			if base64Value[c] != 0xff {
				digits++
			}
		}
		return digits * 3 / 4
	case "quoted-printable", "x-uuencode":
		out, _ := decodeTransfer(b, encoding, 0)
		return int64(len(out))
	}
	return int64(len(b))
}
