package pdf

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/text"
)

// faceKey is a face as it is drawn.
type faceKey struct {
	face         *text.Face
	bold, italic bool
}

// faceFonts are the fonts that a face became: each holds 255 glyphs.
type faceFonts struct {
	key   faceKey
	codes map[glyphKey]glyphCode
	fonts []*type3
}

// glyphKey is a glyph with what it says: one that stands for different texts has several codes.
type glyphKey struct {
	id   uint32
	text string
}

type glyphCode struct {
	font *type3
	code byte
}

// type3 is a font of glyph procedures (section 9.6.5).
type type3 struct {
	num    int
	name   string
	upem   float64
	key    faceKey
	glyphs []glyphKey // code 1 is the first
	widths []float64  // font units
}

// code returns the font and code of a glyph.
func (d *document) code(key faceKey, g glyphKey) (glyphCode, float64) {
	ff := d.faces[key]
	if ff == nil {
		ff = &faceFonts{key: key, codes: map[glyphKey]glyphCode{}}
		d.faces[key] = ff
	}
	gc, ok := ff.codes[g]
	if !ok {
		if n := len(ff.fonts); n == 0 || len(ff.fonts[n-1].glyphs) >= 255 {
			t := &type3{num: d.reserve(), name: fmt.Sprintf("F%d", len(d.fonts)), upem: key.face.Upem(), key: key}
			ff.fonts = append(ff.fonts, t)
			d.fonts = append(d.fonts, t)
		}
		t := ff.fonts[len(ff.fonts)-1]
		t.glyphs = append(t.glyphs, g)
		w := 0.0
		key.face.With(func(f *font.Face) { w = float64(f.HorizontalAdvance(font.GID(g.id))) })
		t.widths = append(t.widths, w)
		gc = glyphCode{t, byte(len(t.glyphs))}
		ff.codes[g] = gc
	}
	return gc, gc.font.widths[gc.code-1]
}

// glyphs writes the glyphs of a run, moved by dx, dy.
func (c *content) glyphs(r *display.Run, dx, dy float64, k color.NRGBA) {
	s := &r.Shaped
	size := s.Size
	if !(size > 0) || len(s.Glyphs) == 0 {
		return
	}
	key := faceKey{s.Face, s.FakeBold, s.FakeItalic}
	c.fill(k)
	c.b.WriteString("BT\n")
	slant := 0.0
	if s.FakeItalic {
		slant = 0.25
	}
	// Where the pen is and where it ought to be, px from the run's start.
	pen, x := 0.0, 0.0
	var cur *type3
	open := false
	flush := func() {
		if open {
			c.b.WriteString("]TJ\n")
			open = false
		}
	}
	lastRise := 0.0
	for i, g := range s.Glyphs {
		gc, w := c.d.code(key, glyphKey{g.ID, clusterText(s, i)})
		if gc.font != cur || g.Y != lastRise {
			flush()
			cur, lastRise = gc.font, g.Y
			fmt.Fprintf(&c.b, "/%s %s Tf\n", cur.name, num(size))
			nums(&c.b, "Tm", 1, 0, slant, -1, r.X+dx+x, r.Base+dy+g.Y)
			pen = x
		}
		if !open {
			c.b.WriteByte('[')
			open = true
		}
		if move := x + g.X - pen; math.Abs(move) > 1e-4 {
			c.b.WriteString(num(-move / size * 1000))
			c.b.WriteByte(' ')
			pen += move
		}
		fmt.Fprintf(&c.b, "<%02X>", gc.code)
		pen += w / cur.upem * size
		x += g.Advance
	}
	flush()
	c.b.WriteString("ET\n")
}

// clusterText is the text that glyph i stands for: all of its cluster for the cluster's first glyph, nothing for the others.
func clusterText(r *text.Run, i int) string {
	g := r.Glyphs
	at := g[i].Cluster
	if i > 0 && g[i-1].Cluster == at || at < 0 || at >= len(r.Text) {
		return ""
	}
	end := len(r.Text)
	if r.RTL {
		for j := i - 1; j >= 0; j-- {
			if g[j].Cluster > at {
				end = g[j].Cluster
				break
			}
		}
	} else {
		for j := i + 1; j < len(g); j++ {
			if g[j].Cluster > at {
				end = g[j].Cluster
				break
			}
		}
	}
	return r.Text[at:min(max(end, at), len(r.Text))]
}

// writeFonts writes the fonts with the glyphs that were used.
func (d *document) writeFonts() {
	for _, t := range d.fonts {
		var procs, diff, widths, res strings.Builder
		box := [4]float64{0, 0, t.upem, t.upem}
		for i, g := range t.glyphs {
			body := t.glyph(d, g.id, t.widths[i], &box, &res)
			n := d.reserve()
			d.stream(n, "", body)
			fmt.Fprintf(&procs, "/g%d %d 0 R", i+1, n)
			fmt.Fprintf(&diff, "/g%d", i+1)
			widths.WriteString(num(t.widths[i]) + " ")
		}
		uni := d.reserve()
		d.stream(uni, "", t.toUnicode())
		d.object(t.num, fmt.Sprintf("<</Type/Font/Subtype/Type3/Name/%s/FontBBox[%s %s %s %s]/FontMatrix[%.9f 0 0 %.9f 0 0]/CharProcs<<%s>>/Encoding<</Type/Encoding/Differences[1%s]>>/FirstChar 1/LastChar %d/Widths[%s]/ToUnicode %d 0 R/Resources<</XObject<<%s>>>>>>",
			t.name, num(box[0]), num(box[1]), num(box[2]), num(box[3]), 1/t.upem, 1/t.upem, procs.String(), diff.String(), len(t.glyphs), widths.String(), uni, res.String()))
	}
}

// toUnicode is the map from codes to text (section 9.10.3).
func (t *type3) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapName/U def/CMapType 2 def 1 begincodespacerange<00><FF>endcodespacerange\n")
	for from := 0; from < len(t.glyphs); from += 100 {
		to := min(from+100, len(t.glyphs))
		var rows bytes.Buffer
		n := 0
		for i := from; i < to; i++ {
			if s := t.glyphs[i].text; s != "" {
				fmt.Fprintf(&rows, "<%02X><%s>\n", i+1, hex16(s))
				n++
			}
		}
		if n > 0 {
			fmt.Fprintf(&b, "%d beginbfchar\n%sendbfchar\n", n, rows.String())
		}
	}
	b.WriteString("endcmap CMapName currentdict/CMap defineresource pop end end")
	return b.Bytes()
}

// glyph is the procedure of a glyph: its outline, or its bitmap when it is in colour.
func (t *type3) glyph(d *document, id uint32, w float64, box *[4]float64, res *strings.Builder) []byte {
	var b bytes.Buffer
	t.key.face.With(func(f *font.Face) {
		f.SetPpem(128, 128)
		data := f.GlyphData(font.GID(id))
		f.SetPpem(0, 0)
		var outline *font.GlyphOutline
		switch v := data.(type) {
		case font.GlyphOutline:
			outline = &v
		case font.GlyphSVG:
			outline = &v.Outline
		case font.GlyphBitmap:
			if name, ok := d.bitmap(v); ok {
				ext, has := f.GlyphExtents(font.GID(id))
				if !has {
					ext = font.GlyphExtents{Width: float32(t.upem), Height: -float32(t.upem), YBearing: float32(t.upem)}
				}
				nums(&b, "0 d0", w)
				nums(&b, "cm", float64(ext.Width), 0, 0, -float64(ext.Height), float64(ext.XBearing), float64(ext.YBearing+ext.Height))
				b.WriteString("/" + name + " Do\n")
				res.WriteString(d.images[name].ref(name))
				return
			}
			outline = v.Outline
		}
		t.outline(&b, outline, w, box)
	})
	if b.Len() == 0 {
		nums(&b, "0 0 0 0 0 d1", w)
	}
	return b.Bytes()
}

// outline writes a path; quadratic curves become cubic ones. A face without a bold design is made bold by a line around it.
func (t *type3) outline(b *bytes.Buffer, o *font.GlyphOutline, w float64, box *[4]float64) {
	if o == nil || len(o.Segments) == 0 {
		return
	}
	own := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	var path bytes.Buffer
	var x, y float64
	started := false
	for _, s := range o.Segments {
		n := 1
		switch s.Op {
		case ot.SegmentOpQuadTo:
			n = 2
		case ot.SegmentOpCubeTo:
			n = 3
		}
		var p [6]float64
		for i := range n {
			p[2*i], p[2*i+1] = float64(s.Args[i].X), float64(s.Args[i].Y)
			own[0], own[1] = min(own[0], p[2*i]), min(own[1], p[2*i+1])
			own[2], own[3] = max(own[2], p[2*i]), max(own[3], p[2*i+1])
		}
		switch s.Op {
		case ot.SegmentOpMoveTo:
			if started {
				path.WriteString("h\n")
			}
			started = true
			nums(&path, "m", p[0], p[1])
		case ot.SegmentOpLineTo:
			nums(&path, "l", p[0], p[1])
		case ot.SegmentOpQuadTo:
			nums(&path, "c", x+2*(p[0]-x)/3, y+2*(p[1]-y)/3, p[2]+2*(p[0]-p[2])/3, p[3]+2*(p[1]-p[3])/3, p[2], p[3])
		case ot.SegmentOpCubeTo:
			nums(&path, "c", p[:]...)
		}
		x, y = p[2*n-2], p[2*n-1]
	}
	thick := 0.0
	if t.key.bold {
		thick = t.upem / 24
	}
	for i := range own {
		if i < 2 {
			own[i] -= thick
			box[i] = min(box[i], own[i])
		} else {
			own[i] += thick
			box[i] = max(box[i], own[i])
		}
	}
	nums(b, "d1", w, 0, own[0], own[1], own[2], own[3])
	b.Write(path.Bytes())
	if t.key.bold {
		nums(b, "w 1 j h B", thick)
	} else {
		b.WriteString("h f\n")
	}
}
