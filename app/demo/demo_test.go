package demo

import (
	"context"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

func TestDemoAccountsWork(t *testing.T) {
	s, o, end, err := Profile()
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	ctx := context.Background()
	a, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := s.SetUp(ctx, a); err != nil {
		t.Fatal(err)
	}
	has := func(subject string) func() bool {
		return func() bool {
			p, err := a.List(ctx, store.View{Role: mail.RoleInbox}, 0, 200)
			for _, m := range p.Rows {
				if err == nil && m.Subject == subject && m.HasBody {
					return true
				}
			}
			return false
		}
	}
	wait := func(what string, f func() bool) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				for _, x := range a.Status().Accounts {
					t.Logf("%+v %v", x, fault.Of(x.Err))
				}
				t.Fatalf("waited in vain for %s", what)
			}
		}
	}
	wait("the IMAP account", has("Ferry on Friday?"))
	wait("the POP3 account", has("Choir on Thursday moved to 19:30"))
	// The servers answer discovery for the one who has no account yet, and its sign-in works.
	d, err := a.Discover(ctx, SpareAddress, nil)
	if err != nil || len(d.Incoming) != 1 || len(d.Outgoing) != 1 {
		t.Fatalf("discovery: %+v, %v", d, err)
	}
	for _, l := range a.Test(ctx, mail.Account{Address: SpareAddress, Incoming: d.Incoming[0].Server, Outgoing: d.Outgoing[0].Server}, app.Secrets{Password: Password}, nil) {
		if l.Err != nil {
			t.Errorf("%s: %v", l.Protocol, l.Err)
		}
	}
	// A message to one of the invented people is answered.
	dr, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew})
	if err != nil {
		t.Fatal(err)
	}
	dr.To, dr.Subject, dr.Text = []mail.Address{{Addr: "priya@ramanworks.example"}}, "Is this thing on?", "Hello"
	if _, err := a.Send(ctx, dr, time.Now()); err != nil {
		t.Fatal(err)
	}
	wait("the answer", has("Re: Is this thing on?"))
}
