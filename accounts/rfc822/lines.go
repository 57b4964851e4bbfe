package rfc822

import "bytes"

// WireLines gives lines their ends as on the wire: a lone LF becomes CRLF, a lone CR is a byte like any other. raw is returned where there is nothing to do.
func WireLines(raw []byte) []byte {
	if bytes.Count(raw, []byte("\r\n")) == bytes.Count(raw, []byte("\n")) {
		return raw
	}
	out := make([]byte, 0, len(raw)+len(raw)/32)
	for i, c := range raw {
		if c == '\n' && (i == 0 || raw[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}
