package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
)

// exclusion is the margin box of a float.
type exclusion struct{ x0, y0, x1, y1 float64 }

// floats are those of a block formatting context, CSS 2.1 section 9.5.
type floats struct {
	left, right []exclusion
	top         float64 // no float may be higher than this: the top of the last one
	lowL, lowR  float64 // the lowest bottom edges
}

// at returns the room between the floats for a box from y to y+h in a container from x0 to x1.
func (f *floats) at(y, h, x0, x1 float64) (l, r float64) {
	l, r = x0, x1
	low := y + max(h, 1.0/64)
	for i := range f.left {
		if s := &f.left[i]; s.y1 > y && s.y0 < low && s.x1 > l {
			l = s.x1
		}
	}
	for i := range f.right {
		if s := &f.right[i]; s.y1 > y && s.y0 < low && s.x0 < r {
			r = s.x0
		}
	}
	return l, r
}

// next returns where the room changes below y, or false.
func (f *floats) next(y, h float64) (float64, bool) {
	n := math.Inf(1)
	low := y + max(h, 1.0/64)
	for _, side := range [2][]exclusion{f.left, f.right} {
		for i := range side {
			if s := &side[i]; s.y1 > y && s.y0 < low && s.y1 < n {
				n = s.y1
			}
		}
	}
	return n, !math.IsInf(n, 1)
}

// clear returns the y below the floats that c avoids, or -Inf.
func (f *floats) clear(c style.Clear) float64 {
	y := math.Inf(-1)
	if c == style.ClearLeft || c == style.ClearBoth {
		if len(f.left) > 0 {
			y = max(y, f.lowL)
		}
	}
	if c == style.ClearRight || c == style.ClearBoth {
		if len(f.right) > 0 {
			y = max(y, f.lowR)
		}
	}
	return y
}

func (f *floats) empty() bool { return len(f.left)+len(f.right) == 0 }

// bottom of all floats, or -Inf.
func (f *floats) bottom() float64 { return f.clear(style.ClearBoth) }

// put finds the place of a float of the margin box size w, h at or below y in a container from x0 to x1 and returns its top left corner.
func (f *floats) put(side style.Float, w, h, y, x0, x1 float64) (x, top float64) {
	y = max(y, f.top)
	for range 1000 {
		l, r := f.at(y, max(h, 0), x0, x1)
		// Only what lies at the top counts against the width, but a float must not reach into others further down either.
		if r-l >= w-1.0/64 || l <= x0 && r >= x1 {
			if side == style.FloatLeft {
				x = l
			} else {
				x = r - w
			}
			break
		}
		n, ok := f.next(y, max(h, 0))
		if !ok {
			x = x0
			break
		}
		y = n
	}
	f.top = y
	s := exclusion{x, y, x + w, y + h}
	if side == style.FloatLeft {
		if len(f.left) == 0 || s.y1 > f.lowL {
			f.lowL = s.y1
		}
		f.left = append(f.left, s)
	} else {
		if len(f.right) == 0 || s.y1 > f.lowR {
			f.lowR = s.y1
		}
		f.right = append(f.right, s)
	}
	return x, y
}

// prune forgets floats that end above y, once there are many of them.
func (f *floats) prune(y float64) {
	if len(f.left)+len(f.right) < 64 {
		return
	}
	f.left, f.right = above(f.left, y), above(f.right, y)
}

func above(s []exclusion, y float64) []exclusion {
	if len(s) == 0 {
		return s
	}
	keep := s[:0]
	for i, x := range s {
		if x.y1 > y || i == len(s)-1 { // the last keeps clear() right
			keep = append(keep, x)
		}
	}
	return keep
}

// mark and back undo floats when a line is tried again.
type floatsMark struct {
	l, r       int
	top        float64
	lowL, lowR float64
}

func (f *floats) mark() floatsMark {
	return floatsMark{len(f.left), len(f.right), f.top, f.lowL, f.lowR}
}
func (f *floats) back(m floatsMark) {
	f.left, f.right = f.left[:m.l], f.right[:m.r]
	f.top, f.lowL, f.lowR = m.top, m.lowL, m.lowR
}
