package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts"
	"github.com/postrider/postrider/accounts/discover"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/assets/providers"
)

// unsaid are the properties that servers and programs set by themselves: objects that differ in nothing else say the same.
var unsaid = map[string]bool{"PRODID": true, "DTSTAMP": true, "LAST-MODIFIED": true, "CREATED": true, "REV": true, "X-MOZ-GENERATION": true}

// shelving is what the engine needs for address books and calendars.
func (a *App) shelving() engine.Shelving {
	return engine.Shelving{
		Open:   func(m mail.Account) map[string]remote.Opener { return accounts.Shelves(m, a.env()) },
		Object: ingest.Object,
		Same:   func(x, y []byte) bool { return contentline.Same(x, y, unsaid) },
		Holds:  func(x, y []byte) bool { return contentline.Holds(x, y, unsaid) },
	}
}

func (n appNet) wake(a mail.AccountID, all bool) { n.a.engine.SyncPIM(a, all) }

// rooms are those of all accounts' servers; the error is the first of them.
func (n appNet) rooms(ctx context.Context) ([]pim.Attendee, error) {
	as, err := n.a.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var out []pim.Attendee
	var first error
	for _, a := range as {
		rs, err := accounts.Rooms(ctx, a, n.a.env())
		if err != nil && first == nil {
			first = err
		}
		for _, r := range rs {
			if !slices.ContainsFunc(out, func(x pim.Attendee) bool { return strings.EqualFold(x.Addr, r.Addr) }) {
				out = append(out, r)
			}
		}
	}
	return out, first
}

// freeBusy asks the accounts' servers in turn; what one knows of a person the next is not asked.
func (n appNet) freeBusy(ctx context.Context, w pim.Window, addrs []string) ([]pim.FreeBusy, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	as, err := n.a.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var out []pim.FreeBusy
	var first error
	for _, a := range as {
		if len(addrs) == 0 {
			break
		}
		fs, err := accounts.FreeBusy(ctx, a, n.a.env(), addrs, w.Start, w.End)
		if err != nil && first == nil {
			first = err
		}
		for _, f := range fs {
			out = append(out, f)
			if f.Known {
				addrs = slices.DeleteFunc(slices.Clone(addrs), func(x string) bool { return strings.EqualFold(x, f.Addr) })
			}
		}
	}
	return out, first
}

func (n appNet) account(ctx context.Context, id mail.AccountID) (mail.Account, error) {
	as, err := n.a.store.Accounts(ctx)
	if err != nil {
		return mail.Account{}, err
	}
	for _, a := range as {
		if a.ID == id {
			return a, nil
		}
	}
	return mail.Account{}, fault.New(fault.NotFound, "account", "There is no such account", "It may have been removed.")
}

// candidate is where a service of an account may be, "" = not known: what was found when it was set up, else the provider's.
func candidate(a mail.Account, p mail.Protocol) (url, source string) {
	for _, s := range a.Also {
		if s.Protocol == p && strings.HasPrefix(s.Path, "https://") {
			return s.Path, s.Host
		}
	}
	if t := providers.ByID(a.Provider); t != nil {
		for _, x := range t.Also(a.Address) {
			if x.Protocol == p && x.URL != "" {
				return x.URL, t.Name
			}
		}
	}
	return "", ""
}

func (n appNet) services(ctx context.Context, id mail.AccountID) ([]Service, error) {
	a, err := n.account(ctx, id)
	if err != nil {
		return nil, err
	}
	states := n.a.engine.ShelfStates(id)
	out := []Service{}
	for _, p := range []mail.Protocol{mail.CardDAV, mail.CalDAV} {
		v := Service{Protocol: p}
		for _, s := range a.Also {
			if s.Protocol == p && accounts.UsesShelf(s) {
				v.On, v.Source = true, s.Host
				v.URL = accounts.ShelfURL(s)
			}
		}
		if !v.On {
			if v.URL, v.Source = candidate(a, p); v.URL == "" {
				continue
			}
		}
		for _, s := range states {
			if s.Service == string(p) {
				v.Err, v.Checked = s.Err, s.Checked
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// useService turns a service on, looking for it where nothing is known of it yet, or off.
func (n appNet) useService(ctx context.Context, id mail.AccountID, p mail.Protocol, on bool) error {
	n.a.services.Lock()
	defer n.a.services.Unlock()
	a, err := n.account(ctx, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(a.Also, func(s mail.Server) bool { return s.Protocol == p })
	if !on {
		if at < 0 || !accounts.UsesShelf(a.Also[at]) {
			return nil
		}
		u := accounts.ShelfURL(a.Also[at])
		a.Also = slices.Clone(a.Also)
		a.Also[at] = mail.Server{Protocol: p, Host: a.Also[at].Host, Path: u}
		return n.store(ctx, a, string(p))
	}
	if at >= 0 && accounts.UsesShelf(a.Also[at]) {
		return nil
	}
	url, _ := candidate(a, p)
	if url == "" {
		d, err := discover.Find(ctx, a.Address, discover.Options{Dialer: n.a.dialer, HTTP: n.a.o.HTTP})
		if err != nil {
			return err
		}
		for _, x := range d.Also {
			if x.Protocol == p {
				url = x.URL
			}
		}
	}
	if url == "" {
		return fault.New(fault.NotFound, "no-service", "None was found for this account", "Its provider offers no contacts or calendars over CardDAV and CalDAV, or has them at an address that has to be given.")
	}
	return n.useAt(ctx, a, p, url)
}

// useAt turns a service on at a known address, once signing in there has worked.
func (n appNet) useAt(ctx context.Context, a mail.Account, p mail.Protocol, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	s, err := accounts.UseShelf(ctx, a, p, url, n.a.env())
	if err != nil {
		return err
	}
	a.Also = slices.DeleteFunc(slices.Clone(a.Also), func(s mail.Server) bool { return s.Protocol == p })
	a.Also = append(a.Also, s)
	return n.store(ctx, a, "")
}

// store keeps an account's services, takes out what came over one that was turned off, and starts the account again.
func (n appNet) store(ctx context.Context, a mail.Account, dropped string) error {
	err := n.a.store.Write(ctx, func(tx *store.Tx) error {
		if dropped != "" {
			if err := tx.DropPIMService(a.ID, dropped); err != nil {
				return err
			}
		}
		return tx.PutAccount(a)
	})
	if err == nil {
		n.a.engine.Reload(a.ID)
	}
	return err
}

func (n appNet) useServiceAt(ctx context.Context, id mail.AccountID, p mail.Protocol, url string) error {
	n.a.services.Lock()
	defer n.a.services.Unlock()
	a, err := n.account(ctx, id)
	if err != nil {
		return err
	}
	return n.useAt(ctx, a, p, url)
}

// refreshEvery is how often subscribed calendars are read again.
const refreshEvery = 6 * time.Hour

// subscriptions reads subscribed calendars again, now and then.
func (a *App) subscriptions(ctx context.Context) {
	t := time.NewTimer(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		cs, err := a.store.PIMCollections(ctx, remote.Calendar)
		if err != nil {
			return
		}
		for _, c := range cs {
			if c.Role != RoleSubscription || c.URL == "" || time.Since(c.Checked) < refreshEvery {
				continue
			}
			b, err := a.net.fetch(ctx, c.URL)
			if err == nil {
				err = a.refill(ctx, c.ID, b)
			}
			if err != nil && ctx.Err() == nil {
				problem := fault.Of(err).Title
				a.store.Write(ctx, func(tx *store.Tx) error { return tx.SetPIMToken(c.ID, "", c.Checked, problem) })
			}
		}
		t.Reset(30 * time.Minute)
	}
}

// Collect keeps the addresses of people who were written to and are in no address book yet.
func (s *Shelves) Collect(ctx context.Context, to []mail.Address) error {
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return err
	}
	cs, err := st.PIMCollections(ctx, remote.Contacts)
	if err != nil {
		return err
	}
	book := int64(0)
	for _, c := range cs {
		if c.Role == RoleCollected && c.Account == "" {
			book = c.ID
		}
	}
	var fresh []store.PIMObject
	for _, a := range to {
		if book == 0 || len(fresh) == 50 || me[strings.ToLower(a.Addr)] || !strings.Contains(a.Addr, "@") {
			continue
		}
		had, err := st.PIMByAddress(ctx, a.Addr)
		if err != nil {
			return err
		}
		if len(had) > 0 {
			continue
		}
		c := pim.Contact{UID: newUID(), Name: pim.Name{Full: strings.TrimSpace(a.Name)}, Emails: []pim.Field{{Value: a.Addr}}}
		if c.Name.Full == "" {
			c.Name.Full = a.Addr
		}
		if o, err := object(remote.Contacts, book, newCard(c)); err == nil {
			fresh = append(fresh, o)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	_, err = s.command(ctx, "", func(e *edit) error {
		for i := range fresh {
			o := fresh[i]
			if err := e.put(&o); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
