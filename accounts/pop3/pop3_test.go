package pop3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pop3/pop3server"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
)

// wantFault fails unless err is a fault of that kind and code.
func wantFault(t testing.TB, err error, k fault.Kind, code string) *fault.Error {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != k || code != "" && e.Code != code {
		t.Fatalf("got %v, want %s/%s", err, k, code)
	}
	if e.Title == "" || e.Service == "" || strings.Contains(fmt.Sprintf("%v %+v", err, *e), pass) {
		t.Fatalf("no words, no service or a secret in it: %+v", e)
	}
	return e
}

func TestConformance(t *testing.T) {
	for _, nouidl := range []bool{false, true} {
		t.Run(fmt.Sprint("nouidl=", nouidl), func(t *testing.T) {
			x := newFake(t, mail.TLS)
			x.set(pop3server.Faults{NoUIDL: nouidl})
			n := 0
			remotetest.Run(t, remotetest.Env{
				Open: func(t testing.TB) *remote.Conn { return x.open(t) },
				Deliver: func(t testing.TB, _ remote.Ref, raw []byte) {
					n++
					x.mem.Deliver(user, pop3server.Message{UIDL: fmt.Sprint("u", n), Data: raw})
				},
			})
		})
	}
}

func TestPullAndFetchNewestFirst(t *testing.T) {
	for _, sec := range []mail.Security{mail.TLS, mail.STARTTLS} {
		x := newFake(t, sec)
		x.fill(120)
		c := x.open(t)
		first, err := c.Pull(context.Background(), Inbox, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(first.Changed) != firstPage || !first.More || first.Complete || first.Changed[0].Ref != "uid0119" || first.Changed[0].Envelope == nil || first.Changed[0].Envelope.Subject != "message 119" {
			t.Fatalf("%+v", first)
		}
		rest, last := pull(t, c, first.Next)
		if !last.Complete || len(last.Members) != 120 || len(rest) != 70 || rest[69].Ref != "uid0000" || rest[69].Size == 0 || !rest[69].FlagsUnknown {
			t.Fatalf("%d %+v", len(rest), last)
		}
		got, order := fetch(t, c, append(refsOf(rest), refsOf(first.Changed)...))
		if len(got) != 120 || order[0] != "uid0119" || order[119] != "uid0000" {
			t.Fatalf("%d %v", len(got), order)
		}
		for i := range 120 {
			if m := message(i, fmt.Sprintf("body %d\r\n.\r\n..dots\r\n", i)); got[remote.Ref(m.UIDL)] != string(m.Data) {
				t.Fatalf("%d: %q", i, got[remote.Ref(m.UIDL)])
			}
		}
		if x.Sessions() != 1 {
			t.Errorf("%d sessions for one look", x.Sessions())
		}
	}
}

func TestUnchangedIsEmptyAndNewIsOnlyNew(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(80)
	c := x.open(t)
	_, last := pull(t, c, "")
	token := last.Next
	if s, d := pull(t, c, token); len(s) != 0 || d.Complete || d.Next != token {
		t.Fatalf("%+v", d)
	}
	x.mem.Deliver(user, message(900, "new\r\n"))
	s, d := pull(t, c, token)
	if len(s) != 1 || s[0].Ref != "uid0900" || s[0].Envelope == nil || !d.Complete || len(d.Members) != 81 {
		t.Fatalf("%d %+v", len(s), d)
	}
	// The same over a connection that has no memory of the listing: only the new one has an envelope.
	s, d = pull(t, x.open(t), token)
	with := 0
	for _, st := range s {
		if st.Envelope != nil {
			with++
		}
	}
	if len(s) != 81 || with != 1 || s[0].Ref != "uid0900" || !d.Complete {
		t.Fatalf("%d states, %d with envelope", len(s), with)
	}
	// One removed elsewhere.
	x.mem.Set(user, x.mem.Messages(user)[1:])
	s, d = pull(t, c, d.Next)
	if len(s) != 0 || !d.Complete || len(d.Members) != 80 || slices.Contains(d.Members, "uid0000") {
		t.Fatalf("%d %+v", len(s), d)
	}
}

func TestEnvelopesOnlyWhereTheyPay(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(withTop + 300)
	s, _ := pull(t, x.open(t), "")
	with := 0
	for _, st := range s {
		if st.Envelope != nil {
			with++
		}
	}
	if len(s) != withTop+300 || with != withTop {
		t.Errorf("%d of %d have envelopes", with, len(s))
	}
	x.o.Account.KeepDays = 30 // the dates are needed then
	s, _ = pull(t, x.open(t), "")
	for _, st := range s {
		if st.Envelope == nil {
			t.Fatalf("%s has none", st.Ref)
		}
	}
}

func TestAnotherConnectionGoesOnWithThePages(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(120)
	d, err := x.open(t).Pull(context.Background(), Inbox, "")
	if err != nil || !d.More {
		t.Fatal(err)
	}
	s, last := pull(t, x.open(t), d.Next)
	if len(s) != 70 || s[0].Ref != "uid0069" || !last.Complete || len(last.Members) != 120 {
		t.Fatalf("%d", len(s))
	}
	// Not when the mailbox changed meanwhile.
	x.mem.Deliver(user, message(900, "new\r\n"))
	s, last = pull(t, x.open(t), d.Next)
	if len(s) != 121 || !last.Complete {
		t.Fatalf("%d", len(s))
	}
}

func TestMailThatComesBetweenPages(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(120)
	c := x.open(t)
	d, err := c.Pull(context.Background(), Inbox, "")
	if err != nil {
		t.Fatal(err)
	}
	x.mem.Deliver(user, message(500, "x\r\n"))
	c.Source.(*conn).spare.Parked().conn.Close() // the session of the first page is lost
	states, last := pull(t, c, d.Next)
	if !last.Complete || len(last.Members) != 121 || !slices.Contains(refsOf(states), "uid0500") {
		t.Fatalf("%d states, %d members", len(states), len(last.Members))
	}
}

func TestRemoveOnlyWhatIsMeant(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(6)
	c := x.open(t)
	states, _ := pull(t, c, "")
	size := map[remote.Ref]int64{}
	for _, s := range states {
		size[s.Ref] = s.Size
	}
	push := func(e ...remote.Edit) []remote.Done {
		t.Helper()
		a, err := c.Pusher.Push(context.Background(), Inbox, "", e)
		if err != nil || len(a.Done) != len(e) {
			t.Fatalf("%v %v", a, err)
		}
		return a.Done
	}
	d := push(remote.Edit{Verb: remote.Remove, Items: []remote.Ref{"uid0000", "gone"}, Sizes: []int64{size["uid0000"], 1}, InternetIDs: []string{"m0@example.test", ""}},
		remote.Edit{Verb: remote.Remove, Items: []remote.Ref{"uid0001"}, Sizes: []int64{size["uid0001"] + 1}},
		remote.Edit{Verb: remote.Remove, Items: []remote.Ref{"uid0002", "uid0003"}, InternetIDs: []string{"other@example.test", "m3@example.test"}},
		remote.Edit{Verb: remote.SetFlags, Items: []remote.Ref{"uid0004"}, AddFlags: mail.Seen},
		remote.Edit{Verb: remote.Move, Items: []remote.Ref{"uid0004"}, Dest: "x"})
	if d[0].Err != nil || d[3].Err != nil {
		t.Fatal(d)
	}
	wantFault(t, d[1].Err, fault.Conflict, "other-message")
	wantFault(t, d[2].Err, fault.Conflict, "other-message")
	wantFault(t, d[4].Err, fault.Refused, "cannot")
	var left []string
	for _, m := range x.mem.Messages(user) {
		left = append(left, m.UIDL)
	}
	if want := []string{"uid0001", "uid0002", "uid0004", "uid0005"}; !slices.Equal(left, want) {
		t.Fatalf("left %v, want %v", left, want)
	}
}

func TestRemovalIsDoneOnlyWhenQuitSaysSo(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(3)
	edit := []remote.Edit{{Verb: remote.Remove, Items: []remote.Ref{"uid0001"}}}
	x.set(pop3server.Faults{RefuseQuit: true})
	a, err := x.open(t).Pusher.Push(context.Background(), Inbox, "", edit)
	wantFault(t, err, fault.Busy, "not-removed")
	if len(a.Done) != 0 || len(x.mem.Messages(user)) != 3 {
		t.Fatalf("%v", a)
	}
	x.set(pop3server.Faults{BadQuit: true})
	a, err = x.open(t).Pusher.Push(context.Background(), Inbox, "", edit)
	wantFault(t, err, fault.Network, "cut")
	if len(a.Done) != 0 || len(x.mem.Messages(user)) != 2 {
		t.Fatalf("%v", a)
	}
	x.set(pop3server.Faults{})
	edit[0].Again = true
	a, err = x.open(t).Pusher.Push(context.Background(), Inbox, "", edit)
	if err != nil || a.Done[0].Err != nil || len(x.mem.Messages(user)) != 2 {
		t.Fatalf("again: %v %v", a, err)
	}
	// A context that ends before QUIT removes nothing.
	ctx, cancel := context.WithCancel(context.Background())
	x.set(pop3server.Faults{Reply: func(cmd string, b []byte) []byte {
		if strings.HasPrefix(cmd, "DELE") {
			cancel()
			time.Sleep(50 * time.Millisecond)
		}
		return b
	}})
	_, err = x.open(t).Pusher.Push(ctx, Inbox, "", []remote.Edit{{Verb: remote.Remove, Items: []remote.Ref{"uid0000"}}})
	if !errors.Is(err, context.Canceled) || len(x.mem.Messages(user)) != 2 {
		t.Fatalf("%v, %d left", err, len(x.mem.Messages(user)))
	}
}

func TestWithoutUIDL(t *testing.T) {
	for _, f := range []pop3server.Faults{{NoUIDL: true}, {NoUIDL: true, NoPipeline: true}, {NoUIDL: true, NoTOP: true}, {NoUIDL: true, NoCAPA: true, NoTOP: true}} {
		x := newFake(t, mail.TLS)
		x.set(f)
		x.fill(5)
		x.mem.Deliver(user, x.mem.Messages(user)[2]) // the same message twice
		line := Test(context.Background(), x.o)
		if every := strings.Contains(line.Note, "every message again"); line.Err != nil || line.Note == "" || every != (f.NoTOP && !f.NoCAPA) {
			t.Errorf("%+v: says %q, %v", f, line.Note, line.Err)
		}
		c := x.open(t)
		states, last := pull(t, c, "")
		if len(states) != 6 || !last.Complete || !strings.HasPrefix(string(states[1].Ref), "top:") {
			t.Fatalf("%+v", states)
		}
		got, _ := fetch(t, c, refsOf(states))
		if len(got) != 6 || got[states[1].Ref] != string(x.mem.Messages(user)[4].Data) {
			t.Fatalf("%d", len(got))
		}
		// The numbers move: the names do not.
		x.mem.Set(user, x.mem.Messages(user)[1:])
		states2, last := pull(t, x.open(t), "")
		if len(states2) != 5 || states2[1].Ref != states[1].Ref || !last.Complete {
			t.Fatalf("%+v %+v", states2, states)
		}
	}
}

func TestSameUIDLTwice(t *testing.T) {
	x := newFake(t, mail.TLS)
	a, b, d := message(1, "one\r\n"), message(2, "two\r\n"), message(3, "three\r\n")
	a.UIDL, b.UIDL, d.UIDL = "same", "same", "own"
	x.mem.Set(user, []pop3server.Message{a, d, b})
	c := x.open(t)
	states, last := pull(t, c, "")
	if len(states) != 3 || len(last.Members) != 3 {
		t.Fatalf("%+v", states)
	}
	got, _ := fetch(t, c, refsOf(states))
	if got["same"] != string(a.Data) || got["own"] != string(d.Data) || got[states[0].Ref] != string(b.Data) || !strings.HasPrefix(string(states[0].Ref), "same ") {
		t.Fatalf("%v", got)
	}
}

func TestCutAnywhereIsNetworkAndCanGoOn(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(40)
	var want map[remote.Ref]string
	{
		c := x.open(t)
		states, _ := pull(t, c, "")
		want, _ = fetch(t, c, refsOf(states))
	}
	for cut := int64(1); cut < 16000; cut += 397 {
		x.cut.Store(cut)
		have := map[remote.Ref]string{}
		for try := 0; ; try++ {
			if try > 0 {
				x.cut.Add(2000) // a better line each time
			}
			if try > 30 {
				t.Fatal("no progress")
			}
			c, err := Open(context.Background(), x.o)
			if err == nil {
				var refs []remote.Ref
				var since remote.Token
				for {
					var d remote.Delta
					if d, err = c.Pull(context.Background(), Inbox, since); err != nil {
						break
					}
					refs = append(refs, refsOf(d.Changed)...)
					if since = d.Next; !d.More {
						break
					}
				}
				if err == nil {
					var miss []remote.Ref
					for _, r := range refs {
						if _, ok := have[r]; !ok {
							miss = append(miss, r)
						}
					}
					var got map[remote.Ref]string
					got, _, err = fetchErr(c, miss)
					for r, b := range got {
						have[r] = b
					}
				}
				c.Close()
			}
			if err == nil {
				break
			}
			wantFault(t, err, fault.Network, "")
		}
		if len(have) != len(want) {
			t.Fatalf("cut after %d: %d of %d", cut, len(have), len(want))
		}
		for r, b := range have {
			if b != want[r] {
				t.Fatalf("cut after %d: %s differs", cut, r)
			}
		}
	}
}

func TestOneMessageRefusedDoesNotStopTheOthers(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(10)
	x.set(pop3server.Faults{Refuse: 4})
	c := x.open(t)
	states, last := pull(t, c, "")
	got, _ := fetch(t, c, refsOf(states))
	if len(states) != 10 || !last.Complete || len(got) != 9 || got["uid0003"] != "" {
		t.Fatalf("%d states, %d bodies", len(states), len(got))
	}
}

func TestServerThatCannotPipelineAfterAll(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(50)
	n := 0
	x.set(pop3server.Faults{Reply: func(cmd string, b []byte) []byte {
		if strings.HasPrefix(cmd, "RETR") {
			if n++; n == 7 {
				return []byte("out of step\r\n")
			}
		}
		return b
	}})
	c := x.open(t)
	states, _ := pull(t, c, "")
	got, order := fetch(t, c, refsOf(states))
	if len(got) != 50 || len(order) != 50 {
		t.Fatalf("%d %d", len(got), len(order))
	}
}

func TestSignInFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		sec   mail.Security
		f     pop3server.Faults
		kind  fault.Kind
		code  string
		creds auth.Source
	}{
		{"wrong password", mail.TLS, pop3server.Faults{}, fault.Auth, auth.CodeBadPassword, auth.Static{User: user, Password: "wrong"}},
		{"in use", mail.TLS, pop3server.Faults{Login: "-ERR [IN-USE] maildrop locked"}, fault.Busy, auth.CodeInUse, nil},
		{"delay", mail.TLS, pop3server.Faults{Login: "-ERR [LOGIN-DELAY] wait"}, fault.Busy, auth.CodeTooMany, nil},
		{"trouble", mail.TLS, pop3server.Faults{Login: "-ERR [SYS/TEMP] try later"}, fault.Busy, auth.CodeUnavailable, nil},
		{"imap there", mail.TLS, pop3server.Faults{Greeting: "* OK [CAPABILITY IMAP4rev1] ready"}, fault.Protocol, "wrong-protocol", nil},
		{"smtp there", mail.STARTTLS, pop3server.Faults{Greeting: "220 mail ESMTP"}, fault.Protocol, "wrong-protocol", nil},
		{"no stls", mail.STARTTLS, pop3server.Faults{NoSTLS: true}, fault.TLS, "no-starttls", nil},
		{"no stls nor capa", mail.STARTTLS, pop3server.Faults{NoSTLS: true, NoCAPA: true}, fault.TLS, "no-starttls", nil},
		{"injection", mail.STARTTLS, pop3server.Faults{Inject: "+OK injected\r\n"}, fault.TLS, "injection", nil},
		{"token but password only", mail.TLS, pop3server.Faults{}, fault.Auth, "no-mechanism", auth.Static{User: user, Token: "secret-token"}},
		{"nul", mail.TLS, pop3server.Faults{}, fault.Auth, "bad-secret", auth.Static{User: user, Password: "a\x00b"}},
		{"line end", mail.TLS, pop3server.Faults{NoSASL: true}, fault.Auth, "bad-secret", auth.Static{User: user, Password: "a\r\nDELE 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newFake(t, c.sec)
			x.set(c.f)
			if c.creds != nil {
				x.o.Creds = c.creds
			}
			line := Test(context.Background(), x.o)
			e := wantFault(t, line.Err, c.kind, c.code)
			if line.State != mail.StepFailed || line.Summary != "" {
				t.Errorf("%+v", line)
			}
			if c.kind == fault.Busy && e.RetryAfter <= 0 {
				t.Error("when to try again?")
			}
			if n := x.Sessions(); n != 1 {
				t.Errorf("%d tries", n)
			}
		})
	}
}

func TestSignInWays(t *testing.T) {
	for _, f := range []pop3server.Faults{{}, {NoSASL: true}, {NoCAPA: true}, {NoPipeline: true}, {LF: true}} {
		for _, sec := range []mail.Security{mail.TLS, mail.STARTTLS} {
			x := newFake(t, sec)
			x.set(f)
			x.fill(3)
			line := Test(context.Background(), x.o)
			if line.Err != nil || line.State != mail.StepFound || !strings.HasPrefix(line.Summary, "Signed in. 3 messages, ") || line.Messages != 3 || !strings.Contains(line.Detail, "TLS 1.3") {
				t.Errorf("%+v %s: %+v", f, sec, line)
			}
		}
	}
}

// refreshed hands out another token after a refusal.
type refreshed struct{ first, then auth.Credential }

func (r refreshed) Credential(_ context.Context, fresh bool) (auth.Credential, error) {
	if fresh {
		return r.then, nil
	}
	return r.first, nil
}

func TestFreshCredentialIsTriedOnce(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.o.Creds = refreshed{auth.Credential{User: user, Password: "old"}, auth.Credential{User: user, Password: pass}}
	x.open(t)
	if x.Sessions() != 2 {
		t.Errorf("%d sessions", x.Sessions())
	}
	x.o.Creds = refreshed{auth.Credential{User: user, Password: "old"}, auth.Credential{User: user, Password: "older"}}
	_, err := Open(context.Background(), x.o)
	wantFault(t, err, fault.Auth, auth.CodeBadPassword)
	if x.Sessions() != 4 {
		t.Errorf("%d sessions", x.Sessions())
	}
}

func TestIdleSessionDoesNotKeepTheMailbox(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(2)
	c := x.open(t)
	states, _ := pull(t, c, "")
	inner := c.Source.(*conn)
	s, _ := inner.spare.Take()
	inner.spare.Park(s, true, time.Millisecond, end)
	for end := time.Now().Add(30 * time.Second); inner.spare.Parked() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is kept")
		}
	}
	if got, _ := fetch(t, c, refsOf(states)); len(got) != 2 || x.Sessions() != 2 {
		t.Fatalf("%d, %d sessions", len(got), x.Sessions())
	}
}

func TestEachEndsFetch(t *testing.T) {
	x := newFake(t, mail.TLS)
	x.fill(40)
	c := x.open(t)
	states, _ := pull(t, c, "")
	stop := errors.New("enough")
	n := 0
	for _, want := range []remote.Want{remote.WantBody, remote.WantHeader} {
		n = 0
		err := c.Fetch(context.Background(), Inbox, refsOf(states), want, func(it remote.Item) error {
			if n++; n == 3 {
				return stop
			}
			b, err := io.ReadAll(io.LimitReader(it.Body, 5)) // the rest is left behind
			if err != nil || string(b) != "From:" {
				return fmt.Errorf("%q %w", b, err)
			}
			return nil
		})
		if !errors.Is(err, stop) || n != 3 {
			t.Fatalf("%v after %d", err, n)
		}
	}
	if got, _ := fetch(t, c, refsOf(states)); len(got) != 40 {
		t.Fatalf("afterwards %d", len(got))
	}
}

func TestHeaderOnly(t *testing.T) {
	for _, f := range []pop3server.Faults{{}, {NoTOP: true}, {NoPipeline: true}} {
		x := newFake(t, mail.TLS)
		x.set(f)
		x.fill(3)
		c := x.open(t)
		err := c.Fetch(context.Background(), Inbox, []remote.Ref{"uid0001"}, remote.WantHeader, func(it remote.Item) error {
			b, err := io.ReadAll(it.Body)
			data := string(x.mem.Messages(user)[1].Data)
			if want := data[:strings.Index(data, "\r\n\r\n")+4]; string(b) != want || it.Size != int64(len(want)) {
				return fmt.Errorf("%q, want %q", b, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
