package layout

import (
	"github.com/postrider/postrider/views/html/style"
)

type kind uint8

const (
	kBlock    kind = iota // a block container: its kids are all of block level, or it is inline: a paragraph of lines
	kInline               // an inline box
	kText                 // a text node
	kBreak                // br
	kWbr                  // wbr
	kReplaced             // a picture or form control
	kTable
	kGroup // rows
	kRow
	kCell // a block container, too
	kCaption
	kCol
	kColGroup
	kFlex
	kGrid
)

// space is what a formatting context is laid out in.
type space struct {
	w, h    float64 // of the border box; h -1 = by the content and the style
	base    float64 // base of the box's own percentage height, -1 = not known
	measure bool    // only sizes are wanted: the second pass of cells is left out
}

// box is a node of the box tree. x and y are those of the border box, relative to the border box of the box that started the formatting context.
type box struct {
	kind   kind
	node   *style.Node // nil for anonymous boxes
	st     *style.Style
	parent *box
	kids   []*box

	inline   bool // a block container whose kids are of inline level
	level    bool // of inline level itself: an atomic inline
	fc       bool // starts a formatting context
	float    style.Float
	abs      bool // position absolute or fixed
	item     bool // of a flex box or grid
	anon     bool
	noStart  bool // part of an inline that a block split: no start edge
	noEnd    bool
	missing  bool // a picture that is not there
	outside  bool // a list item with a marker outside
	noIndent bool // an anonymous block that does not begin its parent: text-indent is not for it
	wasBlock bool // of block level before it was positioned
	listed   bool // in the list of absolutely positioned boxes

	x, y, w, h      float64
	marg, bord, pad [4]float64
	gx, gy          float64 // on the page
	ox, oy          float64 // on the page: origin of the formatting context that x and y of kids and lines refer to
	auto            float64 // height of the border box without a height from outside
	natural         float64 // height of the border box by the content alone
	shift           float64 // of the content of a cell or of aligned content, downwards
	first, last     float64 // baselines from the top of the border box, NaN = none

	min, max float64 // content widths, once known
	sized    bool
	pctKids  int8 // whether some descendant has a percentage height: 0 unknown, 1 no, 2 yes

	done  bool // laid out in was
	was   space
	rowAt int // of a cell

	ifc    *ifc
	lines  []line
	cut    int // lines after this are hidden by -webkit-line-clamp, 0 = none
	deco   *deco
	mark   *marker
	tbl    *table
	legend *box // of a fieldset
	ctl    *control
	ratio  float64 // natural width : height of a picture, 0 = none
	nw     float64 // natural size
	nh     float64
	cell   cellAt
}

// deco is a chain of the boxes that decorate the text in them.
type deco struct {
	up *deco
	st *style.Style
}

func (e *engine) newBox(k kind, n *style.Node, st *style.Style) *box {
	if len(e.slab) == 0 {
		size := 32
		if e.boxes > 64 {
			size = 256
		}
		e.slab = make([]box, size)
	}
	b := &e.slab[0]
	e.slab = e.slab[1:]
	e.boxes++
	b.kind, b.node, b.st = k, n, st
	b.first, b.last = none, none
	return b
}

// anonymous makes a box without a node below parent.
func (e *engine) anonymous(k kind, parent *box) *box {
	b := e.newBox(k, nil, e.anonStyle(parent.st))
	b.anon, b.parent = true, parent
	return b
}

// anonStyle is the style of an anonymous box in a box of style st: what is inherited, and initial values.
func (e *engine) anonStyle(st *style.Style) *style.Style {
	if a := e.anons[st]; a != nil {
		return a
	}
	zero := style.Length{Unit: style.Px}
	a := &style.Style{
		Display: style.Block, Opacity: 1, ZAuto: true, Shrink: 1, BasisAuto: true,
		MaxWidth: style.Length{Unit: style.None}, MaxHeight: style.Length{Unit: style.None},
		Margin: [4]style.Length{zero, zero, zero, zero}, Padding: [4]style.Length{zero, zero, zero, zero},
		Visibility: st.Visibility, Color: st.Color, Font: st.Font, LineHeight: st.LineHeight, Letter: st.Letter, Word: st.Word,
		Align: st.Align, AlignLast: st.AlignLast, Indent: st.Indent, Transform: st.Transform, WhiteSpace: st.WhiteSpace,
		WordBreak: st.WordBreak, Anywhere: st.Anywhere, AnyMin: st.AnyMin, Hyphens: st.Hyphens, TabSize: st.TabSize,
		TextShadow: st.TextShadow, RTL: st.RTL, Lang: st.Lang, ListType: st.ListType, ListImage: st.ListImage,
		ListInside: st.ListInside, Collapse: st.Collapse, Spacing: st.Spacing, CaptionLow: st.CaptionLow, HideEmpty: st.HideEmpty,
	}
	for i := range a.Radius {
		a.Radius[i] = [2]style.Length{zero, zero}
	}
	e.anons[st] = a
	return a
}

// flowing tells whether b takes room in the flow of its parent.
func (b *box) flowing() bool { return b.float == style.NoFloat && !b.abs }

// blockLevel tells whether b stands for itself in the block direction of a block container.
func (b *box) blockLevel() bool {
	if b.level {
		return false
	}
	switch b.kind {
	case kInline, kText, kBreak, kWbr:
		return false
	}
	return b.flowing()
}

// Sums of the edges of the border box.
func (b *box) hEdges() float64 {
	return b.bord[style.Left] + b.pad[style.Left] + b.pad[style.Right] + b.bord[style.Right]
}
func (b *box) vEdges() float64 {
	return b.bord[style.Top] + b.pad[style.Top] + b.pad[style.Bottom] + b.bord[style.Bottom]
}
func (b *box) topEdge() float64   { return b.bord[style.Top] + b.pad[style.Top] }
func (b *box) lowEdge() float64   { return b.bord[style.Bottom] + b.pad[style.Bottom] }
func (b *box) leftEdge() float64  { return b.bord[style.Left] + b.pad[style.Left] }
func (b *box) rightEdge() float64 { return b.bord[style.Right] + b.pad[style.Right] }
func (b *box) hMargins() float64  { return b.marg[style.Left] + b.marg[style.Right] }
func (b *box) vMargins() float64  { return b.marg[style.Top] + b.marg[style.Bottom] }

func (b *box) tag() string {
	if b.node == nil {
		return ""
	}
	return b.node.Tag
}

// attr returns an attribute of the element.
func (b *box) attr(name string) (string, bool) {
	if b.node == nil || b.node.HTML == nil {
		return "", false
	}
	for _, a := range b.node.HTML.Attr {
		if a.Namespace == "" && a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// clips tells whether what overflows b is cut off.
func (b *box) clips() bool {
	return b.st.Overflow[0] != style.Visible || b.st.Overflow[1] != style.Visible
}
