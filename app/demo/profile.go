package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/app"
	assets "github.com/postrider/postrider/assets/demo"
)

// Profile starts the servers and returns options for a fresh profile in a temporary folder; end stops the servers and removes it.
func Profile() (*Servers, app.Options, func(), error) {
	ms, err := Parse(assets.Mail, time.Now())
	if err != nil {
		return nil, app.Options{}, nil, err
	}
	s, err := Start(ms)
	if err != nil {
		return nil, app.Options{}, nil, err
	}
	dir, err := os.MkdirTemp("", "postrider-demo-")
	if err != nil {
		s.Close()
		return nil, app.Options{}, nil, err
	}
	o := app.Options{Dir: filepath.Join(dir, "profile"), Roots: s.Roots, Keychain: keychain.Memory(), Discovered: s.Discovery}
	return s, o, func() {
		s.Close()
		os.RemoveAll(dir)
	}, nil
}

// SetUp adds the demo's two accounts, and people and appointments on this computer.
func (s *Servers) SetUp(ctx context.Context, a *app.App) error {
	for _, acc := range s.Accounts() {
		if _, err := a.AddAccount(ctx, acc, app.Secrets{Password: Password}); err != nil {
			return fmt.Errorf("demo account %s: %w", acc.Address, err)
		}
	}
	return shelves(ctx, a, time.Now())
}
