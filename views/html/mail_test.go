package html_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/views/html"
	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/paint"
)

func tile(t *testing.T, m *html.Mail) *image.RGBA {
	t.Helper()
	w, h := m.Size()
	im, err := m.Tile(context.Background(), display.Rect{W: w, H: h}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func TestOpenAndPaint(t *testing.T) {
	m := open(t, `<!doctype html><body style="margin:0"><div style="background:#ff0000;height:50px;width:100px"></div><a href="https://shop.example/x">Buy <b>now</b></a>`, nil, false)
	im := tile(t, m)
	if c := im.RGBAAt(50, 25); c != (color.RGBA{255, 0, 0, 255}) {
		t.Errorf("the box is %v", c)
	}
	if c := im.RGBAAt(150, 25); c != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("the paper is %v", c)
	}
	if to, text := m.LinkAt(10, 60); to != "https://shop.example/x" || !strings.Contains(text, "Buy") {
		t.Errorf("the link is %q %q", to, text)
	}
	if to, _ := m.LinkAt(10, 20); to != "" {
		t.Errorf("a link %q on the box", to)
	}
	_, before := m.Size()
	if err := m.Relayout(context.Background(), 20); err != nil {
		t.Fatal(err)
	}
	if _, h := m.Size(); h <= before {
		t.Errorf("%v px high at 20 px width, %v before", h, before)
	}
}

// Tiles of one layout fit together: painted in pieces the picture is the same as in one.
func TestTilesFit(t *testing.T) {
	m := open(t, `<body style="background:#eee"><div style="margin:20px;padding:12px;border:3px dashed #345;border-radius:14px;background:linear-gradient(90deg,#fff,#9cf);box-shadow:2px 3px 8px #0006">`+
		strings.Repeat(`Hello <i>there</i> <u>under</u> <span style="opacity:.5;display:inline-block;border:2px dotted red">half</span> `, 20)+`</div>`, nil, false)
	w, h := m.Size()
	for _, scale := range []float64{1, 1.5} {
		whole, err := m.Tile(context.Background(), display.Rect{W: w, H: h}, scale)
		if err != nil {
			t.Fatal(err)
		}
		for y := 0.0; y < h; y += 64 {
			for x := 0.0; x < w; x += 128 {
				part, err := m.Tile(context.Background(), display.Rect{X: x, Y: y, W: 128, H: 64}, scale)
				if err != nil {
					t.Fatal(err)
				}
				for py := range part.Rect.Dy() {
					for px := range part.Rect.Dx() {
						at := image.Pt(int(x*scale)+px, int(y*scale)+py)
						if !at.In(whole.Rect) {
							continue
						}
						a, b := part.RGBAAt(px, py), whole.RGBAAt(at.X, at.Y)
						if d := func(p, q uint8) bool { return int(p)-int(q) > 3 || int(q)-int(p) > 3 }; d(a.R, b.R) || d(a.G, b.G) || d(a.B, b.B) {
							t.Fatalf("scale %v, pixel %v: %v in the tile, %v in the whole", scale, at, a, b)
						}
					}
				}
			}
		}
	}
}

func luminance(c color.RGBA) float64 {
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
}

func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Whatever pair of colours could be read on white paper can be read on dark paper.
func TestDarkKeepsContrast(t *testing.T) {
	re := html.Darken(color.NRGBA{0x1b, 0x1b, 0x1f, 255})
	rgba := func(n color.NRGBA) color.RGBA { return color.RGBA{n.R, n.G, n.B, 255} }
	if w := re(color.NRGBA{255, 255, 255, 255}, paint.Fill); w != (color.NRGBA{0x1b, 0x1b, 0x1f, 255}) {
		t.Errorf("white paper becomes %v", w)
	}
	steps := []uint8{0, 64, 128, 192, 255}
	var all []color.NRGBA
	for _, r := range steps {
		for _, g := range steps {
			for _, b := range steps {
				all = append(all, color.NRGBA{r, g, b, 255})
			}
		}
	}
	for _, fill := range all {
		for _, ink := range all {
			was := contrast(rgba(fill), rgba(ink))
			if was < 4.5 {
				continue
			}
			if is := contrast(rgba(re(fill, paint.Fill)), rgba(re(ink, paint.TextColor))); is < 2.5 {
				t.Errorf("%v on %v had contrast %.1f, has %.1f", ink, fill, was, is)
			}
		}
	}
}

func TestDarkMails(t *testing.T) {
	plain := open(t, `<p>Hello</p>`, nil, true)
	if c := tile(t, plain).RGBAAt(400, 3); c.R > 60 {
		t.Errorf("the paper of a plain mail is %v in the dark", c)
	}
	plain.SetColors(true, true)
	if c := tile(t, plain).RGBAAt(400, 3); c.R != 255 {
		t.Errorf("original colours: the paper is %v", c)
	}
	own := open(t, `<meta name=color-scheme content="light dark"><style>@media (prefers-color-scheme:dark){body{background:#102030!important;color:#fff!important}}</style><body style="background:#fff;color:#000"><p>Hello`, nil, true)
	if c := tile(t, own).RGBAAt(400, 3); c != (color.RGBA{0x10, 0x20, 0x30, 255}) {
		t.Errorf("a mail with dark styles of its own has paper %v", c)
	}
	if !own.SetColors(false, false) {
		t.Error("a mail with dark styles must be laid out anew")
	}
	if err := own.Relayout(context.Background(), 600); err != nil {
		t.Fatal(err)
	}
	if c := tile(t, own).RGBAAt(400, 3); c.R != 255 {
		t.Errorf("in the light its paper is %v", c)
	}
}

type pictures map[string][]byte

func (p pictures) Bytes(a string) []byte { return p[a] }

func TestPicturesKeepTheirColours(t *testing.T) {
	im := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for i := range im.Pix {
		im.Pix[i] = 255
	}
	var b bytes.Buffer
	png.Encode(&b, im)
	m, err := html.Open(context.Background(), `<body style="margin:0"><img src="cid:a" width=40 height=40 style="display:block"><div style="background:url(cid:a);width:200px;height:40px;color:#000;font:30px sans-serif">MMM</div>`,
		html.Options{Width: 300, Shaper: shaper, Source: pictures{"cid:a": b.Bytes()}, Dark: true})
	if err != nil {
		t.Fatal(err)
	}
	got := tile(t, m)
	if c := got.RGBAAt(20, 20); c.R != 255 {
		t.Errorf("a white picture is %v in the dark", c)
	}
	dark := false
	for x := range 80 {
		if c := got.RGBAAt(x, 62); c.R < 60 {
			dark = true
		}
	}
	if c := got.RGBAAt(180, 60); c.R != 255 || !dark {
		t.Errorf("text on a background picture: ground %v, dark letters %v", c, dark)
	}
}

func TestBudget(t *testing.T) {
	src := strings.Repeat("<table><tr><td>x", 3000) + strings.Repeat("<p style='float:left'>word</p>", 20000)
	start := time.Now()
	_, err := html.Open(context.Background(), src, html.Options{Width: 600, Shaper: shaper, Budget: 20 * time.Millisecond})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v after %v", err, time.Since(start))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := html.Open(ctx, "x", html.Options{Width: 600, Shaper: shaper}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// letter of about 60 KB, in the way of newsletters.
func newsletter() string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html><head><style>.t{font-family:Arial,sans-serif;color:#333}a{color:#06c}@media (max-width:480px){.c{width:100%!important}}</style></head><body bgcolor="#f4f4f4" style="margin:0"><table width="100%"><tr><td align="center"><table width="600" bgcolor="#ffffff" cellpadding="0" cellspacing="0">`)
	for range 60 {
		b.WriteString(`<tr><td class="t" style="padding:20px 30px;border-bottom:1px solid #ddd"><h2 style="margin:0 0 10px;font-size:22px">A headline of the week</h2><table width="100%"><tr><td width="50%" valign="top" style="font-size:14px;line-height:20px">` +
			strings.Repeat("Some words about what is new in the shop and what will come. ", 6) + `<a href="https://shop.example/a" style="display:inline-block;padding:10px 20px;background:#0a7;color:#fff;border-radius:6px;text-decoration:none">Read on</a></td><td width="50%" valign="top" style="font-size:14px;line-height:20px">` + strings.Repeat("More of it on the right, <b>bold</b> and <i>slanted</i>. ", 6) + `</td></tr></table></td></tr>`)
	}
	return b.String()
}

func BenchmarkOpen(b *testing.B) {
	src := newsletter()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := html.Open(context.Background(), src, html.Options{Width: 800, Shaper: shaper}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRelayout(b *testing.B) {
	m, err := html.Open(context.Background(), newsletter(), html.Options{Width: 800, Shaper: shaper})
	if err != nil {
		b.Fatal(err)
	}
	w := 700.0
	for b.Loop() {
		w = 1500 - w
		if err := m.Relayout(context.Background(), w); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTile(b *testing.B) {
	m, err := html.Open(context.Background(), newsletter(), html.Options{Width: 800, Shaper: shaper})
	if err != nil {
		b.Fatal(err)
	}
	dst := image.NewRGBA(image.Rect(0, 0, 800, 900))
	y := 0.0
	for b.Loop() {
		y = math.Mod(y+300, 8000)
		if err := m.Paint(context.Background(), m.List(), display.Rect{Y: y, W: 800, H: 900}, 1, dst); err != nil {
			b.Fatal(err)
		}
	}
}
