package ndb

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/postrider/postrider/accounts/pst/ndb/ndbtest"
)

func TestCrypt(t *testing.T) {
	var plain [1024]byte
	for i := range plain {
		plain[i] = byte(i * 7)
	}
	for _, c := range []Crypt{CryptNone, CryptPermute, CryptCyclic} {
		b := plain
		c.encode(b[:], 0x12345678)
		if c != CryptNone && b == plain {
			t.Errorf("%v changes nothing", c)
		}
		c.decode(b[:], 0x12345678)
		if b != plain {
			t.Errorf("%v: not the same after encoding and decoding", c)
		}
	}
	// [MS-PST] 5.2: the same bytes with another key are others.
	a, b := plain, plain
	CryptCyclic.encode(a[:], 4)
	CryptCyclic.encode(b[:], 8)
	if a == b {
		t.Error("the key does not matter")
	}
}

// build makes a file with nodes of all sizes, in commits of their own, some deleted again.
func build(t testing.TB, c Crypt) (*ndbtest.Memory, map[NID][]byte) {
	m := &ndbtest.Memory{}
	w, err := Create(m, c)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	want := map[NID][]byte{}
	for i := range 300 {
		n := []int{0, 1, 64, 8175, 8176, 8177, 20000}[r.IntN(7)]
		if i == 100 {
			n = 9 << 20 // more than one XBLOCK
		}
		data := make([]byte, n)
		for j := 0; j < n; j += 1 + n/5000 {
			data[j] = byte(r.Uint32())
		}
		d := w.NewData()
		if _, err := d.ReadFrom(bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		id, err := d.Finish()
		if err != nil {
			t.Fatal(err)
		}
		nid := w.NextNID(TypeMessage)
		if err := w.SetNode(Node{NID: nid, Data: id, Parent: 0x122}); err != nil {
			t.Fatal(err)
		}
		want[nid] = data
		if i%40 == 39 {
			if err := w.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		if i%5 == 4 {
			gone := slices.Sorted(maps.Keys(want))[r.IntN(len(want))]
			delete(want, gone)
			if err := w.DeleteNode(gone); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return m, want
}

func TestNodes(t *testing.T) {
	for _, c := range []Crypt{CryptNone, CryptPermute, CryptCyclic} {
		m, want := build(t, c)
		f, err := Open(m, int64(len(m.B)), Options{OnLoss: func(l Loss) { t.Errorf("%+v", l) }})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		f.Nodes(0, func(x Node) bool {
			n++
			d, err := f.Data(x.Data)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(d.Reader())
			if err != nil || !bytes.Equal(got, want[x.NID]) {
				t.Errorf("node %#x: %d bytes, want %d, %v", x.NID, len(got), len(want[x.NID]), err)
			}
			return true
		})
		if n != len(want) {
			t.Errorf("%d nodes, want %d", n, len(want))
		}
		f.Check(func(p Problem) { t.Errorf("%+v", p) })
		if _, err := f.Node(MakeNID(TypeMessage, 5)); !errors.Is(err, ErrNoNode) {
			t.Errorf("a node that is not there: %v", err)
		}
	}
}

// TestReuse: what is deleted makes room for what comes.
func TestReuse(t *testing.T) {
	m := &ndbtest.Memory{}
	w, err := Create(m, CryptPermute)
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 500000)
	for range 40 {
		id, err := w.Put(data)
		if err != nil {
			t.Fatal(err)
		}
		nid := w.NextNID(TypeMessage)
		if err := w.SetNode(Node{NID: nid, Data: id}); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteNode(nid); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if len(m.B) > 3<<20 {
		t.Errorf("%d bytes for one message at a time of %d", len(m.B), len(data))
	}
}

// TestDamagedPages: with any page of the trees gone nothing but what it alone led to may be lost, and since leaf pages and
// blocks can be found by searching the file, branch pages lose nothing.
func TestDamagedPages(t *testing.T) {
	m, want := build(t, CryptPermute)
	f, err := Open(m, int64(len(m.B)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		ib   uint64
		kind byte
		leaf bool
	}
	var pages []place
	var walk func(r Ref, kind byte)
	walk = func(r Ref, kind byte) {
		p, err := f.page(r, kind)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, place{r.IB, kind, p.level == 0})
		for i := 0; p.level > 0 && i < p.n; i++ {
			walk(p.ref(i), kind)
		}
	}
	walk(f.hdr.NBT, pageNBT)
	walk(f.hdr.BBT, pageBBT)
	if len(pages) < 30 {
		t.Fatalf("only %d pages", len(pages))
	}
	for i, p := range pages {
		if i > 12 && i%9 != 0 {
			continue
		}
		b := bytes.Clone(m.B)
		clear(b[p.ib : p.ib+512])
		losses := 0
		f, err := Open(bytes.NewReader(b), int64(len(b)), Options{OnLoss: func(Loss) { losses++ }})
		if err != nil {
			t.Fatal(err)
		}
		n, again := 0, 0
		f.Nodes(0, func(x Node) bool {
			w, ok := want[x.NID]
			if !ok {
				again++
			}
			if d, err := f.Data(x.Data); err == nil && ok {
				if got, err := io.ReadAll(d.Reader()); err == nil && bytes.Equal(got, w) {
					n++
				}
			}
			return true
		})
		// A lost leaf is read from its last copy, with what was deleted since; without a branch some come back at the edges of pages. 60
		// were deleted.
		if again > 10 {
			t.Errorf("without page %#x %d deleted nodes are there again", p.ib, again)
		}
		if p.kind == pageNBT && p.leaf {
			if n < len(want)-15 {
				t.Errorf("without a leaf page of the node tree %d of %d nodes are left", n, len(want))
			}
		} else if n != len(want) {
			t.Errorf("without page %#x (type %#x, leaf %v) %d of %d nodes are left", p.ib, p.kind, p.leaf, n, len(want))
		}
		if losses == 0 {
			t.Errorf("page %#x: no loss was told", p.ib)
		}
	}
	// The header gone: the file is searched for everything.
	b := bytes.Clone(m.B)
	clear(b[:564])
	f, err = Open(bytes.NewReader(b), int64(len(b)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	f.Nodes(0, func(x Node) bool {
		if d, err := f.Data(x.Data); err == nil {
			if got, err := io.ReadAll(d.Reader()); err == nil && bytes.Equal(got, want[x.NID]) {
				n++
			}
		}
		return true
	})
	if n < len(want) {
		t.Errorf("without a header %d of %d nodes are found", n, len(want))
	}
}

// edit changes bytes of a file and makes the checksums fit again where a page or block was hit, so that what is behind them is reached.
func edit(base, edits []byte) []byte {
	b := bytes.Clone(base)
	l := layouts[Unicode]
	for ; len(edits) >= 5; edits = edits[5:] {
		at := (int(edits[0]) | int(edits[1])<<8 | int(edits[2])<<16) % len(b)
		b[at] = edits[3]
		switch edits[4] % 3 {
		case 1: // a page
			p := b[at/512*512:]
			if len(p) >= 512 {
				le.PutUint32(p[l.pageData+4:], CRC(p[:l.pageData]))
			}
		case 2:
			if at < headerSize {
				le.PutUint32(b[524:], CRC(b[8:8+516]))
				le.PutUint32(b[4:], CRC(b[8:8+471]))
				continue
			}
			// a block: the next trailer that says it is one
			for e := (at/64 + 1) * 64; e < len(b) && e < at+8192; e += 64 {
				t := b[e-16:]
				if n := int(le.Uint16(t)); n > 0 && n <= dataMax && e-l.onDisk(n) >= 0 && le.Uint16(t[2:]) == Signature(uint64(e-l.onDisk(n)), BID(le.Uint64(t[8:]))) {
					le.PutUint32(t[4:], CRC(b[e-l.onDisk(n):][:n]))
					break
				}
			}
		}
	}
	return b
}

func FuzzFile(f *testing.F) {
	m := &ndbtest.Memory{}
	w, err := Create(m, CryptPermute)
	if err != nil {
		f.Fatal(err)
	}
	for i := range 40 {
		id, _ := w.Put(make([]byte, 300*i))
		sub, _ := w.PutSub([]Node{{NID: 0x3F, Data: id}})
		data, _ := w.Put(make([]byte, 9000))
		w.SetNode(Node{NID: w.NextNID(TypeMessage), Data: data, Sub: sub, Parent: 0x122})
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add([]byte{224, 0, 0, 1, 2, 10, 0x4c, 0, 7, 1})
	f.Add([]byte{10, 0, 0, 36, 2})
	f.Add([]byte{0x10, 0x50, 0, 0xFF, 2, 0x12, 0x50, 0, 0xFF, 2})
	f.Fuzz(func(t *testing.T, edits []byte) {
		if len(edits) > 500 {
			return
		}
		b := edit(m.B, edits)
		f, err := Open(bytes.NewReader(b), int64(len(b)), Options{Cache: 1 << 20})
		if err != nil {
			return
		}
		n := 0
		f.Nodes(0, func(x Node) bool {
			if d, err := f.Data(x.Data); err == nil {
				io.Copy(io.Discard, d.Reader())
			}
			if s, err := f.Subnodes(x.Sub); err == nil {
				for _, k := range s.Nodes() {
					f.Data(k.Data)
				}
			}
			n++
			return n < 5000
		})
		f.Check(func(Problem) {})
		w, err := OpenWriter(&ndbtest.Memory{B: b}, int64(len(b)), Options{})
		if err != nil {
			return
		}
		id, err := w.Put(make([]byte, 20000))
		if err == nil {
			w.SetNode(Node{NID: w.NextNID(TypeMessage), Data: id})
			w.Close()
		}
	})
}

// TestBeyond2GB: the maps that files of more than 2 GB have stand where they must.
func TestBeyond2GB(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "large"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := Create(f, CryptNone)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	// Room is taken and not written to: the file has holes.
	for len(w.space.count) < firstFPMap+9 {
		if _, err := w.room(mapSlots/2-32, false); err != nil {
			t.Fatal(err)
		}
	}
	id, err := w.Put(make([]byte, 20000))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SetNode(Node{NID: w.NextNID(TypeMessage), Data: id}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	st, _ := f.Stat()
	r, err := Open(f, st.Size(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if st.Size() < 2_000_000_000 || uint64(st.Size()) != r.hdr.EOF {
		t.Errorf("%d bytes, the header says %d", st.Size(), r.hdr.EOF)
	}
	r.Check(func(p Problem) {
		if !p.Minor {
			t.Errorf("%+v", p)
		}
	})
	b := make([]byte, 512)
	for _, x := range []struct {
		at   uint64
		kind byte
	}{{amapAt(128) + 1024, pageFMap}, {amapAt(624) + 1024, pageFMap}, {amapAt(8192) + 512, pagePMap}, {amapAt(8192) + 1024, pageFPMap}} {
		f.ReadAt(b, int64(x.at))
		if p, ok := r.lay.parseTrailer(b); !ok || p.kind != x.kind {
			t.Errorf("at %#x is page type %#x, want %#x", x.at, p.kind, x.kind)
		}
	}
	// The same maps again after a crash.
	w2, err := OpenWriter(f, st.Size(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	w2.space.maps = map[int]*amap{}
	if err := w2.rebuildMaps(len(w2.space.count)); err != nil {
		t.Fatal(err)
	}
	if err := w2.Close(); err != nil {
		t.Fatal(err)
	}
	r, _ = Open(f, st.Size(), Options{})
	r.Check(func(p Problem) { t.Errorf("made anew: %+v", p) })
}
