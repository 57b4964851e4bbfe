package keychain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

func kindCode(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return string(f.Kind) + "/" + f.Code
	}
	return fmt.Sprint(err)
}

func TestFileKeepsSecretsSealed(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "keychain")
	if FileExists(path) {
		t.Fatal("there already")
	}
	c, err := File(path, "long words of mine")
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[auth.Purpose]string{auth.ForIncoming: "HUNTER-2", auth.ForRefresh: strings.Repeat("token", 2000), auth.ForOutgoing: "not \xff\xfe utf-8", auth.ForClient: ""}
	for p, s := range secrets {
		if err := c.Set(ctx, "account-one", p, s); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, clear := range []string{"HUNTER-2", "account-one", "incoming", "tokentoken", "long words"} {
		if bytes.Contains(b, []byte(clear)) {
			t.Errorf("%q is in the file in the clear", clear)
		}
	}
	if s, _ := os.Stat(path); s.Mode().Perm() != 0o600 {
		t.Error(s.Mode())
	}
	if all, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(all) != 0 {
		t.Error("left behind:", all)
	}
	if got := fmt.Sprintf("%v %+v %#v %s", c, c, c, c.Describe()); strings.Contains(got, "HUNTER") {
		t.Error("printing shows a secret")
	}
	d, err := File(path, "long words of mine")
	if err != nil {
		t.Fatal(err)
	}
	for p, s := range secrets {
		if got, err := d.Get(ctx, "account-one", p); err != nil || got != s {
			t.Errorf("%s: %q %v", p, got, err)
		}
	}
	if err := d.Delete(ctx, "account-one", auth.ForIncoming); err != nil {
		t.Fatal(err)
	}
	if err := d.Delete(ctx, "account-one", auth.ForIncoming); err != nil {
		t.Error("a missing secret is an error:", err)
	}
	if _, err := d.Get(ctx, "account-one", auth.ForIncoming); !Missing(err) {
		t.Error(err)
	}
}

func TestFilePassphrase(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "keychain")
	if _, err := File(path, ""); kindCode(err) != "usage/no-passphrase" {
		t.Error(err)
	}
	c, err := File(path, "one")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Set(ctx, "a1", auth.ForIncoming, "s"); err != nil {
		t.Fatal(err)
	}
	if _, err := File(path, "One"); kindCode(err) != "auth/bad-passphrase" {
		t.Error(err)
	}
	if err := c.SetPassphrase("two"); err != nil {
		t.Fatal(err)
	}
	if _, err := File(path, "one"); kindCode(err) != "auth/bad-passphrase" {
		t.Error(err)
	}
	d, err := File(path, "two")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := d.Get(ctx, "a1", auth.ForIncoming); got != "s" || err != nil {
		t.Error(got, err)
	}
}

func TestFileDamageIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keychain")
	c, err := File(path, "one")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Set(t.Context(), "a1", auth.ForIncoming, "s"); err != nil {
		t.Fatal(err)
	}
	good, _ := os.ReadFile(path)
	change := func(f func(s *sealed)) []byte {
		var s sealed
		if err := json.Unmarshal(good, &s); err != nil {
			t.Fatal(err)
		}
		f(&s)
		b, _ := json.Marshal(s)
		return b
	}
	for name, b := range map[string][]byte{
		"cut": good[:len(good)/2], "empty": nil, "not json": []byte("hello"),
		"data":     change(func(s *sealed) { s.Data[0] ^= 1 }),
		"nonce":    change(func(s *sealed) { s.Nonce[0] ^= 1 }),
		"greedy":   change(func(s *sealed) { s.Memory = 1 << 31 }),
		"forever":  change(func(s *sealed) { s.Time = 1 << 30 }),
		"threads":  change(func(s *sealed) { s.Threads = 0 }),
		"format":   change(func(s *sealed) { s.Format = "postrider-keychain-9" }),
		"no nonce": change(func(s *sealed) { s.Nonce = nil }),
	} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := File(path, "one"); kindCode(err) != "local/keychain-damaged" {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A cheaper cost put into the head does not open the file: it is bound to the sealed part and makes another key.
	os.WriteFile(path, change(func(s *sealed) { s.Time = 1 }), 0o600)
	if _, err := File(path, "one"); kindCode(err) != "auth/bad-passphrase" {
		t.Error(err)
	}
	if b, _ := os.ReadFile(path); len(b) == 0 {
		t.Error("a file that could not be opened was overwritten")
	}
}

// A write that fails leaves file and memory as they were, and says so.
func TestFileFailedWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub")
	os.Mkdir(dir, 0o700)
	path := filepath.Join(dir, "keychain")
	c, err := File(path, "one")
	if err != nil {
		t.Fatal(err)
	}
	c.Set(t.Context(), "a1", auth.ForIncoming, "old")
	os.Rename(dir, dir+"-away") // works for root too, unlike permissions
	err = c.Set(t.Context(), "a1", auth.ForIncoming, "NEW-SECRET")
	if !fault.Is(err, fault.Local) || strings.Contains(err.Error(), "NEW-SECRET") {
		t.Error(err)
	}
	if got, _ := c.Get(t.Context(), "a1", auth.ForIncoming); got != "old" {
		t.Errorf("memory says %q though the file does not", got)
	}
	os.Rename(dir+"-away", dir)
	if d, err := File(path, "one"); err != nil {
		t.Error(err)
	} else if got, _ := d.Get(t.Context(), "a1", auth.ForIncoming); got != "old" {
		t.Errorf("the file says %q", got)
	}
}

func TestFileAndMemoryAtOnce(t *testing.T) {
	c, err := File(filepath.Join(t.TempDir(), "keychain"), "one")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []auth.Keychain{c, Memory()} {
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				id, v := mail.AccountID(fmt.Sprint(i)), fmt.Sprint("secret", i)
				if err := k.Set(t.Context(), id, auth.ForIncoming, v); err != nil {
					t.Error(err)
				}
				if got, err := k.Get(t.Context(), id, auth.ForIncoming); got != v || err != nil {
					t.Error(got, err)
				}
			})
		}
		wg.Wait()
	}
	if d, err := File(c.path, "one"); err != nil || len(d.m) != 16 {
		t.Error("not all that was stored is in the file:", err)
	}
}

func TestPasswordSource(t *testing.T) {
	ctx, k := t.Context(), Memory()
	in, out := PasswordSource(k, "a1", auth.ForIncoming, "ada"), PasswordSource(k, "a1", auth.ForOutgoing, "ada@example.test")
	if _, err := out.Credential(ctx, false); !Missing(err) {
		t.Error(err)
	}
	k.Set(ctx, "a1", auth.ForIncoming, "one")
	for _, s := range []auth.Source{in, out} {
		if c, err := s.Credential(ctx, false); err != nil || c.Password != "one" || c.Token != "" {
			t.Error(c, err)
		}
	}
	k.Set(ctx, "a1", auth.ForOutgoing, "two")
	if c, _ := out.Credential(ctx, true); c.Password != "two" || c.User != "ada@example.test" {
		t.Error(c)
	}
	if c, _ := in.Credential(ctx, true); c.Password != "one" {
		t.Error("the incoming password changed")
	}
	if _, err := PasswordSource(k, "a2", auth.ForIncoming, "x").Credential(ctx, false); !Missing(err) {
		t.Error("another account's password was given")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := in.Credential(done, false); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	path := filepath.Join(f.TempDir(), "keychain")
	if _, err := File(path, "one"); err != nil {
		f.Fatal(err)
	}
	good, _ := os.ReadFile(path)
	f.Add(good)
	f.Add([]byte(`{"format":"postrider-keychain-1","argon2id_time":4294967295}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := decode(b); err == nil && (s.Memory > maxMemory || s.Time > maxTime || s.Time == 0 || s.Threads == 0 || len(s.Nonce) != 24) {
			t.Fatalf("%+v", s)
		}
	})
}
