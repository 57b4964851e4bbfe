package edit

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

func itoa(n int) string { return strconv.Itoa(n) }

// window is how far back a grapheme or word is looked for, bytes.
const window = 512

// before returns the offset of the grapheme that ends at off.
func before(s string, off int) int {
	from := max(0, off-window)
	for from > 0 && s[from]&0xC0 == 0x80 {
		from--
	}
	last, rest, state := from, s[from:off], -1
	for at := from; rest != ""; {
		var g string
		last = at
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at += len(g)
	}
	return last
}

// after returns the offset behind the grapheme at off.
func after(s string, off int) int {
	g, _, _, _ := uniseg.FirstGraphemeClusterInString(s[off:], -1)
	return off + len(g)
}

// Left and Right move by a grapheme, over the ends of lines.
func (d *Doc) Left(p Pos) Pos {
	p = d.Clamp(p)
	if p.Off > 0 {
		return Pos{p.Leaf, before(d.Text(p.Leaf), p.Off)}
	}
	if p.Leaf > 0 {
		return d.endOf(p.Leaf - 1)
	}
	return p
}

// Right moves by a grapheme.
func (d *Doc) Right(p Pos) Pos {
	p = d.Clamp(p)
	s := d.Text(p.Leaf)
	if p.Off < len(s) {
		return Pos{p.Leaf, after(s, p.Off)}
	}
	if p.Leaf+1 < d.total {
		return Pos{p.Leaf + 1, 0}
	}
	return p
}

// WordLeft moves to the beginning of a word.
func (d *Doc) WordLeft(p Pos) Pos {
	p = d.Clamp(p)
	if p.Off == 0 {
		return d.Left(p)
	}
	s := d.Text(p.Leaf)
	last, at, rest, state := 0, 0, s[:p.Off], -1
	for rest != "" {
		var w string
		w, rest, state = uniseg.FirstWordInString(rest, state)
		if wordy(w) {
			last = at
		}
		at += len(w)
	}
	return Pos{p.Leaf, last}
}

// WordRight moves behind a word.
func (d *Doc) WordRight(p Pos) Pos {
	p = d.Clamp(p)
	s := d.Text(p.Leaf)
	if p.Off >= len(s) {
		return d.Right(p)
	}
	at, rest, state := p.Off, s[p.Off:], -1
	for rest != "" {
		var w string
		w, rest, state = uniseg.FirstWordInString(rest, state)
		at += len(w)
		if wordy(w) {
			break
		}
	}
	return Pos{p.Leaf, at}
}

func wordy(w string) bool { return w != "" && w[0] != ' ' && w[0] != '\t' && w[0] != '\n' }

// Word returns the word around a place.
func (d *Doc) Word(p Pos) Selection {
	p = d.Clamp(p)
	s := d.Text(p.Leaf)
	at, rest, state := 0, s, -1
	for rest != "" {
		var w string
		w, rest, state = uniseg.FirstWordInString(rest, state)
		if p.Off < at+len(w) || rest == "" {
			return Selection{Pos{p.Leaf, at}, Pos{p.Leaf, at + len(w)}}
		}
		at += len(w)
	}
	return Selection{p, p}
}

// Words returns the words of a leaf: stretches with a letter in them (UAX #29).
func (d *Doc) Words(leaf int) []Selection {
	s := d.Text(leaf)
	var out []Selection
	at, rest, state := 0, s, -1
	for rest != "" {
		var w string
		w, rest, state = uniseg.FirstWordInString(rest, state)
		if strings.IndexFunc(w, unicode.IsLetter) >= 0 {
			out = append(out, Selection{Pos{leaf, at}, Pos{leaf, at + len(w)}})
		}
		at += len(w)
	}
	return out
}
