package wire

import (
	"context"
	"net"
	"sync"
	"time"
)

// Line is a connection in which each read and write has a time limit, so that only silence is a timeout, and which another goroutine can end.
type Line struct {
	net.Conn
	mu   sync.Mutex
	wait time.Duration
	dead bool
}

// NewLine gives a connection the time limit wait.
func NewLine(c net.Conn, wait time.Duration) *Line { return &Line{Conn: c, wait: wait} }

// Wait changes the time limit, for what begins from now on.
func (l *Line) Wait(limit time.Duration) {
	l.mu.Lock()
	l.wait = limit
	l.mu.Unlock()
}

func (l *Line) arm() {
	l.mu.Lock()
	if !l.dead {
		l.Conn.SetDeadline(time.Now().Add(l.wait))
	}
	l.mu.Unlock()
}

// Read implements io.Reader.
func (l *Line) Read(p []byte) (int, error) { l.arm(); return l.Conn.Read(p) }

// Write implements io.Writer.
func (l *Line) Write(p []byte) (int, error) { l.arm(); return l.Conn.Write(p) }

// Kill makes reads and writes return at once with a timeout, now and later. The connection stays to be closed.
func (l *Line) Kill() {
	l.mu.Lock()
	l.dead = true
	l.Conn.SetDeadline(time.Unix(1, 0))
	l.mu.Unlock()
}

// Guard kills the line when ctx is done, until the function that it returns is called.
func (l *Line) Guard(ctx context.Context) (stop func() bool) { return context.AfterFunc(ctx, l.Kill) }
