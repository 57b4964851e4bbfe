package picture

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// Data decodes a data: address (RFC 2397); nil when it is none, damaged or too long.
func Data(address string, l Limits) []byte {
	most := l.filled().Bytes
	address = strings.TrimSpace(address)
	if len(address) < 5 || !strings.EqualFold(address[:5], "data:") {
		return nil
	}
	head, body, ok := strings.Cut(address[5:], ",")
	if !ok || len(body) > most*4/3+1024 {
		return nil
	}
	if strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), ";base64") {
		if u, err := url.PathUnescape(body); err == nil {
			body = u
		}
		body = strings.Map(func(r rune) rune {
			switch r {
			case ' ', '\n', '\r', '\t', '=':
				return -1
			case '-':
				return '+'
			case '_':
				return '/'
			}
			return r
		}, body)
		b, err := base64.RawStdEncoding.DecodeString(body)
		if err != nil {
			return nil
		}
		return b
	}
	u, err := url.PathUnescape(body)
	if err != nil {
		return nil
	}
	return []byte(u)
}
