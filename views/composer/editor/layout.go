package editor

import (
	"slices"
	"sort"
)

// rows is the layout of a buffer: for each paragraph the offsets at which its rows begin, and the running number of rows.
type rows struct {
	wrapper
	breaks [][]int
	first  []int // first[i] is the row number at which paragraph i begins; one more at the end
}

func (r *rows) all(b *Buffer) {
	r.breaks = make([][]int, b.Len())
	for i := range r.breaks {
		r.breaks[i] = r.wrap(b.Para(i))
	}
	r.count(0)
}

func (r *rows) count(from int) {
	if cap(r.first) < len(r.breaks)+1 {
		r.first = append(make([]int, 0, len(r.breaks)*5/4+16), r.first...)
	}
	from = min(from, len(r.first))
	r.first = r.first[:from]
	n := 0
	if from > 0 {
		n = r.first[from-1] + len(r.breaks[from-1])
	}
	for i := from; i < len(r.breaks); i++ {
		r.first = append(r.first, n)
		n += len(r.breaks[i])
	}
	r.first = append(r.first, n)
}

// change follows a replacement in the buffer; see Buffer.changed.
func (r *rows) change(b *Buffer, first, old, now, at, ins, del int) {
	if len(r.breaks) == 0 {
		return
	}
	if old == 1 && now == 1 {
		n := len(r.breaks[first])
		r.breaks[first] = r.again(b.Para(first), r.breaks[first], at, ins, del)
		if d := len(r.breaks[first]) - n; d != 0 {
			for i := first + 1; i < len(r.first); i++ {
				r.first[i] += d
			}
		}
		return
	}
	fresh := make([][]int, now)
	for i := range fresh {
		fresh[i] = r.wrap(b.Para(first + i))
	}
	r.breaks = slices.Replace(r.breaks, first, first+old, fresh...)
	r.count(first)
}

// total is the number of rows.
func (r *rows) total() int {
	if len(r.first) == 0 {
		return 0
	}
	return r.first[len(r.first)-1]
}

// at returns the paragraph of a row and the bytes that the row shows.
func (r *rows) at(b *Buffer, row int) (para, from, to int) {
	row = min(max(row, 0), r.total()-1)
	para = sort.Search(len(r.breaks), func(i int) bool { return r.first[i+1] > row })
	i := row - r.first[para]
	from = r.breaks[para][i]
	to = len(b.Para(para))
	if i+1 < len(r.breaks[para]) {
		to = r.breaks[para][i+1]
	}
	return para, from, to
}

// rowOf returns the row that shows p.
func (r *rows) rowOf(p Pos) int {
	br := r.breaks[p.Para]
	i, found := slices.BinarySearch(br, p.Off)
	if !found {
		i--
	}
	return r.first[p.Para] + i
}
