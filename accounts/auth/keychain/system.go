package keychain

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/zalando/go-keyring"
)

// Service is the name under which Postrider's secrets are in the system's keychain.
const Service = "org.postrider.Postrider"

// MaxWait is how long a call waits for the person to unlock the keychain.
const MaxWait = 60 * time.Second

// State is how the system's keychain is.
type State int

// The states.
const (
	Ready  State = iota
	Absent       // no keychain runs here, or it has no keyring to put things in
	Locked       // it has to be unlocked; a call opens the system's window for that, where there is a display
)

// Chain is the system's keychain. It may be used by many goroutines at once; one call is made at a time.
type Chain struct {
	// Waiting is called with true when a call found the keychain locked and now waits for the person, and with false when that
	// ended. It may be nil; set it before the first call.
	Waiting func(bool)

	service string
	turn    chan struct{}
	wait    time.Duration
}

// one is shared by all chains: prompts of two calls at a time get mixed up on the bus connection.
var one = sync.OnceValue(func() chan struct{} { c := make(chan struct{}, 1); c <- struct{}{}; return c })

// System returns the system's keychain with secrets under the given service name; "" = [Service].
func System(service string) *Chain {
	if service == "" {
		service = Service
	}
	return &Chain{service: service, turn: one(), wait: MaxWait}
}

var _ auth.Keychain = (*Chain)(nil)

// Probe says how the keychain is, without opening any window. It takes milliseconds.
func (c *Chain) Probe(ctx context.Context) State {
	s, _ := probe(ctx)
	return s
}

// Describe says where the secrets are.
func (c *Chain) Describe() string { return "In this computer’s keychain" }

// Get returns a secret.
func (c *Chain) Get(ctx context.Context, account mail.AccountID, purpose auth.Purpose) (string, error) {
	var s string
	err := c.do(ctx, func() (err error) {
		s, err = getLong(library{c.service}, key(account, purpose))
		return err
	})
	switch {
	case errors.Is(err, errMissing):
		return "", noSecret(account, purpose)
	case err != nil:
		return "", err
	}
	return s, nil
}

// Set stores a secret. When it gives up on a locked keychain, the secret may still be stored once the person has unlocked it.
func (c *Chain) Set(ctx context.Context, account mail.AccountID, purpose auth.Purpose, secret string) error {
	if len(secret) > maxSecret {
		return tooLong()
	}
	return c.do(ctx, func() error { return setLong(library{c.service}, key(account, purpose), secret) })
}

// Delete removes a secret; a missing one is no error.
func (c *Chain) Delete(ctx context.Context, account mail.AccountID, purpose auth.Purpose) error {
	return c.do(ctx, func() error { return delLong(library{c.service}, key(account, purpose)) })
}

// do runs f on a goroutine of its own, one at a time, and gives up with ctx or after the longest wait. A call that was given up keeps its
// turn until the system has answered it.
func (c *Chain) do(ctx context.Context, f func() error) error {
	wctx, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	state, cause := probe(wctx)
	if state == Absent {
		if err := ctx.Err(); err != nil {
			return err
		}
		return absent(cause)
	}
	if state == Locked && c.Waiting != nil {
		c.Waiting(true)
		defer c.Waiting(false)
	}
	gaveUp := func() error {
		if err := ctx.Err(); errors.Is(err, context.Canceled) {
			return err
		}
		return locked(wctx.Err())
	}
	select {
	case <-c.turn:
	case <-wctx.Done():
		return gaveUp()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { c.turn <- struct{}{} }()
		done <- f()
	}()
	var err error
	select {
	case err = <-done:
	case <-wctx.Done():
		return gaveUp()
	}
	switch {
	case err == nil, errors.Is(err, errMissing):
		return err
	case errors.Is(err, errDamaged):
		return &fault.Error{Kind: fault.Auth, Code: "no-secret", Op: "read secret", Title: "The stored secret is damaged", Detail: "Sign in again, and it is stored anew.", Err: err}
	case isLocked(err):
		return locked(err)
	}
	if s, cause := probe(ctx); s == Absent {
		return absent(cause)
	} else if s == Locked {
		return locked(err)
	}
	return &fault.Error{Kind: fault.Local, Code: "keychain-failed", Op: "keychain", Title: "The keychain refused", Detail: "Check that the keychain of this computer works.", Action: fault.ActRetry, Err: err}
}

func locked(err error) error {
	return &fault.Error{Kind: fault.Local, Code: "keychain-locked", Op: "keychain", Title: "The keychain is locked",
		Detail: "Unlock the keychain of this computer; Postrider then goes on by itself. Your mail on this computer can be read meanwhile.", Action: fault.ActUnlock, Err: err}
}

func absent(err error) error {
	return &fault.Error{Kind: fault.Local, Code: "keychain-absent", Op: "keychain", Title: "This computer has no keychain that works",
		Detail: "Choose a file that a passphrase locks, or keep passwords only until Postrider is closed.", Action: fault.ActFix, Err: err}
}

// library is go-keyring as [items].
type library struct{ service string }

func (l library) get(user string) (string, error) {
	s, err := keyring.Get(l.service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		err = errMissing
	}
	return s, err
}

func (l library) set(user, value string) error { return keyring.Set(l.service, user, value) }

func (l library) del(user string) error {
	err := keyring.Delete(l.service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		err = errMissing
	}
	return err
}
