package pst

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// op is one thing done to a disk: a write, a sync (at < 0), or a change of size (b nil).
type op struct {
	at int64
	b  []byte
}

// tape is a disk in memory that remembers what was done to it.
type tape struct {
	b   []byte
	ops []op
}

func (d *tape) ReadAt(p []byte, off int64) (int, error) { return bytes.NewReader(d.b).ReadAt(p, off) }

func (d *tape) WriteAt(p []byte, off int64) (int, error) {
	d.ops = append(d.ops, op{off, bytes.Clone(p)})
	d.b = apply(d.b, d.ops[len(d.ops)-1])
	return len(p), nil
}

func (d *tape) Sync() error { d.ops = append(d.ops, op{at: -1}); return nil }

func (d *tape) Truncate(n int64) error {
	d.ops = append(d.ops, op{at: n})
	d.b = apply(d.b, d.ops[len(d.ops)-1])
	return nil
}

func apply(b []byte, o op) []byte {
	switch {
	case o.at < 0:
	case o.b == nil:
		if int64(len(b)) > o.at {
			return b[:o.at]
		}
		return append(b, make([]byte, o.at-int64(len(b)))...)
	default:
		if n := o.at + int64(len(o.b)); n > int64(len(b)) {
			b = append(b, make([]byte, n-int64(len(b)))...)
		}
		copy(b[o.at:], o.b)
	}
	return b
}

// state is what a file holds: subjects by folder name.
func state(t *testing.T, s *Store) string {
	t.Helper()
	var out []string
	for _, f := range s.Folders() {
		if f.Search {
			continue
		}
		out = append(out, f.Name+":")
		for _, r := range f.Items() {
			m, err := s.Message(r)
			if err != nil {
				t.Fatalf("item %#x: %v", r, err)
			}
			n := 0
			for _, a := range m.Attachments {
				if a.Open != nil {
					n += len(content(t, a))
				}
			}
			out = append(out, fmt.Sprintf("%s/%d/%d/%d", prop.Text(m, prop.PidTagSubject), len(prop.Text(m, prop.PidTagBody)), prop.Int(m, prop.PidTagMessageFlags), n))
		}
	}
	return strings.Join(out, "\n")
}

// layers holds a file against the rules of the lower layers.
func layers(f *ndb.File) (bad []string) {
	var nodes []ndb.Node
	f.Check(func(p ndb.Problem) {
		if !p.Minor {
			bad = append(bad, p.Rule+": "+p.Text)
		}
	})
	f.Nodes(0, func(n ndb.Node) bool { nodes = append(nodes, n); return true })
	for _, n := range nodes {
		ltp.Check(f, n, fmt.Sprintf("node %#x", n.NID), func(p ltp.Problem) {
			if !p.Minor {
				bad = append(bad, p.Rule+": "+p.Text)
			}
		})
	}
	return bad
}

// journey does everything that changes a file, and says after each commit what the file holds then.
func journey(t *testing.T, d *tape, confirmed func(string)) {
	s, err := Create("", CreateOptions{Storage: d})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	commit := func() {
		must(s.Commit())
		confirmed(state(t, s))
	}
	commit()
	a, err := s.CreateFolder(0, "A", "")
	must(err)
	b, err := s.CreateFolder(0, "B", "")
	must(err)
	commit()
	g := newGenerator(9)
	var refs []Ref
	for i := range 24 {
		r, err := s.Add(a, g.message())
		must(err)
		refs = append(refs, r)
		if i%6 == 5 {
			commit()
		}
	}
	for i, r := range refs {
		switch i % 4 {
		case 0:
			must(s.Delete(r))
		case 1:
			_, err := s.Move(r, b)
			must(err)
		case 2:
			must(s.Set(r, prop.Map{prop.PidTagMessageFlags: int32(1), prop.PidTagFlagStatus: int32(2)}))
		}
		if i%8 == 7 {
			commit()
		}
	}
	must(s.RenameFolder(b, a, "B in A"))
	c, err := s.CreateFolder(b, "C", "")
	must(err)
	_, err = s.Add(c, g.message())
	must(err)
	commit()
	must(s.DeleteFolder(c))
	commit()
	must(s.Close())
	confirmed(state(t, s))
}

// TestCrash stops a writer before each of the things it does to the disk: the file opens with everything that was
// confirmed, breaks no rule, and can be written on. Two kinds of ends: of the process, where what was written stays, and of
// the power, where what was not synced may or may not be there, sector by sector.
func TestCrash(t *testing.T) {
	d := &tape{}
	type mark struct {
		ops   int
		state string
	}
	marks := []mark{{0, ""}}
	journey(t, d, func(s string) { marks = append(marks, mark{len(d.ops), s}) })
	t.Logf("%d things done to the disk, %d commits, %d bytes", len(d.ops), len(marks)-1, len(d.b))
	r := rand.New(rand.NewPCG(4, 4))
	for k := range d.ops {
		last := 0
		for i, m := range marks {
			if m.ops <= k {
				last = i
			}
		}
		if last == 0 {
			continue // nothing was confirmed yet
		}
		for _, power := range []bool{false, true} {
			var disk []byte
			synced := 0
			for i := range k {
				if d.ops[i].at < 0 {
					synced = i
				}
			}
			for i := range k + 1 {
				o := d.ops[i]
				if i == k && !power { // stopped in the middle of it
					if len(o.b) > 1 {
						o.b = o.b[:512*r.IntN(len(o.b)/512+1)]
					}
					if o.b == nil || len(o.b) > 0 {
						disk = apply(disk, o)
					}
					continue
				}
				if !power || i <= synced || o.b == nil {
					disk = apply(disk, o)
					continue
				}
				for at := 0; at < len(o.b); at += 512 { // not synced: sectors that are there and sectors that are not
					if r.IntN(2) == 0 {
						disk = apply(disk, op{o.at + int64(at), o.b[at:min(at+512, len(o.b))]})
					}
				}
			}
			f, err := OpenReader(bytes.NewReader(disk), int64(len(disk)), Options{})
			if err != nil {
				t.Fatalf("stopped at %d (power %v): %v", k, power, err)
			}
			got := state(t, f)
			if got != marks[last].state && (last+1 >= len(marks) || got != marks[last+1].state) {
				t.Fatalf("stopped at %d (power %v): the file has\n%s\nwant\n%s", k, power, got, marks[last].state)
			}
			if l := f.Losses(); len(l) > 0 && l[0].What != "the header of the file" {
				t.Fatalf("stopped at %d (power %v): %+v", k, power, l)
			}
			if k%7 != 0 && !power {
				continue
			}
			on := &tape{b: bytes.Clone(disk)}
			w, err := openWrite(on, int64(len(disk)), Options{})
			if err != nil {
				t.Fatalf("stopped at %d (power %v): not writable: %v", k, power, err)
			}
			top, err := w.CreateFolder(0, "after", "")
			if err == nil {
				_, err = w.Add(top, newGenerator(uint64(k)).message())
			}
			if err == nil {
				err = w.Close()
			}
			if err != nil {
				t.Fatalf("stopped at %d (power %v): %v", k, power, err)
			}
			f, err = OpenReader(bytes.NewReader(on.b), int64(len(on.b)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if bad := layers(f.F); len(bad) > 0 {
				t.Fatalf("stopped at %d (power %v), written on: %v", k, power, bad[:min(4, len(bad))])
			}
			if f.F.Header().AMapValid != 2 {
				t.Fatal("the maps are not said to be valid")
			}
		}
	}
}

// TestKill kills a process that appends, and looks whether every message it had confirmed is there.
func TestKill(t *testing.T) {
	if path := os.Getenv("POSTRIDER_PST_APPEND"); path != "" {
		appendForever(path)
		return
	}
	s, box, path := newFile(t, "Inbox", "")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	confirmed := 0
	r := rand.New(rand.NewPCG(8, 8))
	for round := range 8 {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestKill$")
		cmd.Env = append(os.Environ(), "POSTRIDER_PST_APPEND="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(150+r.IntN(250))*time.Millisecond, func() { cmd.Process.Kill() })
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				confirmed = n
			}
		}
		cmd.Wait()
		f, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		box, err := f.Folder(box)
		if err != nil {
			t.Fatal(err)
		}
		items := box.Items()
		// What was being committed when it was killed may be there whole.
		if len(items) < confirmed || len(items) > confirmed+5 {
			t.Fatalf("round %d: %d items, %d were confirmed", round, len(items), confirmed)
		}
		for _, it := range items {
			if _, err := f.Message(it); err != nil {
				t.Fatal(err)
			}
		}
		if bad := layers(f.F); len(bad) > 0 || len(f.Losses()) > 0 {
			t.Fatalf("round %d: %v %v", round, bad, f.Losses())
		}
		f.Close()
		confirmed = len(items)
	}
	if confirmed == 0 {
		t.Error("nothing was ever confirmed")
	}
}

func appendForever(path string) {
	s, err := OpenWrite(path, Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var box *Folder
	for _, f := range s.Folders() {
		if f.Name == "Inbox" {
			box = f
		}
	}
	n := len(box.Items())
	g := newGenerator(uint64(n))
	g.light = true
	for {
		for range 5 {
			if _, err := s.Add(box.Ref, g.message()); err != nil {
				return
			}
		}
		if err := s.Commit(); err != nil {
			return
		}
		n += 5
		fmt.Fprintln(io.Writer(os.Stdout), n)
	}
}

// full is a disk that has no room beyond a size.
type full struct {
	tape
	most int64
}

func (d *full) WriteAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > d.most {
		return 0, &os.PathError{Op: "write", Path: "a.pst", Err: syscall.ENOSPC}
	}
	return d.tape.WriteAt(p, off)
}

// TestDiskFull: when the disk is full the file keeps what was confirmed, and the error says what it is.
func TestDiskFull(t *testing.T) {
	d := &full{most: 3 << 20}
	s, err := Create("", CreateOptions{Storage: d})
	if err != nil {
		t.Fatal(err)
	}
	box, err := s.CreateFolder(0, "Inbox", "")
	if err != nil {
		t.Fatal(err)
	}
	g := newGenerator(2)
	want := ""
	for i := range 1000 {
		if _, err = s.Add(box, g.message()); err == nil {
			err = s.Commit()
		}
		if err != nil {
			t.Logf("full after %d messages", i)
			break
		}
		want = state(t, s)
	}
	if f := fault.Of(err); f == nil || f.Kind != fault.Local || f.Code != "disk-full" {
		t.Fatalf("%v", err)
	}
	if _, err := s.Add(box, g.message()); err == nil {
		t.Error("a writer that has failed goes on")
	}
	f, err := OpenReader(bytes.NewReader(d.b), int64(len(d.b)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := state(t, f); got != want {
		t.Errorf("the file has\n%.300s\nwant\n%.300s", got, want)
	}
	if bad := layers(f.F); len(bad) > 0 {
		t.Errorf("%v", bad[:min(4, len(bad))])
	}
	w, err := openWrite(&d.tape, int64(len(d.b)), Options{})
	if err == nil {
		_, err = w.Add(box, g.message())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A large value that begins like a heap is a value: no rule is broken by it.
func TestValueLikeAHeap(t *testing.T) {
	s, box, path := newFile(t, "Inbox", "")
	for _, kind := range []byte{0xbc, 0x7c} {
		data := append([]byte{0x89, 0xf6, 0xec, kind}, bytes.Repeat([]byte{0xff, 0x3a}, 9000)...)
		raw := "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=x.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString(data) + "\r\n"
		if _, err := s.AddMIME(box, []byte(raw), 0, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if bad := layers(f.F); len(bad) > 0 {
		t.Error(bad)
	}
}
