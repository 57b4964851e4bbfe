package paint

import (
	"image"
	"math"
	"sync"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"

	"github.com/postrider/postrider/views/html/text"
	"github.com/postrider/postrider/views/html/vector"
)

// glyphKey is all that a glyph's picture depends on.
type glyphKey struct {
	face         uint64
	id           uint32
	size         float32 // device px
	part         uint8   // of a pixel, in quarters
	bold, italic bool
}

// glyph is a mask, or a picture in colour, with its place beside the pen on the baseline.
type glyph struct {
	mask  *image.Alpha
	color *image.RGBA
	x, y  int
}

func (g *glyph) bytes() int {
	n := 96
	if g.mask != nil {
		n += len(g.mask.Pix)
	}
	if g.color != nil {
		n += len(g.color.Pix)
	}
	return n
}

const (
	glyphBytes = 12 << 20 // of one generation; two are kept
	// Larger letters are filled anew each time: their masks would push out all others.
	maxGlyph = 160
	// slant is how far a face without italics leans, as in Skia.
	slant = 0.25
)

// glyphs is shared by all painters.
var glyphs struct {
	mu       sync.Mutex
	new, old map[glyphKey]*glyph
	size     int
}

// glyphOf returns a glyph, nil when it leaves no ink.
func glyphOf(f *text.Face, k glyphKey) *glyph {
	glyphs.mu.Lock()
	g, ok := glyphs.new[k]
	if !ok {
		if g, ok = glyphs.old[k]; ok {
			keepGlyph(k, g)
		}
	}
	glyphs.mu.Unlock()
	if ok {
		return g
	}
	g = drawGlyph(f, k)
	glyphs.mu.Lock()
	keepGlyph(k, g)
	glyphs.mu.Unlock()
	return g
}

// keepGlyph is called with the lock.
func keepGlyph(k glyphKey, g *glyph) {
	n := 64
	if g != nil {
		n = g.bytes()
	}
	if glyphs.new == nil || glyphs.size+n > glyphBytes {
		glyphs.old, glyphs.new, glyphs.size = glyphs.new, map[glyphKey]*glyph{}, 0
	}
	glyphs.new[k] = g
	glyphs.size += n
}

func drawGlyph(f *text.Face, k glyphKey) *glyph {
	if g, ok := colorGlyph(f, k); ok {
		return g
	}
	p := Outline(f, k.id)
	if p == nil {
		return nil
	}
	if k.bold {
		p = bolder(f, k.id, float64(k.size))
	}
	m := letter(f, k)
	r := extent(p, m)
	if r.Empty() || r.Dx() > 4*maxGlyph || r.Dy() > 4*maxGlyph {
		return nil
	}
	var raster vector.Raster
	raster.Reset(r.Dx(), r.Dy())
	t := vector.Translate(-float64(r.Min.X), -float64(r.Min.Y)).Mul(m)
	raster.Add(p, t)
	mask := image.NewAlpha(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		raster.Row(y, mask.Pix[y*mask.Stride:(y+1)*mask.Stride], false)
	}
	return &glyph{mask: mask, x: r.Min.X, y: r.Min.Y}
}

// letter maps font units to device pixels about the pen.
func letter(f *text.Face, k glyphKey) vector.Matrix {
	s := float64(k.size) / f.Upem()
	m := vector.Matrix{A: s, D: -s, E: float64(k.part) / 4}
	if k.italic {
		m.C = s * slant
	}
	return m
}

// outlines are kept too: filling one again at another scale is much cheaper than reading it.
var outlines struct {
	mu   sync.Mutex
	kept map[outlineKey]*vector.Path
	size int
}

type outlineKey struct {
	face uint64
	id   uint32
	bold bool
}

const maxOutlines = 400_000 // points

// Outline is the shape of a glyph in font units, y upwards, nil when it has none. It is shared and must not be changed.
func Outline(f *text.Face, id uint32) *vector.Path {
	k := outlineKey{f.ID(), id, false}
	outlines.mu.Lock()
	p, ok := outlines.kept[k]
	outlines.mu.Unlock()
	if ok {
		return p
	}
	f.With(func(ff *font.Face) {
		o, ok := ff.GlyphDataOutline(glyphID(id))
		if ok && len(o.Segments) > 0 {
			p = path(o.Segments)
		}
	})
	keepOutline(k, p)
	return p
}

func keepOutline(k outlineKey, p *vector.Path) {
	outlines.mu.Lock()
	defer outlines.mu.Unlock()
	n := 8
	if p != nil {
		n += p.Len()
	}
	if outlines.kept == nil || outlines.size+n > maxOutlines {
		outlines.kept, outlines.size = map[outlineKey]*vector.Path{}, 0
	}
	outlines.kept[k] = p
	outlines.size += n
}

func path(segs []font.Segment) *vector.Path {
	p := &vector.Path{}
	for i, s := range segs {
		a := s.Args
		switch s.Op {
		case ot.SegmentOpMoveTo:
			if i > 0 {
				p.Close()
			}
			p.MoveTo(float64(a[0].X), float64(a[0].Y))
		case ot.SegmentOpLineTo:
			p.LineTo(float64(a[0].X), float64(a[0].Y))
		case ot.SegmentOpQuadTo:
			p.QuadTo(float64(a[0].X), float64(a[0].Y), float64(a[1].X), float64(a[1].Y))
		case ot.SegmentOpCubeTo:
			p.CubeTo(float64(a[0].X), float64(a[0].Y), float64(a[1].X), float64(a[1].Y), float64(a[2].X), float64(a[2].Y))
		}
	}
	p.Close()
	return p
}

// boldness is by how much strokes are widened to make a face bold, as a share of the size: what Skia does with FreeType.
const boldness = 1.0 / 34

// bolder is the outline of a glyph with its strokes widened for a size in device px.
func bolder(f *text.Face, id uint32, size float64) *vector.Path {
	p := Outline(f, id)
	if p == nil {
		return nil
	}
	extra := boldness * f.Upem()
	out := p.Stroke(vector.Pen{Width: extra, Join: vector.Miter}, size/f.Upem())
	fat := &vector.Path{}
	// FreeType leaves the left and lower edges where they were.
	fat.Append(p.Oriented(), vector.Translate(extra/2, extra/2))
	fat.Append(out, vector.Translate(extra/2, extra/2))
	return fat
}

func subpixel(x float64) (int, uint8) {
	q := math.Floor(x*4 + 0.5)
	w := math.Floor(q / 4)
	return int(w), uint8(q - 4*w)
}
