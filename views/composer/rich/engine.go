package rich

import (
	"context"
	"image"
	"time"

	xhtml "golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// budget is the longest that a block is laid out for; what takes longer is shown as an empty line.
const budget = 400 * time.Millisecond

// Pages is the HTML engine as the editor uses it.
type Pages struct {
	Shaper   *text.Shaper
	Pictures layout.Sizer
	// Draw paints a list; see Engine.Paint.
	Draw func(l *display.List, r display.Rect, scale float64, dst *image.RGBA) error
	// Dark and Tint say how the text is coloured: see package html. Tint may change a finished list.
	Tint func(l *display.List)
	// Ink is the colour of text that has none, as CSS.
	Ink string
	// Size is that of text that has none, px.
	Size string
}

// Lay implements Engine.
func (p *Pages) Lay(block *xhtml.Node, width float64) (*display.List, error) {
	ctx, cancel := context.WithTimeout(context.Background(), budget)
	defer cancel()
	page := &xhtml.Node{Type: xhtml.DocumentNode}
	html := &xhtml.Node{Type: xhtml.ElementNode, Data: "html"}
	head := &xhtml.Node{Type: xhtml.ElementNode, Data: "head"}
	body := &xhtml.Node{Type: xhtml.ElementNode, Data: "body", Attr: []xhtml.Attribute{{Key: "style", Val: "margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:" +
		p.Size + "/1.5 sans-serif;color:" + p.Ink}}}
	page.AppendChild(html)
	html.AppendChild(head)
	html.AppendChild(body)
	// The block is lent to the page: its parent is the document's, not ours.
	prev, next, parent := block.PrevSibling, block.NextSibling, block.Parent
	block.PrevSibling, block.NextSibling, block.Parent = nil, nil, nil
	body.AppendChild(block)
	defer func() {
		body.RemoveChild(block)
		block.PrevSibling, block.NextSibling, block.Parent = prev, next, parent
	}()
	doc := &dom.Document{Root: page, HTML: html, Head: head, Body: body, Mode: dom.Quirks}
	root, err := style.Tree(ctx, doc, style.Env{Width: width, Height: 800, Metrics: p.Shaper.Metrics})
	if err != nil {
		return nil, err
	}
	l, err := layout.Lay(ctx, root, layout.Options{Width: width, Shaper: p.Shaper, Pictures: p.Pictures, Quirks: true})
	if err == nil && p.Tint != nil {
		p.Tint(l)
	}
	return l, err
}

// Paint implements Engine.
func (p *Pages) Paint(l *display.List, r display.Rect, scale float64, dst *image.RGBA) error {
	return p.Draw(l, r, scale, dst)
}
