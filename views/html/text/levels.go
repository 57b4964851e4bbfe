package text

import "golang.org/x/text/unicode/bidi"

// Level is a stretch of text of one embedding level: even runs left to right, odd right to left.
type Level struct {
	From, To int // bytes
	Level    uint8
}

const maxDepth = 125 // of explicit embeddings, BD2

// Levels applies the bidirectional algorithm (UAX #9, without the line-dependent rules L1 to L4, see [Reorder]) to a paragraph whose base direction is
// rtl. Embeddings, overrides and isolates of CSS are written into the text as control characters by the caller. Bytes are covered without gaps.
func Levels(t string, rtl bool) []Level {
	if t == "" {
		return nil
	}
	base := uint8(0)
	if rtl {
		base = 1
	}
	if !rtl && plain(t) {
		return []Level{{0, len(t), 0}}
	}
	p := newParagraph(t, base)
	p.explicit()
	p.runs()
	var out []Level
	for i, l := range p.levels {
		if n := len(out); n > 0 && out[n-1].Level == l {
			out[n-1].To = p.at[i+1]
			continue
		}
		out = append(out, Level{p.at[i], p.at[i+1], l})
	}
	return out
}

// Reorder puts the pieces of one line, given by their levels in logical order, into visual order from left to right (rule L2).
func Reorder(levels []uint8) []int {
	order := make([]int, len(levels))
	highest, lowest := uint8(0), uint8(255)
	for i, l := range levels {
		order[i] = i
		highest = max(highest, l)
		if l%2 == 1 {
			lowest = min(lowest, l)
		}
	}
	for l := highest; l >= lowest && l > 0; l-- {
		for i := 0; i < len(order); {
			if levels[order[i]] < l {
				i++
				continue
			}
			j := i
			for j < len(order) && levels[order[j]] >= l {
				j++
			}
			for a, b := i, j-1; a < b; a, b = a+1, b-1 {
				order[a], order[b] = order[b], order[a]
			}
			i = j
		}
	}
	return order
}

// plain tells whether nothing in t can run from right to left: no strong or explicit character of that kind.
func plain(t string) bool {
	for _, r := range t {
		if r < 0x590 {
			continue
		}
		switch {
		case r <= 0x8FF, r >= 0x200E && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069,
			r >= 0xFB1D && r <= 0xFDFF, r >= 0xFE70 && r <= 0xFEFF, r >= 0x10800 && r <= 0x10FFF, r >= 0x1E800 && r <= 0x1EFFF:
			return false
		}
	}
	return true
}

type paragraph struct {
	base    uint8
	runes   []rune
	at      []int
	orig    []bidi.Class
	class   []bidi.Class
	levels  []uint8
	match   []int // of isolate initiators: the matching PDI, len = none; of PDIs: the initiator, -1 = none
	removed []bool
}

func newParagraph(t string, base uint8) *paragraph {
	p := &paragraph{base: base}
	for i, r := range t {
		p.runes = append(p.runes, r)
		p.at = append(p.at, i)
		pr, _ := bidi.LookupRune(r)
		p.orig = append(p.orig, pr.Class())
	}
	n := len(p.runes)
	p.at = append(p.at, len(t))
	p.class = append([]bidi.Class(nil), p.orig...)
	p.levels = make([]uint8, n)
	p.removed = make([]bool, n)
	p.match = make([]int, n)
	var open []int
	for i, c := range p.orig {
		p.match[i] = -1
		switch c {
		case bidi.LRI, bidi.RLI, bidi.FSI:
			p.match[i] = n
			open = append(open, i)
		case bidi.PDI:
			if k := len(open); k > 0 {
				p.match[i], p.match[open[k-1]] = open[k-1], i
				open = open[:k-1]
			}
		}
	}
	return p
}

// firstStrong is rules P2 and P3 for the runes from i to j: 1 = right to left.
func (p *paragraph) firstStrong(i, j int) uint8 {
	for ; i < j; i++ {
		switch p.orig[i] {
		case bidi.L:
			return 0
		case bidi.R, bidi.AL:
			return 1
		case bidi.LRI, bidi.RLI, bidi.FSI:
			i = p.match[i] // its end, or the paragraph's
		}
	}
	return 0
}

// explicit is rules X1 to X8.
func (p *paragraph) explicit() {
	type entry struct {
		level    uint8
		override bidi.Class // ON = none
		isolate  bool
	}
	stack := []entry{{p.base, bidi.ON, false}}
	overflowIso, overflowEmb, validIso := 0, 0, 0
	for i, c := range p.orig {
		top := stack[len(stack)-1]
		switch c {
		case bidi.RLE, bidi.LRE, bidi.RLO, bidi.LRO, bidi.RLI, bidi.LRI, bidi.FSI:
			iso := c == bidi.RLI || c == bidi.LRI || c == bidi.FSI
			right := c == bidi.RLE || c == bidi.RLO || c == bidi.RLI
			if c == bidi.FSI {
				right = p.firstStrong(i+1, min(p.match[i], len(p.orig))) == 1
			}
			p.levels[i] = top.level
			if iso {
				if top.override != bidi.ON {
					p.class[i] = top.override
				}
			} else {
				p.removed[i] = true
			}
			next := (top.level + 2) &^ 1
			if right {
				next = (top.level + 1) | 1
			}
			if next <= maxDepth && overflowIso == 0 && overflowEmb == 0 {
				e := entry{next, bidi.ON, iso}
				switch c {
				case bidi.RLO:
					e.override = bidi.R
				case bidi.LRO:
					e.override = bidi.L
				}
				if iso {
					validIso++
				}
				stack = append(stack, e)
			} else if iso {
				overflowIso++
			} else if overflowIso == 0 {
				overflowEmb++
			}
		case bidi.PDI:
			if overflowIso > 0 {
				overflowIso--
			} else if validIso > 0 {
				overflowEmb = 0
				for !stack[len(stack)-1].isolate {
					stack = stack[:len(stack)-1]
				}
				stack = stack[:len(stack)-1]
				validIso--
			}
			top = stack[len(stack)-1]
			p.levels[i] = top.level
			if top.override != bidi.ON {
				p.class[i] = top.override
			}
		case bidi.PDF:
			p.levels[i] = top.level
			p.removed[i] = true
			if overflowIso > 0 {
				break
			}
			if overflowEmb > 0 {
				overflowEmb--
			} else if !top.isolate && len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case bidi.B:
			p.levels[i] = p.base
		case bidi.BN:
			p.levels[i] = top.level
			p.removed[i] = true
		default:
			p.levels[i] = top.level
			if top.override != bidi.ON {
				p.class[i] = top.override
			}
		}
	}
}

// runs is rule X10: the weak, neutral and implicit rules for each isolating run sequence.
func (p *paragraph) runs() {
	var kept []int
	for i := range p.orig {
		if !p.removed[i] {
			kept = append(kept, i)
		}
	}
	// Level runs.
	var levelRuns [][]int
	runOf := make([]int, len(p.orig))
	for k, i := range kept {
		if k == 0 || p.levels[kept[k-1]] != p.levels[i] {
			levelRuns = append(levelRuns, nil)
		}
		last := len(levelRuns) - 1
		levelRuns[last] = append(levelRuns[last], i)
		runOf[i] = last
	}
	pos := make([]int, len(p.orig)) // index into kept
	for k, i := range kept {
		pos[i] = k
	}
	for _, run := range levelRuns {
		first := run[0]
		if p.orig[first] == bidi.PDI && p.match[first] >= 0 {
			continue // belongs to the sequence of its initiator
		}
		seq := append([]int(nil), run...)
		for {
			last := seq[len(seq)-1]
			if c := p.orig[last]; (c != bidi.LRI && c != bidi.RLI && c != bidi.FSI) || p.match[last] >= len(p.orig) {
				break
			}
			seq = append(seq, levelRuns[runOf[p.match[last]]]...)
		}
		level := p.levels[first]
		before, after := p.base, p.base
		if k := pos[first]; k > 0 {
			before = p.levels[kept[k-1]]
		}
		last := seq[len(seq)-1]
		if c := p.orig[last]; c != bidi.LRI && c != bidi.RLI && c != bidi.FSI {
			if k := pos[last]; k+1 < len(kept) {
				after = p.levels[kept[k+1]]
			}
		}
		p.resolve(seq, level, direction(max(level, before)), direction(max(level, after)))
	}
	// What was removed takes the level of what is before it.
	l := p.base
	for i := range p.orig {
		if p.removed[i] {
			p.levels[i] = l
		}
		l = p.levels[i]
	}
}

func direction(level uint8) bidi.Class {
	if level%2 == 1 {
		return bidi.R
	}
	return bidi.L
}

func neutral(c bidi.Class) bool {
	switch c {
	case bidi.B, bidi.S, bidi.WS, bidi.ON, bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI:
		return true
	}
	return false
}

// resolve is rules W1 to I2 for one sequence.
func (p *paragraph) resolve(seq []int, level uint8, sos, eos bidi.Class) {
	t := make([]bidi.Class, len(seq))
	prev := sos
	for k, i := range seq { // W1
		t[k] = p.class[i]
		if t[k] == bidi.NSM {
			t[k] = prev
			if p.class[i] == bidi.NSM && k > 0 {
				switch p.orig[seq[k-1]] {
				case bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI:
					t[k] = bidi.ON
				}
			}
		}
		prev = t[k]
	}
	strong := sos
	for k, c := range t { // W2, W3
		switch c {
		case bidi.L, bidi.R:
			strong = c
		case bidi.AL:
			strong = c
			t[k] = bidi.R
		case bidi.EN:
			if strong == bidi.AL {
				t[k] = bidi.AN
			}
		}
	}
	for k := 1; k+1 < len(t); k++ { // W4
		switch {
		case t[k] == bidi.ES && t[k-1] == bidi.EN && t[k+1] == bidi.EN:
			t[k] = bidi.EN
		case t[k] == bidi.CS && t[k-1] == t[k+1] && (t[k-1] == bidi.EN || t[k-1] == bidi.AN):
			t[k] = t[k-1]
		}
	}
	for k := 0; k < len(t); k++ { // W5
		if t[k] != bidi.ET {
			continue
		}
		j := k
		for j < len(t) && t[j] == bidi.ET {
			j++
		}
		if k > 0 && t[k-1] == bidi.EN || j < len(t) && t[j] == bidi.EN {
			for m := k; m < j; m++ {
				t[m] = bidi.EN
			}
		}
		k = j - 1
	}
	strong = sos
	for k, c := range t { // W6, W7
		switch c {
		case bidi.ES, bidi.ET, bidi.CS:
			t[k] = bidi.ON
		case bidi.L, bidi.R:
			strong = c
		case bidi.EN:
			if strong == bidi.L {
				t[k] = bidi.L
			}
		}
	}
	p.brackets(seq, t, direction(level), sos)
	for k := 0; k < len(t); k++ { // N1, N2
		if !neutral(t[k]) {
			continue
		}
		j := k
		for j < len(t) && neutral(t[j]) {
			j++
		}
		a, b := sos, eos
		if k > 0 {
			a = asStrong(t[k-1])
		}
		if j < len(t) {
			b = asStrong(t[j])
		}
		c := direction(level)
		if a == b {
			c = a
		}
		for m := k; m < j; m++ {
			t[m] = c
		}
		k = j - 1
	}
	for k, i := range seq { // I1, I2
		l := level
		switch {
		case l%2 == 0 && t[k] == bidi.R, l%2 == 1 && t[k] != bidi.R:
			l++
		case l%2 == 0 && (t[k] == bidi.AN || t[k] == bidi.EN):
			l += 2
		}
		p.levels[i] = l
	}
}

// asStrong reads numbers as right to left, for the neutrals beside them.
func asStrong(c bidi.Class) bidi.Class {
	if c == bidi.EN || c == bidi.AN {
		return bidi.R
	}
	return c
}
