package style

import (
	"image/color"

	"github.com/postrider/postrider/views/html/css"
)

// layers are the lists of the background properties, put together into Style.Layers at the end.
type layers struct {
	images []Layer // URL or Gradient alone
	pos    [][2]Length
	size   []layerSize
	repeat [][2]Repeat
	clip   []Area
	origin []Area
	fixed  []bool
}

type layerSize struct {
	w, h           Length
	cover, contain bool
}

const maxLayers = 16

// listOf reads a comma list.
func listOf[T any](one func(p *parser) func(*computer) T) func(p *parser) func(*computer) []T {
	return func(p *parser) func(*computer) []T {
		var list []func(*computer) T
		for {
			f := one(p)
			if f == nil || len(list) > maxLayers {
				return nil
			}
			list = append(list, f)
			if !p.comma() {
				break
			}
		}
		return func(c *computer) []T {
			out := make([]T, len(list))
			for i, f := range list {
				out[i] = f(c)
			}
			return out
		}
	}
}

func backgroundProperties() {
	colorOf("background-color", false, func(c *computed) *color.NRGBA { return &c.Background }, 0)
	def("background-image", false, func(c *computed) *[]Layer { return &c.layers.images }, listOf(image))
	raw("background-position", false, func(d, s *computed) { d.layers.pos = s.layers.pos }, func(p *parser) setter {
		f := listOf(layerPosition)(p)
		if f == nil {
			return nil
		}
		return func(c *computer) { c.cs.layers.pos = f(c) }
	})
	for i, axis := range []string{"x", "y"} {
		raw("background-position-"+axis, false, func(d, s *computed) {}, func(p *parser) setter {
			d, ok := p.edge(i == 0)
			if !ok {
				return nil
			}
			return func(c *computer) {
				pos := append([][2]Length{}, c.cs.layers.pos...)
				if len(pos) == 0 {
					pos = [][2]Length{{{Unit: Px}, {Unit: Px}}}
				}
				for k := range pos {
					pos[k][i] = d.resolve(c)
				}
				c.cs.layers.pos = pos
			}
		})
	}
	def("background-size", false, func(c *computed) *[]layerSize { return &c.layers.size }, listOf(bgSize))
	def("background-repeat", false, func(c *computed) *[][2]Repeat { return &c.layers.repeat }, listOf(bgRepeat))
	def("background-clip", false, func(c *computed) *[]Area { return &c.layers.clip }, listOf(func(p *parser) func(*computer) Area { return area(p, true) }))
	def("background-origin", false, func(c *computed) *[]Area { return &c.layers.origin }, listOf(func(p *parser) func(*computer) Area { return area(p, false) }))
	def("background-attachment", false, func(c *computed) *[]bool { return &c.layers.fixed }, listOf(attachment))
}

func constant[T any](v T) func(*computer) T { return func(*computer) T { return v } }

func attachment(p *parser) func(*computer) bool {
	switch t := p.peek(); {
	case t.Is("scroll"), t.Is("local"):
		p.i++
		return constant(false)
	case t.Is("fixed"):
		p.i++
		return constant(true)
	}
	return nil
}

var areas = map[string]Area{"border-box": BorderArea, "padding-box": PaddingArea, "content-box": ContentArea, "text": TextArea}

func area(p *parser, text bool) func(*computer) Area {
	if t := p.peek(); t.Kind == css.Ident {
		if v, ok := areas[css.Lower(t.Text)]; ok && (text || v != TextArea) {
			p.i++
			return constant(v)
		}
	}
	return nil
}

var repeats = map[string]Repeat{"repeat": RepeatAll, "no-repeat": NoRepeat, "space": Space, "round": Round}

func bgRepeat(p *parser) func(*computer) [2]Repeat {
	t := p.peek()
	if t.Kind != css.Ident {
		return nil
	}
	w := css.Lower(t.Text)
	switch w {
	case "repeat-x":
		p.i++
		return constant([2]Repeat{RepeatAll, NoRepeat})
	case "repeat-y":
		p.i++
		return constant([2]Repeat{NoRepeat, RepeatAll})
	}
	a, ok := repeats[w]
	if !ok {
		return nil
	}
	p.i++
	b := a
	if t := p.peek(); t.Kind == css.Ident {
		if v, ok := repeats[css.Lower(t.Text)]; ok {
			b = v
			p.i++
		}
	}
	return constant([2]Repeat{a, b})
}

func bgSize(p *parser) func(*computer) layerSize {
	switch {
	case p.is("cover"):
		return constant(layerSize{cover: true})
	case p.is("contain"):
		return constant(layerSize{contain: true})
	}
	w, ok := p.lengthOr(percent, autoWord)
	if !ok {
		return nil
	}
	h, ok := p.lengthOr(percent, autoWord)
	if !ok {
		h = keyword(Auto)
	}
	return func(c *computer) layerSize { return layerSize{w: w.resolve(c), h: h.resolve(c)} }
}

func layerPosition(p *parser) func(*computer) [2]Length {
	x, y, ok := p.position()
	if !ok {
		return nil
	}
	return func(c *computer) [2]Length { return [2]Length{x.resolve(c), y.resolve(c)} }
}

// offset is one coordinate of a position: a length, or the distance from the far edge.
type offset struct {
	d   dim
	far bool
}

func (o offset) resolve(c *computer) Length {
	l := o.d.resolve(c)
	if o.far {
		return add(Length{Unit: Px, Pct: 1}, scale(l, -1), 0)
	}
	return l
}

func pctOffset(v float64) offset { return offset{d: dim{u: uPct, v: v}} }

// edge takes one coordinate.
func (p *parser) edge(x bool) (offset, bool) {
	if t := p.peek(); t.Kind == css.Ident {
		w := css.Lower(t.Text)
		v, far := 0.0, false
		switch {
		case w == "center":
			p.i++
			return pctOffset(.5), true
		case x && w == "left", !x && w == "top":
		case x && w == "right", !x && w == "bottom":
			v, far = 1, true
		default:
			return offset{}, false
		}
		p.i++
		if d, ok := p.length(percent | negative); ok {
			return offset{d: d, far: far}, true
		}
		return pctOffset(v), true
	}
	d, ok := p.length(percent | negative)
	return offset{d: d}, ok
}

// position takes a position of one to four values.
func (p *parser) position() (x, y offset, ok bool) {
	type part struct {
		word string
		d    dim
	}
	var list []part
	for len(list) < 4 {
		t := p.peek()
		if t.Kind == css.Ident {
			w := css.Lower(t.Text)
			switch w {
			case "left", "right", "top", "bottom", "center":
				p.i++
				list = append(list, part{word: w})
				continue
			}
			break
		}
		d, got := p.length(percent | negative)
		if !got {
			break
		}
		list = append(list, part{d: d})
	}
	vertical := func(w string) bool { return w == "top" || w == "bottom" }
	horizontal := func(w string) bool { return w == "left" || w == "right" }
	one := func(a part) offset {
		switch a.word {
		case "":
			return offset{d: a.d}
		case "center":
			return pctOffset(.5)
		case "right", "bottom":
			return pctOffset(1)
		}
		return pctOffset(0)
	}
	switch len(list) {
	case 1:
		if vertical(list[0].word) {
			return pctOffset(.5), one(list[0]), true
		}
		return one(list[0]), pctOffset(.5), true
	case 2:
		a, b := list[0], list[1]
		if vertical(a.word) || horizontal(b.word) {
			if horizontal(a.word) || vertical(b.word) || a.word == "" || b.word == "" {
				return x, y, false
			}
			a, b = b, a
		}
		return one(a), one(b), true
	case 3, 4:
		x, y = pctOffset(.5), pctOffset(.5)
		sawX, sawY := false, false
		for i := 0; i < len(list); i++ {
			w := list[i].word
			if w == "" {
				return x, y, false
			}
			var o offset
			if w != "center" && i+1 < len(list) && list[i+1].word == "" {
				o = offset{d: list[i+1].d, far: w == "right" || w == "bottom"}
				i++
			} else {
				o = one(list[i])
			}
			switch {
			case horizontal(w):
				if sawX {
					return x, y, false
				}
				x, sawX = o, true
			case vertical(w):
				if sawY {
					return x, y, false
				}
				y, sawY = o, true
			}
		}
		return x, y, true
	}
	return x, y, false
}

// image takes none, a url() or a gradient.
func image(p *parser) func(*computer) Layer {
	t := p.peek()
	switch t.Kind {
	case css.Ident:
		if t.Is("none") {
			p.i++
			return constant(Layer{})
		}
	case css.URL:
		p.i++
		return constant(Layer{URL: t.Text})
	case css.Function:
		at := p.i
		name, args := p.function()
		switch name {
		case "image-set", "-webkit-image-set":
			// The first is as good as any: which fits depends on the screen.
			if u := args.peek(); u.Kind == css.URL || u.Kind == css.String {
				return constant(Layer{URL: u.Text})
			}
			if f := image(args); f != nil {
				return f
			}
		default:
			if g := gradient(name, args); g != nil {
				return func(c *computer) Layer { return Layer{Gradient: g(c)} }
			}
		}
		p.i = at
	}
	return nil
}

// finish puts the layers together.
func (l *layers) finish(s *Style) {
	s.Layers = nil
	s.BackClip = BorderArea
	n := len(l.images)
	if len(l.clip) > 0 {
		s.BackClip = l.clip[(max(n, 1)-1)%len(l.clip)]
	}
	for i := range l.images {
		in := l.images[i]
		if in.URL == "" && in.Gradient == nil {
			continue
		}
		in.X, in.Y = Length{Unit: Px}, Length{Unit: Px}
		if k := len(l.pos); k > 0 {
			in.X, in.Y = l.pos[i%k][0], l.pos[i%k][1]
		}
		if k := len(l.size); k > 0 {
			z := l.size[i%k]
			in.W, in.H, in.Cover, in.Contain = z.w, z.h, z.cover, z.contain
		}
		if k := len(l.repeat); k > 0 {
			in.RepeatX, in.RepeatY = l.repeat[i%k][0], l.repeat[i%k][1]
		}
		in.Clip, in.Origin = BorderArea, PaddingArea
		if k := len(l.clip); k > 0 {
			in.Clip = l.clip[i%k]
		}
		if k := len(l.origin); k > 0 {
			in.Origin = l.origin[i%k]
		}
		if k := len(l.fixed); k > 0 {
			in.Fixed = l.fixed[i%k]
		}
		s.Layers = append(s.Layers, in)
	}
}
