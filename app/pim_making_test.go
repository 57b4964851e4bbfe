package app

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

// TestRemovedWhileItIsMade removes an address book before, while and after the server makes it: it is gone then, here and there, and stays gone.
func TestRemovedWhileItIsMade(t *testing.T) {
	s, ctx := testserver.StartRadicale(t), context.Background()
	for _, point := range []string{"before shelf sent", "after shelf sent", "before shelf collection", "after shelf collection", "after shelf collection answered"} {
		var mu sync.Mutex
		var drop func()
		a := must[*App](t)(openDeviceWith(radicale(s), t.TempDir(), func(o *engine.Options) {
			o.Crash = func(p string) {
				mu.Lock()
				do := drop
				if p == point {
					drop = nil
				}
				mu.Unlock()
				if p == point && do != nil {
					do()
				}
			}
		}))
		inStep(t, a)
		name := "Short " + time.Now().Format("150405.000000")
		made := make(chan pim.CollectionID, 1)
		done := make(chan struct{})
		mu.Lock()
		drop = func() {
			defer close(done)
			if err := a.DropCollection(ctx, <-made); err != nil {
				t.Errorf("%s: %v", point, err)
			}
		}
		mu.Unlock()
		made <- must[pim.CollectionID](t)(a.MakeAddressBook(ctx, "ada", name, ""))
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Fatalf("%s did not come", point)
		}
		inStep(t, a)
		inStep(t, a)
		for _, c := range must[[]store.PIMCollection](t)(a.store.PIMCollections(ctx, remote.Contacts)) {
			if c.Name == name {
				t.Errorf("removed at %q it is here: %+v", point, c)
			}
		}
		other := device(t, radicale(s), t.TempDir())
		inStep(t, other)
		for _, c := range must[[]store.PIMCollection](t)(other.store.PIMCollections(ctx, remote.Contacts)) {
			if c.Name == name {
				t.Errorf("removed at %q the server has it", point)
			}
		}
		other.Close()
		a.Close()
	}
}
