package rich

import (
	"image"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/edit"
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

func (e *Editor) count() int {
	if e.Folded && e.FoldFrom >= 0 {
		return min(e.FoldFrom, len(e.pages))
	}
	return len(e.pages)
}

// lay returns the layout of a block, made anew when the block changed.
func (e *Editor) lay(i int) *shown {
	b := e.doc.Blocks()[i]
	p := e.pages[i]
	if p == nil {
		p = &shown{}
		e.pages[i] = p
	}
	if p.list != nil && p.page.rev == b.Rev && p.page.width == e.width {
		return p
	}
	l, err := e.eng.Lay(b.Node, e.width)
	if err != nil || l == nil {
		l = &display.List{Width: e.width, Height: 18}
	}
	first, n := e.doc.First(i)
	p.page.width = e.width
	p.page.lay(l, b, e.doc.LeafNodes(first, n))
	p.strips, p.asked = map[int]*canvas.Image{}, map[int]bool{}
	p.words, p.wrong = false, nil
	e.turn++
	p.rev = e.turn
	return p
}

// mark finds the words of a block that are spelled wrong. The one that is being written is not, and a quotation is another's.
func (e *Editor) mark(i int, p *shown) []display.Rect {
	if e.Wrong == nil || e.doc.Blocks()[i].Node.Data == "blockquote" || p.height > 4*atOnce {
		return nil
	}
	if p.words {
		return p.wrong
	}
	p.words, p.wrong = true, nil
	first, n := e.doc.First(i)
	for leaf := first; leaf < first+n; leaf++ {
		for _, w := range e.doc.Words(leaf) {
			if e.focus && e.sel.To.Leaf == leaf && e.sel.To.Off > w.From.Off && e.sel.To.Off <= w.To.Off {
				p.words = false // looked at again when the caret has left it
				continue
			}
			if e.Wrong(e.doc.Text(leaf)[w.From.Off:w.To.Off]) {
				p.wrong = append(p.wrong, p.rects(leaf-first, w.From.Off, leaf-first, w.To.Off)...)
			}
		}
	}
	return p.wrong
}

// height returns that of a block, estimated when it was never laid out at this width.
func (e *Editor) height(i int) float64 {
	if p := e.pages[i]; p != nil && p.list != nil && p.page.width == e.width && p.page.rev == e.doc.Blocks()[i].Rev {
		return p.height
	}
	if p := e.pages[i]; p != nil && p.list != nil {
		return p.height
	}
	return 20
}

func (e *Editor) total() float64 {
	h := 2 * float64(e.Pad.Height)
	for i := range e.count() {
		h += e.height(i)
	}
	if e.Folded {
		h += 40
	}
	return h
}

// blockY returns where a block begins, without scrolling.
func (e *Editor) blockY(i int) float64 {
	y := float64(e.Pad.Height)
	for k := range min(i, len(e.pages)) {
		y += e.height(k)
	}
	return y
}

func (e *Editor) fit() bool {
	w := float64(e.Size().Width) - 2*float64(e.Pad.Width)
	if w < 40 {
		return false
	}
	e.width = w
	return true
}

// caretRect returns where a place is, without scrolling; the block is laid out when it is not yet.
func (e *Editor) caretRect(p edit.Pos) display.Rect {
	p = e.doc.Clamp(p)
	i := e.doc.BlockOf(p.Leaf)
	first, _ := e.doc.First(i)
	r := e.lay(i).caret(p.Leaf-first, p.Off)
	r.X += float64(e.Pad.Width)
	r.Y += e.blockY(i)
	return r
}

// reveal scrolls to the caret.
func (e *Editor) reveal() {
	if !e.fit() {
		return
	}
	if e.Folded && e.FoldFrom >= 0 && e.doc.BlockOf(e.sel.To.Leaf) >= e.FoldFrom {
		e.Folded = false
	}
	r := e.caretRect(e.sel.To)
	h := float64(e.Size().Height)
	if r.Y-8 < e.top {
		e.top = r.Y - 8
	} else if r.Y+r.H+8 > e.top+h {
		e.top = r.Y + r.H + 8 - h
	}
	e.clampTop()
}

func (e *Editor) clampTop() {
	e.top = max(0, min(e.top, e.total()-float64(e.Size().Height)))
}

// posAt returns the place at a point of the widget.
func (e *Editor) posAt(p fyne.Position) edit.Pos {
	if !e.fit() {
		return e.sel.To
	}
	return e.posXY(float64(p.X)-float64(e.Pad.Width), float64(p.Y)+e.top)
}

// posXY returns the place at x in the column and y in the whole text.
func (e *Editor) posXY(x, y float64) edit.Pos {
	at := float64(e.Pad.Height)
	n := e.count()
	for i := range n {
		h := e.height(i)
		if y < at+h || i == n-1 {
			pg := e.lay(i)
			leaf, off := pg.at(x, min(max(0, y-at), max(0, pg.height-1)))
			first, _ := e.doc.First(i)
			return edit.Pos{Leaf: first + leaf, Off: off}
		}
		at += h
	}
	return e.sel.To
}

// foldRect is where the button of the folded history is.
func (e *Editor) foldRect() (display.Rect, bool) {
	if !e.Folded || e.FoldFrom < 0 {
		return display.Rect{}, false
	}
	return display.Rect{X: float64(e.Pad.Width), Y: e.blockY(e.count()) + 8, W: 36, H: 18}, true
}

// MinSize implements fyne.Widget.
func (e *Editor) MinSize() fyne.Size { return fyne.NewSize(200, 80) }

// CreateRenderer implements fyne.Widget.
func (e *Editor) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: e}
	r.Min = e.MinSize
	caret := &canvas.Rectangle{}
	bar := &canvas.Rectangle{CornerRadius: 3}
	pill := &canvas.Rectangle{CornerRadius: 9}
	dots := kit.NewIcon("ellipsis", 16, kit.Text2)
	label := &canvas.Text{}
	var marks []*canvas.Rectangle
	r.Gone = func() { e.stopBlink() }
	draw := func() {
		r.Objs = r.Objs[:0]
		if !e.fit() {
			return
		}
		size := e.Size()
		e.clampTop()
		scale := 1.0
		if c := fyne.CurrentApp().Driver().CanvasForObject(e); c != nil {
			scale = float64(c.Scale())
		}
		y := float64(e.Pad.Height) - e.top
		lo, hi := e.order()
		used := 0
		var rects []fyne.CanvasObject
		for i := range e.count() {
			h := e.height(i)
			if y > float64(size.Height) {
				break
			}
			if y+h < -stripHeight {
				e.forget(i)
				y += h
				continue
			}
			pg := e.lay(i)
			first, n := e.doc.First(i)
			for s := 0; float64(s)*stripHeight < pg.height; s++ {
				sy := y + float64(s)*stripHeight
				if sy > float64(size.Height) || sy+stripHeight < 0 {
					continue
				}
				if img := e.strip(i, pg, s, scale); img != nil {
					b := img.Image.Bounds()
					kit.Place(img, e.Pad.Width, float32(sy), float32(float64(b.Dx())/scale), float32(float64(b.Dy())/scale))
					r.Objs = append(r.Objs, img)
				}
			}
			found, now := kit.C(kit.Star), kit.C(kit.Accent)
			found.A, now.A = 90, 120
			for k, end := e.hitsIn(first, n); k < end; k++ {
				h := e.hits[k]
				for _, d := range pg.rects(h.From.Leaf-first, h.From.Off, h.To.Leaf-first, h.To.Off) {
					if y+d.Y+d.H < 0 || y+d.Y > float64(size.Height) {
						continue
					}
					if used == len(marks) {
						marks = append(marks, &canvas.Rectangle{})
					}
					o := marks[used]
					used++
					o.FillColor = found
					if k == e.hit {
						o.FillColor = now
					}
					kit.Place(o, e.Pad.Width+float32(d.X), float32(y+d.Y), float32(d.W), float32(d.H))
					rects = append(rects, o)
				}
			}
			if lo != hi && hi.Leaf >= first && lo.Leaf < first+n {
				a, b := edit.Pos{Leaf: 0}, edit.Pos{Leaf: n - 1, Off: math.MaxInt}
				if lo.Leaf >= first {
					a = edit.Pos{Leaf: lo.Leaf - first, Off: lo.Off}
				}
				if hi.Leaf < first+n {
					b = edit.Pos{Leaf: hi.Leaf - first, Off: hi.Off}
				}
				for _, d := range pg.rects(a.Leaf, a.Off, b.Leaf, b.Off) {
					if used == len(marks) {
						marks = append(marks, &canvas.Rectangle{})
					}
					o := marks[used]
					used++
					fill := kit.C(kit.Accent)
					fill.A = 70
					o.FillColor = fill
					kit.Place(o, e.Pad.Width+float32(d.X), float32(y+d.Y), float32(d.W), float32(d.H))
					rects = append(rects, o)
				}
			}
			for _, d := range e.mark(i, pg) {
				if used == len(marks) {
					marks = append(marks, &canvas.Rectangle{})
				}
				o := marks[used]
				used++
				o.FillColor = kit.C(kit.Err)
				kit.Place(o, e.Pad.Width+float32(d.X), float32(y+d.Y+d.H)-2, float32(d.W), 1.5)
				rects = append(rects, o)
			}
			y += pg.height
		}
		r.Objs = append(r.Objs, rects...)
		if f, ok := e.foldRect(); ok {
			fy := float32(f.Y - e.top)
			pill.FillColor = kit.C(kit.SelectIdle)
			kit.Place(pill, float32(f.X), fy, 36, 18)
			kit.Place(dots, float32(f.X)+10, fy+1, 16, 16)
			kit.PutText(label, e.FoldText, kit.Small12, kit.C(kit.Text3), float32(f.X)+44, fy, size.Width-140, 18, fyne.TextAlignLeading)
			r.Objs = append(r.Objs, pill, dots, label)
		}
		if e.focus && e.blink && lo == hi {
			c := e.caretRect(e.sel.To)
			caret.FillColor = kit.C(kit.Accent)
			kit.Place(caret, float32(c.X), float32(c.Y-e.top), 1.5, float32(c.H))
			r.Objs = append(r.Objs, caret)
		}
		if all := e.total(); all > float64(size.Height) {
			bar.FillColor = kit.C(kit.Thumb)
			th := max(28, float64(size.Height)*float64(size.Height)/all)
			ty := e.top / max(1, all-float64(size.Height)) * (float64(size.Height) - th)
			kit.Place(bar, size.Width-8, float32(ty), 6, float32(th))
			r.Objs = append(r.Objs, bar)
		}
	}
	r.Lay = func(fyne.Size) { draw() }
	e.sized = func() { draw(); canvas.Refresh(e) }
	return r
}

// forget gives the pictures of a block that is not seen back.
func (e *Editor) forget(i int) {
	if p := e.pages[i]; p != nil && len(p.strips) > 0 {
		p.strips, p.asked = map[int]*canvas.Image{}, map[int]bool{}
	}
}

// strip returns a painted piece of a block: at once for short blocks, else when the goroutine has it.
func (e *Editor) strip(i int, p *shown, n int, scale float64) *canvas.Image {
	if s := p.strips[n]; s != nil {
		return s
	}
	if p.asked[n] {
		return nil
	}
	r := display.Rect{Y: float64(n) * stripHeight, W: max(e.width, p.list.Width), H: min(stripHeight, p.height-float64(n)*stripHeight)}
	paint := func(l *display.List) *image.RGBA {
		w, h := int(math.Ceil(r.W*scale)), int(math.Ceil(r.H*scale))
		if w <= 0 || h <= 0 || w > 8192 || h > 8192 {
			return nil
		}
		img := image.NewRGBA(image.Rect(0, 0, w, h))
		if e.eng.Paint(l, r, scale, img) != nil {
			return nil
		}
		return img
	}
	p.asked[n] = true
	if p.height <= atOnce {
		if img := paint(p.list); img != nil {
			p.strips[n] = canvas.NewImageFromImage(img)
			p.strips[n].ScaleMode = canvas.ImageScaleFastest
			return p.strips[n]
		}
		return nil
	}
	l, rev := p.list, p.rev
	go func() {
		img := paint(l)
		if img == nil {
			return
		}
		e.do(func() {
			if p.rev == rev {
				p.strips[n] = canvas.NewImageFromImage(img)
				p.strips[n].ScaleMode = canvas.ImageScaleFastest
				e.redraw()
			}
		})
	}()
	return nil
}

func (e *Editor) order() (edit.Pos, edit.Pos) {
	if e.sel.To.Before(e.sel.From) {
		return e.sel.To, e.sel.From
	}
	return e.sel.From, e.sel.To
}

// Recolour paints everything again, after the theme changed.
func (e *Editor) Recolour() {
	for i := range e.pages {
		e.pages[i] = nil
	}
	e.redraw()
}
