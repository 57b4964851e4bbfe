package keychain

import (
	"context"
	"errors"
	"sync"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// maxSecret bounds one secret; refresh tokens are a few kB.
const maxSecret = 1 << 20

func noSecret(account mail.AccountID, purpose auth.Purpose) error {
	title := "The password of this account is not stored on this computer"
	if purpose == auth.ForRefresh {
		title = "This account has to be signed in again"
	}
	return &fault.Error{Kind: fault.Auth, Code: "no-secret", Op: "read secret", Account: string(account), Title: title,
		Detail: "Enter it again; it is then kept in the keychain."}
}

func tooLong() error {
	return fault.New(fault.Usage, "secret-too-long", "This secret is too long to be stored", "Passwords and tokens are a few thousand letters at most.")
}

// key names a secret inside a keychain.
func key(account mail.AccountID, purpose auth.Purpose) string {
	return string(account) + "/" + string(purpose)
}

// Memory returns a keychain that forgets everything when the program ends.
func Memory() auth.Keychain { return &memory{m: map[string]string{}} }

type memory struct {
	mu sync.Mutex
	m  map[string]string
}

func (k *memory) Get(ctx context.Context, account mail.AccountID, purpose auth.Purpose) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.m[key(account, purpose)]
	if !ok {
		return "", noSecret(account, purpose)
	}
	return s, nil
}

func (k *memory) Set(ctx context.Context, account mail.AccountID, purpose auth.Purpose, secret string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(secret) > maxSecret {
		return tooLong()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.m[key(account, purpose)] = secret
	return nil
}

func (k *memory) Delete(ctx context.Context, account mail.AccountID, purpose auth.Purpose) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.m, key(account, purpose))
	return nil
}

func (k *memory) Describe() string { return "Only until Postrider is closed" }
func (k *memory) String() string   { return "keychain in memory" }
func (k *memory) GoString() string { return k.String() }

// PasswordSource hands out the password of a server from k. For auth.ForOutgoing the one of auth.ForIncoming is used where there is no own one.
// The keychain is read each time, so that a corrected password counts at once.
func PasswordSource(k auth.Keychain, account mail.AccountID, purpose auth.Purpose, user string) auth.Source {
	return &passwords{k, account, purpose, user}
}

type passwords struct {
	k       auth.Keychain
	account mail.AccountID
	purpose auth.Purpose
	user    string
}

func (p *passwords) Credential(ctx context.Context, _ bool) (auth.Credential, error) {
	s, err := p.k.Get(ctx, p.account, p.purpose)
	if p.purpose == auth.ForOutgoing && Missing(err) {
		s, err = p.k.Get(ctx, p.account, auth.ForIncoming)
	}
	if err != nil {
		return auth.Credential{}, err
	}
	return auth.Credential{User: p.user, Password: s}, nil
}

// Missing reports whether err says that the keychain has no such secret.
func Missing(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind == fault.Auth && f.Code == "no-secret"
}
