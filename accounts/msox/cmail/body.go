package cmail

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/msox/rtf"
)

// body is what a message says.
type body struct {
	text     []byte // UTF-8, CRLF
	hasText  bool
	html     []byte
	charset  string // of html
	pictures []rtf.Picture
}

// Body is what an object says: plain text in UTF-8 with "\n", and HTML in UTF-8; either may be "".
func Body(m *prop.Message) (text, html string) {
	b := bodyOf(m, nil)
	html = string(b.html)
	if b.charset != "utf-8" {
		html = prop.Decode(b.html, prop.Codepage(b.charset))
	}
	return strings.ReplaceAll(string(b.text), "\r\n", "\n"), html
}

func bodyOf(m *prop.Message, problem func(string, error)) (b body) {
	text := prop.Text(m, prop.PidTagBody)
	b.hasText = text != ""
	html, cp := htmlOf(m)
	if len(bytes.TrimSpace(html)) == 0 {
		html = nil
	}
	if html == nil {
		if z := prop.Bytes(m, prop.PidTagRtfCompressed); len(z) > 0 {
			raw, err := rtf.Decompress(z, 0)
			if err != nil && problem != nil {
				problem("the rich text", err)
			}
			if raw == nil && rtf.Is(z) {
				raw = z
			}
			r := rtf.Convert(raw, rtf.Options{IDPrefix: "rtf-picture-"})
			switch {
			case r.HTML != "":
				html, cp, b.pictures = []byte(r.HTML), 65001, r.Pictures
			case r.Text != "" && !b.hasText:
				text, b.hasText = r.Text, true
			}
			if !b.hasText && r.Kind == rtf.Genuine && strings.TrimSpace(r.Text) != "" {
				text, b.hasText = r.Text, true
			}
		}
	}
	b.text = crlf([]byte(text))
	if html == nil {
		return b
	}
	b.charset = prop.Charset(cp)
	if b.charset == "" || cp == 1200 || cp == 1201 {
		html, b.charset = []byte(prop.Decode(html, cp)), "utf-8"
	}
	if cp == 20127 && !isASCII(string(html)) {
		b.charset = "windows-1252"
	}
	b.html = crlf(html)
	return b
}

// htmlOf gives PidTagHtml and its code page: that of the object, unless the bytes say otherwise themselves.
func htmlOf(m *prop.Message) ([]byte, int) {
	if v, ok := m.Get(prop.PidTagBodyHtml); ok {
		if s, ok := v.(string); ok && s != "" {
			return []byte(s), 65001
		}
	}
	cp := int(prop.Int(m, prop.PidTagInternetCodepage))
	v, ok := m.Get(prop.PidTagHtml)
	if !ok {
		if v, ok = m.Get(prop.PidTagBodyHtml.As(prop.String8)); !ok {
			return nil, 0
		}
		cp = m.Codepage()
	}
	b, ok := v.([]byte)
	if !ok {
		s, _ := v.(string)
		return []byte(s), 65001
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return []byte(prop.UTF16(b[2:])), 65001
	case cp == 65001 || cp == 0 && utf8.Valid(b) && !isASCII(string(b)):
		return b, 65001
	case cp == 0:
		return b, metaCodepage(b, m.Codepage())
	}
	if utf8.Valid(b) && !isASCII(string(b)) && metaCodepage(b, cp) == 65001 {
		cp = 65001 // both say so: the bytes, and what is written in them
	}
	return b, cp
}

// metaCodepage looks for charset= in the head of HTML.
func metaCodepage(b []byte, otherwise int) int {
	head := bytes.ToLower(b[:min(len(b), 2048)])
	i := bytes.Index(head, []byte("charset="))
	if i < 0 {
		return otherwise
	}
	head = bytes.TrimLeft(head[i+8:], `"' `)
	end := bytes.IndexAny(head, `"'; >/`)
	if end < 0 {
		return otherwise
	}
	if cp := prop.Codepage(string(head[:end])); cp != 0 && cp != 1200 && cp != 1201 {
		return cp
	}
	return otherwise
}
