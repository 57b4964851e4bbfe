package pst

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// same fails where a message read back is not what was written.
func same(t *testing.T, got, want *prop.Message) {
	t.Helper()
	for _, tag := range want.Tags() {
		w, _ := want.Get(tag)
		if tag == prop.PidTagMessageFlags {
			continue
		}
		g := tag
		if tag.IsNamed() {
			n, _ := want.NameOf(tag.ID())
			var ok bool
			if g, ok = got.Named(n, tag.Type()); !ok {
				t.Errorf("named property %+v is missing", n)
				continue
			}
		}
		v, ok := got.Get(g)
		if !ok || fmt.Sprint(v) != fmt.Sprint(w) {
			t.Fatalf("%v (%v): %.100v, want %.100v", tag, g, v, w)
		}
	}
	if len(got.Recipients) != len(want.Recipients) || len(got.Attachments) != len(want.Attachments) {
		t.Fatalf("%d recipients, %d attachments; want %d, %d", len(got.Recipients), len(got.Attachments), len(want.Recipients), len(want.Attachments))
	}
	for i, r := range want.Recipients {
		for _, tag := range r.Tags() {
			w, _ := r.Get(tag)
			if v, ok := got.Recipients[i].Get(tag); !ok || v != w {
				t.Fatalf("recipient %d: %v is %v, want %v", i, tag, v, w)
			}
		}
	}
	for i, a := range want.Attachments {
		g := got.Attachments[i]
		if a.Embedded != nil {
			e, err := g.Embedded()
			if err != nil {
				t.Fatal(err)
			}
			w, _ := a.Embedded()
			same(t, e, w)
			continue
		}
		if v, w := prop.Text(g, prop.PidTagAttachLongFilename), prop.Text(a, prop.PidTagAttachLongFilename); v != w {
			t.Fatalf("attachment %q, want %q", v, w)
		}
		if !bytes.Equal(content(t, g), content(t, a)) {
			t.Fatalf("attachment %d differs", i)
		}
	}
}

func content(t *testing.T, a prop.Attachment) []byte {
	t.Helper()
	r, _, err := a.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWrite(t *testing.T) {
	for _, o := range []CreateOptions{{Name: "Archive"}, {Cyclic: true}, {Plain: true}} {
		path := filepath.Join(t.TempDir(), "a.pst")
		s, err := Create(path, o)
		if err != nil {
			t.Fatal(err)
		}
		box, err := s.CreateFolder(0, "Fjord & Light", "")
		if err != nil {
			t.Fatal(err)
		}
		g := newGenerator(1)
		var refs []Ref
		var want []*prop.Message
		unread := int64(0)
		for i := range 120 {
			m := g.message()
			r, err := s.Add(box, m)
			if err != nil {
				t.Fatal(err)
			}
			refs, want = append(refs, r), append(want, m)
			unread += 1 - prop.Int(m, prop.PidTagMessageFlags)
			if i%30 == 29 {
				if err := s.Commit(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, open := range []func(string, Options) (*Store, error){Open, OpenWrite} {
			s, err := open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Folders()) != 5 {
				t.Errorf("%d folders", len(s.Folders()))
			}
			f, err := s.Folder(box)
			if err != nil || f.Name != "Fjord & Light" {
				t.Fatalf("%+v, %v", f, err)
			}
			got := f.Items()
			if len(got) != len(refs) {
				t.Fatalf("%d items, want %d", len(got), len(refs))
			}
			for i, r := range got {
				if r != refs[i] {
					t.Errorf("item %d is %#x, want %#x", i, r, refs[i])
				}
				m, err := s.Message(r)
				if err != nil {
					t.Fatal(err)
				}
				same(t, m, want[i])
			}
			p, _ := f.Props()
			if n, u := prop.Int(p, prop.PidTagContentCount), prop.Int(p, prop.PidTagContentUnreadCount); n != 120 || u != unread {
				t.Errorf("counts %d, %d, want 120, %d", n, u, unread)
			}
			if l := s.Losses(); len(l) > 0 {
				t.Errorf("losses %+v", l)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
