package reader

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/plaintext"
	"github.com/postrider/postrider/views/html/dom"
)

// The quoted history of a page is put into a details element, which opens and closes like any. What programs mark as quotation is taken (blockquote, the classes of web
// mailers), and what begins with the fields or the line that others put above it. It must be at the end, and something must stand before it: a message that is all
// quotation, an answer below single paragraphs and a forwarded message are shown as they are, as with plain text (plaintext.History).
const (
	historyChecks = 4000 // blocks that are looked at
	historyHead   = 1500 // bytes of a block's text that are looked at
	historyNodes  = 1000 // nodes that are looked at for them
	historyTail   = 1000 // bytes of a list's footer that may stand below
)

var forwardSubject = regexp.MustCompile(`(?i)^\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|wg|tr|rv|enc|vs|vb|fs|i|doorst|пересл|转发|轉寄)\s*[:：]`)

// quotes reports whether the history of a message may be folded.
func quotes(e mail.Envelope) bool {
	return (e.InReplyTo != "" || len(e.References) > 0) && !forwardSubject.MatchString(e.Subject)
}

// wrapper are the classes that hold a quotation altogether.
var wrapper = []string{"gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "gmx_quote"}

// folding is a page that is looked through for its history.
type folding struct {
	first, last int // of what is seen, by the place in the document
	at          int
	place       map[*html.Node][2]int // of elements: from, to
	texts       []seenText
}

type seenText struct {
	at   int
	text string
}

// foldHistory folds the quoted history of a page and returns the details element, nil when there is none.
func foldHistory(d *dom.Document) *html.Node {
	f := &folding{first: -1, place: map[*html.Node][2]int{}}
	f.walk(d.Body, 0)
	if f.first < 0 {
		return nil
	}
	checks := 0
	var found *html.Node
	var whole bool
	var look func(n *html.Node)
	look = func(n *html.Node) {
		for c := n.FirstChild; c != nil && found == nil && checks < historyChecks; c = c.NextSibling {
			if c.Type != html.ElementNode || hides(c) {
				continue
			}
			if block(c) && f.place[c][0] > f.first {
				checks++
				if w, ok := begins(c); ok && holds(c.Parent) && f.ends(c, w) {
					found, whole = c, w
					return
				}
			}
			look(c)
		}
	}
	look(d.Body)
	if found == nil {
		return nil
	}
	from := found
	if whole && found.Data == "blockquote" {
		from = attribution(found)
	}
	for p := before(from); p != nil && (p.Data == "hr" || attr(p, "id") == "appendonsend"); p = before(from) { // a line above the history is part of it
		from = p
	}
	details := &html.Node{Type: html.ElementNode, Data: "details"}
	summary := &html.Node{Type: html.ElementNode, Data: "summary", Attr: []html.Attribute{{Key: "style", Val: "font:12px sans-serif;color:#5b6b70;cursor:pointer;margin:10px 0 8px;text-align:left"}}}
	summary.AppendChild(&html.Node{Type: html.TextNode, Data: "Earlier messages"})
	details.AppendChild(summary)
	parent := from.Parent
	parent.InsertBefore(details, from)
	for c := from; c != nil; {
		next := c.NextSibling
		parent.RemoveChild(c)
		details.AppendChild(c)
		if whole && c == found {
			break
		}
		c = next
	}
	return details
}

// walk numbers what is seen.
func (f *folding) walk(n *html.Node, depth int) {
	if depth > 600 {
		return
	}
	from := f.at
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		f.at++
		switch {
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) != "":
			f.see(c.Data)
		case c.Type == html.ElementNode && c.Data == "img" && attr(c, "width") != "1":
			f.see("")
		case c.Type == html.ElementNode && !hides(c):
			f.walk(c, depth+1)
		}
	}
	f.place[n] = [2]int{from, f.at}
}

func (f *folding) see(text string) {
	if f.first < 0 {
		f.first = f.at
	}
	f.last = f.at
	f.texts = append(f.texts, seenText{f.at, text})
}

// ends reports whether nothing follows the history that begins with n: when it is whole, behind n, else behind its last sibling. The footer of a list may.
func (f *folding) ends(n *html.Node, whole bool) bool {
	end := f.place[n][1]
	if !whole {
		end = f.place[n.Parent][1]
	}
	if f.last <= end {
		return true
	}
	i, _ := slices.BinarySearchFunc(f.texts, end+1, func(x seenText, at int) int { return x.at - at })
	var tail strings.Builder
	for _, x := range f.texts[i:] {
		if tail.WriteString(strings.TrimSpace(x.text)); tail.Len() > historyTail {
			return false
		}
	}
	t := tail.String()
	return strings.HasPrefix(t, "--") || strings.HasPrefix(t, "__")
}

// begins reports whether a quotation begins with n, and whether n is the whole of it.
func begins(n *html.Node) (whole, ok bool) {
	for _, c := range strings.Fields(attr(n, "class")) {
		if slices.Contains(wrapper, c) {
			return true, !forwarded(head(n))
		}
	}
	switch {
	case n.Data == "blockquote":
		return true, !forwarded(head(n))
	case attr(n, "id") == "divRplyFwdMsg", strings.HasPrefix(attr(n, "class"), "moz-cite-prefix"):
		return false, true
	}
	t := head(n)
	return false, plaintext.HeaderBlock(t) || short(t) && !forwarded(t) && plaintext.Attribution(t)
}

// short texts only can be a line that says who wrote: others only begin with one.
func short(t string) bool { return len(t) < 400 }

func forwarded(t string) bool {
	t = strings.ToLower(strings.TrimSpace(t))
	return strings.HasPrefix(t, "---------- forwarded message") || strings.HasPrefix(t, "begin forwarded message")
}

// attribution is where the line above a quotation begins that says who wrote it, or the quotation itself.
func attribution(quote *html.Node) *html.Node {
	p := before(quote)
	for p != nil && p.Data == "br" {
		p = before(p)
	}
	if p == nil {
		return quote
	}
	from, t := p, ""
	if p.Type == html.ElementNode && block(p) {
		t = head(p)
	} else { // bare text, up to the end of the line above
		for q := p; q != nil && !(q.Type == html.ElementNode && (q.Data == "br" || block(q))); q = q.PrevSibling {
			from, t = q, own(q)+t
		}
	}
	if plaintext.Attribution(t) {
		return from
	}
	return quote
}

// before is the sibling before n, white space left out.
func before(n *html.Node) *html.Node {
	p := n.PrevSibling
	for p != nil && (p.Type == html.CommentNode || p.Type == html.TextNode && strings.TrimSpace(p.Data) == "") {
		p = p.PrevSibling
	}
	return p
}

func own(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	return head(n)
}

// head is the beginning of the text of a block, lines divided as they are seen.
func head(n *html.Node) string {
	var b strings.Builder
	nodes := 0
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		for c := n.FirstChild; c != nil && b.Len() < historyHead && nodes < historyNodes && depth < 100; c = c.NextSibling {
			nodes++
			switch {
			case c.Type == html.TextNode:
				s := strings.Join(strings.Fields(c.Data), " ")
				if s != "" && strings.TrimLeft(c.Data, " \t\r\n\u00a0") != c.Data && b.Len() > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(s)
				if s != "" && strings.TrimRight(c.Data, " \t\r\n\u00a0") != c.Data {
					b.WriteByte(' ')
				}
			case c.Type != html.ElementNode || hides(c):
			case c.Data == "br":
				b.WriteByte('\n')
			default:
				if block(c) && b.Len() > 0 {
					b.WriteByte('\n')
				}
				walk(c, depth+1)
				if block(c) {
					b.WriteByte('\n')
				}
			}
		}
	}
	walk(n, 0)
	return strings.TrimSpace(b.String())
}

func block(n *html.Node) bool {
	switch n.Data {
	case "div", "p", "blockquote", "table", "section", "center", "article", "ul", "ol", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre":
		return true
	}
	return false
}

// holds reports whether a details element may stand in n.
func holds(n *html.Node) bool {
	switch n.Data {
	case "body", "div", "section", "article", "center", "td", "main":
		return true
	}
	return false
}

func hides(n *html.Node) bool {
	switch n.Data {
	case "style", "script", "head", "title", "template":
		return true
	}
	return strings.Contains(strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", ""), "display:none")
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
