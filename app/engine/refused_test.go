package engine_test

import (
	"fmt"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/accounts/remote/remotetest"
)

// refuseCreate is a server on which nobody may make a mailbox.
var refuseCreate = memory.Hooks{Before: func(c memory.Call) error {
	if c.Name == "create" {
		return &fault.Error{Kind: fault.Refused, Code: "no-permission", Title: "The server does not allow it"}
	}
	return nil
}}

// TestMailboxRefused: what was moved into a mailbox that the server does not make is where it was before.
func TestMailboxRefused(t *testing.T) {
	r, s := one(t, memory.Options{})
	deliver(s, "Inbox", 3)
	r.sync()
	s.SetHooks(refuseCreate)
	c, err := r.e.CreateMailbox(ctx, "a", 0, "Projects")
	if err != nil {
		t.Fatal(err)
	}
	id := r.list("a", "Inbox")[0].ID
	if _, err := r.e.Move(ctx, []mail.MessageID{id}, c); err != nil {
		t.Fatal(err)
	}
	r.sync()
	r.sync()
	r.same(s, "refused")
	if n := len(r.list("a", "Inbox")); n != 3 {
		t.Fatalf("%d in the inbox", n)
	}
	if ops, _ := r.s.Ops(ctx, "a"); len(ops) != 0 {
		t.Errorf("%+v", ops)
	}
}

// TestSentWithoutAMailbox: on a server that has no mailbox for what is sent or being written one is made, and what is written is on the server.
func TestSentWithoutAMailbox(t *testing.T) {
	for _, refused := range []bool{false, true} {
		t.Run(fmt.Sprint("refused ", refused), func(t *testing.T) {
			r, s := one(t, memory.Options{})
			s.Destroy(s.Box("Sent"))
			s.Destroy(s.Box("Drafts"))
			deliver(s, "Inbox", 1)
			r.sync()
			if refused {
				s.SetHooks(refuseCreate)
			}
			ob, _ := outbound(r, 0, 0)
			if _, err := r.e.Queue(ctx, ob); err != nil {
				t.Fatal(err)
			}
			raw, id := remotetest.Message("being written")
			if _, err := r.e.SaveDraft(ctx, mail.Draft{Account: "a", InternetID: id, Subject: "being written"}, raw); err != nil {
				t.Fatal(err)
			}
			r.start()
			until(t, "sent", func() bool { o, _ := r.s.Outbox(ctx); return len(o) == 0 })
			until(t, "nothing to do", func() bool { ops, _ := r.s.Ops(ctx, "a"); return len(ops) == 0 })
			r.idleState("a")
			for _, name := range []string{"Sent", "Drafts"} {
				if n := len(r.list("a", name)); n != 1 {
					t.Errorf("%d shown in %s", n, name)
				}
				box := s.Box(name)
				if refused {
					if box != "" {
						t.Errorf("%s is on the server", name)
					}
					continue
				}
				if n := len(s.Messages(box)); n != 1 {
					t.Errorf("%d on the server in %s", n, name)
				}
			}
			if n := len(s.Outgoing()); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}
