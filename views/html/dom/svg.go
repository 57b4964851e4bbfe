package dom

import (
	"encoding/base64"
	"errors"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxSVG bounds a drawing in a mail, in bytes as it is written.
const maxSVG = 512 << 10

var errDrawing = errors.New("dom: the drawing is too large")

// drawing makes a picture of an svg element whose content was cleaned: it is the same drawing, in a data: address. What is too large stays as it is, an empty box.
func drawing(n *html.Node) {
	var b strings.Builder
	w := &bounded{b: &b, left: maxSVG}
	hasNS := false
	for _, a := range n.Attr {
		hasNS = hasNS || a.Key == "xmlns"
	}
	if !hasNS {
		n.Attr = append(n.Attr, html.Attribute{Key: "xmlns", Val: "http://www.w3.org/2000/svg"})
	}
	if html.Render(w, n) != nil || w.left < 0 {
		return
	}
	img := &html.Node{Type: html.ElementNode, Data: "img", DataAtom: atom.Img, Attr: []html.Attribute{{Key: "src", Val: "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(b.String()))}}}
	alt := ""
	for _, a := range n.Attr {
		switch a.Key {
		case "width", "height", "class", "id", "style", "align", "title", "dir":
			img.Attr = append(img.Attr, html.Attribute{Key: a.Key, Val: a.Val})
		case "aria-label":
			alt = a.Val
		}
	}
	for c := n.FirstChild; c != nil && alt == ""; c = c.NextSibling {
		if c.Type == html.ElementNode && c.Data == "title" && c.FirstChild != nil {
			alt = c.FirstChild.Data
		}
	}
	img.Attr = append(img.Attr, html.Attribute{Key: "alt", Val: strings.Join(strings.Fields(alt), " ")})
	n.Parent.InsertBefore(img, n)
	n.Parent.RemoveChild(n)
}

// bounded stops taking bytes at its limit.
type bounded struct {
	b    *strings.Builder
	left int
}

func (w *bounded) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errDrawing
	}
	return w.b.Write(p)
}
