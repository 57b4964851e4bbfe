package paint

import (
	"image"

	"github.com/postrider/postrider/views/html/vector"
)

func rounded(r [4][2]float64) bool {
	for _, c := range r {
		if c[0] > 0 && c[1] > 0 {
			return true
		}
	}
	return false
}

func scaled(r [4][2]float64, s float64) [4][2]float64 {
	for i := range r {
		if !(r[i][0] > 0) || !(r[i][1] > 0) || r[i][0] > 1e6 || r[i][1] > 1e6 {
			r[i] = [2]float64{}
			continue
		}
		r[i][0] *= s
		r[i][1] *= s
	}
	return r
}

// fit makes radii fit a box of w by h, by the rule of CSS Backgrounds 3 §5.5.
func fit(r [4][2]float64, w, h float64) [4][2]float64 {
	f := 1.0
	for _, e := range [][3]float64{{r[0][0], r[1][0], w}, {r[3][0], r[2][0], w}, {r[0][1], r[3][1], h}, {r[1][1], r[2][1], h}} {
		if sum := e[0] + e[1]; sum > e[2] && sum > 0 {
			f = min(f, max(e[2], 0)/sum)
		}
	}
	if f < 1 {
		for i := range r {
			r[i][0] *= f
			r[i][1] *= f
		}
	}
	return r
}

func roundPath(r image.Rectangle, radius [4][2]float64) *vector.Path {
	p := &vector.Path{}
	w, h := float64(r.Dx()), float64(r.Dy())
	p.RoundRect(float64(r.Min.X), float64(r.Min.Y), w, h, fit(radius, w, h))
	return p
}

// shrunk are the radii of an edge that lies inside by the widths of the four sides.
func shrunk(r [4][2]float64, top, right, bottom, left float64) [4][2]float64 {
	less := func(c [2]float64, x, y float64) [2]float64 {
		c = [2]float64{c[0] - x, c[1] - y}
		if c[0] <= 0 || c[1] <= 0 {
			return [2]float64{}
		}
		return c
	}
	return [4][2]float64{less(r[0], left, top), less(r[1], right, top), less(r[2], right, bottom), less(r[3], left, bottom)}
}

// inside tells whether a part of a rounded rectangle is free of its corners.
func inside(part, whole image.Rectangle, radius [4][2]float64, scale float64) bool {
	r := scaled(radius, scale)
	for i, at := range []image.Point{whole.Min, {X: whole.Max.X, Y: whole.Min.Y}, whole.Max, {X: whole.Min.X, Y: whole.Max.Y}} {
		w, h := int(r[i][0])+1, int(r[i][1])+1
		if r[i][0] == 0 {
			continue
		}
		if part.Overlaps(image.Rect(at.X-w, at.Y-h, at.X+w, at.Y+h)) {
			return false
		}
	}
	return true
}
