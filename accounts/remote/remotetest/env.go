package remotetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// Env is a back end under test and the other side of it. Only Open is needed.
type Env struct {
	// Open opens a new connection to the same account; the suite closes it.
	Open func(t testing.TB) *remote.Conn
	// Deliver puts a message into a collection as the mail system would; it may add header fields at the top. nil: Push of an Add over another connection.
	Deliver func(t testing.TB, c remote.Ref, raw []byte)
	// Renumber makes all refs of c void. nil: not tested.
	Renumber func(t testing.TB, c remote.Ref)
	// Submitter opens the sending side. nil: not tested. From and To are its envelope.
	Submitter func(t testing.TB) remote.Submitter
	From      string
	To        []string
	// Received returns the message with that Message-ID as it arrived, waiting for it; nil: arrival is not looked at.
	Received func(t testing.TB, id string) []byte
	// Many is the number of messages for the test of pages: 0 = 130, negative = not tested.
	Many int
	// Patience is how long a delivery or a hint may take; 0 = 15 s.
	Patience time.Duration
}

// Message makes a message with a new Message-ID. It has 8-bit text, lines of dots and a line of 900 bytes.
func Message(subject string) (raw []byte, id string) {
	var b [12]byte
	rand.Read(b[:])
	id = hex.EncodeToString(b[:]) + "@remotetest.example"
	return fmt.Appendf(nil, "From: Ada Ahlgren <ada@example.test>\r\nTo: Bob <bob@example.test>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße, 你好.\r\n.\r\n..\r\n.x\r\n\r\n%s\r\nend %s\r\n",
		subject, time.Now().Format(time.RFC1123Z), id, strings.Repeat("0123456789", 90), id), id
}

func (e Env) patience() time.Duration {
	if e.Patience > 0 {
		return e.Patience
	}
	return 15 * time.Second
}

func (e Env) ctx(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func (e Env) open(t testing.TB) *remote.Conn {
	t.Helper()
	c := e.Open(t)
	if c == nil || c.Source == nil {
		t.Fatal("Open returned no source")
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// box returns a collection to work in: a new one where the back end can make one, else the inbox, emptied.
func (e Env) box(t testing.TB, c *remote.Conn) remote.Collection {
	t.Helper()
	ctx := e.ctx(t)
	if c.Organizer != nil {
		_, id := Message("")
		col, err := c.Organizer.Create(ctx, "", "conf-"+id[:10])
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
		t.Cleanup(func() {
			d := e.Open(t)
			defer d.Close()
			d.Organizer.Delete(context.Background(), col.Ref)
		})
		return col
	}
	in := e.inbox(t, c)
	if c.Pusher == nil {
		t.Skip("the back end can neither make nor empty a mailbox")
	}
	// The server may count what a session has removed only when that session ends.
	d := e.Open(t)
	v := look(t, ctx, d, in.Ref)
	if len(v.states) > 0 {
		if _, err := d.Pusher.Push(ctx, in.Ref, v.token, []remote.Edit{{Verb: remote.Remove, Items: v.refs()}}); err != nil {
			t.Fatalf("emptying the inbox: %v", err)
		}
	}
	d.Close()
	return in
}

func (e Env) inbox(t testing.TB, c *remote.Conn) remote.Collection {
	t.Helper()
	cs, err := c.Collections(e.ctx(t))
	if err != nil {
		t.Fatalf("Collections: %v", err)
	}
	for _, col := range cs {
		if col.Role == mail.RoleInbox {
			return col
		}
	}
	t.Fatal("no inbox")
	return remote.Collection{}
}

// deliver puts raw into col and waits until a new connection sees it.
func (e Env) deliver(t testing.TB, col remote.Collection, raw []byte) {
	t.Helper()
	before := e.count(t, col)
	if e.Deliver != nil {
		e.Deliver(t, col.Ref, raw)
	} else {
		c := e.Open(t)
		if c.Pusher == nil || col.Keep {
			c.Close()
			t.Skip("nothing delivers")
		}
		a, err := c.Pusher.Push(e.ctx(t), col.Ref, "", []remote.Edit{add(raw, 0)})
		c.Close()
		if err != nil || a.Done[0].Err != nil {
			t.Fatalf("deliver: %v %+v", err, a)
		}
	}
	for end := time.Now().Add(e.patience()); e.count(t, col) <= before; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a delivered message did not arrive")
		}
	}
}

func (e Env) count(t testing.TB, col remote.Collection) int {
	t.Helper()
	c := e.Open(t)
	defer c.Close()
	return len(look(t, e.ctx(t), c, col.Ref).states)
}

func add(raw []byte, f mail.Flags) remote.Edit {
	return remote.Edit{Verb: remote.Add, AddFlags: f, InternetID: idOf(raw), Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(raw)), int64(len(raw)), nil
	}}
}

func idOf(raw []byte) string {
	for l := range strings.SplitSeq(string(raw), "\r\n") {
		if v, ok := strings.CutPrefix(l, "Message-ID: <"); ok {
			return strings.TrimSuffix(v, ">")
		}
	}
	return ""
}

// view is a collection as a client knows it after pulling.
type view struct {
	states map[remote.Ref]remote.State
	order  []remote.Ref // as first seen
	token  remote.Token
	reset  bool
	full   bool // ended with Complete
	pages  []int
	fresh  []remote.Ref // came with an envelope in the last look
	listed []remote.Ref // named in the last look, changed or not
}

func (v *view) refs() []remote.Ref {
	var out []remote.Ref
	for _, r := range v.order {
		if _, ok := v.states[r]; ok {
			out = append(out, r)
		}
	}
	return out
}

func (v *view) byID(id string) (remote.State, bool) {
	for _, s := range v.states {
		if s.Envelope != nil && s.Envelope.InternetID == id {
			return s, true
		}
	}
	return remote.State{}, false
}

// look pulls a collection from scratch.
func look(t testing.TB, ctx context.Context, c *remote.Conn, col remote.Ref) *view {
	t.Helper()
	v := &view{states: map[remote.Ref]remote.State{}}
	again(t, ctx, c, col, v)
	return v
}

// again pulls what is new into v and checks what holds for every delta.
func again(t testing.TB, ctx context.Context, c *remote.Conn, col remote.Ref, v *view) {
	t.Helper()
	v.reset, v.full, v.pages, v.fresh, v.listed = false, false, nil, nil, nil
	for page := 0; ; page++ {
		if page > 10000 {
			t.Fatal("More without end")
		}
		since := v.token
		d, err := c.Pull(ctx, col, since)
		if err != nil {
			t.Fatalf("Pull(%q): %v", since, err)
		}
		if d.More && d.Complete {
			t.Fatal("More and Complete in one delta")
		}
		if d.More && d.Next == since {
			t.Fatal("More, but the token did not move")
		}
		if d.Next == "" {
			t.Fatal("Next is empty: that means from scratch")
		}
		if d.Reset {
			v.states, v.order, v.reset = map[remote.Ref]remote.State{}, nil, true
		}
		v.pages = append(v.pages, len(d.Changed))
		for _, s := range d.Changed {
			if s.Ref == "" {
				t.Fatal("a state without a ref")
			}
			old, known := v.states[s.Ref]
			if s.Envelope != nil {
				v.fresh = append(v.fresh, s.Ref)
			} else if known {
				s.Envelope = old.Envelope
			}
			if !known {
				v.order = append(v.order, s.Ref)
			}
			v.listed = append(v.listed, s.Ref)
			v.states[s.Ref] = s
		}
		for _, r := range d.Gone {
			delete(v.states, r)
		}
		if d.Count != nil && !d.More && !d.Complete && *d.Count != len(v.states) {
			t.Fatalf("Count is %d, the pages gave %d", *d.Count, len(v.states))
		}
		if d.Complete {
			v.full = true
			members := map[remote.Ref]bool{}
			for _, r := range d.Members {
				members[r] = true
			}
			if d.Members == nil {
				if page > 0 {
					t.Fatal("a complete listing in pages needs Members")
				}
				for _, s := range d.Changed {
					members[s.Ref] = true
				}
			}
			for r := range v.states {
				if !members[r] {
					delete(v.states, r)
				}
			}
		}
		v.token = d.Next
		if !d.More {
			return
		}
	}
}

// mustFault fails unless err is a fault of one of the kinds (any, when none is given).
func mustFault(t testing.TB, err error, kinds ...fault.Kind) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("%v (%T) is no *fault.Error", err, err)
	}
	for _, k := range kinds {
		if f.Kind == k {
			return
		}
	}
	if len(kinds) > 0 {
		t.Fatalf("fault %v, want %v", f, kinds)
	}
}
