package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// session is the work over one main connection.
type session struct {
	a         *account
	e         *Engine
	ctx       context.Context
	conn      *remote.Conn
	collected bool                                   // the tree was listed
	looked    time.Time                              // when it was
	dirty     []mail.MailboxID                       // to pull, in order
	pulled    map[mail.MailboxID]bool                // pulled to its end in this session
	relisted  map[mail.MailboxID]bool                // listed from scratch once, to be sure
	onServer  map[mail.MailboxID]map[remote.Ref]bool // Keep: what the last complete listing had
	skip      map[mail.MailboxID]bool                // cannot be read
	cursor    map[mail.MailboxID]mail.MessageID
	ahead     *ahead
	bodies    bool // some may be missing
	leave     []mail.MailboxID
	speed     float64 // bytes a second of the last bodies
	report    *Report
	progress  func(Progress)
	done      int
	opened    time.Time // when it had signed in
}

func (a *account) connect(ctx context.Context) (*session, error) {
	conn, err := a.opener.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &session{a: a, e: a.e, ctx: ctx, conn: conn, pulled: map[mail.MailboxID]bool{}, relisted: map[mail.MailboxID]bool{}, skip: map[mail.MailboxID]bool{},
		cursor: map[mail.MailboxID]mail.MessageID{}, onServer: map[mail.MailboxID]map[remote.Ref]bool{}, report: &Report{Account: a.id}, opened: time.Now()}, nil
}

// errStale: a connection that had rested turned out to be dead. That is no news to anybody: another one is opened.
var errStale = errors.New("stale")

// work runs one session; nil means that there is nothing to do and nothing to wait for over this connection.
func (a *account) work(ctx context.Context) (err error) {
	a.session.Lock()
	defer a.session.Unlock()
	a.status(func(s *AccountStatus) {
		if s.State != StateIdle {
			return
		}
		s.State, s.Doing = StateFetching, "Connecting"
	})
	s, err := a.connect(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer func() {
		stop()
		s.conn.Close()
	}()
	a.mu.Lock()
	a.all, a.now = false, false
	a.mu.Unlock()
	var endWatch func()
	rested := false
	defer func() {
		if endWatch != nil {
			endWatch()
		}
	}()
	for ctx.Err() == nil {
		did, err := s.step()
		if err != nil && rested && fault.Is(err, fault.Network) {
			return errStale
		}
		if err != nil {
			return err
		}
		if did {
			rested = false
			a.status(func(st *AccountStatus) { // the server talks again, and a long queue of changes is no reason to be called offline
				if st.State == StateOffline {
					st.State, st.Doing, st.Retry = StateFetching, "Catching up", time.Time{}
				}
			})
			continue
		}
		a.status(func(st *AccountStatus) {
			st.State, st.Doing, st.Done, st.Total, st.Retry, st.Checked = StateIdle, "", 0, 0, time.Time{}, a.e.o.Now()
			if f, ok := st.Err.(*fault.Error); ok && !f.Policy().Drop && f.Kind != fault.Quota {
				st.Err = nil
			}
		})
		if s.conn.Watcher == nil {
			return nil
		}
		if endWatch == nil {
			endWatch = a.watch(ctx, s)
		}
		if !a.rest(ctx, s.nap(), true) {
			return ctx.Err()
		}
		rested = true
		if time.Since(s.looked) >= a.poll() {
			s.collected = false // look at everything
		}
	}
	return ctx.Err()
}

// nap is how long to rest: until the next look, or until the first op that waits for its time.
func (s *session) nap() time.Duration {
	d := max(s.a.poll()-time.Since(s.looked), 10*time.Millisecond)
	ops, err := s.e.s.Ops(s.ctx, s.a.id)
	if err != nil {
		return d
	}
	now := s.e.o.Now()
	for _, o := range ops {
		if o.State != store.OpParked && o.Next.After(now) {
			d = min(d, o.Next.Sub(now)+10*time.Millisecond)
		}
	}
	return d
}

// step does the most pressing piece of work; false when there is none.
func (s *session) step() (bool, error) {
	a := s.a
	a.mu.Lock()
	us, hints := a.urgent, a.hints
	a.urgent, a.hints = nil, map[remote.Ref]bool{}
	all := a.all
	a.all = false
	a.mu.Unlock()
	if all {
		s.collected = false
		if err := s.unpark(); err != nil {
			return true, err
		}
	}
	for i, u := range us {
		err := s.fetchOne(u.id)
		if u.done != nil {
			u.done <- err
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			a.mu.Lock()
			a.urgent = append(us[i+1:], a.urgent...)
			a.mu.Unlock()
			return true, err
		}
	}
	for r := range hints {
		if p, err := s.e.s.PlaceByRef(s.ctx, a.id, r); err == nil {
			s.mark(p.ID)
			s.pulled[p.ID] = false
		}
	}
	if did, err := s.push(); did || err != nil {
		return did, err
	}
	if !s.collected {
		return true, s.collect()
	}
	for len(s.dirty) > 0 {
		id := s.dirty[0]
		more, err := s.pull(id)
		if err == nil && !more {
			s.dirty = s.dirty[1:]
			s.pulled[id] = true
		}
		if err == nil {
			return true, nil
		}
		switch {
		case isContext(err):
			return true, err
		case fault.Is(err, fault.NotFound): // it vanished meanwhile: the next listing of the tree says so
			s.dirty = s.dirty[1:]
			s.skip[id] = true
		case fault.Is(err, fault.Refused):
			s.dirty = s.dirty[1:]
			s.skip[id] = true
			s.e.log.Warn("a mailbox cannot be read", "account", string(a.id), "mailbox", int64(id), "err", err)
		case fault.Is(err, fault.Protocol) && !s.relisted[id]:
			s.relisted[id] = true
			if err := s.fromScratch(id); err != nil {
				return true, err
			}
		default:
			return true, err
		}
	}
	if s.report.Listed == 0 {
		s.report.Listed = time.Since(s.opened).Seconds()
	}
	for len(s.leave) > 0 {
		id := s.leave[0]
		s.leave = s.leave[1:]
		if did, err := s.thin(id); did || err != nil {
			return did, err
		}
	}
	if s.bodies {
		return true, s.fetchBodies()
	}
	return false, s.settleFound()
}

// unpark gives ops that waited for room on the server another try.
func (s *session) unpark() error {
	ops, err := s.e.s.Ops(s.ctx, s.a.id)
	if err != nil {
		return err
	}
	return s.e.s.Write(s.ctx, func(tx *store.Tx) error {
		for _, o := range ops {
			if o.State == store.OpParked {
				o.State, o.Error = store.OpQueued, ""
				if err := tx.PutOp(o); err != nil && !fault.Is(err, fault.NotFound) {
					return err
				}
			}
		}
		return nil
	})
}

func (s *session) mark(id mail.MailboxID) {
	if !s.skip[id] && !slices.Contains(s.dirty, id) {
		s.dirty = append(s.dirty, id)
	}
	s.bodies = true
}

func (s *session) fromScratch(id mail.MailboxID) error {
	return s.e.write(s.ctx, "relist", func(tx *store.Tx) error { return tx.SetToken(id, "", s.e.o.Now()) })
}

// localNames are the mailboxes that an account has only here when its server has one mailbox (POP3).
var localNames = []struct {
	role mail.Role
	name string
}{{mail.RoleDrafts, "Drafts"}, {mail.RoleSent, "Sent"}, {mail.RoleArchive, "Archive"}, {mail.RoleJunk, "Junk"}, {mail.RoleTrash, "Trash"}}

// collect lists the tree and plans to pull what can be read: the inbox, then what the person wrote, then the rest.
func (s *session) collect() error {
	cs, err := s.conn.Collections(s.ctx)
	if err != nil {
		return err
	}
	keep, roles := false, map[mail.Role]bool{}
	for _, c := range cs {
		keep = keep || c.Keep && c.Role == mail.RoleInbox
		roles[c.Role] = true
	}
	err = s.e.write(s.ctx, "collections", func(tx *store.Tx) error {
		if err := tx.PutCollections(s.a.id, cs); err != nil {
			return err
		}
		for _, l := range localNames {
			if keep && !roles[l.role] {
				if _, err := tx.LocalMailbox(s.a.id, l.role, l.name); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.collected, s.looked = true, time.Now()
	boxes, err := s.e.s.Mailboxes(s.ctx, s.a.id)
	if err != nil {
		return err
	}
	rank := func(b mail.Mailbox) int {
		switch b.Role {
		case mail.RoleInbox:
			return 0
		case mail.RoleSent, mail.RoleDrafts:
			return 1
		case mail.RoleJunk, mail.RoleTrash:
			return 3
		}
		return 2
	}
	slices.SortStableFunc(boxes, func(x, y mail.Mailbox) int { return rank(x) - rank(y) })
	s.dirty, s.report.Mailboxes = nil, 0
	clear(s.skip)
	for _, b := range boxes {
		if b.Local {
			continue
		}
		s.report.Mailboxes++
		p, err := s.e.s.Place(s.ctx, b.ID)
		if err != nil || p.Ref == "" || p.Virtual || !p.Selectable {
			s.skip[b.ID] = true // until the next listing
			continue
		}
		s.mark(b.ID)
	}
	return nil
}

// watch listens over a second connection and turns hints into work. The returned function ends it and waits.
func (a *account) watch(ctx context.Context, s *session) func() {
	boxes, err := a.e.s.Mailboxes(ctx, a.id)
	if err != nil {
		return nil
	}
	var refs []remote.Ref
	for _, b := range boxes { // the inbox comes first
		if p, err := a.e.s.Place(ctx, b.ID); err == nil && !b.Local && p.Ref != "" && p.Selectable && !p.Virtual && !s.skip[b.ID] {
			refs = append(refs, p.Ref)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		delay := a.e.o.BackoffMin
		for ctx.Err() == nil {
			began := time.Now()
			err := a.watchOnce(ctx, refs)
			a.status(func(st *AccountStatus) { st.Push = false })
			if fault.Is(err, fault.Refused) || ctx.Err() != nil {
				return
			}
			if time.Since(began) > time.Minute {
				delay = a.e.o.BackoffMin
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(delay):
			}
			delay = min(2*delay, a.e.o.BackoffMax)
			a.mu.Lock()
			a.all = true // what came meanwhile was not told
			a.mu.Unlock()
			a.wake()
		}
	}()
	return func() { cancel(); <-done }
}

func (a *account) watchOnce(ctx context.Context, refs []remote.Ref) error {
	c, err := a.opener.Open(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if c.Watcher == nil {
		return fault.New(fault.Refused, "no-push", "", "")
	}
	up := time.AfterFunc(100*time.Millisecond, func() {
		a.status(func(st *AccountStatus) { st.Push = true })
		a.mu.Lock()
		a.all = true // what came between the last look and now was not told
		a.mu.Unlock()
		a.wake()
	})
	defer up.Stop()
	return c.Watcher.Watch(ctx, refs, func(r remote.Ref) {
		a.mu.Lock()
		a.hints[r] = true
		a.mu.Unlock()
		a.wake()
	})
}
