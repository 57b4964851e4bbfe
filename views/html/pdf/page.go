package pdf

import (
	"bytes"
	"fmt"
	"image/color"
	"sort"
	"strings"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

// span is what no page should cut: a line of text, a picture.
type span struct{ y0, y1 float64 }

// Cuts returns where [Write] cuts a list: the y in px at which pages begin, and the end of the last; and how many points a px has on paper.
func Cuts(l *display.List, o Options) (cuts []float64, scale float64) {
	o = o.filled()
	scale = min(0.75, (o.Width-2*o.Margin)/max(l.Width, 1))
	tall := (o.Height - 2*o.Margin) / scale
	var spans []span
	for _, it := range l.Items {
		switch it.(type) {
		case *display.Run, *display.Image:
			if r := it.Bounds(); r.H > 0 && r.H < tall {
				spans = append(spans, span{r.Y, r.Y + r.H})
			}
		}
	}
	return cutPages(spans, l.Height, tall, o.MaxPages), scale
}

// pages cuts the list into pages and writes them.
func (d *document) pages() {
	cuts, scale := Cuts(d.list, d.o)
	d.scale = scale
	pagesNum, resources := d.reserve(), d.reserve()
	var kids []int
	for i := 0; i+1 < len(cuts); i++ {
		if d.err == nil {
			d.err = d.ctx.Err()
		}
		if d.err != nil {
			return
		}
		if d.o.Only == nil || d.o.Only(i+1) {
			kids = append(kids, d.page(cuts[i], cuts[i+1], pagesNum, resources))
		}
	}
	d.finish(kids, pagesNum, resources)
}

// cutPages returns the y at which pages begin, and the end of the last. A page ends above what it would cut, unless it would be less than half full.
func cutPages(spans []span, height, tall float64, most int) []float64 {
	sort.Slice(spans, func(i, j int) bool { return spans[i].y0 < spans[j].y0 })
	cuts := []float64{0}
	for y := 0.0; len(cuts) <= most; {
		if y+tall >= height-0.5 {
			cuts = append(cuts, max(height, y+1))
			break
		}
		end := y + tall
		for moved := true; moved; {
			moved = false
			// Spans that begin above end, from below: none is taller than a page.
			for i := sort.Search(len(spans), func(i int) bool { return spans[i].y0 >= end }) - 1; i >= 0 && spans[i].y0 > end-tall; i-- {
				if s := spans[i]; s.y1 > end+0.5 && s.y0 < end {
					end, moved = s.y0, true
					break
				}
			}
			if end < y+tall/2 {
				end, moved = y+tall, false
			}
		}
		cuts = append(cuts, end)
		y = end
	}
	return cuts
}

// content is the content stream of a page.
type content struct {
	d      *document
	b      bytes.Buffer
	y0, y1 float64
	alpha  []float64 // of the groups that are open, multiplied
	open   int
	links  []link
}

type link struct {
	r   display.Rect
	url string
}

// page writes one page and returns its object number.
func (d *document) page(y0, y1 float64, pages, resources int) int {
	c := &content{d: d, y0: y0, y1: y1, alpha: []float64{1}}
	o, s := d.o, d.scale
	// From here on px, y downwards.
	nums(&c.b, "cm", s, 0, 0, -s, o.Margin, o.Height-o.Margin+y0*s)
	nums(&c.b, "re W n", 0, y0, d.list.Width, y1-y0)
	if bg := d.list.Background; bg.A != 0 {
		c.fill(bg)
		nums(&c.b, "re f", 0, y0, d.list.Width, y1-y0)
	}
	for _, it := range d.list.Items {
		c.item(it)
	}
	for ; c.open > 0; c.open-- {
		c.b.WriteString("Q\n")
	}
	body := d.reserve()
	d.stream(body, "", c.b.Bytes())
	var annots strings.Builder
	for _, l := range c.links {
		x0, x1 := o.Margin+l.r.X*s, o.Margin+(l.r.X+l.r.W)*s
		top, low := o.Height-o.Margin-(l.r.Y-y0)*s, o.Height-o.Margin-(l.r.Y+l.r.H-y0)*s
		n := d.add(fmt.Sprintf("<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[%s %s %s %s]/A<</S/URI/URI%s>>>>", num(x0), num(low), num(x1), num(top), uri(l.url)))
		fmt.Fprintf(&annots, "%d 0 R ", n)
	}
	extra := ""
	if annots.Len() > 0 {
		extra = "/Annots[" + annots.String() + "]"
	}
	return d.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R%s>>", pages, num(o.Width), num(o.Height), resources, body, extra))
}

// uri is a link's target as an ASCII string; other characters are written in percent form.
func uri(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] > 0x20 && s[i] < 0x7F {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return str(b.String())
}

// linkable names the targets that leave a document safely.
func linkable(s string) bool {
	low := strings.ToLower(strings.TrimSpace(s))
	for _, p := range []string{"https://", "http://", "mailto:", "tel:"} {
		if strings.HasPrefix(low, p) && len(low) < 4096 {
			return true
		}
	}
	return false
}

func (c *content) visible(r display.Rect) bool { return r.Y < c.y1 && r.Y+r.H > c.y0 }

func (c *content) item(it display.Item) {
	switch v := it.(type) {
	case *display.Push:
		c.b.WriteString("q\n")
		c.open++
		a := c.alpha[len(c.alpha)-1]
		if v.Opacity < 1 {
			a *= max(0, v.Opacity)
		}
		c.alpha = append(c.alpha, a)
		if v.Clip {
			c.rounded(v.Rect, v.Radius)
			c.b.WriteString("W n\n")
		}
	case display.Pop:
		if c.open > 0 {
			c.open--
			c.b.WriteString("Q\n")
			c.alpha = c.alpha[:len(c.alpha)-1]
		}
	case *display.Box:
		if c.visible(v.Rect) {
			c.box(v)
		}
	case *display.Image:
		if c.visible(v.Rect) {
			c.picture(v)
			if linkable(v.Link) {
				c.links = append(c.links, link{v.Rect, strings.TrimSpace(v.Link)})
			}
		}
	case *display.Run:
		if v.Text != "" && c.visible(v.Rect) {
			c.text(v)
			if linkable(v.Link) {
				c.link(v)
			}
		}
	}
}

// link adds a run's target; runs side by side with one target are one area.
func (c *content) link(r *display.Run) {
	url := strings.TrimSpace(r.Link)
	if n := len(c.links); n > 0 {
		l := &c.links[n-1]
		if l.url == url && l.r.Y == r.Y && l.r.H == r.H && r.X <= l.r.X+l.r.W+1 && r.X >= l.r.X {
			l.r.W = max(l.r.W, r.X+r.W-l.r.X)
			return
		}
	}
	c.links = append(c.links, link{r.Rect, url})
}

// fill sets the colour of what is filled, stroke that of lines.
func (c *content) fill(k color.NRGBA) {
	c.setAlpha(k.A)
	nums(&c.b, "rg", float64(k.R)/255, float64(k.G)/255, float64(k.B)/255)
}

func (c *content) stroke(k color.NRGBA) {
	c.setAlpha(k.A)
	nums(&c.b, "RG", float64(k.R)/255, float64(k.G)/255, float64(k.B)/255)
}

func (c *content) setAlpha(a uint8) {
	c.b.WriteString("/" + c.d.alpha(c.alpha[len(c.alpha)-1]*float64(a)/255) + " gs\n")
}

// alpha names the graphics state of an opacity.
func (d *document) alpha(a float64) string {
	k := int(a*1000 + 0.5)
	if name, ok := d.alphas[k]; ok {
		return name
	}
	name := fmt.Sprintf("A%d", k)
	d.alphas[k] = name
	return name
}

// text writes a run. The page's y points down, glyphs stand upright, so the text matrix turns them over.
func (c *content) text(r *display.Run) {
	if r.Color.A != 0 && r.Shaped.Face != nil {
		for _, s := range r.Shadows {
			if s.Blur == 0 && s.Color.A != 0 {
				c.glyphs(r, s.X, s.Y, s.Color)
			}
		}
		c.glyphs(r, 0, 0, r.Color)
	}
	for _, dec := range r.Decoration {
		if dec.Color.A == 0 {
			continue
		}
		switch dec.Line {
		case style.Dotted, style.Dashed:
			c.stroke(dec.Color)
			dash := dec.Thick
			if dec.Line == style.Dashed {
				dash *= 3
			}
			fmt.Fprintf(&c.b, "[%s] 0 d ", num(dash))
			nums(&c.b, "w", dec.Thick)
			nums(&c.b, "m", r.X, dec.Y+dec.Thick/2)
			nums(&c.b, "l S [] 0 d", r.X+r.W, dec.Y+dec.Thick/2)
		case style.Double:
			c.fill(dec.Color)
			nums(&c.b, "re f", r.X, dec.Y, r.W, dec.Thick)
			nums(&c.b, "re f", r.X, dec.Y+2*dec.Thick, r.W, dec.Thick)
		default:
			c.fill(dec.Color)
			nums(&c.b, "re f", r.X, dec.Y, r.W, dec.Thick)
		}
	}
}
