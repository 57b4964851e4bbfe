package layout

import (
	"context"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// Sizer tells the natural size of a picture in CSS px. ok is false when there is none or it may not be loaded.
type Sizer interface {
	Size(url string) (w, h float64, ok bool)
}

// Limits bound a layout; a zero field means the default.
type Limits struct {
	Boxes  int     // boxes in the tree
	Cells  int     // table cells
	Lines  int     // line boxes
	Depth  int     // levels of elements
	Height float64 // px; what lies below is cut off
}

// The defaults of [Limits].
const (
	DefaultBoxes  = 400_000
	DefaultCells  = 100_000
	DefaultLines  = 400_000
	DefaultDepth  = 512
	DefaultHeight = 400_000
)

// Options of [Lay].
type Options struct {
	Width    float64 // of the pane, px
	Height   float64 // of the pane, px, for heights in percent of it; 0 = such heights are auto
	Shaper   *text.Shaper
	Pictures Sizer // nil = no picture is there
	Limits   Limits
	Quirks   bool // dom.Quirks: percentage heights reach through, and all of Limited
	Limited  bool // dom.LimitedQuirks: lines of pictures only have no strut
	// Boxes is told the border box of each element that has one, for tests and for who wants to look into a layout; nil = nobody asks.
	Boxes func(n *style.Node, r display.Rect)
}

// Lay lays the tree out. The error is that of ctx.
func Lay(ctx context.Context, root *style.Node, o Options) (*display.List, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e := newEngine(ctx, o)
	top := e.buildRoot(root)
	e.edges(top, o.Width)
	e.lay(top, space{w: o.Width, h: -1, base: e.paneHeight()})
	e.place(top, top.x, top.y)
	e.absolutes(top)
	if e.stop {
		return nil, ctx.Err()
	}
	list := e.paint(top)
	if e.stop {
		return nil, ctx.Err()
	}
	if o.Boxes != nil {
		e.measure(top)
	}
	return list, nil
}

// engine is one layout.
type engine struct {
	ctx    context.Context
	o      Options
	sh     *text.Shaper
	fonts  map[*style.Style]*font
	anons  map[*style.Style]*style.Style
	slab   []box
	named  []*box // elements with an id or name
	abs    []*box // absolutely positioned boxes in the order of the document
	ticks  int
	stop   bool
	boxes  int
	cells  int
	lines  int
	notes  []string
	quirks bool
	loose  bool // lines without text have no strut
	scratch
}

func newEngine(ctx context.Context, o Options) *engine {
	set := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	set(&o.Limits.Boxes, DefaultBoxes)
	set(&o.Limits.Cells, DefaultCells)
	set(&o.Limits.Lines, DefaultLines)
	set(&o.Limits.Depth, DefaultDepth)
	if o.Limits.Height <= 0 {
		o.Limits.Height = DefaultHeight
	}
	if !(o.Width >= 1) {
		o.Width = 1
	}
	return &engine{
		ctx: ctx, o: o, sh: o.Shaper, quirks: o.Quirks, loose: o.Quirks || o.Limited,
		fonts: make(map[*style.Style]*font, 64), anons: make(map[*style.Style]*style.Style, 16),
	}
}

func (e *engine) paneHeight() float64 {
	if e.o.Height > 0 {
		return e.o.Height
	}
	return -1
}

// tick is called for each box, line or cell; it asks the context now and then and tells whether to stop.
func (e *engine) tick() bool {
	e.ticks++
	if e.ticks&255 == 0 && e.ctx.Err() != nil {
		e.stop = true
	}
	return e.stop
}

// note records once that something was left out.
func (e *engine) note(s string) {
	for _, n := range e.notes {
		if n == s {
			return
		}
	}
	e.notes = append(e.notes, s)
}

// The notes for people.
const (
	noteBoxes  = "This message has too many elements; the rest is not shown."
	noteCells  = "A table of this message has too many cells; the rest is not shown."
	noteLines  = "This message has too many lines; the rest is not shown."
	noteDepth  = "This message nests its elements too deeply; what lies deeper is not shown."
	noteHeight = "This message is too tall; the rest is not shown."
)
