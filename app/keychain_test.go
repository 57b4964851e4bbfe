package app_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
)

// The file of secrets stays locked after a start until its passphrase is given; a forgotten one gives way to a new file and is kept.
func TestFileOfSecretsAcrossStarts(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	begin := func() *app.App {
		a, err := app.Open(ctx, app.Options{Dir: dir, Idle: true})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := begin()
	if err := a.UseKeychain(ctx, "file", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if k := a.Keychain(ctx); k.Kind != "file" || k.State != "ok" {
		t.Fatalf("%+v", k)
	}
	a.Close()

	a = begin()
	if k := a.Keychain(ctx); k.Kind != "file" || k.State != "locked" {
		t.Fatalf("after a start %+v", k)
	}
	if err := a.UseKeychain(ctx, "file", "wrong horse"); err == nil || fault.Of(err).Code != "bad-passphrase" {
		t.Fatalf("a wrong passphrase: %v", err)
	}
	if k := a.Keychain(ctx); k.State != "locked" {
		t.Fatalf("a wrong passphrase unlocked: %+v", k)
	}
	if err := a.UseKeychain(ctx, "new-file", "another horse"); err != nil {
		t.Fatal(err)
	}
	a.Close()

	a = begin()
	defer a.Close()
	if k := a.Keychain(ctx); k.Kind != "file" || k.State != "locked" {
		t.Fatalf("the new file is not asked for: %+v", k)
	}
	if err := a.UseKeychain(ctx, "file", "another horse"); err != nil {
		t.Fatal(err)
	}
	old, err := keychain.File(filepath.Join(dir, "secrets.sealed.old"), "correct horse")
	if err != nil {
		t.Fatal("the old file is gone: ", err)
	}
	if _, err := old.Get(ctx, "nobody", auth.ForIncoming); err == nil {
		t.Error("a secret of nobody")
	}
}
