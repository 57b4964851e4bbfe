package editor

import (
	"sort"
	"strings"
)

// Range is a piece of the text.
type Range struct{ From, To Pos }

// Selection is what is selected; From and To are equal where nothing is.
func (e *Editor) Selection() Range {
	lo, hi := e.span()
	return Range{lo, hi}
}

// Paras is how many paragraphs there are; Para is the text of one.
func (e *Editor) Paras() int { return e.buf.Len() }

// Para returns a paragraph.
func (e *Editor) Para(i int) string { return e.buf.Para(i) }

// Mark shows the places of a search, in their order, and one of them as the current one, which is selected and brought on screen where reveal is set; nil takes the
// marks away.
func (e *Editor) Mark(hits []Range, at int, reveal bool) {
	e.hits, e.hit = hits, at
	if reveal && at >= 0 && at < len(hits) {
		e.buf.Seal()
		e.anchor, e.cursor = e.buf.Clamp(hits[at].From), e.buf.Clamp(hits[at].To)
		e.follow, e.goal = true, -1
	}
	e.redraw()
}

// hitsIn are the numbers of the places that begin in a paragraph.
func (e *Editor) hitsIn(para int) (from, to int) {
	from = sort.Search(len(e.hits), func(i int) bool { return e.hits[i].From.Para >= para })
	to = sort.Search(len(e.hits), func(i int) bool { return e.hits[i].From.Para > para })
	return from, to
}

// Replace puts other words in places of a search, which are in order and within a paragraph each; one undo takes all of it back.
func (e *Editor) Replace(hits []Range, with string) {
	if len(hits) == 0 {
		return
	}
	with = Clean(with)
	first, last := hits[0].From, hits[len(hits)-1].To
	var b strings.Builder
	at := first
	for _, h := range hits {
		b.WriteString(e.buf.Slice(at, h.From))
		b.WriteString(with)
		at = h.To
	}
	e.hits, e.hit = nil, -1
	e.buf.Seal()
	e.cursor = e.buf.Replace(first, last, b.String(), false)
	e.anchor = e.cursor
	e.buf.Seal()
	e.edited()
}
