package layout

import (
	"math"
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// control is a form control. It is drawn and does nothing.
type control struct {
	kind    string // text, check, radio, button, select, area, range, color, file, bar
	text    string // what stands in it
	on      bool
	hint    bool // text is a placeholder
	part    float64
	cols    int
	rows    int
	shrinks bool    // as wide as its content even as a block
	wide    float64 // of the widest option
	runs    []text.Run
	f       *font
}

// control makes a form control of c.
func (b *builder) control(c *box, n *style.Node) {
	t := &control{kind: "text", cols: 20}
	value, _ := c.attr("value")
	switch n.Tag {
	case "button":
		t.kind, t.shrinks = "button", true
		if c.kind == kInline {
			c.level = true
		}
		if c.kind != kFlex && c.kind != kGrid {
			c.kind = kBlock
		}
		c.fc = true
		c.ctl = t
		return
	case "textarea":
		t.kind = "area"
		t.rows = 2
		if v, ok := nodeInt(n, "cols"); ok && v > 0 {
			t.cols = min(v, 1000)
		}
		if v, ok := nodeInt(n, "rows"); ok && v > 0 {
			t.rows = min(v, 1000)
		}
		t.text = allText(n.HTML, 0)
	case "select":
		t.kind = "select"
		t.text, t.wide = b.e.selected(n.HTML, b.e.font(n.Style))
	case "progress", "meter":
		t.kind = "bar"
		v, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
		most := 1.0
		if m, ok := c.attr("max"); ok {
			if x, err := strconv.ParseFloat(strings.TrimSpace(m), 64); err == nil && x > 0 {
				most = x
			}
		}
		t.part = min(1, max(0, v/most))
	default:
		kind, _ := c.attr("type")
		switch k := strings.ToLower(strings.TrimSpace(kind)); k {
		case "checkbox":
			t.kind = "check"
			_, t.on = c.attr("checked")
		case "radio":
			t.kind = "radio"
			_, t.on = c.attr("checked")
		case "submit", "reset", "button":
			t.kind, t.text = "button", value
			if _, ok := c.attr("value"); !ok {
				switch k {
				case "submit":
					t.text = "Submit"
				case "reset":
					t.text = "Reset"
				}
			}
		case "image":
			src, _ := c.attr("src")
			if b.e.o.Pictures != nil {
				if w, h, ok := b.e.o.Pictures.Size(strings.TrimSpace(src)); ok && w > 0 && h > 0 {
					c.nw, c.nh, c.ratio = w, h, w/h
				}
			}
			c.missing = c.ratio == 0
			b.makeReplaced(c)
			return
		case "range":
			t.kind = "range"
		case "color":
			t.kind = "color"
		case "file":
			t.kind, t.text = "file", "Choose file"
		case "password":
			t.text = strings.Repeat("\u2022", len([]rune(value)))
		default:
			t.text = value
		}
		if t.kind == "text" {
			if v, ok := nodeInt(n, "size"); ok && v > 0 {
				t.cols = min(v, 1000)
			}
		}
	}
	if t.text == "" && (t.kind == "text" || t.kind == "area") {
		if p, ok := c.attr("placeholder"); ok {
			t.text, t.hint = p, true
		}
	}
	c.ctl = t
	b.makeReplaced(c)
}

// allText is the text in an element.
func allText(n *xhtml.Node, depth int) string {
	if n == nil {
		return ""
	}
	var out strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == xhtml.TextNode {
			out.WriteString(c.Data)
		} else if depth < DefaultDepth {
			out.WriteString(allText(c, depth+1))
		}
	}
	return out.String()
}

// selected is the text of the option that a select shows, and widest the one that makes it as wide as it is.
func (e *engine) selected(n *xhtml.Node, f *font) (text string, widest float64) {
	first, chosen := "", ""
	some := false
	count := 0
	var walk func(n *xhtml.Node, depth int)
	walk = func(n *xhtml.Node, depth int) {
		for c := n.FirstChild; c != nil && count < maxOptions; c = c.NextSibling {
			if c.Data == "option" {
				count++
				t := strings.Join(strings.Fields(allText(c, depth+1)), " ")
				widest = max(widest, e.textWidth(f, t))
				if !some {
					first, some = t, true
				}
				for _, a := range attrs(c) {
					if a.Key == "selected" {
						chosen = t
					}
				}
			} else if depth < DefaultDepth {
				walk(c, depth+1)
			}
		}
	}
	if n != nil {
		walk(n, 0)
	}
	if chosen != "" {
		return chosen, widest
	}
	return first, widest
}

// maxOptions bounds what a select measures.
const maxOptions = 1000

// natural is the content box size of a control that has no size of its own.
func (t *control) natural(e *engine, b *box) (w, h float64) {
	f := e.font(b.st)
	line := f.m.Ascent + f.m.Descent + f.m.Gap
	switch t.kind {
	case "check", "radio":
		return 13, 13
	case "range":
		return max(0, 129-b.hEdges()), max(0, 16-b.vEdges())
	case "color":
		return max(0, 50-b.hEdges()), max(0, 27-b.vEdges())
	case "bar":
		if b.tag() == "meter" {
			return 5 * b.st.Font.Size, b.st.Font.Size
		}
		return 10 * b.st.Font.Size, b.st.Font.Size
	case "button":
		return e.textWidth(f, t.text), line
	case "file":
		return max(0, 253-b.hEdges()), max(0, line+6-b.vEdges())
	case "select":
		return math.Floor(t.wide + 21), line + 2
	case "area":
		return f.m.ZeroWidth*float64(t.cols) + 15, max(f.lh, line) * float64(t.rows)
	}
	// The mean and the widest advance of the fonts that browsers use for controls.
	em := b.st.Font.Size
	return math.Floor(0.6*em*float64(t.cols-1) + 1.275*em + 0.01), line
}

func (e *engine) textWidth(f *font, s string) (w float64) {
	for _, r := range e.sh.Shape(s, f.f, f.o) {
		w += r.Advance
	}
	return w
}

// lay shapes what stands in the control.
func (t *control) lay(e *engine, b *box) {
	t.f = e.font(b.st)
	switch t.kind {
	case "check", "radio", "range", "bar", "color":
		b.first = b.h - b.bord[style.Bottom]
		switch t.kind {
		case "check", "radio", "bar":
			b.first = b.h
		case "color":
			b.first = b.h - 6
		}
		return
	}
	t.runs = nil
	if t.text != "" && t.kind != "area" {
		t.runs = e.sh.Shape(firstLine(t.text), t.f.f, t.f.o)
	}
	m := t.f.m
	inner := b.h - b.vEdges()
	b.first = b.topEdge() + (inner-m.Ascent-m.Descent)/2 + m.Ascent
	if t.kind == "area" {
		b.first = b.h
	}
}

func firstLine(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	if len(s) > 1000 {
		s = s[:1000]
	}
	return strings.ToValidUTF8(s, "")
}

// takeLegend makes the first legend of a fieldset stand on its border.
func takeLegend(c *box, kids []*box) []*box {
	for i, k := range kids {
		if k.tag() == "legend" && k.kind == kBlock && k.flowing() && !k.level {
			k.fc, k.parent = true, c
			c.legend, c.fc = k, true
			return append(kids[:i:i], kids[i+1:]...)
		}
	}
	return kids
}

// layLegend places the legend of a fieldset and returns how far it moves the content down, HTML section 15.3.13.
func (e *engine) layLegend(b *box) float64 {
	l := b.legend
	w := max(0, b.w-b.hEdges())
	e.edges(l, w)
	e.lay(l, space{w: e.fit(l, w, w), h: -1, base: -1})
	free := w - l.w - l.hMargins()
	l.x = b.leftEdge() + l.marg[style.Left]
	switch v, _ := l.attr("align"); {
	case strings.EqualFold(v, "center"), l.st.Margin[style.Left].IsAuto() && l.st.Margin[style.Right].IsAuto():
		l.x += max(0, free/2)
	case strings.EqualFold(v, "right"), b.st.RTL:
		l.x += max(0, free)
	}
	border := b.bord[style.Top]
	tall := l.h + l.vMargins()
	l.y = l.marg[style.Top]
	if tall < border {
		l.y += (border - tall) / 2
	}
	return max(0, tall-border)
}

// finishControl centres the content of a button in its height.
func (e *engine) finishControl(b *box, auto float64) {
	if b.ctl.kind != "button" {
		return
	}
	if free := b.h - auto; free > 0 {
		b.shift = free / 2
		b.first += b.shift
		b.last += b.shift
	}
}
