package memory

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

// Opener opens connections to the server.
func (s *Server) Opener() remote.Opener { return opener{s} }

type opener struct{ s *Server }

// Open connects.
func (o opener) Open(ctx context.Context) (*remote.Conn, error) {
	c := &conn{s: o.s, gone: make(chan struct{})}
	if err := c.enter(ctx, Call{Name: "open"}); err != nil {
		return nil, err
	}
	o.s.mu.Lock()
	o.s.conns[c] = struct{}{}
	o.s.opened++
	o.s.mu.Unlock()
	rc := &remote.Conn{Source: c, Pusher: c, Watcher: c}
	if !o.s.o.Keep {
		rc.Organizer, rc.Meter = c, c
	}
	if o.s.o.NoPush && o.s.o.Keep {
		rc.Watcher = nil
	}
	return rc, nil
}

// OpenSubmitter returns the sending side; it connects with the first call.
func (o opener) OpenSubmitter(context.Context) (remote.Submitter, error) {
	return &submitter{s: o.s}, nil
}

// conn is one connection.
type conn struct {
	s    *Server
	once sync.Once
	gone chan struct{} // closed when it is broken or closed
}

func (c *conn) breakOff() {
	c.once.Do(func() {
		close(c.gone)
		c.s.mu.Lock()
		delete(c.s.conns, c)
		delete(c.s.watchers, c)
		c.s.mu.Unlock()
	})
}

// Close ends the connection and makes blocked calls return.
func (c *conn) Close() error { c.breakOff(); return nil }

func cut(op string) *fault.Error {
	return &fault.Error{Kind: fault.Network, Op: op, Code: "cut", Title: "The connection was cut", Detail: "It is tried again."}
}

// enter is the beginning of every call.
func (c *conn) enter(ctx context.Context, call Call) error {
	select {
	case <-c.gone:
		return cut(call.Name)
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.s.mu.Lock()
	c.s.log = append(c.s.log, call)
	h := c.s.hooks.Before
	c.s.mu.Unlock()
	if h != nil {
		if err := h(call); err != nil {
			return c.fail(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		select {
		case <-c.gone:
			return cut(call.Name)
		default:
		}
	}
	return nil
}

// leave is the end of every call that had its effect.
func (c *conn) leave(ctx context.Context, call Call) error {
	c.s.mu.Lock()
	h := c.s.hooks.After
	c.s.mu.Unlock()
	if h != nil {
		if err := h(call); err != nil {
			return c.fail(err)
		}
	}
	return nil
}

func (c *conn) fail(err error) error {
	if fault.Is(err, fault.Network) {
		c.breakOff()
	}
	return err
}

func notFound(what string) error {
	return fault.New(fault.NotFound, what, "There is no such "+what, "It may have been removed with another program.")
}

// Collections lists the mailboxes, parents before children.
func (c *conn) Collections(ctx context.Context) ([]remote.Collection, error) {
	call := Call{Name: "collections"}
	if err := c.enter(ctx, call); err != nil {
		return nil, err
	}
	c.s.mu.Lock()
	var out []remote.Collection
	done := map[remote.Ref]bool{"": true}
	for len(out) < len(c.s.order) {
		n := len(out)
		for _, r := range c.s.order {
			b := c.s.boxes[r]
			if done[r] || !done[b.col.Parent] && c.s.boxes[b.col.Parent] != nil {
				continue
			}
			col := b.col
			col.Total, col.Unseen = len(b.items), 0
			for _, it := range b.items {
				if it.flags&1 == 0 {
					col.Unseen++
				}
			}
			out = append(out, col)
			done[r] = true
		}
		if len(out) == n {
			break
		}
	}
	c.s.mu.Unlock()
	return out, c.leave(ctx, call)
}

// Fetch streams items, newest first.
func (c *conn) Fetch(ctx context.Context, col remote.Ref, items []remote.Ref, want remote.Want, each func(remote.Item) error) error {
	call := Call{Name: "fetch", Collection: col, Items: len(items)}
	if err := c.enter(ctx, call); err != nil {
		return err
	}
	refs := slices.Clone(items)
	c.s.mu.Lock()
	b := c.s.boxes[col]
	if b == nil {
		c.s.mu.Unlock()
		return notFound("mailbox")
	}
	slices.SortStableFunc(refs, func(x, y remote.Ref) int { return int(int64(uidOf(y)) - int64(uidOf(x))) })
	c.s.mu.Unlock()
	for _, r := range refs {
		if err := ctx.Err(); err != nil {
			return err
		}
		select {
		case <-c.gone:
			return cut("fetch")
		default:
		}
		c.s.mu.Lock()
		it := b.find(r)
		h := c.s.hooks.Item
		var raw []byte
		if it != nil {
			raw = it.raw
		}
		c.s.mu.Unlock()
		if it == nil {
			continue
		}
		if want == remote.WantHeader {
			raw = header(raw)
		}
		one := remote.Item{Ref: r, Size: int64(len(raw)), Body: bytes.NewReader(raw)}
		if h != nil {
			var err error
			if one, err = h(col, one); err != nil {
				return c.fail(err)
			}
		}
		if err := each(one); err != nil {
			return c.fail(err)
		}
	}
	return c.leave(ctx, call)
}

func uidOf(r remote.Ref) uint32 {
	var v, u uint32
	fmt.Sscanf(string(r), "%d:%d", &v, &u)
	return u
}

// Watch reports deliveries and changes until ctx is done.
func (c *conn) Watch(ctx context.Context, cs []remote.Ref, hint func(remote.Ref)) error {
	if err := c.enter(ctx, Call{Name: "watch", Items: len(cs)}); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if c.s.o.NoPush {
		return fault.New(fault.Refused, "no-push", "The server does not report new mail", "New mail is looked for at intervals.")
	}
	ch := make(chan remote.Ref, 1024)
	c.s.mu.Lock()
	c.s.watchers[c] = ch
	c.s.mu.Unlock()
	defer func() {
		c.s.mu.Lock()
		delete(c.s.watchers, c)
		c.s.mu.Unlock()
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.gone:
			return cut("watch")
		case r := <-ch:
			if len(cs) == 0 || slices.Contains(cs, r) {
				hint(r)
			}
		}
	}
}

// Usage says how much room is taken.
func (c *conn) Usage(ctx context.Context) (remote.Usage, error) {
	call := Call{Name: "usage"}
	if err := c.enter(ctx, call); err != nil {
		return remote.Usage{}, err
	}
	c.s.mu.Lock()
	u := remote.Usage{Used: c.s.used(), Limit: c.s.o.Quota}
	if u.Limit == 0 {
		u = remote.Usage{}
	}
	c.s.mu.Unlock()
	return u, c.leave(ctx, call)
}

type submitter struct{ s *Server }

// Submit takes the message.
func (m *submitter) Submit(ctx context.Context, e remote.Envelope, open func() (io.ReadCloser, error)) (remote.Receipt, error) {
	call := Call{Name: "submit", Items: len(e.To)}
	c := &conn{s: m.s, gone: make(chan struct{})}
	if err := c.enter(ctx, call); err != nil {
		return remote.Receipt{}, err
	}
	r, err := open()
	if err != nil {
		return remote.Receipt{}, err
	}
	raw, err := io.ReadAll(r)
	r.Close()
	if err != nil {
		return remote.Receipt{}, err
	}
	if m.s.o.MaxSize > 0 && int64(len(raw)) > m.s.o.MaxSize {
		return remote.Receipt{}, &fault.Error{Kind: fault.Refused, Code: "too-large", Title: "The message is too large", ServerText: "552 5.3.4 too large"}
	}
	m.s.mu.Lock()
	h := m.s.hooks.Receipt
	m.s.mu.Unlock()
	rec := remote.Receipt{Text: "250 2.0.0 taken"}
	if h != nil {
		if rec, err = h(e); err != nil {
			return rec, err
		}
	}
	m.s.mu.Lock()
	m.s.outgoing = append(m.s.outgoing, Submission{Envelope: e, Raw: raw, At: time.Now()})
	if m.s.o.ServerSent {
		for _, ref := range m.s.order {
			if b := m.s.boxes[ref]; b.col.Role == "sent" {
				b.add(raw, 1, nil, time.Now())
				break
			}
		}
	}
	m.s.mu.Unlock()
	return rec, c.leave(ctx, call)
}

// MaxSize is what the options say.
func (m *submitter) MaxSize(context.Context) (int64, error) { return m.s.o.MaxSize, nil }

// Close does nothing.
func (m *submitter) Close() error { return nil }
