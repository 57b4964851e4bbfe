package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// account is the supervisor of one account.
type account struct {
	e       *Engine
	id      mail.AccountID
	m       mail.Account
	opener  remote.Opener
	cancel  context.CancelFunc // set while it runs
	running sync.WaitGroup
	session sync.Mutex // one main connection at a time
	sending sync.Mutex // one submission at a time

	kick     chan struct{}
	sendKick chan struct{}

	mu     sync.Mutex
	hints  map[remote.Ref]bool
	urgent []urgent
	all    bool // look at everything
	now    bool // end any wait
	hurry  bool // messages that wait for another try are tried now

	offBy   map[mail.MailboxID]int // known differences to the servers' counts; of the session
	doubted map[remote.Ref]bool    // not the same when fetched twice (Keep); of the session

	maxSize   int64 // of a message, bytes; see Engine.MaxSize
	sizeAsked bool
}

type urgent struct {
	id   mail.MessageID
	done chan error // capacity 1; nil: nobody waits
}

func newAccount(e *Engine, m mail.Account) *account {
	return &account{e: e, id: m.ID, m: m, opener: e.o.Open(m), kick: make(chan struct{}, 1), sendKick: make(chan struct{}, 1), hints: map[remote.Ref]bool{}, hurry: true, offBy: map[mail.MailboxID]int{}, doubted: map[remote.Ref]bool{}}
}

func (a *account) wake()       { poke(a.kick) }
func (a *account) wakeSender() { poke(a.sendKick) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pressing reports whether something waits that goes before bodies.
func (a *account) pressing() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.urgent) > 0 || len(a.hints) > 0 || a.all
}

func (a *account) status(f func(*AccountStatus)) { a.e.status.update(a.id, f) }

// poll is how long to rest when nothing happens.
func (a *account) poll() time.Duration {
	if a.e.o.Poll > 0 {
		return a.e.o.Poll
	}
	if a.m.PollEvery > 0 {
		return time.Duration(a.m.PollEvery) * time.Second
	}
	return 5 * time.Minute
}

// supervise connects, works and waits, and does about faults what their policy says.
func (a *account) supervise(ctx context.Context) {
	defer a.failUrgent(fault.New(fault.Network, "stopped", "The account does not run", ""))
	delay := a.e.o.BackoffMin
	protocol := 0
	for ctx.Err() == nil {
		began := time.Now()
		err := a.work(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, errStale) {
			continue
		}
		if err == nil { // nothing to do, and the connection is not worth keeping
			delay, protocol = a.e.o.BackoffMin, 0
			if !a.rest(ctx, a.poll(), true) {
				return
			}
			continue
		}
		f := fault.Of(err)
		a.e.log.Info("session ended", "account", string(a.id), "err", err)
		if time.Since(began) > 15*time.Second {
			delay, protocol = a.e.o.BackoffMin, 0
		}
		wait, state := delay, StateOffline
		switch {
		case f.Kind == fault.Local:
			wait, state = a.e.o.Recheck, StateError
		case f.Policy().Pause:
			wait, state = 0, StateError
			if f.Kind == fault.Auth {
				state = StateSignIn
			}
		case f.Kind == fault.Busy:
			wait = max(f.RetryAfter, delay)
		case f.Kind == fault.Network:
		default:
			state = StateError
			if protocol++; protocol == 1 {
				wait = a.e.o.BackoffMin
			} else {
				wait = a.e.o.BackoffMax
			}
		}
		if wait > 0 {
			wait = time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))
		}
		delay = min(delay*2, a.e.o.BackoffMax)
		a.status(func(s *AccountStatus) {
			s.State, s.Doing, s.Err, s.Retry, s.Push = state, "", f, time.Time{}, false
			if wait > 0 {
				s.Retry = a.e.o.Now().Add(wait)
			}
		})
		a.failUrgent(f)
		if !a.rest(ctx, wait, false) {
			return
		}
	}
}

// rest waits for d (0 = for ever) or until it is asked for; with kicks set, any work ends it. False: ctx is done.
func (a *account) rest(ctx context.Context, d time.Duration, kicks bool) bool {
	var timer <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		timer = t.C
	}
	for {
		a.mu.Lock()
		now := a.now
		a.now = false
		a.mu.Unlock()
		if now {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-timer:
			return true
		case <-a.kick:
			if kicks {
				return true
			}
			a.mu.Lock()
			asked := a.now || len(a.urgent) > 0
			a.mu.Unlock()
			if asked && d > 0 {
				a.mu.Lock()
				a.now = false
				a.mu.Unlock()
				return true
			}
		}
	}
}

func (a *account) failUrgent(err error) {
	a.mu.Lock()
	us := a.urgent
	a.urgent = nil
	a.mu.Unlock()
	for _, u := range us {
		if u.done != nil {
			u.done <- err
		}
	}
}

// FetchNow brings the body of one message before all others and waits for it.
func (e *Engine) FetchNow(ctx context.Context, id mail.MessageID) error {
	row, err := e.s.Row(ctx, id)
	if err != nil {
		return err
	}
	if row.Digest != "" {
		return nil
	}
	a, err := e.account(ctx, row.Account)
	if err != nil {
		return err
	}
	e.mu.Lock()
	running := a.cancel != nil
	e.mu.Unlock()
	if !running {
		err := a.alone(ctx, func(s *session) error { return s.fetchOne(id) })
		if !errors.Is(err, errSupervised) {
			return err
		}
	}
	done := make(chan error, 1)
	a.mu.Lock()
	a.urgent = append(a.urgent, urgent{id, done})
	a.mu.Unlock()
	a.wake()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want asks for a body without waiting.
func (a *account) want(id mail.MessageID) {
	a.mu.Lock()
	a.urgent = append(a.urgent, urgent{id: id})
	a.mu.Unlock()
	a.wake()
}

// errSupervised says that a supervisor has the account: it is to be asked instead.
var errSupervised = errors.New("engine: a supervisor runs")

// supervised reports whether a supervisor runs.
func (a *account) supervised() bool {
	a.e.mu.Lock()
	defer a.e.mu.Unlock()
	return a.cancel != nil
}

// alone runs f over a connection of its own while no supervisor has one. A supervisor that was started meanwhile keeps its session as long as it runs: then the error is
// errSupervised, and nothing was done.
func (a *account) alone(ctx context.Context, f func(*session) error) error {
	for !a.session.TryLock() {
		if a.supervised() {
			return errSupervised
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer a.session.Unlock()
	s, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer s.conn.Close()
	return f(s)
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
