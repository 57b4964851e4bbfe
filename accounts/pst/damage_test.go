package pst

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// use does with a file what a program does, and counts the items that are whole.
func use(s *Store) (whole int) {
	for _, f := range s.Folders() {
		f.Associated()
		for _, r := range f.Items() {
			m, err := s.Message(r)
			if err != nil {
				continue
			}
			before := len(s.Losses())
			w := &limited{left: 4 << 20}
			err = s.WriteMIME(w, m, nil)
			for _, a := range m.Attachments {
				if a.Open == nil {
					continue
				}
				x, _, e := a.Open()
				if e == nil {
					_, e = io.Copy(io.Discard, io.LimitReader(x, 4<<20))
					x.Close()
				}
				if e != nil {
					err = e
				}
			}
			if err == nil && len(s.Losses()) == before {
				whole++
			}
		}
	}
	return whole
}

type limited struct{ left int }

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

// TestDamage destroys sectors of files. Nothing panics, no file is refused, and what is lost stays in proportion: where n
// sectors are gone, not much more than n items are.
func TestDamage(t *testing.T) {
	for _, name := range []string{"aspose-outlook.pst.gz", "tika-testPST.pst.gz", "aspose-contacts72.pst.gz", "pstsdk-sample2-ansi.pst.gz"} {
		whole := unpacked(t, name)
		s, err := OpenReader(bytes.NewReader(whole), int64(len(whole)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		all := use(s)
		r := rand.New(rand.NewPCG(3, 3))
		for round := range 60 {
			b := bytes.Clone(whole)
			n := 1 + round%4
			for range n {
				at := 0x4400 + 512*r.IntN((len(b)-0x4400)/512)
				switch round % 3 {
				case 0:
					clear(b[at : at+512])
				case 1:
					for i := at; i < at+512; i++ {
						b[i] = byte(r.Uint32())
					}
				default:
					b[at+r.IntN(512)] ^= 0x10
				}
			}
			told := 0
			s, err := OpenReader(bytes.NewReader(b), int64(len(b)), Options{OnLoss: func(Loss) { told++ }})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := use(s)
			// A contact takes less than a sector: one sector may hold parts of some.
			if got < all-n*16 && got < all/2 {
				t.Errorf("%s, round %d: %d of %d items are whole after the loss of %d sectors", name, round, got, all, n)
			}
			if got < all && told == 0 {
				t.Errorf("%s, round %d: %d of %d items are whole, and nothing was said", name, round, got, all)
			}
		}
		// Cut off in the middle.
		s, err = OpenReader(bytes.NewReader(whole[:len(whole)/2]), int64(len(whole)/2), Options{})
		if err != nil {
			t.Fatalf("%s cut: %v", name, err)
		}
		use(s)
	}
}

// TestReadOnlySource opens every file of the corpora as a source of mail.
func TestReadOnlySource(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora.Dir(t, "pst"), "*.gz"))
	for _, file := range files {
		path := filepath.Join(t.TempDir(), filepath.Base(file))
		write(t, path, unpacked(t, filepath.Base(file)))
		o := &Opener{Path: path, ReadOnly: true}
		c, err := o.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if c.Pusher != nil || c.Organizer != nil {
			t.Error("a file that is only read can be written")
		}
		cs, err := c.Collections(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, col := range cs {
			if col.Rights.Has(mail.MayAdd) || !col.Keep {
				t.Errorf("%+v", col)
			}
			d, err := c.Pull(context.Background(), col.Ref, "")
			if err != nil {
				t.Fatal(err)
			}
			var refs []remote.Ref
			for _, st := range d.Changed {
				if st.Envelope == nil {
					t.Errorf("%s: %s has no envelope", file, st.Ref)
				}
				refs = append(refs, st.Ref)
			}
			n := 0
			err = c.Fetch(context.Background(), col.Ref, refs, remote.WantBody, func(it remote.Item) error {
				b, err := io.ReadAll(it.Body)
				if err == nil && len(b) == 0 {
					t.Errorf("%s: %s is empty", file, it.Ref)
				}
				if bytes.Contains(bytes.ReplaceAll(b, []byte("\r\n"), nil), []byte("\n")) {
					t.Errorf("%s: %s has bare line ends", file, it.Ref)
				}
				n++
				return err
			})
			if err != nil || n != len(refs) {
				t.Errorf("%s: %d of %d, %v", file, n, len(refs), err)
			}
		}
		c.Close()
	}
}

func FuzzStore(f *testing.F) {
	d := &tape{}
	s, err := Create("", CreateOptions{Plain: true, Storage: d})
	if err != nil {
		f.Fatal(err)
	}
	box, err := s.CreateFolder(0, "Inbox", "")
	if err != nil {
		f.Fatal(err)
	}
	g := newGenerator(2)
	g.light = true
	for range 20 {
		if _, err := s.Add(box, g.message()); err != nil {
			f.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add([]byte{0, 0x4c, 0, 1, 0, 0x50, 0, 9})
	f.Add([]byte{12, 0x60, 1, 0xFF, 13, 0x60, 1, 0xFF})
	f.Fuzz(func(t *testing.T, edits []byte) {
		if len(edits) > 400 {
			return
		}
		b := bytes.Clone(d.b)
		for ; len(edits) >= 4; edits = edits[4:] {
			at := (int(edits[0]) | int(edits[1])<<8 | int(edits[2])<<16) % len(b)
			b[at] = edits[3]
			mend(b, at)
		}
		r, err := OpenReader(bytes.NewReader(b), int64(len(b)), Options{Cache: 1 << 20})
		if err != nil {
			return
		}
		use(r)
		w, err := openWrite(&tape{b: b}, int64(len(b)), Options{})
		if err != nil {
			return
		}
		for i, it := range (&Folder{s: w, Ref: box}).Items() {
			switch i % 4 {
			case 0:
				w.Delete(it)
			case 1:
				w.SetFlags(it, mail.Seen|mail.Flagged, []string{"x"})
			case 2:
				w.Move(it, w.Deleted())
			}
		}
		w.Add(box, &prop.Message{Bag: prop.Map{prop.PidTagSubject: "new"}})
		w.Commit()
	})
}

// mend makes the checksum of the block or page around an offset fit again.
func mend(b []byte, at int) {
	p := at / 512 * 512
	if k := b[p+496]; (k == 0x80 || k == 0x81) && b[p+497] == k {
		le.PutUint32(b[p+500:], ndb.CRC(b[p:p+496]))
		return
	}
	for e := (at/64 + 1) * 64; e <= len(b) && e < at+8192; e += 64 {
		t := b[e-16:]
		n := int(le.Uint16(t))
		ib := e - (n+16+63)/64*64
		if n > 0 && n <= 8176 && ib >= 0 && ib <= at && le.Uint16(t[2:]) == ndb.Signature(uint64(ib), ndb.BID(le.Uint64(t[8:]))) {
			le.PutUint32(t[4:], ndb.CRC(b[ib:ib+n]))
			return
		}
	}
}
