package style

import (
	"image/color"
	"slices"
	"unsafe"

	"github.com/postrider/postrider/views/html/css"
	"github.com/postrider/postrider/views/html/text"
)

// computer computes one style.
type computer struct {
	t      *tree
	s      *Style
	cs     *computed
	parent *computed
	own    bool // em is the parent's font size: font-size itself is being computed
	sized  bool // font-size was given
}

func (c *computer) em() float64 {
	if c.own {
		return c.parent.Font.Size
	}
	return c.s.Font.Size
}

func (c *computer) rem() float64 {
	if c.t.root == nil {
		if c.own {
			return initial.Font.Size
		}
		return c.s.Font.Size
	}
	return c.t.root.Font.Size
}

func (c *computer) metrics() text.Metrics {
	f := c.s.Font
	if c.own {
		f = c.parent.Font
	}
	return c.t.env.Metrics(text.Font{Families: f.Families, Size: f.Size, Weight: f.Weight, Italic: f.Italic})
}

func (c *computer) ex() float64 {
	if c.t.env.Metrics != nil {
		if m := c.metrics(); m.XHeight > 0 {
			return m.XHeight
		}
	}
	return c.em() / 2
}

func (c *computer) ch() float64 {
	if c.t.env.Metrics != nil {
		if m := c.metrics(); m.ZeroWidth > 0 {
			return m.ZeroWidth
		}
	}
	return c.em() / 2
}

func (c *computer) space() float64 {
	if c.t.env.Metrics != nil {
		return c.metrics().SpaceWidth
	}
	return c.em() / 4
}

// matched are the blocks that apply to an element, in ascending order of precedence within each origin.
type matched struct {
	ua, hints, author []*block
	inline            *block
}

func (t *tree) collect(x *index, m *css.Matcher, media []bool, e *css.Element, pseudo string, out []*entry) []*entry {
	try := func(list []*entry) {
		for _, r := range list {
			if r.sel.Pseudo != pseudo || r.media >= 0 && !media[r.media] {
				continue
			}
			if m.Match(r.sel, e) {
				out = append(out, r)
			}
		}
	}
	if e.ID != "" {
		try(x.byID[e.ID])
	}
	for i, c := range e.Classes {
		if slices.Index(e.Classes, c) == i {
			try(x.byClass[c])
		}
	}
	try(x.byTag[e.Tag])
	try(x.rest)
	return out
}

func sortEntries(list []*entry) {
	// Mostly short: insertion sort.
	less := func(a, b *entry) bool {
		if a.spec != b.spec {
			return a.spec < b.spec
		}
		return a.order < b.order
	}
	if len(list) > 24 {
		slices.SortFunc(list, func(a, b *entry) int {
			if less(a, b) {
				return -1
			}
			return 1
		})
		return
	}
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && less(list[j], list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// match finds the blocks for an element or its pseudo-element.
func (t *tree) match(e *css.Element, pseudo string, m *matched) {
	*m = matched{ua: m.ua[:0], hints: m.hints[:0], author: m.author[:0]}
	t.scratch = t.collect(t.ua, &t.uaMatcher, nil, e, pseudo, t.scratch[:0])
	sortEntries(t.scratch)
	for _, r := range t.scratch {
		m.ua = append(m.ua, r.block)
	}
	t.scratch = t.collect(t.author, &t.matcher, t.media, e, pseudo, t.scratch[:0])
	sortEntries(t.scratch)
	for _, r := range t.scratch {
		m.author = append(m.author, r.block)
	}
}

// shared is a style that was computed for a parent and a list of blocks.
type shared struct {
	parent *computed
	blocks []*block
	cs     *computed
}

// compute returns the style for the blocks under the parent, an existing one if there is one.
func (t *tree) compute(parent *computed, m *matched) *computed {
	t.flat = t.flat[:0]
	t.flat = append(t.flat, m.ua...)
	t.flat = append(t.flat, nil)
	t.flat = append(t.flat, m.hints...)
	t.flat = append(t.flat, m.author...)
	t.flat = append(t.flat, m.inline)
	h := uint64(uintptr(unsafe.Pointer(parent)))
	for _, b := range t.flat {
		h = (h ^ uint64(uintptr(unsafe.Pointer(b)))) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	for _, s := range t.cache[h] {
		if s.parent == parent && slices.Equal(s.blocks, t.flat) {
			return s.cs
		}
	}
	cs := t.cascade(parent, m)
	t.cache[h] = append(t.cache[h], shared{parent, slices.Clone(t.flat), cs})
	return cs
}

// cascade picks the winners and computes them.
func (t *tree) cascade(parent *computed, m *matched) *computed {
	t.styles++
	winners := t.winners
	if winners == nil {
		winners = make([]*decl, len(properties))
		t.winners = winners
	}
	clear(winners)
	var customs map[string]*decl
	rtl, logical := false, false
	put := func(list []decl) {
		for i := range list {
			d := &list[i]
			if d.mirror != nil {
				logical = true
				if rtl {
					d = d.mirror
				}
			}
			if d.prop >= 0 {
				winners[d.prop] = d
				continue
			}
			if customs == nil {
				customs = map[string]*decl{}
			}
			if len(customs) < maxCustom {
				customs[d.name] = d
			}
		}
	}
	each := func(list []*block, important bool) {
		for _, b := range list {
			if important {
				put(b.important)
			} else {
				put(b.normal)
			}
		}
	}
	all := func() {
		each(m.ua, false)
		each(m.hints, false)
		each(m.author, false)
		if m.inline != nil {
			put(m.inline.normal)
		}
		each(m.author, true)
		if m.inline != nil {
			put(m.inline.important)
		}
		each(m.ua, true)
	}
	all()
	cs := &computed{}
	*cs = *t.initial
	for _, cp := range inheritedCopies {
		cp(cs, parent)
	}
	cs.vars = parent.vars
	cs.center = false
	c := &computer{t: t, s: &cs.Style, cs: cs, parent: parent}
	if customs != nil {
		c.customs(customs)
	}
	if logical {
		if d := winners[directionID]; d != nil {
			c.apply(directionID, d, m)
		}
		if cs.RTL {
			rtl = true
			clear(winners)
			all()
		}
	}
	sizeID := fontSizeID
	for id, d := range winners {
		if d != nil {
			c.apply(id, d, m)
		}
		if id == sizeID && !c.sized && cs.mono != parent.mono {
			if cs.keyword > 0 {
				cs.Font.Size = keywordSize(cs.keyword, cs.mono)
			}
		}
	}
	c.finish()
	return cs
}

// apply sets one property.
func (c *computer) apply(id int, d *decl, m *matched) {
	prop := &properties[id]
	switch {
	case d.pending != nil:
		d = c.substituted(id, d)
	}
	w := d.wide
	if w == wRevert {
		// Back to what the user agent's sheet says.
		w = wUnset
		for i := len(m.ua) - 1; i >= 0 && w == wUnset; i-- {
			for j := len(m.ua[i].normal) - 1; j >= 0; j-- {
				if u := &m.ua[i].normal[j]; u.prop == id && u.wide != wRevert {
					c.apply(id, u, m)
					return
				}
			}
		}
	}
	switch w {
	case wInherit:
		prop.copy(c.cs, c.parent)
	case wInitial:
		prop.copy(c.cs, c.t.initial)
	case wUnset:
		if prop.inherited {
			prop.copy(c.cs, c.parent)
		} else {
			prop.copy(c.cs, c.t.initial)
		}
	default:
		if d.set == nil {
			prop.copy(c.cs, c.t.initial)
		} else {
			d.set(c)
		}
	}
	if id == fontSizeID && d.wide != noWide {
		c.sized = w == wInitial
	}
}

var fontSizeID, directionID int

// finish settles what depends on several properties.
func (c *computer) finish() {
	s, cs := c.s, c.cs
	if s.Position == Absolute || s.Position == Fixed {
		s.Float = NoFloat
	}
	if s.Display != DisplayNone && (s.Float != NoFloat || s.Position == Absolute || s.Position == Fixed || c.parent == c.t.initial || inFlex(c.parent)) {
		switch s.Display {
		case Inline, InlineBlock, InlineFlex, InlineGrid, InlineTable:
			s.WasInline = true
		}
		s.Display = blockified(s.Display)
	}
	if cs.wkBox && s.Clamp > 0 && s.FlexDir == Column {
		// The idiom for cutting a paragraph after some lines.
		s.Display = FlowRoot
		if s.Overflow[1] == Visible {
			s.Clamp = 0
		}
	} else {
		if !cs.wkBox || s.Overflow[1] == Visible {
			s.Clamp = 0
		}
	}
	if s.Display == Table || s.Display == InlineTable {
		// The -webkit- alignments place the table, not its content.
		switch s.Align {
		case WebkitLeft, WebkitRight, WebkitCenter:
			s.Align = AlignStart
		}
		if s.Float == NoFloat {
			s.Clamp = 0
		}
	}
	if cs.center {
		if c.parent.Align == AlignStart {
			s.Align = AlignCenter
		} else {
			s.Align = c.parent.Align
		}
		cs.center = false
	}
	// visible beside another value computes to auto.
	if s.Overflow[0] != s.Overflow[1] {
		for i := range s.Overflow {
			o := s.Overflow[1-i]
			if s.Overflow[i] == Visible && o != Clip {
				s.Overflow[i] = AutoOverflow
			} else if s.Overflow[i] == Clip && o != Visible {
				s.Overflow[i] = HiddenOverflow
			}
		}
	}
	for i := range s.Border {
		b := &s.Border[i]
		if b.Line == NoLine || b.Line == Hidden {
			b.Width = 0
		}
		if cs.currents&(curBorder<<i) != 0 {
			b.Color = s.Color
			if carved(b.Line) && !tablePart(s.Display) {
				b.Color = color.NRGBA{R: 238, G: 238, B: 238, A: 255} // as in Chromium: text is too dark to carve with
			}
		}
	}
	if s.Outline.Line == NoLine || s.Outline.Line == Hidden {
		s.Outline.Width = 0
	}
	if cs.currents&curOutline != 0 {
		s.Outline.Color = s.Color
	}
	if cs.currents&curDeco != 0 {
		s.DecoColor = s.Color
	}
	if len(cs.layers.images) > 0 || len(cs.layers.clip) > 0 {
		cs.layers.finish(s)
	}
	if s.Display == Inline || s.Display == TableRow || s.Display == TableRowGroup || s.Display == TableHeaderGroup || s.Display == TableFooterGroup {
		s.Clamp = 0
	}
}

// carved tells whether a line has a lit and a shaded side.
func carved(l Line) bool { return l == Inset || l == Outset || l == Groove || l == Ridge }

func tablePart(d Display) bool {
	switch d {
	case Table, InlineTable, TableCell, TableRow, TableRowGroup, TableHeaderGroup, TableFooterGroup, TableColumn, TableColumnGroup:
		return true
	}
	return false
}

func inFlex(p *computed) bool {
	switch p.Display {
	case Flex, InlineFlex, Grid, InlineGrid:
		return true
	}
	return false
}

func blockified(d Display) Display {
	switch d {
	case Inline, TableRowGroup, TableHeaderGroup, TableFooterGroup, TableRow, TableCell, TableColumn, TableColumnGroup, TableCaption:
		return Block
	case InlineBlock:
		return FlowRoot
	case InlineFlex:
		return Flex
	case InlineGrid:
		return Grid
	case InlineTable:
		return Table
	}
	return d
}
