package dom

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/css"
)

// Limits bound a parse. The zero value of a field stands for that of [DefaultLimits].
type Limits struct {
	Bytes      int // of HTML; the rest is left out
	Nodes      int // of the tree; the rest is left out
	Depth      int // of the tree
	Sheets     int
	SheetBytes int // of all style sheets together
	References int
}

// DefaultLimits is far above every mail that people write.
var DefaultLimits = Limits{Bytes: 8 << 20, Nodes: 150000, Depth: 400, Sheets: 100, SheetBytes: 2 << 20, References: 5000}

func (l Limits) filled() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Bytes, DefaultLimits.Bytes)
	set(&l.Nodes, DefaultLimits.Nodes)
	set(&l.Depth, DefaultLimits.Depth)
	set(&l.Sheets, DefaultLimits.Sheets)
	set(&l.SheetBytes, DefaultLimits.SheetBytes)
	set(&l.References, DefaultLimits.References)
	return l
}

// Mode of a document, by its doctype (HTML standard, 13.2.6.4.1).
type Mode uint8

// The modes. LimitedQuirks (XHTML 1.0 Transitional, as most newsletters say) differs from Standards in the height of lines in table cells that hold only
// pictures.
const (
	Standards Mode = iota
	LimitedQuirks
	Quirks
)

// Document is a parsed mail.
type Document struct {
	Root       *html.Node // the document
	HTML       *html.Node // never nil
	Head, Body *html.Node // never nil
	Mode       Mode
	Title      string
	Sheets     []Sheet
	// Remote is everything that would be fetched, in document order, each address and kind once; links are not in it, they are followed by hand.
	Remote []Reference
	// Links are the targets of a[href] and area[href], each once.
	Links []string
	// Schemes is the content of meta name=color-scheme or supported-color-schemes, "" = none.
	Schemes string
	// Notes says what was left out because of a limit, for people.
	Notes []string

	// Computed is kept by package style: the compiled sheets. It is safe for use by several goroutines through Once.
	once     sync.Mutex
	computed any
}

// Keep returns what make made for the document the first time.
func (d *Document) Keep(make func() any) any {
	d.once.Lock()
	defer d.once.Unlock()
	if d.computed == nil {
		d.computed = make()
	}
	return d.computed
}

// Sheet is a style element.
type Sheet struct {
	Text  string
	Media string // the media attribute
}

// Parse parses a mail's HTML, which the caller has decoded to UTF-8. Errors are those of the reader and of the context; there is no HTML that cannot be parsed.
func Parse(ctx context.Context, r io.Reader, limits Limits) (*Document, error) {
	limits = limits.filled()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	src, err := io.ReadAll(io.LimitReader(r, int64(limits.Bytes)+1))
	if err != nil {
		return nil, err
	}
	d := &Document{}
	if len(src) > limits.Bytes {
		src = src[:limits.Bytes]
		d.Notes = append(d.Notes, "The message is very long. Its end is left out.")
	}
	return d, d.parse(ctx, src, limits)
}

// ParseBytes is Parse of bytes in memory.
func ParseBytes(ctx context.Context, src []byte, limits Limits) (*Document, error) {
	return Parse(ctx, bytes.NewReader(src), limits)
}

func (d *Document) parse(ctx context.Context, src []byte, limits Limits) error {
	src = bytes.TrimPrefix(src, []byte("\xEF\xBB\xBF")) // a byte order mark is no text; before a doctype it would bring quirks mode
	safe, err := bound(ctx, src, limits, false)
	if err != nil {
		return err
	}
	root, err := d.tree(ctx, safe)
	if err != nil && ctx.Err() == nil {
		// Nested too deeply.
		d.Notes = append(d.Notes, "The message is nested very deeply. Some of its layout is left out.")
		if safe, err = bound(ctx, src, limits, true); err == nil {
			root, err = d.tree(ctx, safe)
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		root = plain(src)
	}
	d.Root = root
	w := walker{d: d, ctx: ctx, limits: limits, seen: map[refKey]bool{}, linked: map[string]bool{}}
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		switch n.Type {
		case html.DoctypeNode:
			d.Mode = mode(n)
		case html.ElementNode:
			d.HTML = n
		}
	}
	if root.FirstChild == nil || !hasDoctype(root) {
		d.Mode = Quirks
	}
	for n := d.HTML.FirstChild; n != nil; n = n.NextSibling {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "head" && d.Head == nil:
			d.Head = n
		case n.Data == "body" && d.Body == nil:
			d.Body = n
		case n.Data == "frameset" && d.Body == nil:
			n.Data, n.DataAtom = "body", 0
			d.Body = n
		}
	}
	if d.Head == nil {
		d.Head = &html.Node{Type: html.ElementNode, Data: "head"}
		d.HTML.InsertBefore(d.Head, d.HTML.FirstChild)
	}
	if d.Body == nil {
		d.Body = &html.Node{Type: html.ElementNode, Data: "body"}
		d.HTML.AppendChild(d.Body)
	}
	w.findBase(d.Head)
	w.walk(d.HTML, 0)
	if w.err != nil {
		return w.err
	}
	if w.nodes > limits.Nodes {
		d.Notes = append(d.Notes, "The message has very many parts. Its end is left out.")
	}
	return nil
}

func (d *Document) tree(ctx context.Context, src []byte) (*html.Node, error) {
	// With scripting off the content of noscript is parsed as content, as in every client without scripts.
	return html.ParseWithOptions(&ctxReader{ctx, bytes.NewReader(src)}, html.ParseOptionEnableScripting(false))
}

// ctxReader ends when its context does.
type ctxReader struct {
	ctx context.Context
	r   *bytes.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// plain makes a document of the bare text of what could not be parsed as a tree.
func plain(src []byte) *html.Node {
	var b strings.Builder
	z := html.NewTokenizer(bytes.NewReader(src))
	skip := 0
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		name, _ := z.TagName()
		switch tag := string(name); tt {
		case html.TextToken:
			if skip == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			switch tag {
			case "style", "script", "title":
				skip++
			case "br", "p", "div", "tr", "li":
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			switch tag {
			case "style", "script", "title":
				skip = max(0, skip-1)
			}
		}
	}
	element := func(tag string) *html.Node { return &html.Node{Type: html.ElementNode, Data: tag} }
	root := &html.Node{Type: html.DocumentNode}
	h, body, pre := element("html"), element("body"), element("div")
	pre.Attr = []html.Attribute{{Key: "style", Val: "white-space: pre-line"}}
	pre.AppendChild(&html.Node{Type: html.TextNode, Data: b.String()})
	body.AppendChild(pre)
	h.AppendChild(element("head"))
	h.AppendChild(body)
	root.AppendChild(h)
	return root
}

func hasDoctype(root *html.Node) bool {
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if n.Type == html.DoctypeNode {
			return true
		}
	}
	return false
}

// quirky are the beginnings of public identifiers that mean quirks.
var quirky = []string{"+//silmaril//dtd html pro v0r11 19970101//", "-//as//dtd html 3.0 aswedit + extensions//", "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
	"-//ietf//dtd html", "-//metrius//dtd metrius presentational//", "-//microsoft//dtd internet explorer", "-//netscape comm. corp.//dtd", "-//o'reilly and associates//dtd html",
	"-//softquad", "-//spyglass//dtd html 2.0 extended//", "-//sq//dtd html 2.0 hotmetal", "-//sun microsystems corp.//dtd hotjava", "-//w3c//dtd html 3", "-//w3c//dtd html 4.0 frameset//",
	"-//w3c//dtd html 4.0 transitional//", "-//w3c//dtd html experimental", "-//w3c//dtd w3 html", "-//w3o//dtd w3 html", "-//webtechs//dtd mozilla html"}

func mode(n *html.Node) Mode {
	var public, system string
	hasSystem := false
	for _, a := range n.Attr {
		switch a.Key {
		case "public":
			public = css.Lower(a.Val)
		case "system":
			system, hasSystem = css.Lower(a.Val), a.Val != ""
		}
	}
	if n.Data != "html" || public == "-//w3o//dtd w3 html strict 3.0//en//" || public == "-/w3c/dtd html 4.0 transitional/en" || public == "html" ||
		system == "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd" {
		return Quirks
	}
	for _, q := range quirky {
		if strings.HasPrefix(public, q) {
			return Quirks
		}
	}
	if strings.HasPrefix(public, "-//w3c//dtd html 4.01 frameset//") || strings.HasPrefix(public, "-//w3c//dtd html 4.01 transitional//") {
		if hasSystem {
			return LimitedQuirks
		}
		return Quirks
	}
	if strings.HasPrefix(public, "-//w3c//dtd xhtml 1.0 frameset//") || strings.HasPrefix(public, "-//w3c//dtd xhtml 1.0 transitional//") {
		return LimitedQuirks
	}
	return Standards
}
