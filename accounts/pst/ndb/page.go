package ndb

// trailer is the end of a page ([MS-PST] 2.2.2.7.1).
type trailer struct {
	kind byte
	sig  uint16
	crc  uint32
	bid  BID
}

// parseTrailer reads the trailer of a page; ok says that its type is a type, told twice, and that its checksum fits.
func (l *layout) parseTrailer(b []byte) (t trailer, ok bool) {
	e := b[l.pageData:]
	t = trailer{kind: e[0], sig: le.Uint16(e[2:])}
	if l.format == ANSI {
		t.bid, t.crc = BID(le.Uint32(e[4:])), le.Uint32(e[8:])
	} else {
		t.crc, t.bid = le.Uint32(e[4:]), BID(le.Uint64(e[8:]))
	}
	return t, t.kind >= pageBBT && t.kind <= pageDList && e[1] == t.kind && t.crc == CRC(b[:l.pageData])
}

// btPage is a page of a B-tree ([MS-PST] 2.2.2.7.7.1).
type btPage struct {
	lay   *layout
	b     []byte
	n     int // entries
	each  int // bytes of an entry
	level int
	kind  byte
}

// parseBT reads a page's B-tree part. ok is false where its numbers cannot be.
func (l *layout) parseBT(b []byte, kind byte) (p btPage, ok bool) {
	m := b[l.btData:]
	p = btPage{lay: l, b: b, kind: kind}
	if l.format == Unicode4K {
		p.n, p.each, p.level = int(le.Uint16(m)), int(m[4]), int(m[5])
	} else {
		p.n, p.each, p.level = int(m[0]), int(m[2]), int(m[3])
	}
	least := 3 * l.word // branch and block entries
	if p.level == 0 && kind == pageNBT {
		least = 3*l.word + 4
	}
	return p, p.each >= least && p.n*p.each <= l.btData && p.level <= 16
}

func (l *layout) readWord(b []byte) uint64 {
	if l.word == 4 {
		return uint64(le.Uint32(b))
	}
	return le.Uint64(b)
}

func (p *btPage) at(i int) []byte { return p.b[i*p.each : (i+1)*p.each] }

func (p *btPage) key(i int) uint64 {
	k := p.lay.readWord(p.at(i))
	if p.kind == pageNBT {
		return k & 0xFFFFFFFF
	}
	return k &^ 1
}

func (p *btPage) ref(i int) Ref {
	e, w := p.at(i), p.lay.word
	return Ref{BID(p.lay.readWord(e[w:])), p.lay.readWord(e[2*w:])}
}

func (p *btPage) node(i int) Node {
	e, w := p.at(i), p.lay.word
	return Node{NID: NID(p.key(i)), Data: BID(p.lay.readWord(e[w:])), Sub: BID(p.lay.readWord(e[2*w:])), Parent: NID(le.Uint32(e[3*w:]))}
}

func (p *btPage) block(i int) blockEntry {
	e, w := p.at(i), p.lay.word
	x := blockEntry{Ref: Ref{BID(p.lay.readWord(e)).clean(), p.lay.readWord(e[w:])}, size: int(le.Uint16(e[2*w:])), refs: le.Uint16(e[2*w+2:])}
	x.inflated = x.size
	if p.lay.format == Unicode4K {
		x.inflated, x.refs = int(x.refs), le.Uint16(e[2*w+4:])
	}
	return x
}

// find is the last entry whose key is not above k, -1 where there is none.
func (p *btPage) find(k uint64) int {
	lo, hi := 0, p.n
	for lo < hi {
		m := (lo + hi) / 2
		if p.key(m) <= k {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo - 1
}

// page reads a page of a B-tree and checks it.
func (f *File) page(r Ref, kind byte) (p btPage, err error) {
	l := f.lay
	key := r.IB<<1 | uint64(kind&1)
	b, ok := f.pages.get(key)
	if !ok {
		if r.IB == 0 || r.IB%uint64(l.page) != 0 && l.format != Unicode4K || r.IB > uint64(f.size) || f.size-int64(r.IB) < int64(l.page) {
			return p, lost("page at %#x", r.IB)
		}
		b = make([]byte, l.page)
		if _, err := f.r.ReadAt(b, int64(r.IB)); err != nil {
			return p, lost("page at %#x: %v", r.IB, err)
		}
		t, ok := l.parseTrailer(b)
		if !ok || t.kind != kind || t.bid.clean() != r.BID.clean() {
			return p, lost("page at %#x is not what it must be", r.IB)
		}
	}
	p, good := l.parseBT(b, kind)
	if !good {
		return p, lost("page at %#x", r.IB)
	}
	if !ok {
		f.pages.put(key, b)
	}
	return p, nil
}
