package app

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

// TestEveryStepOfTheJournal ends the supervisor before and after each step of a program's work in turn: whatever step it was, the program that is started next comes to the same end, and
// then has nothing more to do.
func TestEveryStepOfTheJournal(t *testing.T) {
	s, ctx := testserver.StartRadicale(t), context.Background()
	seen := map[string]bool{}
	for step := 1; step < 60; step++ {
		dir := t.TempDir()
		var mu sync.Mutex
		n, point := 0, ""
		crash := func(p string) {
			if !strings.Contains(p, "shelf") {
				return
			}
			mu.Lock()
			n++
			hit := n == step
			if hit {
				point = p
			}
			mu.Unlock()
			if hit {
				runtime.Goexit()
			}
		}
		a := must[*App](t)(openDeviceWith(radicale(s), dir, func(o *engine.Options) { o.Crash = crash }))
		name := "Step " + time.Now().Format("150405.000000")
		book := must[pim.CollectionID](t)(a.MakeAddressBook(ctx, "ada", name, ""))
		var ids []pim.ContactID
		for _, x := range []string{"A", "B", "C"} {
			id, _, err := a.SaveContact(ctx, person(book, x))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		hit := func() bool {
			mu.Lock()
			defer mu.Unlock()
			return point != ""
		}
		idle := func() bool {
			ops, err := a.store.PIMOps(ctx, "ada")
			return err == nil && len(ops) == 0
		}
		until(t, "a crash or the end", func() bool { return hit() || idle() })
		// More is done while nobody tells the server, or after everything is told.
		c := must[pim.Contact](t)(a.Contact(ctx, ids[0]))
		c.Note = "second"
		if _, _, err := a.SaveContact(ctx, c); err != nil {
			t.Fatal(err)
		}
		if _, err := a.DeleteContacts(ctx, ids[1:2]); err != nil {
			t.Fatal(err)
		}
		until(t, "a crash or the end", func() bool { return hit() || idle() })
		a.Close()
		b := must[*App](t)(openDevice(radicale(s), dir))
		inStep(t, b)
		if got := names(t, b, book); got != "A X,C X" {
			t.Errorf("after %q (step %d) the program has %s", point, step, got)
		}
		if got := must[pim.Contact](t)(b.Contact(ctx, ids[0])); got.Note != "second" {
			t.Errorf("after %q the change is lost", point)
		}
		if cs := must[[]pim.Conflict](t)(b.Conflicts(ctx)); len(cs) != 0 {
			t.Errorf("after %q there are conflicts: %+v", point, cs)
		}
		var mine []store.PIMCollection
		for _, x := range must[[]store.PIMCollection](t)(b.store.PIMCollections(ctx, remote.Contacts)) {
			if x.Name == name {
				mine = append(mine, x)
			}
		}
		if len(mine) != 1 {
			t.Errorf("after %q there are %d address books of that name", point, len(mine))
		}
		// The other side has the same, and a second look changes nothing.
		other := device(t, radicale(s), t.TempDir())
		inStep(t, other)
		if got := names(t, other, serverCollection(t, other, remote.Contacts, name)); got != "A X,C X" {
			t.Errorf("after %q the server has %s", point, got)
		}
		ver := must[int64](t)(b.store.PIMVersion(ctx))
		inStep(t, b)
		if v := must[int64](t)(b.store.PIMVersion(ctx)); v != ver {
			t.Errorf("after %q a second look wrote something", point)
		}
		if err := b.DropCollection(ctx, book); err != nil {
			t.Fatal(err)
		}
		settled(t, b)
		b.Close()
		other.Close()
		if point == "" {
			t.Logf("%d steps of %d kinds", step-1, len(seen))
			if len(seen) < 8 {
				t.Errorf("only these steps were tried: %v", seen)
			}
			return
		}
		seen[point] = true
		if t.Failed() {
			return
		}
	}
	t.Error("the steps do not end")
}

// TestChangedWhileAboutToBeSent changes one contact and removes another between the reading of their ops and the note that they are sent, and ends the supervisor after the server has heard of
// them: what was removed does not come there, and the program's own write is not taken for somebody else's.
func TestChangedWhileAboutToBeSent(t *testing.T) {
	s, ctx := testserver.StartRadicale(t), context.Background()
	dir := t.TempDir()
	var mu sync.Mutex
	var between func()
	ended := false
	first := must[*App](t)(openDevice(radicale(s), dir))
	book := must[pim.CollectionID](t)(first.MakeAddressBook(ctx, "ada", "People", ""))
	inStep(t, first)
	first.Close()
	var a *App
	ready := make(chan struct{})
	a = must[*App](t)(openDeviceWith(radicale(s), dir, func(o *engine.Options) {
		o.Crash = func(p string) {
			mu.Lock()
			do := between
			hit := p == "after shelf push" && do == nil && !ended
			if p == "before shelf sent" {
				between = nil
			}
			if hit {
				ended = true
			}
			mu.Unlock()
			if p == "before shelf sent" && do != nil {
				<-ready
				do()
			}
			if hit {
				runtime.Goexit()
			}
		}
	}))
	var ids []pim.ContactID
	mu.Lock()
	between = func() {
		c, err := a.Contact(ctx, ids[0])
		if err != nil {
			t.Error(err)
			return
		}
		c.Note = "second"
		if _, _, err := a.SaveContact(ctx, c); err != nil {
			t.Error(err)
		}
		if _, err := a.DeleteContacts(ctx, ids[1:]); err != nil {
			t.Error(err)
		}
	}
	mu.Unlock()
	for _, x := range []string{"A", "B"} {
		id, _, err := a.SaveContact(ctx, person(book, x))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	close(ready)
	until(t, "the end of the supervisor", func() bool { mu.Lock(); defer mu.Unlock(); return ended })
	c := must[pim.Contact](t)(a.Contact(ctx, ids[0]))
	c.Note = "third"
	if _, _, err := a.SaveContact(ctx, c); err != nil {
		t.Fatal(err)
	}
	a.Close()
	b := device(t, radicale(s), dir)
	inStep(t, b)
	if cs := must[[]pim.Conflict](t)(b.Conflicts(ctx)); len(cs) != 0 {
		t.Errorf("a program alone has no conflicts: %+v", cs)
	}
	if got := must[pim.Contact](t)(b.Contact(ctx, ids[0])); got.Note != "third" {
		t.Errorf("the note is %q", got.Note)
	}
	if got := names(t, b, book); got != "A X" {
		t.Errorf("here is %s", got)
	}
	if on := strings.Join(onServer(t, s), ","); on != "A" {
		t.Errorf("the server has %s", on)
	}
}
