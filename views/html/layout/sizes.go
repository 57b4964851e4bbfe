package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
)

// edges computes margins, borders and padding; percentages are of the width of the containing block. Margins that are auto become 0.
func (e *engine) edges(b *box, base float64) {
	st := b.st
	for i := range 4 {
		b.marg[i] = finite(st.Margin[i].Resolve(base))
		b.pad[i] = max(0, finite(st.Padding[i].Resolve(base)))
		b.bord[i] = finite(st.Border[i].Width)
	}
	switch b.kind {
	case kTable:
		if st.Collapse {
			b.pad = [4]float64{}
			if b.tbl != nil && b.tbl.collapsed {
				b.bord = b.tbl.outer
			}
		}
	case kCell:
		b.marg = [4]float64{}
		if b.cell.collapsed {
			b.bord = b.cell.bord
		}
	case kRow, kGroup, kCol, kColGroup:
		b.marg, b.pad, b.bord = [4]float64{}, [4]float64{}, [4]float64{}
	}
}

const huge = 1e7 // px; wider than anything that is shown

// finite keeps absurd numbers out of sums.
func finite(v float64) float64 {
	if v != v {
		return 0
	}
	return min(max(v, -huge), huge)
}

// borderWidth resolves a width to that of the border box.
func (e *engine) borderWidth(b *box, l style.Length, base float64) float64 {
	switch l.Unit {
	case style.MinContent:
		lo, _ := e.intrinsic(b)
		return lo + b.hEdges()
	case style.MaxContent:
		_, hi := e.intrinsic(b)
		return hi + b.hEdges()
	case style.FitContent:
		lo, hi := e.intrinsic(b)
		return min(hi, max(lo, base-b.hMargins()-b.hEdges())) + b.hEdges()
	}
	v := finite(l.Resolve(base))
	if !b.st.BorderBox {
		v += b.hEdges()
	}
	return max(v, b.hEdges())
}

// clampWidth applies min-width and max-width to the width of a border box.
func (e *engine) clampWidth(b *box, w, base float64) float64 {
	if u := b.st.MaxWidth.Unit; u != style.None && u != style.Auto {
		w = min(w, e.borderWidth(b, b.st.MaxWidth, base))
	}
	if !b.st.MinWidth.IsAuto() {
		w = max(w, e.borderWidth(b, b.st.MinWidth, base))
	}
	return w
}

// fill is the border box width of a block that takes what its container has.
func (e *engine) fill(b *box, avail, base float64) float64 {
	w := b.st.Width
	if w.IsAuto() {
		if v, ok := e.byAspect(b); ok {
			return e.clampWidth(b, v, base)
		}
		return e.clampWidth(b, max(avail-b.hMargins(), b.hEdges()), base)
	}
	return e.clampWidth(b, e.borderWidth(b, w, base), base)
}

// fit is the border box width of a box that is as wide as its content, CSS 2.1 section 10.3.5. avail is that of the margin box.
func (e *engine) fit(b *box, avail, base float64) float64 {
	if b.kind == kReplaced {
		w, _ := e.replacedSize(b, base, -1)
		return w
	}
	if b.kind == kTable {
		return e.tableWidth(b, avail, base)
	}
	if !b.st.Width.IsAuto() {
		return e.clampWidth(b, e.borderWidth(b, b.st.Width, base), base)
	}
	if v, ok := e.byAspect(b); ok {
		return e.clampWidth(b, v, base)
	}
	lo, hi := e.intrinsic(b)
	room := avail - b.hMargins() - b.hEdges()
	return e.clampWidth(b, min(hi, max(lo, room))+b.hEdges(), base)
}

// byAspect is the width that aspect-ratio makes of a height in px.
func (e *engine) byAspect(b *box) (float64, bool) {
	if b.st.Aspect <= 0 || b.st.Height.Unit != style.Px || b.st.Height.HasPct() {
		return 0, false
	}
	if b.st.BorderBox {
		return b.st.Height.V * b.st.Aspect, true
	}
	return b.st.Height.V*b.st.Aspect + b.hEdges(), true
}

// borderHeight resolves a height to that of the border box, -1 when it depends on the content.
func (b *box) borderHeight(l style.Length, base float64) float64 {
	switch l.Unit {
	case style.Px, style.Compare:
	default:
		return -1
	}
	if base < 0 {
		if l.HasPct() {
			return -1
		}
		base = 0
	}
	v := finite(l.Resolve(base))
	if !b.st.BorderBox {
		v += b.vEdges()
	}
	return max(v, b.vEdges())
}

// height is the used border box height: the style's or auto, within min-height and max-height.
func (b *box) height(auto, base float64) float64 {
	h := b.borderHeight(b.st.Height, base)
	if h < 0 {
		h = auto
		if b.st.Aspect > 0 && b.st.Height.IsAuto() {
			r := b.w / b.st.Aspect
			if !b.st.BorderBox {
				r = (b.w-b.hEdges())/b.st.Aspect + b.vEdges()
			}
			h = max(h, r)
		}
	}
	return b.clampHeight(h, base)
}

func (b *box) clampHeight(h, base float64) float64 {
	if m := b.borderHeight(b.st.MaxHeight, base); m >= 0 {
		h = min(h, m)
	}
	if m := b.borderHeight(b.st.MinHeight, base); m >= 0 {
		h = max(h, m)
	}
	return max(h, 0)
}

// definite is the border box height when it is known before layout, or -1.
func (b *box) definite(sp space) float64 {
	if sp.h >= 0 {
		return sp.h
	}
	h := b.borderHeight(b.st.Height, sp.base)
	if h < 0 {
		return -1
	}
	return b.clampHeight(h, sp.base)
}

// autoMargins places a block of width w in avail: auto margins, and what the align attribute of an ancestor says, CSS 2.1 section 10.3.3. It
// returns the left margin edge's distance that the border box gets.
func autoMargins(b *box, parent *style.Style, w, avail float64) float64 {
	l, r := b.st.Margin[style.Left].IsAuto(), b.st.Margin[style.Right].IsAuto()
	ml, mr := b.marg[style.Left], b.marg[style.Right]
	free := avail - w
	switch {
	case l && r:
		if free > 0 {
			return free / 2
		}
		if parent.RTL {
			return free
		}
		return 0
	case !l && !r && parent.Align == style.WebkitCenter:
		if c := (free - ml - mr) / 2; c > 0 {
			return c + ml
		}
		return ml
	case l:
		return max(0, free-mr)
	case r && !parent.RTL:
		return ml
	case parent.Align == style.WebkitRight, parent.RTL && parent.Align != style.WebkitLeft:
		if r {
			return ml
		}
		return free - mr
	}
	return ml
}

func isNone(v float64) bool { return math.IsNaN(v) }
