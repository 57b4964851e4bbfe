package rich

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/html/view"
	"github.com/postrider/postrider/views/kit"
)

const (
	stripHeight = 256.0 // px
	atOnce      = 420.0 // px: blocks up to this height are painted on the window's goroutine
)

// Editor is the widget. Set the fields before it is shown.
type Editor struct {
	widget.BaseWidget
	OnChanged  func()
	OnFocus    func(bool)
	OnState    func() // the caret moved or the formatting there changed: the format bar looks again
	OnShortcut func(fyne.Shortcut)
	OnKey      func(k fyne.KeyName, shift bool) bool
	OnMenu     func(at fyne.Position)
	// OnLink asks for a link's target, for the selection.
	OnLink func()
	// Copy puts text and its HTML on the clipboard; nil = the text only, on the shortcut's.
	Copy func(text, page string)
	// Paste reads the clipboard and calls then on the window's goroutine, now or later; foreign HTML was copied by another program. nil = the shortcut's, text only.
	Paste func(then func(text, page string, foreign bool))

	// Wrong reports whether a word is spelled wrong; nil = nothing is marked.
	Wrong func(word string) bool

	Name      string
	Pad       fyne.Size
	Shortcuts bool // of Markdown
	// Folded hides the quoted history: all from block FoldFrom on.
	Folded   bool
	FoldFrom int
	FoldText string

	do    func(func())
	eng   Engine
	doc   *edit.Doc
	pages []*shown // as doc.Blocks()
	width float64
	top   float64
	sel   edit.Selection // To is the caret
	pend  *edit.Marks    // of the next character, when they were changed without a selection
	wantX float64
	focus bool
	shift bool
	blink bool
	timer *time.Timer
	hold  bool
	sweep int
	base  edit.Selection
	click kit.Clicks
	turn  int
	hits  []edit.Selection // of a search, in order
	hit   int

	sized func()
}

// shown is a block with its layout and its pictures.
type shown struct {
	page
	wrong  []display.Rect // under words that are spelled wrong
	words  bool           // wrong is up to date
	rev    int            // of the strips
	strips map[int]*canvas.Image
	asked  map[int]bool
	blanks []view.Missing // pictures that are not here
	looked bool           // blanks is up to date
}

var (
	_ fyne.Focusable     = (*Editor)(nil)
	_ fyne.Shortcutable  = (*Editor)(nil)
	_ fyne.Tabbable      = (*Editor)(nil)
	_ fyne.Draggable     = (*Editor)(nil)
	_ fyne.Scrollable    = (*Editor)(nil)
	_ desktop.Mouseable  = (*Editor)(nil)
	_ desktop.Keyable    = (*Editor)(nil)
	_ desktop.Cursorable = (*Editor)(nil)
)

// New returns an editor of an empty document.
func New(e Engine, do func(func())) *Editor {
	r := &Editor{eng: e, do: do, Pad: fyne.NewSize(24, 18), Shortcuts: true, FoldFrom: -1, wantX: -1, Name: "Message"}
	r.SetDoc(edit.New())
	r.ExtendBaseWidget(r)
	return r
}

// Doc returns the document. Changes by others than the editor are followed by Edited.
func (e *Editor) Doc() *edit.Doc { return e.doc }

// SetDoc shows another document, with the caret at its beginning.
func (e *Editor) SetDoc(d *edit.Doc) {
	e.doc = d
	e.pages = make([]*shown, len(d.Blocks()))
	e.sel, e.top, e.pend, e.FoldFrom, e.Folded = edit.Selection{}, 0, nil, -1, false
	d.OnChange = func(at, old, now int) {
		rest := append([]*shown(nil), e.pages[at+old:]...)
		fresh := make([]*shown, now)
		// A block that stays one keeps its pictures until the new ones are there.
		if old == now {
			copy(fresh, e.pages[at:at+old])
		}
		e.pages = append(append(e.pages[:at:at], fresh...), rest...)
		if e.FoldFrom >= at+old {
			e.FoldFrom += now - old
		} else if e.FoldFrom > at {
			e.FoldFrom = at + now
		}
	}
	e.redraw()
}

// Fold hides the blocks from one on behind a button with a text.
func (e *Editor) Fold(from int, text string) {
	e.Folded, e.FoldFrom, e.FoldText = true, from, text
	e.redraw()
}

// Unfold shows the history.
func (e *Editor) Unfold() {
	e.Folded = false
	e.redraw()
}

// Selection returns what is selected.
func (e *Editor) Selection() edit.Selection { return e.sel }

// Select selects.
func (e *Editor) Select(s edit.Selection) {
	e.sel = edit.Selection{From: e.doc.Clamp(s.From), To: e.doc.Clamp(s.To)}
	e.moved()
	e.reveal()
}

// AccessibleName names the field.
func (e *Editor) AccessibleName() string { return e.Name }

func (e *Editor) redraw() {
	if e.sized != nil {
		e.sized()
	}
}

// Edited looks at the document again after it was changed.
func (e *Editor) Edited() {
	e.sel = edit.Selection{From: e.doc.Clamp(e.sel.From), To: e.doc.Clamp(e.sel.To)}
	e.wantX = -1
	e.reveal()
	e.redraw()
	if e.OnChanged != nil {
		e.OnChanged()
	}
	e.state()
}

func (e *Editor) state() {
	if e.OnState != nil {
		e.OnState()
	}
}

func (e *Editor) moved() {
	e.doc.Seal()
	e.pend = nil
	e.blink = true
	e.redraw()
	e.state()
}

func (e *Editor) order() (edit.Pos, edit.Pos) {
	if e.sel.To.Before(e.sel.From) {
		return e.sel.To, e.sel.From
	}
	return e.sel.From, e.sel.To
}
