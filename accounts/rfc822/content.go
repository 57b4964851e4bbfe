package rfc822

import (
	"bytes"
	"html"
	"strings"

	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

// inlineText is a text part that is shown as part of the message.
type inlineText struct {
	node  *Node // plain or HTML
	plain *Node // the same as plain text, in multipart/alternative
}

// selection says what of the tree is shown as text and what is a part of its own.
type selection struct {
	texts   []inlineText
	parts   []*Node
	related map[*Node]bool // parts of multipart/related: pictures of the text
	invite  *Node          // text/calendar with a method
}

// choose walks the tree the way a reader does.
func (m *Message) choose() *selection {
	s := &selection{related: map[*Node]bool{}}
	s.walk(m.Root, false)
	for _, n := range m.Nodes {
		if n.isUU {
			s.parts = append(s.parts, n)
		}
	}
	return s
}

func (n *Node) isAttachment() bool { return n.disposition.Type == "attachment" }

// named reports whether the part carries a file name.
func (n *Node) named() bool {
	for _, p := range n.disposition.params {
		if p.name == "filename" {
			return true
		}
	}
	for _, p := range n.media.params {
		if p.name == "name" {
			return true
		}
	}
	return false
}

// shown reports whether the part is text for the reader's eyes.
func (n *Node) shown() bool {
	if n.isAttachment() || len(n.Children) > 0 {
		return false
	}
	switch n.Type {
	case "text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html":
		return n.disposition.Type == "inline" || !n.named() || n.Parent == nil
	}
	return false
}

func (s *selection) note(n *Node) {
	if s.invite == nil && n.Type == "text/calendar" && n.media.get("method", "") != "" {
		s.invite = n
	}
}

func (s *selection) walk(n *Node, related bool) {
	s.note(n)
	switch {
	case n.Type == "multipart/alternative" && len(n.Children) > 0:
		s.alternative(n, related)
	case n.Type == "multipart/related" && len(n.Children) > 0:
		root := n.Children[0]
		if start := n.media.raw("start"); start != nil {
			for _, c := range n.Children {
				if c.contentID != nil && firstID(c.contentID) == firstID(start) {
					root = c
				}
			}
		}
		for _, c := range n.Children {
			if c != root {
				s.related[c] = true
			}
		}
		s.walk(root, related)
		for _, c := range n.Children {
			if c != root {
				s.walkPart(c, true)
			}
		}
	case n.Type == "multipart/signed" && len(n.Children) > 0:
		s.walk(n.Children[0], related)
		for _, c := range n.Children[1:] {
			s.parts = append(s.parts, c)
		}
	case n.multipart():
		for _, c := range n.Children {
			s.walk(c, related)
		}
	case n.shown():
		s.texts = append(s.texts, inlineText{node: n})
	default:
		s.addPart(n)
	}
}

// walkPart collects what is in a related part: it is never text of its own.
func (s *selection) walkPart(n *Node, related bool) {
	s.note(n)
	if n.multipart() {
		for _, c := range n.Children {
			s.related[c] = related
			s.walkPart(c, related)
		}
		return
	}
	s.addPart(n)
}

func (s *selection) addPart(n *Node) {
	if n.End <= n.Body && n.Type == "text/plain" && !n.named() {
		return // nothing at all
	}
	if n.multipart() {
		return
	}
	s.parts = append(s.parts, n)
}

// alternative takes the richest version that can be shown, with the plain one beside it; other versions (calendar) are parts.
func (s *selection) alternative(n *Node, related bool) {
	var plain, rich *Node
	var sub selection
	for _, c := range n.Children {
		sub = selection{related: s.related}
		sub.walk(c, related)
		if sub.invite != nil && s.invite == nil {
			s.invite = sub.invite
		}
		for i, t := range sub.texts {
			switch {
			case i > 0 || c.multipart() && t.node.Type == "text/plain" && plain != nil:
				if i > 0 && (rich == nil || t.node.Type != "text/plain") && t.node != rich {
					s.texts = append(s.texts, t)
				}
			case t.node.Type == "text/plain" && plain == nil:
				plain = t.node
			case t.node.Type == "text/plain":
				s.parts = append(s.parts, t.node)
			case t.node.Type == "text/x-amp-html":
			default:
				if t.plain != nil && plain == nil {
					plain = t.plain
				}
				rich = t.node
			}
		}
		s.parts = append(s.parts, sub.parts...)
	}
	switch {
	case rich != nil:
		s.texts = append(s.texts, inlineText{node: rich, plain: plain})
	case plain != nil:
		s.texts = append(s.texts, inlineText{node: plain})
	}
}

// content returns the part's content, decoded from its transfer encoding, at most limit bytes (0 = all).
func (m *Message) content(n *Node, limit int) []byte {
	out, ok := decodeTransfer(m.Raw[n.Body:n.End], n.encoding, limit)
	if !ok {
		m.problem(problemBase64)
	}
	return out
}

// text returns the part as UTF-8 with "\n" line ends.
func (m *Message) text(n *Node, limit int) []byte {
	b := m.content(n, limit)
	if limit > 0 && len(b) >= limit {
		m.problem(problemLong)
	}
	cs := n.media.charset()
	if n.Type == "text/html" && cs == "" {
		cs = htmlCharset(b)
	}
	if len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF) {
		cs = "utf-16"
	}
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	t, known := decodeCharsetBytes(b, cs)
	if !known {
		m.problem(problemCharset)
	}
	return normalLines(t)
}

// htmlCharset reads the charset of a <meta> in the first kilobyte.
func htmlCharset(b []byte) string {
	b = bytes.ToLower(b[:min(len(b), 1024)])
	i := bytes.Index(b, []byte("charset="))
	if i < 0 || bytes.IndexByte(b[:i], '<') < 0 {
		return ""
	}
	v := bytes.TrimLeft(b[i+8:], `"' `)
	j := 0
	for j < len(v) && (v[j] >= 'a' && v[j] <= 'z' || isDigit(v[j]) || v[j] == '-' || v[j] == '_') {
		j++
	}
	return string(v[:j])
}

// normalLines makes all line ends "\n" and drops NUL.
func normalLines(b []byte) []byte {
	if bytes.IndexByte(b, '\r') < 0 && bytes.IndexByte(b, 0) < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			out = append(out, b...)
			break
		}
		out = append(out, b[:i]...)
		out = append(out, '\n')
		if i+1 < len(b) && b[i+1] == '\n' {
			i++
		}
		b = b[i+1:]
	}
	if bytes.IndexByte(out, 0) >= 0 {
		out = bytes.ReplaceAll(out, []byte{0}, nil)
	}
	return out
}

// plainText is the text of a text/plain or similar part, with format=flowed undone and uuencoded files cut out.
func (m *Message) plainText(n *Node, limit int) string {
	b := m.text(n, limit)
	for range 100 {
		i := uuBegin(b)
		if i < 0 || !m.hasUU(n) {
			break
		}
		j := bytes.Index(b[i:], []byte("\nend"))
		if j < 0 {
			b = b[:i]
			break
		}
		_, next := lineEnd(b, i+j+1)
		b = append(append([]byte{}, b[:i]...), b[next:]...)
	}
	s := string(b)
	switch {
	case n.Type == "text/enriched" || n.Type == "text/richtext":
		return htmltext.Plain(htmltext.FromEnriched(s))
	case strings.EqualFold(n.media.get("format", ""), "flowed"):
		return Unflow(s, strings.EqualFold(n.media.get("delsp", ""), "yes"))
	}
	return s
}

func (m *Message) hasUU(n *Node) bool {
	for _, x := range m.Nodes {
		if x.isUU && x.Parent == n {
			return true
		}
	}
	return false
}

// findUU adds the uuencoded files of text parts to the nodes.
func (m *Message) findUU(texts []inlineText) {
	for _, t := range texts {
		n := t.node
		if n.Type != "text/plain" || n.encoding == "base64" || n.encoding == "quoted-printable" {
			continue
		}
		at := n.Body
		for range 100 {
			i := uuBegin(m.Raw[at:n.End])
			if i < 0 || len(m.Nodes) >= m.limits.Parts {
				break
			}
			start := at + i
			end := n.End
			if j := bytes.Index(m.Raw[start:n.End], []byte("\nend")); j >= 0 {
				_, end = lineEnd(m.Raw[:n.End], start+j+1)
			} else {
				break // "begin 644 …" in prose
			}
			out, name := decodeUU(m.Raw[start:end])
			if len(out) > 0 {
				m.Nodes = append(m.Nodes, &Node{ID: len(m.Nodes), Type: TypeByName(name), Start: start, Body: start, End: end, Parent: n, encoding: "x-uuencode", uuName: name, isUU: true})
			}
			at = end
		}
	}
}

// asHTML makes a page of plain text, for messages that are part HTML and part text.
func asHTML(s string) string {
	return "<pre style=\"white-space:pre-wrap\">" + html.EscapeString(s) + "</pre>"
}
