package ltp

import (
	"bytes"
	"io"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
	"github.com/postrider/postrider/accounts/pst/ndb/ndbtest"
)

func writer(t testing.TB) *ndb.Writer {
	w, err := ndb.Create(&ndbtest.Memory{}, ndb.CryptNone)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func somePC(t testing.TB, w *ndb.Writer) ndb.Node {
	p := NewPC(w)
	for i := range 40 {
		p.Set(prop.Of(uint16(0x3000+i), prop.Unicode), string(bytes.Repeat([]byte("text "), i*3)))
		p.Set(prop.Of(uint16(0x4000+i), prop.Int32), int32(i))
	}
	p.Set(0x50001102, [][]byte{{1}, {2, 3}})
	p.Set(0x5001101F, []string{"a", "b"})
	p.Set(0x50020102, make([]byte, 5000))
	data, sub, err := p.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return ndb.Node{NID: 0x200024, Data: data, Sub: sub}
}

func someTC(t testing.TB, w *ndb.Writer, rows int) ndb.Node {
	x, err := NewTC(w, []prop.Tag{0x3001001F, 0x36020003, 0x360A000B, 0x0E060040, 0x00710102, 0x66190014})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := x.Add(uint32(0x200024+i*32), uint32(i), prop.Map{0x3001001F: "name", 0x36020003: int32(i), 0x360A000B: i%2 == 0, 0x00710102: make([]byte, i%3)}); err != nil {
			t.Fatal(err)
		}
	}
	data, sub, err := x.Flush()
	if err != nil {
		t.Fatal(err)
	}
	return ndb.Node{NID: 0x800E, Data: data, Sub: sub}
}

// FuzzHeap reads, checks and changes property and table contexts of any bytes. The first byte says how many go to a subnode that the
// rest may name.
func FuzzHeap(f *testing.F) {
	w := writer(f)
	for _, n := range []ndb.Node{somePC(f, w), someTC(f, w, 5), someTC(f, w, 0)} {
		d, err := w.Data(n.Data)
		if err != nil {
			f.Fatal(err)
		}
		b, err := d.Bytes(1 << 20)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]byte{4}, b...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 2 || len(b) > 60000 {
			return
		}
		w := writer(t)
		n := min(int(b[0])*16, len(b)-1)
		data, err := w.Put(b[1:])
		if err != nil {
			t.Fatal(err)
		}
		inner, err := w.Put(b[1 : 1+n])
		if err != nil {
			t.Fatal(err)
		}
		sub, err := w.PutSub([]ndb.Node{{NID: 0x3F, Data: inner}, {NID: 0x5F, Data: inner}})
		if err != nil {
			t.Fatal(err)
		}
		x := ndb.Node{NID: 0x200024, Data: data, Sub: sub}
		if err := w.SetNode(x); err != nil {
			t.Fatal(err)
		}
		Check(w.File, x, "it", func(Problem) {})
		if p, err := OpenPC(w.File, x); err == nil {
			for _, tag := range p.Tags() {
				p.Get(tag)
				p.Size(tag)
				p.Object(tag)
				if r, _, err := p.Open(tag); err == nil {
					io.Copy(io.Discard, r)
				}
			}
		}
		if c, err := OpenTC(w.File, x); err == nil {
			for i := range min(c.Len(), 1000) {
				r := c.Row(i)
				for _, tag := range r.Tags() {
					r.Get(tag)
				}
			}
		}
		w.Commit()
		if c, err := EditTC(w, x); err == nil {
			c.Add(0x300024, 1, prop.Map{0x3001001F: "new", 0x36020003: int32(1)})
			c.Set(0x200024, 2, prop.Map{0x3001001F: "other"})
			c.Delete(0x200044)
			c.Flush()
		} else if p, err := EditPC(w, x, func(t prop.Tag) bool { return t.ID()%2 == 0 }); err == nil {
			p.Set(0x3001001F, "new")
			p.Finish()
		}
	})
}

// TestTables adds, changes and deletes rows in every order, over the sizes at which a table changes its ways, and compares it with a map.
func TestTables(t *testing.T) {
	w := writer(t)
	n := someTC(t, w, 0)
	if err := w.SetNode(n); err != nil {
		t.Fatal(err)
	}
	want := map[uint32]string{}
	next := uint32(0x200024)
	step := func(add, del int) {
		t.Helper()
		x, err := EditTC(w, n)
		if err != nil {
			t.Fatal(err)
		}
		for range add {
			name := string(bytes.Repeat([]byte("n"), int(next%5000)/7))
			if err := x.Add(next, next, prop.Map{0x3001001F: name, 0x36020003: int32(next)}); err != nil {
				t.Fatal(err)
			}
			want[next] = name
			next += 32
		}
		for id := range want {
			if del--; del < 0 {
				break
			}
			if del%3 == 0 {
				want[id] = "changed"
				if ok, err := x.Set(id, 1, prop.Map{0x3001001F: "changed"}); err != nil || !ok {
					t.Fatal(ok, err)
				}
				continue
			}
			delete(want, id)
			if ok, err := x.Delete(id); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		if n.Data, n.Sub, err = x.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := w.SetNode(n); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(); err != nil {
			t.Fatal(err)
		}
		Check(w.File, n, "table", func(p Problem) {
			if !p.Minor {
				t.Errorf("%+v", p)
			}
		})
		c, err := OpenTC(w.File, n)
		if err != nil {
			t.Fatal(err)
		}
		if c.Len() != len(want) {
			t.Fatalf("%d rows, want %d", c.Len(), len(want))
		}
		for i := range c.Len() {
			r := c.Row(i)
			if v := prop.Text(r, 0x3001001F); v != want[r.ID] {
				t.Fatalf("row %#x: %d characters, want %d", r.ID, len(v), len(want[r.ID]))
			}
			if v := prop.Int(r, 0x36020003); v != int64(r.ID) {
				t.Fatalf("row %#x: %d", r.ID, v)
			}
		}
	}
	for _, s := range [][2]int{{3, 0}, {1, 2}, {200, 0}, {10, 100}, {3000, 10}, {0, 3000}, {1, 0}, {500, 0}, {0, 2000}, {0, 2000}, {4, 1}} {
		step(s[0], s[1])
	}
	if err := w.DeleteNode(n.NID); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	left := 0
	w.Blocks(func(ndb.Ref, int, uint16) bool { left++; return true })
	if left != 0 {
		t.Errorf("%d blocks are left of a table that was deleted", left)
	}
}
