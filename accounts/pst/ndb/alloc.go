package ndb

import (
	"math/bits"
	"slices"
)

// Sizes of the allocation maps of Unicode files ([MS-PST] 2.2.2.7.2).
const (
	pageSize  = 512
	mapBytes  = 496
	mapSlots  = mapBytes * 8
	slotSize  = 64
	firstAMap = 0x4400
	amapSpan  = mapSlots * slotSize
	dlistAt   = 0x4200
	// A PMap page follows every eighth AMap. FMap and FPMap pages are needed beyond what the header has room for.
	pmapEvery  = 8
	firstFMap  = 128
	fmapEvery  = mapBytes
	firstFPMap = 128 * 8 * pmapEvery
	fpmapEvery = mapBytes * 8 * pmapEvery
	dlistMost  = 476 / 4
	pageSlots  = pageSize / slotSize
)

// amapAt is where the allocation map number i is.
func amapAt(i int) uint64 { return firstAMap + uint64(i)*amapSpan }

// mapPages are the types of the pages that stand at the begin of the space of allocation map i, itself first.
func mapPages(i int) []byte {
	p := []byte{pageAMap}
	if i%pmapEvery == 0 {
		p = append(p, pagePMap)
	}
	if i >= firstFMap && (i-firstFMap)%fmapEvery == 0 {
		p = append(p, pageFMap)
	}
	if i >= firstFPMap && (i-firstFPMap)%fpmapEvery == 0 {
		p = append(p, pageFPMap)
	}
	return p
}

type amap [mapBytes]byte

// newAMap is the map of a space that holds nothing but the map pages themselves.
func newAMap(i int) *amap {
	m := new(amap)
	for j := range mapPages(i) {
		m[j] = 0xFF
	}
	return m
}

func (m *amap) free() (n int) {
	for _, b := range m {
		n += 8 - bits.OnesCount8(b)
	}
	return n
}

// set marks n slots from a slot on; it reports false when one of them was marked so already.
func (m *amap) set(slot, n int, used bool) bool {
	ok := true
	for i := slot; i < slot+n; i++ {
		bit := byte(0x80) >> (i % 8)
		if (m[i/8]&bit != 0) == used {
			ok = false
		}
		if used {
			m[i/8] |= bit
		} else {
			m[i/8] &^= bit
		}
	}
	return ok
}

// run finds n free slots in a row, at or after a slot; -1 where there are none.
func (m *amap) run(n, from int) int {
	got := 0
	for i := from; i < mapSlots; {
		b := m[i/8]
		if i%8 == 0 && b == 0xFF {
			got = 0
			i += 8
			continue
		}
		if i%8 == 0 && b == 0 {
			got += 8
			i += 8
			if got >= n {
				return i - got
			}
			continue
		}
		if b&(0x80>>(i%8)) == 0 {
			got++
		} else {
			got = 0
		}
		i++
		if got == n {
			return i - got
		}
	}
	return -1
}

// page finds a free page; -1 where there is none.
func (m *amap) page() int {
	if i := slices.Index(m[:], 0); i >= 0 {
		return i * pageSlots
	}
	return -1
}

// space gives out and takes back room in a file. Maps that are neither changed nor in use are not kept in memory.
type space struct {
	count []uint16      // free slots of each map
	maps  map[int]*amap // those in memory: all that differ from the disk, and some more
	dirty map[int]bool
	load  func(i int) (*amap, error)
	cur   int // the map that blocks are taken from
	hint  int // slot in it
	pcur  int // the map that pages are taken from
}

func (s *space) get(i int) (*amap, error) {
	if m := s.maps[i]; m != nil {
		return m, nil
	}
	m, err := s.load(i)
	if err == nil {
		s.maps[i] = m
	}
	return m, err
}

// grow adds a map.
func (s *space) grow() int {
	i := len(s.count)
	m := newAMap(i)
	s.maps[i], s.dirty[i] = m, true
	s.count = append(s.count, uint16(m.free()))
	return i
}

// take finds room for n slots, in a page of its own when page is set. grown says that the file must grow.
func (s *space) take(n int, page bool) (ib uint64, grown bool, err error) {
	try := func(i, hint int) (int, error) {
		if int(s.count[i]) < n {
			return -1, nil
		}
		m, err := s.get(i)
		if err != nil {
			return -1, err
		}
		if page {
			return m.page(), nil
		}
		at := m.run(n, hint)
		if at < 0 && hint > 0 {
			at = m.run(n, 0)
		}
		return at, nil
	}
	i, hint := s.cur, s.hint
	if page {
		i, hint = s.pcur, 0
	}
	at := -1
	if i < len(s.count) {
		if at, err = try(i, hint); err != nil {
			return 0, false, err
		}
	}
	if at < 0 {
		// The maps with the most room, a few of them: what is scattered in small holes is not worth a long search.
		type cand struct{ i, free int }
		var best []cand
		for j, c := range s.count {
			if j == i || int(c) < max(n, mapSlots/8) {
				continue
			}
			best = append(best, cand{j, int(c)})
			if len(best) == 64 {
				break
			}
		}
		slices.SortStableFunc(best, func(a, b cand) int { return b.free - a.free })
		for _, c := range best[:min(len(best), 4)] {
			if at, err = try(c.i, 0); err != nil {
				return 0, false, err
			}
			if at >= 0 {
				i = c.i
				break
			}
		}
	}
	if at < 0 {
		i, grown = s.grow(), true
		if at, err = try(i, 0); err != nil {
			return 0, false, err
		}
	}
	s.mark(i, at, n, true)
	if page {
		s.pcur = i
	} else {
		s.cur, s.hint = i, at+n
	}
	return amapAt(i) + uint64(at)*slotSize, grown, nil
}

func (s *space) mark(i, slot, n int, used bool) bool {
	m, err := s.get(i)
	if err != nil {
		return false
	}
	ok := m.set(slot, n, used)
	s.dirty[i] = true
	switch {
	case !ok:
		s.count[i] = uint16(m.free())
	case used:
		s.count[i] -= uint16(n)
	default:
		s.count[i] += uint16(n)
	}
	return ok
}

// place is the map and slot of an offset.
func place(ib uint64) (i, slot int) {
	return int((ib - firstAMap) / amapSpan), int((ib - firstAMap) % amapSpan / slotSize)
}

// give takes room back.
func (s *space) give(ib uint64, n int) {
	i, slot := place(ib)
	if i < len(s.count) && slot+n <= mapSlots {
		s.mark(i, slot, n, false)
	}
}
