package edit

import (
	"strings"

	"golang.org/x/net/html"
)

// maxHits is about where a search stops.
const maxHits = 5000

// Find returns where words are, upper and lower case alike, not over the ends of lines.
func (d *Doc) Find(words string) []Selection {
	var out []Selection
	for i := 0; i < d.total && len(out) < maxHits; i++ {
		for _, h := range Places(d.Text(i), words) {
			out = append(out, Selection{Pos{i, h[0]}, Pos{i, h[1]}})
		}
	}
	return out
}

// Places returns where words are in a line, upper and lower case alike: from which byte to which.
func Places(line, words string) [][2]int {
	if words == "" {
		return nil
	}
	var out [][2]int
	want := []rune(strings.ToLower(words))
	for off := 0; off < len(line) && len(out) < maxHits; {
		end, ok := hasFold(line[off:], want)
		if ok {
			out = append(out, [2]int{off, off + end})
			off += end
			continue
		}
		off = after(line, off)
	}
	return out
}

func hasFold(s string, want []rune) (int, bool) {
	k := 0
	for i, r := range s {
		if k == len(want) {
			return i, true
		}
		if r == '\u00a0' {
			r = ' '
		}
		if r != want[k] && strings.ToLower(string(r)) != string(want[k]) {
			return 0, false
		}
		k++
	}
	return len(s), k == len(want)
}

// Replace puts other words in the places of a search, with the formatting of what was there, in one step of undo. It returns where the last one ends.
func (d *Doc) Replace(hits []Selection, with string) Pos {
	if len(hits) == 0 {
		return Pos{}
	}
	with = Clean(with)
	from, to := d.BlockOf(hits[0].From.Leaf), d.BlockOf(hits[len(hits)-1].From.Leaf)
	end := Pos{}
	d.change(from, to-from+1, Selection{hits[0].From, hits[0].To}, false, func(nodes []*html.Node) []*html.Node {
		for i := len(hits) - 1; i >= 0; {
			leaf := hits[i].From.Leaf
			n := d.leafIn(leaf)
			ss := segments(n)
			grown := 0
			// From the last place of the line to the first, so that the offsets hold.
			k := i
			for ; k >= 0 && hits[k].From.Leaf == leaf; k-- {
				l, mid, r := between(ss, hits[k].From.Off, hits[k].To.Off)
				var ws []wrap
				if len(mid) > 0 {
					ws = mid[0].wraps
				}
				ss = append(append(l[:len(l):len(l)], seg{text: with, wraps: ws}), r...)
				if k < len(hits)-1 && i == len(hits)-1 {
					grown += len(with) - (hits[k].To.Off - hits[k].From.Off)
				}
			}
			build(n, ss)
			if i == len(hits)-1 {
				end = Pos{leaf, hits[i].From.Off + grown + len(with)}
			}
			i = k
		}
		return nodes
	})
	return d.done(end)
}
