package remotetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// pusher skips where the back end cannot push edits other than Remove.
func (e Env) pusher(t *testing.T) (*remote.Conn, remote.Collection) {
	t.Helper()
	c := e.open(t)
	if c.Pusher == nil {
		t.Skip("cannot push")
	}
	in := e.inbox(t, c)
	if in.Keep && !in.Rights.Has(mail.MayFlag) {
		t.Skip("can only remove")
	}
	return c, e.box(t, c)
}

// push carries out edits and keeps the view's token in step.
func push(t *testing.T, ctx context.Context, c *remote.Conn, col remote.Ref, v *view, edits ...remote.Edit) []remote.Done {
	t.Helper()
	var at remote.Token
	if v != nil {
		at = v.token
	}
	a, err := c.Pusher.Push(ctx, col, at, edits)
	if err != nil {
		t.Fatalf("Push: %v", err)
	}
	if len(a.Done) != len(edits) {
		t.Fatalf("%d done of %d edits and no error", len(a.Done), len(edits))
	}
	if v != nil && a.Next != "" {
		v.token = a.Next
	}
	return a.Done
}

func (e Env) flags(t *testing.T) {
	c, col := e.pusher(t)
	ctx := e.ctx(t)
	for i := range 3 {
		raw, _ := Message(fmt.Sprint("flags ", i))
		e.deliver(t, col, raw)
	}
	other := e.open(t)
	theirs := look(t, ctx, other, col.Ref)
	v := look(t, ctx, c, col.Ref)
	refs := v.refs()
	for _, twice := range []bool{false, true} {
		for _, d := range push(t, ctx, c, col.Ref, v,
			remote.Edit{Verb: remote.SetFlags, Items: refs[:2], AddFlags: mail.Seen | mail.Flagged | mail.Answered, AddKeywords: []string{"remotetest"}, Again: twice},
			remote.Edit{Verb: remote.SetFlags, Items: refs[:1], DropFlags: mail.Flagged, DropKeywords: []string{"absent"}, Again: twice}) {
			if d.Err != nil {
				t.Fatal(d.Err)
			}
		}
	}
	check := func(who string, v *view) {
		t.Helper()
		a, b, n := v.states[refs[0]], v.states[refs[1]], v.states[refs[2]]
		if !a.Flags.Has(mail.Seen|mail.Answered) || a.Flags.Has(mail.Flagged) || !b.Flags.Has(mail.Seen|mail.Answered|mail.Flagged) || n.Flags&(mail.Seen|mail.Flagged) != 0 {
			t.Errorf("%s: flags %v / %v / %v", who, a.Flags, b.Flags, n.Flags)
		}
		if !slices.Contains(a.Keywords, "remotetest") || slices.Contains(n.Keywords, "remotetest") {
			t.Errorf("%s: keywords %v / %v", who, a.Keywords, n.Keywords)
		}
	}
	again(t, ctx, other, col.Ref, theirs)
	check("another connection", theirs)
	if len(theirs.fresh) != 0 {
		t.Errorf("changed flags made %v new", theirs.fresh)
	}
	again(t, ctx, c, col.Ref, v)
	check("this connection", v)
	// A gone item among them changes nothing for the others.
	d := push(t, ctx, c, col.Ref, v, remote.Edit{Verb: remote.SetFlags, Items: []remote.Ref{refs[2], "gone"}, AddFlags: mail.Seen})
	again(t, ctx, other, col.Ref, theirs)
	if d[0].Err == nil && !theirs.states[refs[2]].Flags.Has(mail.Seen) {
		t.Error("a gone item kept the others from their flags")
	}
}

func (e Env) remove(t *testing.T) {
	c := e.open(t)
	if c.Pusher == nil {
		t.Skip("cannot push")
	}
	col := e.box(t, c)
	ctx := e.ctx(t)
	for i := range 3 {
		raw, _ := Message(fmt.Sprint("remove ", i))
		e.deliver(t, col, raw)
	}
	c = e.open(t)
	v := look(t, ctx, c, col.Ref)
	refs := v.refs()
	for _, twice := range []bool{false, true} {
		d := push(t, ctx, c, col.Ref, v, remote.Edit{Verb: remote.Remove, Items: refs[:2], Again: twice})
		if d[0].Err != nil {
			t.Fatalf("again %v: %v", twice, d[0].Err)
		}
		if col.Keep {
			c.Close()
			c = e.open(t)
		}
	}
	if d := push(t, ctx, c, col.Ref, v, remote.Edit{Verb: remote.Remove, Items: []remote.Ref{"gone"}}); d[0].Err != nil {
		t.Errorf("removing what is gone: %v", d[0].Err)
	}
	c.Close()
	c = e.open(t)
	again(t, ctx, c, col.Ref, v)
	if got := v.refs(); len(got) != 1 || got[0] != refs[2] {
		t.Fatalf("left: %v, want %v", got, refs[2:])
	}
	if w := look(t, ctx, c, col.Ref); len(w.states) != 1 {
		t.Fatalf("from scratch %d", len(w.states))
	}
}

func (e Env) add(t *testing.T) {
	c, col := e.pusher(t)
	ctx := e.ctx(t)
	v := look(t, ctx, c, col.Ref)
	raw, id := Message("added")
	at := time.Now().Add(-72 * time.Hour).Truncate(time.Second)
	ed := add(raw, mail.Seen|mail.DraftFlag)
	ed.Received = at
	d := push(t, ctx, c, col.Ref, v, ed)
	if d[0].Err != nil {
		t.Fatal(d[0].Err)
	}
	again(t, ctx, c, col.Ref, v)
	s, ok := v.byID(id)
	if !ok || len(v.states) != 1 {
		t.Fatalf("not found: %+v", v.states)
	}
	if len(d[0].Refs) > 0 && d[0].Refs[0] != "" && d[0].Refs[0] != s.Ref {
		t.Errorf("named %s, is %s", d[0].Refs[0], s.Ref)
	}
	if !s.Flags.Has(mail.Seen | mail.DraftFlag) {
		t.Errorf("flags %v", s.Flags)
	}
	if !s.Received.IsZero() && !s.Received.Equal(at) {
		t.Errorf("received %v, want %v", s.Received, at)
	}
	var got []byte
	err := c.Fetch(ctx, col.Ref, []remote.Ref{s.Ref}, remote.WantBody, func(it remote.Item) (err error) { got, err = io.ReadAll(it.Body); return err })
	if err != nil || !bytes.Equal(got, raw) {
		t.Errorf("%v: bytes changed:\n%q\n%q", err, got, raw)
	}
	// Again, after it was carried out: not twice.
	ed.Again = true
	d = push(t, ctx, c, col.Ref, v, ed)
	if d[0].Err != nil {
		t.Fatal(d[0].Err)
	}
	if len(d[0].Refs) > 0 && d[0].Refs[0] != "" && d[0].Refs[0] != s.Ref {
		t.Errorf("again named %s, is %s", d[0].Refs[0], s.Ref)
	}
	// Again, when it was not: once. In one push with a plain one.
	raw2, id2 := Message("added later")
	raw3, id3 := Message("added too")
	ed2 := add(raw2, 0)
	ed2.Again = true
	for _, d := range push(t, ctx, c, col.Ref, v, ed2, add(raw3, 0)) {
		if d.Err != nil {
			t.Fatal(d.Err)
		}
	}
	w := look(t, ctx, e.open(t), col.Ref)
	if len(w.states) != 3 {
		t.Fatalf("%d messages, want 3", len(w.states))
	}
	for _, x := range []string{id, id2, id3} {
		if _, ok := w.byID(x); !ok {
			t.Errorf("%s is missing", x)
		}
	}
}

func (e Env) move(t *testing.T) {
	c, from := e.pusher(t)
	if c.Organizer == nil {
		t.Skip("one mailbox only")
	}
	to := e.box(t, c)
	ctx := e.ctx(t)
	var ids []string
	for i := range 4 {
		raw, id := Message(fmt.Sprint("move ", i))
		e.deliver(t, from, raw)
		ids = append(ids, id)
	}
	src, dst := look(t, ctx, c, from.Ref), look(t, ctx, c, to.Ref)
	var refs []remote.Ref
	for _, id := range ids {
		s, _ := src.byID(id)
		refs = append(refs, s.Ref)
	}
	push(t, ctx, c, from.Ref, src, remote.Edit{Verb: remote.SetFlags, Items: refs[:1], AddFlags: mail.Flagged | mail.Seen, AddKeywords: []string{"kept"}})
	ed := remote.Edit{Verb: remote.Move, Items: refs[:2], InternetIDs: ids[:2], Dest: to.Ref}
	d := push(t, ctx, c, from.Ref, src, ed)
	if d[0].Err != nil {
		t.Fatal(d[0].Err)
	}
	again(t, ctx, c, from.Ref, src)
	again(t, ctx, c, to.Ref, dst)
	if len(src.states) != 2 || len(dst.states) != 2 {
		t.Fatalf("%d left, %d arrived", len(src.states), len(dst.states))
	}
	for i, id := range ids[:2] {
		s, ok := dst.byID(id)
		if !ok {
			t.Fatalf("%s did not arrive", id)
		}
		if len(d[0].Refs) == 2 && d[0].Refs[i] != "" && d[0].Refs[i] != s.Ref {
			t.Errorf("named %s, is %s", d[0].Refs[i], s.Ref)
		}
	}
	if s, _ := dst.byID(ids[0]); !s.Flags.Has(mail.Flagged|mail.Seen) || !slices.Contains(s.Keywords, "kept") {
		t.Errorf("flags were lost: %v %v", s.Flags, s.Keywords)
	}
	// Again after it was carried out, and with one of two carried out.
	ed.Again = true
	if d = push(t, ctx, c, from.Ref, src, ed); d[0].Err != nil {
		t.Errorf("again: %v", d[0].Err)
	}
	half := remote.Edit{Verb: remote.Move, Items: refs[1:3], InternetIDs: ids[1:3], Dest: to.Ref, Again: true}
	if d = push(t, ctx, c, from.Ref, src, half); d[0].Err != nil {
		t.Errorf("again, half done: %v", d[0].Err)
	}
	n := e.open(t)
	a, b := look(t, ctx, n, from.Ref), look(t, ctx, n, to.Ref)
	if len(a.states) != 1 || len(b.states) != 3 {
		t.Fatalf("%d left, %d arrived; want 1 and 3", len(a.states), len(b.states))
	}
	for _, id := range ids[:3] {
		if _, ok := b.byID(id); !ok {
			t.Errorf("%s is missing", id)
		}
	}
}

func (e Env) refusals(t *testing.T) {
	c, col := e.pusher(t)
	ctx := e.ctx(t)
	raw, id := Message("refusals")
	e.deliver(t, col, raw)
	v := look(t, ctx, c, col.Ref)
	s, _ := v.byID(id)
	// A refused edit is in its Done; those after it are carried out.
	d := push(t, ctx, c, col.Ref, v,
		remote.Edit{Verb: remote.Move, Items: []remote.Ref{s.Ref}, InternetIDs: []string{id}, Dest: "no such mailbox anywhere"},
		remote.Edit{Verb: remote.SetFlags, Items: []remote.Ref{s.Ref}, AddFlags: mail.Flagged})
	if d[0].Err == nil {
		t.Error("a move to nowhere was accepted")
	} else {
		mustFault(t, d[0].Err, fault.Refused, fault.NotFound)
	}
	if d[1].Err != nil {
		t.Errorf("the edit after a refused one: %v", d[1].Err)
	}
	again(t, ctx, c, col.Ref, v)
	if len(v.states) != 1 || !v.states[s.Ref].Flags.Has(mail.Flagged) {
		t.Errorf("after the refusal: %+v", v.states)
	}
}

func (e Env) watch(t *testing.T) {
	c := e.open(t)
	if c.Watcher == nil {
		t.Skip("cannot watch")
	}
	col := e.inbox(t, c)
	ctx, stop := context.WithCancel(e.ctx(t))
	defer stop()
	hints := make(chan remote.Ref, 1000)
	done := make(chan error, 1)
	go func() {
		done <- c.Watcher.Watch(ctx, []remote.Ref{col.Ref}, func(r remote.Ref) {
			select {
			case hints <- r:
			default:
			}
		})
	}()
	select {
	case err := <-done:
		mustFault(t, err, fault.Refused)
		if fault.Of(err).Code != "no-push" {
			t.Errorf("code %q", fault.Of(err).Code)
		}
		return
	case <-time.After(500 * time.Millisecond):
	}
	for len(hints) > 0 {
		<-hints
	}
	raw, _ := Message("watch")
	e.deliver(t, col, raw)
	select {
	case r := <-hints:
		if r != col.Ref {
			t.Errorf("hint for %q", r)
		}
	case err := <-done:
		t.Fatalf("Watch ended: %v", err)
	case <-time.After(e.patience()):
		t.Error("no hint of a new message")
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("Watch after its context ended: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Watch does not end with its context")
	}
}

func (e Env) organize(t *testing.T) {
	c := e.open(t)
	if c.Organizer == nil {
		t.Skip("cannot organise")
	}
	ctx := e.ctx(t)
	_, id := Message("")
	name := "Räume & 東京 " + id[:6]
	col, err := c.Organizer.Create(ctx, "", name)
	if err != nil {
		t.Fatal(err)
	}
	if col.Name != name || col.Ref == "" {
		t.Errorf("made %+v", col)
	}
	if _, err := c.Organizer.Create(ctx, "", name); err == nil {
		t.Error("made twice")
	} else {
		mustFault(t, err, fault.Refused)
	}
	find := func(r remote.Ref) (remote.Collection, bool) {
		t.Helper()
		cs, err := c.Collections(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range cs {
			if x.Ref == r {
				return x, true
			}
		}
		return remote.Collection{}, false
	}
	if x, ok := find(col.Ref); !ok || x.Name != name || !x.Rights.Has(mail.MayRead|mail.MayAdd) {
		t.Errorf("listed %v %+v", ok, x)
	}
	sub, err := c.Organizer.Create(ctx, col.Ref, "child")
	if err != nil {
		t.Logf("no children here: %v", err)
	} else if x, ok := find(sub.Ref); !ok || x.Parent != col.Ref || x.Name != "child" {
		t.Errorf("child %v %+v", ok, x)
	} else if err := c.Organizer.Delete(ctx, sub.Ref); err != nil {
		t.Errorf("Delete of the child: %v", err)
	}
	raw, mid := Message("in a renamed mailbox")
	e.deliver(t, col, raw)
	ref, err := c.Organizer.Rename(ctx, col.Ref, "", name+" neu")
	if err != nil {
		t.Fatal(err)
	}
	if x, ok := find(ref); !ok || x.Name != name+" neu" {
		t.Errorf("renamed %v %+v", ok, x)
	}
	v := look(t, ctx, e.open(t), ref)
	if _, ok := v.byID(mid); !ok {
		t.Error("renaming lost the message")
	}
	for _, on := range []bool{false, true, true} {
		if err := c.Organizer.Subscribe(ctx, ref, on); err != nil {
			t.Fatal(err)
		}
		if x, ok := find(ref); ok && x.Subscribed != on {
			t.Errorf("subscribed %v, want %v", x.Subscribed, on)
		}
	}
	if err := c.Organizer.Delete(ctx, ref); err != nil {
		t.Fatal(err)
	}
	if _, ok := find(ref); ok {
		t.Error("deleted and still there")
	}
	if err := c.Organizer.Delete(ctx, ref); err == nil {
		t.Error("deleted twice")
	} else {
		mustFault(t, err, fault.NotFound, fault.Refused)
	}
}

func (e Env) usage(t *testing.T) {
	c := e.open(t)
	if c.Meter == nil {
		t.Skip("cannot tell")
	}
	u, err := c.Meter.Usage(e.ctx(t))
	if err != nil {
		t.Fatal(err)
	}
	if u.Used < 0 || u.Limit < 0 {
		t.Errorf("%+v", u)
	}
}

func (e Env) submit(t *testing.T) {
	if e.Submitter == nil {
		t.Skip("cannot send")
	}
	s := e.Submitter(t)
	t.Cleanup(func() { s.Close() })
	ctx := e.ctx(t)
	if n, err := s.MaxSize(ctx); err != nil || n < 0 {
		t.Errorf("MaxSize %d, %v", n, err)
	}
	raw, id := Message("submitted")
	r, err := s.Submit(ctx, remote.Envelope{From: e.From, To: e.To, Size: int64(len(raw))}, func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range r.Recipients {
		if !x.OK {
			t.Errorf("%+v", x)
		}
	}
	if e.Received != nil {
		if got := e.Received(t, id); !bytes.HasSuffix(got, raw) {
			t.Errorf("arrived:\n%q\nwant at its end:\n%q", got, raw)
		}
	}
	// One after the other over the same submitter.
	raw2, _ := Message("submitted next")
	if _, err := s.Submit(ctx, remote.Envelope{From: e.From, To: e.To, Size: int64(len(raw2))}, func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw2)), nil
	}); err != nil {
		t.Errorf("the second: %v", err)
	}
}
