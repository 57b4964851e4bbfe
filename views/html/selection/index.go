// Package selection reads a display list as text: which character is at a point, where a stretch of text is on the page, what is copied, and where words
// are found. A place in the text is a byte offset into [Index.Text], so that a selection is two numbers whatever the layout, and survives a new one.
package selection

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/postrider/postrider/views/html/display"
)

// maxText bounds the text that can be selected and searched, bytes.
const maxText = 8 << 20

// piece is one run in reading order; its text is Text[at : at+len(run.Text)].
type piece struct {
	run *display.Run
	at  int
	brk display.Break
}

// Index is the text of a display list. It is made once for each layout and never changed; it may be used by several goroutines.
type Index struct {
	// Text is what can be read, with spaces, line ends and tabs where runs are separated.
	Text string

	pieces []piece // ascending at
	byTop  []int   // indexes into pieces, ascending by the top of the run
	tall   float64 // the highest run
}

// New reads the text of a list.
func New(l *display.List) *Index {
	x := &Index{}
	var b strings.Builder
	space := false
	for i, o := range l.Order {
		if o.Item < 0 || o.Item >= len(l.Items) {
			continue
		}
		r, ok := l.Items[o.Item].(*display.Run)
		if !ok || r.Ellipsis || r.Marker || b.Len()+len(r.Text) > maxText {
			continue
		}
		if i > 0 && b.Len() > 0 {
			switch o.Break {
			case display.SoftBreak:
				if !space && !strings.HasPrefix(r.Text, " ") {
					b.WriteByte(' ')
				}
			case display.LineBreak, display.Block:
				b.WriteByte('\n')
			case display.Cell:
				b.WriteByte('\t')
			}
		}
		x.pieces = append(x.pieces, piece{run: r, at: b.Len(), brk: o.Break})
		b.WriteString(r.Text)
		space = strings.HasSuffix(r.Text, " ") || r.Text == "" && space
		x.tall = max(x.tall, r.H)
	}
	x.Text = b.String()
	x.byTop = make([]int, len(x.pieces))
	for i := range x.byTop {
		x.byTop[i] = i
	}
	sort.SliceStable(x.byTop, func(a, b int) bool { return x.pieces[x.byTop[a]].run.Y < x.pieces[x.byTop[b]].run.Y })
	return x
}

// At returns the place in the text nearest to a point, and the run there when the point is on its text.
func (x *Index) At(px, py float64) (int, *display.Run) {
	best, bestD := -1, 0.0
	near := func(i int) {
		r := x.pieces[i].run
		dy, dx := 0.0, 0.0
		if py < r.Y {
			dy = r.Y - py
		} else if py > r.Y+r.H {
			dy = py - r.Y - r.H
		}
		if px < r.X {
			dx = r.X - px
		} else if px > r.X+r.W {
			dx = px - r.X - r.W
		}
		// The line counts before the column, so that a drag beside a paragraph selects in that paragraph.
		if d := dy*1000 + dx; best < 0 || d < bestD {
			best, bestD = i, d
		}
	}
	from := sort.Search(len(x.byTop), func(k int) bool { return x.pieces[x.byTop[k]].run.Y >= py-x.tall })
	k := from
	for ; k < len(x.byTop) && x.pieces[x.byTop[k]].run.Y <= py; k++ {
		near(x.byTop[k])
	}
	// Nothing covers the height: what ends before and what begins after are the neighbours.
	if best < 0 || bestD >= 1000 {
		for j := from - 1; j >= 0 && j >= from-64; j-- {
			near(x.byTop[j])
		}
		for j := k; j < len(x.byTop) && j < k+64; j++ {
			near(x.byTop[j])
		}
	}
	if best < 0 {
		return 0, nil
	}
	p := x.pieces[best]
	on := p.run
	if bestD > 0 {
		on = nil
	}
	return p.at + offset(p.run, px-p.run.X), on
}

// caret is a place between clusters: a byte offset of the run's text and its x.
type caret struct {
	off int
	x   float64
}

// carets returns the places of a run, ascending by offset.
func carets(r *display.Run) []caret {
	gs := r.Shaped.Glyphs
	n := len(r.Text)
	if len(gs) == 0 {
		return []caret{{0, 0}, {n, r.W}}
	}
	// The advance of each cluster and its left edge.
	type cl struct {
		off  int
		l, w float64
	}
	var cs []cl
	at := 0.0
	for _, g := range gs {
		if k := len(cs); k > 0 && cs[k-1].off == g.Cluster {
			cs[k-1].w += g.Advance
		} else {
			cs = append(cs, cl{g.Cluster, at, g.Advance})
		}
		at += g.Advance
	}
	sort.SliceStable(cs, func(a, b int) bool { return cs[a].off < cs[b].off })
	out := make([]caret, 0, len(cs)+1)
	for i, c := range cs {
		end := n
		if i+1 < len(cs) {
			end = cs[i+1].off
		}
		if c.off > n || end > n || c.off < 0 {
			continue
		}
		// A ligature is divided evenly between its letters.
		letters := max(1, utf8.RuneCountInString(r.Text[c.off:max(c.off, end)]))
		k := 0
		for o := range r.Text[c.off:max(c.off, end)] {
			f := float64(k) / float64(letters) * c.w
			if r.Shaped.RTL {
				out = append(out, caret{c.off + o, c.l + c.w - f})
			} else {
				out = append(out, caret{c.off + o, c.l + f})
			}
			k++
		}
	}
	if r.Shaped.RTL {
		return append(out, caret{n, 0})
	}
	return append(out, caret{n, at})
}

// offset is the byte offset in a run's text nearest to x.
func offset(r *display.Run, x float64) int {
	best, d := 0, -1.0
	for _, c := range carets(r) {
		e := c.x - x
		if e < 0 {
			e = -e
		}
		if d < 0 || e < d {
			best, d = c.off, e
		}
	}
	return best
}

// Rects returns where the text from a to b is on the page, a rectangle for each run, in reading order.
func (x *Index) Rects(a, b int) []display.Rect {
	if a > b {
		a, b = b, a
	}
	var out []display.Rect
	i := sort.Search(len(x.pieces), func(i int) bool { return x.pieces[i].at+len(x.pieces[i].run.Text) > a })
	for ; i < len(x.pieces) && x.pieces[i].at < b; i++ {
		r := x.pieces[i].run
		from, to := max(0, a-x.pieces[i].at), min(len(r.Text), b-x.pieces[i].at)
		if from >= to {
			continue
		}
		if from == 0 && to == len(r.Text) {
			out = append(out, r.Rect)
			continue
		}
		x1, x2, ok1, ok2 := 0.0, r.W, false, false
		for _, c := range carets(r) {
			if c.off <= from {
				x1, ok1 = c.x, true
			}
			if c.off >= to && !ok2 {
				x2, ok2 = c.x, true
			}
		}
		if !ok1 || !ok2 {
			out = append(out, r.Rect)
			continue
		}
		if x1 > x2 {
			x1, x2 = x2, x1
		}
		out = append(out, display.Rect{X: r.X + x1, Y: r.Y, W: x2 - x1, H: r.H})
	}
	return out
}

// Copy returns the text from a to b.
func (x *Index) Copy(a, b int) string {
	a, b = x.inside(min(a, b)), x.inside(max(a, b))
	return strings.ReplaceAll(x.Text[a:b], "\u00ad", "")
}

func (x *Index) inside(o int) int { return max(0, min(o, len(x.Text))) }
