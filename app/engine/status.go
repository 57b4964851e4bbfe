package engine

import (
	"sort"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/bus"
)

// State is how an account is; the words are those of the app's AccountState.
type State string

// The states.
const (
	StateIdle     State = "idle"
	StateFetching State = "fetching"
	StateOffline  State = "offline"
	StateSignIn   State = "sign-in"
	StateError    State = "error"
	StatePaused   State = "paused"
)

// AccountStatus is how one account is doing.
type AccountStatus struct {
	Account mail.AccountID
	State   State
	Doing   string // "Fetching Projects"
	Done    int
	Total   int
	Checked time.Time // when everything was in step last
	Retry   time.Time // next try by itself
	Err     error     // a *fault.Error
	Push    bool
	Changes int // ops that have not reached the server
}

// statusBoard holds the states and publishes them, not more often than people can read.
type statusBoard struct {
	mu    sync.Mutex
	m     map[mail.AccountID]*AccountStatus
	bus   *bus.Bus
	last  time.Time
	timer *time.Timer
	ended bool
}

const statusEvery = 200 * time.Millisecond

func (b *statusBoard) update(id mail.AccountID, f func(*AccountStatus)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.m[id]
	if s == nil {
		s = &AccountStatus{Account: id, State: StateIdle}
		b.m[id] = s
	}
	was := *s
	f(s)
	if was == *s || b.ended {
		return
	}
	if since := time.Since(b.last); since >= statusEvery || was.State != s.State {
		b.last = time.Now()
		b.bus.Publish(bus.Changed{Status: true})
	} else if b.timer == nil {
		b.timer = time.AfterFunc(statusEvery-since, func() {
			b.mu.Lock()
			b.timer, b.last = nil, time.Now()
			ended := b.ended
			b.mu.Unlock()
			if !ended {
				b.bus.Publish(bus.Changed{Status: true})
			}
		})
	}
}

func (b *statusBoard) drop(id mail.AccountID) {
	b.mu.Lock()
	delete(b.m, id)
	b.mu.Unlock()
	b.bus.Publish(bus.Changed{Status: true, Accounts: true})
}

func (b *statusBoard) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.timer != nil {
		b.timer.Stop()
	}
}

// Status returns the state of all accounts, from memory.
func (e *Engine) Status() []AccountStatus {
	e.status.mu.Lock()
	defer e.status.mu.Unlock()
	out := make([]AccountStatus, 0, len(e.status.m))
	for _, s := range e.status.m {
		out = append(out, *s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Account < out[j].Account })
	return out
}
