package compose

import (
	"bytes"
	"encoding/base64"
	"strings"
)

const flowWidth = 72 // columns of flowed text, counted in characters

// flow writes text as format=flowed (RFC 3676) with CRLF: soft breaks at spaces, stuffing, quotation marks without spaces
// between them.
func flow(text string) []byte {
	var b bytes.Buffer
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		depth, rest := marks(line)
		if depth == 0 && rest == "-- " {
			b.WriteString("-- \r\n")
			continue
		}
		rest = strings.TrimRight(rest, " ")
		prefix := strings.Repeat(">", depth)
		width := max(20, flowWidth-depth)
		for {
			piece, more := cutAt(rest, width)
			b.WriteString(prefix)
			if depth > 0 || stuff(piece) {
				b.WriteByte(' ')
			}
			b.WriteString(piece)
			b.WriteString("\r\n")
			if rest = more; rest == "" {
				break
			}
		}
	}
	return b.Bytes()
}

func stuff(s string) bool {
	return strings.HasPrefix(s, " ") || strings.HasPrefix(s, ">") || strings.HasPrefix(s, "From ")
}

// marks counts the quotation marks of a line of a draft: "> > x" and ">> x" alike.
func marks(line string) (depth int, rest string) {
	for strings.HasPrefix(line, ">") || depth > 0 && strings.HasPrefix(line, " >") {
		line = strings.TrimPrefix(line, " ")[1:]
		depth++
	}
	if depth > 0 {
		line = strings.TrimPrefix(line, " ")
	}
	return depth, line
}

// cutAt cuts s behind a space so that the piece has at most width characters; a longer word stays whole. The space stays at the
// end of the piece: it is what makes the break soft.
func cutAt(s string, width int) (piece, rest string) {
	n, space := 0, -1
	for i, r := range s {
		if n >= width && space >= 0 {
			return s[:space+1], s[space+1:]
		}
		// A break that would leave the line "-- " would begin a signature.
		if r == ' ' && s[:i+1] != "-- " && i+1 < len(s) {
			if n >= width {
				return s[:i+1], s[i+1:]
			}
			space = i
		}
		n++
	}
	return s, ""
}

// encodeText chooses the transfer encoding of a text: 7bit, quoted-printable, or base64 where most of it is not ASCII.
func encodeText(text []byte) (encoding string, out []byte) {
	high, long, line := 0, false, 0
	ctrl := false
	for _, c := range text {
		if c >= 0x80 {
			high++
		}
		if c < ' ' && c != '\r' && c != '\n' && c != '\t' || c == 0x7f {
			ctrl = true
		}
		if line++; line > 990 {
			long = true
		}
		if c == '\n' {
			line = 0
		}
	}
	switch {
	case high == 0 && !long && !ctrl:
		return "7bit", text
	case high*5 > len(text)*2:
		return "base64", encodeBase64(text)
	}
	return "quoted-printable", encodeQP(text)
}

// encodeBase64 writes lines of 76 characters.
func encodeBase64(b []byte) []byte {
	enc := make([]byte, base64.StdEncoding.EncodedLen(len(b)))
	base64.StdEncoding.Encode(enc, b)
	out := make([]byte, 0, len(enc)+len(enc)/76*2+2)
	for len(enc) > 76 {
		out = append(append(out, enc[:76]...), '\r', '\n')
		enc = enc[76:]
	}
	return append(append(out, enc...), '\r', '\n')
}

// encodeQP encodes text with CRLF line ends.
func encodeQP(text []byte) []byte {
	const hex = "0123456789ABCDEF"
	var out []byte
	for len(text) > 0 {
		i := bytes.Index(text, []byte("\r\n"))
		line := text
		if i >= 0 {
			line, text = text[:i], text[i+2:]
		} else {
			text = nil
		}
		col := 0
		for k, c := range line {
			last := k == len(line)-1
			plain := c >= ' ' && c < 0x7f && c != '=' || c == '\t'
			// White space at the end, a lone dot and "From " at the beginning do not survive all servers.
			if last && (c == ' ' || c == '\t') || k == 0 && (c == '.' || c == 'F' && bytes.HasPrefix(line, []byte("From "))) {
				plain = false
			}
			need := 1
			if !plain {
				need = 3
			}
			limit := 76
			if !last {
				limit = 75
			}
			if col+need > limit {
				out = append(out, "=\r\n"...)
				col = 0
			}
			if plain {
				out = append(out, c)
			} else {
				out = append(out, '=', hex[c>>4], hex[c&15])
			}
			col += need
		}
		out = append(out, "\r\n"...)
	}
	return out
}
