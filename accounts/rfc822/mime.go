package rfc822

import (
	"bytes"
	"strings"
)

// Limits bound what [Parse] does. Zero fields have the default in brackets.
type Limits struct {
	Depth int // of multiparts and messages in messages [64]
	Parts int // [10,000]
}

func (l Limits) withDefaults() Limits {
	if l.Depth <= 0 {
		l.Depth = 64
	}
	if l.Parts <= 0 {
		l.Parts = 10000
	}
	return l
}

// Message is the tree of a message: offsets into the raw bytes, which it keeps and never changes.
type Message struct {
	Raw      []byte
	Root     *Node
	Nodes    []*Node // depth first; Nodes[i].ID == i
	Problems []string

	limits Limits
}

// Node is one entity of the tree: RFC 2045 section 2.4.
type Node struct {
	ID       int    // its place in Message.Nodes, depth first
	Type     string // media type, lower case; text/plain where there is none
	Start    int    // of its header in Raw
	Body     int    // of its content
	End      int    // behind its content
	Children []*Node
	Parent   *Node

	media       mediaType
	disposition mediaType
	encoding    string // lower case
	contentID   []byte
	location    []byte
	description []byte
	subject     []byte
	uuName      string // a uuencoded file in the text of Parent
	isUU        bool
}

func (n *Node) multipart() bool {
	return len(n.Children) > 0 && strings.HasPrefix(n.Type, "multipart/")
}

// Parse takes a message apart. It never fails; a message without any structure is one text/plain node.
func Parse(raw []byte, l Limits) *Message {
	m := &Message{Raw: raw, limits: l.withDefaults()}
	m.Root = m.entity(nil, 0, len(raw), 1, "text/plain")
	return m
}

func (m *Message) problem(s string) {
	for _, p := range m.Problems {
		if p == s {
			return
		}
	}
	if len(m.Problems) < 20 {
		m.Problems = append(m.Problems, s)
	}
}

const (
	problemDeep      = "Parts are nested too deeply; the innermost are shown as they are."
	problemMany      = "The message has more parts than are shown."
	problemBoundary  = "The separator between the parts is missing; the message is shown as one text."
	problemUnclosed  = "The message ends in the middle of a part. It may have been cut off on the way."
	problemHeader    = "The header is too long; its end was not read."
	problemBase64    = "A part is damaged: its base64 coding is broken."
	problemCharset   = "A part is in an unknown character set; some letters may be wrong."
	problemLong      = "The text is very long; only its beginning is shown."
	problemTruncated = "A file in the message was cut off."
)

// entity parses raw[start:end]. def is the type without a Content-Type field (message/rfc822 in a digest).
func (m *Message) entity(parent *Node, start, end, depth int, def string) *Node {
	n := &Node{ID: len(m.Nodes), Start: start, Body: start, End: end, Parent: parent, Type: def}
	m.Nodes = append(m.Nodes, n)
	n.readHeader(m)
	if n.Type == "" {
		n.Type = def
	}
	composite := strings.HasPrefix(n.Type, "multipart/")
	nested := isMessage(n.Type)
	if !composite && !nested {
		return n
	}
	if depth >= m.limits.Depth {
		m.problem(problemDeep)
		n.Type = "application/octet-stream"
		return n
	}
	if nested {
		if n.encoding == "base64" || n.encoding == "quoted-printable" { // forbidden by RFC 2046 section 5.2.1: a file like any other
			return n
		}
		if n.Body < n.End {
			n.Children = append(n.Children, m.entity(n, n.Body, n.End, depth+1, "text/plain"))
		}
		return n
	}
	m.split(n, depth)
	return n
}

func isMessage(t string) bool {
	return t == "message/rfc822" || t == "message/global" || t == "message/news"
}

func (n *Node) readHeader(m *Message) {
	limit := min(n.End, n.Start+MaxHeader)
	b := m.Raw[n.Start:limit]
	if n.Parent == nil {
		// Empty lines before the first field are not the end of the header but dirt of the transport.
		t := bytes.TrimLeft(b, "\r\n")
		if len(t) < len(b) && len(b)-len(t) <= 8 && fieldName(t) > 0 {
			b = t
		}
	}
	for {
		name, value, rest, ok := nextField(b)
		b = rest
		if !ok {
			break
		}
		switch len(name) {
		case 12:
			if isField(name, "content-type") && n.media.Type == "" {
				n.media = parseMedia(value)
			}
		case 19:
			if isField(name, "content-disposition") && n.disposition.Type == "" {
				n.disposition = parseMedia(value)
			} else if isField(name, "content-description") {
				n.description = value
			}
		case 25:
			if isField(name, "content-transfer-encoding") && n.encoding == "" {
				n.encoding = encodingName(value)
			}
		case 10:
			if isField(name, "content-id") {
				n.contentID = value
			}
		case 16:
			if isField(name, "content-location") {
				n.location = value
			}
		case 7:
			if isField(name, "subject") && n.subject == nil {
				n.subject = value
			}
		}
	}
	n.Body = limit - len(b)
	if limit < n.End && n.Body == limit {
		m.problem(problemHeader)
	}
	if n.media.Type != "" && strings.IndexByte(n.media.Type, '/') > 0 {
		n.Type = n.media.Type
	}
}

func encodingName(v []byte) string {
	v = trimSpace(v)
	if i := bytes.IndexAny(v, " \t\r\n;("); i > 0 {
		v = v[:i]
	}
	if len(v) > 32 {
		return "unknown"
	}
	e := lowerTrim(string(v))
	switch e {
	case "uuencode", "x-uue", "uue":
		return "x-uuencode"
	case "base-64", "b64":
		return "base64"
	case "quotedprintable", "quoted-printible", "qp":
		return "quoted-printable"
	}
	return e
}

// split finds the parts of a multipart.
func (m *Message) split(n *Node, depth int) {
	boundary := trimRight(n.media.raw("boundary"))
	if len(boundary) == 0 {
		boundary = []byte(n.media.get("boundary", ""))
	}
	def := "text/plain"
	if n.Type == "multipart/digest" {
		def = "message/rfc822"
	}
	if len(boundary) == 0 || len(boundary) > 16<<10 || !m.splitAt(n, boundary, depth, def) {
		if g := m.guessBoundary(n); g != nil && m.splitAt(n, g, depth, def) {
			return
		}
		m.problem(problemBoundary)
		n.Type = "text/plain"
	}
}

// splitAt cuts the content at the lines "--boundary" and reports whether there was one.
func (m *Message) splitAt(n *Node, boundary []byte, depth int, def string) bool {
	delim := append([]byte("--"), boundary...)
	body := m.Raw[:n.End]
	at, partStart, closed := n.Body, -1, false
	for {
		i, next, last := findDelimiter(body, at, n.Body, delim)
		if i < 0 {
			break
		}
		if partStart >= 0 {
			if !m.part(n, partStart, trimEOL(body, partStart, i), depth, def) {
				return true
			}
		}
		partStart, at = next, next
		if last {
			closed = true
			break
		}
	}
	if partStart < 0 {
		return false
	}
	if closed {
		// Some mailers close too early and go on: what follows the end with the same boundary is still shown.
		if i, next, _ := findDelimiter(body, at, n.Body, delim); i >= 0 {
			for i >= 0 {
				j, after, last := findDelimiter(body, next, n.Body, delim)
				end := n.End
				if j >= 0 {
					end = trimEOL(body, next, j)
				}
				if !m.part(n, next, end, depth, def) || last {
					break
				}
				i, next = j, after
			}
		}
		return true
	}
	if len(bytes.TrimSpace(body[partStart:])) > 0 || len(n.Children) == 0 {
		m.part(n, partStart, n.End, depth, def)
	}
	if n.Parent == nil {
		m.problem(problemUnclosed)
	}
	return true
}

func (m *Message) part(n *Node, start, end, depth int, def string) bool {
	if len(m.Nodes) >= m.limits.Parts {
		m.problem(problemMany)
		return false
	}
	n.Children = append(n.Children, m.entity(n, start, max(start, end), depth+1, def))
	return true
}

// trimEOL removes the line end that belongs to the delimiter (RFC 2046 section 5.1.1).
func trimEOL(b []byte, start, end int) int {
	if end > start && b[end-1] == '\n' {
		end--
	}
	if end > start && b[end-1] == '\r' {
		end--
	}
	return end
}

// findDelimiter finds the next line that is delim, from at. It returns the line's begin, the begin of the next line, and whether it is the
// closing one; -1 where there is none.
func findDelimiter(b []byte, at, first int, delim []byte) (i, next int, last bool) {
	for at < len(b) {
		k := bytes.Index(b[at:], delim)
		if k < 0 {
			return -1, 0, false
		}
		i = at + k
		at = i + len(delim)
		if i > first && b[i-1] != '\n' && b[i-1] != '\r' {
			continue
		}
		end, nl := lineEnd(b, i)
		tail := bytes.TrimRight(b[at:max(at, end)], " \t\r")
		switch {
		case len(tail) == 0:
			return i, nl, false
		case bytes.HasPrefix(tail, []byte("--")) && (len(tail) == 2 || !isAlnum(tail[2])):
			return i, nl, true
		}
	}
	return -1, 0, false
}

func isAlnum(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '_' || c >= 0x80
}

// guessBoundary looks for a line that begins with "--", and is followed by a field or closed later on.
func (m *Message) guessBoundary(n *Node) []byte {
	b := m.Raw[n.Body:n.End]
	for tries, at := 0, 0; at < len(b) && tries < 200; tries++ {
		end, next := lineEnd(b, at)
		line := trimRight(b[at:end])
		if len(line) > 2 && len(line) <= 120 && line[0] == '-' && line[1] == '-' && bytes.IndexByte(line, ' ') < 0 && len(bytes.Trim(line, "-=_")) > 0 {
			if next < len(b) && fieldName(b[next:]) > 0 && bytes.HasPrefix(bytes.ToLower(b[next:min(next+8, len(b))]), []byte("content-")) {
				return line[2:]
			}
		}
		at = next
	}
	return nil
}
