package htmltext

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxDepth = 1024    // open elements; deeper ones are read as if their tags were not there
	maxAttr  = 8 << 10 // bytes of an attribute that are looked at
	maxToken = 4 << 20 // bytes of one token; a longer one ends the reading
)

// state is what an element inherits.
type state struct {
	hidden    bool
	tiny      bool // font-size 0, until something inside sets a size
	pre       bool
	bold      bool
	italic    bool
	underline bool
	strike    bool
	mono      bool
	signature bool
	heading   uint8
	quote     uint8
	list      uint8 // depth of lists
	frame     uint8 // index+1 of the table
	link      string
}

type element struct {
	tag atom.Atom
	state
}

// attributes are those that matter.
type attributes struct {
	href, src, alt, id, class, width, height, background, kind, start []byte
	style                                                             []byte
	hidden                                                            bool
}

// handler gets what is visible, and tags whether visible or not (state says).
type handler interface {
	open(tag atom.Atom, a *attributes, s *state)
	close(tag atom.Atom, s *state)
	text(b []byte, s *state)
	full() bool
}

type walker struct {
	h       handler
	stack   []element
	count   map[atom.Atom]int
	classes map[string]bool // hidden by the style sheet

	// Reused, since they escape to the handler.
	attr    attributes
	scratch state
}

// walk reads page and calls h.
func walk(page []byte, h handler) {
	w := &walker{h: h, count: map[atom.Atom]int{}}
	w.stack = append(make([]element, 0, 64), element{})
	z := html.NewTokenizer(bytes.NewReader(page))
	z.SetMaxBuf(maxToken)
	skip := atom.Atom(0) // the raw-text element we are in
	for !h.full() {
		switch z.Next() {
		case html.ErrorToken:
			for len(w.stack) > 1 {
				w.pop()
			}
			return
		case html.TextToken:
			switch skip {
			case 0:
				if s := &w.stack[len(w.stack)-1].state; !s.hidden && !s.tiny {
					// Text copies; most runs hold no entity and can be read where they are.
					if raw := z.Raw(); bytes.IndexByte(raw, '&') < 0 {
						h.text(raw, s)
					} else {
						h.text(z.Text(), s)
					}
				}
			case atom.Style:
				w.styleSheet(z.Raw())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := atom.Lookup(name)
			if tag == 0 {
				continue
			}
			w.attr = attributes{}
			if more {
				readAttributes(z, &w.attr)
			}
			if rawText(tag) {
				skip = tag
			}
			w.start(tag, &w.attr)
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == 0 {
				continue
			}
			if tag == skip {
				skip = 0
			}
			w.end(tag)
		}
	}
}

func readAttributes(z *html.Tokenizer, a *attributes) {
	for n := 0; n < 200; n++ {
		k, v, more := z.TagAttr()
		if len(v) > maxAttr {
			v = v[:maxAttr]
		}
		switch string(k) {
		case "href":
			a.href = v
		case "src":
			a.src = v
		case "alt":
			a.alt = v
		case "id":
			a.id = v
		case "class":
			a.class = v
		case "width":
			a.width = v
		case "height":
			a.height = v
		case "background":
			a.background = v
		case "style":
			a.style = v
		case "type":
			a.kind = v
		case "start":
			a.start = v
		case "hidden":
			a.hidden = true
		}
		if !more {
			return
		}
	}
}

func rawText(t atom.Atom) bool {
	switch t {
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes, atom.Textarea, atom.Xmp:
		return true
	}
	return false
}

func void(t atom.Atom) bool {
	switch t {
	case atom.Area, atom.Base, atom.Basefont, atom.Bgsound, atom.Br, atom.Col, atom.Embed, atom.Frame, atom.Hr, atom.Img, atom.Image, atom.Input, atom.Keygen, atom.Link, atom.Meta,
		atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

func isBlock(t atom.Atom) bool {
	switch t {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Aside, atom.Center, atom.Address, atom.Fieldset, atom.Form, atom.Dl, atom.Dt, atom.Dd,
		atom.Figure, atom.Figcaption, atom.Blockquote, atom.Ul, atom.Ol, atom.Dir, atom.Menu, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Listing, atom.Table,
		atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th, atom.Hr, atom.Body, atom.Html, atom.Details, atom.Summary, atom.Legend, atom.Hgroup:
		return true
	}
	return false
}

func (w *walker) start(tag atom.Atom, a *attributes) {
	if tag == atom.Body || tag == atom.Html || tag == atom.Head || tag == atom.Meta || tag == atom.Base {
		if tag != atom.Body || !hides(a.style) {
			s := w.stack[len(w.stack)-1].state
			w.h.open(tag, a, &s)
		}
		return
	}
	w.implied(tag)
	w.scratch = w.stack[len(w.stack)-1].state
	s := &w.scratch
	w.apply(tag, a, s)
	if void(tag) {
		w.h.open(tag, a, s)
		return
	}
	if len(w.stack) >= maxDepth {
		return
	}
	w.h.open(tag, a, s)
	w.stack = append(w.stack, element{tag, *s})
	w.count[tag]++
}

// implied closes what the tag ends without saying so.
func (w *walker) implied(tag atom.Atom) {
	var ends func(t atom.Atom) (stop, match bool)
	switch tag {
	case atom.Li:
		ends = func(t atom.Atom) (bool, bool) {
			return t == atom.Ul || t == atom.Ol || t == atom.Table || t == atom.Div, t == atom.Li
		}
	case atom.Td, atom.Th:
		ends = func(t atom.Atom) (bool, bool) {
			return t == atom.Table || t == atom.Tr, t == atom.Td || t == atom.Th
		}
	case atom.Tr:
		ends = func(t atom.Atom) (bool, bool) { return t == atom.Table, t == atom.Tr }
	case atom.Dt, atom.Dd:
		ends = func(t atom.Atom) (bool, bool) { return t == atom.Dl || t == atom.Div, t == atom.Dt || t == atom.Dd }
	case atom.Option:
		ends = func(t atom.Atom) (bool, bool) { return t != atom.Option, t == atom.Option }
	default:
		if !isBlock(tag) || w.count[atom.P] == 0 {
			return
		}
		ends = func(t atom.Atom) (bool, bool) { return isBlock(t) && t != atom.P, t == atom.P }
	}
	for i := len(w.stack) - 1; i > 0 && i > len(w.stack)-64; i-- {
		stop, match := ends(w.stack[i].tag)
		if match {
			for len(w.stack) > i {
				w.pop()
			}
			return
		}
		if stop {
			return
		}
	}
}

func (w *walker) end(tag atom.Atom) {
	switch tag {
	case atom.Br:
		s := w.stack[len(w.stack)-1].state
		w.h.open(atom.Br, &attributes{}, &s)
		return
	case atom.P:
		if w.count[tag] == 0 {
			s := w.stack[len(w.stack)-1].state
			w.h.close(tag, &s)
			return
		}
	}
	if w.count[tag] == 0 {
		return
	}
	// An end tag does not reach out of its table cell.
	for i := len(w.stack) - 1; i > 0; i-- {
		t := w.stack[i].tag
		if t == tag {
			for len(w.stack) > i {
				w.pop()
			}
			return
		}
		if t == atom.Table {
			return
		}
	}
}

func (w *walker) pop() {
	e := &w.stack[len(w.stack)-1]
	w.h.close(e.tag, &e.state)
	w.count[e.tag]--
	w.stack = w.stack[:len(w.stack)-1]
}

// apply works out what is inherited inside tag.
func (w *walker) apply(tag atom.Atom, a *attributes, s *state) {
	switch tag {
	case atom.B, atom.Strong:
		s.bold = true
	case atom.I, atom.Em, atom.Cite, atom.Dfn, atom.Var:
		s.italic = true
	case atom.U, atom.Ins:
		s.underline = true
	case atom.S, atom.Strike, atom.Del:
		s.strike = true
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		s.mono = true
	case atom.Pre, atom.Listing:
		s.pre, s.mono = true, !containsFold(a.style, "pre-wrap")
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		s.heading = tag.String()[1] - '0'
	case atom.Th:
		s.bold = true
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes, atom.Textarea, atom.Template, atom.Object, atom.Svg, atom.Math, atom.Select, atom.Audio, atom.Video, atom.Canvas, atom.Map, atom.Head:
		s.hidden = true
	case atom.Blockquote:
		if s.quote < 50 && !indentOnly(a.style) {
			s.quote++
		}
	case atom.A:
		if len(a.href) > 0 {
			s.link = SafeLink(string(a.href))
		}
	case atom.Ul, atom.Ol, atom.Dir, atom.Menu:
		if s.list < 20 {
			s.list++
		}
	}
	if a.hidden {
		s.hidden = true
	}
	if len(a.style) > 0 {
		if hides(a.style) {
			s.hidden = true
		}
		if v, ok := declaration(a.style, "font-size"); ok {
			s.tiny = isZero(v)
		}
		if v, ok := declaration(a.style, "font-weight"); ok {
			s.bold = bytes.HasPrefix(v, []byte("bold")) || len(v) == 3 && v[0] >= '6' && v[0] <= '9'
		}
		if v, ok := declaration(a.style, "font-style"); ok {
			s.italic = bytes.HasPrefix(v, []byte("italic"))
		}
		if v, ok := declaration(a.style, "text-decoration"); ok {
			s.strike = s.strike || bytes.Contains(v, []byte("line-through"))
			if tag != atom.A && bytes.Contains(v, []byte("underline")) {
				s.underline = true
			}
		}
		if v, ok := declaration(a.style, "white-space"); ok {
			s.pre = bytes.HasPrefix(v, []byte("pre"))
		}
	}
	if len(a.class) > 0 {
		switch {
		case containsFold(a.class, "gmail_signature"), containsFold(a.class, "moz-signature"):
			s.signature = true
		}
		if len(w.classes) > 0 {
			for _, c := range bytes.Fields(a.class) {
				if w.classes["."+string(c)] {
					s.hidden = true
				}
			}
		}
	}
	if len(a.id) > 0 && w.classes["#"+string(a.id)] {
		s.hidden = true
	}
}

func containsFold(b []byte, lower string) bool { return indexFold(b, lower) >= 0 }

// indexFold is bytes.Index without regard to ASCII case.
func indexFold(b []byte, lower string) int {
	c := lower[0]
	for i := 0; i+len(lower) <= len(b); i++ {
		if b[i]|0x20 != c {
			continue
		}
		j := 1
		for j < len(lower) && lowerByte(b[i+j]) == lower[j] {
			j++
		}
		if j == len(lower) {
			return i
		}
	}
	return -1
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// SafeLink returns the link if opening it only shows a page, writes a message or dials, else "". Control characters and white space
// at the ends are removed, as browsers do.
func SafeLink(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(s, "\r\n\t\x00") {
		s = strings.NewReplacer("\r", "", "\n", "", "\t", "", "\x00", "").Replace(s)
	}
	if len(s) > 8<<10 {
		return ""
	}
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return ""
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		if !strings.HasPrefix(rest, "//") || len(strings.TrimLeft(rest, "/")) == 0 {
			return ""
		}
		return strings.ToValidUTF8(s, "%EF%BF%BD")
	case "mailto", "tel", "sms", "webcal", "xmpp", "geo":
		return strings.ToValidUTF8(s, "")
	}
	return ""
}
