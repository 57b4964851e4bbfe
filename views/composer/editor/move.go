package editor

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Next is the place one character (grapheme) further.
func (b *Buffer) Next(p Pos) Pos {
	s := b.paras[p.Para]
	if p.Off >= len(s) {
		if p.Para+1 < len(b.paras) {
			return Pos{p.Para + 1, 0}
		}
		return p
	}
	c, _, _, _ := uniseg.FirstGraphemeClusterInString(s[p.Off:], -1)
	return Pos{p.Para, p.Off + len(c)}
}

// Prev is the place one character (grapheme) back.
func (b *Buffer) Prev(p Pos) Pos {
	if p.Off == 0 {
		if p.Para > 0 {
			return Pos{p.Para - 1, len(b.paras[p.Para-1])}
		}
		return p
	}
	return Pos{p.Para, prevGrapheme(b.paras[p.Para], p.Off)}
}

// prevGrapheme returns the border before off. Segmentation goes forwards only, so it starts at a safe place not far back.
func prevGrapheme(s string, off int) int {
	start := max(0, off-256)
	for start > 0 && s[start] >= 0x80 { // an ASCII byte never continues a cluster but CR LF, which the buffer does not hold
		start--
	}
	last := start
	state := -1
	for rest := s[start:off]; rest != ""; {
		var c string
		c, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if rest != "" {
			last += len(c)
		}
	}
	return last
}

// snap moves an offset back to a grapheme border.
func snap(s string, off int) int {
	if off <= 0 || off >= len(s) {
		return min(max(off, 0), len(s))
	}
	at := prevGrapheme(s, off)
	c, _, _, _ := uniseg.FirstGraphemeClusterInString(s[at:], -1)
	if at+len(c) == off {
		return off
	}
	return at
}

type class int

const (
	classSpace class = iota
	classWord
	classOther
)

func classOf(r rune) class {
	switch {
	case unicode.IsSpace(r):
		return classSpace
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_', r == '\'', r == '’':
		return classWord
	}
	return classOther
}

// NextWord is the end of the word at or behind p.
func (b *Buffer) NextWord(p Pos) Pos {
	s := b.paras[p.Para]
	if p.Off >= len(s) {
		return b.Next(p)
	}
	off := p.Off
	for off < len(s) {
		r, n := utf8.DecodeRuneInString(s[off:])
		if classOf(r) != classSpace {
			break
		}
		off += n
	}
	if off < len(s) {
		r, _ := utf8.DecodeRuneInString(s[off:])
		k := classOf(r)
		for off < len(s) {
			r, n := utf8.DecodeRuneInString(s[off:])
			if classOf(r) != k {
				break
			}
			off += n
		}
	}
	return Pos{p.Para, snap(s, off)}
}

// PrevWord is the start of the word before p.
func (b *Buffer) PrevWord(p Pos) Pos {
	if p.Off == 0 {
		return b.Prev(p)
	}
	s := b.paras[p.Para]
	off := p.Off
	for off > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:off])
		if classOf(r) != classSpace {
			break
		}
		off -= n
	}
	if off > 0 {
		r, _ := utf8.DecodeLastRuneInString(s[:off])
		k := classOf(r)
		for off > 0 {
			r, n := utf8.DecodeLastRuneInString(s[:off])
			if classOf(r) != k {
				break
			}
			off -= n
		}
	}
	return Pos{p.Para, snap(s, off)}
}

// WordAt returns the run of one kind of character around p: what a double click selects.
func (b *Buffer) WordAt(p Pos) (from, to Pos) {
	s := b.paras[p.Para]
	if s == "" {
		return p, p
	}
	at := p.Off
	if at >= len(s) {
		_, n := utf8.DecodeLastRuneInString(s)
		at = len(s) - n
	}
	r, _ := utf8.DecodeRuneInString(s[at:])
	k := classOf(r)
	lo, hi := at, at
	for lo > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:lo])
		if classOf(r) != k {
			break
		}
		lo -= n
	}
	for hi < len(s) {
		r, n := utf8.DecodeRuneInString(s[hi:])
		if classOf(r) != k {
			break
		}
		hi += n
	}
	return Pos{p.Para, snap(s, lo)}, Pos{p.Para, snap(s, hi)}
}
