package ndb

// wtree is a B-tree that is being changed: pages are loaded when they are needed, changed in memory, and written to new
// places by flush.
type wtree struct {
	w      *Writer
	kind   byte
	leaf   int // bytes of a leaf entry
	root   *wpage
	loaded int
	left   int64 // pages a walk may still visit: a tree that leads into itself ends
}

// wpage is a page of it.
type wpage struct {
	level int
	n     int
	e     []byte   // entries
	kids  []*wpage // of a branch: those in memory
	ref   Ref
	dirty bool
}

const branchEntry = 24

func (t *wtree) each(p *wpage) int {
	if p.level > 0 {
		return branchEntry
	}
	return t.leaf
}

func (t *wtree) most(p *wpage) int { return layouts[Unicode].btData / t.each(p) }

func (t *wtree) key(p *wpage, i int) uint64 {
	k := le.Uint64(p.e[i*t.each(p):])
	if t.kind == pageNBT {
		return k & 0xFFFFFFFF
	}
	return k &^ 1
}

// at is the last entry not above k, -1 where there is none.
func (t *wtree) at(p *wpage, k uint64) int {
	lo, hi := 0, p.n
	for lo < hi {
		m := (lo + hi) / 2
		if t.key(p, m) <= k {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo - 1
}

// load reads a page. level is -1 for the root.
func (t *wtree) load(r Ref, level int) (*wpage, error) {
	b, err := t.w.File.page(r, t.kind)
	if err != nil {
		return nil, err
	}
	if level >= 0 && b.level != level {
		return nil, lost("page at %#x has level %d, not %d", r.IB, b.level, level)
	}
	p := &wpage{level: b.level, n: b.n, ref: r}
	each := t.each(p)
	if b.each < each || p.n > t.most(p) {
		return nil, lost("page at %#x has entries of %d bytes", r.IB, b.each)
	}
	p.e = make([]byte, 0, (t.most(p)+1)*each)
	for i := range b.n {
		p.e = append(p.e, b.at(i)[:each]...)
	}
	if p.level > 0 {
		p.kids = make([]*wpage, p.n, t.most(p)+1)
	}
	t.loaded++
	return p, nil
}

func (t *wtree) kid(p *wpage, i int) (*wpage, error) {
	if p.kids[i] != nil {
		return p.kids[i], nil
	}
	e := p.e[i*branchEntry:]
	k, err := t.load(Ref{BID(le.Uint64(e[8:])), le.Uint64(e[16:])}, p.level-1)
	if err == nil {
		p.kids[i] = k
	}
	return k, err
}

// touch makes a page one that will be written again; its old place becomes free with the next commit.
func (t *wtree) touch(p *wpage) {
	if !p.dirty {
		p.dirty = true
		if p.ref.IB != 0 {
			t.w.later(p.ref.IB, pageSlots)
		}
	}
}

// get finds an entry. The bytes are valid until the tree is changed.
func (t *wtree) get(k uint64) ([]byte, bool, error) {
	p := t.root
	for {
		i := t.at(p, k)
		if i < 0 {
			return nil, false, nil
		}
		if p.level == 0 {
			e := p.e[i*t.leaf : (i+1)*t.leaf]
			return e, t.key(p, i) == k, nil
		}
		var err error
		if p, err = t.kid(p, i); err != nil {
			return nil, false, err
		}
	}
}

// put adds an entry or replaces the one with its key.
func (t *wtree) put(e []byte) error {
	k := le.Uint64(e)
	right, err := t.insert(t.root, k, e)
	if err != nil || right == nil {
		return err
	}
	left := t.root
	t.root = &wpage{level: left.level + 1, dirty: true}
	t.loaded++
	t.link(t.root, 0, left)
	t.link(t.root, 1, right)
	return nil
}

// link puts a child into a branch.
func (t *wtree) link(p *wpage, i int, kid *wpage) {
	e := make([]byte, branchEntry)
	le.PutUint64(e, t.first(kid))
	le.PutUint64(e[8:], uint64(kid.ref.BID))
	le.PutUint64(e[16:], kid.ref.IB)
	p.e = insertAt(p.e, i*branchEntry, e)
	p.kids = append(p.kids, nil)
	copy(p.kids[i+1:], p.kids[i:])
	p.kids[i] = kid
	p.n++
}

func insertAt(b []byte, at int, e []byte) []byte {
	b = append(b, e...)
	copy(b[at+len(e):], b[at:])
	copy(b[at:], e)
	return b
}

func (t *wtree) first(p *wpage) uint64 {
	if p.n == 0 {
		return 0
	}
	return le.Uint64(p.e)
}

// insert puts an entry below p, and returns the new page to the right of p where p was full.
func (t *wtree) insert(p *wpage, k uint64, e []byte) (*wpage, error) {
	i := t.at(p, k)
	if p.level == 0 {
		t.touch(p)
		if i >= 0 && t.key(p, i) == k {
			copy(p.e[i*t.leaf:], e)
			return nil, nil
		}
		p.e = insertAt(p.e, (i+1)*t.leaf, e)
		p.n++
		return t.split(p, i+1), nil
	}
	i = max(i, 0)
	kid, err := t.kid(p, i)
	if err != nil {
		return nil, err
	}
	right, err := t.insert(kid, k, e)
	if err != nil {
		return nil, err
	}
	t.touch(p)
	le.PutUint64(p.e[i*branchEntry:], t.first(kid))
	if right == nil {
		return nil, nil
	}
	t.link(p, i+1, right)
	return t.split(p, i+1), nil
}

// split takes a page that is too full apart. Where the last entry made it so, only that goes to the new page: ids grow, and
// pages that are left behind stay full.
func (t *wtree) split(p *wpage, at int) *wpage {
	if p.n <= t.most(p) {
		return nil
	}
	cut := p.n / 2
	if at == p.n-1 {
		cut = p.n - 1
	}
	each := t.each(p)
	r := &wpage{level: p.level, n: p.n - cut, dirty: true}
	t.loaded++
	r.e = append(make([]byte, 0, (t.most(p)+1)*each), p.e[cut*each:]...)
	p.e = p.e[:cut*each]
	if p.level > 0 {
		r.kids = append(make([]*wpage, 0, t.most(p)+1), p.kids[cut:]...)
		p.kids = p.kids[:cut]
	}
	p.n = cut
	return r
}

// del takes an entry out.
func (t *wtree) del(k uint64) (bool, error) {
	ok, err := t.remove(t.root, k)
	for err == nil && t.root.level > 0 && t.root.n <= 1 {
		if t.root.n == 0 {
			t.root = &wpage{level: 0, dirty: true}
			break
		}
		var kid *wpage
		if kid, err = t.kid(t.root, 0); err == nil {
			t.touch(t.root)
			t.root = kid
		}
	}
	return ok, err
}

func (t *wtree) remove(p *wpage, k uint64) (bool, error) {
	i := t.at(p, k)
	if i < 0 {
		return false, nil
	}
	each := t.each(p)
	cut := func() {
		t.touch(p)
		p.e = append(p.e[:i*each], p.e[(i+1)*each:]...)
		p.n--
	}
	if p.level == 0 {
		if t.key(p, i) != k {
			return false, nil
		}
		cut()
		return true, nil
	}
	kid, err := t.kid(p, i)
	if err != nil {
		return false, err
	}
	ok, err := t.remove(kid, k)
	if err != nil || !ok {
		return ok, err
	}
	if kid.n == 0 {
		cut()
		p.kids = append(p.kids[:i], p.kids[i+1:]...)
		return true, nil
	}
	t.touch(p)
	le.PutUint64(p.e[i*branchEntry:], t.first(kid))
	return true, nil
}

// walkAll calls each for every entry from a key on, until it returns false.
func (t *wtree) walkAll(from uint64, each func(e []byte) bool) error {
	t.left = t.pages()
	_, err := t.walk(t.root, from, each)
	return err
}

// pages is more than the tree can have.
func (t *wtree) pages() int64 { return t.w.size/pageSize + int64(t.loaded) + 1 }

func (t *wtree) visit(p *wpage) error {
	if t.left--; t.left < 0 {
		return lost("the tree leads into itself at %#x", p.ref.IB)
	}
	return nil
}

func (t *wtree) walk(p *wpage, from uint64, each func(e []byte) bool) (bool, error) {
	if err := t.visit(p); err != nil {
		return false, err
	}
	i := max(t.at(p, from), 0)
	if p.level == 0 {
		for ; i < p.n; i++ {
			if t.key(p, i) >= from && !each(p.e[i*t.leaf:(i+1)*t.leaf]) {
				return false, nil
			}
		}
		return true, nil
	}
	for ; i < p.n; i++ {
		// A page that is loaded for this only is not kept.
		kid := p.kids[i]
		if kid == nil {
			e := p.e[i*branchEntry:]
			var err error
			if kid, err = t.load(Ref{BID(le.Uint64(e[8:])), le.Uint64(e[16:])}, p.level-1); err != nil {
				return false, err
			}
			t.loaded--
		}
		if on, err := t.walk(kid, from, each); !on || err != nil {
			return on, err
		}
	}
	return true, nil
}

// pagesOf calls each for the place of every page that is on disk.
func (t *wtree) pagesOf(p *wpage, each func(ib uint64)) error {
	if err := t.visit(p); err != nil {
		return err
	}
	if !p.dirty {
		each(p.ref.IB)
	}
	if p.level == 0 {
		return nil
	}
	for i := range p.n {
		e := p.e[i*branchEntry:]
		if p.level == 1 && p.kids[i] == nil {
			each(le.Uint64(e[16:]))
			continue
		}
		kid := p.kids[i]
		if kid == nil {
			var err error
			if kid, err = t.load(Ref{BID(le.Uint64(e[8:])), le.Uint64(e[16:])}, p.level-1); err != nil {
				return err
			}
			t.loaded--
		}
		if err := t.pagesOf(kid, each); err != nil {
			return err
		}
	}
	return nil
}

// flush writes the pages that are dirty, children first.
func (t *wtree) flush(p *wpage) error {
	if !p.dirty {
		return nil
	}
	for i, kid := range p.kids {
		if kid == nil || !kid.dirty {
			continue
		}
		if err := t.flush(kid); err != nil {
			return err
		}
		le.PutUint64(p.e[i*branchEntry+8:], uint64(kid.ref.BID))
		le.PutUint64(p.e[i*branchEntry+16:], kid.ref.IB)
	}
	b := make([]byte, pageSize)
	copy(b, p.e)
	m := b[layouts[Unicode].btData:]
	m[0], m[1], m[2], m[3] = byte(p.n), byte(t.most(p)), byte(t.each(p)), byte(p.level)
	ib, err := t.w.room(pageSlots, true)
	if err != nil {
		return err
	}
	p.ref = Ref{BID(t.w.hdr.NextPage), ib}
	t.w.hdr.NextPage++
	putTrailer(b, t.kind, p.ref)
	p.dirty = false
	t.w.File.pages.remove(ib<<1 | uint64(t.kind&1))
	return t.w.disk.write(b, ib)
}

// trim forgets pages when there are many in memory; nothing may be dirty.
func (t *wtree) trim(most int) {
	if t.loaded <= most {
		return
	}
	t.loaded = 0
	var keep func(p *wpage)
	keep = func(p *wpage) {
		t.loaded++
		for i := range p.kids {
			if i < p.n-1 {
				p.kids[i] = nil
			} else if p.kids[i] != nil {
				keep(p.kids[i])
			}
		}
	}
	keep(t.root)
}

// putTrailer completes a page of a Unicode file ([MS-PST] 2.2.2.7.1). Map pages have their place for an id and no signature.
func putTrailer(b []byte, kind byte, r Ref) {
	t := b[layouts[Unicode].pageData:]
	t[0], t[1] = kind, kind
	if kind == pageBBT || kind == pageNBT || kind == pageDList {
		le.PutUint16(t[2:], Signature(r.IB, r.BID))
	}
	le.PutUint32(t[4:], CRC(b[:layouts[Unicode].pageData]))
	le.PutUint64(t[8:], uint64(r.BID))
}
