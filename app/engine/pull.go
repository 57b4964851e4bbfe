package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// pull commits one page of what changed in a mailbox; true when there is more.
func (s *session) pull(id mail.MailboxID) (bool, error) {
	p, err := s.e.s.Place(s.ctx, id)
	if err != nil {
		return false, err
	}
	if p.Ref == "" {
		return false, nil
	}
	if !p.Listed {
		s.a.status(func(st *AccountStatus) { st.State, st.Doing = StateFetching, "Fetching "+p.Name })
	}
	d, err := s.page(p)
	if err != nil {
		return false, err
	}
	if d.More && d.Next == p.Token {
		return false, fault.New(fault.Protocol, "no-progress", "The server's list of messages does not end", "It is asked again later.")
	}
	if d.Ahead && d.More {
		defer s.pageAhead(p, d.Next)()
	}
	ops, err := s.e.s.Ops(s.ctx, s.a.id)
	if err != nil {
		return false, err
	}
	var done plan
	names := map[remote.Ref]bool{}
	err = s.e.write(s.ctx, "pull", func(tx *store.Tx) error {
		k, err := s.gather(tx, p, &d, ops)
		if err != nil {
			return err
		}
		done = merge(k, d)
		for r := range k.marks {
			names[r] = true
		}
		for _, r := range d.Gone {
			delete(names, r)
		}
		if done.full && !s.relisted[id] {
			// This page is not safe to build on: keep what it said, and list from scratch.
			d.Next = ""
		}
		return s.apply(tx, p, k, d, done)
	})
	if err != nil {
		return false, err
	}
	if p.Keep && !d.More {
		if d.Complete {
			s.onServer[id] = members(&d)
		} else if on := s.onServer[id]; on != nil {
			for _, r := range d.Gone {
				delete(on, r)
			}
		} else { // nothing is new: what was there is there
			s.onServer[id] = names
		}
		if s.conn.Pusher != nil {
			s.leave = append(s.leave, id)
		}
	}
	if len(done.insert) > 0 && s.report.First == 0 {
		s.report.First = time.Since(s.opened).Seconds()
	}
	s.report.Added += len(done.insert)
	s.report.Changed += len(done.flag) + len(done.name)
	s.report.Removed += len(done.delete) + len(done.kept)
	if len(done.insert) > 0 {
		s.bodies = true
		s.cursor[id] = 0
		s.tell("Fetching " + p.Name)
	}
	if done.full && !s.relisted[id] {
		s.relisted[id] = true
		return true, nil
	}
	for _, o := range done.moved {
		s.mark(o.Dest)
	}
	if d.Count != nil && !d.More && !p.Keep {
		return s.recount(id, *d.Count)
	}
	return d.More, nil
}

// ahead is a page that was asked for while the one before was stored.
type ahead struct {
	ref   remote.Ref
	since remote.Token
	d     remote.Delta
	err   error
}

// page asks for what changed since the token that is stored, or takes it where it was asked for already.
func (s *session) page(p store.Place) (remote.Delta, error) {
	a := s.ahead
	s.ahead = nil
	if a != nil && a.ref == p.Ref && a.since == p.Token {
		return a.d, a.err
	}
	return s.conn.Pull(s.ctx, p.Ref, p.Token)
}

// pageAhead asks for a page while the one before it is stored; the connection is free again when the returned function returns. Pages are still committed
// one by one, each with its token: when the one before is not stored, or is not built on, what came is thrown away.
func (s *session) pageAhead(p store.Place, since remote.Token) (wait func()) {
	a, done := &ahead{ref: p.Ref, since: since}, make(chan struct{})
	go func() {
		defer close(done)
		a.d, a.err = s.conn.Pull(s.ctx, p.Ref, since)
	}()
	return func() {
		<-done
		s.ahead = a
	}
}

// recount compares how many messages of a mailbox are known with what its server says; true when it has to be listed from scratch, which is done once
// for a difference: what the server said earlier was wrong, or is wrong now.
func (s *session) recount(id mail.MailboxID, there int) (bool, error) {
	here, err := s.e.s.Named(s.ctx, id)
	if err != nil {
		return false, err
	}
	if here == there {
		delete(s.a.offBy, id)
		return false, nil
	}
	ops, err := s.e.s.Ops(s.ctx, s.a.id)
	if err != nil || slices.ContainsFunc(ops, func(o store.Op) bool { return o.State == store.OpSent }) {
		return false, err // one may be between two mailboxes
	}
	if s.a.offBy[id] == here-there {
		return false, nil
	}
	if s.relisted[id] {
		s.a.offBy[id] = here - there
		s.e.log.Warn("a mailbox has another number of messages than its server says", "account", string(s.a.id), "mailbox", int64(id), "here", here, "there", there)
		return false, nil
	}
	s.relisted[id] = true
	return true, s.fromScratch(id)
}

// gather reads what is known before a page. On a reset all names are void first.
func (s *session) gather(tx *store.Tx, p store.Place, d *remote.Delta, ops []store.Op) (known, error) {
	k := known{keep: p.Keep, rows: map[remote.Ref]store.Row{}, adds: map[mail.MessageID]store.Op{}, ops: map[mail.MessageID][]store.Op{}}
	for _, o := range ops {
		if o.Message != 0 {
			k.ops[o.Message] = append(k.ops[o.Message], o)
		}
	}
	var err error
	if d.Reset && !p.Keep {
		old, err := tx.Refs(p.ID)
		if err != nil {
			return k, err
		}
		for _, id := range old {
			if err := tx.SetBase(id, p.ID, ""); err != nil {
				return k, err
			}
		}
	}
	refs := make([]remote.Ref, 0, len(d.Changed)+len(d.Gone))
	for _, st := range d.Changed {
		refs = append(refs, st.Ref)
	}
	refs = append(refs, d.Gone...)
	if k.rows, err = tx.RowsByRef(p.ID, refs); err != nil {
		return k, err
	}
	if d.Complete {
		all, err := tx.Refs(p.ID)
		if err != nil {
			return k, err
		}
		k.here, k.on = all, members(d)
		for ref, id := range all { // of those that are there nothing more matters: there may be very many
			if _, ok := k.rows[ref]; ok || k.on[ref] {
				continue
			}
			if k.rows[ref], err = tx.Row(id); err != nil {
				return k, err
			}
		}
	}
	if k.unnamed, err = tx.Unnamed(p.ID); err != nil {
		return k, err
	}
	for _, o := range ops {
		if o.Kind != store.OpAdd || o.Mailbox != p.ID || o.State != store.OpSent && o.Name != "" {
			continue
		}
		if row, err := tx.Row(o.Message); err == nil && row.Base == 0 {
			if o.State != store.OpSent && row.InternetID == "" {
				continue
			}
			k.unnamed = append(k.unnamed, row)
			k.adds[row.ID] = o
		}
	}
	if p.Keep {
		if k.marks, err = tx.POPSeen(p.ID); err != nil {
			return k, err
		}
	}
	return k, nil
}

// apply carries out a plan.
func (s *session) apply(tx *store.Tx, p store.Place, k known, d remote.Delta, pl plan) error {
	now := s.e.o.Now()
	for _, n := range pl.name {
		if err := tx.SetBase(n.row.ID, p.ID, n.state.Ref); err != nil {
			return err
		}
		if n.op != 0 {
			if err := s.added(tx, k.adds[n.row.ID], n.row); err != nil {
				return err
			}
		}
		if !n.state.FlagsUnknown {
			if err := tx.SetBaseFlags(n.row.ID, n.state.Flags, n.state.Keywords); err != nil {
				return err
			}
		}
		if p.Keep && n.row.Digest != "" {
			m := k.marks[n.row.Ref]
			if m.Stored.IsZero() {
				m.Stored = now
			}
			if err := tx.SetPOPSeen(p.ID, n.state.Ref, n.row.Digest, m.Stored); err != nil {
				return err
			}
		}
	}
	if err := tx.DropPOPSeen(p.ID, pl.forget); err != nil {
		return err
	}
	for _, f := range pl.flag {
		if err := tx.SetBaseFlags(f.id, f.flags, f.words); err != nil {
			return err
		}
	}
	if len(pl.insert) > 0 {
		if err := s.insert(tx, p, pl.insert); err != nil {
			return err
		}
	}
	for _, id := range pl.kept {
		if err := tx.SetKept(id); err != nil {
			return err
		}
	}
	for _, o := range pl.moved {
		if err := tx.SetBase(o.Message, o.Dest, ""); err != nil {
			return err
		}
		if err := tx.DropOp(o.ID); err != nil {
			return err
		}
	}
	if err := tx.Delete(pl.delete); err != nil {
		return err
	}
	if p.Keep && d.Complete {
		// Without a name on the server these rows leave no mark; what is left of removed names is forgotten once nothing is in doubt.
		if err := s.prune(tx, p, d, pl); err != nil {
			return err
		}
	}
	if d.Reset != p.Resetting && (d.Reset || pl.listed) {
		if err := tx.SetResetting(p.ID, d.Reset && !pl.listed); err != nil {
			return err
		}
	}
	if pl.listed && !p.Listed {
		if err := tx.SetListed(p.ID, true); err != nil {
			return err
		}
	}
	if d.Next == p.Token && len(pl.insert)+len(pl.flag)+len(pl.name)+len(pl.delete) == 0 {
		return nil
	}
	return tx.SetToken(p.ID, d.Next, now)
}

// prune forgets marks of names that the server has no more, when no new message could still turn out to be one of them.
func (s *session) prune(tx *store.Tx, p store.Place, d remote.Delta, pl plan) error {
	marks, err := tx.POPSeen(p.ID)
	if err != nil || len(pl.insert) > 0 {
		return err
	}
	missing, err := s.e.s.MissingBodies(s.ctx, p.ID, epoch, 0, 1)
	if err != nil || len(missing) > 0 {
		return err
	}
	on := members(&d)
	var old []remote.Ref
	for r := range marks {
		if !on[r] {
			old = append(old, r)
		}
	}
	return tx.DropPOPSeen(p.ID, old)
}

func (s *session) insert(tx *store.Tx, p store.Place, states []remote.State) error {
	ms := make([]store.NewMessage, len(states))
	// Oldest first: ids ascend, and the store's pages fill from their end.
	for i, st := range states {
		ms[len(states)-1-i] = store.NewMessage{Account: s.a.id, Mailbox: p.ID, Ref: st.Ref, Flags: st.Flags, Keywords: st.Keywords, Envelope: st.Envelope, Received: st.Received,
			Size: st.Size, Global: st.Global}
	}
	ids, err := tx.Insert(ms)
	if err != nil {
		return err
	}
	for i, m := range ms {
		if m.Global == "" {
			continue
		}
		same, err := tx.ByGlobal(s.a.id, m.Global)
		if err != nil {
			return err
		}
		for _, r := range same {
			if r.ID != ids[i] && r.Digest != "" {
				if err := tx.ShareBody(ids[i], r.ID); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// tie splits an op's name into its verb and message.
func tie(name string) (verb string, id mail.MessageID) {
	v, n, ok := strings.Cut(name, ":")
	if !ok {
		return "", 0
	}
	fmt.Sscan(n, &id)
	return v, id
}

func tied(verb string, id mail.MessageID) string { return fmt.Sprintf("%s:%d", verb, id) }

// added ends an OpAdd whose copy is durably on the server (or in a mailbox that is only here), and does what follows from it.
func (s *session) added(tx *store.Tx, o store.Op, row store.Row) error {
	if err := tx.DropOp(o.ID); err != nil {
		return err
	}
	switch verb, id := tie(o.Name); verb {
	case "move", "replace":
		old, err := tx.Row(id)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.e.removeTx(tx, old, o.Undo)
	}
	return nil
}
