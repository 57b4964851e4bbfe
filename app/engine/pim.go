package engine

import (
	"context"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// Address books and calendars go the way of mail: a command changes what is shown and leaves a row of a journal (pimops), the row is marked sent durably before the server
// is told, and the answer, the new version and the end of the row are one transaction. What the server has now is pulled behind, and nothing is removed here but what a complete listing does not have.
//
// Each connection of an account (its CardDAV and its CalDAV server) has a supervisor of its own, so that a calendar that does not answer holds up neither the contacts nor the mail.
//
// # Both sides
//
// An object that waits for the server and turns out to be another one there is put back to what the server has; what was written here is kept as a conflict (store.PIMConflict), which the
// person settles. Something edited here and removed there is made there again; something removed here and edited there comes back. Versions that say the same (Options.Same) are no conflict: that is also
// how a write is recognised whose answer was lost. What was told is kept until the answer (PIMObject.Sent), because the object may be changed or removed again before the next try: what the server has
// is then this program's own version of before, and the newer change is told on top of it.

// Shelving is what the engine needs for address books and calendars; without Open there are none.
type Shelving struct {
	// Open returns what opens the connections that account a uses, by their service.
	Open func(a mail.Account) map[string]remote.Opener
	// Object takes an object apart; it runs outside the write lock.
	Object func(kind remote.Kind, raw []byte) (store.PIMObject, error)
	// Same reports whether two objects say the same; Holds whether a says all that b does, and perhaps more.
	Same, Holds func(a, b []byte) bool
	// Poll is how often to look when nothing happens; 0 = 15 min.
	Poll time.Duration
}

// shelf is the supervisor of one connection.
type shelf struct {
	e       *Engine
	account mail.AccountID
	service string
	opener  remote.Opener
	kick    chan struct{}

	mu  sync.Mutex
	all bool
	err error
	at  time.Time
}

// shelfBoard knows the running shelves.
type shelfBoard struct {
	mu sync.Mutex
	m  map[mail.AccountID][]*shelf
}

// startShelves starts the supervisors of an account; they end with ctx.
func (e *Engine) startShelves(ctx context.Context, a *account) {
	if e.o.Shelves.Open == nil {
		return
	}
	var ss []*shelf
	for service, o := range e.o.Shelves.Open(a.m) {
		s := &shelf{e: e, account: a.id, service: service, opener: o, kick: make(chan struct{}, 1), all: true}
		ss = append(ss, s)
	}
	e.shelves.mu.Lock()
	if e.shelves.m == nil {
		e.shelves.m = map[mail.AccountID][]*shelf{}
	}
	e.shelves.m[a.id] = ss
	e.shelves.mu.Unlock()
	for _, s := range ss {
		a.running.Add(1)
		e.wg.Add(1)
		go func() {
			defer e.wg.Done()
			defer a.running.Done()
			s.supervise(ctx)
		}()
	}
}

// SyncPIM wakes the shelves of an account ("" = all): pending changes are pushed, and with all set everything is looked at.
func (e *Engine) SyncPIM(id mail.AccountID, all bool) {
	e.shelves.mu.Lock()
	defer e.shelves.mu.Unlock()
	for k, ss := range e.shelves.m {
		if id != "" && k != id {
			continue
		}
		for _, s := range ss {
			s.mu.Lock()
			s.all = s.all || all
			s.mu.Unlock()
			poke(s.kick)
		}
	}
}

// ShelvesOnce brings the address books and calendars of an account up to date and returns; for programs that do not run on. The account's supervisors must not run.
func (e *Engine) ShelvesOnce(ctx context.Context, id mail.AccountID) error {
	a, err := e.account(ctx, id)
	if err != nil {
		return err
	}
	if e.o.Shelves.Open == nil {
		return nil
	}
	var first error
	for service, o := range e.o.Shelves.Open(a.m) {
		s := &shelf{e: e, account: id, service: service, opener: o, kick: make(chan struct{}, 1), all: true}
		var conn *remote.Conn
		_, err := s.round(ctx, &conn)
		if conn != nil {
			conn.Close()
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// ShelfState is how one connection is.
type ShelfState struct {
	Service string
	Err     error // a *fault.Error; nil when it was in step at Checked
	Checked time.Time
}

// ShelfStates tells how the connections of an account are.
func (e *Engine) ShelfStates(id mail.AccountID) []ShelfState {
	e.shelves.mu.Lock()
	defer e.shelves.mu.Unlock()
	var out []ShelfState
	for _, s := range e.shelves.m[id] {
		s.mu.Lock()
		out = append(out, ShelfState{s.service, s.err, s.at})
		s.mu.Unlock()
	}
	return out
}

func (s *shelf) supervise(ctx context.Context) {
	poll := s.e.o.Shelves.Poll
	if poll <= 0 {
		poll = 15 * time.Minute
	}
	delay := s.e.o.BackoffMin
	var conn *remote.Conn
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	for ctx.Err() == nil {
		wait := poll
		next, err := s.round(ctx, &conn)
		if ctx.Err() != nil {
			return
		}
		s.mu.Lock()
		changed := (err == nil) != (s.err == nil)
		if s.err = err; err == nil {
			s.at = s.e.o.Now()
		} else {
			s.all = true
		}
		s.mu.Unlock()
		if changed {
			s.e.status.update(s.account, func(*AccountStatus) {})
		}
		switch {
		case err == nil:
			delay = s.e.o.BackoffMin
			if next > 0 && next < wait {
				wait = next
			}
		default:
			if conn != nil {
				conn.Close()
				conn = nil
			}
			f := fault.Of(err)
			s.e.log.Info("contacts or calendars", "account", string(s.account), "service", s.service, "err", err)
			if f.Policy().Pause {
				wait = max(poll, s.e.o.BackoffMax) // the person acts, or a later try finds it well again
			} else {
				wait = max(delay, f.RetryAfter)
				delay = min(2*delay, s.e.o.BackoffMax)
			}
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-s.kick:
			t.Stop()
		case <-t.C:
			s.mu.Lock()
			s.all = true
			s.mu.Unlock()
		}
	}
}

// round pushes what waits and, when everything is to be looked at, lists and pulls. It returns when the next op that waits for its time is due, 0 = none.
func (s *shelf) round(ctx context.Context, conn **remote.Conn) (time.Duration, error) {
	s.mu.Lock()
	all := s.all
	s.all = false
	s.mu.Unlock()
	if *conn == nil {
		c, err := s.opener.Open(ctx)
		if err != nil {
			return 0, err
		}
		*conn = c
		all = true
	}
	r := &shelfRun{shelf: s, ctx: ctx, conn: *conn}
	stop := context.AfterFunc(ctx, func() { r.conn.Close() })
	defer stop()
	if all {
		if err := r.unpark(); err != nil {
			return 0, err
		}
	}
	if err := r.push(); err != nil {
		return 0, err
	}
	if all || r.again {
		if err := r.collect(); err != nil {
			return 0, err
		}
		for _, id := range r.cols {
			if err := r.pull(id); err != nil {
				return 0, err
			}
		}
		r.pulled, r.held = true, nil
		// What a pull turned up (something to make again) is pushed at once.
		if err := r.push(); err != nil {
			return 0, err
		}
	}
	return r.next, nil
}

// shelfRun is one round.
type shelfRun struct {
	*shelf
	ctx   context.Context
	conn  *remote.Conn
	cols  []int64
	again bool // a listing is needed
	// Ops that cannot be told before a pull has found their objects; pulled: it has looked.
	held   []int64
	pulled bool
	next   time.Duration
}
