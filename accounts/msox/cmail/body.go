package cmail

import (
	"bytes"
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/msox/rtf"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

// body is what a message says.
type body struct {
	text     []byte // UTF-8, CRLF
	hasText  bool
	html     []byte
	charset  string // of html
	pictures []rtf.Picture
	placed   map[int]string // attachments that genuine RTF shows in the text: index → content id
}

// Body is what an object says: plain text in UTF-8 with "\n", made from the HTML where there is no other, and HTML in UTF-8, "" where
// there is none.
func Body(m *prop.Message) (text, page string) {
	b := bodyOf(m, nil)
	page = string(b.html)
	if b.charset != "utf-8" {
		page = prop.Decode(b.html, prop.Codepage(b.charset))
	}
	text = strings.ReplaceAll(string(b.text), "\r\n", "\n")
	if strings.TrimSpace(text) == "" && page != "" {
		text = htmltext.Plain(htmltext.Convert(page))
	}
	return text, page
}

func bodyOf(m *prop.Message, problem func(string, error)) (b body) {
	text := prop.Text(m, prop.PidTagBody)
	b.hasText = text != ""
	page, cp := htmlOf(m)
	if len(bytes.TrimSpace(page)) == 0 {
		page = nil
	}
	if page == nil {
		// Of a message written as plain text the rich text says nothing else.
		plain := b.hasText && prop.Int(m, prop.PidTagNativeBody) == 1
		if z := prop.Bytes(m, prop.PidTagRtfCompressed); len(z) > 0 && !plain {
			raw, err := rtf.Decompress(z, 0)
			if err != nil && problem != nil {
				problem("the rich text", err)
			}
			if raw == nil && rtf.Is(z) {
				raw = z
			}
			places, placed := placesOf(m)
			r := rtf.Convert(raw, rtf.Options{IDPrefix: "rtf-picture-", Object: places})
			if r.Kind == rtf.Genuine {
				b.placed = placed
			}
			switch {
			case r.HTML != "":
				page, cp, b.pictures = []byte(r.HTML), 65001, r.Pictures
			case r.Text != "" && !b.hasText:
				text, b.hasText = r.Text, true
			}
			if !b.hasText && r.Kind == rtf.Genuine && strings.TrimSpace(r.Text) != "" {
				text, b.hasText = r.Text, true
			}
		}
	}
	b.text = crlf([]byte(text))
	if page == nil {
		return b
	}
	b.charset = prop.Charset(cp)
	if b.charset == "" || cp == 1200 || cp == 1201 {
		page, b.charset = []byte(prop.Decode(page, cp)), "utf-8"
	}
	if cp == 20127 && !isASCII(string(page)) {
		b.charset = "windows-1252"
	}
	b.html = crlf(page)
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

// placesOf says what stands where RTF has the place of an attachment: pictures are shown, of others the name. The places are in
// the order of PidTagRenderingPosition. placed are the pictures, with the content ids they are referred to by; it is filled as
// places are asked for.
func placesOf(m *prop.Message) (places func(n int) (html, text string), placed map[int]string) {
	type place struct {
		index int
		at    int64
	}
	var list []place
	for i, a := range m.Attachments {
		if at, ok := prop.IntOK(a, prop.PidTagRenderingPosition); ok && at >= 0 && at != 0xFFFFFFFF {
			list = append(list, place{i, at})
		}
	}
	slices.SortStableFunc(list, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	placed = map[int]string{}
	return func(n int) (string, string) {
		if n >= len(list) {
			return "", ""
		}
		a := m.Attachments[list[n].index]
		name := AttachmentName(a)
		switch t := mediaType(a, name); {
		case a.Open != nil && (t == "image/png" || t == "image/jpeg" || t == "image/gif" || t == "image/bmp"):
			id := contentID(a)
			if id == "" {
				id = "placed-" + itoa(n+1)
			}
			placed[list[n].index] = id
			return `<img src="cid:` + html.EscapeString(id) + `">`, "[" + name + "]"
		case name == "":
			name = "attachment"
		}
		return "<i>[" + html.EscapeString(name) + "]</i>", "[" + name + "]"
	}, placed
}
