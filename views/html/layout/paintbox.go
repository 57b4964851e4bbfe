package layout

import (
	"image/color"
	"math"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

// self paints background, border and shadow of b.
func (p *painter) self(b *box) {
	if b.anon || b.st.Visibility != style.Shown || b.kind == kText || b.kind == kInline {
		return
	}
	if b.kind == kCell && b.st.HideEmpty && !b.cell.collapsed && !b.inline && len(b.kids) == 0 {
		return
	}
	r := rect(b)
	border := b.st.Border
	switch b.kind {
	case kTable:
		r.Y += b.tbl.gridY
		r.H = b.tbl.gridH
		if b.tbl.hEdge != nil {
			border = [4]style.Border{}
		}
	case kCell:
		if b.cell.collapsed {
			border = [4]style.Border{}
		}
		p.behindCell(b)
	case kRow, kGroup, kCol, kColGroup:
		border = [4]style.Border{}
		if t := tableOf(b); t != nil && t.tbl.apart() {
			save := p.bare
			p.bare = b
			p.box(b, b.st, r, border, b.bord, b.pad)
			p.bare = save
			return
		}
	}
	if b.legend != nil {
		p.fieldset(b, r, border)
		return
	}
	if b.ctl != nil && plainControl(b.st) {
		p.control(b, r)
		return
	}
	p.box(b, b.st, r, border, b.bord, b.pad)
	if b.kind == kTable {
		p.columns(b)
	}
}

// columns paints the backgrounds of columns.
func (p *painter) columns(b *box) {
	t := b.tbl
	if len(t.rows) == 0 || len(t.rowH) < len(t.rows) || t.apart() {
		return
	}
	for i, c := range t.colOf {
		if i >= len(t.cols) || c.st.Background.A == 0 && len(c.st.Layers) == 0 {
			continue
		}
		p.box(c, c.st, columnRect(b, i), [4]style.Border{}, [4]float64{}, [4]float64{})
	}
}

// columnRect is where column i of table b is, from its first row to its last.
func columnRect(b *box, i int) display.Rect {
	t := b.tbl
	last := len(t.rows) - 1
	return display.Rect{X: b.gx + t.cols[i].x, Y: b.gy + t.gridY + t.rowY[0], W: t.cols[i].w, H: t.rowY[last] + t.rowH[last] - t.rowY[0]}
}

// apart tells whether the cells of a row do not fill it: there is spacing between them, or one reaches into the next rows. Backgrounds of rows, groups and
// columns are seen in the cells alone (CSS 2.1 section 17.5.1); where cells fill their rows, the row is painted as one.
func (t *table) apart() bool {
	if !t.looked {
		t.looked = true
		t.spread = t.gap[0] > 0 || t.gap[1] > 0
		for _, c := range t.cells {
			t.spread = t.spread || c.cell.rows > 1
		}
	}
	return t.spread
}

// tableOf is the table that a part of one belongs to, nil outside of any.
func tableOf(b *box) *box {
	for k := 0; b != nil && k < 4; k++ {
		if b.kind == kTable {
			return b
		}
		b = b.parent
	}
	return nil
}

// behindCell paints what a cell shows of its column, its group and its row.
func (p *painter) behindCell(b *box) {
	t := tableOf(b)
	if t == nil || !t.tbl.apart() {
		return
	}
	cell := rect(b)
	part := func(c *box, area display.Rect) {
		st := c.st
		if c.anon || st.Visibility != style.Shown || st.Background.A == 0 && len(st.Layers) == 0 || cell.Y > p.e.o.Limits.Height {
			return
		}
		d := p.newBox()
		d.Rect, d.Color, d.Node = cell, st.Background, c.node
		d.Layers = p.layers(st, area, cell, area, area)
		for i := range d.Layers {
			d.Layers[i].Area = meet(d.Layers[i].Area, cell)
		}
		p.add(d)
	}
	if i := b.cell.col; i < len(t.tbl.colOf) && i < len(t.tbl.cols) && len(t.tbl.rows) > 0 && len(t.tbl.rowH) >= len(t.tbl.rows) {
		part(t.tbl.colOf[i], columnRect(t, i))
	}
	if row := b.parent; row != nil && row.kind == kRow {
		if g := row.parent; g != nil && g.kind == kGroup {
			part(g, rect(g))
		}
		part(row, rect(row))
	}
}

// box adds a box when there is anything to see of it.
func (p *painter) box(b *box, st *style.Style, r display.Rect, border [4]style.Border, bord, pad [4]float64) *display.Box {
	some := st.Background.A != 0 || len(st.Layers) > 0 || len(st.Shadows) > 0 || st.Outline.Width > 0
	for i := range 4 {
		some = some || border[i].Width > 0
	}
	if !some || r.Y > p.e.o.Limits.Height {
		return nil
	}
	d := p.newBox()
	d.Rect, d.Color, d.Border, d.Shadows, d.Outline, d.ClipArea, d.Node = r, st.Background, border, st.Shadows, st.Outline, st.BackClip, b.node
	d.Radius = radii(st, r.W, r.H)
	inset := func(a display.Rect, by [4]float64) display.Rect {
		return display.Rect{X: a.X + by[style.Left], Y: a.Y + by[style.Top],
			W: max(0, a.W-by[style.Left]-by[style.Right]), H: max(0, a.H-by[style.Top]-by[style.Bottom])}
	}
	if b == p.bare {
		d.Color = color.NRGBA{}
	} else if len(st.Layers) > 0 {
		padding := inset(r, bord)
		d.Layers = p.layers(st, r, r, padding, inset(padding, pad))
	}
	if d.Color.A == 0 && len(d.Layers) == 0 && len(d.Shadows) == 0 && d.Outline.Width == 0 && border == [4]style.Border{} {
		return nil
	}
	p.add(d)
	return d
}

func (p *painter) newBox() *display.Box {
	if len(p.boxes) == 0 {
		p.boxes = make([]display.Box, 64)
	}
	d := &p.boxes[0]
	p.boxes = p.boxes[1:]
	return d
}

// add appends an item and lets the page grow over it.
func (p *painter) add(it display.Item) int {
	r := it.Bounds()
	if n := len(p.clips); n > 0 {
		r = meet(r, p.clips[n-1])
	}
	if r.W > 0 && r.H > 0 {
		p.list.Width = max(p.list.Width, min(r.X+r.W, huge))
		p.list.Height = max(p.list.Height, min(r.Y+r.H, p.e.o.Limits.Height))
	}
	p.list.Items = append(p.list.Items, it)
	return len(p.list.Items) - 1
}

// radii resolves border-radius and makes it fit, CSS Backgrounds section 5.5.
func radii(st *style.Style, w, h float64) (r [4][2]float64) {
	some := false
	for i := range 4 {
		if st.Radius[i][0] == (style.Length{}) && st.Radius[i][1] == (style.Length{}) {
			continue
		}
		r[i] = [2]float64{max(0, st.Radius[i][0].Resolve(w)), max(0, st.Radius[i][1].Resolve(h))}
		some = some || r[i][0] > 0
	}
	if !some {
		return r
	}
	f := 1.0
	fit := func(sum, room float64) {
		if sum > room && sum > 0 {
			f = min(f, room/sum)
		}
	}
	fit(r[0][0]+r[1][0], w)
	fit(r[3][0]+r[2][0], w)
	fit(r[0][1]+r[3][1], h)
	fit(r[1][1]+r[2][1], h)
	for i := range 4 {
		r[i][0], r[i][1] = r[i][0]*f, r[i][1]*f
	}
	return r
}

// strokes paints collapsed borders.
func (p *painter) strokes(b *box) {
	if b.st.Visibility != style.Shown {
		return
	}
	for _, s := range b.tbl.strokes(b) {
		d := p.newBox()
		d.Rect = display.Rect{X: b.gx + s.x, Y: b.gy + s.y, W: s.w, H: s.h}
		d.Node = b.node
		if s.line == style.Solid || s.line == style.Hidden {
			d.Color = s.color
		} else {
			side := style.Border{Width: s.width, Line: s.line, Color: s.color}
			if s.line == style.Inset {
				side.Line = style.Ridge
			} else if s.line == style.Outset {
				side.Line = style.Groove
			}
			if s.upright {
				d.Border[style.Left] = side
			} else {
				d.Border[style.Top] = side
			}
		}
		p.add(d)
	}
}

// layers resolves background images, CSS Backgrounds section 3.
func (p *painter) layers(st *style.Style, border, clip, padding, content display.Rect) []display.Layer {
	out := make([]display.Layer, 0, len(st.Layers))
	pick := func(a style.Area, text display.Rect) display.Rect {
		switch a {
		case style.PaddingArea:
			return padding
		case style.ContentArea:
			return content
		}
		return text
	}
	for _, l := range st.Layers {
		area := pick(l.Clip, clip)
		org := pick(l.Origin, border)
		w, h := org.W, org.H
		natural := false
		if l.Gradient == nil {
			if l.URL == "" || p.e.o.Pictures == nil {
				continue
			}
			iw, ih, ok := p.e.o.Pictures.Size(l.URL)
			if !ok || iw <= 0 || ih <= 0 {
				continue
			}
			w, h, natural = iw, ih, true
		}
		nw, nh := w, h
		switch {
		case l.Cover || l.Contain:
			if natural && nw > 0 && nh > 0 {
				f := org.W / nw
				if g := org.H / nh; l.Cover == (g > f) {
					f = g
				}
				w, h = nw*f, nh*f
			} else {
				w, h = org.W, org.H
			}
		default:
			autoW, autoH := l.W.IsAuto(), l.H.IsAuto()
			if !autoW {
				w = max(0, l.W.Resolve(org.W))
			}
			if !autoH {
				h = max(0, l.H.Resolve(org.H))
			}
			if natural {
				if autoW && !autoH && nh > 0 {
					w = h * nw / nh
				}
				if autoH && !autoW && nw > 0 {
					h = w * nh / nw
				}
			}
		}
		if l.RepeatX == style.Round && w > 0 {
			n := max(1, math.Round(org.W/w))
			w = org.W / n
		}
		if l.RepeatY == style.Round && h > 0 {
			n := max(1, math.Round(org.H/h))
			h = org.H / n
		}
		if w <= 0 || h <= 0 {
			continue
		}
		out = append(out, display.Layer{URL: l.URL, Gradient: l.Gradient, Area: area,
			Tile:    display.Rect{X: org.X + l.X.Resolve(org.W-w), Y: org.Y + l.Y.Resolve(org.H-h), W: w, H: h},
			RepeatX: l.RepeatX, RepeatY: l.RepeatY})
	}
	return out
}
