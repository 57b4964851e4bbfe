package paint

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype/tables"
	"golang.org/x/image/draw"

	"github.com/postrider/postrider/views/html/text"
	"github.com/postrider/postrider/views/html/vector"
)

// colorGlyph draws a glyph of a colour font; ok is false when the glyph is a plain one.
func colorGlyph(f *text.Face, k glyphKey) (g *glyph, ok bool) {
	if !f.Colored() {
		return nil, false
	}
	var bitmap font.GlyphBitmap
	var ext font.GlyphExtents
	var layers []layer
	f.With(func(ff *font.Face) {
		if b, has := ff.GlyphDataBitmap(glyphID(k.id)); has && (b.Format == font.PNG || b.Format == font.JPG) {
			bitmap, ok = b, true
			ext, _ = ff.GlyphExtents(font.GID(k.id))
			return
		}
		if c, has := ff.GlyphDataColor(glyphID(k.id)); has {
			layers, ok = flat(ff, c.Paint), true
		}
	})
	if !ok {
		return nil, false
	}
	if layers != nil {
		return paintLayers(f, k, layers), true
	}
	return scaleBitmap(f, k, bitmap, ext), true
}

// maxStrike bounds a bitmap of a font, in pixels a side.
const maxStrike = 1024

func scaleBitmap(f *text.Face, k glyphKey, b font.GlyphBitmap, ext font.GlyphExtents) *glyph {
	var src image.Image
	var cfg image.Config
	var err error
	if b.Format == font.PNG {
		if cfg, err = png.DecodeConfig(bytes.NewReader(b.Data)); err == nil && cfg.Width <= maxStrike && cfg.Height <= maxStrike {
			src, err = png.Decode(bytes.NewReader(b.Data))
		}
	} else if cfg, err = jpeg.DecodeConfig(bytes.NewReader(b.Data)); err == nil && cfg.Width <= maxStrike && cfg.Height <= maxStrike {
		src, err = jpeg.Decode(bytes.NewReader(b.Data))
	}
	if err != nil || src == nil {
		return nil
	}
	s := float64(k.size) / f.Upem()
	x, y := float64(ext.XBearing)*s, -float64(ext.YBearing)*s
	w, h := float64(ext.Width)*s, -float64(ext.Height)*s
	if w <= 0 || h <= 0 { // no extents: as wide as the em
		w, h = float64(k.size)*1.17, float64(k.size)*1.17
		y = -h * 0.8
	}
	x0, y0 := int(math.Round(x+float64(k.part)/4)), int(math.Round(y))
	dx, dy := max(1, int(math.Round(w))), max(1, int(math.Round(h)))
	if dx > 4*maxStrike || dy > 4*maxStrike {
		return nil
	}
	dst := image.NewRGBA(image.Rect(0, 0, dx, dy))
	draw.CatmullRom.Scale(dst, dst.Rect, src, src.Bounds(), draw.Src, nil)
	return &glyph{color: dst, x: x0, y: y0}
}

// layer is one outline of a COLR glyph with its colour.
type layer struct {
	id uint32
	m  vector.Matrix
	c  color.NRGBA
}

const maxLayers = 512

// flat turns a COLR paint into layers. Compositing modes are read as painting over.
func flat(f *font.Face, p tables.PaintTable) []layer {
	w := walker{face: f, out: []layer{}}
	w.walk(p, vector.Identity, nil, 0)
	return w.out
}

type walker struct {
	face *font.Face
	out  []layer
	n    int
}

func (w *walker) color(index uint16, alpha float64) color.NRGBA {
	if len(w.face.CPAL) == 0 || int(index) >= len(w.face.CPAL[0]) {
		return color.NRGBA{A: uint8(255 * alpha)}
	}
	c := w.face.CPAL[0][index]
	return color.NRGBA{R: c.Red, G: c.Green, B: c.Blue, A: uint8(float64(c.Alpha)*alpha + 0.5)}
}

// target is the outline that a paint fills, with the map it was placed by: transforms within its paint move the colours only.
type target struct {
	id uint32
	m  vector.Matrix
}

func (w *walker) walk(p tables.PaintTable, m vector.Matrix, glyph *target, depth int) {
	if w.n++; w.n > 4096 || depth > 32 || len(w.out) >= maxLayers {
		return
	}
	fill := func(c color.NRGBA) {
		if glyph != nil {
			w.out = append(w.out, layer{id: glyph.id, m: glyph.m, c: c})
		}
	}
	switch v := p.(type) {
	case tables.PaintColrLayersResolved:
		for _, l := range v {
			w.out = append(w.out, layer{id: uint32(l.GlyphID), m: m, c: w.color(l.PaletteIndex, 1)})
		}
	case tables.PaintColrLayers:
		ls, err := w.face.COLR.LayerList.Resolve(v)
		if err != nil {
			return
		}
		for _, l := range ls {
			w.walk(l, m, glyph, depth+1)
		}
	case tables.PaintSolid:
		fill(w.color(v.PaletteIndex, f2dot14(v.Alpha)))
	case tables.PaintGlyph:
		w.walk(v.Paint, m, &target{uint32(v.GlyphID), m}, depth+1)
	case tables.PaintColrGlyph:
		if q, ok := w.face.COLR.Search(v.GlyphID); ok {
			w.walk(q, m, nil, depth+1)
		}
	case tables.PaintTransform:
		t := v.Transform
		w.walk(v.Paint, m.Mul(vector.Matrix{A: float64(t.Xx), B: float64(t.Yx), C: float64(t.Xy), D: float64(t.Yy), E: float64(t.Dx), F: float64(t.Dy)}), glyph, depth+1)
	case tables.PaintTranslate:
		w.walk(v.Paint, m.Mul(vector.Translate(float64(v.Dx), float64(v.Dy))), glyph, depth+1)
	case tables.PaintScale:
		w.walk(v.Paint, m.Mul(vector.Scale(f2dot14(v.ScaleX), f2dot14(v.ScaleY))), glyph, depth+1)
	case tables.PaintScaleUniform:
		w.walk(v.Paint, m.Mul(vector.Scale(f2dot14(v.Scale), f2dot14(v.Scale))), glyph, depth+1)
	case tables.PaintComposite:
		w.walk(v.BackdropPaint, m, glyph, depth+1)
		w.walk(v.SourcePaint, m, glyph, depth+1)
	case tables.PaintLinearGradient:
		w.gradient(v.ColorLine, glyph)
	case tables.PaintRadialGradient:
		w.gradient(v.ColorLine, glyph)
	case tables.PaintSweepGradient:
		w.gradient(v.ColorLine, glyph)
	}
}

// gradient fills with the mean of a gradient's stops: at the size of a letter the difference is hardly seen.
func (w *walker) gradient(l tables.ColorLine, glyph *target) {
	if glyph == nil || len(l.ColorStops) == 0 {
		return
	}
	var r, g, b, a int
	for _, s := range l.ColorStops {
		c := w.color(s.PaletteIndex, f2dot14(s.Alpha))
		r, g, b, a = r+int(c.R), g+int(c.G), b+int(c.B), a+int(c.A)
	}
	n := len(l.ColorStops)
	w.out = append(w.out, layer{id: glyph.id, m: glyph.m, c: color.NRGBA{uint8(r / n), uint8(g / n), uint8(b / n), uint8(a / n)}})
}

func f2dot14(c tables.Coord) float64 { return float64(c) / 16384 }

func paintLayers(f *text.Face, k glyphKey, ls []layer) *glyph {
	k.part = 0
	base := letter(f, k)
	var all image.Rectangle
	for _, l := range ls {
		if p := Outline(f, l.id); p != nil {
			all = all.Union(extent(p, base.Mul(l.m)))
		}
	}
	if all.Empty() || all.Dx() > 4*maxStrike || all.Dy() > 4*maxStrike {
		return nil
	}
	c := newCanvas(image.NewRGBA(all), 1, Options{})
	defer c.free()
	for _, l := range ls {
		if p := Outline(f, l.id); p != nil {
			c.fillPath(p, base.Mul(l.m), l.c)
		}
	}
	return &glyph{color: c.img, x: all.Min.X, y: all.Min.Y}
}
