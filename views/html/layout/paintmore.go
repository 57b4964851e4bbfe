package layout

import (
	"image/color"
	"math"
	"sort"
	"strings"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// replaced paints a picture or form control.
func (p *painter) replaced(b *box) {
	if b.st.Visibility != style.Shown {
		return
	}
	in := display.Rect{X: b.gx + b.leftEdge(), Y: b.gy + b.topEdge(), W: max(0, b.w-b.hEdges()), H: max(0, b.h-b.vEdges())}
	switch {
	case b.ctl != nil:
		p.controlText(b, in)
		return
	case b.mark != nil:
		p.dot(b, b.mark, b.gx, b.gy)
		return
	}
	if in.W <= 0 || in.H <= 0 {
		return
	}
	src, _ := b.attr("src")
	alt, _ := b.attr("alt")
	im := &display.Image{Rect: in, Clip: in, Draw: in, URL: strings.TrimSpace(src), Alt: alt, Node: b.node, Missing: b.missing || b.ratio == 0}
	im.Link = b.node.Link
	st := b.st
	if b.ratio > 0 && st.Fit != style.Fill {
		w, h := in.W, in.H
		switch st.Fit {
		case style.Contain, style.ScaleDown, style.Cover:
			f := in.W / b.nw
			if g := in.H / b.nh; (g < f) == (st.Fit != style.Cover) {
				f = g
			}
			if st.Fit == style.ScaleDown {
				f = min(f, 1)
			}
			w, h = b.nw*f, b.nh*f
		case style.FitNone:
			w, h = b.nw, b.nh
		}
		im.Draw = display.Rect{X: in.X + st.FitX.Resolve(in.W-w), Y: in.Y + st.FitY.Resolve(in.H-h), W: w, H: h}
		im.Clip = meet(im.Draw, in)
	}
	im.Radius = radii(st, b.w, b.h)
	for i := range 4 {
		side, end := style.Left, style.Top
		if i == 1 || i == 2 {
			side = style.Right
		}
		if i >= 2 {
			end = style.Bottom
		}
		im.Radius[i][0] = max(0, im.Radius[i][0]-b.bord[side]-b.pad[side])
		im.Radius[i][1] = max(0, im.Radius[i][1]-b.bord[end]-b.pad[end])
	}
	p.add(im)
}

// fieldset paints the border of a fieldset through the middle of its legend, with a gap for it.
func (p *painter) fieldset(b *box, r display.Rect, border [4]style.Border) {
	l := b.legend
	if down := (l.y + l.h + l.marg[style.Bottom] - b.bord[style.Top]) / 2; down > 0 {
		r.Y += down
		r.H = max(0, r.H-down)
	}
	top := r.Y + b.bord[style.Top]
	for _, part := range []display.Rect{
		{X: -huge, Y: -huge, W: l.gx + huge, H: top + huge},
		{X: l.gx + l.w, Y: -huge, W: huge, H: top + huge},
		{X: -huge, Y: top, W: 2 * huge, H: huge},
	} {
		at := len(p.list.Items)
		p.list.Items = append(p.list.Items, &display.Push{Rect: part, Clip: true, Opacity: 1})
		p.box(b, b.st, r, border, b.bord, b.pad)
		p.pop(at)
	}
}

// marker paints the marker of a list item beside it.
func (p *painter) marker(b *box) {
	if b.mark == nil || !b.outside || b.st.Visibility != style.Shown {
		return
	}
	m := b.mark
	f := p.e.font(m.st)
	base := b.gy + b.topEdge() + f.asc
	x0 := b.gx + b.leftEdge()
	x1 := b.gx + b.w - b.rightEdge()
	if ln, host := firstLineOf(b, 0); ln != nil {
		base = host.oy + ln.base
	}
	rtl := b.st.RTL
	switch {
	case m.image != "":
		x := x0 - m.size - 8
		if rtl {
			x = x1 + 8
		}
		r := display.Rect{X: x, Y: base - m.tall, W: m.size, H: m.tall}
		p.add(&display.Image{Rect: r, Clip: r, Draw: r, URL: m.image, Node: b.node})
	case m.shape != "":
		off := math.Floor(f.m.Ascent * 2 / 3)
		x := x0 - off - 8
		if rtl {
			x = x1 + off + 8 - m.size
		}
		p.dot(b, m, x, base-f.m.Ascent+math.Floor(3*(f.m.Ascent-off)/2))
	default:
		o := f.o
		o.RTL = rtl
		runs := p.e.sh.Shape(m.text, f.f, o)
		w := 0.0
		for i := range runs {
			w += runs[i].Advance
		}
		x := x0 - w
		if rtl {
			x = x1
		}
		p.plain(b, m.st, f, runs, x, base)
	}
}

// plain adds runs that are no part of the text.
func (p *painter) plain(b *box, st *style.Style, f *font, runs []text.Run, x, base float64) {
	for _, s := range runs {
		r := p.newRun()
		r.Rect = display.Rect{X: x, Y: base - f.m.Ascent, W: s.Advance, H: f.m.Ascent + f.m.Descent}
		r.Base, r.Text, r.Shaped, r.Color, r.Node, r.Marker = base, s.Text, s, st.Color, b.node, true
		p.add(r)
		x += s.Advance
	}
}

// firstLineOf is the first line box in b and the paragraph that holds it.
func firstLineOf(b *box, depth int) (*line, *box) {
	if b.inline {
		if len(b.lines) > 0 {
			return &b.lines[0], b
		}
		return nil, nil
	}
	if len(b.lines) > 0 {
		return &b.lines[0], b
	}
	for _, c := range b.kids {
		if !c.flowing() || c.kind == kTable || c.kind == kReplaced || c.kind == kFlex || c.kind == kGrid || depth > DefaultDepth {
			continue
		}
		if ln, host := firstLineOf(c, depth+1); ln != nil {
			return ln, host
		}
	}
	return nil, nil
}

// dot paints a disc, circle or square whose top left corner is x, y.
func (p *painter) dot(b *box, m *marker, x, y float64) {
	if m.image != "" {
		r := display.Rect{X: x, Y: y, W: m.size, H: m.tall}
		p.add(&display.Image{Rect: r, Clip: r, Draw: r, URL: m.image})
		return
	}
	if strings.HasPrefix(m.shape, "disclosure") {
		f := p.e.font(m.st)
		p.plain(b, m.st, f, p.e.sh.Shape(strings.TrimSpace(m.text), f.f, f.o), x, y+m.size-1)
		return
	}
	d := p.newBox()
	d.Rect = display.Rect{X: x, Y: y, W: m.size, H: m.size}
	if m.shape != "square" {
		for i := range 4 {
			d.Radius[i] = [2]float64{m.size / 2, m.size / 2}
		}
	}
	if m.shape == "circle" {
		for i := range 4 {
			d.Border[i] = style.Border{Width: 1, Line: style.Solid, Color: m.st.Color}
		}
	} else {
		d.Color = m.st.Color
	}
	p.add(d)
}

// plainControl tells whether a control has the border that the user agent's sheet gives it; browsers draw it in the look of the system then.
func plainControl(st *style.Style) bool {
	b := st.Border
	return b[0] == b[1] && b[1] == b[2] && b[2] == b[3] && b[0].Width == 2 && (b[0].Line == style.Inset || b[0].Line == style.Outset)
}

// control paints such a control: a thin rounded frame.
func (p *painter) control(b *box, r display.Rect) {
	line := style.Border{Width: 1, Line: style.Solid, Color: color.NRGBA{118, 118, 118, 255}}
	d := p.box(b, b.st, r, [4]style.Border{line, line, line, line}, b.bord, b.pad)
	if d == nil {
		return
	}
	round := 2.0
	if b.ctl.kind == "button" {
		round = 3
	}
	for i := range 4 {
		d.Radius[i] = [2]float64{round, round}
	}
}

// controlText paints what stands in a form control.
func (p *painter) controlText(b *box, in display.Rect) {
	t := b.ctl
	st := b.st
	ink := st.Color
	mark := func(r display.Rect, c color.NRGBA, round float64) {
		d := p.newBox()
		d.Rect, d.Color, d.Node = r, c, b.node
		for i := range 4 {
			d.Radius[i] = [2]float64{round, round}
		}
		p.add(d)
	}
	blue := color.NRGBA{0, 117, 255, 255}
	grey := color.NRGBA{118, 118, 118, 255}
	switch t.kind {
	case "check", "radio":
		d := p.newBox()
		d.Rect, d.Node, d.Color = rect(b), b.node, color.NRGBA{255, 255, 255, 255}
		round := 2.5
		if t.kind == "radio" {
			round = b.w / 2
		}
		for i := range 4 {
			d.Border[i] = style.Border{Width: 1, Line: style.Solid, Color: grey}
			d.Radius[i] = [2]float64{round, round}
		}
		if t.on {
			for i := range 4 {
				d.Border[i].Color = blue
			}
			if t.kind == "check" {
				d.Color = blue
			}
		}
		p.add(d)
		if t.on {
			f := p.e.font(st)
			if t.kind == "radio" {
				mark(display.Rect{X: b.gx + b.w/2 - 4, Y: b.gy + b.h/2 - 4, W: 8, H: 8}, blue, 4)
			} else if runs := p.e.sh.Shape("\u2713", f.f, f.o); len(runs) > 0 {
				white := *st
				white.Color = color.NRGBA{255, 255, 255, 255}
				p.plain(b, &white, f, runs[:1], b.gx+(b.w-runs[0].Advance)/2, b.gy+b.h-3)
			}
		}
		return
	case "bar":
		mark(in, color.NRGBA{239, 239, 239, 255}, in.H/2)
		if t.part > 0 {
			mark(display.Rect{X: in.X, Y: in.Y, W: in.W * t.part, H: in.H}, blue, in.H/2)
		}
		return
	case "range":
		mark(display.Rect{X: in.X, Y: in.Y + in.H/2 - 4, W: in.W, H: 8}, color.NRGBA{239, 239, 239, 255}, 4)
		mark(display.Rect{X: in.X + in.W/2 - 8, Y: in.Y + in.H/2 - 8, W: 16, H: 16}, blue, 8)
		return
	case "color":
		mark(in, color.NRGBA{0, 0, 0, 255}, 0)
		return
	}
	if t.f == nil || in.W <= 0 {
		return
	}
	if t.hint {
		s := *st
		s.Color = grey
		st = &s
	}
	m := t.f.m
	at := len(p.list.Items)
	p.list.Items = append(p.list.Items, &display.Push{Rect: in, Clip: true, Opacity: 1})
	if t.kind == "area" {
		y := in.Y
		for _, l := range strings.Split(t.text, "\n") {
			if y > in.Y+in.H {
				break
			}
			p.plain(b, st, t.f, p.e.sh.Shape(firstLine(l), t.f.f, t.f.o), in.X, y+t.f.asc)
			y += t.f.lh
		}
		p.pop(at)
		return
	}
	w := 0.0
	for i := range t.runs {
		w += t.runs[i].Advance
	}
	x := in.X
	if t.kind == "button" {
		x = in.X + (in.W-w)/2
	}
	if t.kind == "select" {
		x += 4
	}
	base := in.Y + (in.H-m.Ascent-m.Descent)/2 + m.Ascent
	p.plain(b, st, t.f, t.runs, x, base)
	if t.kind == "select" {
		if runs := p.e.sh.Shape("\u25BE", t.f.f, t.f.o); len(runs) > 0 {
			s := *st
			s.Color = ink
			p.plain(b, &s, t.f, runs[:1], in.X+in.W-4-runs[0].Advance, base)
		}
	}
	p.pop(at)
}

// orderedRun is a run on its way into reading order.
type orderedRun struct {
	item  int
	index int
	at    int32
	para  *box
	line  int
}

// remember notes a run of the text.
func (p *painter) remember(item int, para *box, line int, b *box, at int32) {
	o := orderedRun{item: item, at: at, para: para, line: line}
	if b.node != nil {
		o.index = b.node.Index
	}
	p.order = append(p.order, o)
}

// reading puts the runs into reading order and says what is between them.
func (p *painter) reading() []display.Ordered {
	o := p.order
	less := func(i, j int) bool {
		if o[i].index != o[j].index {
			return o[i].index < o[j].index
		}
		return o[i].at < o[j].at
	}
	if !sort.SliceIsSorted(o, less) {
		sort.SliceStable(o, less)
	}
	out := make([]display.Ordered, len(o))
	for i := range o {
		out[i] = display.Ordered{Item: o[i].item, Break: display.Block}
		if i > 0 {
			out[i].Break = between(&o[i-1], &o[i])
		}
	}
	return out
}

// between tells what separates two runs.
func between(a, b *orderedRun) display.Break {
	if a.para == b.para {
		switch {
		case a.line == b.line:
			return display.Joined
		case a.line < b.line && a.para.lines[b.line-1].forced:
			return display.LineBreak
		}
		return display.SoftBreak
	}
	if holds(a.para, b.para) || holds(b.para, a.para) {
		return display.Joined
	}
	ca, cb := cellOf(a.para), cellOf(b.para)
	for ca != nil && cb != nil {
		if ca != cb && ca.parent == cb.parent {
			return display.Cell
		}
		if depthOf(ca) >= depthOf(cb) {
			ca = cellOf(ca.parent)
		} else {
			cb = cellOf(cb.parent)
		}
	}
	return display.Block
}

// holds tells whether inner is a paragraph in something that stands in a line of outer.
func holds(outer, inner *box) bool {
	for b := inner; b != nil; b = b.parent {
		if b.level {
			for up := b.parent; up != nil; up = up.parent {
				if up == outer {
					return true
				}
				if up.kind != kInline {
					break
				}
			}
		}
	}
	return false
}

func cellOf(b *box) *box {
	for ; b != nil; b = b.parent {
		if b.kind == kCell {
			return b
		}
	}
	return nil
}

func depthOf(b *box) (n int) {
	for ; b != nil; b = b.parent {
		n++
	}
	return n
}

// anchors finds the places that links inside the mail lead to.
func (e *engine) anchors(top *box) map[string]float64 {
	out := map[string]float64{}
	for _, b := range e.named {
		y := b.gy
		if b.kind == kInline {
			y = inlineTop(b)
		}
		for _, key := range [2]string{"id", "name"} {
			if v, ok := b.attr(key); ok && v != "" {
				if _, old := out[v]; !old {
					out[v] = y
				}
			}
		}
	}
	return out
}

// inlineTop is the top of the line that an inline box begins on.
func inlineTop(b *box) float64 {
	p := b.parent
	for p != nil && !p.inline {
		p = p.parent
	}
	if p == nil || p.ifc == nil {
		return 0
	}
	at := int32(0)
	for i := range p.ifc.items {
		if it := &p.ifc.items[i]; it.kind == iOpen && it.box == b {
			at = it.from
			break
		}
	}
	for i := range p.lines {
		for k := range p.lines[i].frags {
			if f := &p.lines[i].frags[k]; f.kind == fText && f.to > at {
				return p.oy + p.lines[i].y
			}
		}
	}
	return p.gy
}
