package store

import (
	"sync"
	"testing"
)

// Check is asked again and again while the index grows and its segments are merged: what changes meanwhile must not be taken for damage.
func TestCheckWhileTheIndexGrows(t *testing.T) {
	s := open(t, Options{})
	box := ada(t, s)["Inbox"]
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 150 {
			ids := fill(t, s, "ada", box, i*3, 3)
			if i%7 == 3 {
				write(t, s, func(tx *Tx) error { return tx.Delete(ids[1:]) })
			}
			if _, err := s.Index(ctx, 100); err != nil {
				t.Error(err)
			}
		}
	})
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for n := 0; ; n++ {
		select {
		case <-done:
			t.Logf("checked %d times", n)
			return
		default:
		}
		if out := s.Check(ctx); len(out) > 0 {
			t.Fatalf("check %d: %q", n, out)
		}
	}
}
