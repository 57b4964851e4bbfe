// Package display holds the display list: what layout made of a mail, and all that a painter needs. Coordinates are CSS px from the top left of the
// mail, y downwards. Items are in painting order.
package display

import (
	"image/color"

	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// List is a mail laid out at a width.
type List struct {
	Width, Height float64 // of the whole mail; Width may exceed what was asked for when the mail cannot be narrower
	Items         []Item
	// Order holds the text runs (indexes into Items) in reading order, for selection, find and copying; Break says what comes before a run.
	Order []Ordered
	// Background is what the mail wants behind everything (of html or body), transparent = none.
	Background color.NRGBA
	// Anchors maps ids and names to y, for links inside the mail.
	Anchors map[string]float64
	// Notes says what was left out because of a bound, for people.
	Notes []string
}

// Break is what separates a run from the one before it in reading order.
type Break uint8

// The breaks.
const (
	Joined    Break = iota // same word or line; spaces are in the runs
	SoftBreak              // the line was broken here: a space when copied, unless the text already ends with one
	LineBreak              // br, or a new line of pre
	Block                  // a new block
	Cell                   // the next cell of a table row: a tab
)

// Ordered is a run in reading order.
type Ordered struct {
	Item  int
	Break Break
}

// Rect is a rectangle.
type Rect struct{ X, Y, W, H float64 }

// Item is one of *Box, *Run, *Image, *Push, *Pop.
type Item interface{ Bounds() Rect }

// Box is the background, border and shadow of a box.
type Box struct {
	Rect     // the border box
	Color    color.NRGBA
	Layers   []Layer
	Border   [4]style.Border
	Radius   [4][2]float64 // resolved and made to fit
	Shadows  []style.Shadow
	ClipArea style.Area // what the colour fills
	// Outline is drawn outside the border box.
	Outline style.Border
	Node    *style.Node
}

// Bounds without shadow.
func (b *Box) Bounds() Rect { return b.Rect }

// Layer is a background image with its places resolved.
type Layer struct {
	URL      string
	Gradient *style.Gradient
	Area     Rect // what is painted, clipped to
	Tile     Rect // the first tile; its size is that of the image
	RepeatX  style.Repeat
	RepeatY  style.Repeat
}

// Run is a run of glyphs of one face on one baseline.
type Run struct {
	Rect               // advance and line box part: X, Y of the top of the run's ascent
	Base       float64 // y of the baseline
	Text       string  // the text as shown
	Shaped     text.Run
	Color      color.NRGBA
	Shadows    []style.Shadow
	Decoration []Decoration
	Link       string
	Node       *style.Node
	// From is the byte of Node.Text (as parsed) where the run's text begins. With white space that is kept, the run's text is that of the node from
	// there on; where white space collapses it begins there but may be shorter than its source. Texts that text-transform made longer count as transformed.
	From     int
	Ellipsis bool // made by text-overflow: not part of the text
	Marker   bool // of a list item: not selected
	// Feed: a br or a line feed that is kept. The run is empty and as tall as its line: a place for a caret. Painters see nothing in it.
	Feed bool
}

// Bounds of the run.
func (r *Run) Bounds() Rect { return r.Rect }

// Decoration is a line through, over or under a run. Y is that of its upper edge on the page.
type Decoration struct {
	Y, Thick float64
	Line     style.Line
	Color    color.NRGBA
}

// Image is a picture at its place.
type Image struct {
	Rect        // the content box
	Clip   Rect // equal to Rect, or smaller with object-fit
	Draw   Rect // where the whole picture goes
	URL    string
	Alt    string
	Radius [4][2]float64
	Link   string
	Node   *style.Node
	// Missing: there is no picture; Alt was laid out as text beside it or the box is empty.
	Missing bool
}

// Bounds of the image.
func (i *Image) Bounds() Rect { return i.Rect }

// Push begins a group: clipped, or painted with an opacity. Pop ends it.
type Push struct {
	Rect
	Clip    bool
	Radius  [4][2]float64
	Opacity float64 // 1 = opaque
}

// Bounds of the clip, or of the group.
func (p *Push) Bounds() Rect { return p.Rect }

// Pop ends the last Push.
type Pop struct{}

// Bounds is empty.
func (Pop) Bounds() Rect { return Rect{} }
