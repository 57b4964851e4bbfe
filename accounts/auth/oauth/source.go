package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/assets/providers"
)

const (
	early   = 2 * time.Minute  // a token that ends sooner is renewed before it is used
	longest = 90 * time.Second // for a refresh, a locked keychain included
	settled = 10 * time.Second // a token this young is not renewed again for a refusal: it was asked for by several connections at once
)

// Source keeps one account signed in. All its connections share one.
type Source struct {
	// User is what the mail server is told, mostly the address.
	User     string
	Account  mail.AccountID
	Provider *providers.OAuth
	Client   Client   // zero: found by [ClientFor] when needed
	Scopes   []string // asked for again at each refresh where the server needs it; nil leaves them as they were granted
	Keychain auth.Keychain
	HTTP     *http.Client

	wrong error // why there can be no token at all

	once sync.Once
	turn chan struct{} // one refresh at a time
	mu   sync.Mutex
	tok  Token     // without Refresh
	born time.Time // when tok came from a refresh
	kept string    // a rotated refresh token that the keychain did not take yet
}

var _ auth.Source = (*Source)(nil)

func (s *Source) init() {
	s.once.Do(func() { s.turn = make(chan struct{}, 1); s.turn <- struct{}{} })
}

// Adopt takes the tokens of a new sign-in: the refresh token is in the keychain when it returns.
func (s *Source) Adopt(ctx context.Context, t Token) error {
	s.init()
	select {
	case <-s.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.turn <- struct{}{} }()
	if err := s.Keychain.Set(ctx, s.Account, auth.ForRefresh, t.Refresh); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.Refresh = ""
	s.tok, s.born, s.kept = t, time.Time{}, ""
	return nil
}

// Credential returns the account's access token. It is renewed shortly before it ends, and once when fresh says that the server refused it. A
// refresh token that is no good any more is fault.Auth with Code "sign-in-again".
func (s *Source) Credential(ctx context.Context, fresh bool) (auth.Credential, error) {
	s.init()
	if s.wrong != nil {
		return auth.Credential{}, s.wrong
	}
	if c, ok := s.current(fresh); ok {
		return c, nil
	}
	select {
	case <-s.turn:
	case <-ctx.Done():
		return auth.Credential{}, ctx.Err()
	}
	if c, ok := s.current(fresh); ok { // another connection has renewed it meanwhile
		s.turn <- struct{}{}
		return c, nil
	}
	// A refresh is not given up half way: the server may have taken the old token back already, and the new one would be lost.
	done := make(chan error, 1)
	go func() {
		rctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
		defer cancel()
		err := s.refresh(rctx)
		s.turn <- struct{}{}
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return auth.Credential{}, err
		}
	case <-ctx.Done():
		return auth.Credential{}, ctx.Err()
	}
	c, _ := s.current(false)
	return c, nil
}

func (s *Source) current(fresh bool) (auth.Credential, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ok := s.tok.Access != "" && s.kept == "" && time.Until(s.tok.Expiry) > min(early, s.life()/2)
	if fresh {
		ok = ok && !s.born.IsZero() && time.Since(s.born) < settled
	}
	return auth.Credential{User: s.User, Token: s.tok.Access}, ok
}

// life is how long the token was to last; s.mu is held.
func (s *Source) life() time.Duration {
	if s.born.IsZero() {
		return 2 * early
	}
	return s.tok.Expiry.Sub(s.born)
}

// refresh renews the access token (RFC 6749 section 6). It has the turn.
func (s *Source) refresh(ctx context.Context) error {
	s.mu.Lock()
	kept := s.kept
	s.mu.Unlock()
	if kept != "" {
		if err := s.keep(ctx, kept); err != nil {
			return err
		}
		if _, ok := s.current(false); ok {
			return nil
		}
	}
	old, err := s.Keychain.Get(ctx, s.Account, auth.ForRefresh)
	if keychain.Missing(err) {
		return again(s.User, nil)
	}
	if err != nil {
		return err
	}
	c := s.Client
	if c.ID == "" {
		if c, err = ClientFor(ctx, s.Keychain, s.Account, s.Provider.ID); err != nil {
			return err
		}
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old}}
	if len(s.Scopes) > 0 {
		form.Set("scope", strings.Join(s.Scopes, " "))
	}
	began := time.Now()
	t, err := redeem(ctx, s.HTTP, s.Provider, c, form)
	if err != nil {
		var r refusal
		if errors.As(err, &r) && r.code == "invalid_grant" {
			s.mu.Lock()
			s.tok = Token{}
			s.mu.Unlock()
		}
		return failed(err, s.Provider, s.User)
	}
	rotated := t.Refresh
	t.Refresh = ""
	s.mu.Lock()
	s.tok, s.born = t, began
	if rotated != "" && rotated != old {
		s.kept = rotated // the old one may be worth nothing now: not to be lost when the keychain fails
	}
	s.mu.Unlock()
	if rotated != "" && rotated != old {
		return s.keep(ctx, rotated)
	}
	return nil
}

// keep stores a rotated refresh token.
func (s *Source) keep(ctx context.Context, refresh string) error {
	if err := s.Keychain.Set(ctx, s.Account, auth.ForRefresh, refresh); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == refresh {
		s.kept = ""
	}
	return nil
}

// Forget drops the access token from memory; the refresh token is the keychain's to delete.
func (s *Source) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tok, s.born, s.kept = Token{}, time.Time{}, ""
}

// String hides the secrets.
func (s *Source) String() string { return "oauth source of " + s.User }

// GoString hides the secrets from %#v.
func (s *Source) GoString() string { return s.String() }
