package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

func (a *App) secretsFile() string { return filepath.Join(a.o.Dir, "secrets.sealed") }

// chooseChain takes the keychain of the options, else what the profile chose before, else the system's.
func (a *App) chooseChain(ctx context.Context) {
	if a.o.Keychain != nil {
		a.chain, a.kind = a.o.Keychain, "memory" // only tests and the demo give one
		return
	}
	a.chain, a.kind = keychain.System(KeychainService), "system"
	var kind string
	if ok, err := a.store.Setting(ctx, "keychain", &kind); err != nil || !ok {
		return
	}
	switch kind {
	case "file":
		a.chain, a.kind = lockedChain{}, "file" // until the passphrase is given
	case "memory":
		a.chain, a.kind = keychain.Memory(), "memory"
	}
}

func (a *App) keychain() auth.Keychain {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.chain
}

// Keychain tells where secrets would be kept. It may ask the system's service and take up to two seconds.
func (a *App) Keychain(ctx context.Context) KeychainState {
	a.mu.Lock()
	c, kind := a.chain, a.kind
	a.mu.Unlock()
	s := KeychainState{Kind: kind, State: "ok", Detail: c.Describe()}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	switch c := c.(type) {
	case *keychain.Chain:
		switch c.Probe(ctx) {
		case keychain.Absent:
			s.State, s.Detail = "absent", "This computer has no keychain service running."
		case keychain.Locked:
			s.State, s.Detail = "locked", "The keychain is locked. Mail waits until you unlock it."
		}
	case lockedChain:
		s.State, s.Detail = "locked", "Postrider's own file of secrets waits for its passphrase."
	}
	return s
}

// UseKeychain chooses where secrets are kept: "system", "file" with a passphrase (made when there is none yet), "new-file" (an empty one takes the
// place of a file whose passphrase is forgotten, which is kept under another name) or "memory".
func (a *App) UseKeychain(ctx context.Context, kind, passphrase string) error {
	var c auth.Keychain
	switch kind {
	case "system":
		c = keychain.System(KeychainService)
	case "memory":
		c = keychain.Memory()
	case "file", "new-file":
		if kind == "new-file" {
			if err := setAside(a.secretsFile()); err != nil {
				return err
			}
		}
		f, err := keychain.File(a.secretsFile(), passphrase)
		if err != nil {
			return err
		}
		c, kind = f, "file"
	default:
		return fault.New(fault.Usage, "keychain", "There is no keychain of that kind", "Choose system, file or memory.")
	}
	if err := a.store.PutSetting(ctx, "keychain", kind); err != nil {
		return err
	}
	a.mu.Lock()
	a.chain, a.kind = c, kind
	a.mu.Unlock()
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, x := range as {
		a.engine.Reload(x.ID)
	}
	return nil
}

// setAside renames a file of secrets that cannot be opened any more, over an older such file.
func setAside(path string) error {
	err := os.Rename(path, path+".old")
	if err == nil || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return fault.Of(err)
}

// lockedChain stands for the file of secrets until its passphrase is given.
type lockedChain struct{}

func (lockedChain) locked() error {
	e := fault.New(fault.Local, "keychain-locked", "Your secrets are locked", "Mail waits until you give the passphrase.")
	e.Action = fault.ActUnlock
	return e
}

func (l lockedChain) Get(context.Context, mail.AccountID, auth.Purpose) (string, error) {
	return "", l.locked()
}
func (l lockedChain) Set(context.Context, mail.AccountID, auth.Purpose, string) error {
	return l.locked()
}
func (l lockedChain) Delete(context.Context, mail.AccountID, auth.Purpose) error { return l.locked() }
func (lockedChain) Describe() string                                             { return "In a file that your passphrase locks" }
