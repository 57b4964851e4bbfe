package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/vcard"
)

func digest(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Conflicts are objects that were changed on both sides.
func (s *Shelves) Conflicts(ctx context.Context) ([]pim.Conflict, error) {
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	cs, err := st.PIMConflicts(ctx)
	out := make([]pim.Conflict, 0, len(cs))
	for _, c := range cs {
		x := pim.Conflict{ID: c.ID, Collection: pim.CollectionID(c.Collection), Title: c.Title, Deleted: c.Deleted, Made: c.Made, Mine: c.Mine, Theirs: c.Theirs}
		if c.Kind == "contact" {
			x.Contact = pim.ContactID(c.Object)
		} else {
			x.Event = pim.EventID(c.Object)
		}
		x.Differences = differences(c.Kind, c.Mine, c.Theirs, s.now().Location())
		if c.Kind == "event" && c.Mine != nil && c.Theirs != nil {
			a, err1 := icalendar.Parse(c.Mine)
			b, err2 := icalendar.Parse(c.Theirs)
			if err1 == nil && err2 == nil {
				ea, _ := a.Event("")
				eb, _ := b.Event("")
				x.Fields = icalendar.Changes(eb, ea)
			}
		}
		out = append(out, x)
	}
	return out, err
}

// ResolveConflict ends a conflict as the person chose.
func (s *Shelves) ResolveConflict(ctx context.Context, id int64, choice pim.Choice) error {
	_, err := s.command(ctx, "", func(e *edit) error {
		c, err := e.tx.PIMConflict(id)
		if err != nil {
			return err
		}
		if err := e.tx.DropPIMConflict(id); err != nil || choice == pim.KeepTheirs {
			return err
		}
		kind := remote.Calendar
		if c.Kind == "contact" {
			kind = remote.Contacts
		}
		now, err := e.tx.PIMObject(c.Object)
		gone := fault.Is(err, fault.NotFound)
		if err != nil && !gone {
			return err
		}
		if c.Mine == nil { // it was removed here
			if gone || choice == pim.KeepBoth {
				return nil
			}
			return e.remove(c.Object)
		}
		raw := c.Mine
		if choice == pim.KeepBoth && !gone {
			if raw, err = renamed(kind, raw); err != nil {
				return err
			}
			gone = true
		}
		x, err := object(kind, c.Collection, raw)
		if err != nil {
			return err
		}
		if !gone {
			x.ID, x.Ref, x.Rev = now.ID, now.Ref, now.Rev
		}
		return e.put(&x)
	})
	return err
}

// renamed gives bytes another UID.
func renamed(kind remote.Kind, raw []byte) ([]byte, error) {
	if kind == remote.Contacts {
		k, err := vcard.Parse(raw)
		if err != nil {
			return nil, fault.Of(err)
		}
		k.SetUID(newUID())
		return k.Bytes(), nil
	}
	o, err := icalendar.Parse(raw)
	if err != nil {
		return nil, fault.Of(err)
	}
	o.SetUID(newUID())
	return o.Bytes(), nil
}

// Services tells what an account has.
func (s *Shelves) Services(ctx context.Context, a mail.AccountID) ([]Service, error) {
	if s.net == nil {
		return []Service{}, nil
	}
	return s.net.services(ctx, a)
}

// UseService turns a service on or off.
func (s *Shelves) UseService(ctx context.Context, a mail.AccountID, p mail.Protocol, on bool) error {
	if s.net == nil {
		return errNoMail
	}
	return s.net.useService(ctx, a, p, on)
}

// UseServiceAt turns a service on at an address that the person gave.
func (s *Shelves) UseServiceAt(ctx context.Context, a mail.AccountID, p mail.Protocol, url string) error {
	if s.net == nil {
		return errNoMail
	}
	return s.net.useServiceAt(ctx, a, p, url)
}

// SyncPIM asks for contacts and calendars now.
func (s *Shelves) SyncPIM(a mail.AccountID) {
	if s.net != nil {
		s.net.wake(a, true)
	}
}
