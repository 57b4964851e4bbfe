package app

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/vcard"
	"github.com/postrider/postrider/app/ingest"
)

// Suggest completes recipients.
func (s *Shelves) Suggest(ctx context.Context, prefix string, limit int) ([]pim.Suggestion, error) {
	if limit <= 0 {
		return []pim.Suggestion{}, nil
	}
	books, _, err := s.shown(ctx, remote.Contacts, nil)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	ms, err := st.PIMComplete(ctx, prefix, books, limit*3)
	if err != nil {
		return nil, err
	}
	ps, err := st.Complete(ctx, prefix, limit)
	if err != nil {
		return nil, err
	}
	var out []pim.Suggestion
	at := map[string]int{}
	for _, m := range ms {
		if m.Group && m.Addr == "" {
			out = append(out, pim.Suggestion{Name: m.Name, Contact: pim.ContactID(m.Contact), Group: true})
			continue
		}
		key := strings.ToLower(m.Addr)
		if _, had := at[key]; had {
			continue
		}
		at[key] = len(out)
		g := pim.Suggestion{Name: m.Name, Addr: m.Addr, Contact: pim.ContactID(m.Contact), Uses: m.Written}
		if m.Last > 0 {
			g.Last = time.Unix(m.Last, 0)
		}
		out = append(out, g)
	}
	for _, p := range ps {
		key := strings.ToLower(p.Addr)
		if i, had := at[key]; had {
			out[i].Uses, out[i].Last = p.Written, p.Last
			continue
		}
		at[key] = len(out)
		out = append(out, pim.Suggestion{Name: p.Name, Addr: p.Addr, Uses: p.Written, Last: p.Last})
	}
	// Those written to first; of equals the person's own contacts; the order of before otherwise.
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Uses != b.Uses {
			return a.Uses > b.Uses
		}
		return a.Contact != 0 && b.Contact == 0
	})
	out = out[:min(limit, len(out))]
	for i := range out {
		if !out[i].Group {
			continue
		}
		as, err := s.Members(ctx, out[i].Contact)
		if err != nil {
			continue
		}
		for _, a := range as {
			out[i].Members = append(out[i].Members, pim.Field{Value: a.Addr, Label: a.Name})
		}
	}
	return out, nil
}

// maxMembers is how many contacts a category stands for at most.
const maxMembers = 2000

// Members are the addresses that a group stands for: those of its members that have one, and of the contacts that have the group's name as a category.
func (s *Shelves) Members(ctx context.Context, group pim.ContactID) ([]mail.Address, error) {
	g, err := s.Contact(ctx, group)
	if err != nil {
		return nil, err
	}
	out := []mail.Address{}
	add := func(name, addr string) {
		if addr != "" && !slices.ContainsFunc(out, func(a mail.Address) bool { return strings.EqualFold(a.Addr, addr) }) {
			out = append(out, mail.Address{Name: name, Addr: addr})
		}
	}
	own, err := s.GroupMembers(ctx, group)
	if err != nil {
		return nil, err
	}
	for _, m := range own {
		add(m.Name, m.Addr)
	}
	p, err := s.Contacts(ctx, pim.ContactQuery{Category: g.Display()}, 0, maxMembers)
	if err != nil {
		return nil, err
	}
	for _, r := range p.Rows {
		if !r.Group {
			add(r.Name, r.Email)
		}
	}
	return out, nil
}

// GroupMembers are the members that a group names itself, in its order; one that is in no address book here has no address.
func (s *Shelves) GroupMembers(ctx context.Context, group pim.ContactID) ([]pim.Member, error) {
	g, err := s.Contact(ctx, group)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]pim.Member, 0, len(g.Members))
	for _, m := range g.Members {
		x := pim.Member{Ref: m}
		low := strings.ToLower(m)
		if strings.HasPrefix(low, "mailto:") {
			x.Addr = m[len("mailto:"):]
			os, err := st.PIMByAddress(ctx, x.Addr)
			if err != nil {
				return nil, err
			}
			if len(os) > 0 {
				x.Name = os[0].Title
			}
			out = append(out, x)
			continue
		}
		uid := m
		if strings.HasPrefix(low, "urn:uuid:") {
			uid = m[len("urn:uuid:"):]
		}
		for _, u := range []string{uid, m} {
			os, err := st.PIMByUID(ctx, "contact", u)
			if err != nil {
				return nil, err
			}
			if len(os) > 0 {
				x.Name, x.Addr = os[0].Title, data(&os[0], ingest.ContactEmail)
				break
			}
		}
		out = append(out, x)
	}
	return out, nil
}

func counted(n int, what string) string { return plural(n, what, what+"s") }

func newCard(c pim.Contact) []byte { return vcard.New(c).Bytes() }
