package memory_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/accounts/remote/remotetest"
)

func env(s *memory.Server) remotetest.Env {
	return remotetest.Env{
		Open: func(t testing.TB) *remote.Conn {
			c, err := s.Opener().Open(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Deliver:  func(t testing.TB, c remote.Ref, raw []byte) { s.Deliver(c, raw, 0, time.Now()) },
		Renumber: func(t testing.TB, c remote.Ref) { s.Renumber(c) },
		Submitter: func(t testing.TB) remote.Submitter {
			m, err := s.Opener().OpenSubmitter(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			return m
		},
		From: "ada@example.test", To: []string{"bob@example.test"},
		Received: func(t testing.TB, id string) []byte {
			for _, o := range s.Outgoing() {
				if bytes.Contains(o.Raw, []byte(id)) {
					return o.Raw
				}
			}
			return nil
		},
		Patience: 2 * time.Second,
	}
}

func TestConformance(t *testing.T) {
	for name, o := range map[string]memory.Options{
		"imap":     {},
		"noref":    {NoRefs: true, NoPush: true},
		"keyed":    {KeyedPush: true},
		"gmail":    {Globals: true, Page: 7, First: 3},
		"pop3":     {Keep: true, NoFlags: true, NoPush: true},
		"pop3bare": {Keep: true, NoFlags: true, NoEnvelopes: true, NoPush: true},
		"forgets":  {History: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := env(memory.New(o))
			if name == "keyed" {
				e.Deliver = nil
			}
			remotetest.Run(t, e)
		})
	}
}

func TestCutAfterTheEffect(t *testing.T) {
	s := memory.New(memory.Options{})
	in := s.Box("Inbox")
	raw, _ := remotetest.Message("x")
	ref := s.Deliver(in, raw, 0, time.Now())
	s.SetHooks(memory.Hooks{After: func(c memory.Call) error {
		if c.Name == "edit" {
			return &fault.Error{Kind: fault.Network}
		}
		return nil
	}})
	c, _ := s.Opener().Open(context.Background())
	a, err := c.Pusher.Push(context.Background(), in, "", []remote.Edit{{Verb: remote.SetFlags, Items: []remote.Ref{ref}, AddFlags: mail.Seen}})
	if !fault.Is(err, fault.Network) || len(a.Done) != 0 {
		t.Fatalf("%v %+v", err, a)
	}
	if m := s.Messages(in); !m[0].Flags.Has(mail.Seen) {
		t.Error("the effect is missing")
	}
	if _, err := c.Collections(context.Background()); !fault.Is(err, fault.Network) {
		t.Errorf("the connection lives: %v", err)
	}
	if now, _ := s.Open(); now != 0 {
		t.Errorf("%d open", now)
	}
}
