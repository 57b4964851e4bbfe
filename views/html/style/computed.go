package style

import (
	"image/color"

	xhtml "golang.org/x/net/html"
)

// Node is an element, a piece of text or generated content of the styled tree. Elements with display: none are left out; so are comments.
type Node struct {
	HTML     *xhtml.Node // nil for generated content
	Tag      string      // lower case; "" for text; "::before", "::after", "::marker" for generated content
	Text     string      // of text nodes: as parsed, white space not yet collapsed
	Style    *Style      // never nil; text nodes share their parent's
	Parent   *Node
	Children []*Node
	// Link is the target of the nearest a[href] around it, as written, "" = none.
	Link string
	// Index numbers the nodes in document order, for selection.
	Index int
}

// Unit says how a Length is to be read.
type Unit uint8

// The kinds of length. The zero Length is auto.
const (
	Auto   Unit = iota
	Px          // V px + Pct of the base (calc of both; Pct is 0 or V is 0 in the plain cases)
	None        // max-width: none
	Normal      // line-height: normal
	Factor      // line-height: a bare number; V times the font size
	MinContent
	MaxContent
	FitContent
	Compare // min(), max(), clamp(): see Calc
	Fr      // grid tracks: V fr
)

// Length is a computed length: font- and viewport-relative units are resolved to px, percentages are kept for layout.
type Length struct {
	Unit   Unit
	V, Pct float64 // px; fraction of the base (0.5 = 50 %)
	Calc   *Calc
}

// Calc is a comparison of lengths.
type Calc struct {
	Max bool // max(); else min(). clamp(a,b,c) is max(a, min(b,c))
	Of  []Length
}

// IsAuto tells auto from a length.
func (l Length) IsAuto() bool { return l.Unit == Auto }

// HasPct tells whether the base is needed.
func (l Length) HasPct() bool {
	if l.Unit == Compare {
		for _, o := range l.Calc.Of {
			if o.HasPct() {
				return true
			}
		}
		return false
	}
	return l.Unit == Px && l.Pct != 0
}

// Resolve returns px on a base in px; auto and the keywords are 0.
func (l Length) Resolve(base float64) float64 {
	switch l.Unit {
	case Px:
		return l.V + l.Pct*base
	case Compare:
		v := l.Calc.Of[0].Resolve(base)
		for _, o := range l.Calc.Of[1:] {
			if w := o.Resolve(base); (w > v) == l.Calc.Max {
				v = w
			}
		}
		return v
	}
	return 0
}

// Display is the computed display.
type Display uint8

// The displays that mail uses; others are read as the nearest of these.
const (
	Inline Display = iota
	Block
	InlineBlock
	ListItem
	Flex
	InlineFlex
	Grid
	InlineGrid
	Table
	InlineTable
	TableRowGroup
	TableHeaderGroup
	TableFooterGroup
	TableRow
	TableCell
	TableColumn
	TableColumnGroup
	TableCaption
	Contents
	FlowRoot
	DisplayNone
)

// Sides in the order of CSS.
const (
	Top = iota
	Right
	Bottom
	Left
)

// Border is one side.
type Border struct {
	Width float64 // computed: 0 where Line is none or hidden
	Line  Line
	Color color.NRGBA
}

// Line is a border or decoration style.
type Line uint8

// The line styles.
const (
	NoLine Line = iota
	Hidden
	Solid
	Dashed
	Dotted
	Double
	Groove
	Ridge
	Inset
	Outset
	Wavy
)

// Layer is one background image, the first on top.
type Layer struct {
	URL      string // as written; "" when Gradient is set
	Gradient *Gradient
	// Position: X, Y; percentages as CSS reads them (of the free space).
	X, Y Length
	// Size: Auto/Auto, or Cover, Contain.
	W, H           Length
	Cover, Contain bool
	RepeatX        Repeat
	RepeatY        Repeat
	Clip, Origin   Area
	Fixed          bool
}

// Repeat of a background.
type Repeat uint8

// The repeats.
const (
	RepeatAll Repeat = iota
	NoRepeat
	Space
	Round
)

// Area of a box.
type Area uint8

// The areas.
const (
	BorderArea Area = iota
	PaddingArea
	ContentArea
	TextArea
)

// Gradient is a linear or radial gradient.
type Gradient struct {
	Radial, Repeating bool
	Conic             bool
	Angle             float64 // degrees, 0 = to top, clockwise; linear and conic
	ToX, ToY          int     // -1, 0, 1: "to left top" and so on; both 0 = use Angle
	Circle            bool
	Extent            string // closest-side, farthest-corner ...
	RX, RY            Length // explicit size of a radial one; Auto = by Extent
	CX, CY            Length
	Stops             []Stop
}

// Stop of a gradient; At is Auto where CSS spreads it evenly.
type Stop struct {
	Color color.NRGBA
	At    Length
}

// Shadow is a box or text shadow.
type Shadow struct {
	X, Y, Blur, Spread float64
	Color              color.NRGBA
	Inset              bool
}

// Font is what text asks for.
type Font struct {
	Families  []string // as written, in order; generic names in lower case
	Size      float64  // px
	Weight    int      // 1 to 1000
	Italic    bool
	SmallCaps bool
	Stretch   float64 // 1 = normal
}

// Keyword values of properties with few values are small integers; the zero value is the initial one.
type (
	Position   uint8
	Float      uint8
	Clear      uint8
	Overflow   uint8
	Visibility uint8
	TextAlign  uint8
	WhiteSpace uint8
	WordBreak  uint8
	Transform  uint8
	VAlign     uint8
	FlexDir    uint8
	Align      uint8
	ObjectFit  uint8
)

// Values of Position.
const (
	Static Position = iota
	Relative
	Absolute
	Fixed
	Sticky
)

// Values of Float.
const (
	NoFloat Float = iota
	FloatLeft
	FloatRight
)

// Values of Clear.
const (
	NoClear Clear = iota
	ClearLeft
	ClearRight
	ClearBoth
)

// Values of Overflow.
const (
	Visible Overflow = iota
	HiddenOverflow
	Clip
	Scroll
	AutoOverflow
)

// Values of Visibility.
const (
	Shown Visibility = iota
	Invisible
	Collapse
)

// Values of TextAlign.
const (
	AlignStart TextAlign = iota
	AlignEnd
	AlignLeft
	AlignRight
	AlignCenter
	AlignJustify
	// The -webkit- ones come from the align attribute and also place block children.
	WebkitLeft
	WebkitRight
	WebkitCenter
)

// Values of WhiteSpace.
const (
	SpaceNormal WhiteSpace = iota
	Pre
	NoWrap
	PreWrap
	PreLine
	BreakSpaces
)

// Values of WordBreak.
const (
	BreakNormal WordBreak = iota
	BreakAll
	KeepAll
	BreakWord
)

// Values of Transform.
const (
	NoTransform Transform = iota
	Uppercase
	Lowercase
	Capitalize
)

// Values of VAlign.
const (
	Baseline VAlign = iota
	Sub
	Super
	VTop
	VTextTop
	VMiddle
	VBottom
	VTextBottom
	VLength // see Style.VerticalLength
)

// Values of FlexDir.
const (
	Row FlexDir = iota
	RowReverse
	Column
	ColumnReverse
)

// Values of Align.
const (
	AlignAuto Align = iota
	AlignNormal
	Stretch
	Start
	End
	FlexStart
	FlexEnd
	Center
	SpaceBetween
	SpaceAround
	SpaceEvenly
	BaselineAlign
)

// Values of ObjectFit.
const (
	Fill ObjectFit = iota
	Contain
	Cover
	FitNone
	ScaleDown
)

// Style is the computed style of a node. Styles are shared between nodes and never changed after the cascade.
type Style struct {
	Display    Display
	WasInline  bool // inline before float, position or a flex container made a block of it: for the static position
	Position   Position
	Inset      [4]Length // top, right, bottom, left
	Float      Float
	Clear      Clear
	Overflow   [2]Overflow // x, y
	Visibility Visibility
	Opacity    float64
	ZIndex     int
	ZAuto      bool

	Width, Height, MinWidth, MinHeight, MaxWidth, MaxHeight Length
	BorderBox                                               bool
	Aspect                                                  float64 // aspect-ratio, 0 = auto
	Margin, Padding                                         [4]Length
	Border                                                  [4]Border
	Radius                                                  [4][2]Length // top left, top right, bottom right, bottom left; horizontal, vertical
	Outline                                                 Border

	Background color.NRGBA
	BackClip   Area // what the colour fills
	Layers     []Layer
	Shadows    []Shadow

	Color       color.NRGBA
	Font        Font
	LineHeight  Length // Normal, Factor or Px
	Letter      float64
	Word        float64
	Align       TextAlign
	AlignLast   TextAlign
	Indent      Length
	Transform   Transform
	WhiteSpace  WhiteSpace
	WordBreak   WordBreak
	Anywhere    bool // overflow-wrap: break-word or anywhere
	AnyMin      bool // overflow-wrap: anywhere also counts for min-content
	Hyphens     bool // hyphens: auto is not done; soft hyphens always are
	TabSize     float64
	TextShadow  []Shadow
	Ellipsis    bool // text-overflow
	Clamp       int  // -webkit-line-clamp, 0 = none
	RTL         bool // direction
	Isolate     bool // unicode-bidi isolate, plaintext, bdi
	Override    bool // unicode-bidi bidi-override
	Embed       bool // unicode-bidi embed (and dir attributes on inlines)
	Vertical    VAlign
	VertLength  Length
	Underline   bool // what this box itself decorates; propagates to its inline content
	Overline    bool
	LineThrough bool
	DecoLine    Line
	DecoColor   color.NRGBA
	DecoThick   Length
	Lang        string

	ListType   string // disc, decimal, "- " as a string in quotes ...
	ListImage  string
	ListInside bool

	Collapse    bool       // border-collapse
	Spacing     [2]float64 // border-spacing, horizontal, vertical
	FixedTable  bool       // table-layout
	CaptionLow  bool       // caption-side: bottom
	HideEmpty   bool       // empty-cells: hide
	FlexDir     FlexDir
	FlexWrap    bool
	WrapReverse bool
	Grow        float64
	Shrink      float64
	Basis       Length
	BasisAuto   bool
	Order       int
	Justify     Align // justify-content
	JustItems   Align
	JustSelf    Align
	Items       Align // align-items
	Self        Align // align-self
	Content     Align // align-content
	Gap         [2]Length
	Columns     []Track
	Rows        []Track
	AutoCols    []Track
	AutoRows    []Track
	ColStart    GridLine
	ColEnd      GridLine
	RowStart    GridLine
	RowEnd      GridLine
	AutoFlowCol bool
	Dense       bool
	Areas       []string // grid-template-areas, a row each
	AreaName    string

	Fit        ObjectFit
	FitX, FitY Length // object-position
}

// Track of a grid.
type Track struct {
	Min, Max Length // minmax(); equal for a plain size
	AutoFill bool   // the track list is repeated as often as fits
}

// GridLine places an item.
type GridLine struct {
	N    int // line number, negative from the end; 0 = auto
	Span int
}
