package style

import (
	"github.com/postrider/postrider/views/html/css"
)

func gridShorts() {
	pair := func(name string, props []int) {
		short(name, props, func(p *parser) []longhand {
			a, n1, ok := p.line()
			if !ok {
				return nil
			}
			b, n2 := GridLine{}, n1
			if p.delim('/') {
				if b, n2, ok = p.line(); !ok {
					return nil
				}
			}
			col := name == "grid-column"
			return []longhand{
				{props[0], func(c *computer) { place(c, a, n1, col, true) }},
				{props[1], func(c *computer) { place(c, b, n2, col, false) }},
			}
		})
	}
	pair("grid-column", ids("grid-column-start", "grid-column-end"))
	pair("grid-row", ids("grid-row-start", "grid-row-end"))
	ends := ids("grid-row-start", "grid-column-start", "grid-row-end", "grid-column-end")
	short("grid-area", ends, func(p *parser) []longhand {
		var l [4]GridLine
		var names [4]string
		n := 0
		for ; n < 4; n++ {
			var ok bool
			if l[n], names[n], ok = p.line(); !ok {
				return nil
			}
			if !p.delim('/') {
				n++
				break
			}
		}
		return []longhand{
			{ends[0], func(c *computer) { place(c, l[0], names[0], false, true) }}, {ends[1], func(c *computer) { place(c, l[1], "", true, true) }},
			{ends[2], func(c *computer) { place(c, l[2], "", false, false) }}, {ends[3], func(c *computer) { place(c, l[3], "", true, false) }},
		}
	})
	tmpl := ids("grid-template-rows", "grid-template-columns", "grid-template-areas")
	template := func(p *parser) []longhand {
		if p.is("none") {
			return []longhand{{prop: tmpl[0]}, {prop: tmpl[1]}, {prop: tmpl[2]}}
		}
		var areas []string
		var rows []trackSpec
		start := p.i
		hasAreas := false
		for i := start; i < len(p.t); i++ {
			hasAreas = hasAreas || p.t[i].Kind == css.String
		}
		if hasAreas {
			for !p.done() && !p.peek().IsDelim('/') {
				t := p.peek()
				switch {
				case t.Kind == css.LBracket:
					for !p.done() && p.next().Kind != css.RBracket {
					}
				case t.Kind == css.String:
					p.i++
					areas = append(areas, t.Text)
					row := trackSpec{min: keyword(Auto), max: keyword(Auto)}
					if u := p.peek(); u.Kind != css.String && u.Kind != css.LBracket && !u.IsDelim('/') && !p.done() {
						s, ok := p.track()
						if !ok {
							return nil
						}
						row = s
					}
					rows = append(rows, row)
				default:
					return nil
				}
				if len(rows) > maxTracks {
					return nil
				}
			}
		} else if !p.is("none") {
			var ok bool
			if rows, ok = p.tracks(true); !ok {
				return nil
			}
		}
		var cols []trackSpec
		if p.delim('/') {
			var ok bool
			if !p.is("none") {
				if cols, ok = p.tracks(true); !ok {
					return nil
				}
			}
		} else if !hasAreas {
			return nil
		}
		return []longhand{
			{tmpl[0], func(c *computer) { c.s.Rows = resolveTracks(rows, c) }}, {tmpl[1], func(c *computer) { c.s.Columns = resolveTracks(cols, c) }},
			{tmpl[2], func(c *computer) { c.s.Areas = areas }},
		}
	}
	short("grid-template", tmpl, template)
	rest := ids("grid-auto-rows", "grid-auto-columns", "grid-auto-flow")
	short("grid", append(append([]int{}, tmpl...), rest...), func(p *parser) []longhand {
		out := template(p)
		if out == nil {
			return nil
		}
		for _, id := range rest {
			out = append(out, longhand{prop: id})
		}
		return out
	})
}

func place(c *computer, g GridLine, name string, col, start bool) {
	switch {
	case col && start:
		c.s.ColStart = g
	case col:
		c.s.ColEnd = g
	case start:
		c.s.RowStart = g
	default:
		c.s.RowEnd = g
	}
	if name != "" {
		c.s.AreaName = name
	}
}
