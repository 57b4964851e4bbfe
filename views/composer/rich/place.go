package rich

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/edit"
)

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
	p.looked, p.blanks = false, nil
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
