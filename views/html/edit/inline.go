package edit

import (
	"context"
	"sort"
	"strings"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/css"
	"github.com/postrider/postrider/views/html/dom"
)

// inlineSteps bounds the matching of selectors, and maxInline the bytes of one style attribute.
const (
	inlineSteps = 5_000_000
	maxInline   = 8 << 10
)

// Quoted parses foreign HTML for quoting: what its style sheets say to a screen of 800 px is written into style attributes, since a quotation lives in a page that is
// not its own. The result is the inside of body, for [Load] or [Doc.Paste]. ErrTooLarge says that it is quoted as text instead.
func Quoted(ctx context.Context, page string) (string, error) {
	if len(page) > MaxBytes {
		return "", ErrTooLarge
	}
	doc, err := dom.Parse(ctx, strings.NewReader(page), dom.Limits{Bytes: MaxBytes, Nodes: maxTree, Depth: maxDepth})
	if err != nil {
		return "", err
	}
	inlineSheets(doc)
	var b strings.Builder
	box := element("div")
	for _, k := range []string{"style", "bgcolor", "dir", "lang"} {
		setAttr(box, k, attr(doc.Body, k))
	}
	body := clone(doc.Body)
	for c := body.FirstChild; c != nil; c = body.FirstChild {
		body.RemoveChild(c)
		box.AppendChild(c)
	}
	if len(box.Attr) > 0 {
		err = html.Render(&b, box)
	} else {
		for c := box.FirstChild; c != nil && err == nil; c = c.NextSibling {
			err = html.Render(&b, c)
		}
	}
	return b.String(), err
}

type styled struct {
	sel   *css.Selector
	decls []written
	order int
}

// written is a declaration as it stood in its sheet.
type written struct {
	name, value string
	important   bool
}

func inlineSheets(doc *dom.Document) {
	quirks := doc.Mode == dom.Quirks
	byTag, byClass, byID := map[string][]*styled{}, map[string][]*styled{}, map[string][]*styled{}
	var rest []*styled
	screen := css.Screen{Width: 800, Height: 600, Ratio: 1}
	n := 0
	for _, s := range doc.Sheets {
		if s.Media != "" && !css.ParseMediaText(s.Media).Match(screen) {
			continue
		}
		sheet := css.ParseSheet(s.Text, css.Options{Quirks: quirks})
		for i := range sheet.Rules {
			r := &sheet.Rules[i]
			applies := true
			for _, m := range r.Media {
				applies = applies && m.Match(screen)
			}
			if !applies {
				continue
			}
			var ds []written
			for _, d := range r.Decls {
				if len(d.Value) == 0 || strings.HasPrefix(d.Name, "--") {
					continue
				}
				v := s.Text[d.Value[0].Start:d.Value[len(d.Value)-1].End]
				if strings.Contains(v, "var(") || len(v) > 1024 {
					continue
				}
				ds = append(ds, written{d.Name, strings.Join(strings.Fields(v), " "), d.Important})
			}
			if len(ds) == 0 {
				continue
			}
			for _, sel := range r.Selectors {
				if sel.Pseudo != "" {
					continue
				}
				e := &styled{sel, ds, n}
				n++
				switch id, class, tag := sel.Key(); {
				case id != "":
					byID[id] = append(byID[id], e)
				case class != "":
					byClass[class] = append(byClass[class], e)
				case tag != "":
					byTag[tag] = append(byTag[tag], e)
				default:
					rest = append(rest, e)
				}
			}
		}
	}
	if n == 0 {
		return
	}
	m := &css.Matcher{Quirks: quirks, Steps: inlineSteps}
	var walk func(n *html.Node, parent *css.Element)
	walk = func(n *html.Node, parent *css.Element) {
		var e css.Element
		e.Fill(n, parent, quirks)
		place(&e, n)
		var hits []*styled
		try := func(list []*styled) {
			for _, r := range list {
				if m.Match(r.sel, &e) {
					hits = append(hits, r)
				}
			}
		}
		if e.ID != "" {
			try(byID[e.ID])
		}
		for _, c := range e.Classes {
			try(byClass[c])
		}
		try(byTag[e.Tag])
		try(rest)
		if len(hits) > 0 {
			sort.SliceStable(hits, func(i, j int) bool {
				if hits[i].sel.Spec != hits[j].sel.Spec {
					return hits[i].sel.Spec < hits[j].sel.Spec
				}
				return hits[i].order < hits[j].order
			})
			var low, high [][2]string
			for _, h := range hits {
				for _, d := range h.decls {
					if d.important {
						high = append(high, [2]string{d.name, d.value})
					} else {
						low = append(low, [2]string{d.name, d.value})
					}
				}
			}
			all := append(append(low, declarations(attr(n, "style"))...), high...)
			if s := styleOf(last(all)); len(s) <= maxInline {
				setAttr(n, "style", s)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && !m.Spent() {
				walk(c, &e)
			}
		}
	}
	walk(doc.HTML, nil)
}

// place fills in where an element stands among its siblings.
func place(e *css.Element, n *html.Node) {
	e.Index, e.Count, e.TypeIndex = 1, 1, 1
	if n.Parent == nil {
		return
	}
	e.Count = 0
	for c := n.Parent.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		e.Count++
		if c == n {
			e.Index = e.Count
		}
	}
	for c := n.PrevSibling; c != nil; c = c.PrevSibling {
		if c.Type == html.ElementNode && c.Data == n.Data {
			e.TypeIndex++
		}
	}
}

// last keeps the last declaration of each property, at the place of the last: a shorthand must come before what it would reset.
func last(ds [][2]string) [][2]string {
	seen := map[string]bool{}
	var out [][2]string
	for i := len(ds) - 1; i >= 0; i-- {
		if !seen[ds[i][0]] {
			seen[ds[i][0]] = true
			out = append(out, ds[i])
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}
