package rfc822

import (
	"bytes"
	"io"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

// Options bound what [Body] decodes. Zero fields have the default in brackets.
type Options struct {
	Limits
	MaxText int // bytes of text and of HTML [8 MiB each]
}

// maxFields bounds the header fields of a body.
const maxFields = 2000

// Body takes a message apart for reading. It fills everything but Blocks, Remote and Trackers, which app/plaintext adds.
// Text is the plain version where there is one, else made from the HTML.
func Body(raw []byte, o Options) mail.Body {
	if o.MaxText <= 0 {
		o.MaxText = 8 << 20
	}
	m := Parse(raw, o.Limits)
	var b mail.Body
	b.Envelope = m.Envelope()
	b.Header = m.Header()
	b.Unsubscribe = m.unsubscribe()
	s := m.choose()
	m.findUU(s.texts)
	s = m.choose()
	b.Text, b.HTML = m.texts(s, o.MaxText)
	for _, n := range s.parts {
		b.Parts = append(b.Parts, m.describe(n, s, b.HTML))
	}
	b.Envelope.Attachments = hasAttachment(b.Parts)
	b.Problems = m.Problems
	return b
}

// Envelope reads the header of the whole message.
func (m *Message) Envelope() mail.Envelope {
	var h headerFields
	h.scan(m.Raw[m.Root.Start:min(m.Root.Body, len(m.Raw))])
	return h.envelope()
}

// Header returns the decoded header fields in order.
func (m *Message) Header() []mail.HeaderField {
	var out []mail.HeaderField
	fallback := m.Root.media.charset()
	b := m.Raw[:m.Root.Body]
	for len(out) < maxFields {
		name, value, rest, ok := nextField(b)
		if !ok {
			break
		}
		b = rest
		if len(value) > 64<<10 {
			value = value[:64<<10]
		}
		out = append(out, mail.HeaderField{Name: string(name), Value: DecodeText(value, fallback)})
	}
	return out
}

// RawHeader returns the header block as it was sent, with its empty line.
func (m *Message) RawHeader() []byte { return m.Raw[:m.Root.Body] }

// texts joins what is shown.
func (m *Message) texts(s *selection, limit int) (text, page string) {
	anyHTML := false
	for _, t := range s.texts {
		if t.node.Type == "text/html" {
			anyHTML = true
		}
	}
	var tb, hb strings.Builder
	for _, t := range s.texts {
		if tb.Len() >= limit || hb.Len() >= limit {
			m.problem(problemLong)
			break
		}
		var plain string
		if t.node.Type == "text/html" {
			h := string(m.text(t.node, limit))
			hb.WriteString(h)
			if t.plain != nil {
				plain = m.plainText(t.plain, limit)
			}
			if strings.TrimSpace(plain) == "" {
				plain = htmltext.Plain(htmltext.Convert(h))
			}
		} else {
			plain = m.plainText(t.node, limit)
			if anyHTML && strings.TrimSpace(plain) != "" {
				hb.WriteString(asHTML(plain))
			}
		}
		if tb.Len() > 0 && plain != "" {
			if !strings.HasSuffix(tb.String(), "\n") {
				tb.WriteByte('\n')
			}
			tb.WriteByte('\n')
		}
		tb.WriteString(plain)
	}
	return tb.String(), hb.String()
}

// describe makes a mail.Part of a node.
func (m *Message) describe(n *Node, s *selection, page string) mail.Part {
	p := mail.Part{ID: n.ID, Type: n.Type, Name: m.name(n), ContentID: firstID(n.contentID), Size: decodedSize(m.Raw[n.Body:n.End], n.encoding)}
	if strings.HasPrefix(n.Type, "text/") {
		p.Charset = n.media.charset()
	}
	if n.Type == "text/calendar" {
		p.Method = strings.ToUpper(n.media.get("method", ""))
	}
	switch {
	case p.ContentID != "" && strings.Contains(page, "cid:"+p.ContentID):
		p.Inline = true
	case n.isAttachment():
	case n.disposition.Type == "inline" && !n.isUU:
		p.Inline = strings.HasPrefix(n.Type, "image/")
	case s.related[n]:
		p.Inline = strings.HasPrefix(n.Type, "image/")
	}
	switch n.Type {
	case "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature":
		p.Inline = p.Inline || n.Parent != nil && n.Parent.Type == "multipart/signed"
	}
	return p
}

func hasAttachment(parts []mail.Part) bool {
	for _, p := range parts {
		if !p.Inline && !(p.Type == "text/calendar" && p.Method != "") {
			return true
		}
	}
	return false
}

// name returns a safe file name of a part; it is never empty.
func (m *Message) name(n *Node) string {
	if n.isUU {
		return SafeName(decodeText([]byte(n.uuName), ""), "file.bin")
	}
	fallback := m.Root.media.charset()
	name := n.disposition.get("filename", fallback)
	if name == "" {
		name = n.media.get("name", fallback)
	}
	if name == "" && isMessage(n.Type) && len(n.Children) > 0 {
		if s := DecodeText(n.Children[0].subject, fallback); s != "" {
			return SafeName(strings.NewReplacer("/", "-", "\\", "-").Replace(clip(s, 150))+".eml", "message.eml")
		}
		name = "message.eml"
	}
	if name == "" && n.location != nil {
		if l := DecodeText(n.location, fallback); !strings.ContainsAny(l, "?#") {
			name = l[strings.LastIndexByte(l, '/')+1:]
		}
	}
	if name == "" && n.description != nil {
		d := DecodeText(n.description, fallback)
		if len(d) > 0 && len(d) < 80 && strings.Contains(d, ".") && !strings.HasSuffix(d, ".") {
			name = d
		}
	}
	if name == "" && n.Type == "application/ms-tnef" {
		name = "winmail.dat"
	}
	stem := "file"
	switch {
	case strings.HasPrefix(n.Type, "image/"):
		stem = "picture"
	case n.Type == "text/calendar":
		stem = "invitation"
	case strings.HasPrefix(n.Type, "text/"):
		stem = "text"
	case strings.HasSuffix(n.Type, "signature"):
		stem = "signature"
	case n.Type == "message/delivery-status":
		stem = "delivery-report"
	}
	return SafeName(name, stem+extensionOf(n.Type))
}

// unsubscribe reads List-Unsubscribe (RFC 2369) and List-Unsubscribe-Post (RFC 8058).
func (m *Message) unsubscribe() (u mail.Unsubscribe) {
	b := m.Raw[:m.Root.Body]
	post := false
	for {
		name, value, rest, ok := nextField(b)
		if !ok {
			break
		}
		b = rest
		if isField(name, "list-unsubscribe-post") {
			post = bytes.Contains(bytes.ToLower(value), []byte("list-unsubscribe=one-click"))
		}
		if !isField(name, "list-unsubscribe") {
			continue
		}
		for _, id := range idsIn(value, nil, 10) {
			switch l := strings.ToLower(id); {
			case strings.HasPrefix(l, "mailto:") && u.Mailto == "":
				u.Mailto = id
			case strings.HasPrefix(l, "https://") && !strings.HasPrefix(u.URL, "https:"):
				u.URL = id
			case strings.HasPrefix(l, "http://") && u.URL == "":
				u.URL = id
			}
		}
	}
	u.OneClick = post && strings.HasPrefix(strings.ToLower(u.URL), "https://")
	return u
}

// Part opens the decoded content of a part by its id (mail.Part.ID). Multiparts and messages are given as they stand in the
// message. Text is not converted: the bytes are those of the sender, see [Text]. The error is fault.NotFound.
func Part(raw []byte, id int) (io.Reader, mail.Part, error) {
	m := Parse(raw, Limits{})
	s := m.choose()
	m.findUU(s.texts)
	if id < 0 || id >= len(m.Nodes) {
		return nil, mail.Part{}, fault.New(fault.NotFound, "no-part", "This part is not in the message", "The message may have been changed by another program. Open it again.")
	}
	s = m.choose()
	n := m.Nodes[id]
	page := ""
	if n.contentID != nil {
		_, page = m.texts(s, 8<<20)
	}
	p := m.describe(n, s, page)
	content := raw[n.Body:n.End]
	if n.encoding == "base64" {
		return &base64Reader{src: content}, p, nil
	}
	out, _ := decodeTransfer(content, n.encoding, 0)
	return bytes.NewReader(out), p, nil
}

// Text makes text of a part's bytes: UTF-8 with "\n" line ends. charset is mail.Part.Charset; a byte order mark outweighs it, and what is not known is guessed.
func Text(b []byte, charset string) string {
	if len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF) {
		charset = "utf-16"
	}
	bom := []byte("\xEF\xBB\xBF")
	t, _ := decodeCharsetBytes(bytes.TrimPrefix(b, bom), charset)
	return string(normalLines(bytes.TrimPrefix(t, bom)))
}
