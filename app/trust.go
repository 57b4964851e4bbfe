package app

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/authres"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/app/plaintext"
	"github.com/postrider/postrider/app/store"
)

// Whom to believe. Authentication-Results count only from the server that received the message, and the field names that server itself, so that anybody can write
// one. Which names are the server's own is learned from the account's inbox: a name that most messages carry as their uppermost, from most of the places that wrote,
// is put there by the server, for no sender writes most of what comes in. Half of what is looked at is spread over older mail, so that a flood of forged messages does not
// make itself believed. A nearly empty inbox proves nothing, whatever its messages say. Where the server checks nothing, nothing is said.
const (
	trustLook  = 40   // newest messages of the inbox that are looked at, and as many of those before
	trustBack  = 1000 // messages that these are taken from
	trustBytes = 256 << 10
	trustFresh = 30 * time.Minute
)

// trusted are the names of an account's servers.
type trusted struct {
	ids map[string]bool
	at  time.Time
}

// trust says what speaks for the From of a message. It reads the store only.
func (a *App) trust(ctx context.Context, r store.Row, b *mail.Body) mail.Trust {
	var t mail.Trust
	if len(b.Envelope.From) == 0 {
		return t
	}
	from := b.Envelope.From[0]
	at := strings.LastIndexByte(from.Addr, '@')
	if at < 0 {
		return t
	}
	boxes, err := a.store.Mailboxes(ctx, r.Account)
	if err != nil {
		return t
	}
	for _, box := range boxes {
		if box.ID == r.Mailbox && (box.Role == mail.RoleSent || box.Role == mail.RoleDrafts) {
			return t // written here
		}
	}
	judge(&t, b, strings.ToLower(from.Addr[at+1:]), a.believed(ctx, r.Account))
	a.known(ctx, &t, from)
	return t
}

// judge takes in what trusted servers found.
func judge(t *mail.Trust, b *mail.Body, domain string, ids map[string]bool) {
	if len(ids) == 0 {
		return
	}
	seen := map[string]bool{} // methods, by the uppermost field that has them
	checked, aligned := false, false
	for _, h := range b.Header {
		if strings.EqualFold(h.Name, "Received") && checked {
			break // below are other servers' fields
		}
		if !strings.EqualFold(h.Name, "Authentication-Results") {
			continue
		}
		f, err := authres.Parse(h.Value)
		if err != nil || !ids[f.ID] {
			continue
		}
		checked, t.By = true, f.ID
		mine := map[string]bool{}
		for _, m := range f.Methods {
			if seen[m.Name] {
				continue
			}
			mine[m.Name] = true
			switch m.Name {
			case "spf":
				set(&t.SPF, m.Value)
			case "dmarc":
				set(&t.DMARC, m.Value)
			case "dkim": // one for each signature: a good one of the domain itself counts most
				own := plaintext.SameSite(m.Domain(), domain)
				if m.Value == "pass" && (t.DKIM != "pass" || own && !aligned) {
					t.DKIM, t.Signer, aligned = "pass", m.Domain(), own
				}
				set(&t.DKIM, m.Value)
			}
		}
		for name := range mine {
			seen[name] = true
		}
	}
	switch {
	case !checked:
	case t.DMARC == "fail" && b.Envelope.ListID == "": // lists change what was signed
		t.State = mail.TrustForged
	case aligned && t.DMARC != "fail", t.DMARC == "pass":
		t.State = mail.TrustVerified
	default:
		t.State = mail.TrustUnproven
	}
}

func set(s *string, v string) {
	if *s == "" {
		*s = v
	}
}

// known looks From up among the contacts.
func (a *App) known(ctx context.Context, t *mail.Trust, from mail.Address) {
	shown, by, err := a.shown(ctx, remote.Contacts, nil)
	if err != nil {
		return
	}
	cs, err := a.ContactsOf(ctx, from.Addr)
	if err != nil {
		return
	}
	for _, c := range cs {
		t.Contact = t.Contact || by[int64(c.Book)].Role != RoleCollected
	}
	if len(cs) > 0 {
		return
	}
	name := strings.Join(store.FoldWords(from.Name), " ")
	if !strings.Contains(name, " ") || strings.Contains(name, "@") {
		return // first names are no names to pretend
	}
	// Names of collected addresses are no proof: the sender chose them.
	books := slices.DeleteFunc(shown, func(id int64) bool { return by[id].Role == RoleCollected })
	matches, err := a.store.PIMComplete(ctx, from.Name, books, 20)
	if err != nil {
		return
	}
	pretends := ""
	for _, m := range matches {
		if m.Group || m.Addr == "" || strings.Join(store.FoldWords(m.Name), " ") != name {
			continue
		}
		if plaintext.SameSite(domainOf(m.Addr), domainOf(from.Addr)) {
			return // another address at the same place
		}
		pretends = m.Name
	}
	if pretends == "" {
		return
	}
	if people, err := a.store.Complete(ctx, from.Addr, 5); err == nil {
		for _, p := range people {
			if strings.EqualFold(p.Addr, from.Addr) && p.Written > 0 {
				return // the person writes to that address
			}
		}
	}
	t.Pretends, t.State = pretends, mail.TrustForged
}

func domainOf(addr string) string { return strings.ToLower(addr[strings.LastIndexByte(addr, '@')+1:]) }

// believed returns the names of an account's servers.
func (a *App) believed(ctx context.Context, id mail.AccountID) map[string]bool {
	a.trustMu.Lock()
	defer a.trustMu.Unlock()
	now := a.Shelves.now()
	if x, ok := a.trustIDs[id]; ok && now.Sub(x.at) < trustFresh {
		return x.ids
	}
	ids, err := a.learn(ctx, id)
	if err != nil {
		return nil
	}
	if a.trustIDs == nil {
		a.trustIDs = map[mail.AccountID]trusted{}
	}
	a.trustIDs[id] = trusted{ids, now}
	return ids
}

// learn looks at the inbox.
func (a *App) learn(ctx context.Context, id mail.AccountID) (map[string]bool, error) {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(as, func(x mail.Account) bool { return x.ID == id })
	if at < 0 {
		return nil, nil // a data file, or one that is just removed
	}
	acc := as[at]
	s, err := a.store.List(ctx, store.View{Role: mail.RoleInbox, Account: id}, 0, trustBack)
	if err != nil {
		return nil, err
	}
	var seen evidence
	for i, r := range s.Rows {
		if step := max(1, (len(s.Rows)-trustLook)/trustLook); i >= trustLook && (i-trustLook)%step != 0 || r.Size > trustBytes {
			continue
		}
		raw, err := a.store.Raw(ctx, r.ID)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			continue // not here yet
		}
		name := noField
		if f, ok := uppermost(raw); ok {
			name = f.ID
		}
		from := ""
		if len(r.From) > 0 {
			from = domainOf(r.From[0].Addr)
		}
		seen.add(from, name)
	}
	return seen.names(domainOf(acc.Address), acc.Incoming.Host), nil
}

// noField stands for the name where a message has no field; it is no authserv-id.
const noField = "\x00"

// evidence is what the messages of an inbox say of who checked them.
type evidence struct {
	all    int
	places map[string]bool            // sites of the senders
	counts map[string]int             // of messages, by authserv-id
	from   map[string]map[string]bool // sites, by authserv-id
}

// add takes in one message of a sender at a domain.
func (e *evidence) add(domain, name string) {
	if e.counts == nil {
		e.places, e.counts, e.from = map[string]bool{}, map[string]int{}, map[string]map[string]bool{}
	}
	place := plaintext.Site(domain)
	e.all++
	e.places[place] = true
	e.counts[name]++
	if e.from[name] == nil {
		e.from[name] = map[string]bool{}
	}
	e.from[name][place] = true
}

// names returns the names to believe, for an account at a domain whose mail comes from a host. A name of the account's own place needs fewer messages, never a
// smaller share: it is what a forger would write.
func (e *evidence) names(domain, host string) map[string]bool {
	ids := map[string]bool{}
	for name, n := range e.counts {
		own := name != "" && (plaintext.SameSite(name, domain) || plaintext.SameSite(name, host))
		least, places := 12, 5
		if own {
			least, places = 6, 4
		}
		if name != noField && n >= least && n*10 >= e.all*7 && len(e.from[name]) >= places && len(e.from[name])*10 >= len(e.places)*7 {
			ids[name] = true
		}
	}
	return ids
}

// uppermost returns the first field that can be read.
func uppermost(raw []byte) (authres.Field, bool) {
	head := raw[:min(len(raw), 64<<10)]
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(head, []byte(end)); i >= 0 {
			head = head[:i+len(end)]
		}
	}
	for _, h := range rfc822.Parse(head, rfc822.Limits{}).Header() {
		if strings.EqualFold(h.Name, "Authentication-Results") {
			x, err := authres.Parse(h.Value)
			return x, err == nil
		}
	}
	return authres.Field{}, false
}
