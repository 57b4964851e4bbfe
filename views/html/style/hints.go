package style

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/css"
)

// hintKey names a presentational attribute by the kind of what it says; equal ones share a block.
type hintKey struct{ kind, value string }

// tableHints is what a table's attributes say of its cells.
type tableHints struct {
	padding string // of cells, "" = none
	cell    string // borders of cells as declarations
	group   string // of row groups and columns, from rules=groups
}

// hint adds the block of declarations that text makes of a value.
func (t *tree) hint(m *matched, kind, value string, text func(v string) string) {
	key := hintKey{kind, value}
	t.c.mu.Lock()
	b, ok := t.c.hints[key]
	t.c.mu.Unlock()
	if !ok {
		if s := text(value); s != "" {
			b = compileBlock(css.ParseDecls(s), false)
		}
		t.c.mu.Lock()
		if len(t.c.hints) < 1<<14 {
			t.c.hints[key] = b
		}
		t.c.mu.Unlock()
	}
	if b != nil {
		m.hints = append(m.hints, b)
	}
}

// hints adds the blocks of an element's presentational attributes.
func (t *tree) addHints(n *html.Node, th *tableHints, m *matched) {
	tag := n.Data
	cell := tag == "td" || tag == "th"
	if cell && th != nil {
		if th.padding != "" {
			t.hint(m, "cellpadding", th.padding, sized("padding", false))
		}
		if th.cell != "" {
			t.hint(m, "declarations", th.cell, func(v string) string { return v })
		}
	}
	if th != nil && th.group != "" {
		switch tag {
		case "tbody", "thead", "tfoot", "colgroup":
			t.hint(m, "declarations", th.group, func(v string) string { return v })
		}
	}
	if tag == "a" && t.linkColor != "" {
		if _, ok := css.Attr(n, "href"); ok {
			t.hint(m, "color", t.linkColor, colored("color"))
		}
	}
	for i := range n.Attr {
		a := &n.Attr[i]
		if a.Namespace != "" {
			continue
		}
		v := a.Val
		switch a.Key {
		case "align":
			switch tag {
			case "table":
				t.hint(m, "table align", v, func(v string) string {
					switch css.Lower(strings.TrimSpace(v)) {
					case "left":
						return "float:left"
					case "right":
						return "float:right"
					case "center", "middle":
						return "margin-left:auto;margin-right:auto"
					}
					return ""
				})
			case "td", "th", "tr", "tbody", "thead", "tfoot", "col", "colgroup":
				t.hint(m, "cell align", v, cellAlign)
			case "img", "object", "embed", "iframe", "input", "video":
				t.hint(m, "image align", v, imageAlign)
			case "hr":
				t.hint(m, "hr align", v, func(v string) string {
					switch css.Lower(v) {
					case "left":
						return "margin-left:0;margin-right:auto"
					case "right":
						return "margin-left:auto;margin-right:0"
					}
					return "margin-left:auto;margin-right:auto"
				})
			case "caption":
				t.hint(m, "caption align", v, func(v string) string {
					if css.EqualFold(v, "bottom") {
						return "caption-side:bottom"
					}
					return blockAlign(v)
				})
			case "legend", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "center", "body", "section", "article":
				if tag != "body" && tag != "section" && tag != "article" {
					t.hint(m, "align", v, blockAlign)
				}
			}
		case "valign":
			switch tag {
			case "td", "th", "tr", "tbody", "thead", "tfoot", "col", "colgroup":
				t.hint(m, "valign", v, valign)
			}
		case "bgcolor":
			switch tag {
			case "body", "table", "tbody", "thead", "tfoot", "tr", "td", "th":
				t.hint(m, "bgcolor", v, colored("background-color"))
			}
		case "background":
			switch tag {
			case "body", "table", "tbody", "thead", "tfoot", "tr", "td", "th":
				t.hint(m, "background", v, pictured)
			}
		case "width":
			switch tag {
			case "table":
				t.hint(m, "width>0", v, sized("width", true))
			case "td", "th", "col", "colgroup":
				t.hint(m, "width>0", v, sized("width", true))
			case "img", "object", "embed", "iframe", "video", "canvas", "svg", "hr", "pre":
				t.hint(m, "width", v, sized("width", false))
			case "input":
				if ty, _ := css.Attr(n, "type"); css.EqualFold(ty, "image") {
					t.hint(m, "width", v, sized("width", false))
				}
			}
		case "height":
			switch tag {
			case "table", "tr", "td", "th", "thead", "tbody", "tfoot":
				t.hint(m, "height>0", v, sized("height", true))
			case "img", "object", "embed", "iframe", "video", "canvas", "svg":
				t.hint(m, "height", v, sized("height", false))
			case "input":
				if ty, _ := css.Attr(n, "type"); css.EqualFold(ty, "image") {
					t.hint(m, "height", v, sized("height", false))
				}
			}
		case "nowrap":
			if cell {
				t.hint(m, "nowrap", "", func(string) string { return "white-space:-webkit-nowrap" })
			}
		case "border":
			switch tag {
			case "img", "object", "input":
				t.hint(m, "image border", v, func(v string) string {
					if n, ok := integer(v); ok && n >= 0 {
						return fmt.Sprintf("border:%dpx solid", n)
					}
					return ""
				})
			case "table":
				t.hint(m, "table border", v, func(v string) string {
					n, ok := integer(v)
					if !ok {
						n = 1
					}
					return fmt.Sprintf("border-width:%dpx;border-style:outset", max(n, 0))
				})
			}
		case "bordercolor":
			if tag == "table" || cell || tag == "tr" {
				t.hint(m, "bordercolor", v, func(v string) string {
					s := colored("border-color")(v)
					if s != "" && tag == "table" {
						s += ";border-style:solid"
					}
					return s
				})
			}
		case "cellspacing":
			if tag == "table" {
				t.hint(m, "cellspacing", v, sized("border-spacing", false))
			}
		case "rules":
			if tag == "table" && v != "" {
				t.hint(m, "rules", "", func(string) string { return "border-collapse:collapse" })
			}
		case "frame":
			if tag == "table" {
				t.hint(m, "frame", css.Lower(v), frame)
			}
		case "hspace":
			switch tag {
			case "img", "object", "embed", "iframe", "input", "table":
				t.hint(m, "hspace", v, func(v string) string {
					if d := dimension(v, false); d != "" {
						return "margin-left:" + d + ";margin-right:" + d
					}
					return ""
				})
			}
		case "vspace":
			switch tag {
			case "img", "object", "embed", "iframe", "input", "table":
				t.hint(m, "vspace", v, func(v string) string {
					if d := dimension(v, false); d != "" {
						return "margin-top:" + d + ";margin-bottom:" + d
					}
					return ""
				})
			}
		case "color":
			switch tag {
			case "font", "basefont":
				t.hint(m, "color", v, colored("color"))
			case "hr":
				t.hint(m, "hr color", v, func(v string) string {
					if c := colored("border-color")(v); c != "" {
						return "border-style:solid;" + c + ";" + colored("background-color")(v)
					}
					return ""
				})
			}
		case "face":
			if tag == "font" {
				t.hint(m, "face", v, face)
			}
		case "size":
			switch tag {
			case "font":
				t.hint(m, "font size", v, fontSizeHint)
			case "hr":
				t.hint(m, "hr size", v, func(v string) string {
					n, ok := integer(v)
					switch {
					case !ok:
						return ""
					case n <= 1:
						return "border-bottom-width:0"
					}
					return fmt.Sprintf("height:%dpx", n-2)
				})
			}
		case "noshade":
			if tag == "hr" {
				t.hint(m, "noshade", "", func(string) string { return "border-style:solid;border-color:gray;background-color:gray" })
			}
		case "type":
			switch tag {
			case "ul", "ol", "li", "menu", "dir":
				t.hint(m, "list type", v, listKind)
			}
		case "clear":
			if tag == "br" {
				t.hint(m, "clear", v, func(v string) string {
					switch l := css.Lower(strings.TrimSpace(v)); l {
					case "left", "right":
						return "clear:" + l
					case "all", "both":
						return "clear:both"
					}
					return ""
				})
			}
		case "text":
			if tag == "body" {
				t.hint(m, "color", v, colored("color"))
			}
		case "topmargin", "marginheight":
			if tag == "body" {
				t.hint(m, "topmargin", v, func(v string) string {
					if d := dimension(v, false); d != "" {
						return "margin-top:" + d + ";margin-bottom:" + d
					}
					return ""
				})
			}
		case "leftmargin", "marginwidth":
			if tag == "body" {
				t.hint(m, "leftmargin", v, func(v string) string {
					if d := dimension(v, false); d != "" {
						return "margin-left:" + d + ";margin-right:" + d
					}
					return ""
				})
			}
		case "lang":
			t.hint(m, "lang", v, func(v string) string { return "-x-lang:\"" + cssString(v) + "\"" })
		case "dir":
			if css.EqualFold(v, "auto") {
				if rtl, ok := firstStrong(n, 0); ok && rtl {
					t.hint(m, "declarations", "direction:rtl", func(v string) string { return v })
				}
			}
		case "wrap":
			if tag == "pre" {
				t.hint(m, "pre wrap", "", func(string) string { return "white-space:pre-wrap" })
			}
			if tag == "textarea" && css.EqualFold(v, "off") {
				t.hint(m, "textarea off", "", func(string) string { return "white-space:pre" })
			}
		}
	}
}

// cells reads what a table says of its cells.
func cells(n *html.Node) *tableHints {
	th := &tableHints{}
	border, rules := false, ""
	_, colored := css.Attr(n, "bordercolor")
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "cellpadding":
			if dimension(a.Val, false) != "" {
				th.padding = a.Val
			}
		case "border":
			v, ok := integer(a.Val)
			border = !ok || v > 0
		case "rules":
			rules = css.Lower(a.Val)
		}
	}
	switch rules {
	case "none":
	case "rows":
		th.cell = "border-top:thin solid;border-bottom:thin solid;border-color:inherit"
	case "cols":
		th.cell = "border-left:thin solid;border-right:thin solid;border-color:inherit"
	case "all":
		th.cell = "border:thin solid;border-color:inherit"
	case "groups":
		th.group = "border-top:thin solid;border-bottom:thin solid;border-color:inherit"
	default:
		if border {
			th.cell = "border-width:1px;border-style:inset;border-color:inherit"
			if colored {
				th.cell = "border-width:1px;border-style:solid;border-color:inherit"
			}
		}
	}
	return th
}

// firstStrong looks for the first character with a direction.
func firstStrong(n *html.Node, depth int) (rtl, ok bool) {
	for c := n.FirstChild; c != nil && depth < 32; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			for i, r := range c.Data {
				if i > 4096 {
					break
				}
				switch direction(r) {
				case 1:
					return false, true
				case 2:
					return true, true
				}
			}
		case html.ElementNode:
			if _, has := css.Attr(c, "dir"); has || c.Data == "bdi" || c.Data == "style" || c.Data == "textarea" {
				continue
			}
			if rtl, ok = firstStrong(c, depth+1); ok {
				return
			}
		}
	}
	return
}
