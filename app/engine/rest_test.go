package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/app/store"
)

// What a server refuses some recipients for now is tried again for them alone; what it refuses for good waits for the person.
func TestSomeGetItLater(t *testing.T) {
	r, s := one(t, memory.Options{})
	r.o.SendRetry = []time.Duration{20 * time.Millisecond}
	r.close()
	r.open()
	var tries [][]string
	s.SetHooks(memory.Hooks{Receipt: func(e remote.Envelope) (rec remote.Receipt, err error) {
		tries = append(tries, slices.Clone(e.To))
		for _, to := range e.To {
			x := mail.RecipientResult{Addr: to, OK: true}
			switch {
			case to == "grey@example.test" && len(tries) < 2:
				x = mail.RecipientResult{Addr: to, Code: 450, Text: "450 4.2.0 greylisted"}
			case to == "nobody@example.test":
				x = mail.RecipientResult{Addr: to, Code: 550, Text: "550 no such user"}
			}
			rec.Recipients = append(rec.Recipients, x)
		}
		return rec, nil
	}})
	r.start()
	r.idleState("a")
	ob, _ := outbound(r, 0, 0)
	ob.Envelope.To = []string{"bob@example.test", "grey@example.test", "nobody@example.test"}
	ob.To = []mail.Address{{Addr: "bob@example.test"}, {Name: "Grey", Addr: "grey@example.test"}, {Addr: "nobody@example.test"}}
	if _, err := r.e.Queue(ctx, ob); err != nil {
		t.Fatal(err)
	}
	var out []store.Outbound
	until(t, "the one who got it later", func() bool { out, _ = r.s.Outbox(ctx); return len(s.Outgoing()) == 2 && len(out) == 1 })
	if o := out[0]; o.State != mail.OutFailed || o.Error != "550 no such user" || len(o.To) != 1 || o.To[0].Addr != "nobody@example.test" || !slices.Equal(o.Envelope.To, []string{"nobody@example.test"}) {
		t.Errorf("what is left: %+v", o)
	}
	if len(tries) != 2 || !slices.Equal(tries[1], []string{"grey@example.test"}) {
		t.Errorf("tried %q", tries)
	}
	r.shows(s)
	if n := len(s.Messages(s.Box("Sent"))); n != 1 {
		t.Errorf("%d copies in Sent", n)
	}
	if bad := r.s.Check(ctx); len(bad) != 0 {
		t.Errorf("the store finds %q", bad)
	}
}

// The copy that the first recipients brought into Sent does not say that the others have the message too.
func TestDoubtAboutTheRestStays(t *testing.T) {
	r, s := one(t, memory.Options{})
	r.o.SendRetry = []time.Duration{20 * time.Millisecond}
	r.close()
	r.open()
	tries := 0
	s.SetHooks(memory.Hooks{Receipt: func(e remote.Envelope) (remote.Receipt, error) {
		if tries++; tries > 1 {
			return remote.Receipt{}, &fault.Error{Kind: fault.Network, Code: "unsure"}
		}
		return remote.Receipt{Recipients: []mail.RecipientResult{{Addr: "bob@example.test", OK: true}, {Addr: "grey@example.test", Code: 450, Text: "450 greylisted"}}}, nil
	}})
	r.start()
	r.idleState("a")
	ob, _ := outbound(r, 0, 0)
	ob.Envelope.To = append(ob.Envelope.To, "grey@example.test")
	oid, err := r.e.Queue(ctx, ob)
	if err != nil {
		t.Fatal(err)
	}
	state := func() mail.OutboxState { o, _ := r.e.Outbound(ctx, oid); return o.State }
	until(t, "the doubt", func() bool { return state() == mail.OutUnsure })
	r.shows(s) // the copy is in Sent
	r.sync()
	r.sync()
	if st := state(); st != mail.OutUnsure || tries != 2 {
		t.Errorf("it is %q after %d tries", st, tries)
	}
}
