package ndb

// Copy writes all nodes of a Unicode file to new storage, one after the other, and closes the new file (not the storage). Blocks
// that several nodes share are shared in the copy. Damage ends it: a copy is whole or it is none.
func Copy(to Storage, from *File) error {
	h := from.hdr
	w, err := Create(to, h.Crypt)
	if err != nil {
		return err
	}
	// What the file is, and ids that were given out once, stay.
	next, unique := w.hdr.NextBlock, h.Unique
	raw := w.hdr.raw
	w.hdr.raw = h.raw
	copy(w.hdr.raw[256:512], raw[256:512])
	w.hdr.NIDs, w.hdr.VersionUser, w.hdr.NextBlock, w.hdr.Unique = h.NIDs, h.VersionUser, next, unique
	shared := map[BID]bool{}
	if err := from.Blocks(func(r Ref, size int, refs uint16) bool {
		if refs > 2 {
			shared[r.BID] = true
		}
		return true
	}); err != nil {
		return err
	}
	c := &copier{w: w, from: from, shared: shared, done: map[BID]BID{}}
	n := 0
	err = from.Nodes(0, func(x Node) bool {
		if x.Data, c.err = c.data(x.Data); c.err == nil {
			if x.Sub, c.err = c.sub(x.Sub); c.err == nil {
				c.err = w.SetNode(x)
			}
		}
		// Commits keep the trees in memory small; space is never freed here.
		if n++; c.err == nil && n%20000 == 0 {
			c.err = w.Commit()
		}
		return c.err == nil
	})
	if c.err != nil {
		return c.err
	}
	if err != nil {
		return err
	}
	if from.Damaged() {
		return lost("the file is damaged")
	}
	return w.Close()
}

type copier struct {
	w      *Writer
	from   *File
	shared map[BID]bool // blocks that have several owners
	done   map[BID]BID  // those that are copied already
	err    error
}

// data copies a data tree.
func (c *copier) data(b BID) (BID, error) {
	if b.clean() == 0 {
		return 0, nil
	}
	if id, ok := c.done[b.clean()]; ok {
		return id, c.w.Share(id)
	}
	d, err := c.from.Data(b)
	if err != nil {
		return 0, err
	}
	out := c.w.NewData()
	if _, err := out.ReadFrom(d.Reader()); err != nil {
		return 0, err
	}
	if out.Size() != d.Size() {
		return 0, lost("data %#x has %d bytes, not %d", b, out.Size(), d.Size())
	}
	id, err := out.Finish()
	if err == nil && c.shared[b.clean()] {
		c.done[b.clean()] = id
	}
	return id, err
}

// sub copies a subnode tree.
func (c *copier) sub(b BID) (BID, error) {
	if b.clean() == 0 {
		return 0, nil
	}
	if id, ok := c.done[b.clean()]; ok {
		return id, c.w.Share(id)
	}
	s, err := c.from.Subnodes(b)
	if err != nil {
		return 0, err
	}
	nodes := make([]Node, len(s.nodes))
	for i, n := range s.nodes {
		nodes[i] = n
		if nodes[i].Data, err = c.data(n.Data); err != nil {
			return 0, err
		}
		if nodes[i].Sub, err = c.sub(n.Sub); err != nil {
			return 0, err
		}
	}
	id, err := c.w.PutSub(nodes)
	if err == nil && c.shared[b.clean()] {
		c.done[b.clean()] = id
	}
	return id, err
}
