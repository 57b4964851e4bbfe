package memory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	netmail "net/mail"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// A token is "mode validity seq below key": mode "s" is at rest, "p" in the middle of a listing from scratch that has shown all uids from
// below on; seq is the state of the mailbox when the listing began.
type token struct {
	mode     string
	validity uint32
	seq      int64
	below    uint32
	key      int64
}

func (t token) String() remote.Token {
	return remote.Token(fmt.Sprintf("%s %d %d %d %d", t.mode, t.validity, t.seq, t.below, t.key))
}

func parseToken(s remote.Token) (t token, ok bool) {
	n, err := fmt.Sscanf(string(s), "%s %d %d %d %d", &t.mode, &t.validity, &t.seq, &t.below, &t.key)
	return t, n == 5 && err == nil
}

// Pull answers with a page.
func (c *conn) Pull(ctx context.Context, col remote.Ref, since remote.Token) (remote.Delta, error) {
	call := Call{Name: "pull", Collection: col, Token: since}
	if err := c.enter(ctx, call); err != nil {
		return remote.Delta{}, err
	}
	c.s.mu.Lock()
	b := c.s.boxes[col]
	if b == nil {
		c.s.mu.Unlock()
		return remote.Delta{}, notFound("mailbox")
	}
	d := c.s.pull(b, since)
	h := c.s.hooks.Pulled
	c.s.mu.Unlock()
	if h != nil {
		h(col, &d)
	}
	return d, c.leave(ctx, call)
}

func (s *Server) pull(b *box, since remote.Token) remote.Delta {
	b.keys++
	t, ok := parseToken(since)
	var d remote.Delta
	if ok && t.validity != b.validity {
		d.Reset, ok = true, false
	}
	if ok && (t.seq < b.floor || s.o.History > 0 && b.seq-t.seq > int64(s.o.History) || b.void[since]) {
		ok = false
	}
	known := int64(0) // items made up to here are not new
	if ok && s.o.Keep {
		if t.seq == b.seq {
			return remote.Delta{Next: since}
		}
		known = t.seq
	}
	if s.o.Keep {
		d.Reset = false
	}
	if !ok || s.o.Keep {
		t = token{mode: "p", validity: b.validity, seq: b.seq, key: b.keys}
	}
	if t.mode == "s" {
		for _, it := range b.sorted() {
			if it.changed > t.seq {
				d.Changed = append(d.Changed, s.state(b, it, it.made > t.seq))
			}
		}
		for _, g := range b.gone {
			if g.seq > t.seq {
				d.Gone = append(d.Gone, b.ref(g.uid))
			}
		}
		d.Next = token{"s", b.validity, b.seq, 0, b.keys}.String()
		count := len(b.items)
		d.Count = &count
		return d
	}
	n := s.o.Page
	if t.below == 0 {
		n = s.o.First
	}
	if s.o.Keep {
		n = 1 << 30
	}
	all := b.sorted()
	low := uint32(0)
	for i := len(all) - 1; i >= 0 && n > 0; i-- {
		if t.below != 0 && all[i].uid >= t.below {
			continue
		}
		d.Changed = append(d.Changed, s.state(b, all[i], all[i].made > known))
		low = all[i].uid
		n--
	}
	if low > 1 && len(all) > 0 && all[0].uid < low {
		d.More = true
		d.Next = token{"p", b.validity, t.seq, low, b.keys}.String()
		return d
	}
	d.Complete = true
	d.Members = make([]remote.Ref, 0, len(all))
	for _, it := range all {
		d.Members = append(d.Members, b.ref(it.uid))
	}
	d.Next = token{"s", b.validity, t.seq, 0, b.keys}.String()
	return d
}

func (s *Server) state(b *box, it *item, isNew bool) remote.State {
	st := remote.State{Ref: b.ref(it.uid), Flags: it.flags, Keywords: append([]string(nil), it.keywords...), Received: it.received, Size: int64(len(it.raw))}
	if s.o.NoFlags {
		st.Flags, st.Keywords, st.FlagsUnknown = 0, nil, true
	}
	if isNew && !s.o.NoEnvelopes {
		e := Envelope(it.raw)
		st.Envelope = &e
	}
	if s.o.Globals {
		h := sha256.Sum256(it.raw)
		st.Global = hex.EncodeToString(h[:8])
	}
	return st
}

func header(raw []byte) []byte {
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		return raw[:i+4]
	}
	return raw
}

// Envelope reads a header the simple way: good enough for messages that tests make.
func Envelope(raw []byte) mail.Envelope {
	m, err := netmail.ReadMessage(bytes.NewReader(append(bytes.Clone(header(raw)), '\r', '\n')))
	if err != nil {
		return mail.Envelope{}
	}
	h := m.Header
	id := func(k string) string { return strings.Trim(strings.TrimSpace(h.Get(k)), "<>") }
	dec := func(v string) string {
		if s, err := new(mime.WordDecoder).DecodeHeader(v); err == nil {
			return s
		}
		return v
	}
	list := func(k string) []mail.Address {
		as, err := h.AddressList(k)
		if err != nil {
			return nil
		}
		var out []mail.Address
		for _, a := range as {
			out = append(out, mail.Address{Name: a.Name, Addr: a.Address})
		}
		return out
	}
	e := mail.Envelope{InternetID: id("Message-Id"), InReplyTo: id("In-Reply-To"), Subject: dec(h.Get("Subject")), From: list("From"), To: list("To"),
		Cc: list("Cc"), Bcc: list("Bcc"), Attachments: strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "multipart/mixed")}
	for _, r := range strings.Fields(h.Get("References")) {
		e.References = append(e.References, strings.Trim(r, "<>"))
	}
	if d, err := h.Date(); err == nil {
		e.Date = d
	}
	return e
}
