package vector

import (
	"math"
	"testing"
)

// area adds up the coverage of a mask, in pixels.
func area(t *testing.T, p *Path, m Matrix, w, h int, evenOdd bool) float64 {
	t.Helper()
	var r Raster
	r.Reset(w, h)
	r.Add(p, m)
	row := make([]uint8, w)
	sum := 0.0
	for y := range h {
		r.Row(y, row, evenOdd)
		for _, v := range row {
			sum += float64(v) / 255
		}
	}
	return sum
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s: %v px, want %v", what, got, want)
	}
}

func TestFilledAreas(t *testing.T) {
	var rect Path
	rect.Rect(1.25, 2.5, 10.5, 7)
	near(t, "rectangle", area(t, &rect, Identity, 20, 20, false), 73.5, 0.3)
	near(t, "rectangle, doubled", area(t, &rect, Scale(2, 2), 40, 40, false), 294, 0.6)
	near(t, "rectangle, half outside left and top", area(t, &rect, Translate(-6.5, -6), 20, 20, false), 5.25*3.5, 0.3)
	near(t, "rectangle, half outside right", area(t, &rect, Translate(13.5, 0), 20, 20, false), 5.25*7, 0.3)
	var circle Path
	circle.Ellipse(20, 20, 15, 10)
	near(t, "ellipse", area(t, &circle, Identity, 40, 40, false), math.Pi*150, 1)
	near(t, "ellipse, cut in two", area(t, &circle, Translate(-20, 0), 40, 40, false), math.Pi*75, 1)
	var ring Path
	ring.Rect(0, 0, 10, 10)
	ring.Rect(2, 2, 6, 6)
	near(t, "even-odd ring", area(t, &ring, Identity, 12, 12, true), 64, 0.1)
	near(t, "non-zero ring", area(t, &ring, Identity, 12, 12, false), 100, 0.1)
	var hole Path
	hole.Rect(0, 0, 10, 10)
	hole.RoundHole(2, 2, 6, 6, [4][2]float64{})
	near(t, "hole drawn backwards", area(t, &hole, Identity, 12, 12, false), 64, 0.1)
}

func TestSlantedEdges(t *testing.T) {
	var tri Path
	tri.MoveTo(0.3, 0.2)
	tri.LineTo(30.7, 3.1)
	tri.LineTo(4.4, 28.9)
	tri.Close()
	want := math.Abs((30.7-0.3)*(28.9-0.2)-(4.4-0.3)*(3.1-0.2)) / 2
	near(t, "triangle", area(t, &tri, Identity, 40, 40, false), want, 0.5)
	// Shifted so that most of it is cut off on either side, the two parts must add up.
	left := area(t, &tri, Identity, 12, 40, false)
	right := area(t, &tri, Translate(-12, 0), 40, 40, false)
	near(t, "two parts", left+right, want, 0.5)
}

func TestStrokes(t *testing.T) {
	var p Path
	p.MoveTo(5, 5)
	p.LineTo(25, 5)
	near(t, "butt line", area(t, p.Stroke(Pen{Width: 4}, 1), Identity, 40, 40, false), 80, 0.3)
	near(t, "square caps", area(t, p.Stroke(Pen{Width: 4, Cap: Square}, 1), Identity, 40, 40, false), 96, 0.3)
	near(t, "round caps", area(t, p.Stroke(Pen{Width: 4, Cap: RoundCap}, 1), Identity, 40, 40, false), 80+math.Pi*4, 0.7)
	near(t, "dashes", area(t, p.Stroke(Pen{Width: 4, Dash: []float64{3, 2}}, 1), Identity, 40, 40, false), 48, 0.3)
	near(t, "shifted dashes", area(t, p.Stroke(Pen{Width: 4, Dash: []float64{3, 2}, Offset: 4}, 1), Identity, 40, 40, false), 48, 0.3)
	var sq Path
	sq.Rect(10, 10, 20, 20)
	near(t, "mitred square", area(t, sq.Stroke(Pen{Width: 4}, 1), Identity, 40, 40, false), 24*24-16*16, 1)
	near(t, "bevelled square", area(t, sq.Stroke(Pen{Width: 4, Join: Bevel}, 1), Identity, 40, 40, false), 24*24-16*16-4*2, 1)
}

func FuzzRaster(f *testing.F) {
	f.Add(1.0, 2.0, 30.0, 40.0, -5.0, 1e6, 2.0)
	f.Add(math.NaN(), 2.0, math.Inf(1), 40.0, -5.0, 1e300, 0.5)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g, w float64) {
		var p Path
		p.MoveTo(a, b)
		p.QuadTo(c, d, e, g)
		p.CubeTo(a, d, c, b, g, e)
		p.LineTo(d, d)
		var r Raster
		r.Reset(17, 9)
		r.Add(&p, Scale(w, w))
		r.Add(p.Stroke(Pen{Width: w, Dash: []float64{a, b}, Join: Join(uint8(int8(c)) % 3)}, 1), Identity)
		row := make([]uint8, 17)
		top, bottom := r.Rows()
		for y := top; y < bottom; y++ {
			r.Row(y, row, y%2 == 0)
		}
	})
}

func BenchmarkFillCircle(b *testing.B) {
	var p Path
	p.Ellipse(250, 250, 240, 240)
	var r Raster
	row := make([]uint8, 500)
	for b.Loop() {
		r.Reset(500, 500)
		r.Add(&p, Identity)
		for y := range 500 {
			r.Row(y, row, false)
		}
	}
}
