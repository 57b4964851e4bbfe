package editor

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// wrapper breaks paragraphs into rows. Widths are measured once a segment and remembered.
type wrapper struct {
	width   float32
	measure func(string) float32
	widths  map[string]float32
}

const maxWidths = 1 << 14

// shown is how text is drawn: tabs have no glyph.
func shown(s string) string {
	if strings.IndexByte(s, '\t') < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\t", "    ")
}

func (w *wrapper) of(s string) float32 {
	if s == "" {
		return 0
	}
	if v, ok := w.widths[s]; ok {
		return v
	}
	if len(w.widths) >= maxWidths || w.widths == nil {
		w.widths = make(map[string]float32, 1024)
	}
	v := w.measure(shown(s))
	w.widths[strings.Clone(s)] = v
	return v
}

// wrap returns the offsets at which rows of s begin; the first is 0.
func (w *wrapper) wrap(s string) []int {
	return w.from(s, 0, []int{0}, nil)
}

// from goes on breaking s at byte start, which is the beginning of the last row in breaks. stop, when set, is asked at every break found
// and ends the work by returning true (that break is not appended).
func (w *wrapper) from(s string, start int, breaks []int, stop func(int) bool) []int {
	x, at, state := float32(0), start, -1
	rest := s[start:]
	for rest != "" {
		var seg string
		seg, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		word := strings.TrimRight(seg, " ")
		ww := w.of(word)
		if x > 0 && x+ww > w.width {
			if stop != nil && stop(at) {
				return breaks
			}
			breaks = append(breaks, at)
			x = 0
		}
		if ww > w.width { // longer than a row: break inside
			inner := at
			for sub, gs := word, -1; sub != ""; {
				var g string
				g, sub, _, gs = uniseg.FirstGraphemeClusterInString(sub, gs)
				gw := w.of(g)
				if x > 0 && x+gw > w.width {
					if stop != nil && stop(inner) {
						return breaks
					}
					breaks = append(breaks, inner)
					x = 0
				}
				x += gw
				inner += len(g)
			}
		} else {
			x += ww
		}
		x += float32(len(seg)-len(word)) * w.of(" ")
		at += len(seg)
	}
	return breaks
}

// again returns the breaks of s, where ins bytes took the place of del bytes at offset at since old was computed. Rows well before the change stay, and as
// soon as a break agrees with an old one behind the change the rest is taken over.
func (w *wrapper) again(s string, old []int, at, ins, del int) []int {
	delta := ins - del
	row, found := slices.BinarySearch(old, at)
	if !found {
		row--
	}
	// A shorter word may now fit the row above, so the work begins there, at a break that does not depend on what stands before it.
	row = max(0, row-1)
	for row > 0 && (old[row] >= at || !plainBreak(s, old[row])) {
		row--
	}
	var tail []int
	stop := func(p int) bool {
		if p <= at+ins || !plainBreak(s, p) {
			return false
		}
		i, ok := slices.BinarySearch(old, p-delta)
		if !ok || i == 0 {
			return false
		}
		tail = old[i:]
		return true
	}
	out := w.from(s, old[row], slices.Clone(old[:row+1]), stop)
	for _, p := range tail {
		out = append(out, p+delta)
	}
	return out
}

// plainBreak reports whether a row that begins at p is one by its neighbours alone: after the space behind a letter and before a letter, or
// between two Han characters. Other breaks hang on more context (UAX 14), or lie inside a word longer than a row.
func plainBreak(s string, p int) bool {
	if p <= 0 || p >= len(s) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(s[p:])
	prev, _ := utf8.DecodeLastRuneInString(s[:p])
	if unicode.Is(unicode.Han, next) && unicode.Is(unicode.Han, prev) {
		return true
	}
	if prev != ' ' || !unicode.IsLetter(next) {
		return false
	}
	word, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s[:p], " "))
	return unicode.IsLetter(word)
}
