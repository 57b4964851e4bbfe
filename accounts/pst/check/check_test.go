package check

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// files are the packed data files of the corpora.
func files(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(corpora.Dir(t, "pst"), "*.gz"))
	if err != nil || len(list) == 0 {
		t.Fatal("no data files", err)
	}
	return list
}

// TestOutlookFiles: files that Outlook wrote break no rule, which says that the rules are right. Those that another library
// wrote break one: two names of the map are not in the buckets they belong to.
func TestOutlookFiles(t *testing.T) {
	for _, file := range files(t) {
		name := filepath.Base(file)
		b := corpora.Unpack(t, file)
		s, err := pst.OpenReader(bytes.NewReader(b), int64(len(b)), pst.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := Store(s)
		want := 0
		if strings.HasPrefix(name, "aspose-") && name != "aspose-outlook.pst.gz" {
			want = 2
		}
		if r.Errors != want || r.Nodes == 0 || r.Folders == 0 {
			t.Errorf("%s: %d errors, want %d: %+v", name, r.Errors, want, r.Problems[:min(5, len(r.Problems))])
		}
		for _, p := range r.Problems {
			if !p.Minor && (want == 0 || p.Rule != "names") {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// small makes a file with a few of everything.
func small(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "a.pst")
	s, err := pst.Create(path, pst.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	box, err := s.CreateFolder(0, "Inbox", "")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		m := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "a subject", prop.PidTagBody: strings.Repeat("text ", 100*i), prop.PidTagMessageFlags: int32(1)}}
		m.Recipients = append(m.Recipients, prop.Map{prop.PidTagDisplayName: "Ada", prop.PidTagEmailAddress: "ada@example.com", prop.PidTagRecipientType: int32(1)})
		if i%7 == 0 {
			m.Attachments = append(m.Attachments, prop.Attachment{Bag: prop.Map{prop.PidTagAttachLongFilename: "a.bin"}, Open: func() (io.ReadCloser, int64, error) {
				return io.NopCloser(bytes.NewReader(make([]byte, 20000))), 20000, nil
			}})
		}
		if _, err := s.Add(box, m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEveryByte: whatever byte of a part that is in use changes, some rule is broken.
func TestEveryByte(t *testing.T) {
	whole := small(t)
	open := func(b []byte) *Report {
		s, err := pst.OpenReader(bytes.NewReader(b), int64(len(b)), pst.Options{})
		if err != nil {
			return nil
		}
		return Store(s)
	}
	if r := open(whole); r.Errors+r.Minor != 0 {
		t.Fatalf("%+v", r.Problems)
	}
	r := rand.New(rand.NewPCG(1, 2))
	missed := 0
	for i := range 240 {
		b := bytes.Clone(whole)
		// Allocated space only: the map says what that is.
		var at int
		for {
			at = 0x4400 + r.IntN(len(b)-0x4400)
			slot := (at - 0x4400) % 253952 / 64
			m := 0x4400 + (at-0x4400)/253952*253952
			if b[m+slot/8]&(0x80>>(slot%8)) != 0 {
				break
			}
		}
		if i < 60 {
			at = []int{0, 4, 8, 10, 32, 44, 60, 184, 192, 200, 216, 224, 232, 240, 248, 300, 400, 512, 513, 516, 524}[i%21] + i/21
		}
		b[at] ^= 1 << r.IntN(8)
		if rep := open(b); rep != nil && rep.Errors+rep.Minor == 0 {
			missed++
		}
	}
	// What a change can hit and break nothing is the padding between a block's data and its trailer.
	if missed > 15 {
		t.Errorf("%d of 240 changes broke no rule", missed)
	}
}

// TestOutlookFilesWritten writes to files that Outlook made: they stay as sound as they were, with what is new in them.
func TestOutlookFilesWritten(t *testing.T) {
	for _, file := range files(t) {
		name := filepath.Base(file)
		b := corpora.Unpack(t, file)
		path := filepath.Join(t.TempDir(), "a.pst")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := pst.OpenWrite(path, pst.Options{})
		if err != nil {
			if strings.Contains(name, "ansi") {
				continue
			}
			t.Fatalf("%s: %v", name, err)
		}
		before := Store(s)
		var boxes []*pst.Folder
		had := map[pst.Ref]int{}
		for _, f := range s.Folders() {
			if !f.Search {
				boxes = append(boxes, f)
				had[f.Ref] = len(f.Items())
			}
		}
		sub, err := s.CreateFolder(boxes[len(boxes)/2].Ref, "A new folder", "")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			m := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "Re: a subject", prop.PidTagBody: strings.Repeat("text ", 50*i), prop.PidTagMessageFlags: int32(i % 2), prop.PidTagSenderName: "Ada"},
				Recipients: []prop.Bag{prop.Map{prop.PidTagDisplayName: "Bob", prop.PidTagRecipientType: int32(1)}}}
			to := sub
			if i%2 == 0 {
				to = boxes[i/2%len(boxes)].Ref
				had[to]++
			}
			if _, err := s.Add(to, m); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if err := s.Commit(); err != nil {
			t.Fatal(err)
		}
		for i, r := range boxes[0].Items() {
			if i == 1 {
				if _, err := s.Move(r, sub); err != nil {
					t.Fatal(err)
				}
				had[boxes[0].Ref]--
			}
		}
		// One of the file's own items is changed and moved too.
		for _, f := range boxes {
			if f.Ref != boxes[0].Ref && had[f.Ref] > 2 {
				it := f.Items()[0]
				if err := s.SetFlags(it, 0x7, []string{"word"}); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Move(it, sub); err != nil {
					t.Fatal(err)
				}
				had[f.Ref]--
				break
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = pst.Open(path, pst.Options{}); err != nil {
			t.Fatal(err)
		}
		after := Store(s)
		if after.Errors > before.Errors || after.Folders != before.Folders+1 || after.Items != before.Items+40 {
			t.Errorf("%s: %d errors, %d before; %d items, %d before", name, after.Errors, before.Errors, after.Items, before.Items)
			for _, p := range after.Problems {
				if !p.Minor {
					t.Errorf("   %+v", p)
				}
			}
		}
		for _, f := range s.Folders() {
			if n, ok := had[f.Ref]; ok && !f.Search && len(f.Items()) != n {
				t.Errorf("%s: %s has %d items, want %d", name, f.Name, len(f.Items()), n)
			}
		}
		s.Close()
	}
}
