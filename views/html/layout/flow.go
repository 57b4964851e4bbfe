package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
)

// flow is a block formatting context while it is laid out. Margins collapse as they come: those that adjoin are gathered in pos and neg until
// something with a height of its own follows; then they move y, and the boxes that wait for their top get it, CSS 2.1 section 8.3.1.
type flow struct {
	e        *engine
	root     *box
	fl       floats
	y        float64 // below what has its place
	pos, neg float64 // margins that adjoin
	open     []*box  // boxes whose top edge is not known yet, outermost first
	pending  []waiting
	measure  bool
	first    float64 // baselines, NaN = none
	last     float64
	swallow  bool    // after clearance: top margins that adjoin do not move anything any more
	quirkTop bool    // at the start of body or a cell in quirks mode: margins of the user agent's sheet count for nothing
	posUser  float64 // pos without such margins
	clamp    int     // lines left of -webkit-line-clamp, 0 = no clamp, -1 = used up
}

// waiting is a float that waits for the top of its parent.
type waiting struct {
	b     *box
	x, w  float64 // content box of the parent
	under *box
}

func (f *flow) strut() float64 { return f.pos + f.neg }

func (f *flow) add(m float64) {
	f.posUser = max(f.posUser, m)
	f.addQuirky(m)
}

// addQuirky adds a margin of the user agent's sheet.
func (f *flow) addQuirky(m float64) {
	if m >= 0 {
		f.pos = max(f.pos, m)
	} else {
		f.neg = min(f.neg, m)
	}
}

// margin adds a vertical margin of b. In quirks mode those that the user agent's sheet gave are told apart (HTML standard, section 15.3.11): they do
// not count at the top of body and of cells, nor at the bottom of cells.
func (f *flow) margin(b *box, side int) {
	m := b.marg[side]
	if f.swallow && side == style.Top {
		return
	}
	if !f.e.quirks || !quirky(b, side) {
		f.add(m)
		return
	}
	if side == style.Top && f.quirkTop {
		return
	}
	f.addQuirky(m)
}

// quirky tells a margin that the user agent's sheet gave.
func quirky(b *box, side int) bool {
	em := 0.0
	switch b.tag() {
	case "p", "ul", "ol", "dl", "menu", "dir", "pre", "blockquote", "h3", "listing", "xmp", "plaintext", "figure":
		em = 1
	case "h1":
		em = 0.67
	case "h2":
		em = 0.83
	case "h4":
		em = 1.33
	case "h5":
		em = 1.67
	case "h6":
		em = 2.33
	default:
		return false
	}
	d := b.marg[side] - em*b.st.Font.Size
	return d < 0.01 && d > -0.01
}

// resolve ends the run of adjoining margins.
func (f *flow) resolve() {
	f.y += f.pos + f.neg
	f.pos, f.neg, f.posUser = 0, 0, 0
	f.quirkTop, f.swallow = false, false
	for _, b := range f.open {
		b.y = f.y
	}
	f.open = f.open[:0]
	if len(f.pending) > 0 {
		p := f.pending
		f.pending = nil
		for _, w := range p {
			f.putFloat(w.b, f.y, w.x, w.x+w.w, w.w)
		}
	}
}

func (f *flow) waits(b *box) bool {
	for _, o := range f.open {
		if o == b {
			return true
		}
	}
	return false
}

// lay lays out a box that starts a formatting context. Its edges are known.
func (e *engine) lay(b *box, sp space) {
	if e.stop || b.done && b.was == sp {
		return
	}
	if b.done && b.was.w == sp.w && !sp.measure && b.was.measure == sp.measure && e.sameHeight(b, sp) {
		return
	}
	b.done, b.was = true, sp
	b.w = sp.w
	b.shift = 0
	switch b.kind {
	case kTable:
		e.layTable(b, sp)
	case kFlex:
		e.layFlex(b, sp)
	case kGrid:
		e.layGrid(b, sp)
	case kReplaced:
		e.layReplaced(b, sp)
	default:
		e.layBlock(b, sp)
	}
	b.w, b.h = finite(b.w), finite(b.h)
}

// sameHeight tells whether a height that is now given or a base that is now known changes nothing.
func (e *engine) sameHeight(b *box, sp space) bool {
	if b.kind != kBlock && b.kind != kCell && b.kind != kCaption || b.shift != 0 || e.hasPctKids(b) {
		return false
	}
	return sp.h == b.was.h && !heightNeedsBase(b.st)
}

// heightNeedsBase tells whether the base of percentage heights matters to the box itself.
func heightNeedsBase(st *style.Style) bool {
	return st.Height.HasPct() || st.MinHeight.HasPct() || st.MaxHeight.HasPct()
}

// hasPctKids tells whether anything in b has a height that depends on the height of b.
func (e *engine) hasPctKids(b *box) bool {
	if b.pctKids == 0 {
		b.pctKids = 1
		for _, c := range b.kids {
			if heightNeedsBase(c.st) && !c.anon || e.hasPctKids(c) {
				b.pctKids = 2
				break
			}
		}
	}
	return b.pctKids == 2
}

// layBlock lays out a block container that starts a block formatting context.
func (e *engine) layBlock(b *box, sp space) {
	f := &flow{e: e, root: b, first: none, last: none, measure: sp.measure, clamp: b.st.Clamp}
	f.y = b.topEdge()
	f.fl.top = math.Inf(-1)
	h := b.definite(sp)
	base := -1.0
	if h >= 0 {
		base = max(0, h-b.vEdges())
	} else if e.quirks && b.kind != kCell {
		base = sp.base
	}
	f.quirkTop = e.quirks && b.kind == kCell
	if b.legend != nil {
		f.y += e.layLegend(b)
	}
	f.content(b, b.leftEdge(), max(0, b.w-b.hEdges()), base)
	if e.quirks && b.kind == kCell {
		f.pos = f.posUser
	}
	f.resolve()
	low := f.y
	if !f.fl.empty() {
		low = max(low, f.fl.bottom())
	}
	auto := low + b.lowEdge()
	b.natural = auto
	if b.kind == kCell {
		b.auto = max(auto, b.borderHeight(b.st.Height, -1), b.borderHeight(b.st.MinHeight, -1))
	} else {
		b.auto = b.height(auto, sp.base)
	}
	if sp.h >= 0 {
		b.h = sp.h
	} else {
		b.h = b.auto
	}
	b.first, b.last = f.first, f.last
	if b.ctl != nil {
		e.finishControl(b, auto)
	}
}

// content lays out the kids of b in the content box from x, w wide. base is that of percentage heights.
func (f *flow) content(b *box, x, w, base float64) {
	if b.inline {
		f.paragraph(b, x, w, base)
		return
	}
	if b.mark != nil && b.outside && !hasFlow(b) {
		// Only floats, if anything: the line of the marker is beside them.
		f.resolve()
		for _, c := range b.kids {
			f.child(c, b, x, w, base)
		}
		f.emptyItem(b, x)
		return
	}
	if f.e.ownMarkerLine(b) {
		f.emptyItem(b, x)
	}
	for _, c := range b.kids {
		if f.e.tick() {
			return
		}
		if f.y > f.e.o.Limits.Height {
			f.e.note(noteHeight)
			return
		}
		f.child(c, b, x, w, base)
	}
}

// ownMarkerLine tells whether the marker of b, whose first content is another list, stands on a line of its own, as it does in quirks mode.
func (e *engine) ownMarkerLine(b *box) bool {
	if !e.quirks || b.mark == nil || !b.outside || b.inline {
		return false
	}
	for _, c := range b.kids {
		if c.flowing() {
			t := c.tag()
			return t == "ul" || t == "ol"
		}
	}
	return false
}

func hasFlow(b *box) bool {
	for _, c := range b.kids {
		if c.flowing() {
			return true
		}
	}
	return false
}

// child places one kid of a block container.
func (f *flow) child(c, parent *box, x, w, base float64) {
	e := f.e
	switch {
	case c.abs:
		e.addAbs(c, x, f.y+f.strut())
		return
	case c.float != style.NoFloat:
		e.edges(c, w)
		if len(f.open) > 0 {
			f.pending = append(f.pending, waiting{c, x, w, parent})
		} else {
			f.putFloat(c, f.y+f.strut(), x, x+w, w)
		}
		return
	}
	e.edges(c, w)
	cleared := f.clearance(c)
	switch {
	case c.fc:
		f.context(c, parent, x, w, base, cleared)
	default:
		f.block(c, parent, x, w, base, cleared)
	}
}

// clearance moves below the floats that c wants to avoid and tells whether there was a need; c's top margin is then used up.
func (f *flow) clearance(c *box) bool {
	if c.st.Clear == style.NoClear {
		return false
	}
	if len(f.pending) > 0 {
		f.resolve()
	}
	low := f.fl.clear(c.st.Clear)
	p, n, u := f.pos, f.neg, f.posUser
	f.margin(c, style.Top)
	at := f.y + f.strut()
	f.pos, f.neg, f.posUser = p, n, u
	if low <= at {
		return false
	}
	f.resolve()
	f.y = low
	return true
}

// block lays out a block container within this formatting context.
func (f *flow) block(c, parent *box, x, w, base float64, cleared bool) {
	e := f.e
	c.w = e.fill(c, w, w)
	c.x = x + autoMargins(c, parent.st, c.w, w)
	if !cleared {
		f.margin(c, style.Top)
	}
	c.y = f.y + f.strut()
	c.shift = 0
	f.open = append(f.open, c)
	if e.quirks && c.tag() == "body" {
		f.quirkTop = true
	}
	if c.topEdge() > 0 {
		f.resolve()
		f.y += c.topEdge()
	} else if cleared {
		f.swallow = true
	}
	h := c.borderHeight(c.st.Height, base)
	if h >= 0 {
		h = c.clampHeight(h, base)
	}
	inner := -1.0
	if h >= 0 {
		inner = max(0, h-c.vEdges())
	} else if e.quirks {
		inner = base
		if t := c.tag(); base >= 0 && (t == "body" || t == "html") {
			inner = max(0, base-c.vMargins()-c.vEdges()) // as tall as the pane
		}
	}
	outer := f.clamp
	if c.st.Clamp > 0 {
		f.clamp = c.st.Clamp
	}
	f.content(c, c.x+c.leftEdge(), max(0, c.w-c.hEdges()), inner)
	if c.st.Clamp > 0 {
		f.clamp = outer
	}
	if f.waits(c) {
		auto := c.height(c.vEdges(), base)
		if auto <= 0 {
			if c.st.Clear != style.NoClear && !math.IsInf(f.fl.clear(c.st.Clear), -1) {
				// As in Chromium, where there are floats an empty block that clears ends the run of margins even when it need not move.
				f.resolve()
				c.h = 0
				f.margin(c, style.Bottom)
				return
			}
			// Nothing in it: its margins adjoin each other and whatever follows.
			f.open = dropBox(f.open, c)
			c.y, c.h = f.y+f.strut(), 0
			f.margin(c, style.Bottom)
			return
		}
		f.resolve()
	}
	if c.lowEdge() > 0 {
		f.y += f.strut()
		f.pos, f.neg, f.posUser = 0, 0, 0
	}
	auto := f.y - c.y + c.lowEdge()
	c.h = c.height(auto, base)
	if c.h != auto {
		f.pos, f.neg, f.posUser = 0, 0, 0
	}
	f.y = c.y + c.h
	f.margin(c, style.Bottom)
}

func dropBox(list []*box, b *box) []*box {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == b {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// context lays out a box of block level that starts a formatting context; it keeps clear of floats.
func (f *flow) context(c, parent *box, x, w, base float64, cleared bool) {
	e := f.e
	if !cleared {
		f.margin(c, style.Top)
	}
	f.resolve()
	if f.fl.empty() {
		c.w = f.contextWidth(c, w, w, base)
		c.x = x + autoMargins(c, parent.st, c.w, w)
		e.lay(c, space{w: c.w, h: f.contextHeight(c, w, base), base: base, measure: f.measure})
	} else {
		f.beside(c, parent, x, w, base)
	}
	c.y = f.y
	if isNone(f.first) && !isNone(c.first) {
		f.first = c.y + c.first
	}
	if !isNone(c.last) {
		f.last = c.y + c.last
	}
	f.y += c.h
	f.margin(c, style.Bottom)
}

func (f *flow) contextWidth(c *box, avail, w, base float64) float64 {
	switch c.kind {
	case kReplaced:
		cw, _ := f.e.replacedSize(c, w, base)
		return cw
	case kTable:
		return f.e.tableWidth(c, avail, w)
	}
	if c.ctl != nil && c.ctl.shrinks {
		return f.e.fit(c, avail, w)
	}
	return f.e.fill(c, avail, w)
}

func (f *flow) contextHeight(c *box, w, base float64) float64 {
	if c.kind != kReplaced {
		return -1
	}
	_, h := f.e.replacedSize(c, w, base)
	return h
}

// beside finds the place of a formatting context next to floats.
func (f *flow) beside(c, parent *box, x, w, base float64) {
	e := f.e
	y := f.y
	for range 200 {
		l, r := f.fl.at(y, 0, x, x+w)
		narrow := l > x || r < x+w
		c.w = f.contextWidth(c, w, w, base)
		if narrow {
			// Margins may lie under floats, the border box not.
			room := min(r, x+w-c.marg[style.Right]) - max(l, x+c.marg[style.Left])
			if c.st.Width.IsAuto() || c.kind == kTable {
				c.w = f.contextWidth(c, room+c.hMargins(), w, base)
			}
			if c.w > room+1.0/64 {
				if n, ok := f.fl.next(y, 0); ok {
					y = n
					continue
				}
			}
		}
		e.lay(c, space{w: c.w, h: f.contextHeight(c, w, base), base: base, measure: f.measure})
		l2, r2 := f.fl.at(y, c.h, x, x+w)
		if c.w > r2-l2+1.0/64 && (l2 > x || r2 < x+w) {
			if n, ok := f.fl.next(y, c.h); ok {
				y = n
				continue
			}
		}
		if l2 > x || r2 < x+w {
			lo := max(l2, x+c.marg[style.Left])
			c.x = lo
			if c.st.Margin[style.Left].IsAuto() || parent.st.Align == style.WebkitCenter || parent.st.Align == style.WebkitRight || parent.st.RTL {
				c.x = l2 + max(0, autoMargins(c, parent.st, c.w, r2-l2))
			}
		} else {
			c.x = x + autoMargins(c, parent.st, c.w, w)
		}
		break
	}
	f.y = y
}

// putFloat lays out a float and gives it its place at or below y. Its edges are known.
func (f *flow) putFloat(c *box, y, x0, x1, base float64) {
	f.layFloat(c, x1-x0, base)
	if cl := c.st.Clear; cl != style.NoClear {
		y = max(y, f.fl.clear(cl))
	}
	fx, fy := f.fl.put(c.float, c.w+c.hMargins(), max(0, c.h+c.vMargins()), y, x0, x1)
	c.x, c.y = fx+c.marg[style.Left], fy+c.marg[style.Top]
}

func (f *flow) layFloat(c *box, avail, base float64) {
	w := f.e.fit(c, avail, base)
	f.e.lay(c, space{w: w, h: f.contextHeight(c, base, -1), base: -1, measure: f.measure})
}
