package text

import "golang.org/x/text/unicode/bidi"

const maxBrackets = 63 // BD16

// closing returns the bracket that closes r, 0 when r opens nothing. In each pair of BidiBrackets.txt but the exceptions below the closing one follows the opening one.
func closing(r rune) rune {
	switch r {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case 0x298D:
		return 0x2990
	case 0x298F:
		return 0x298E
	}
	if r < 0x0F3A {
		return 0
	}
	p, _ := bidi.LookupRune(r)
	if p.IsBracket() && p.IsOpeningBracket() {
		return r + 1
	}
	return 0
}

// canonical makes the two forms of the angle brackets one.
func canonical(r rune) rune {
	switch r {
	case 0x2329:
		return 0x3008
	case 0x232A:
		return 0x3009
	}
	return r
}

// brackets is rule N0.
func (p *paragraph) brackets(seq []int, t []bidi.Class, dir, sos bidi.Class) {
	type open struct {
		close rune
		k     int
	}
	var stack []open
	partner := map[int]int{} // of openings
	for k, i := range seq {
		if t[k] != bidi.ON {
			continue
		}
		r := p.runes[i]
		if c := closing(r); c != 0 {
			if len(stack) == maxBrackets {
				break
			}
			stack = append(stack, open{canonical(c), k})
			continue
		}
		for s := len(stack) - 1; s >= 0; s-- {
			if stack[s].close == canonical(r) {
				partner[stack[s].k] = k
				stack = stack[:s]
				break
			}
		}
	}
	if len(partner) == 0 {
		return
	}
	for a := range seq {
		b, ok := partner[a]
		if !ok {
			continue
		}
		same, other := false, false
		for m := a + 1; m < b; m++ {
			switch asStrong(t[m]) {
			case dir:
				same = true
			case bidi.L, bidi.R:
				other = true
			}
		}
		c := bidi.ON
		switch {
		case same:
			c = dir
		case other:
			before := sos
			for m := a - 1; m >= 0; m-- {
				if s := asStrong(t[m]); s == bidi.L || s == bidi.R {
					before = s
					break
				}
			}
			c = dir
			if before != dir {
				c = before
			}
		}
		if c == bidi.ON {
			continue
		}
		t[a], t[b] = c, c
		for _, e := range []int{a, b} { // marks on a bracket go with it
			for m := e + 1; m < len(seq) && p.orig[seq[m]] == bidi.NSM; m++ {
				t[m] = c
			}
		}
	}
}
