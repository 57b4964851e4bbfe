package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"
)

// quarters is red, green, blue, white from the top left, clockwise from it: red, green / blue, white.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			switch {
			case y < h/2 && x < w/2:
				c = color.RGBA{255, 0, 0, 255}
			case y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			case x < w/2:
				c = color.RGBA{0, 0, 255, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

// at reads and draws a picture.
func at(b []byte, l Limits, w, h int) *image.RGBA {
	i, err := Read(b, l)
	if err != nil {
		return nil
	}
	return Draw(b, i, l, w, h)
}

func encode(t testing.TB, do func(b *bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := do(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// near tells whether two colours are alike, as lossy formats keep them.
func near(a color.Color, r, g, b uint8) bool {
	ar, ag, ab, _ := a.RGBA()
	d := func(x uint32, y uint8) bool { v := int(x>>8) - int(y); return v > -40 && v < 40 }
	return d(ar, r) && d(ag, g) && d(ab, b)
}

// exif puts an orientation tag into a JPEG.
func exif(j []byte, turn uint16) []byte {
	var e bytes.Buffer
	e.WriteString("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00")
	binary.Write(&e, binary.LittleEndian, turn)
	e.WriteString("\x00\x00\x00\x00\x00\x00")
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, byte((e.Len() + 2) >> 8), byte(e.Len() + 2)}, e.Bytes()...)
	return append(out, j[2:]...)
}

func TestFormatsKeepTheirColours(t *testing.T) {
	q := quarters(64, 32)
	pal := image.NewPaletted(q.Rect, color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}, color.White})
	for y := range 32 {
		for x := range 64 {
			pal.Set(x, y, q.At(x, y))
		}
	}
	svg := `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="32" viewBox="0 0 2 1">
<script>alert(1)</script><image href="http://x.example/a.png" width="2" height="1"/>
<rect width="1" height=".5" fill="red"/><path d="M1 0h1v.5h-1z" style="fill:#0f0"/><g transform="translate(0 .5)"><polygon points="0,0 1,0 1,.5 0,.5" fill="rgb(0,0,255)"/></g>
<defs><rect id="w" width="1" height=".5" fill="white"/></defs><use href="#w" x="1" y=".5"/></svg>`
	src := map[string][]byte{
		"png":  encode(t, func(b *bytes.Buffer) error { return png.Encode(b, q) }),
		"jpeg": encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, q, &jpeg.Options{Quality: 95}) }),
		"gif":  encode(t, func(b *bytes.Buffer) error { return gif.Encode(b, pal, nil) }),
		"bmp":  encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, q) }),
		"svg":  []byte(svg),
	}
	src["turned"] = exif(encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, q, &jpeg.Options{Quality: 95}) }), 6)
	for name, b := range src {
		i, err := Read(b, Limits{})
		w, h := float64(i.Width), float64(i.Height)
		wantW, wantH := 64.0, 32.0
		if name == "turned" {
			wantW, wantH = 32, 64
		}
		if err != nil || w != wantW || h != wantH {
			t.Errorf("%s is %v by %v, %v", name, w, h, err)
			continue
		}
		for _, by := range []float64{0.25, 1, 2} {
			dw, dh := int(w*by), int(h*by)
			m := at(b, Limits{}, dw, dh)
			if m == nil || m.Rect.Dx() != dw || m.Rect.Dy() != dh {
				t.Errorf("%s at %d by %d: %v", name, dw, dh, m)
				continue
			}
			tl, tr, bl := m.At(dw/4, dh/4), m.At(dw*3/4, dh/4), m.At(dw/4, dh*3/4)
			if name == "turned" { // a quarter clockwise: what was at the bottom left is at the top left
				if !near(tl, 0, 0, 255) || !near(tr, 255, 0, 0) || !near(bl, 255, 255, 255) {
					t.Errorf("turned: %v %v %v", tl, tr, bl)
				}
			} else if !near(tl, 255, 0, 0) || !near(tr, 0, 255, 0) || !near(bl, 0, 0, 255) {
				t.Errorf("%s at %d: %v %v %v", name, dw, tl, tr, bl)
			}
		}
	}
}

func TestDataAddresses(t *testing.T) {
	p := base64.StdEncoding.EncodeToString(encode(t, func(b *bytes.Buffer) error { return png.Encode(b, quarters(6, 4)) }))
	for _, a := range []string{"data:image/png;base64," + p, "DATA:;base64," + p[:8] + "\r\n " + p[8:], "data:image/svg+xml,%3Csvg width='6' height='4'%3E%3C/svg%3E", "data:image/svg+xml;utf8,<svg width='6' height='4'></svg>"} {
		if i, err := Read(Data(a, Limits{}), Limits{}); err != nil || i.Width != 6 || i.Height != 4 {
			t.Errorf("%.40s: %+v, %v", a, i, err)
		}
	}
	for _, a := range []string{"data:", "data:image/png;base64,!!!", "data:text/html,<b>x</b>", "", "https://x.example/a.png", "file:///etc/hostname"} {
		if _, err := Read(Data(a, Limits{}), Limits{}); err == nil {
			t.Errorf("%q has a size", a)
		}
	}
}

func TestAnimation(t *testing.T) {
	g := &gif.GIF{LoopCount: 0}
	for i := range 3 {
		m := image.NewPaletted(image.Rect(0, 0, 10, 10), color.Palette{color.Transparent, color.RGBA{uint8(80 * i), 0, 0, 255}})
		if i == 2 { // a part only, over what was there
			m = image.NewPaletted(image.Rect(0, 0, 5, 10), m.Palette)
		}
		for k := range m.Pix {
			m.Pix[k] = 1
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, m), append(g.Delay, i*10), append(g.Disposal, gif.DisposalNone)
	}
	file := encode(t, func(b *bytes.Buffer) error { return gif.EncodeAll(b, g) })
	i, err := Read(file, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	a := Animate(file, i, Limits{}, 20, 20)
	if a == nil || len(a.Frames) != 3 || a.Loops != 0 {
		t.Fatalf("%+v", a)
	}
	if a.Frames[0].For != 100*time.Millisecond || a.Frames[2].For != 200*time.Millisecond {
		t.Errorf("times %v and %v", a.Frames[0].For, a.Frames[2].For)
	}
	if l, r := a.Frames[2].Image.RGBAAt(3, 10), a.Frames[2].Image.RGBAAt(17, 10); l.R != 160 || r.R != 80 {
		t.Errorf("the third frame is %v on the left and %v on the right", l, r)
	}
	if Animate(file, i, Limits{Frames: 2}, 20, 20) != nil {
		t.Error("more frames than allowed were decoded")
	}
}

// header claims a size that no memory should be given for.
func hugePNG(w, h uint32) []byte {
	var b bytes.Buffer
	png.Encode(&b, quarters(2, 2))
	p := b.Bytes()
	binary.BigEndian.PutUint32(p[16:], w)
	binary.BigEndian.PutUint32(p[20:], h)
	return p
}

func TestBounds(t *testing.T) {
	hostile := map[string][]byte{
		"wide":  hugePNG(1<<20, 1),
		"large": hugePNG(16000, 16000),
		"svg":   []byte(`<svg width="1e9" height="1e9"></svg>`),
		"deep":  []byte("<svg width='5' height='5'>" + strings.Repeat("<g>", 5000)),
		"loop":  []byte(`<svg width="5" height="5"><g id="a"><use href="#a"/><use href="#a"/></g></svg>`),
		"bomb":  []byte(`<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><svg width="5" height="5"><path d="&b;&b;"/></svg>`),
	}
	for _, n := range []string{"wide", "large", "svg"} {
		if i, err := Read(hostile[n], Limits{}); err == nil {
			t.Errorf("%s is %+v", n, i)
		}
	}
	for _, n := range []string{"deep", "loop", "bomb"} {
		at(hostile[n], Limits{}, 50, 50) // must come back
	}
	if at([]byte(`<svg width="5" height="5"></svg>`), Limits{}, 1<<20, 1<<20) != nil {
		t.Error("a picture of 2^40 pixels")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(encode(f, func(b *bytes.Buffer) error { return png.Encode(b, quarters(9, 5)) }))
	f.Add(exif(encode(f, func(b *bytes.Buffer) error { return jpeg.Encode(b, quarters(9, 5), nil) }), 8))
	f.Add(encode(f, func(b *bytes.Buffer) error { return gif.Encode(b, quarters(9, 5), nil) }))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := Limits{Pixels: 1 << 16, Side: 1 << 10, Frames: 8}
		if i, err := Read(b, l); err == nil {
			Draw(b, i, l, 7, 5)
			Animate(b, i, l, 7, 5)
		}
	})
}

func FuzzSVG(f *testing.F) {
	f.Add(`<path d="M0 0 C1 2 3 4 5 6 a5 5 0 1030 20 z" stroke="red" stroke-dasharray="1 2" transform="rotate(30) scale(2)"/>`)
	f.Add(`<linearGradient id="g"><stop offset="1" stop-color="red"/></linearGradient><rect width="9" height="9" fill="url(#g)"/><use href="#g"/>`)
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 1<<14 {
			return
		}
		drawSVG([]byte(`<svg width="20" height="20">`+in+`</svg>`), 20, 20)
	})
}

func BenchmarkPhoto(b *testing.B) {
	j := encode(b, func(w *bytes.Buffer) error { return jpeg.Encode(w, quarters(3000, 2000), nil) })
	for b.Loop() {
		i, _ := Read(j, Limits{})
		m, err := decode(j, i, Limits{}, 0, 0)
		if err != nil {
			b.Fatal(err)
		}
		scale(m, 1, 600, 400)
	}
}

// A reduction is the mean of what each pixel covers, in every kind of picture, and a plain colour stays as it is.
func TestShrink(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		m := image.NewYCbCr(image.Rect(0, 0, 101, 67), ratio)
		for i := range m.Y {
			m.Y[i] = 76
		}
		for i := range m.Cb {
			m.Cb[i], m.Cr[i] = 85, 255
		}
		want := color.RGBAModel.Convert(m.At(0, 0))
		s := shrink(m, 33, 20)
		for y := range 20 {
			for x := range 33 {
				if s.RGBAAt(x, y) != want {
					t.Fatalf("%v: %v at %d,%d, not %v", ratio, s.RGBAAt(x, y), x, y, want)
				}
			}
		}
	}
	n := image.NewNRGBA(image.Rect(0, 0, 6, 3))
	for x := range 6 {
		for y := range 3 {
			n.SetNRGBA(x, y, color.NRGBA{uint8(x * 50), 0, 0, 255})
		}
	}
	if s := shrink(n, 2, 1); s.Pix[0] != 50 || s.Pix[4] != 200 || s.Pix[3] != 255 {
		t.Errorf("means are %v", s.Pix)
	}
	// Widths that do not divide: the sum stays.
	if s := shrink(n, 4, 2); int(s.Pix[0])+int(s.Pix[4])+int(s.Pix[8])+int(s.Pix[12]) != 500 {
		t.Errorf("means are %v", s.Pix)
	}
}
