package imap

import (
	"context"
	"net"
	"sort"
	"strings"
	"time"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

// idleFor is how long one IDLE lasts; servers may hang up after 30 minutes (RFC 2177), and home routers forget a silent connection sooner.
const idleFor = 14 * time.Minute

// Watch implements remote.Watcher on a connection of its own: IDLE on one mailbox, the inbox if it is among cs, and, where the server has
// NOTIFY (RFC 5465), on all of cs. Each mailbox that is watched gets a hint at once, for what happened before.
func (b *backend) Watch(ctx context.Context, cs []remote.Ref, hint func(remote.Ref)) error {
	main, err := b.session()
	if err != nil {
		return err
	}
	if len(cs) == 0 || !main.caps.Has(imap2.CapIdle) {
		return fault.New(fault.Refused, "no-push", "The server does not tell of new mail by itself", "Postrider looks from time to time.")
	}
	s, err := b.watcher(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer b.unwatch(s)
	err = s.watch(ctx, cs, hint)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// watcher opens the watcher's connection.
func (b *backend) watcher(ctx context.Context) (*session, error) {
	s, err := openFresh(ctx, b.o)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		s.close()
		return nil, s.fault("watch", net.ErrClosed)
	}
	b.watch = s
	return s, nil
}

func (b *backend) unwatch(s *session) {
	b.mu.Lock()
	if b.watch == s {
		b.watch = nil
	}
	b.mu.Unlock()
	s.close()
}

func (s *session) watch(ctx context.Context, cs []remote.Ref, hint func(remote.Ref)) error {
	main := cs[0]
	for _, c := range cs {
		if strings.EqualFold(string(c), "INBOX") {
			main = c
		}
	}
	watched := map[string]bool{string(main): true}
	if err := s.do(ctx, "watch", func() error {
		_, err := s.openBox(string(main), false, true)
		return err
	}); err != nil {
		return err
	}
	if s.caps.Has(imap2.CapNotify) && len(cs) > 1 {
		if err := s.do(ctx, "watch", func() error {
			if _, err := s.filter.command(ctx, s.notify(cs, main), false); err != nil {
				if s.dead() {
					return err
				}
				return nil
			}
			for _, c := range cs {
				watched[string(c)] = true
			}
			return nil
		}); err != nil {
			return err
		}
	}
	// Hints are gathered, so that the connection's reader never waits for the engine.
	told := make(chan string, 256)
	tell := func(box string) {
		if box == "" {
			box = string(main)
		}
		select {
		case told <- box:
		default:
		}
	}
	s.onHint(func() { tell("") })
	s.filter.setHook(tell)
	defer s.onHint(nil)
	defer s.filter.setHook(nil)
	var all []string
	for c := range watched {
		all = append(all, c)
	}
	sort.Strings(all)
	for _, c := range all {
		hint(remote.Ref(c))
	}
	for {
		var idle interface {
			Close() error
			Wait() error
		}
		if err := s.do(ctx, "watch", func() (err error) {
			idle, err = s.client.Idle()
			return err
		}); err != nil {
			return err
		}
		timer := time.NewTimer(idleFor)
		for again := false; !again; {
			select {
			case <-ctx.Done():
				timer.Stop()
				return ctx.Err()
			case <-s.client.Closed():
				timer.Stop()
				idle.Close()
				return s.fault("watch", net.ErrClosed)
			case box := <-told:
				// Several messages that come together are one hint.
				boxes := map[string]bool{box: true}
				wait := time.After(50 * time.Millisecond)
				for more := true; more; {
					select {
					case b := <-told:
						boxes[b] = true
					case <-wait:
						more = false
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				for b := range boxes {
					if watched[b] {
						hint(remote.Ref(b))
					}
				}
			case <-timer.C:
				again = true
			}
		}
		if err := s.do(ctx, "watch", func() error {
			if err := idle.Close(); err != nil {
				return err
			}
			return idle.Wait()
		}); err != nil {
			return err
		}
	}
}

// notify makes the NOTIFY command for cs.
func (s *session) notify(cs []remote.Ref, main remote.Ref) string {
	var names []string
	for _, c := range cs {
		if c == main {
			continue
		}
		names = append(names, quote(s.filter.nameOut(string(c))))
	}
	return "NOTIFY SET (SELECTED (MessageNew MessageExpunge FlagChange)) (MAILBOXES (" + strings.Join(names, " ") + ") (MessageNew MessageExpunge FlagChange))"
}

// nameOut is a mailbox's name as the server knows it.
func (f *filter) nameOut(name string) string {
	shown := encodeUTF7(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if real, ok := f.names[shown]; ok {
		return real
	}
	return shown
}

func (f *filter) setHook(h func(string)) {
	f.mu.Lock()
	f.hook = h
	f.mu.Unlock()
}
