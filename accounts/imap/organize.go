package imap

import (
	"context"
	"strings"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// childName makes the full name of a mailbox below parent.
func (s *session) childName(ctx context.Context, parent remote.Ref, name string) (string, *tree, error) {
	t := &tree{}
	if s.caps.Has(imap2.CapNamespace) {
		if ns, err := s.client.Namespace().Wait(); err == nil && len(ns.Personal) > 0 {
			t.prefix = ns.Personal[0].Prefix
			if d := ns.Personal[0].Delim; d != 0 {
				t.delim = string(d)
			}
		} else if err != nil && s.dead() {
			return "", nil, err
		}
	}
	if t.delim == "" {
		// An empty pattern asks for the delimiter only (RFC 9051 section 6.3.9).
		got, err := s.client.List("", "", nil).Collect()
		if err != nil && s.dead() {
			return "", nil, err
		}
		if len(got) > 0 && got[0].Delim != 0 {
			t.delim = string(got[0].Delim)
		}
	}
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", nil, fault.New(fault.Usage, "name", "The mailbox needs a name", "")
	case t.delim != "" && strings.Contains(name, t.delim):
		return "", nil, fault.New(fault.Usage, "name", "The name may not contain “"+t.delim+"”", "The server uses it between a mailbox and those in it.")
	case strings.ContainsAny(name, "\r\n\x00"):
		return "", nil, fault.New(fault.Usage, "name", "The name holds a character that no mailbox may have", "")
	}
	if parent != "" {
		if t.delim == "" {
			return "", nil, fault.New(fault.Refused, "flat", "This server has no mailboxes inside others", "")
		}
		return string(parent) + t.delim + name, t, nil
	}
	return t.prefix + name, t, nil
}

// Create implements remote.Organizer; the new mailbox is subscribed.
func (b *backend) Create(ctx context.Context, parent remote.Ref, name string) (c remote.Collection, err error) {
	s, err := b.session()
	if err != nil {
		return c, err
	}
	err = s.do(ctx, "create mailbox", func() error {
		full, t, err := s.childName(ctx, parent, name)
		if err != nil {
			return err
		}
		if err := s.client.Create(full, nil).Wait(); err != nil {
			return err
		}
		subscribed := s.client.Subscribe(full).Wait() == nil
		c = remote.Collection{Ref: remote.Ref(full), Kind: remote.Mail, Rights: mail.AllRights, Subscribed: subscribed}
		c.Parent, c.Name = t.split(full, t.delim)
		return nil
	})
	return c, err
}

// Rename implements remote.Organizer. Children move along; the subscription too, which RENAME itself leaves behind.
func (b *backend) Rename(ctx context.Context, c, parent remote.Ref, name string) (r remote.Ref, err error) {
	s, err := b.session()
	if err != nil {
		return "", err
	}
	err = s.do(ctx, "rename mailbox", func() error {
		full, t, err := s.childName(ctx, parent, name)
		if err != nil {
			return err
		}
		if full == string(c) {
			r = c
			return nil
		}
		if t.delim != "" && strings.HasPrefix(full, string(c)+t.delim) {
			return fault.New(fault.Usage, "into-itself", "A mailbox cannot be moved into itself", "")
		}
		if err := s.leave(string(c), t.delim); err != nil {
			return err
		}
		if err := s.client.Rename(string(c), full, nil).Wait(); err != nil {
			return err
		}
		if s.client.Subscribe(full).Wait() == nil {
			_ = s.client.Unsubscribe(string(c)).Wait()
		}
		r = remote.Ref(full)
		return nil
	})
	return r, err
}

// leave closes the selected mailbox when it is box or below it: some servers refuse to rename or delete what is open.
func (s *session) leave(box, delim string) error {
	if s.box == "" || s.box != box && (delim == "" || !strings.HasPrefix(s.box, box+delim)) {
		return nil
	}
	s.box, s.sel = "", nil
	if s.caps.Has(imap2.CapUnselect) {
		return s.client.Unselect().Wait()
	}
	_, err := s.client.Select("INBOX", &imap2.SelectOptions{ReadOnly: true}).Wait()
	return err
}

// Delete implements remote.Organizer.
func (b *backend) Delete(ctx context.Context, c remote.Ref) error {
	s, err := b.session()
	if err != nil {
		return err
	}
	return s.do(ctx, "delete mailbox", func() error {
		if err := s.leave(string(c), ""); err != nil {
			return err
		}
		if err := s.client.Delete(string(c)).Wait(); err != nil {
			return err
		}
		if err := s.client.Unsubscribe(string(c)).Wait(); err != nil && s.dead() {
			return err
		}
		return nil
	})
}

// Subscribe implements remote.Organizer.
func (b *backend) Subscribe(ctx context.Context, c remote.Ref, on bool) error {
	s, err := b.session()
	if err != nil {
		return err
	}
	return s.do(ctx, "subscribe", func() error {
		if on {
			return s.client.Subscribe(string(c)).Wait()
		}
		return s.client.Unsubscribe(string(c)).Wait()
	})
}

// Usage implements remote.Meter by the inbox's quota root (RFC 9208). Of several roots the fullest counts.
func (b *backend) Usage(ctx context.Context) (u remote.Usage, err error) {
	s, err := b.session()
	if err != nil || !s.caps.Has(imap2.CapQuota) {
		return u, err
	}
	err = s.do(ctx, "quota", func() error {
		roots, err := s.client.GetQuotaRoot("INBOX").Wait()
		if err != nil {
			if s.dead() {
				return err
			}
			return nil
		}
		for _, r := range roots {
			q, ok := r.Resources[imap2.QuotaResourceStorage]
			if !ok || q.Limit <= 0 || q.Limit > 1<<52 || q.Usage < 0 || q.Usage > 1<<52 {
				continue
			}
			if used, limit := q.Usage*1024, q.Limit*1024; u.Limit == 0 || float64(used)/float64(limit) > float64(u.Used)/float64(u.Limit) {
				u = remote.Usage{Used: used, Limit: limit}
			}
		}
		return nil
	})
	return u, err
}
