package ndb

import "slices"

// references compares the counts ([MS-PST] 2.2.2.7.7.3.1): the entry itself is one.
func (c *checker) references() {
	for _, id := range c.order {
		x := c.blocks[id]
		switch {
		case x.found == 0:
			c.minor("block-unused", uint64(id), "block %#x belongs to nothing", id)
		case x.found+1 != int(x.refs):
			c.bad("block-references", uint64(id), "block %#x says %d references, there are %d", id, x.refs, x.found+1)
		}
	}
	for _, n := range c.nodes {
		if t := n.NID.Type(); n.NID.Index() > c.f.hdr.NIDs[t] && slices.Contains([]byte{TypeFolder, TypeMessage, TypeAssocMessage}, t) {
			c.bad("node-next", uint64(n.NID), "node %#x: the last id of its type is said to be %#x", n.NID, c.f.hdr.NIDs[t])
		}
	}
}

// allocation compares the maps with what the trees use, and checks the pages of all maps.
func (c *checker) allocation() {
	h := &c.f.hdr
	if h.AMapValid == amapInvalid {
		c.minor("amap-invalid", 248, "the maps of free space are said to be invalid: the last writer was stopped in its work")
		return
	}
	free := uint64(0)
	counts := make([]int, len(c.maps))
	b := make([]byte, c.l.page)
	skip := c.l.pageData - mapBytes // ANSI maps begin after 4 bytes
	for i, want := range c.maps {
		for j, kind := range c.mapPages(i) {
			at := c.mapAt(i) + uint64(j*c.l.page)
			if _, err := c.f.r.ReadAt(b, int64(at)); err != nil {
				c.bad("map-page", at, "map page at %#x: %v", at, err)
				continue
			}
			t, ok := c.l.parseTrailer(b)
			if c.l.format == ANSI { // the padding before the map is outside of the checksum
				t.crc = le.Uint32(b[508:])
				ok = b[500] == b[501] && (t.crc == CRC(b[:500]) || t.crc == CRC(b[4:500]))
			}
			if !ok || t.kind != kind {
				c.bad("map-page", at, "page at %#x is no map of type %#x, or its checksum is wrong", at, kind)
				continue
			}
			if uint64(t.bid) != at {
				c.bad("map-page-id", at, "map page at %#x has id %#x", at, t.bid)
			}
			if j > 0 {
				continue
			}
			for s := range mapSlots {
				bit := byte(0x80) >> (s % 8)
				is, must := b[skip+s/8]&bit != 0, want[s/8]&bit != 0
				if !is {
					free += slotSize
					counts[i]++
				}
				ib := c.mapAt(i) + uint64(s*slotSize)
				if is && !must && ib < h.EOF {
					c.minor("amap-leak", ib, "%#x is not free and not used", ib)
				}
				if !is && must {
					c.bad("amap-free", ib, "%#x is used and said to be free", ib)
				}
			}
		}
	}
	if free != h.FreeAMap {
		c.minor("header-free", 200, "the header says %d free bytes, the maps have %d", h.FreeAMap, free)
	}
	if c.l.format == Unicode {
		c.density(counts)
	}
}

// density checks the list of maps with room, which is a hint only.
func (c *checker) density(counts []int) {
	b := make([]byte, c.l.page)
	if _, err := c.f.r.ReadAt(b, dlistAt); err != nil {
		c.bad("dlist", dlistAt, "%v", err)
		return
	}
	t, ok := c.l.parseTrailer(b)
	if !ok || t.kind != pageDList {
		if !slices.ContainsFunc(b, func(x byte) bool { return x != 0 }) {
			return // files of before Outlook 2007 SP2 have none
		}
		c.minor("dlist", dlistAt, "the list of maps with room is damaged")
		return
	}
	if t.sig != Signature(dlistAt, t.bid) {
		c.bad("dlist-signature", dlistAt, "wrong signature")
	}
	n := int(b[1])
	if n > dlistMost {
		c.bad("dlist", dlistAt, "%d entries", n)
		return
	}
	for i := range n {
		e := le.Uint32(b[8+4*i:])
		m, free := int(e&0xFFFFF), int(e>>20)
		if m >= len(counts) {
			c.minor("dlist-map", dlistAt, "map %d of %d", m, len(counts))
		} else if counts[m] != free {
			c.minor("dlist-free", dlistAt, "map %d is said to have %d free slots, it has %d", m, free, counts[m])
		}
	}
}
