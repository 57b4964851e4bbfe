package ndb

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
)

// Writer changes a Unicode file. Everything that is read through its File sees the changes at once; on disk they are
// there, all of them, once Commit returns. It may be used by one goroutine at a time. After an error that is not of the
// caller's making it is broken: every further call fails, and the file is as the last Commit left it.
type Writer struct {
	*File
	disk     *disk
	space    *space
	nbt, bbt *wtree
	freed    []extent // free with the next commit
	changed  bool
	opened   bool // the header on disk says that the maps are not valid
	err      error
}

type extent struct {
	ib uint64
	n  int
}

// ErrReadOnly says that a file cannot be written: it is of a format that only is read.
var ErrReadOnly = errors.New("files of this format can only be read")

// pagesInMemory bounds the pages of each B-tree that are kept between commits.
const pagesInMemory = 1 << 14

// Create makes an empty file: a header, maps, and two empty trees. It is on disk with the first Commit.
func Create(s Storage, c Crypt) (*Writer, error) {
	h := Header{Format: Unicode, Client: "SM", Version: 23, VersionUser: 19, Crypt: c, NextPage: 1, NextBlock: 4, AMapValid: amapInvalid}
	for i := range h.NIDs {
		h.NIDs[i] = 0x400
	}
	h.NIDs[TypeSearchFolder], h.NIDs[TypeMessage], h.NIDs[TypeAssocMessage] = 0x4000, 0x10000, 0x8000
	var u [4]byte
	rand.Read(u[:])
	h.Unique = le.Uint32(u[:])
	for i := 256; i < 512; i++ {
		h.raw[i] = 0xFF // rgbFM and rgbFP
	}
	if err := s.Truncate(0); err != nil {
		return nil, err
	}
	d := &disk{s: s}
	f := &File{r: d, hdr: h, lay: layouts[Unicode], told: map[Loss]bool{}}
	f.opt.Cache = 16 << 20
	f.pages, f.blocks = newCache(f.opt.Cache/4), newCache(f.opt.Cache-f.opt.Cache/4)
	w := newWriter(f, d)
	w.nbt.root, w.bbt.root = &wpage{dirty: true}, &wpage{dirty: true}
	w.space.grow()
	w.changed = true
	return w, w.resize()
}

func newWriter(f *File, d *disk) *Writer {
	w := &Writer{File: f, disk: d}
	w.space = &space{maps: map[int]*amap{}, dirty: map[int]bool{}, load: w.loadMap}
	w.nbt = &wtree{w: w, kind: pageNBT, leaf: 32}
	w.bbt = &wtree{w: w, kind: pageBBT, leaf: 24}
	f.trees = w
	return w
}

// OpenWriter opens a file of size bytes for changing it. When the last writer was stopped in its work the maps of free
// space are made anew, which reads both B-trees whole.
func OpenWriter(s Storage, size int64, o Options) (*Writer, error) {
	d := &disk{s: s}
	f, err := Open(d, size, o)
	if err != nil {
		return nil, err
	}
	h := &f.hdr
	if h.Format != Unicode || h.Client != "SM" {
		return nil, ErrReadOnly
	}
	if h.NBT.IB == 0 {
		return nil, lost("the header is unreadable")
	}
	if h.EOF > uint64(size) {
		return nil, lost("the file has %d bytes, its header says %d", size, h.EOF)
	}
	if h.EOF < firstAMap+pageSize {
		return nil, lost("the header says that the file has %d bytes", h.EOF)
	}
	w := newWriter(f, d)
	if w.nbt.root, err = w.nbt.load(h.NBT, -1); err != nil {
		return nil, err
	}
	if w.bbt.root, err = w.bbt.load(h.BBT, -1); err != nil {
		return nil, err
	}
	n := int((h.EOF - firstAMap + amapSpan - 1) / amapSpan)
	if h.BadCRC {
		// A header that was cut in its writing: what stands in its second half is made again.
		if err := w.nextBlock(); err != nil {
			return nil, err
		}
	}
	whole := firstAMap+uint64(n)*amapSpan == h.EOF
	if h.AMapValid == amapInvalid || h.BadCRC || !whole || w.readMaps(n) != nil {
		if err := w.rebuildMaps(n); err != nil {
			return nil, err
		}
	}
	h.EOF = firstAMap + uint64(n)*amapSpan
	return w, w.resize()
}

// nextBlock finds a block id that is not in use yet.
func (w *Writer) nextBlock() error {
	return w.bbt.walkAll(0, func(e []byte) bool {
		if b := le.Uint64(e) &^ 3; b+4 > w.hdr.NextBlock {
			w.hdr.NextBlock = b + 4
		}
		return true
	})
}

func (w *Writer) loadMap(i int) (*amap, error) {
	b := make([]byte, pageSize)
	if _, err := w.r.ReadAt(b, int64(amapAt(i))); err != nil {
		return nil, err
	}
	t, ok := w.lay.parseTrailer(b)
	if !ok || t.kind != pageAMap {
		return nil, lost("allocation map at %#x", amapAt(i))
	}
	m := new(amap)
	copy(m[:], b)
	return m, nil
}

// readMaps learns how full the space of each map is.
func (w *Writer) readMaps(n int) error {
	s := w.space
	s.count = make([]uint16, n)
	for i := range n {
		m, err := w.loadMap(i)
		if err != nil {
			return err
		}
		s.count[i] = uint16(m.free())
	}
	return nil
}

// rebuildMaps makes the maps from the trees ([MS-PST] 2.6.1.3.7).
func (w *Writer) rebuildMaps(n int) error {
	s := w.space
	s.count, s.maps, s.dirty = nil, map[int]*amap{}, map[int]bool{}
	for range n {
		s.grow()
	}
	ok := true
	use := func(ib uint64, slots int) {
		i, slot := 0, 0
		if ib >= firstAMap && ib%slotSize == 0 {
			i, slot = place(ib)
		} else {
			i = n
		}
		if i >= n || slot+slots > mapSlots {
			ok = false
			return
		}
		s.mark(i, slot, slots, true)
	}
	for _, t := range []*wtree{w.nbt, w.bbt} {
		t.left = t.pages()
		if err := t.pagesOf(t.root, func(ib uint64) { use(ib, pageSlots) }); err != nil {
			return err
		}
	}
	err := w.bbt.walkAll(0, func(e []byte) bool {
		use(le.Uint64(e[8:]), w.lay.onDisk(int(le.Uint16(e[16:])))/slotSize)
		return true
	})
	if err == nil && !ok {
		err = lost("a block or page is outside of the file")
	}
	w.changed = true
	return err
}

// resize makes the file as long as its maps say.
func (w *Writer) resize() error {
	w.hdr.EOF = amapAt(len(w.space.count))
	w.hdr.LastAMap = amapAt(len(w.space.count) - 1)
	w.size = int64(w.hdr.EOF)
	return w.fail(w.disk.s.Truncate(w.size))
}

func (w *Writer) fail(err error) error {
	if err != nil && w.err == nil {
		w.err = err
	}
	return err
}

// room finds room for slots.
func (w *Writer) room(slots int, page bool) (uint64, error) {
	ib, grown, err := w.space.take(slots, page)
	if err == nil && grown {
		err = w.resize()
	}
	return ib, w.fail(err)
}

// later frees room with the next commit.
func (w *Writer) later(ib uint64, slots int) { w.freed = append(w.freed, extent{ib, slots}) }

// NextNID gives out an id for a new node of a type.
func (w *Writer) NextNID(t byte) NID {
	w.hdr.NIDs[t]++
	for {
		n := MakeNID(t, w.hdr.NIDs[t])
		if _, ok, err := w.nbt.get(uint64(n)); err != nil || !ok {
			return n
		}
		w.hdr.NIDs[t]++
	}
}

// SetNode adds a node or changes it. It takes over the references to its blocks: what the node had before and has no more is
// the caller's to free.
func (w *Writer) SetNode(n Node) error {
	if w.err != nil {
		return w.err
	}
	e := make([]byte, 32)
	le.PutUint64(e, uint64(n.NID))
	le.PutUint64(e[8:], uint64(n.Data))
	le.PutUint64(e[16:], uint64(n.Sub))
	le.PutUint32(e[24:], uint32(n.Parent))
	w.changed = true
	return w.fail(w.nbt.put(e))
}

// Unlink takes a node out; its blocks are the caller's.
func (w *Writer) Unlink(id NID) error {
	if w.err != nil {
		return w.err
	}
	w.changed = true
	_, err := w.nbt.del(uint64(id))
	return w.fail(err)
}

// AtLeast sees to it that the counter in the header (dwUnique) is not below n with the next Commit: versions of rows are
// taken from it, and may not come again.
func (w *Writer) AtLeast(n uint32) {
	if w.hdr.Unique < n {
		w.hdr.Unique = n
	}
}

// DeleteNode takes a node out and frees its data and subnodes.
func (w *Writer) DeleteNode(id NID) error {
	n, err := w.Node(id)
	if err != nil {
		return err
	}
	if _, err := w.nbt.del(uint64(id)); err != nil {
		return w.fail(err)
	}
	w.changed = true
	return errors.Join(w.FreeData(n.Data), w.FreeSub(n.Sub))
}

// node implements treeSource.
func (w *Writer) node(n NID) (Node, bool, error) {
	e, ok, err := w.nbt.get(uint64(n))
	if !ok || err != nil {
		return Node{}, false, err
	}
	return nodeOf(e), true, nil
}

func nodeOf(e []byte) Node {
	return Node{NID: NID(le.Uint32(e)), Data: BID(le.Uint64(e[8:])), Sub: BID(le.Uint64(e[16:])), Parent: NID(le.Uint32(e[24:]))}
}

func entryOf(e []byte) blockEntry {
	x := blockEntry{Ref: Ref{BID(le.Uint64(e)).clean(), le.Uint64(e[8:])}, size: int(le.Uint16(e[16:])), refs: le.Uint16(e[18:])}
	x.inflated = x.size
	return x
}

// block implements treeSource.
func (w *Writer) block(b BID) (blockEntry, bool, error) {
	e, ok, err := w.bbt.get(uint64(b))
	if !ok || err != nil {
		return blockEntry{}, false, err
	}
	return entryOf(e), true, nil
}

func (w *Writer) walkNodes(from NID, each func(Node) bool) error {
	return w.nbt.walkAll(uint64(from), func(e []byte) bool { return each(nodeOf(e)) })
}

func (w *Writer) walkBlocks(each func(blockEntry) bool) error {
	return w.bbt.walkAll(0, func(e []byte) bool { return each(entryOf(e)) })
}

// Changed reports whether there is anything to commit.
func (w *Writer) Changed() bool { return w.changed }

// Commit makes everything done until now safe on disk.
func (w *Writer) Commit() error {
	if w.err != nil {
		return w.err
	}
	if !w.changed {
		return nil
	}
	if err := w.fail(w.commit()); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (w *Writer) commit() error {
	for _, t := range []*wtree{w.nbt, w.bbt} {
		if err := t.flush(t.root); err != nil {
			return err
		}
	}
	if err := w.disk.sync(); err != nil {
		return err
	}
	w.hdr.NBT, w.hdr.BBT = w.nbt.root.ref, w.bbt.root.ref
	if err := w.writeHeader(amapInvalid); err != nil {
		return err
	}
	w.opened, w.changed = true, false
	for _, x := range w.freed {
		w.space.give(x.ib, x.n)
	}
	w.freed = w.freed[:0]
	w.nbt.trim(pagesInMemory)
	w.bbt.trim(pagesInMemory)
	if len(w.space.maps) > 1<<12 {
		// The header says that the maps on disk are not valid: they can be written at any time.
		return w.writeMaps()
	}
	return nil
}

// writeHeader replaces the header. It lies in one page of every file system, and its roots in one sector.
func (w *Writer) writeHeader(valid byte) error {
	w.hdr.AMapValid = valid
	w.hdr.Unique++
	free := uint64(0)
	for _, c := range w.space.count {
		free += uint64(c) * slotSize
	}
	w.hdr.FreeAMap, w.hdr.FreePMap = free, 0
	if err := w.disk.write(w.hdr.encode(), 0); err != nil {
		return err
	}
	return w.disk.sync()
}

// writeMaps writes the allocation maps that have changed, and the deprecated maps beside them, and forgets all.
func (w *Writer) writeMaps() error {
	b := make([]byte, pageSize)
	put := func(kind byte, at uint64) error {
		putTrailer(b, kind, Ref{BID(at), at})
		return w.disk.write(b, at)
	}
	s := w.space
	for i, m := range s.maps {
		if !s.dirty[i] {
			continue
		}
		clear(b)
		copy(b, m[:])
		at := amapAt(i)
		if err := put(pageAMap, at); err != nil {
			return err
		}
		for j, kind := range mapPages(i)[1:] {
			// The deprecated maps stand at their places, filled with ones, as Outlook leaves them.
			for k := range mapBytes {
				b[k] = 0xFF
			}
			if err := put(kind, at+uint64(j+1)*pageSize); err != nil {
				return err
			}
		}
	}
	clear(s.dirty)
	clear(s.maps)
	return nil
}

// writeDList writes the list of the maps with the most room ([MS-PST] 2.2.2.7.4.2).
func (w *Writer) writeDList() error {
	type entry struct{ i, free int }
	var list []entry
	for i, c := range w.space.count {
		if c > 0 && i < 1<<20 {
			list = append(list, entry{i, int(c)})
		}
	}
	sortBy(list, func(a, b entry) bool { return a.free > b.free })
	list = list[:min(len(list), dlistMost)]
	b := make([]byte, pageSize)
	b[0], b[1] = 1, byte(len(list))
	le.PutUint32(b[4:], uint32(w.space.cur))
	for i, x := range list {
		le.PutUint32(b[8+4*i:], uint32(x.i)|uint32(x.free)<<20)
	}
	r := Ref{BID(w.hdr.NextPage), dlistAt}
	w.hdr.NextPage++
	putTrailer(b, pageDList, r)
	return w.disk.write(b, dlistAt)
}

// Close commits, writes the maps of free space and says that they are valid. The storage stays open.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if err := w.Commit(); err != nil {
		return err
	}
	if !w.opened {
		return nil
	}
	if err := w.fail(w.writeMaps()); err != nil {
		return err
	}
	if err := w.fail(w.writeDList()); err != nil {
		return err
	}
	if err := w.fail(w.disk.sync()); err != nil {
		return err
	}
	if err := w.fail(w.writeHeader(amapValid)); err != nil {
		return err
	}
	w.opened = false
	w.err = io.ErrClosedPipe
	return nil
}

// UseNID says that an id is in use, so that NextNID gives out others.
func (w *Writer) UseNID(n NID) {
	if t := n.Type(); n.Index() > w.hdr.NIDs[t] {
		w.hdr.NIDs[t] = n.Index()
	}
}
