package pdf

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // bitmaps of fonts
	_ "image/png"
	"math"

	"github.com/go-text/typesetting/font"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

// picture is one that has been written.
type picture struct {
	num  int
	w, h int
	none bool
}

func (p *picture) ref(name string) string { return fmt.Sprintf("/%s %d 0 R", name, p.num) }

// maxPixels bounds what a picture keeps in the file; larger ones are made smaller.
const maxPixels = 4 << 20

// load writes the picture of an address once and returns its name.
func (d *document) load(url string) (string, *picture, bool) {
	key := "u:" + url
	if p := d.images[key]; p != nil {
		return fmt.Sprintf("I%d", p.num), p, !p.none
	}
	p := &picture{none: true}
	d.images[key] = p
	if d.o.Pictures == nil || url == "" {
		return "", p, false
	}
	im, ok := d.o.Pictures.Picture(d.ctx, url)
	if !ok || im == nil || im.Bounds().Empty() {
		return "", p, false
	}
	d.embed(p, im)
	name := fmt.Sprintf("I%d", p.num)
	d.xobj.WriteString(p.ref(name))
	return name, p, true
}

// embed writes a picture as RGB with a mask where it is not opaque (section 8.9.5).
func (d *document) embed(p *picture, im image.Image) {
	r := im.Bounds()
	w, h := r.Dx(), r.Dy()
	step := 1
	for (w/step)*(h/step) > maxPixels {
		step++
	}
	w, h = max(1, w/step), max(1, h/step)
	rgb, mask := make([]byte, 0, w*h*3), make([]byte, 0, w*h)
	clear := false
	for y := range h {
		for x := range w {
			cr, cg, cb, ca := im.At(r.Min.X+x*step, r.Min.Y+y*step).RGBA()
			if ca == 0 {
				rgb = append(rgb, 255, 255, 255)
			} else {
				rgb = append(rgb, byte(cr*255/ca), byte(cg*255/ca), byte(cb*255/ca))
			}
			mask = append(mask, byte(ca>>8))
			clear = clear || ca < 0xFFFF
		}
	}
	extra := ""
	if clear {
		m := d.reserve()
		d.stream(m, fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8", w, h), mask)
		extra = fmt.Sprintf("/SMask %d 0 R", m)
	}
	p.num, p.w, p.h, p.none = d.reserve(), w, h, false
	d.stream(p.num, fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Interpolate true%s", w, h, extra), rgb)
}

// bitmap writes the picture of a glyph and returns the name it has in its font.
func (d *document) bitmap(g font.GlyphBitmap) (string, bool) {
	if len(g.Data) == 0 || len(g.Data) > 1<<20 || g.Format != font.PNG && g.Format != font.JPG {
		return "", false
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(g.Data))
	if err != nil || c.Width*c.Height > maxPixels {
		return "", false
	}
	im, _, err := image.Decode(bytes.NewReader(g.Data))
	if err != nil || im.Bounds().Empty() {
		return "", false
	}
	p := &picture{}
	d.embed(p, im)
	name := fmt.Sprintf("I%d", p.num)
	d.images[name] = p
	return name, true
}

// picture paints a picture of the mail.
func (c *content) picture(v *display.Image) {
	if v.Missing {
		return
	}
	name, _, ok := c.d.load(v.URL)
	if !ok {
		return
	}
	c.b.WriteString("q\n")
	c.rounded(v.Clip, v.Radius)
	c.b.WriteString("W n\n")
	c.setAlpha(255)
	c.put(name, v.Draw)
	c.b.WriteString("Q\n")
}

// put draws a picture into a rectangle; pictures stand upright where y points up.
func (c *content) put(name string, r display.Rect) {
	c.b.WriteString("q ")
	nums(&c.b, "cm", r.W, 0, 0, -r.H, r.X, r.Y+r.H)
	c.b.WriteString("/" + name + " Do Q\n")
}

// maxTiles bounds a background that repeats.
const maxTiles = 4000

// tiles draws a background picture.
func (c *content) tiles(l display.Layer, radius [4][2]float64, whole display.Rect) {
	name, _, ok := c.d.load(l.URL)
	if !ok || l.Tile.W <= 0 || l.Tile.H <= 0 {
		return
	}
	c.b.WriteString("q\n")
	c.rounded(whole, radius)
	c.b.WriteString("W n\n")
	nums(&c.b, "re W n", l.Area.X, l.Area.Y, l.Area.W, l.Area.H)
	c.setAlpha(255)
	from := func(at, size, lo float64, rep style.Repeat) float64 {
		if rep == style.NoRepeat {
			return at
		}
		return at - math.Ceil((at-lo)/size)*size
	}
	x0 := from(l.Tile.X, l.Tile.W, l.Area.X, l.RepeatX)
	y0 := from(l.Tile.Y, l.Tile.H, max(l.Area.Y, c.y0), l.RepeatY)
	n := 0
	for y := y0; y < min(l.Area.Y+l.Area.H, c.y1) && n < maxTiles; y += l.Tile.H {
		for x := x0; x < l.Area.X+l.Area.W && n < maxTiles; x += l.Tile.W {
			c.put(name, display.Rect{X: x, Y: y, W: l.Tile.W, H: l.Tile.H})
			n++
			if l.RepeatX == style.NoRepeat {
				break
			}
		}
		if l.RepeatY == style.NoRepeat {
			break
		}
	}
	c.b.WriteString("Q\n")
}
