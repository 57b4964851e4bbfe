package rfc822

import (
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

// MaxIndex bounds the text that a message gives to the index, in bytes.
const MaxIndex = 256 << 10

// Ingested is what the store keeps of a message besides its bytes.
type Ingested struct {
	Envelope    mail.Envelope
	Text        string // for the index: all text, at most MaxIndex bytes
	Snippet     string // at most 200 characters
	Names       string // of attachments, separated by spaces
	Attachments bool
	Invitation  bool // has a text/calendar part with a method
}

// Ingest takes raw apart for the store, in one pass and without decoding what is no text.
func Ingest(raw []byte) (in Ingested) {
	m := Parse(raw, Limits{})
	in.Envelope = m.Envelope()
	s := m.choose()
	if len(s.texts) > 0 {
		if n := len(m.Nodes); true {
			m.findUU(s.texts)
			if len(m.Nodes) > n {
				s = m.choose()
			}
		}
	}
	var text strings.Builder
	for i, t := range s.texts {
		left := MaxIndex - text.Len()
		if left <= 0 {
			break
		}
		plain := m.indexText(t, left)
		if i == 0 || in.Snippet == "" {
			in.Snippet = htmltext.Snippet(plain, 200)
		}
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(clip(plain, left))
	}
	var names []string
	for _, n := range s.parts {
		p := mail.Part{Type: n.Type}
		if n.Type == "text/calendar" {
			p.Method = n.media.get("method", "")
		}
		inline := s.related[n] && !n.isAttachment() && strings.HasPrefix(n.Type, "image/") || n.disposition.Type == "inline" && strings.HasPrefix(n.Type, "image/") ||
			strings.HasSuffix(n.Type, "-signature") && n.Parent != nil && n.Parent.Type == "multipart/signed"
		if !inline && !(p.Type == "text/calendar" && p.Method != "") {
			in.Attachments = true
		}
		if len(names) < 200 && (n.named() || isMessage(n.Type) || n.isUU) {
			names = append(names, m.name(n))
		}
		// What a forwarded message says is found too.
		if isMessage(n.Type) && len(n.Children) > 0 && text.Len() < MaxIndex {
			sub := selection{related: map[*Node]bool{}}
			sub.walk(n.Children[0], false)
			for _, t := range sub.texts {
				if left := MaxIndex - text.Len(); left > 0 {
					text.WriteByte('\n')
					text.WriteString(clip(m.indexText(t, left), left-1))
				}
			}
		}
	}
	in.Names = strings.Join(names, " ")
	in.Envelope.Attachments = in.Attachments
	in.Invitation = s.invite != nil
	in.Text = text.String()
	return in
}

// indexText is the plain text of an inline text. The plain version of an alternative is taken, unless it says nothing.
func (m *Message) indexText(t inlineText, limit int) string {
	if t.node.Type != "text/html" {
		return m.plainText(t.node, limit)
	}
	if t.plain != nil {
		if plain := m.plainText(t.plain, limit); len(strings.TrimSpace(plain)) > 40 {
			return plain
		}
	}
	return htmltext.Quick(m.text(t.node, 8*limit), limit)
}

// clip cuts s to at most n bytes, at a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
