package css

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// everything walks through all that a sheet has, against a small tree.
func everything(src string) int {
	doc, err := html.Parse(strings.NewReader(`<html lang=de><body class="a b" id=x><p data-x="1 2">one<b>two</b></p><ul><li><li class=a><li></ul><a href=x dir=rtl>l</a><input type=checkbox checked disabled></body></html>`))
	if err != nil {
		return 0
	}
	hits := 0
	s := ParseSheet(src, Options{Quirks: true, Supports: func(d Decl) bool { return d.Name != "" }})
	var all []*Element
	var visit func(n *html.Node, parent *Element)
	visit = func(n *html.Node, parent *Element) {
		count, index := 0, 0
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				count++
			}
		}
		var prev *Element
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			index++
			e := &Element{Prev: prev, Index: index, Count: count, TypeIndex: 1}
			e.Fill(c, parent, true)
			for p := prev; p != nil; p = p.Prev {
				if p.Tag == e.Tag {
					e.TypeIndex++
				}
			}
			prev = e
			all = append(all, e)
			visit(c, e)
		}
	}
	visit(doc, nil)
	m := &Matcher{Quirks: true, Steps: 100_000}
	for _, r := range s.Rules {
		for _, q := range r.Selectors {
			q.Key()
			for _, e := range all {
				if !m.Spent() && m.Match(q, e) {
					hits++
				}
			}
		}
	}
	ParseDecls(src)
	ParseMediaText(src)
	return hits
}

// TestMatch counts what selectors hit in that tree.
func TestMatch(t *testing.T) {
	for src, want := range map[string]int{
		"li{}": 3, "li.a{}": 1, "li:nth-child(odd){}": 2, "ul>li:not(.a){}": 2, "body li:last-child{}": 1, "[data-x~='2']{}": 1, "p+ul{}": 1, "p~a{}": 1,
		":is(p,ul)>b{}": 1, "li:nth-last-child(-n+2){}": 2, ":dir(rtl){}": 1, "ul:has(.a){}": 1, "LI.A{}": 1, "li::before{}": 3, "li:nth-child({}": 0, "p,&{}": 0,
		"input:checked{}": 1, "input:enabled{}": 0, ":lang(de) b{}": 1, "/* p */ @media print{p{}}": 1, "@supports (display:grid){p{}}": 1,
	} {
		if got := everything(strings.ReplaceAll(src, "{}", "{a:b}")); got != want {
			t.Errorf("%s hits %d elements, not %d", src, got, want)
		}
	}
}

func FuzzSheet(f *testing.F) {
	for _, s := range []string{
		"p{color:red}", "@media (min-width:600px) and (max-width:40em){.a>b{margin:0!important}}", "@import url(x.css) screen;@font-face{src:url(y)}",
		"a:not(.b,:is(#x,p)):nth-child(2n+1 of li)::before{content:'\\201C'}", "[data-x~='1' i],[lang|=de],*|b,p+b~i{}", "<!-- p{} --> @charset \"utf-8\";",
		"p{background:url(data:image/png;base64,AA==)}", "p{a:b;c:d;;e:{f:g};h:(i;j)}", ":has(> li:last-of-type){}", "/* open", "\"open", "p{color:\\72 ed;w\\idth:1e3px}",
		"@supports (display:grid){p{display:grid}}", ":nth-child(-n+3),:nth-last-child(odd),:only-child,:empty,:root{}", "@media not all and (prefers-color-scheme:dark),print{a{b:c}}",
		strings.Repeat(":not(", 40), strings.Repeat("@media all{", 60), strings.Repeat("a>", 300) + "b{}", "p{--x:{a:b};width:calc(1px + var(--x,2%))}", "\x00\xff\xfep{color\x00:red}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) <= 1<<16 {
			everything(src)
		}
	})
}
