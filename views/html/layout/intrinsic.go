package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
)

// intrinsic returns the min-content and max-content widths of b's content box. They are computed once.
func (e *engine) intrinsic(b *box) (lo, hi float64) {
	if b.sized {
		return b.min, b.max
	}
	if e.tick() {
		return 0, 0
	}
	switch b.kind {
	case kTable:
		lo, hi = e.tableIntrinsic(b)
		lo, hi = lo-b.hEdges(), hi-b.hEdges()
	case kFlex:
		lo, hi = e.flexIntrinsic(b)
	case kGrid:
		lo, hi = e.gridIntrinsic(b)
	case kReplaced:
		w, _ := e.replacedSize(b, 0, -1)
		lo = w - b.hEdges()
		hi = lo
	default:
		if b.inline {
			lo, hi = e.prepare(b).widths(e, b)
		} else {
			lo, hi = e.blockIntrinsic(b)
		}
	}
	if b.legend != nil {
		l, h := e.contribution(b.legend)
		lo, hi = max(lo, l), max(hi, h)
	}
	lo, hi = upLayoutUnit(min(max(lo, 0), huge)), upLayoutUnit(min(max(hi, 0), huge))
	hi = max(lo, hi)
	b.min, b.max, b.sized = lo, hi, true
	return lo, hi
}

// upLayoutUnit rounds up to 1/64 px, the unit that browsers lay out in.
func upLayoutUnit(v float64) float64 { return math.Ceil(v*64-1e-6) / 64 }

// blockIntrinsic is that of a container of blocks and floats.
func (e *engine) blockIntrinsic(b *box) (lo, hi float64) {
	var left, right float64 // floats side by side
	for _, c := range b.kids {
		if c.abs {
			continue
		}
		l, h := e.contribution(c)
		lo = max(lo, l)
		if c.st.Clear != style.NoClear {
			hi = max(hi, left+right)
			if c.st.Clear != style.ClearRight {
				left = 0
			}
			if c.st.Clear != style.ClearLeft {
				right = 0
			}
		}
		switch {
		case c.float == style.FloatLeft:
			left += h
		case c.float == style.FloatRight:
			right += h
		case c.fc:
			hi = max(hi, left+right+h)
			left, right = 0, 0
		default:
			hi = max(hi, h, left+right)
			left, right = 0, 0
		}
	}
	return lo, max(hi, left+right)
}

// contribution returns what b asks of the width of its container: min- and max-content of its margin box, with its own width, min-width and
// max-width where they are not percentages.
func (e *engine) contribution(b *box) (lo, hi float64) {
	e.edges(b, 0)
	lo, hi = e.borderContribution(b)
	m := b.hMargins()
	return max(0, lo+m), max(0, hi+m)
}

// borderContribution is contribution without margins; the edges are known.
func (e *engine) borderContribution(b *box) (lo, hi float64) {
	st := b.st
	switch {
	case b.kind == kReplaced:
		w, _ := e.replacedSize(b, -1, -1)
		lo, hi = w, w
		if st.Width.HasPct() || st.MaxWidth.HasPct() {
			lo = 0 // a picture gives way, CSS Sizing section 5.2.2
		}
		return lo, hi
	case b.kind == kTable:
		return e.tableIntrinsic(b)
	case !st.Width.IsAuto() && !st.Width.HasPct():
		w := e.borderWidth(b, st.Width, 0)
		if st.Width.Unit == style.FitContent {
			lo, hi = e.intrinsic(b)
			lo, hi = lo+b.hEdges(), hi+b.hEdges()
		} else {
			lo, hi = w, w
		}
	default:
		if w, ok := e.byAspect(b); ok {
			lo, hi = w, w
			break
		}
		lo, hi = e.intrinsic(b)
		lo, hi = lo+b.hEdges(), hi+b.hEdges()
	}
	if u := st.MaxWidth.Unit; u != style.None && u != style.Auto && !st.MaxWidth.HasPct() {
		m := e.borderWidth(b, st.MaxWidth, 0)
		lo, hi = min(lo, m), min(hi, m)
	}
	if !st.MinWidth.IsAuto() && !st.MinWidth.HasPct() {
		m := e.borderWidth(b, st.MinWidth, 0)
		lo, hi = max(lo, m), max(hi, m)
	}
	return lo, hi
}
