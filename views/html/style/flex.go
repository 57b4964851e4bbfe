package style

import (
	"strings"

	"github.com/postrider/postrider/views/html/css"
)

var alignWords = map[string]Align{"auto": AlignAuto, "normal": AlignNormal, "stretch": Stretch, "start": Start, "end": End, "self-start": Start, "self-end": End, "flex-start": FlexStart, "flex-end": FlexEnd, "center": Center, "left": Start, "right": End,
	"space-between": SpaceBetween, "space-around": SpaceAround, "space-evenly": SpaceEvenly, "baseline": BaselineAlign}

// align takes a value of the box alignment properties.
func (p *parser) align() (Align, bool) {
	switch {
	case p.is("safe"), p.is("unsafe"), p.is("first"), p.is("last"), p.is("legacy"):
	}
	if t := p.peek(); t.Kind == css.Ident {
		if v, ok := alignWords[css.Lower(t.Text)]; ok {
			p.i++
			return v, true
		}
	}
	return 0, false
}

func aligned(name string, get func(*computed) *Align) {
	def(name, false, get, func(p *parser) func(*computer) Align {
		v, ok := p.align()
		if !ok {
			return nil
		}
		return constant(v)
	})
}

func flexProperties() {
	words("flex-direction", false, func(c *computed) *FlexDir { return &c.FlexDir }, map[string]FlexDir{"row": Row, "row-reverse": RowReverse, "column": Column, "column-reverse": ColumnReverse})
	raw("flex-wrap", false, func(d, s *computed) { d.FlexWrap, d.WrapReverse = s.FlexWrap, s.WrapReverse }, func(p *parser) setter {
		w := p.word()
		if w != "wrap" && w != "nowrap" && w != "wrap-reverse" {
			return nil
		}
		return func(c *computer) { c.s.FlexWrap, c.s.WrapReverse = w != "nowrap", w == "wrap-reverse" }
	})
	factor := func(name string, get func(*computed) *float64) {
		def(name, false, get, func(p *parser) func(*computer) float64 {
			v, ok := p.number()
			if !ok || v < 0 {
				return nil
			}
			return constant(v)
		})
	}
	factor("flex-grow", func(c *computed) *float64 { return &c.Grow })
	factor("flex-shrink", func(c *computed) *float64 { return &c.Shrink })
	raw("flex-basis", false, func(d, s *computed) { d.Basis, d.BasisAuto = s.Basis, s.BasisAuto }, func(p *parser) setter {
		d, ok := p.lengthOr(percent, flexBasis)
		if !ok {
			return nil
		}
		return func(c *computer) {
			c.s.Basis = d.resolve(c)
			c.s.BasisAuto = c.s.Basis.Unit == Auto
		}
	})
	def("order", false, func(c *computed) *int { return &c.Order }, func(p *parser) func(*computer) int {
		v, ok := p.number()
		if !ok {
			return nil
		}
		return constant(int(v))
	})
	aligned("justify-content", func(c *computed) *Align { return &c.Justify })
	aligned("justify-items", func(c *computed) *Align { return &c.JustItems })
	aligned("justify-self", func(c *computed) *Align { return &c.JustSelf })
	aligned("align-items", func(c *computed) *Align { return &c.Items })
	aligned("align-self", func(c *computed) *Align { return &c.Self })
	aligned("align-content", func(c *computed) *Align { return &c.Content })
	normal := map[string]Unit{"normal": Px}
	for i, name := range []string{"row-gap", "column-gap"} {
		lengths(name, false, func(c *computed) *Length { return &c.Gap[i] }, percent, normal)
	}
	// The older flexible box, of which mail uses little.
	words("-webkit-box-orient", false, func(c *computed) *FlexDir { return &c.FlexDir }, map[string]FlexDir{"horizontal": Row, "vertical": Column, "inline-axis": Row, "block-axis": Column})
}

var flexBasis = map[string]Unit{"auto": Auto, "content": MaxContent, "min-content": MinContent, "max-content": MaxContent, "fit-content": FitContent}

var trackWord = map[string]Unit{"auto": Auto, "min-content": MinContent, "max-content": MaxContent}

type trackSpec struct {
	min, max dim
	fill     bool
}

func (t trackSpec) resolve(c *computer) Track {
	return Track{Min: t.min.resolve(c), Max: t.max.resolve(c), AutoFill: t.fill}
}

func (p *parser) trackSize() (dim, bool) {
	if t := p.peek(); t.Kind == css.Dimension && t.Text == "fr" {
		if t.Num < 0 {
			return dim{}, false
		}
		p.i++
		return dim{u: uFr, v: t.Num}, true
	}
	return p.lengthOr(percent, trackWord)
}

func (p *parser) track() (trackSpec, bool) {
	if t := p.peek(); t.Kind == css.Function {
		at := p.i
		name, args := p.function()
		switch name {
		case "minmax":
			a, ok := args.trackSize()
			if !ok || !args.comma() || a.u == uFr {
				return trackSpec{}, false
			}
			b, ok := args.trackSize()
			return trackSpec{min: a, max: b}, ok && args.done()
		case "fit-content":
			a, ok := args.length(percent)
			return trackSpec{min: keyword(Auto), max: a}, ok && args.done()
		}
		p.i = at
	}
	d, ok := p.trackSize()
	if d.u == uFr {
		return trackSpec{min: keyword(Auto), max: d}, ok
	}
	return trackSpec{min: d, max: d}, ok
}

const maxTracks = 1000

// tracks takes a track list; names of lines are read and left out.
func (p *parser) tracks(repeat bool) ([]trackSpec, bool) {
	var out []trackSpec
	for !p.done() {
		t := p.peek()
		if t.Kind == css.LBracket {
			for !p.done() && p.next().Kind != css.RBracket {
			}
			continue
		}
		if t.IsDelim('/') || t.Kind == css.String || t.Kind == css.Comma {
			break
		}
		if t.IsFunc("repeat") {
			if !repeat {
				return nil, false
			}
			_, args := p.function()
			n := 1
			fill := false
			switch {
			case args.is("auto-fill"), args.is("auto-fit"):
				fill = true
			default:
				v, ok := args.number()
				if !ok || v < 1 {
					return nil, false
				}
				n = int(v)
			}
			if !args.comma() {
				return nil, false
			}
			in, ok := args.tracks(false)
			if !ok || !args.done() {
				return nil, false
			}
			for ; n > 0 && len(out)+len(in) <= maxTracks; n-- {
				for _, s := range in {
					s.fill = fill
					out = append(out, s)
				}
			}
			continue
		}
		s, ok := p.track()
		if !ok {
			return nil, false
		}
		if len(out) < maxTracks {
			out = append(out, s)
		}
	}
	return out, len(out) > 0
}

func resolveTracks(list []trackSpec, c *computer) []Track {
	out := make([]Track, len(list))
	for i, t := range list {
		out[i] = t.resolve(c)
	}
	return out
}

func trackList(name string, get func(*computed) *[]Track) {
	def(name, false, get, func(p *parser) func(*computer) []Track {
		if p.is("none") || name[5] == 'a' && p.is("auto") && p.done() {
			return constant[[]Track](nil)
		}
		list, ok := p.tracks(true)
		if !ok {
			return nil
		}
		return func(c *computer) []Track { return resolveTracks(list, c) }
	})
}

// line takes one end of a grid item.
func (p *parser) line() (g GridLine, name string, ok bool) {
	if p.is("auto") {
		return g, "", true
	}
	span := p.is("span")
	if t := p.peek(); t.Kind == css.Number && t.Int {
		p.i++
		n := int(t.Num)
		if n == 0 || span && n < 0 {
			return g, "", false
		}
		n = max(-maxTracks, min(n, maxTracks))
		if span || p.is("span") {
			return GridLine{Span: n}, "", true
		}
		return GridLine{N: n}, "", true
	}
	if t := p.peek(); t.Kind == css.Ident && !span {
		p.i++
		return g, t.Text, true
	}
	return g, "", false
}

func gridProperties() {
	trackList("grid-template-columns", func(c *computed) *[]Track { return &c.Columns })
	trackList("grid-template-rows", func(c *computed) *[]Track { return &c.Rows })
	trackList("grid-auto-columns", func(c *computed) *[]Track { return &c.AutoCols })
	trackList("grid-auto-rows", func(c *computed) *[]Track { return &c.AutoRows })
	def("grid-template-areas", false, func(c *computed) *[]string { return &c.Areas }, func(p *parser) func(*computer) []string {
		if p.is("none") {
			return constant[[]string](nil)
		}
		var rows []string
		for p.peek().Kind == css.String && len(rows) < maxTracks {
			rows = append(rows, strings.Join(strings.Fields(p.next().Text), " "))
		}
		if len(rows) == 0 {
			return nil
		}
		return constant(rows)
	})
	raw("grid-auto-flow", false, func(d, s *computed) { d.AutoFlowCol, d.Dense = s.AutoFlowCol, s.Dense }, func(p *parser) setter {
		col, dense := false, false
		for !p.done() {
			switch p.word() {
			case "row":
			case "column":
				col = true
			case "dense":
				dense = true
			default:
				return nil
			}
		}
		return func(c *computer) { c.s.AutoFlowCol, c.s.Dense = col, dense }
	})
	for _, n := range []struct {
		name string
		get  func(*computed) *GridLine
	}{
		{"grid-column-start", func(c *computed) *GridLine { return &c.ColStart }}, {"grid-column-end", func(c *computed) *GridLine { return &c.ColEnd }},
		{"grid-row-start", func(c *computed) *GridLine { return &c.RowStart }}, {"grid-row-end", func(c *computed) *GridLine { return &c.RowEnd }},
	} {
		raw(n.name, false, func(d, s *computed) { *n.get(d) = *n.get(s); d.AreaName = s.AreaName }, func(p *parser) setter {
			g, name, ok := p.line()
			if !ok {
				return nil
			}
			return func(c *computer) {
				*n.get(c.cs) = g
				if name != "" {
					c.s.AreaName = name
				}
			}
		})
	}
}
