package layout

import (
	"strings"
	"unicode/utf8"

	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// hasRTL tells whether the text needs the bidi algorithm: letters from right to left, or controls for it.
func hasRTL(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0xD6 {
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r >= 0x590 && r <= 0x8FF, r >= 0xFB1D && r <= 0xFDFF, r >= 0xFE70 && r <= 0xFEFE, r >= 0x10800 && r <= 0x10FFF, r >= 0x1E800 && r <= 0x1EFFF,
			r == 0x200F, r == 0x202B, r == 0x202E, r == 0x2067:
			return true
		}
		i += n - 1
	}
	return false
}

// levels splits the items so that each is of one embedding level, UAX #9. A paragraph ends at each kept line feed; embeddings that are open there
// go on in the next one, CSS Writing Modes section 2.4.
func levels(t string, items []item, st *style.Style) []item {
	out := make([]item, 0, len(items)+8)
	base := uint8(0)
	if st.RTL {
		base = 1
	}
	var runs []text.Level
	var open []string // controls of the inline boxes that are open
	k, start, begin := 0, 0, true
	for _, it := range items {
		if begin {
			begin = false
			end := len(t)
			if i := strings.IndexByte(t[start:], '\n'); i >= 0 {
				end = start + i
			}
			prefix := strings.Join(open, "")
			if st.Override && start > 0 {
				prefix = pick(st, lro, rlo) + prefix
			}
			runs, k = text.Levels(prefix+t[start:end], st.RTL), 0
			start -= len(prefix)
		}
		for k < len(runs) && start+runs[k].To <= int(it.from) && k+1 < len(runs) {
			k++
		}
		it.level = base
		switch it.kind {
		case iOpen:
			open = append(open, t[it.from:it.to])
		case iClose:
			if n := len(open); n > 0 {
				open = open[:n-1]
			}
		case iBreak:
			out = append(out, it)
			start, begin = int(it.to), true
			continue
		}
		if k < len(runs) {
			it.level = runs[k].Level
		}
		if it.kind != iText {
			out = append(out, it)
			continue
		}
		for k < len(runs) && start+runs[k].To < int(it.to) {
			head := it
			head.to = int32(start + runs[k].To)
			head.level = runs[k].Level
			if head.to > head.from {
				out = append(out, head)
			}
			it.from = head.to
			k++
			if k < len(runs) {
				it.level = runs[k].Level
			}
		}
		out = append(out, it)
	}
	settleEdges(out, base)
	return out
}

func pick(st *style.Style, l, r string) string {
	if st.RTL {
		return r
	}
	return l
}

// settleEdges gives the starts and ends of inline boxes, which have no text of their own, a level that keeps text of one direction together.
func settleEdges(items []item, base uint8) {
	edge := func(k itemKind) bool { return k == iOpen || k == iClose || k == iFloat || k == iAbs || k == iWbr }
	for i := 0; i < len(items); {
		if !edge(items[i].kind) {
			i++
			continue
		}
		j := i
		for j < len(items) && edge(items[j].kind) {
			j++
		}
		before, after := base, base
		if i > 0 && items[i-1].kind != iBreak {
			before = items[i-1].level
		}
		if j < len(items) && items[j].kind != iBreak {
			after = items[j].level
		}
		for n := i; n < j; n++ {
			items[n].level = min(before, after)
		}
		i = j
	}
}
