package backup_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/app/backup"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

var ctx = context.Background()

// profile makes one with messages and a file of secrets, and returns their bytes.
func profile(t *testing.T) (dir string, want map[mail.MessageID][]byte) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "profile")
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want = map[mail.MessageID][]byte{}
	err = s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutAccount(mail.Account{ID: "a", Address: "ada@example.test"}); err != nil {
			return err
		}
		if err := tx.PutCollections("a", []remote.Collection{{Ref: "i", Name: "Inbox", Role: mail.RoleInbox, Rights: mail.AllRights}}); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	boxes, err := s.Mailboxes(ctx, "a")
	if err != nil || len(boxes) != 1 {
		t.Fatalf("%v %v", boxes, err)
	}
	for range 20 {
		raw, _ := remotetest.Message("kept")
		b, err := ingest.Body(raw)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			ids, err := tx.Insert([]store.NewMessage{{Account: "a", Mailbox: boxes[0].ID, Envelope: &b.Envelope, Received: time.Now(), Size: b.Size, Body: &b}})
			if err == nil {
				want[ids[0]] = raw
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets.sealed"), []byte("hush"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, want
}

func TestThereAndBack(t *testing.T) {
	dir, want := profile(t)
	file := filepath.Join(t.TempDir(), "all.postrider")
	made, err := backup.Make(ctx, dir, file, nil)
	if err != nil || made.Files == 0 {
		t.Fatalf("%+v %v", made, err)
	}
	if _, err := backup.Make(ctx, dir, file, nil); !fault.Is(err, fault.Local) {
		t.Errorf("an older backup was written over: %v", err)
	}
	to := filepath.Join(t.TempDir(), "new", "profile")
	got, err := backup.Restore(ctx, file, to, nil)
	if err != nil || got != made {
		t.Fatalf("%+v, want %+v: %v", got, made, err)
	}
	if _, err := os.Stat(filepath.Join(to, "secrets.sealed")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("secrets are in the backup: %v", err)
	}
	s, err := store.Open(to, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for id, raw := range want {
		if b, err := s.Raw(ctx, id); err != nil || !bytes.Equal(b, raw) {
			t.Errorf("message %d: %d bytes, want %d, %v", id, len(b), len(raw), err)
		}
	}
	if p := s.Check(ctx); len(p) != 0 {
		t.Errorf("%v", p)
	}
	if _, err := backup.Restore(ctx, file, to, nil); !fault.Is(err, fault.Local) {
		t.Errorf("a profile was restored over another: %v", err)
	}
}

func TestInUse(t *testing.T) {
	dir, _ := profile(t)
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b")
	if _, err := backup.Make(ctx, dir, file, nil); fault.Of(err).Code != "profile-in-use" {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if es, _ := os.ReadDir(filepath.Dir(file)); len(es) != 0 {
		t.Errorf("left behind: %v", es)
	}
}

// TestDamaged cuts a backup everywhere and changes a byte everywhere: nothing is restored of it, and nothing is left behind.
func TestDamaged(t *testing.T) {
	dir, _ := profile(t)
	file := filepath.Join(t.TempDir(), "b")
	if _, err := backup.Make(ctx, dir, file, nil); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	place, harmless := t.TempDir(), 0
	try := func(what string, at int, b []byte) {
		t.Helper()
		p := filepath.Join(t.TempDir(), "damaged")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(place, "profile")
		if _, err := backup.Restore(ctx, p, to, nil); err == nil {
			// A few bits of the container do not matter, such as how much memory it asks for: then everything is there.
			if !same(t, dir, to) {
				t.Fatalf("%s at %d of %d: restored, and not the same", what, at, len(whole))
			}
			harmless++
			if err := os.RemoveAll(to); err != nil {
				t.Fatal(err)
			}
		}
		if es, _ := os.ReadDir(place); len(es) != 0 {
			t.Fatalf("%s at %d: left behind %v", what, at, es)
		}
	}
	step := max(1, len(whole)/150)
	for i := 0; i < len(whole)-1; i += step {
		try("cut", i, whole[:i])
		b := bytes.Clone(whole)
		b[i] ^= 0x55
		try("changed", i, b)
	}
	if harmless > 3 {
		t.Errorf("%d changes were not noticed", harmless)
	}
}

// same compares the files of two profiles; the first has a lock and secrets besides.
func same(t *testing.T, a, b string) bool {
	t.Helper()
	files := func(dir string) map[string]string {
		out := map[string]string{}
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || d.Name() == store.LockName || d.Name() == "secrets.sealed" || filepath.Ext(p) == ".db-shm" {
				return err
			}
			raw, err := os.ReadFile(p)
			rel, _ := filepath.Rel(dir, p)
			out[rel] = string(raw)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	return maps.Equal(files(a), files(b))
}

// TestForeign: a tar archive that wants to write elsewhere, and files that are no backup.
func TestForeign(t *testing.T) {
	for name, b := range map[string][]byte{"empty": {}, "text": []byte("hello, this is no backup"), "path": archive(t, "profile/../../evil"), "absolute": archive(t, "profile//etc/evil"), "other": archive(t, "evil")} {
		place := t.TempDir()
		p := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(ctx, p, filepath.Join(place, "deep", "profile"), nil); err == nil {
			t.Errorf("%s: restored", name)
		}
		found := 0
		filepath.WalkDir(place, func(_ string, d fs.DirEntry, _ error) error {
			if d.Type().IsRegular() {
				found++
			}
			return nil
		})
		if found != 0 {
			t.Errorf("%s: %d files written", name, found)
		}
	}
}
