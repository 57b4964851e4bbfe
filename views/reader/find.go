package reader

import (
	"strings"
	"unicode"

	"github.com/postrider/postrider/accounts/mail"
)

// Finder is the body of a message as the search within the message sees it: plain text here, a page of HTML elsewhere. Its methods are called on the
// window's goroutine.
type Finder interface {
	// Find marks every place of needle, in any case, and calls done once with their number: at once, or later on the window's goroutine when it takes
	// time. A Find that comes before done was called makes the older one void. "" takes the marks away.
	Find(needle string, done func(hits int))
	// Hit returns the upper and lower edge of place i, from 0, in px from the top of the body.
	Hit(i int) (top, bottom float32)
	// Current makes place i the current one; -1 makes none.
	Current(i int)
}

var _ Finder = (*textView)(nil)

const (
	mostHits  = 5000
	bigSearch = 64 << 10 // bytes of text from which on the search leaves the window's goroutine
)

// hit is a place of what is searched for.
type hit struct{ from, to pos }

// lineHit is the part of a hit that is on one line.
type lineHit struct{ from, to, hit int }

// textIndex is a text made ready to be searched: small letters, lines that the width broke put together again.
type textIndex struct {
	text   string
	starts []int   // of each line in text
	maps   [][]int // of a line whose small letters are as many bytes as others: where its bytes were; else nil
}

// foldCase makes small letters; back, when it is not nil, says for each byte where it was in s.
func foldCase(s string) (out string, back []int) {
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < 0x80
	}
	if ascii {
		return strings.ToLower(s), nil
	}
	var b strings.Builder
	same := true
	for at, r := range s {
		low := unicode.ToLower(r)
		if r == '\u00a0' {
			low = ' '
		}
		from := b.Len()
		b.WriteRune(low)
		same = same && from == at
		for k := from; k < b.Len(); k++ {
			back = append(back, at)
		}
	}
	if same && b.Len() == len(s) {
		return b.String(), nil
	}
	return b.String(), append(back, len(s))
}

func index(lines []textLine) *textIndex {
	x := &textIndex{starts: make([]int, len(lines)), maps: make([][]int, len(lines))}
	var b strings.Builder
	for i := range lines {
		x.starts[i] = b.Len()
		s, back := foldCase(lines[i].string())
		x.maps[i] = back
		b.WriteString(s)
		if !lines[i].soft {
			b.WriteByte('\n')
		}
	}
	x.text = b.String()
	return x
}

// find returns the places of needle, which has small letters only.
func (x *textIndex) find(needle string) []hit {
	var out []hit
	line := 0
	place := func(at int, end bool) pos {
		for line+1 < len(x.starts) && (x.starts[line+1] < at || x.starts[line+1] == at && !end) {
			line++
		}
		off := at - x.starts[line]
		if m := x.maps[line]; m != nil {
			off = m[min(off, len(m)-1)]
		}
		return pos{line, off}
	}
	for at := 0; len(out) < mostHits; {
		k := strings.Index(x.text[at:], needle)
		if k < 0 {
			break
		}
		from := at + k
		at = from + len(needle)
		h := hit{from: place(from, false)}
		h.to = place(at, true)
		out = append(out, h)
	}
	return out
}

// Find implements Finder.
func (t *textView) Find(needle string, done func(int)) {
	t.findTurn++
	t.needle, _ = foldCase(needle)
	t.current = -1
	if t.needle == "" {
		t.mark(nil)
		done(0)
		return
	}
	n := 0
	for _, b := range t.blocks {
		for _, s := range b.Spans {
			n += len(s.Text)
		}
	}
	if t.do == nil || n < bigSearch {
		t.unfoldFor(hidden(t.blocks[t.shownBlocks():], t.needle))
		t.search()
		done(len(t.hits))
		return
	}
	turn, want, away := t.findTurn, t.needle, t.blocks[t.shownBlocks():]
	go func() {
		in := hidden(away, want)
		t.do(func() {
			if turn != t.findTurn {
				return
			}
			t.unfoldFor(in)
			lines, x := t.lines, t.index
			go func() {
				if x == nil {
					x = index(lines)
				}
				hits := x.find(want)
				t.do(func() {
					if turn != t.findTurn {
						return
					}
					if len(t.lines) == len(lines) && (len(lines) == 0 || &t.lines[0] == &lines[0]) {
						t.index = x
						t.mark(hits)
					} else { // broken again meanwhile
						t.search()
					}
					done(len(t.hits))
				})
			}()
		})
	}()
}

// shownBlocks is how many blocks are not folded away.
func (t *textView) shownBlocks() int {
	if t.folded {
		return t.fold
	}
	return len(t.blocks)
}

// hidden reports whether needle is in what is folded away.
func hidden(blocks []mail.Block, needle string) bool {
	for _, b := range blocks {
		var all strings.Builder
		for _, s := range b.Spans {
			all.WriteString(s.Text)
		}
		if s, _ := foldCase(all.String()); strings.Contains(s, needle) {
			return true
		}
	}
	return false
}

// unfoldFor shows the history when what is searched for is in it.
func (t *textView) unfoldFor(in bool) {
	if !in || !t.folded {
		return
	}
	t.folded = false
	t.arrange()
	if t.OnGrown != nil {
		t.OnGrown()
	}
}

// search looks again in the text as it is broken now.
func (t *textView) search() {
	if t.needle == "" {
		return
	}
	if t.index == nil {
		t.index = index(t.lines)
	}
	t.mark(t.index.find(t.needle))
}

func (t *textView) mark(hits []hit) {
	t.hits, t.onLine = hits, nil
	if len(hits) > 0 {
		t.onLine = map[int][]lineHit{}
	}
	for k, h := range hits {
		for i := h.from.line; i <= h.to.line; i++ {
			l := lineHit{0, len(t.lines[i].string()), k}
			if i == h.from.line {
				l.from = h.from.off
			}
			if i == h.to.line {
				l.to = h.to.off
			}
			t.onLine[i] = append(t.onLine[i], l)
		}
	}
	t.redraw()
}

// Hit implements Finder.
func (t *textView) Hit(i int) (top, bottom float32) {
	if i < 0 || i >= len(t.hits) {
		return 0, 0
	}
	a, b := &t.lines[t.hits[i].from.line], &t.lines[t.hits[i].to.line]
	return a.y, b.y + b.h
}

// Current implements Finder.
func (t *textView) Current(i int) {
	if i != t.current {
		t.current = i
		t.redraw()
	}
}
