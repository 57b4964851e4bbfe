package view

import (
	"image/color"
	"math"
	"testing"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

func rgb(v uint32) color.NRGBA { return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} }

func contrast(a, b color.NRGBA) float64 {
	lum := func(c color.NRGBA) float64 { return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B) + 0.05 }
	x, y := lum(a), lum(b)
	return max(x, y) / min(x, y)
}

// TestTurn: what could be read on white can be read on the dark card, and hues stay.
func TestTurn(t *testing.T) {
	card := turn(rgb(0xffffff))
	if l := lightness(card); math.Abs(l-darkest) > 0.01 {
		t.Errorf("white becomes %v", card)
	}
	for _, c := range []uint32{0x000000, 0x333333, 0x0000ee, 0xb3282d, 0x157446, 0x5f3593, 0x0a6c74, 0x777777} {
		was, now := contrast(rgb(c), rgb(0xffffff)), contrast(ink(rgb(c)), card)
		if now < min(4.4, was*0.75) {
			t.Errorf("%06x: contrast %.1f on white, %.1f on the card", c, was, now)
		}
		_, a, b := oklab(rgb(c))
		_, x, y := oklab(ink(rgb(c)))
		if math.Hypot(a, b) > 0.05 && math.Hypot(x, y) > 0.02 {
			if d := math.Abs(math.Mod(math.Atan2(b, a)-math.Atan2(y, x)+3*math.Pi, 2*math.Pi) - math.Pi); d > 0.15 {
				t.Errorf("%06x changes its hue by %.2f", c, d)
			}
		}
	}
}

func TestDarken(t *testing.T) {
	white, teal, black := rgb(0xffffff), rgb(0x14343a), rgb(0x000000)
	l := &display.List{Items: []display.Item{
		&display.Box{Rect: display.Rect{W: 600, H: 400}, Color: white, Border: [4]style.Border{{Width: 1, Line: style.Solid, Color: rgb(0xdddddd)}}},
		&display.Run{Rect: display.Rect{X: 10, Y: 300, W: 50, H: 16}, Color: black},
		&display.Box{Rect: display.Rect{W: 600, H: 100}, Color: teal},
		&display.Run{Rect: display.Rect{X: 10, Y: 20, W: 50, H: 16}, Color: white},
		&display.Image{Rect: display.Rect{X: 10, Y: 40, W: 50, H: 16}},
		&display.Box{Rect: display.Rect{X: 10, Y: 310, W: 6, H: 6}, Color: black},  // a bullet
		&display.Box{Rect: display.Rect{X: 10, Y: 50, W: 600, H: 1}, Color: black}, // a line on the banner
	}}
	card := rgb(0x1e2629)
	d := Darken(l, card)
	if c := d.Items[0].(*display.Box).Color; c != card {
		t.Errorf("a white ground is %v", c)
	}
	if c := d.Items[1].(*display.Run).Color; lightness(c) < 0.9 {
		t.Errorf("black text on it is %v", c)
	}
	if c := d.Items[2].(*display.Box).Color; c != teal {
		t.Errorf("a dark banner becomes %v", c)
	}
	if c := d.Items[3].(*display.Run).Color; c != white {
		t.Errorf("white text on it becomes %v", c)
	}
	if c := d.Items[5].(*display.Box).Color; lightness(c) < 0.9 {
		t.Errorf("a bullet is %v", c)
	}
	if c := d.Items[6].(*display.Box).Color; c != black {
		t.Errorf("a line on the banner is %v", c)
	}
	if d.Items[4] != l.Items[4] || l.Items[1].(*display.Run).Color != black {
		t.Error("a picture, or the list itself, was changed")
	}
}

// TestDarkenLines: strong light colours can be read, pale lines stay faint, and the shades of a carved border are both seen.
func TestDarkenLines(t *testing.T) {
	card := rgb(0x1e2629)
	if c := ink(rgb(0xfeae39)); contrast(c, card) < 4.5 {
		t.Errorf("orange text has a contrast of %.1f", contrast(c, card))
	}
	if c := ink(rgb(0xffffff)); contrast(c, card) > 1.3 {
		t.Errorf("white text on white, which hides, is seen on the dark card: %.1f", contrast(c, card))
	}
	carved := style.Border{Width: 1, Line: style.Outset, Color: rgb(0x000000)}
	l := &display.List{Items: []display.Item{
		&display.Box{Rect: display.Rect{Y: 10, W: 600, H: 1}, Color: rgb(0xfed69c)},
		&display.Box{Rect: display.Rect{Y: 20, W: 600, H: 90}, Border: [4]style.Border{carved, carved, carved, carved}},
	}}
	d := Darken(l, card)
	if c := d.Items[0].(*display.Box).Color; lightness(c) > 0.5 {
		t.Errorf("a pale line is %v", c)
	}
	for i, s := range d.Items[1].(*display.Box).Border {
		if x := contrast(s.Color, card); s.Line != style.Solid || x < 1.5 || x > 8 {
			t.Errorf("side %d of a carved border: %+v, contrast %.1f", i, s, x)
		}
	}
}

// TestDarkenGradients: what is written on a gradient stays with it.
func TestDarkenGradients(t *testing.T) {
	on := func(text color.NRGBA, stops ...uint32) color.NRGBA {
		g := &style.Gradient{}
		for _, c := range stops {
			g.Stops = append(g.Stops, style.Stop{Color: rgb(c)})
		}
		area := display.Rect{W: 200, H: 40}
		d := Darken(&display.List{Items: []display.Item{
			&display.Box{Rect: area, Layers: []display.Layer{{Gradient: g, Area: area, Tile: area}}},
			&display.Run{Rect: display.Rect{X: 10, Y: 10, W: 50, H: 16}, Color: text},
		}}, rgb(0x1e2629))
		return d.Items[1].(*display.Run).Color
	}
	white, black := rgb(0xffffff), rgb(0x000000)
	if c := on(white, 0x00aa77, 0x0077aa); c != white {
		t.Errorf("white on a strong gradient becomes %v", c)
	}
	if c := on(white, 0x14343a, 0x0a6c74); c != white {
		t.Errorf("white on a dark gradient becomes %v", c)
	}
	if c := on(black, 0xffffff, 0xf0f0f0); lightness(c) < 0.9 {
		t.Errorf("black on a light gradient becomes %v", c)
	}
}
