package torture

import (
	"context"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

// wall stands between the program and the servers: a real TCP connection on either side, so that time limits and resets are real ones.
// Bytes are counted as they are on the wire, encrypted, over all connections together.
type wall struct {
	t    testing.TB
	only int                // the port that rules are for, 0 = all
	s    *testserver.Server // of the one that lies

	down, up atomic.Int64 // bytes from and to the server, of the port that rules are for
	conns    atomic.Int64

	mu     sync.Mutex
	rule   rule
	fired  bool
	links  map[*link]bool
	mangle func(port int) func(line []byte) []byte // see liar_test.go
}

// rule says what happens once, after so many bytes of one direction; 0 = never.
type rule struct {
	cutDown, cutUp int64  // the connection is reset
	stall          int64  // nothing comes from the server any more
	pause          int64  // then is called while the bytes wait
	then           func() //
	refuse         bool   // nobody listens
}

type link struct{ client, server net.Conn }

func (l *link) reset() {
	for _, c := range []net.Conn{l.client, l.server} {
		if t, ok := c.(*net.TCPConn); ok {
			t.SetLinger(0)
		}
		c.Close()
	}
}

// resetAll resets what is connected now and returns how many connections that were.
func (w *wall) resetAll() int {
	w.mu.Lock()
	links := slices.Collect(maps.Keys(w.links))
	w.mu.Unlock()
	for _, l := range links {
		l.reset()
	}
	return len(links)
}

func newWall(t testing.TB, only int) *wall { return &wall{t: t, only: only, links: map[*link]bool{}} }

// set starts counting from nothing, under a new rule.
func (w *wall) set(r rule) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rule, w.fired = r, false
	w.down.Store(0)
	w.up.Store(0)
}

func (w *wall) hit() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fired
}

func (w *wall) dialer(d *wire.Dialer) { d.Context = w.dial }

func (w *wall) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	_, p, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	port, _ := strconv.Atoi(p)
	mine := w.only == 0 || port == w.only
	w.mu.Lock()
	refuse := mine && w.rule.refuse
	w.mu.Unlock()
	if refuse {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	server, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil, err
	}
	inner, err := l.Accept()
	if err != nil {
		return nil, err
	}
	w.conns.Add(1)
	k := &link{inner, server}
	w.mu.Lock()
	w.links[k] = true
	mangle := w.mangle
	w.mu.Unlock()
	if mangle != nil && mine {
		if f := mangle(port); f != nil {
			go w.lie(k, f)
			return client, nil
		}
	}
	go w.pump(k, true, mine)
	go w.pump(k, false, mine)
	return client, nil
}

// pump carries bytes one way, and does what the rule says.
func (w *wall) pump(l *link, down, mine bool) {
	from, to := l.server, l.client
	count := &w.down
	if !down {
		from, to, count = l.client, l.server, &w.up
	}
	defer func() {
		from.Close()
		to.Close()
		w.mu.Lock()
		delete(w.links, l)
		w.mu.Unlock()
	}()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			data := buf[:n]
			if mine {
				was := count.Add(int64(n)) - int64(n)
				if !w.obey(l, down, was, data, to) {
					return
				}
			} else if _, err := to.Write(data); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// obey writes data as far as the rule lets it; false = this direction is at its end.
func (w *wall) obey(l *link, down bool, was int64, data []byte, to net.Conn) bool {
	at := func(limit int64) int { // how much of data is before the limit, -1 = all
		if limit <= 0 || was+int64(len(data)) <= limit {
			return -1
		}
		return int(max(limit-was, 0))
	}
	w.mu.Lock()
	r := w.rule
	cut, stall, pause := -1, -1, -1
	if !w.fired {
		if down {
			cut, stall, pause = at(r.cutDown), at(r.stall), at(r.pause)
		} else {
			cut = at(r.cutUp)
		}
		w.fired = cut >= 0 || stall >= 0 || pause >= 0
	}
	w.mu.Unlock()
	switch {
	case cut >= 0:
		to.Write(data[:cut])
		l.reset()
		return false
	case stall >= 0:
		to.Write(data[:stall])
		for { // the server may go on talking
			if _, err := l.server.Read(make([]byte, 4096)); err != nil {
				return false
			}
		}
	case pause >= 0:
		if _, err := to.Write(data[:pause]); err != nil {
			return false
		}
		r.then()
		data = data[pause:]
	}
	_, err := to.Write(data)
	return err == nil
}
