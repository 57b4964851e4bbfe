package wire

import (
	"sync"
	"time"
)

// Spare keeps the one session S of a connection whose calls come one after the other: it is parked between them, and ended when none comes for a while. Only Close may be
// called while a session is in use. The zero value is ready.
type Spare[S any] struct {
	mu     sync.Mutex
	idle   *S // parked: nobody uses it
	busy   *S
	timer  *time.Timer // ends idle
	closed bool
}

// Take returns the parked session, nil where there is none, which is in use from now on. ok is false when the connection is closed.
func (p *Spare[S]) Take() (s *S, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false
	}
	s, p.idle = p.idle, nil
	if p.timer != nil {
		p.timer.Stop()
	}
	p.busy = s
	return s, true
}

// Use tells which session is in use instead, nil = none; ok is false when the connection was closed meanwhile.
func (p *Spare[S]) Use(s *S) (ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.busy = s
	return true
}

// Park keeps a session that was in use, and calls end with it when it is not taken again within linger. It returns false, and keeps nothing, when the session is not good or
// the connection is closed.
func (p *Spare[S]) Park(s *S, good bool, linger time.Duration, end func(*S)) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = nil
	if !good || p.closed {
		return false
	}
	p.idle = s
	p.timer = time.AfterFunc(linger, func() {
		p.mu.Lock()
		mine := p.idle == s
		if mine {
			p.idle = nil
		}
		p.mu.Unlock()
		if mine {
			end(s)
		}
	})
	return true
}

// Close returns what there is to end: the parked session and the one in use, nil = none.
func (p *Spare[S]) Close() (idle, busy *S) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	idle, p.idle = p.idle, nil
	if p.timer != nil {
		p.timer.Stop()
	}
	return idle, p.busy
}

// Parked returns the parked session, nil where there is none; it stays parked.
func (p *Spare[S]) Parked() *S {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.idle
}

// Closed tells whether Close was called.
func (p *Spare[S]) Closed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}
