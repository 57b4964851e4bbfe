package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// crashBody is large now and then, so that files beside the database are written too.
func crashBody(i int) string {
	s := fmt.Sprintf("Subject: %d\r\n\r\nheron %d ", i, i)
	if i%40 == 0 {
		r := rand.New(rand.NewPCG(uint64(i), 2))
		b := make([]byte, 1_500_000)
		for j := range b {
			b[j] = byte(r.Uint32())
		}
		return s + string(b)
	}
	return s + strings.Repeat("x", i%3000)
}

// crashChild writes without end and says what it was told is stored. The parent kills it.
func crashChild() {
	packLimit = 2 << 20
	s, err := Open(os.Getenv("POSTRIDER_CRASH_CHILD"), Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	boxes, err := s.Mailboxes(ctx, "ada")
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var have []mail.MessageID
	for i := int(time.Now().UnixNano() % 1e9); ; i++ {
		var id mail.MessageID
		b := body(crashBody(i))
		if i%2 == 0 {
			if err := s.Stow(&b); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
		if i%17 == 0 { // never named
			lost := body(crashBody(i) + " lost")
			if err := s.Stow(&lost); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
		err := s.Write(ctx, func(tx *Tx) error {
			e := envelope(i%1000000, "Crash")
			e.InternetID = fmt.Sprintf("%d@crash.example.test", i)
			if i%3 == 0 && len(have) > 0 {
				r, err := tx.Row(have[i%len(have)])
				if err != nil {
					return err
				}
				e.InReplyTo = r.InternetID
			}
			ids, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: boxes[i%len(boxes)].ID, Ref: remote.Ref(fmt.Sprint(i)), Envelope: e, Body: &b}})
			if err != nil {
				return err
			}
			id = ids[0]
			if _, err := tx.AddOp(Op{Account: "ada", Message: id, Kind: OpFlags, Add: mail.Seen}); err != nil {
				return err
			}
			return tx.SetShown(id, mail.Seen, nil)
		})
		if err == nil {
			have = append(have, id)
			fmt.Printf("stored %d %d\n", id, i)
		}
		if err == nil && i%5 == 0 {
			err = s.Write(ctx, func(tx *Tx) error { return tx.SetMailbox(have[i%len(have)], boxes[(i/5)%len(boxes)].ID) })
		}
		if err == nil && i%7 == 0 {
			_, err = s.Index(ctx, 20)
		}
		if err == nil && i%11 == 0 {
			gone := have[0]
			fmt.Printf("deleting %d 0\n", gone)
			err = s.Write(ctx, func(tx *Tx) error { return tx.Delete([]mail.MessageID{gone}) })
			have = have[1:]
		}
		if err == nil && i%13 == 0 {
			err = s.collect(ctx, time.Second)
		}
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
}

// TestKilled kills a writing program at any moment, again and again: what it was told is stored is there, and everything agrees.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ada(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := map[mail.MessageID]int{}
	for round := range 6 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "POSTRIDER_CRASH_CHILD="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(200+rand.IntN(500))*time.Millisecond, func() { cmd.Process.Kill() })
		n := 0
		for sc := bufio.NewScanner(out); sc.Scan(); {
			var verb string
			var id mail.MessageID
			var i int
			if k, _ := fmt.Sscan(sc.Text(), &verb, &id, &i); k != 3 {
				if strings.HasPrefix(sc.Text(), "error") {
					t.Fatal(sc.Text())
				}
				continue
			}
			n++
			switch verb {
			case "stored":
				want[id] = i
			case "deleting":
				delete(want, id)
			}
		}
		cmd.Wait()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if bad := s.Check(ctx); len(bad) > 0 {
			t.Fatalf("round %d after %d writes: %v", round, n, bad)
		}
		for id, i := range want {
			raw, err := s.Raw(ctx, id)
			if err != nil || string(raw) != crashBody(i) {
				t.Fatalf("round %d: message %d: %d bytes, %v", round, id, len(raw), err)
			}
			if r, err := s.Row(ctx, id); err != nil || r.Flags != mail.Seen {
				t.Fatalf("round %d: row %+v %v", round, r, err)
			}
		}
		if n == 0 && round == 5 {
			t.Fatal("the child wrote nothing")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(want) == 0 {
		t.Fatal("nothing was stored at all")
	}
	t.Logf("%d messages survived", len(want))
}

// TestDiskFull fills a small store: the write fails as a whole, says why, and what was there stays.
func TestDiskFull(t *testing.T) {
	s := open(t, Options{MaxPages: 400})
	box := ada(t, s)["Inbox"]
	var ids []mail.MessageID
	var full error
	for i := 0; full == nil && i < 5000; i++ {
		raw := make([]byte, 20000)
		r := rand.New(rand.NewPCG(uint64(i), 3))
		for j := range raw {
			raw[j] = byte(r.Uint32())
		}
		h := sha256.Sum256(raw)
		full = s.Write(ctx, func(tx *Tx) error {
			got, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: remote.Ref(fmt.Sprint(i)), Envelope: envelope(i, "Full"), Body: &Body{Digest: hex.EncodeToString(h[:]), Raw: raw, Size: 20000}}})
			if err == nil {
				ids = append(ids, got...)
			}
			return err
		})
	}
	if !fault.Is(full, fault.Local) || fault.Of(full).Code != "disk-full" {
		t.Fatalf("error of a full disk: %v", full)
	}
	if len(ids) < 10 {
		t.Fatalf("only %d stored", len(ids))
	}
	if n, _, _ := s.Count(ctx, View{Mailbox: box}, 0); n != len(ids) {
		t.Fatalf("%d of %d are there", n, len(ids))
	}
	for _, id := range ids {
		if raw, err := s.Raw(ctx, id); err != nil || len(raw) != 20000 {
			t.Fatalf("%d: %d bytes, %v", id, len(raw), err)
		}
	}
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Fatal(bad)
	}
	// Deleting makes room again.
	write(t, s, func(tx *Tx) error { return tx.Delete(ids[:5]) })
	if err := s.collect(ctx, 0); err != nil {
		t.Fatal(err)
	}
	b := body("small")
	write(t, s, func(tx *Tx) error {
		_, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: "again", Envelope: envelope(9999, "Again"), Body: &b}})
		return err
	})
}

// TestDamaged opens a file that is not a database.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.WriteFile(dir+"/"+indexFile, []byte(strings.Repeat("this is no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir, Options{})
	if !fault.Is(err, fault.Local) || fault.Of(err).Code != "damaged" {
		t.Fatalf("a damaged store: %v", err)
	}
	// The lock was given back.
	if _, err := Open(dir, Options{}); fault.Of(err).Code != "damaged" {
		t.Fatalf("a damaged store, again: %v", err)
	}
}
