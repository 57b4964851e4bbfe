package vector

import "math"

// Raster turns outlines into coverage: of each pixel the share that lies inside. It may be used again and again; it is not safe for concurrent use.
type Raster struct {
	w, h int
	acc  []float32 // signed area changes, row by row, one cell more than a row is wide
	// rows that were touched
	top, bottom int
}

// Reset prepares for a mask of w by h pixels.
func (r *Raster) Reset(w, h int) {
	n := (w + 2) * h
	if cap(r.acc) < n {
		r.acc = make([]float32, n)
	} else {
		r.acc = r.acc[:n]
		clear(r.acc)
	}
	r.w, r.h, r.top, r.bottom = w, h, h, 0
}

// Add draws a path, mapped by m into pixels, all contours closed.
func (r *Raster) Add(p *Path, m Matrix) {
	p.flatten(m, true, r.line, nil)
}

// line accumulates one edge. What is left of the mask counts at its left edge, what is right of it does not matter.
func (r *Raster) line(x0, y0, x1, y1 float64) {
	if y0 == y1 {
		return
	}
	dir := float32(1)
	if y0 > y1 {
		x0, y0, x1, y1 = x1, y1, x0, y0
		dir = -1
	}
	h := float64(r.h)
	if y1 <= 0 || y0 >= h {
		return
	}
	dxdy := (x1 - x0) / (y1 - y0)
	if y0 < 0 {
		x0 -= y0 * dxdy
		y0 = 0
	}
	if y1 > h {
		y1 = h
	}
	w := float64(r.w)
	stride := r.w + 2
	first, last := int(y0), int(math.Ceil(y1))
	r.top, r.bottom = min(r.top, first), max(r.bottom, last)
	x := x0
	for y := first; y < last; y++ {
		row := r.acc[y*stride : (y+1)*stride]
		dy := min(float64(y+1), y1) - max(float64(y), y0)
		next := x + dxdy*dy
		d := float32(dy) * dir
		a, b := x, next
		x = next
		if a > b {
			a, b = b, a
		}
		switch {
		case b <= 0:
			row[0] += d
			continue
		case a >= w:
			continue
		}
		if a < 0 || b > w {
			// Partly outside: cut, by the share of the height that each part has.
			span := b - a
			if a < 0 {
				row[0] += d * float32(-a/span)
			}
			inner := float32((min(b, w) - max(a, 0)) / span)
			d *= inner
			a, b = max(a, 0), min(b, w)
			if d == 0 {
				continue
			}
		}
		ai := int(a)
		bi := int(math.Ceil(b))
		if bi <= ai+1 {
			xm := float32((a+b)/2) - float32(ai)
			row[ai] += d - d*xm
			row[ai+1] += d * xm
			continue
		}
		s := 1 / float32(b-a)
		x0f := float32(a) - float32(ai)
		a0 := 0.5 * s * (1 - x0f) * (1 - x0f)
		x1f := float32(b) - float32(bi) + 1
		am := 0.5 * s * x1f * x1f
		row[ai] += d * a0
		if bi == ai+2 {
			row[ai+1] += d * (1 - a0 - am)
		} else {
			a1 := s * (1.5 - x0f)
			row[ai+1] += d * (a1 - a0)
			for xi := ai + 2; xi < bi-1; xi++ {
				row[xi] += d * s
			}
			a2 := a1 + float32(bi-ai-3)*s
			row[bi-1] += d * (1 - a2 - am)
		}
		row[bi] += d * am
	}
}

// Rows is the range of rows that anything was drawn in.
func (r *Raster) Rows() (top, bottom int) { return r.top, max(r.top, r.bottom) }

// Row writes the coverage of a row, 0 to 255 a pixel, into dst, which holds at least the width. It returns the range of pixels that are not 0.
func (r *Raster) Row(y int, dst []uint8, evenOdd bool) (from, to int) {
	row := r.acc[y*(r.w+2) : y*(r.w+2)+r.w]
	var acc float32
	from, to = r.w, 0
	for x, d := range row {
		acc += d
		c := acc
		if c < 0 {
			c = -c
		}
		if evenOdd {
			c -= 2 * float32(math.Floor(float64(c/2)))
			if c > 1 {
				c = 2 - c
			}
		} else if c > 1 {
			c = 1
		}
		v := uint8(c*255 + 0.5)
		dst[x] = v
		if v != 0 {
			if from > x {
				from = x
			}
			to = x + 1
		}
	}
	return min(from, to), to
}
