package rich

import (
	"sort"

	"github.com/postrider/postrider/views/html/edit"
)

// Mark shows places of a search, all of them marked and number at (-1 = none) as the current one. reveal scrolls to it.
func (e *Editor) Mark(hits []edit.Selection, at int, reveal bool) {
	e.hits, e.hit = hits, at
	if reveal && at >= 0 && at < len(hits) {
		if e.Folded && e.doc.BlockOf(hits[at].From.Leaf) >= e.FoldFrom {
			e.Folded = false
		}
		e.sel = edit.Selection{From: hits[at].From, To: hits[at].To}
		e.doc.Seal()
		e.reveal()
		e.state()
	}
	e.redraw()
}

// hitsIn are the numbers of the places that begin in n leaves from first on.
func (e *Editor) hitsIn(first, n int) (from, to int) {
	from = sort.Search(len(e.hits), func(i int) bool { return e.hits[i].From.Leaf >= first })
	to = sort.Search(len(e.hits), func(i int) bool { return e.hits[i].From.Leaf >= first+n })
	return from, to
}

// Replace puts other words in places of a search; one undo takes all of it back.
func (e *Editor) Replace(hits []edit.Selection, with string) {
	if len(hits) == 0 {
		return
	}
	e.doc.Seal()
	e.hits, e.hit = nil, -1
	e.put(e.doc.Replace(hits, with))
}

// Table puts a table in at the caret.
func (e *Editor) Table(rows, cols int) { e.put(e.doc.Table(e.sel.To, rows, cols)) }

// Tables changes the table that the caret is in: f is one of the Doc's functions.
func (e *Editor) Tables(f func(edit.Pos) edit.Pos) { e.put(f(e.sel.To)) }
