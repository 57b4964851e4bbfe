package app

import (
	"context"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts"
	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/oauth"
	"github.com/postrider/postrider/accounts/discover"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/assets/providers"
)

// Discover finds the servers of an address. No password is involved.
func (a *App) Discover(ctx context.Context, address string, progress func(mail.Step)) (mail.Discovery, error) {
	if a.o.Discovered != nil {
		if d, ok := a.o.Discovered(address); ok {
			for _, s := range d.Steps {
				if progress != nil {
					progress(s)
				}
			}
			return d, nil
		}
	}
	s := a.Settings()
	return discover.Find(ctx, address, discover.Options{Dialer: a.dialer, HTTP: a.o.HTTP, ISPDB: s.ISPDB, SendAddress: s.SendAddress, Progress: progress})
}

// Test signs in to both servers at the same time and sends nothing.
func (a *App) Test(ctx context.Context, acc mail.Account, s Secrets, lines func(mail.TestLine)) []mail.TestLine {
	e := a.env()
	e.Creds = func(acc mail.Account, sv mail.Server, p auth.Purpose) auth.Source {
		user := sv.User
		if user == "" {
			user = acc.Address
		}
		switch {
		case sv.Auth == mail.OAuth2 && s.OAuth != nil:
			return s.OAuth
		case p == auth.ForOutgoing && s.Outgoing != "":
			return auth.Static{User: user, Password: s.Outgoing}
		case s.Password != "":
			return auth.Static{User: user, Password: s.Password}
		}
		return a.creds(acc, sv, p) // an account that is set up already
	}
	return accounts.Test(ctx, acc, e, lines)
}

// AddAccount stores the account, its secret first: an account without a secret is of no use, a secret without an account is taken out again.
func (a *App) AddAccount(ctx context.Context, acc mail.Account, s Secrets) (mail.Account, error) {
	if acc.ID == "" {
		acc.ID = newAccountID()
	}
	if acc.Hue == "" {
		acc.Hue = a.freeHue(ctx)
	}
	if err := completeAccount(&acc); err != nil {
		return acc, err
	}
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return acc, err
	}
	for _, x := range as {
		if strings.EqualFold(x.Address, acc.Address) && x.Incoming.Host == acc.Incoming.Host && x.Incoming.Protocol == acc.Incoming.Protocol {
			return acc, fault.New(fault.Usage, "exists", acc.Address+" is set up already", "Change it in Settings, Accounts.")
		}
	}
	if len(as) == 0 {
		acc.IsDefault = true
	}
	if err := a.putSecrets(ctx, acc.ID, s); err != nil {
		return acc, err
	}
	if err := a.store.Write(ctx, func(tx *store.Tx) error {
		if acc.IsDefault {
			for _, x := range as {
				if x.IsDefault {
					x.IsDefault = false
					if err := tx.PutAccount(x); err != nil {
						return err
					}
				}
			}
		}
		return tx.PutAccount(acc)
	}); err != nil {
		a.dropSecrets(ctx, acc.ID)
		return acc, err
	}
	a.mu.Lock()
	delete(a.oauth, acc.ID) // the stored token is used from now on
	a.mu.Unlock()
	a.engine.Reload(acc.ID)
	return acc, nil
}

// completeAccount fills in what follows from the rest and refuses what cannot work.
func completeAccount(acc *mail.Account) error {
	if acc.Incoming.Protocol == mail.PST {
		return completeFile(acc)
	}
	if acc.Incoming.Host == "" || acc.Incoming.Port == 0 {
		return fault.New(fault.Usage, "no-server", "There is no incoming server", "Fill in the server's name and port.")
	}
	for _, s := range []*mail.Server{&acc.Incoming, &acc.Outgoing} {
		if s.Host != "" && s.Security != mail.TLS && s.Security != mail.STARTTLS {
			return fault.New(fault.Usage, "plain", "Postrider does not sign in without encryption", "Choose TLS or STARTTLS.")
		}
		if s.User == "" {
			s.User = acc.Address
		}
	}
	if acc.Outgoing.Host != "" && acc.Outgoing.Protocol == "" {
		acc.Outgoing.Protocol = mail.SMTP
	}
	if acc.Name == "" {
		acc.Name = acc.Address
	}
	if acc.Hue == "" {
		acc.Hue = hues[0]
	}
	if len(acc.Identities) == 0 {
		acc.Identities = []mail.Identity{{Addr: acc.Address}}
	}
	if acc.Incoming.Protocol == mail.POP3 && acc.Leave.Mode == "" {
		acc.Leave = mail.Leave{Mode: "days", Days: 14}
	}
	acc.ServerSent = filesSent(*acc)
	return nil
}

// filesSent reports whether the outgoing server files what goes through it where the incoming one shows it, so that a copy from here would be a second one. The
// servers decide, since they may have been typed in; by POP3 nothing of it is seen.
func filesSent(acc mail.Account) bool {
	if acc.Incoming.Protocol == mail.POP3 {
		return false
	}
	of := func(list []providers.Server, s mail.Server) bool {
		return slices.ContainsFunc(list, func(x providers.Server) bool { return x.Protocol == s.Protocol && strings.EqualFold(x.Host, s.Host) })
	}
	return slices.ContainsFunc(providers.Load().Providers, func(p *providers.Provider) bool {
		return p.ServerSent && of(slices.Concat(p.Incoming, p.OwnIncoming), acc.Incoming) && of(slices.Concat(p.Outgoing, p.OwnOutgoing), acc.Outgoing)
	})
}

func (a *App) putSecrets(ctx context.Context, id mail.AccountID, s Secrets) error {
	k := a.keychain()
	for _, x := range []struct {
		p auth.Purpose
		v string
	}{{auth.ForIncoming, s.Password}, {auth.ForOutgoing, s.Outgoing}, {auth.ForRefresh, oauth.RefreshOf(s.OAuth, s.Refresh)}} {
		if x.v == "" {
			continue
		}
		if err := k.Set(ctx, id, x.p, x.v); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) dropSecrets(ctx context.Context, id mail.AccountID) {
	k := a.keychain()
	for _, p := range []auth.Purpose{auth.ForIncoming, auth.ForOutgoing, auth.ForRefresh, auth.ForClient} {
		if err := k.Delete(ctx, id, p); err != nil {
			a.log.Warn("a secret of a removed account stays in the keychain", "account", id, "purpose", p, "err", err)
		}
	}
}

// UpdateAccount stores changed settings and applies them at once.
func (a *App) UpdateAccount(ctx context.Context, acc mail.Account) error {
	if err := completeAccount(&acc); err != nil {
		return err
	}
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return err
	}
	if err := a.store.Write(ctx, func(tx *store.Tx) error {
		for _, x := range as {
			if acc.IsDefault && x.IsDefault && x.ID != acc.ID {
				x.IsDefault = false
				if err := tx.PutAccount(x); err != nil {
					return err
				}
			}
		}
		return tx.PutAccount(acc)
	}); err != nil {
		return err
	}
	a.engine.Reload(acc.ID)
	return nil
}

// Reauthorise stores a new secret and starts the account again.
func (a *App) Reauthorise(ctx context.Context, id mail.AccountID, s Secrets) error {
	if err := a.putSecrets(ctx, id, s); err != nil {
		return err
	}
	a.mu.Lock()
	delete(a.oauth, id)
	a.mu.Unlock()
	a.engine.Reload(id)
	return nil
}

// RemoveAccount removes an account, its messages and its secrets from this computer. Nothing changes on the server.
func (a *App) RemoveAccount(ctx context.Context, id mail.AccountID) error {
	if err := a.engine.RemoveAccount(ctx, id); err != nil {
		return err
	}
	a.dropSecrets(ctx, id)
	return nil
}

// oauthSource returns the one token source of an account, so that a refresh token is never used twice at the same time.
func (a *App) oauthSource(acc mail.Account) auth.Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.oauth[acc.ID]; s != nil {
		return s
	}
	s := oauth.ForAccount(acc, a.chain)
	a.oauth[acc.ID] = s
	return s
}

// SignIn runs OAuth in the browser.
func (a *App) SignIn(ctx context.Context, acc mail.Account, open func(url string) error) (Secrets, error) {
	src, refresh, err := oauth.SignIn(ctx, acc, a.keychain(), open)
	if err != nil {
		return Secrets{}, err
	}
	return Secrets{OAuth: src, Refresh: refresh}, nil
}

// OAuthReady reports whether a client id is known.
func (a *App) OAuthReady(acc mail.Account) bool { return oauth.Ready(acc, a.keychain()) }

// SetOAuthClient keeps the person's own client id of a provider.
func (a *App) SetOAuthClient(ctx context.Context, provider, id, secret string) error {
	return oauth.SetClient(ctx, a.keychain(), provider, id, secret)
}

// Lookup finds the servers of an address without a profile.
func Lookup(ctx context.Context, address string, progress func(mail.Step)) (mail.Discovery, error) {
	s := DefaultSettings()
	return discover.Find(ctx, address, discover.Options{ISPDB: s.ISPDB, Progress: progress})
}

// hues are the colours of accounts, in the order in which they are given.
var hues = []string{"petrol", "blue", "indigo", "violet", "rose", "red", "orange", "amber", "green", "slate"}

// freeHue is the first colour that no account has.
func (a *App) freeHue(ctx context.Context) string {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return hues[0]
	}
	for _, h := range hues {
		if !slices.ContainsFunc(as, func(x mail.Account) bool { return x.Hue == h }) {
			return h
		}
	}
	return hues[len(as)%len(hues)]
}
