package backup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/app/backup"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// A profile that is written to all the time is copied as it is at one moment: all that was there at the beginning, and nothing of which a part is missing.
func TestLive(t *testing.T) {
	dir, want := profile(t)
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	boxes, err := s.Mailboxes(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	n := 0
	busy.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			raw, _ := remotetest.Message("later")
			b, err := ingest.Body(append(raw, bytes.Repeat([]byte("words and more words\r\n"), n%500)...))
			if err != nil {
				t.Error(err)
				return
			}
			if n%2 == 0 { // as what is fetched
				if err := s.Stow(&b); err != nil {
					t.Error(err)
					return
				}
			}
			if err := s.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Insert([]store.NewMessage{{Account: "a", Mailbox: boxes[0].ID, Envelope: &b.Envelope, Received: time.Now(), Size: b.Size, Body: &b}})
				return err
			}); err != nil {
				t.Error(err)
				return
			}
			n++
			if n%50 == 0 {
				if err := s.Compact(ctx); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for round := range 3 {
		time.Sleep(200 * time.Millisecond)
		file := filepath.Join(t.TempDir(), "all.postrider")
		if _, err := backup.Live(ctx, s, file, nil); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(file + ".part-*"); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
		to := filepath.Join(t.TempDir(), "profile")
		if _, err := backup.Restore(ctx, file, to, nil); err != nil {
			t.Fatal(err)
		}
		r, err := store.Open(to, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for id, raw := range want {
			if b, err := r.Raw(ctx, id); err != nil || !bytes.Equal(b, raw) {
				t.Fatalf("message %d is not as it was: %v", id, err)
			}
		}
		sl, err := r.List(ctx, store.View{Mailbox: boxes[0].ID}, 0, 100000)
		if err != nil || len(sl.Rows) < len(want) {
			t.Fatalf("%d messages (%v)", len(sl.Rows), err)
		}
		for _, m := range sl.Rows {
			if _, err := r.Raw(ctx, m.ID); err != nil {
				t.Fatalf("round %d: message %d of %d has no body: %v", round, m.ID, len(sl.Rows), err)
			}
		}
		if bad := r.Check(ctx); len(bad) != 0 {
			t.Errorf("the copy is not sound: %v", bad)
		}
		r.Close()
	}
	close(stop)
	busy.Wait()
	if n < 20 {
		t.Errorf("only %d messages were written meanwhile", n)
	}
}

// A restored profile takes the place of the one that is there when the program starts the next time, not before; the former one is kept.
func TestStage(t *testing.T) {
	dir, want := profile(t)
	file := filepath.Join(t.TempDir(), "all.postrider")
	if _, err := backup.Make(ctx, dir, file, nil); err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(dir, "mark")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := backup.Stage(ctx, filepath.Join(t.TempDir(), "none"), dir, time.Now(), nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file that is not there: %v", err)
	}
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	if _, _, err := backup.Stage(ctx, file, dir, at, nil); err != nil {
		t.Fatal(err)
	}
	keep, done, err := backup.Stage(ctx, file, dir, at, nil) // instead of the first
	if err != nil || done.Files == 0 {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(dir + ".restoring-*"); len(left) != 1 {
		t.Errorf("%v wait to be the profile", left)
	}
	if err := backup.Adopt(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Fatal("a profile in use was taken away")
	}
	s.Close()
	if err := backup.Adopt(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the former profile is in its place")
	}
	if _, err := os.Stat(filepath.Join(keep, "mark")); err != nil {
		t.Errorf("the former profile is not kept: %v", err)
	}
	check := func() {
		t.Helper()
		s, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for id, raw := range want {
			if b, err := s.Raw(ctx, id); err != nil || !bytes.Equal(b, raw) {
				t.Errorf("message %d is not as it was: %v", id, err)
			}
		}
	}
	check()
	if left, _ := filepath.Glob(dir + ".rest*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := backup.Adopt(dir); err != nil { // nothing waits
		t.Fatal(err)
	}
	check()
	// Cut off between the two renamings.
	if _, _, err := backup.Stage(ctx, file, dir, at.Add(time.Hour), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+".before-20260506-080809"); err != nil {
		t.Fatal(err)
	}
	if err := backup.Adopt(dir); err != nil {
		t.Fatal(err)
	}
	check()
	// A marker that names something else is not followed.
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.MkdirAll(outside, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+".restore", []byte(`{"from":"../`+strings.TrimPrefix(outside, "/")+`","keep":"x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := backup.Adopt(dir); err != nil {
		t.Fatal(err)
	}
	check()
}
