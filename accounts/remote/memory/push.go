package memory

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

// Push carries out edits.
func (c *conn) Push(ctx context.Context, col remote.Ref, at remote.Token, edits []remote.Edit) (remote.Ack, error) {
	call := Call{Name: "push", Collection: col, Token: at, Edits: edits, Items: len(edits)}
	if err := c.enter(ctx, call); err != nil {
		return remote.Ack{}, err
	}
	var ack remote.Ack
	for _, e := range edits {
		if err := ctx.Err(); err != nil {
			return ack, err
		}
		var raw []byte
		if e.Verb == remote.Add && e.Open != nil {
			r, _, err := e.Open()
			if err != nil {
				return ack, err
			}
			raw, err = io.ReadAll(r)
			r.Close()
			if err != nil {
				return ack, err
			}
		}
		c.s.mu.Lock()
		h := c.s.hooks.Edit
		c.s.mu.Unlock()
		if h != nil {
			if err := h(col, e); err != nil {
				ack.Done = append(ack.Done, remote.Done{Err: err})
				continue
			}
		}
		c.s.mu.Lock()
		d := c.s.edit(col, e, raw)
		c.s.mu.Unlock()
		if err := c.leave(ctx, Call{Name: "edit", Collection: col, Edits: []remote.Edit{e}}); err != nil {
			return ack, err
		}
		ack.Done = append(ack.Done, d)
	}
	if c.s.o.KeyedPush {
		c.s.mu.Lock()
		if b := c.s.boxes[col]; b != nil {
			if t, ok := parseToken(at); ok && t.validity == b.validity {
				b.keys++
				b.void[at] = true
				t.key = b.keys
				ack.Next = t.String()
			}
		}
		c.s.mu.Unlock()
	}
	c.s.hint(col)
	return ack, c.leave(ctx, call)
}

func refuse(code, text string) remote.Done {
	return remote.Done{Err: &fault.Error{Kind: fault.Refused, Code: code, Title: "The server refused the change", Detail: "It was taken back here.", ServerText: text}}
}

func (s *Server) edit(col remote.Ref, e remote.Edit, raw []byte) remote.Done {
	b := s.boxes[col]
	if b == nil {
		return remote.Done{Err: notFound("mailbox")}
	}
	if s.o.Keep && e.Verb != remote.Remove {
		return refuse("verb", "only removal")
	}
	if !s.o.Keep && slices.ContainsFunc(e.Items, b.stale) {
		return remote.Done{Err: fault.New(fault.NotFound, "stale", "The message is not where it was on the server", "The server numbered its messages anew.")}
	}
	switch e.Verb {
	case remote.SetFlags:
		for _, r := range e.Items {
			it := b.find(r)
			if it == nil {
				continue // gone: nothing to flag
			}
			b.seq++
			it.flags = it.flags&^e.DropFlags | e.AddFlags
			for _, k := range e.AddKeywords {
				if !slices.Contains(it.keywords, k) {
					it.keywords = append(it.keywords, k)
				}
			}
			it.keywords = slices.DeleteFunc(it.keywords, func(k string) bool { return slices.Contains(e.DropKeywords, k) })
			it.changed = b.seq
		}
		return remote.Done{}
	case remote.Remove:
		for _, r := range e.Items {
			b.remove(r)
		}
		return remote.Done{}
	case remote.Add:
		if e.Again && e.InternetID != "" {
			for _, it := range b.sorted() {
				if Envelope(it.raw).InternetID == e.InternetID {
					return s.named(remote.Done{Refs: []remote.Ref{b.ref(it.uid)}})
				}
			}
		}
		if s.o.Quota > 0 && s.used()+int64(len(raw)) > s.o.Quota {
			return remote.Done{Err: &fault.Error{Kind: fault.Quota, Title: "There is no room on the server", ServerText: "NO [OVERQUOTA] full"}}
		}
		at := e.Received
		if at.IsZero() {
			at = time.Now()
		}
		it := b.add(raw, e.AddFlags, e.AddKeywords, at)
		return s.named(remote.Done{Refs: []remote.Ref{b.ref(it.uid)}})
	case remote.Move:
		to := s.boxes[e.Dest]
		if to == nil {
			return refuse("trycreate", "NO [TRYCREATE] no such mailbox")
		}
		d := remote.Done{Refs: make([]remote.Ref, len(e.Items))}
		missing := 0
		for i, r := range e.Items {
			it := b.find(r)
			if it == nil {
				missing++
				if e.Again && i < len(e.InternetIDs) && e.InternetIDs[i] != "" {
					for _, x := range to.sorted() {
						if Envelope(x.raw).InternetID == e.InternetIDs[i] {
							d.Refs[i] = to.ref(x.uid)
							missing--
							break
						}
					}
				}
				continue
			}
			n := to.add(it.raw, it.flags, it.keywords, it.received)
			b.remove(r)
			d.Refs[i] = to.ref(n.uid)
		}
		if missing > 0 && missing == len(e.Items) {
			return remote.Done{Err: notFound("message")}
		}
		return s.named(d)
	}
	return refuse("verb", "unknown change")
}

// named hides new names where the server does not say them.
func (s *Server) named(d remote.Done) remote.Done {
	if s.o.NoRefs {
		for i := range d.Refs {
			d.Refs[i] = ""
		}
	}
	return d
}

// Create makes a mailbox.
func (c *conn) Create(ctx context.Context, parent remote.Ref, name string) (remote.Collection, error) {
	call := Call{Name: "create", Collection: parent}
	if err := c.enter(ctx, call); err != nil {
		return remote.Collection{}, err
	}
	c.s.mu.Lock()
	if parent != "" && c.s.boxes[parent] == nil {
		c.s.mu.Unlock()
		return remote.Collection{}, notFound("mailbox")
	}
	for _, b := range c.s.boxes {
		if b.col.Parent == parent && b.col.Name == name {
			c.s.mu.Unlock()
			return remote.Collection{}, refuse("exists", "NO [ALREADYEXISTS]").Err
		}
	}
	col := c.s.make(parent, name, "").col
	c.s.mu.Unlock()
	return col, c.leave(ctx, call)
}

// Rename renames or re-parents; the ref stays.
func (c *conn) Rename(ctx context.Context, col, parent remote.Ref, name string) (remote.Ref, error) {
	call := Call{Name: "rename", Collection: col}
	if err := c.enter(ctx, call); err != nil {
		return "", err
	}
	c.s.mu.Lock()
	b := c.s.boxes[col]
	if b == nil {
		c.s.mu.Unlock()
		return "", notFound("mailbox")
	}
	b.col.Parent, b.col.Name = parent, name
	c.s.mu.Unlock()
	return col, c.leave(ctx, call)
}

// Delete removes a mailbox with its messages.
func (c *conn) Delete(ctx context.Context, col remote.Ref) error {
	call := Call{Name: "delete", Collection: col}
	if err := c.enter(ctx, call); err != nil {
		return err
	}
	c.s.mu.Lock()
	if c.s.boxes[col] == nil {
		c.s.mu.Unlock()
		return notFound("mailbox")
	}
	c.s.drop(col)
	c.s.mu.Unlock()
	return c.leave(ctx, call)
}

// Subscribe sets the mark.
func (c *conn) Subscribe(ctx context.Context, col remote.Ref, on bool) error {
	call := Call{Name: "subscribe", Collection: col}
	if err := c.enter(ctx, call); err != nil {
		return err
	}
	c.s.mu.Lock()
	if b := c.s.boxes[col]; b != nil {
		b.col.Subscribed = on
	}
	c.s.mu.Unlock()
	return c.leave(ctx, call)
}
