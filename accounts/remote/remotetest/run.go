package remotetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// Run tests a back end.
func Run(t *testing.T, e Env) {
	t.Run("Collections", e.collections)
	t.Run("PullEmpty", e.pullEmpty)
	t.Run("Pull", e.pull)
	t.Run("PullPages", e.pullPages)
	t.Run("PullOddTokens", e.pullOddTokens)
	t.Run("PullReset", e.pullReset)
	t.Run("Fetch", e.fetch)
	t.Run("FetchLarge", e.fetchLarge)
	t.Run("Flags", e.flags)
	t.Run("Remove", e.remove)
	t.Run("Add", e.add)
	t.Run("Move", e.move)
	t.Run("Refusals", e.refusals)
	t.Run("Watch", e.watch)
	t.Run("Close", e.closing)
	t.Run("Cancel", e.cancel)
	t.Run("Organize", e.organize)
	t.Run("Usage", e.usage)
	t.Run("Submit", e.submit)
}

func (e Env) collections(t *testing.T) {
	c := e.open(t)
	cs, err := c.Collections(e.ctx(t))
	if err != nil {
		t.Fatal(err)
	}
	seen, inboxes := map[remote.Ref]bool{}, 0
	for _, col := range cs {
		if col.Ref == "" || seen[col.Ref] {
			t.Errorf("%+v: ref empty or twice", col)
		}
		if col.Name == "" || col.Kind == "" {
			t.Errorf("%+v: no name or kind", col)
		}
		if col.Parent != "" && !seen[col.Parent] {
			t.Errorf("%q comes before its parent %q", col.Ref, col.Parent)
		}
		if col.Total < -1 || col.Unseen < -1 {
			t.Errorf("%q: counts %d %d", col.Ref, col.Total, col.Unseen)
		}
		seen[col.Ref] = true
		if col.Role == mail.RoleInbox {
			inboxes++
			if !col.Rights.Has(mail.MayRead) || col.NoSelect {
				t.Errorf("the inbox cannot be read: %+v", col)
			}
		}
	}
	if inboxes != 1 {
		t.Errorf("%d inboxes", inboxes)
	}
	two, err := c.Collections(e.ctx(t))
	if err != nil || len(two) != len(cs) {
		t.Errorf("a second listing: %d, %v, the first had %d", len(two), err, len(cs))
	}
}

func (e Env) pullEmpty(t *testing.T) {
	c := e.open(t)
	col := e.box(t, c)
	c = e.open(t)
	v := look(t, e.ctx(t), c, col.Ref)
	if len(v.states) != 0 || !v.full || v.reset {
		t.Fatalf("an empty mailbox: %+v", v)
	}
	again(t, e.ctx(t), c, col.Ref, v)
	if len(v.states) != 0 || v.reset {
		t.Fatalf("an empty mailbox again: %+v", v)
	}
}

func (e Env) pull(t *testing.T) {
	c := e.open(t)
	col := e.box(t, c)
	var ids []string
	for i := range 3 {
		raw, id := Message(fmt.Sprintf("Äpfel %d", i))
		e.deliver(t, col, raw)
		ids = append(ids, id)
	}
	c = e.open(t)
	ctx := e.ctx(t)
	v := look(t, ctx, c, col.Ref)
	if len(v.states) != 3 || !v.full {
		t.Fatalf("%d states, full %v", len(v.states), v.full)
	}
	for _, s := range v.states {
		if s.Envelope == nil && !s.FlagsUnknown {
			t.Errorf("%s has no envelope", s.Ref)
		}
		if s.Size < 0 {
			t.Errorf("%s: size %d", s.Ref, s.Size)
		}
		if s.Envelope == nil {
			continue
		}
		if i := slices.Index(ids, s.Envelope.InternetID); i < 0 {
			t.Errorf("unknown Message-ID %q", s.Envelope.InternetID)
		} else if want := fmt.Sprintf("Äpfel %d", i); s.Envelope.Subject != want {
			t.Errorf("subject %q, want %q", s.Envelope.Subject, want)
		}
		if len(s.Envelope.From) != 1 || s.Envelope.From[0] != (mail.Address{Name: "Ada Ahlgren", Addr: "ada@example.test"}) {
			t.Errorf("from %+v", s.Envelope.From)
		}
		if s.Envelope.Date.IsZero() || time.Since(s.Envelope.Date) > time.Hour {
			t.Errorf("date %v", s.Envelope.Date)
		}
	}
	if s, ok := v.byID(ids[2]); ok && s.Ref != v.order[0] {
		t.Errorf("the newest does not come first: %v", v.order)
	}
	// Nothing changed, on the same connection and on a new one.
	for range 2 {
		again(t, ctx, c, col.Ref, v)
		if len(v.fresh) != 0 || len(v.states) != 3 || v.reset {
			t.Fatalf("no change, but %d new, %d in all, reset %v", len(v.fresh), len(v.states), v.reset)
		}
		if !col.Keep && len(v.listed) != 0 {
			t.Errorf("no change, but %d are listed", len(v.listed))
		}
		c.Close()
		c = e.open(t)
	}
	// One more.
	raw, id := Message("one more")
	e.deliver(t, col, raw)
	c.Close()
	c = e.open(t)
	again(t, ctx, c, col.Ref, v)
	if len(v.states) != 4 {
		t.Fatalf("%d after one more", len(v.states))
	}
	if s, ok := v.byID(id); ok && (len(v.fresh) != 1 || v.fresh[0] != s.Ref) {
		t.Errorf("new with an envelope: %v, want only %s", v.fresh, s.Ref)
	}
	// Over the open connection, where it can see that.
	if !col.Keep {
		raw, id := Message("and one")
		e.deliver(t, col, raw)
		again(t, ctx, c, col.Ref, v)
		if _, ok := v.byID(id); !ok {
			t.Error("an open connection does not see what came meanwhile")
		}
	}
}

func (e Env) pullPages(t *testing.T) {
	n := e.Many
	if n < 0 {
		t.Skip("not asked for")
	}
	if n == 0 {
		n = 130
	}
	c := e.open(t)
	col := e.box(t, c)
	var ids []string
	var edits []remote.Edit
	for i := range n {
		raw, id := Message(fmt.Sprint("page ", i))
		ids = append(ids, id)
		if e.Deliver != nil {
			e.Deliver(t, col.Ref, raw)
		} else {
			edits = append(edits, add(raw, 0))
		}
	}
	if len(edits) > 0 {
		if c.Pusher == nil {
			t.Skip("nothing delivers")
		}
		if a, err := c.Pusher.Push(e.ctx(t), col.Ref, "", edits); err != nil || len(a.Done) != n {
			t.Fatalf("%d done, %v", len(a.Done), err)
		}
	}
	for end := time.Now().Add(e.patience() + 30*time.Second); e.count(t, col) < n && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
	}
	c = e.open(t)
	v := look(t, e.ctx(t), c, col.Ref)
	if len(v.states) != n || !v.full {
		t.Fatalf("%d of %d, full %v", len(v.states), n, v.full)
	}
	got := map[string]bool{}
	for _, s := range v.states {
		if s.Envelope != nil {
			got[s.Envelope.InternetID] = true
		}
	}
	if len(got) > 0 && len(got) != n {
		t.Errorf("%d different Message-IDs of %d", len(got), n)
	}
	if !col.Keep && v.pages[0] > 100 {
		t.Errorf("the first page has %d: not a screenful", v.pages[0])
	}
	if s, ok := v.byID(ids[n-1]); ok && e.Deliver == nil {
		if i := slices.Index(v.order, s.Ref); i >= v.pages[0] {
			t.Errorf("the newest is number %d, not on the first page", i)
		}
	}
	// A listing broken off in its middle goes on with another connection.
	d, err := c.Pull(e.ctx(t), col.Ref, "")
	if err != nil {
		t.Fatal(err)
	}
	if d.More {
		c.Close()
		w := &view{states: map[remote.Ref]remote.State{}, token: d.Next}
		for _, s := range d.Changed {
			w.states[s.Ref] = s
			w.order = append(w.order, s.Ref)
		}
		again(t, e.ctx(t), e.open(t), col.Ref, w)
		if len(w.states) != n {
			t.Errorf("continued listing has %d of %d", len(w.states), n)
		}
	}
}

func (e Env) pullOddTokens(t *testing.T) {
	c := e.open(t)
	col := e.box(t, c)
	raw, _ := Message("odd tokens")
	e.deliver(t, col, raw)
	c = e.open(t)
	for _, tok := range []remote.Token{"nonsense", "1:2:3:4", "\x00\xff", "v1 0 0 0 0"} {
		v := &view{states: map[remote.Ref]remote.State{}, token: tok}
		again(t, e.ctx(t), c, col.Ref, v)
		if len(v.states) != 1 || !v.full {
			t.Errorf("token %q: %d states, full %v", tok, len(v.states), v.full)
		}
	}
	if _, err := c.Pull(e.ctx(t), "no such collection", ""); err == nil {
		t.Error("an unknown collection can be pulled")
	} else {
		mustFault(t, err, fault.NotFound)
	}
}

func (e Env) pullReset(t *testing.T) {
	if e.Renumber == nil {
		t.Skip("nothing renumbers")
	}
	c := e.open(t)
	col := e.box(t, c)
	for i := range 3 {
		raw, _ := Message(fmt.Sprint("reset ", i))
		e.deliver(t, col, raw)
	}
	c = e.open(t)
	v := look(t, e.ctx(t), c, col.Ref)
	old := v.refs()
	c.Close()
	e.Renumber(t, col.Ref)
	c = e.open(t)
	if c.Pusher != nil && !col.Keep {
		// An edit under the void names is not done, and not taken for done.
		ack, err := c.Pusher.Push(e.ctx(t), col.Ref, v.token, []remote.Edit{{Verb: remote.SetFlags, Items: old[:1], AddFlags: mail.Flagged}, {Verb: remote.Remove, Items: old[1:2]}})
		if err != nil || len(ack.Done) != 2 {
			t.Fatalf("an edit under void names: %+v, %v", ack, err)
		}
		for _, d := range ack.Done {
			if f := fault.Of(d.Err); f == nil || f.Kind != fault.NotFound || f.Code != "stale" {
				t.Errorf("an edit under void names is answered %v, want stale", d.Err)
			}
		}
	}
	again(t, e.ctx(t), c, col.Ref, v)
	if len(v.states) != 3 || !v.full {
		t.Fatalf("after the reset %d, full %v", len(v.states), v.full)
	}
	if !v.reset && !col.Keep {
		t.Error("Reset is not set")
	}
	for _, r := range old {
		if _, ok := v.states[r]; ok {
			t.Errorf("%s is void and still used", r)
		}
	}
	again(t, e.ctx(t), c, col.Ref, v)
	if v.reset || len(v.fresh) > 0 {
		t.Error("reset again without a cause")
	}
}

func (e Env) fetch(t *testing.T) {
	c := e.open(t)
	col := e.box(t, c)
	want := map[string][]byte{}
	for i := range 4 {
		raw, id := Message(fmt.Sprint("fetch ", i))
		e.deliver(t, col, raw)
		want[id] = raw
	}
	c = e.open(t)
	ctx := e.ctx(t)
	v := look(t, ctx, c, col.Ref)
	refs := append(v.refs(), "no-such-ref")
	got := map[remote.Ref][]byte{}
	err := c.Fetch(ctx, col.Ref, refs, remote.WantBody, func(it remote.Item) error {
		b, err := io.ReadAll(it.Body)
		if err != nil {
			return err
		}
		if it.Size >= 0 && it.Size != int64(len(b)) {
			t.Errorf("size %d, but %d bytes", it.Size, len(b))
		}
		if _, twice := got[it.Ref]; twice {
			t.Errorf("%s twice", it.Ref)
		}
		got[it.Ref] = b
		return nil
	})
	if err != nil || len(got) != 4 {
		t.Fatalf("%d items, %v", len(got), err)
	}
	for r, b := range got {
		raw := want[idOf(b)]
		if raw == nil || !bytes.HasSuffix(b, raw) {
			t.Errorf("%s: not the bytes that were delivered:\n%q", r, b)
		}
		if e.Deliver == nil && !bytes.Equal(b, raw) {
			t.Errorf("%s: bytes added", r)
		}
		if s := v.states[r]; s.Size > 0 && s.Size != int64(len(b)) {
			t.Logf("%s: the listing says %d bytes, it has %d", r, s.Size, len(b))
		}
	}
	// Headers, some of them left unread.
	n := 0
	err = c.Fetch(ctx, col.Ref, v.refs(), remote.WantHeader, func(it remote.Item) error {
		n++
		if n%2 == 0 {
			return nil
		}
		b, err := io.ReadAll(it.Body)
		if err == nil && (!bytes.HasSuffix(b, []byte("\r\n\r\n")) || !bytes.HasSuffix(got[it.Ref][:len(b)], b)) {
			t.Errorf("header of %s: %q", it.Ref, b)
		}
		return err
	})
	if err != nil || n != 4 {
		t.Fatalf("headers: %d, %v", n, err)
	}
	// Bodies left unread or read in part do not disturb the next.
	n = 0
	err = c.Fetch(ctx, col.Ref, v.refs(), remote.WantBody, func(it remote.Item) error {
		n++
		if n < 3 {
			_, err := io.CopyN(io.Discard, it.Body, int64(n*7))
			return err
		}
		b, err := io.ReadAll(it.Body)
		if !bytes.Equal(b, got[it.Ref]) {
			t.Errorf("%s differs after others were left unread", it.Ref)
		}
		return err
	})
	if err != nil || n != 4 {
		t.Fatalf("unread: %d, %v", n, err)
	}
	// An error of each ends it and comes back; the connection goes on.
	stop := errors.New("stop")
	n = 0
	if err := c.Fetch(ctx, col.Ref, v.refs(), remote.WantBody, func(remote.Item) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
		t.Errorf("each failed: %d calls, %v", n, err)
	}
	n = 0
	if err := c.Fetch(ctx, col.Ref, nil, remote.WantBody, func(remote.Item) error { n++; return nil }); err != nil || n != 0 {
		t.Errorf("nothing asked: %d, %v", n, err)
	}
	if err := c.Fetch(ctx, col.Ref, []remote.Ref{"gone", "gone too"}, remote.WantBody, func(remote.Item) error { n++; return nil }); err != nil || n != 0 {
		t.Errorf("only gone ones: %d, %v", n, err)
	}
	w := &view{states: map[remote.Ref]remote.State{}}
	again(t, ctx, c, col.Ref, w)
	if len(w.states) != 4 {
		t.Errorf("after all that %d", len(w.states))
	}
}

func (e Env) fetchLarge(t *testing.T) {
	c := e.open(t)
	col := e.box(t, c)
	raw, id := Message("large")
	line := bytes.Repeat([]byte("0123456789abcdef"), 4)
	var b bytes.Buffer
	b.Write(raw)
	for b.Len() < 3<<20 {
		b.Write(line)
		b.WriteString("\r\n.\r\n")
	}
	e.deliver(t, col, b.Bytes())
	c = e.open(t)
	v := look(t, e.ctx(t), c, col.Ref)
	n := 0
	err := c.Fetch(e.ctx(t), col.Ref, v.refs(), remote.WantBody, func(it remote.Item) error {
		got, err := io.ReadAll(it.Body)
		n++
		if !bytes.HasSuffix(got, b.Bytes()) {
			t.Errorf("%s: %d bytes, want %d", id, len(got), b.Len())
		}
		return err
	})
	if err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
}

func (e Env) cancel(t *testing.T) {
	c := e.open(t)
	col := e.inbox(t, c)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	began := time.Now()
	if _, err := c.Pull(ctx, col.Ref, ""); err == nil {
		t.Error("Pull works with an ended context")
	} else if !errors.Is(err, context.Canceled) {
		mustFault(t, err)
	}
	if time.Since(began) > 30*time.Second {
		t.Error("an ended context is noticed late")
	}
}

func (e Env) closing(t *testing.T) {
	c := e.open(t)
	col := e.inbox(t, c)
	done := make(chan error, 1)
	if c.Watcher != nil {
		go func() { done <- c.Watcher.Watch(context.Background(), []remote.Ref{col.Ref}, func(remote.Ref) {}) }()
		time.Sleep(200 * time.Millisecond)
	} else {
		done <- cutFault
	}
	c.Close()
	select {
	case err := <-done:
		if err == nil {
			t.Error("Watch on a closed connection ends without an error")
		} else {
			mustFault(t, err, fault.Network, fault.Refused)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("Close does not end Watch")
	}
	_, err := c.Pull(e.ctx(t), col.Ref, "")
	mustFault(t, err, fault.Network)
	_, err = c.Collections(e.ctx(t))
	mustFault(t, err, fault.Network)
	c.Close()
}

var cutFault error = &fault.Error{Kind: fault.Network}
