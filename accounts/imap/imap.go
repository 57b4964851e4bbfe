package imap

import (
	"context"
	"net"
	"sync"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/wire"
)

// backend is an open account.
type backend struct {
	o        wire.Options
	s        *session
	listing  listing
	archived archivedListing

	mu     sync.Mutex
	closed bool
	watch  *session // the watcher's own connection, opened when it is first needed
}

var (
	_ remote.Source    = (*backend)(nil)
	_ remote.Pusher    = (*backend)(nil)
	_ remote.Watcher   = (*backend)(nil)
	_ remote.Organizer = (*backend)(nil)
	_ remote.Meter     = (*backend)(nil)
)

// Open connects to o.Server with verified TLS and signs in. Pulls and pushes share one connection; watching opens a second one when it
// begins, so that it may run at the same time as they do. Errors are *fault.Error, with the codes of [auth.Refusal] for a refused
// sign-in, or ctx's.
func Open(ctx context.Context, o wire.Options) (*remote.Conn, error) {
	s, err := openFresh(ctx, o)
	if err != nil {
		return nil, err
	}
	b := &backend{o: o, s: s}
	return &remote.Conn{Source: b, Pusher: b, Watcher: b, Organizer: b, Meter: b}, nil
}

// session returns the main connection, or what became of it.
func (b *backend) session() (*session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, fault.Of(net.ErrClosed)
	}
	if b.s.dead() {
		return nil, b.s.fault("use", net.ErrClosed)
	}
	return b.s, nil
}

// Close implements remote.Source. It says goodbye when nothing else is under way.
func (b *backend) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	w := b.watch
	b.mu.Unlock()
	if w != nil {
		w.close()
	}
	if b.s.filter.busy.Load() == 0 {
		return b.s.logout()
	}
	return b.s.close()
}

const (
	// slowLink is the speed in bytes a second below which compression pays (175 Mbit/s).
	slowLink = 175e6 / 8
	// measureBytes is how much must have arrived before a speed is believed.
	measureBytes = 2 << 20
)

// linkSpeed remembers which hosts were seen behind a slow link.
var linkSpeed sync.Map // host -> bool

// compress switches compression on when the link was found slow. Nothing is under way when it is called.
func (s *session) compress(ctx context.Context) error {
	if s.compressed || !s.caps.Has("COMPRESS=DEFLATE") {
		return nil
	}
	if n, t := s.filter.bytes.Load(), s.filter.blocked.Load(); n >= measureBytes {
		slow := float64(n)/(float64(t)/1e9+1e-9) < slowLink
		linkSpeed.Store(s.o.Server.Host, slow)
	}
	if slow, ok := linkSpeed.Load(s.o.Server.Host); !ok || !slow.(bool) {
		return nil
	}
	return s.startCompression(ctx)
}

func (s *session) startCompression(ctx context.Context) error {
	s.compressed = true // whatever comes of it, it is tried once
	return s.do(ctx, "compress", func() error {
		_, err := s.filter.command(ctx, "COMPRESS DEFLATE", true)
		if err != nil && !s.dead() && ctx.Err() == nil {
			s.o.Logger().Info("imap: the server refused to compress", "reason", err)
			return nil
		}
		return err
	})
}
