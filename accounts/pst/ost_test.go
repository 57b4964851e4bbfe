package pst

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// ost writes the nodes of a file in the form of Outlook 2013's OST files: pages of 4096 bytes, blocks of up to 64 KiB, packed
// where that makes them smaller. No such file is free to have, so that what is read here is what is known of the format;
// pffexport, which knows it from real files, reads the same.
type ost struct {
	t      *testing.T
	f      *ndb.File
	b      []byte
	next   uint64
	blocks []ostBlock
	crypt  byte
}

type ostBlock struct {
	id, ib      uint64
	stored, raw int
}

func (o *ost) block(data []byte, internal bool) uint64 {
	id := o.next
	o.next += 4
	if internal {
		id |= 2
	}
	raw := len(data)
	if !internal && raw > 200 {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write(data)
		w.Close()
		if z.Len() < raw {
			data = z.Bytes()
		}
	}
	for len(o.b)%512 != 0 {
		o.b = append(o.b, 0)
	}
	ib := uint64(len(o.b))
	whole := (len(data) + 24 + 511) / 512 * 512
	b := make([]byte, whole)
	copy(b, data)
	t := b[whole-24:]
	le.PutUint16(t, uint16(len(data)))
	le.PutUint16(t[2:], ndb.Signature(ib, ndb.BID(id)))
	le.PutUint32(t[4:], ndb.CRC(b[:len(data)]))
	le.PutUint64(t[8:], id)
	le.PutUint16(t[16:], 2)
	le.PutUint16(t[18:], uint16(raw))
	o.b = append(o.b, b...)
	o.blocks = append(o.blocks, ostBlock{id, ib, len(data), raw})
	return id
}

func (o *ost) data(b ndb.BID) uint64 {
	if b == 0 {
		return 0
	}
	d, err := o.f.Data(b)
	if err != nil {
		o.t.Fatal(err)
	}
	all, err := d.Bytes(1 << 30)
	if err != nil {
		o.t.Fatal(err)
	}
	const most = 65536 - 24
	if len(all) <= most {
		return o.block(all, false)
	}
	x := le.AppendUint32([]byte{1, 1, 0, 0}, uint32(len(all)))
	n := 0
	for part := range slices.Chunk(all, most) {
		x = le.AppendUint64(x, o.block(part, false))
		n++
	}
	le.PutUint16(x[2:], uint16(n))
	return o.block(x, true)
}

func (o *ost) sub(b ndb.BID) uint64 {
	if b == 0 {
		return 0
	}
	s, err := o.f.Subnodes(b)
	if err != nil {
		o.t.Fatal(err)
	}
	x := []byte{2, 0, 0, 0, 0, 0, 0, 0}
	for _, n := range s.Nodes() {
		d, k := o.data(n.Data), o.sub(n.Sub)
		x = le.AppendUint64(x, uint64(n.NID))
		x = le.AppendUint64(le.AppendUint64(x, d), k)
	}
	le.PutUint16(x[2:], uint16(len(s.Nodes())))
	return o.block(x, true)
}

// page writes a page of a tree and returns where it is.
func (o *ost) page(kind byte, level, each int, entries []byte) (bid, ib uint64) {
	for len(o.b)%4096 != 0 {
		o.b = append(o.b, 0)
	}
	bid, ib = o.next, uint64(len(o.b))
	o.next += 4
	p := make([]byte, 4096)
	copy(p, entries)
	le.PutUint16(p[4056:], uint16(len(entries)/each))
	le.PutUint16(p[4058:], uint16(4056/each))
	p[4060], p[4061] = byte(each), byte(level)
	p[4072], p[4073] = kind, kind
	le.PutUint16(p[4074:], ndb.Signature(ib, ndb.BID(bid)))
	le.PutUint32(p[4076:], ndb.CRC(p[:4072]))
	le.PutUint64(p[4080:], bid)
	o.b = append(o.b, p...)
	return bid, ib
}

// tree writes a tree over leaf entries.
func (o *ost) tree(kind byte, each int, entries []byte) (bid, ib uint64) {
	for level := 0; ; level++ {
		var up []byte
		for part := range slices.Chunk(entries, 4056/each*each) {
			bid, ib = o.page(kind, level, each, part)
			up = append(up, part[:8]...)
			up = le.AppendUint64(le.AppendUint64(up, bid), ib)
		}
		if len(up) == 24 {
			return bid, ib
		}
		entries, each = up, 24
	}
}

func makeOST(t *testing.T, f *ndb.File) []byte {
	o := &ost{t: t, f: f, next: 4, b: make([]byte, 0x22000+4096)}
	var nodes []byte
	f.Nodes(0, func(n ndb.Node) bool {
		d, s := o.data(n.Data), o.sub(n.Sub)
		nodes = le.AppendUint64(nodes, uint64(n.NID))
		nodes = le.AppendUint64(le.AppendUint64(nodes, d), s)
		nodes = le.AppendUint64(nodes, uint64(n.Parent))
		return true
	})
	nbid, nib := o.tree(0x81, 32, nodes)
	var blocks []byte
	slices.SortFunc(o.blocks, func(a, b ostBlock) int { return int(int64(a.id) - int64(b.id)) })
	for _, x := range o.blocks {
		blocks = le.AppendUint64(le.AppendUint64(blocks, x.id), x.ib)
		blocks = le.AppendUint16(le.AppendUint16(blocks, uint16(x.stored)), uint16(x.raw))
		blocks = le.AppendUint32(blocks, 2)
	}
	bbid, bib := o.tree(0x80, 24, blocks)
	h := o.b
	copy(h, "!BDN")
	copy(h[8:], "SO")
	le.PutUint16(h[10:], 36)
	le.PutUint16(h[12:], 12)
	h[14], h[15] = 1, 1
	le.PutUint64(h[32:], o.next)
	for i, n := range f.Header().NIDs {
		le.PutUint32(h[44+4*i:], n)
	}
	le.PutUint64(h[184:], uint64(len(h)))
	le.PutUint64(h[192:], 0x22000)
	le.PutUint64(h[216:], nbid)
	le.PutUint64(h[224:], nib)
	le.PutUint64(h[232:], bbid)
	le.PutUint64(h[240:], bib)
	h[248], h[512] = 2, 0x80
	le.PutUint64(h[516:], o.next)
	le.PutUint32(h[524:], ndb.CRC(h[8:524]))
	le.PutUint32(h[4:], ndb.CRC(h[8:479]))
	return h
}

func TestOST4K(t *testing.T) {
	d := &tape{}
	s, err := Create("", CreateOptions{Storage: d})
	if err != nil {
		t.Fatal(err)
	}
	g := newGenerator(6)
	g.light = true
	var want []*prop.Message
	for i := range 6 {
		box, err := s.CreateFolder(0, "Box "+string(rune('A'+i)), "")
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			m := g.message()
			if len(m.Recipients) > 20 {
				continue // a heap of several blocks numbers its items in another way
			}
			if _, err := s.Add(box, m); err != nil {
				t.Fatal(err)
			}
			want = append(want, m)
		}
		m := g.message()
		m.Attachments = []prop.Attachment{attach("large.bin", g.bytes(300000)), attach("zeros.bin", make([]byte, 150000))}
		m.Recipients = nil
		m.Bag.(prop.Map)[prop.PidTagMessageClass] = "IPM.Note"
		if _, err := s.Add(box, m); err != nil {
			t.Fatal(err)
		}
		want = append(want, m)
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	b := makeOST(t, s.F)
	o, err := OpenReader(bytes.NewReader(b), int64(len(b)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := o.F.Format(); got != ndb.Unicode4K {
		t.Errorf("format %v", got)
	}
	i := 0
	for _, f := range o.Folders() {
		for _, r := range f.Items() {
			m, err := o.Message(r)
			if err != nil {
				t.Fatal(err)
			}
			same(t, m, want[i])
			i++
		}
	}
	if i != len(want) || len(o.Losses()) > 0 {
		t.Errorf("%d items of %d, %+v", i, len(want), o.Losses())
	}
	o.F.Check(func(p ndb.Problem) {
		if !p.Minor && p.Rule != "tree-page-next" {
			t.Errorf("%+v", p)
		}
	})
	// Without the root of a tree the file is searched.
	bad := bytes.Clone(b)
	clear(bad[le.Uint64(b[240:]):][:4096])
	o, err = OpenReader(bytes.NewReader(bad), int64(len(bad)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := use(o); n < len(want)*9/10 {
		t.Errorf("without the block tree %d of %d items", n, len(want))
	}

	if _, err := exec.LookPath("pffexport"); err != nil {
		t.Skip("pffexport is not installed")
	}
	path := filepath.Join(t.TempDir(), "a.ost")
	write(t, path, b)
	out := filepath.Join(filepath.Dir(path), "pff")
	if text, err := exec.Command("pffexport", "-q", "-f", "all", "-t", out, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	sums := map[[32]byte]int{}
	for _, m := range want {
		for _, a := range m.Attachments {
			if a.Open != nil {
				sums[sha256.Sum256(content(t, a))]++
			}
		}
	}
	filepath.WalkDir(out+".export", func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(p, ".bin") {
			b, _ := os.ReadFile(p)
			sums[sha256.Sum256(b)]--
		}
		return err
	})
	for _, n := range sums {
		if n != 0 {
			t.Errorf("pffexport does not find the same attachments: %v", n)
			break
		}
	}
}
