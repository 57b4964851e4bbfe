package rfc822

import "strings"

// Unflow joins the soft line breaks of format=flowed (RFC 3676). Quote marks and signature lines stand as they were;
// every quoted paragraph comes out as one line behind its marks. delSp is the parameter DelSp=yes.
func Unflow(s string, delSp bool) string {
	var b strings.Builder
	b.Grow(len(s))
	open := false // the last line written ended with a soft break
	depth := 0
	for len(s) > 0 {
		line, rest, _ := strings.Cut(s, "\n")
		s = rest
		d := 0
		for d < len(line) && line[d] == '>' {
			d++
		}
		text := line[d:]
		stuffed := strings.HasPrefix(text, " ")
		if stuffed {
			text = text[1:]
		}
		sig := text == "-- "
		if open && (d != depth || sig) {
			b.WriteByte('\n') // a quotation of another depth ends a paragraph, whatever it says (section 4.5)
			open = false
		}
		if !open && d > 0 {
			b.WriteString(strings.Repeat(">", d))
			b.WriteByte(' ')
		}
		depth = d
		soft := !sig && strings.HasSuffix(text, " ")
		if soft {
			if delSp {
				text = text[:len(text)-1]
			}
			b.WriteString(text)
			open = true
			continue
		}
		b.WriteString(text)
		b.WriteByte('\n')
		open = false
	}
	if open {
		b.WriteByte('\n')
	}
	return b.String()
}
