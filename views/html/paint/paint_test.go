package paint_test

import (
	"context"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

var shaper = text.NewShaper(text.Settings{})

// flat is a picture of one colour for every address.
type flat struct{}

func (flat) Size(string) (w, h float64, ok bool) { return 40, 20, true }

func (flat) Scaled(_ string, w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i+1], m.Pix[i+3] = 200, 255
	}
	return m
}

func lay(t testing.TB, src string, width float64) *display.List {
	t.Helper()
	doc, err := dom.ParseBytes(context.Background(), []byte("<!doctype html>"+src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	root, err := style.Tree(context.Background(), doc, style.Env{Width: width, Height: 800, Metrics: shaper.Metrics})
	if err != nil {
		t.Fatal(err)
	}
	l, err := layout.Lay(context.Background(), root, layout.Options{Width: width, Shaper: shaper, Pictures: flat{}})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func tile(t testing.TB, l *display.List, r display.Rect, scale float64) *image.RGBA {
	t.Helper()
	dst := image.NewRGBA(image.Rect(0, 0, int(r.W*scale+0.5), int(r.H*scale+0.5)))
	for i := range dst.Pix {
		dst.Pix[i] = 255
	}
	if err := paint.New(l, paint.Options{Pictures: flat{}}).Paint(context.Background(), dst, r, scale); err != nil {
		t.Fatal(err)
	}
	return dst
}

func whole(t testing.TB, src string) *image.RGBA {
	l := lay(t, src, 300)
	return tile(t, l, display.Rect{W: 300, H: max(l.Height, 200)}, 1)
}

func is(t *testing.T, m *image.RGBA, x, y int, r, g, b uint8) {
	t.Helper()
	c := m.RGBAAt(x, y)
	d := func(p, q uint8) bool { return int(p)-int(q) < 6 && int(q)-int(p) < 6 }
	if !d(c.R, r) || !d(c.G, g) || !d(c.B, b) {
		t.Errorf("pixel %d, %d is %v, want %d %d %d", x, y, c, r, g, b)
	}
}

func TestBoxes(t *testing.T) {
	m := whole(t, `<body style="margin:0"><div style="width:100px;height:40px;background:#f00;border:4px solid #00f;border-right-color:#0f0"></div>`)
	is(t, m, 50, 20, 255, 0, 0)
	is(t, m, 2, 20, 0, 0, 255)
	is(t, m, 106, 20, 0, 255, 0)
	is(t, m, 50, 46, 0, 0, 255)
	is(t, m, 120, 20, 255, 255, 255)
	m = whole(t, `<body style="margin:0"><div style="width:100px;height:100px;background:#f00;border-radius:50px;opacity:.5"></div>`)
	is(t, m, 50, 50, 255, 128, 128)
	is(t, m, 5, 5, 255, 255, 255)
	m = whole(t, `<body style="margin:0"><div style="width:100px;height:100px;overflow:hidden;border-radius:50px"><div style="background:#00f;height:300px"></div></div>`)
	is(t, m, 50, 50, 0, 0, 255)
	is(t, m, 5, 5, 255, 255, 255)
	is(t, m, 50, 110, 255, 255, 255)
}

func TestLines(t *testing.T) {
	m := whole(t, `<body style="margin:0"><div style="height:20px;border-top:12px double #f00"></div><div style="height:20px;border-top:6px dashed #00f"></div>`)
	is(t, m, 50, 1, 255, 0, 0)
	is(t, m, 50, 6, 255, 255, 255)
	is(t, m, 50, 10, 255, 0, 0)
	blue, white := 0, 0
	for x := range 300 {
		switch c := m.RGBAAt(x, 35); {
		case c.R < 40 && c.B > 200:
			blue++
		case c.R > 215:
			white++
		}
	}
	if blue < 180 || blue > 220 || white < 80 {
		t.Errorf("a dashed line has %d blue and %d white pixels of 300", blue, white)
	}
	is(t, m, 0, 35, 0, 0, 255)
	is(t, m, 299, 35, 0, 0, 255)
}

// Dots stand at both ends of a line, and an underline leaves room for descenders.
func TestDotsAndDescenders(t *testing.T) {
	m := whole(t, `<body style="margin:0"><div style="width:120px;height:40px;border-top:6px dotted #00f"></div>`)
	is(t, m, 3, 3, 0, 0, 255)
	is(t, m, 117, 3, 0, 0, 255)
	with := whole(t, `<body style="margin:0;font:30px Inter"><u>nnnn</u>`)
	gaps := whole(t, `<body style="margin:0;font:30px Inter"><u>ggng</u>`)
	row := func(m *image.RGBA) (y, dark int) { // the fullest row is the underline
		for i := range m.Rect.Dy() {
			n := 0
			for x := range 300 {
				if m.RGBAAt(x, i).R < 60 {
					n++
				}
			}
			if n > dark {
				y, dark = i, n
			}
		}
		return y, dark
	}
	y, full := row(with)
	light := 0
	for x := range 60 {
		if gaps.RGBAAt(x, y).R > 200 {
			light++
		}
	}
	if full < 60 || light < 4 {
		t.Errorf("an underline of %d px has %d light px where descenders cross it", full, light)
	}
}

func TestBackgrounds(t *testing.T) {
	m := whole(t, `<body style="margin:0"><div style="height:100px;background:linear-gradient(to right,#000,#fff)"></div>`)
	is(t, m, 150, 50, 128, 128, 128)
	is(t, m, 1, 50, 1, 1, 1)
	m = whole(t, `<body style="margin:0"><div style="height:100px;background:url(x) no-repeat right bottom #fff"></div>`)
	is(t, m, 290, 95, 0, 200, 0)
	is(t, m, 250, 95, 255, 255, 255)
	m = whole(t, `<body style="margin:0"><div style="height:100px;background:radial-gradient(circle closest-side,#f00 50%,#00f 50%)"></div>`)
	is(t, m, 150, 50, 255, 0, 0)
	is(t, m, 150, 10, 0, 0, 255)
	m = whole(t, `<body style="margin:0"><div style="height:100px;background:radial-gradient(circle at 50px 50px,#f00 60px,#00f 0)"></div>`)
	is(t, m, 105, 50, 255, 0, 0)
	is(t, m, 115, 50, 0, 0, 255)
	is(t, m, 50, 95, 255, 0, 0)
	m = whole(t, `<body style="margin:0"><div style="height:100px;background:conic-gradient(#f00 25%,#0f0 0 50%,#00f 0)"></div>`)
	is(t, m, 200, 20, 255, 0, 0)
	is(t, m, 200, 80, 0, 255, 0)
	is(t, m, 100, 50, 0, 0, 255)
	m = whole(t, `<body style="margin:0"><img src=x width=60 height=50 style="display:block">`)
	is(t, m, 30, 25, 0, 200, 0)
}

func TestShadows(t *testing.T) {
	m := whole(t, `<body style="margin:0"><div style="margin:30px;height:30px;background:#fff;box-shadow:0 0 10px #000"></div>`)
	edge, near, far := m.RGBAAt(150, 62).R, m.RGBAAt(150, 66).R, m.RGBAAt(150, 85).R
	if !(edge < near && near < far) || far < 250 || edge > 200 {
		t.Errorf("a shadow is %d beside the box, %d and %d further out", edge, near, far)
	}
	is(t, m, 150, 45, 255, 255, 255)
	m = whole(t, `<body style="margin:0"><div style="height:60px;background:#fff;box-shadow:inset 0 0 0 5px #f00"></div>`)
	is(t, m, 2, 30, 255, 0, 0)
	is(t, m, 150, 30, 255, 255, 255)
}

// ink adds up how dark a rectangle is, in black pixels.
func ink(m *image.RGBA, r image.Rectangle) float64 {
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := m.RGBAAt(x, y)
			sum += 1 - (float64(c.R)+float64(c.G)+float64(c.B))/765
		}
	}
	return sum
}

func TestText(t *testing.T) {
	const s = `<body style="margin:0;font:20px Inter;line-height:30px">`
	plain := whole(t, s+`Hamburg`)
	if v := ink(plain, plain.Rect); v < 200 || v > 700 {
		t.Errorf("a word has %v px of ink", v)
	}
	if v := ink(plain, image.Rect(0, 30, 300, 200)); v != 0 {
		t.Errorf("%v px of ink below the line", v)
	}
	line := whole(t, s+`<u>Hamburg</u>`)
	if a, b := ink(plain, plain.Rect), ink(line, line.Rect); b-a < 100 {
		t.Errorf("underlining adds %v px", b-a)
	}
	bold := whole(t, `<body style="margin:0;font:bold 20px 'JetBrains Mono'">Hamburg`)
	thin := whole(t, `<body style="margin:0;font:20px 'JetBrains Mono'">Hamburg`)
	if a, b := ink(thin, thin.Rect), ink(bold, bold.Rect); b < a*1.05 {
		t.Errorf("bold text has %v px of ink, plain %v", b, a)
	}
	shadow := whole(t, s+`<span style="color:#fff0;text-shadow:3px 40px 2px #000">Hamburg</span>`)
	if v := ink(shadow, image.Rect(0, 35, 300, 90)); v < 150 {
		t.Errorf("a shadow has %v px of ink", v)
	}
}

// A face twice as large is four times as much ink, at the same place.
func TestScale(t *testing.T) {
	l := lay(t, `<body style="margin:0;font:20px Inter">Hamburg <b>fonts</b>`, 300)
	one, two := tile(t, l, display.Rect{W: 300, H: 40}, 1), tile(t, l, display.Rect{W: 300, H: 40}, 2)
	if a, b := ink(one, one.Rect), ink(two, two.Rect); math.Abs(b/a-4) > 0.2 {
		t.Errorf("twice as large has %v times the ink", b/a)
	}
}

// Tiles of one layout fit together: painted in pieces the picture is the same as in one.
func TestTilesFit(t *testing.T) {
	l := lay(t, `<body style="background:#eee"><div style="margin:20px;padding:12px;border:3px dashed #345;border-radius:14px;background:linear-gradient(90deg,#fff,#9cf);box-shadow:2px 3px 8px #0006,inset 0 0 6px #a00">`+
		strings.Repeat(`Hello <i>there</i> <u style="text-decoration-style:wavy">under</u> 😀 <span style="opacity:.5;display:inline-block;border:2px dotted red;text-shadow:1px 1px 3px blue">half</span> `, 20)+`</div>`, 600)
	for _, scale := range []float64{1, 1.5} {
		all := tile(t, l, display.Rect{W: 600, H: l.Height}, scale)
		for y := 0.0; y < l.Height; y += 64 {
			for x := 0.0; x < 600; x += 128 {
				part := tile(t, l, display.Rect{X: x, Y: y, W: 128, H: 64}, scale)
				for py := range part.Rect.Dy() {
					for px := range part.Rect.Dx() {
						at := image.Pt(int(x*scale)+px, int(y*scale)+py)
						if !at.In(all.Rect) {
							continue
						}
						a, b := part.RGBAAt(px, py), all.RGBAAt(at.X, at.Y)
						if d := func(p, q uint8) bool { return int(p)-int(q) > 4 || int(q)-int(p) > 4 }; d(a.R, b.R) || d(a.G, b.G) || d(a.B, b.B) {
							t.Fatalf("scale %v, pixel %v: %v in the tile, %v in the whole", scale, at, a, b)
						}
					}
				}
			}
		}
	}
}

func TestStopsWithItsContext(t *testing.T) {
	l := lay(t, strings.Repeat("<p>x", 200), 300)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := paint.New(l, paint.Options{}).Paint(ctx, image.NewRGBA(image.Rect(0, 0, 300, 900)), display.Rect{W: 300, H: 900}, 1); err != context.Canceled {
		t.Errorf("the error is %v", err)
	}
}

// Lists may hold anything that layout can be led into: no numbers may hang or crash the painter.
func FuzzPaint(f *testing.F) {
	f.Add(10.0, 10.0, 50.0, 20.0, 3.0, 5.0, uint8(3), 1.0)
	f.Add(-1e12, math.Inf(1), 1e300, -5.0, 1e9, 1e9, uint8(9), 0.01)
	f.Add(math.NaN(), 0.0, 100.0, 1e7, -1.0, 1e5, uint8(4), 60.0)
	f.Fuzz(func(t *testing.T, x, y, w, h, width, blur float64, line uint8, scale float64) {
		r := display.Rect{X: x, Y: y, W: w, H: h}
		b := style.Border{Width: width, Line: style.Line(line % 11), Color: color.NRGBA{1, 2, 3, 200}}
		radius := [4][2]float64{{blur, width}, {width, blur}, {blur, blur}, {x, y}}
		box := &display.Box{Rect: r, Color: color.NRGBA{200, 100, 50, 255}, Border: [4]style.Border{b, b, {Width: blur, Line: style.Line((line + 1) % 11), Color: b.Color}, b}, Radius: radius, Outline: b,
			Shadows: []style.Shadow{{X: x, Y: y, Blur: blur, Spread: width, Color: b.Color}, {X: y, Blur: blur, Spread: width, Color: b.Color, Inset: true}},
			Layers:  []display.Layer{{URL: "a", Area: r, Tile: display.Rect{X: y, Y: x, W: width, H: blur}, RepeatX: style.Repeat(line % 4)}, {Gradient: &style.Gradient{Radial: line%2 == 0, Repeating: true, Angle: x, Stops: []style.Stop{{Color: b.Color}, {At: style.Length{Unit: style.Px, V: width}}}}, Area: r, Tile: r}}}
		run := &display.Run{Rect: r, Base: y, Color: b.Color, Shadows: box.Shadows[:1], Decoration: []display.Decoration{{Y: y, Thick: width, Line: style.Line(line % 11), Color: b.Color}}}
		if s := shaper.Shape("Ab😀", text.Font{Families: []string{"Inter"}, Size: min(max(blur, 0), 1e6), Weight: 700, Italic: true}, text.Options{}); len(s) > 0 {
			run.Shaped = s[0]
		}
		l := &display.List{Width: w, Height: h, Items: []display.Item{&display.Push{Rect: r, Clip: true, Radius: radius, Opacity: scale}, box, run, &display.Image{Rect: r, Clip: r, Draw: r, URL: "b", Radius: radius}, display.Pop{}, display.Pop{}, &display.Push{Rect: r, Opacity: 0.5}, box}}
		p := paint.New(l, paint.Options{Pictures: small{}})
		if err := p.Paint(context.Background(), image.NewRGBA(image.Rect(0, 0, 60, 40)), display.Rect{X: 5, Y: -3, W: 60, H: 40}, min(max(scale, 0), 8)); err != nil {
			t.Fatal(err)
		}
	})
}

// small has pictures up to a bound, as real sources do.
type small struct{}

func (small) Scaled(u string, w, h int) *image.RGBA {
	if w <= 0 || h <= 0 || w > 4096 || h > 4096 {
		return nil
	}
	return flat{}.Scaled(u, w, h)
}

func newsletter() string {
	var b strings.Builder
	b.WriteString(`<body bgcolor="#f4f4f4" style="margin:0"><table width="100%"><tr><td align="center"><table width="600" bgcolor="#ffffff" cellpadding="0" cellspacing="0">`)
	for range 40 {
		b.WriteString(`<tr><td style="font-family:Arial,sans-serif;color:#333;padding:20px 30px;border-bottom:1px solid #ddd"><h2 style="margin:0 0 10px">A headline of the week</h2><img src=a width=540 height=120><table width="100%"><tr><td width="50%" valign="top" style="font-size:14px;line-height:20px">` +
			strings.Repeat("Some words about what is new in the shop and what will come. ", 6) + `<a style="display:inline-block;padding:10px 20px;background:#0a7;color:#fff;border-radius:6px">Read on</a></td><td width="50%" valign="top" style="font-size:14px">` + strings.Repeat("More of it on the right, <b>bold</b> and <i>slanted</i>. ", 6) + `</td></tr></table></td></tr>`)
	}
	return b.String()
}

func BenchmarkTile(b *testing.B) {
	l := lay(b, newsletter(), 800)
	p := paint.New(l, paint.Options{})
	dst := image.NewRGBA(image.Rect(0, 0, 800, 900))
	y := 0.0
	for b.Loop() {
		y = math.Mod(y+300, 8000)
		if err := p.Paint(context.Background(), dst, display.Rect{Y: y, W: 800, H: 900}, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	l := lay(b, newsletter(), 800)
	for b.Loop() {
		paint.New(l, paint.Options{})
	}
}

// TestCarvedBorders: the colours are Chromium's.
func TestCarvedBorders(t *testing.T) {
	const div = `<!doctype html><body style="margin:0"><div style="width:40px;height:40px;`
	for _, c := range []struct {
		src  string
		x, y int
		want uint32
	}{
		{div + `border:3px inset">`, 1, 20, 0x9a9a9a}, // text is too dark to carve with
		{div + `border:3px inset">`, 44, 20, 0xeeeeee},
		{div + `border:3px inset;color:blue">`, 1, 20, 0x9a9a9a},
		{div + `border:3px inset black">`, 1, 20, 0x545454},
		{div + `border:3px inset black">`, 44, 20, 0xa8a8a8},
		{div + `border:3px outset #808080">`, 44, 20, 0x2c2c2c},
		{div + `border:3px groove black">`, 1, 20, 0x545454},
		{div + `border:3px groove black">`, 2, 20, 0xa8a8a8},
		{div + `border:3px groove black">`, 44, 20, 0x545454},
		{div + `border:3px groove black">`, 45, 20, 0xa8a8a8},
		{div + `border:1px ridge red">`, 41, 20, 0xff0000},
		{div + `border:4px outset #c00">`, 46, 46, 0x780000}, // no seam where two shaded sides meet
		{`<!doctype html><body style="margin:0"><table border=3 cellspacing=0><tr><td style="padding:20px">x</table>`, 1, 20, 0xa8a8a8},
		{`<!doctype html><body style="margin:0;color:blue"><table border=3 cellspacing=0><tr><td style="padding:20px">x</table>`, 1, 20, 0x0000ff},
		{`<!doctype html><body style="margin:0"><table border=1 style="border-collapse:collapse"><tr><td style="padding:20px">x</table>`, 0, 20, 0x000000},
		{`<!doctype html><body style="margin:0"><hr noshade style="margin:0">`, 9, 0, 0x808080},
		{`<!doctype html><body style="margin:0"><hr style="margin:0">`, 9, 0, 0x9a9a9a},
		{`<!doctype html><body style="margin:0"><hr style="margin:0">`, 9, 1, 0xeeeeee},
	} {
		m := whole(t, c.src)
		p := m.RGBAAt(c.x, c.y)
		for i, v := range []uint8{p.R, p.G, p.B} {
			if d := int(v) - int(uint8(c.want>>(16-8*i))); d < -3 || d > 3 {
				t.Errorf("%s: at %d, %d %v, want %06x", c.src[len(`<!doctype html><body style="margin:0`):], c.x, c.y, p, c.want)
				break
			}
		}
	}
}
