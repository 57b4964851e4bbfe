package oauth

import (
	"cmp"
	"context"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/assets/providers"
)

// endpoints returns the entry of the provider table that an account signs in at.
func endpoints(acc mail.Account) (*providers.OAuth, error) {
	id := acc.OAuth
	if p := providers.ByID(acc.Provider); id == "" && p != nil {
		id = p.OAuth
	}
	if o := providers.OAuthByID(id); o != nil {
		return o, nil
	}
	return nil, &fault.Error{Kind: fault.Auth, Code: "no-client", Op: "sign in", Account: acc.Address, Title: "Postrider does not know how this provider signs in with the browser",
		Detail: "Use a password or an app password.", Action: fault.ActAppPassword}
}

// ForAccount returns the source of an account that is set up: its refresh token is in k. An account has one at a time, since each refresh token may be used
// once only. It does nothing before it is asked.
func ForAccount(acc mail.Account, k auth.Keychain) *Source {
	o, err := endpoints(acc)
	return &Source{User: cmp.Or(acc.Incoming.User, acc.Address), Account: acc.ID, Provider: o, Keychain: k, wrong: err}
}

// SignIn signs acc in with the browser; k is asked for the client only, nothing is stored in it. The source serves the live test; the refresh token is
// for the keychain once the account is added, after [Source.RefreshToken] was asked for a newer one.
func SignIn(ctx context.Context, acc mail.Account, k auth.Keychain, open func(url string) error) (src *Source, refresh string, err error) {
	o, err := endpoints(acc)
	if err != nil {
		return nil, "", err
	}
	c, err := ClientFor(ctx, k, acc.ID, o.ID)
	if err != nil {
		return nil, "", err
	}
	return signIn(ctx, acc, o, c, open)
}

func signIn(ctx context.Context, acc mail.Account, o *providers.OAuth, c Client, open func(url string) error) (*Source, string, error) {
	ps := []mail.Protocol{acc.Incoming.Protocol}
	if acc.Outgoing.Host != "" {
		ps = append(ps, acc.Outgoing.Protocol)
	}
	for _, s := range acc.Also { // contacts and calendars that were found can be turned on later without asking again
		if s.Protocol == mail.CardDAV || s.Protocol == mail.CalDAV {
			ps = append(ps, s.Protocol)
		}
	}
	t, err := Flow{Provider: o, Client: c, Scopes: o.ScopesFor(ps...), LoginHint: acc.Address, Open: open}.Run(ctx)
	if err != nil {
		return nil, "", err
	}
	s := &Source{User: cmp.Or(acc.Incoming.User, acc.Address), Account: acc.ID, Provider: o, Client: c, Keychain: keychain.Memory()}
	return s, t.Refresh, s.Adopt(ctx, t)
}

// RefreshToken returns the newest refresh token, "" where there is none. For a source of [SignIn], whose tokens are in memory only.
func (s *Source) RefreshToken(ctx context.Context) string {
	s.mu.Lock()
	kept := s.kept
	s.mu.Unlock()
	if kept != "" {
		return kept
	}
	r, err := s.Keychain.Get(ctx, s.Account, auth.ForRefresh)
	if err != nil {
		return ""
	}
	return r
}

// RefreshOf returns the newest refresh token of a source of [SignIn], or was for another source.
func RefreshOf(src auth.Source, was string) string {
	if s, ok := src.(*Source); ok && s != nil {
		return cmp.Or(s.RefreshToken(context.Background()), was)
	}
	return was
}

// Ready reports whether acc can be signed in with the browser: its provider is known, and there is a client for it. It may ask the keychain, for two seconds at most.
func Ready(acc mail.Account, k auth.Keychain) bool {
	o, err := endpoints(acc)
	if err != nil {
		return false
	}
	if _, ok := BuiltIn(o.ID); ok {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, err = ClientFor(ctx, k, acc.ID, o.ID)
	return err == nil
}

// SetClient keeps the person's own client of an oauth entry of the provider table; an empty id removes it.
func SetClient(ctx context.Context, k auth.Keychain, provider, id, secret string) error {
	if providers.OAuthByID(provider) == nil {
		return fault.New(fault.Usage, "provider", "There is no such provider", "Choose one that signs in with the browser.")
	}
	return SaveClient(ctx, k, provider, Client{ID: id, Secret: secret})
}
