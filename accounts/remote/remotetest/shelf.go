package remotetest

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// Shelf is a back end of address books or calendars under test.
type Shelf struct {
	Kind remote.Kind
	// Open opens a new connection to the same account; the suite closes it.
	Open func(t testing.TB) *remote.Conn
	// Object makes an object of the kind with a UID and a title; it has to have the line "X-UNKNOWN;X-P=1:kept", which must come back.
	Object func(uid, title string) []byte
	// Colors: the server keeps the colours of collections.
	Colors bool
	// Many is how many objects the test of batches makes; 0 = 130.
	Many int
}

// RunShelf tests a back end of address books or calendars: making, pulling, writing under conditions, repeating what may have been carried out, renaming, removing.
func RunShelf(t *testing.T, s Shelf) {
	r := &shelfRun{Shelf: s, t: t}
	if r.Many == 0 {
		r.Many = 130
	}
	r.c = s.Open(t)
	t.Cleanup(func() { r.c.Close() })
	r.make()
	r.one()
	r.many()
	r.change()
}

type shelfRun struct {
	Shelf
	t     *testing.T
	c     *remote.Conn
	col   remote.Collection
	token remote.Token
}

func (r *shelfRun) make() {
	t := r.t
	col, err := r.c.Shelf.MakeCollection(Env{}.ctx(t), remote.Collection{Kind: r.Kind, Name: "Båt & Co", Color: "#12ab34", Events: true, Tasks: true})
	if err != nil {
		t.Fatal(err)
	}
	if col.Name != "Båt & Co" || col.Kind != r.Kind || !col.Rights.Has(mail.MayAdd|mail.MayRename|mail.MayDelete) || r.Kind == remote.Calendar && !col.Events {
		t.Errorf("made %+v", col)
	}
	r.col = col
	d := r.pull("")
	if !d.Complete || len(d.Changed) != 0 {
		t.Fatalf("empty: %+v", d)
	}
	r.token = d.Next
}

// pull brings all pages.
func (r *shelfRun) pull(since remote.Token) remote.Delta {
	r.t.Helper()
	var all remote.Delta
	for range 1000 {
		d, err := r.c.Pull(Env{}.ctx(r.t), r.col.Ref, since)
		if err != nil {
			r.t.Fatal(err)
		}
		all.Changed, all.Gone, all.Complete, all.Next = append(all.Changed, d.Changed...), append(all.Gone, d.Gone...), d.Complete, d.Next
		if !d.More {
			return all
		}
		since = d.Next
	}
	r.t.Fatal("the pages do not end")
	return all
}

func (r *shelfRun) push(e remote.Edit) remote.Done {
	r.t.Helper()
	a, err := r.c.Pusher.Push(Env{}.ctx(r.t), r.col.Ref, r.token, []remote.Edit{e})
	if err != nil || len(a.Done) != 1 {
		r.t.Fatalf("%v %+v", err, a)
	}
	return a.Done[0]
}

// fetch brings bodies and checks that each has a version.
func (r *shelfRun) fetch(refs ...remote.Ref) map[remote.Ref][]byte {
	r.t.Helper()
	out := map[remote.Ref][]byte{}
	if err := r.c.Fetch(Env{}.ctx(r.t), r.col.Ref, refs, remote.WantBody, func(i remote.Item) error {
		b, err := io.ReadAll(i.Body)
		out[i.Ref] = b
		if i.Rev == "" {
			r.t.Errorf("%s has no version", i.Ref)
		}
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
	return out
}

func bytesOf(b []byte) func() (io.ReadCloser, int64, error) {
	return func() (io.ReadCloser, int64, error) { return io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil }
}

// one is the life of one object.
func (r *shelfRun) one() {
	t := r.t
	add := remote.Edit{Verb: remote.Add, Name: "first", Open: bytesOf(r.Object("first", "One"))}
	done := r.push(add)
	if done.Err != nil || len(done.Refs) != 1 || done.Refs[0] == "" {
		t.Fatalf("%+v", done)
	}
	first := done.Refs[0]
	add.Again = true // as after a lost answer: nothing is doubled
	if again := r.push(add); again.Err != nil || len(again.Refs) != 1 || again.Refs[0] != first {
		t.Fatalf("again: %+v", again)
	}
	d := r.pull(r.token)
	if len(d.Changed) != 1 || d.Changed[0].Ref != first || d.Changed[0].Rev == "" {
		t.Fatalf("after the first: %+v", d)
	}
	rev := d.Changed[0].Rev
	if got := r.fetch(first, "no-such-thing"); len(got) != 1 || !bytes.Contains(got[first], []byte("X-UNKNOWN;X-P=1:kept\r\n")) {
		t.Fatalf("fetched %q", got)
	}
	for _, x := range r.pull(d.Next).Changed { // some name again what changed within the same second
		if x.Ref != first || x.Rev != rev {
			t.Errorf("nothing changed, but %+v", x)
		}
	}
	update := func(title string, again bool) remote.Done {
		return r.push(remote.Edit{Verb: remote.Update, Items: []remote.Ref{first}, Revs: []string{rev}, Open: bytesOf(r.Object("first", title)), Again: again})
	}
	if x := update("Two", false); x.Err != nil {
		t.Fatalf("%+v", x)
	}
	if x := update("Three", false); !fault.Is(x.Err, fault.Conflict) {
		t.Errorf("an old version was written over: %+v", x)
	}
	if x := update("Two", true); x.Err != nil {
		t.Errorf("what is there already: %+v", x)
	}
	if got := r.fetch(first); !bytes.Contains(got[first], []byte("Two")) {
		t.Errorf("the server has %q", got[first])
	}
	d2 := r.pull(d.Next)
	if len(d2.Changed) != 1 || d2.Changed[0].Rev == rev {
		t.Fatalf("after the change: %+v", d2)
	}
	remove := remote.Edit{Verb: remote.Remove, Items: []remote.Ref{first}, Revs: []string{rev}}
	if x := r.push(remove); !fault.Is(x.Err, fault.Conflict) {
		t.Errorf("an old version was removed: %+v", x)
	}
	remove.Revs = []string{d2.Changed[0].Rev}
	for range 2 { // again it is no error
		if x := r.push(remove); x.Err != nil {
			t.Errorf("%+v", x)
		}
		remove.Again = true
	}
	d3 := r.pull(d2.Next)
	if d3.Complete && len(d3.Changed) != 0 || !d3.Complete && (len(d3.Gone) != 1 || d3.Gone[0] != first) {
		t.Errorf("after the removal: %+v", d3)
	}
	r.token = d3.Next
	switch x := r.push(remote.Edit{Verb: remote.Update, Items: []remote.Ref{first}, Revs: []string{rev}, Open: bytesOf(r.Object("first", "Four"))}); {
	case x.Err == nil: // some make it again, which is what the engine does about a removal too
		if y := r.push(remote.Edit{Verb: remote.Remove, Items: []remote.Ref{first}, Revs: x.Revs}); y.Err != nil {
			t.Errorf("%+v", y)
		}
		r.token = r.pull(r.token).Next
	case !fault.Is(x.Err, fault.NotFound) && !fault.Is(x.Err, fault.Conflict):
		t.Errorf("what was removed was changed: %+v", x)
	}
}

// many is about batches, and a listing from scratch.
func (r *shelfRun) many() {
	t := r.t
	var edits []remote.Edit
	for i := range r.Many {
		id := fmt.Sprintf("n%d", i)
		edits = append(edits, remote.Edit{Verb: remote.Add, Name: id, Open: bytesOf(r.Object(id, "Number "+id))})
	}
	a, err := r.c.Pusher.Push(Env{}.ctx(t), r.col.Ref, r.token, edits)
	if err != nil || len(a.Done) != r.Many {
		t.Fatal(err, len(a.Done))
	}
	d := r.pull(r.token)
	if len(d.Changed) != r.Many {
		t.Fatalf("%d of %d", len(d.Changed), r.Many)
	}
	var refs []remote.Ref
	for _, st := range d.Changed {
		refs = append(refs, st.Ref)
	}
	if got := r.fetch(refs...); len(got) != r.Many {
		t.Errorf("fetched %d of %d", len(got), r.Many)
	}
	if all := r.pull(""); !all.Complete || len(all.Changed) != r.Many {
		t.Errorf("from scratch: complete %v, %d", all.Complete, len(all.Changed))
	}
	r.token = d.Next
	// Another connection sees the same.
	other := r.Open(t)
	defer other.Close()
	if x, err := other.Pull(Env{}.ctx(t), r.col.Ref, ""); err != nil || len(x.Changed) != r.Many && !x.More {
		t.Errorf("another connection: %v, %d", err, len(x.Changed))
	}
}

// change renames the collection and removes it.
func (r *shelfRun) change() {
	t := r.t
	r.col.Name, r.col.Color = "Ship", "#00ff00"
	if err := r.c.Shelf.ChangeCollection(Env{}.ctx(t), r.col); err != nil {
		t.Fatal(err)
	}
	all, err := r.c.Collections(Env{}.ctx(t))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, x := range all {
		if x.Ref == r.col.Ref {
			found = x.Name == "Ship" && (!r.Colors || x.Color == "#00ff00")
		}
	}
	if !found {
		t.Errorf("after the change: %+v", all)
	}
	for range 2 { // again it is no error
		if err := r.c.Shelf.DropCollection(Env{}.ctx(t), r.col.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.c.Pull(Env{}.ctx(t), r.col.Ref, r.token); !fault.Is(err, fault.NotFound) {
		t.Errorf("a collection that is gone: %v", err)
	}
}
