package pst

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/rfc822"
)

// A token says how far a folder is known. ver is the counter of the file (dwUnique) when the listing began: rows that
// changed since have a higher version. top is the highest index of a message's name then: what is new has a higher one.
// below is where a listing in pages goes on, 0 at rest.
type token struct {
	store      uint32
	ver        uint32
	top, below uint32
}

func (t token) String() remote.Token {
	return remote.Token(fmt.Sprintf("p1 %x %d %d %d", t.store, t.ver, t.top, t.below))
}

func parseToken(s remote.Token) (t token, ok bool) {
	n, err := fmt.Sscanf(string(s), "p1 %x %d %d %d", &t.store, &t.ver, &t.top, &t.below)
	return t, n == 4 && err == nil && t.String() == s
}

// key tells one file from another that has come to its place.
func (s *Store) key() uint32 {
	h := fnv.New32a()
	h.Write(prop.Bytes(s.Props(), prop.PidTagRecordKey))
	return h.Sum32()
}

// Sizes of pages.
const (
	firstPage = 50
	nextPages = 500
)

// Pull implements remote.Source.
func (c *conn) Pull(ctx context.Context, r remote.Ref, since remote.Token) (remote.Delta, error) {
	s, err := c.enter(ctx)
	if err != nil {
		return remote.Delta{}, err
	}
	defer c.leave()
	f, err := mailbox(s, r)
	if err != nil {
		return remote.Delta{}, err
	}
	h := s.F.Header()
	t, ok := parseToken(since)
	if ok && (t.store != s.key() || t.ver > h.Unique) {
		ok = false
	}
	now := token{store: s.key(), ver: h.Unique, top: h.NIDs[ndb.TypeMessage]}
	if ok && t.below == 0 && t.ver == now.ver && t.top == now.top {
		return remote.Delta{Next: since}, nil
	}
	refs := s.itemsHere(f)
	slices.SortFunc(refs, func(a, b Ref) int { return int(int64(b) - int64(a)) }) // newest first
	if !ok {
		t = token{store: now.store, ver: now.ver, top: now.top, below: 1<<32 - 1}
	}
	var d remote.Delta
	if t.below != 0 {
		most := nextPages
		if !ok {
			most = firstPage
		}
		for _, x := range refs {
			n := ndb.NID(x).Index()
			if n >= t.below {
				continue
			}
			if len(d.Changed) == most {
				d.More = true
				break
			}
			if err := ctx.Err(); err != nil {
				return d, err
			}
			d.Changed = append(d.Changed, s.state(x, true))
			now.below = n
		}
		now.ver, now.top = t.ver, t.top
		if d.More {
			d.Next = now.String()
			return d, nil
		}
		now.below = 0
	} else {
		changed, err := s.changedRows(f, t.ver)
		if err != nil {
			return d, unreadable(err)
		}
		for _, x := range refs {
			isNew := ndb.NID(x).Index() > t.top
			if !isNew && changed != nil && !changed[x] {
				continue
			}
			if err := ctx.Err(); err != nil {
				return d, err
			}
			d.Changed = append(d.Changed, s.state(x, isNew))
		}
	}
	d.Complete, d.Members = true, make([]remote.Ref, 0, len(refs))
	for _, x := range refs {
		d.Members = append(d.Members, refOf(x))
	}
	d.Next = now.String()
	return d, nil
}

// changedRows are the items whose row in the contents table changed after a version; nil where that cannot be told.
func (s *Store) changedRows(f *Folder, ver uint32) (map[Ref]bool, error) {
	t, err := s.table(ndb.NID(f.Ref), ndb.TypeContents)
	if err != nil || t == nil || t.Lost {
		return nil, nil
	}
	out := map[Ref]bool{}
	for i := range t.Len() {
		r := t.Row(i)
		if v, ok := r.Get(ltp.TagRowVer); !ok || uint32(v.(int32)) > ver {
			out[Ref(r.ID)] = true
		}
	}
	return out, nil
}

// state says what a listing says of an item. An item that cannot be read is listed with what is known.
func (s *Store) state(r Ref, envelope bool) remote.State {
	st := remote.State{Ref: refOf(r)}
	m, err := s.Message(r)
	if err != nil {
		if envelope {
			st.Envelope = &mail.Envelope{}
		}
		return st
	}
	st.Flags, st.Keywords = itemFlags(m), cmail.Categories(m)
	st.Received = prop.When(m, prop.PidTagMessageDeliveryTime)
	if st.Received.IsZero() {
		st.Received = prop.When(m, prop.PidTagCreationTime)
	}
	st.Size = prop.Int(m, prop.PidTagMessageSize)
	if t, ok := m.Lookup(nameFrame); ok {
		if b := prop.Bytes(m, t); len(b) >= frameHead {
			st.Size = int64(le.Uint64(b[36:]))
		}
	}
	if envelope {
		e := envelopeOf(s, m)
		st.Envelope = &e
	}
	return st
}

// itemFlags are the flags of an item: those of the object, and where it cannot say all, those we keep beside it.
func itemFlags(m *prop.Message) mail.Flags {
	std := cmail.Flags(m)
	t, ok := m.Lookup(nameFlags)
	if !ok {
		return std
	}
	const outlooks = mail.Seen | mail.Flagged | mail.DraftFlag
	return mail.Flags(prop.Int(m, t))&^outlooks | std&outlooks
}

// envelopeOf reads the header that Fetch would give.
func envelopeOf(s *Store, m *prop.Message) mail.Envelope {
	var head []byte
	if _, _, ok := frameOf(m); !ok {
		head = []byte(prop.Text(m, prop.PidTagTransportMessageHeaders))
	}
	if len(head) == 0 {
		head = s.headerOf(m)
	}
	e, _ := rfc822.ParseHeader(head)
	if e.InternetID == "" {
		e.InternetID = strings.Trim(prop.Text(m, prop.PidTagInternetMessageId), "<> ")
	}
	if e.Subject == "" {
		e.Subject = cmail.Subject(m)
	}
	if e.Date.IsZero() {
		e.Date = firstTime(prop.When(m, prop.PidTagClientSubmitTime), prop.When(m, prop.PidTagMessageDeliveryTime))
	}
	if len(e.From) == 0 {
		if a, ok := cmail.Sender(m); ok {
			e.From = []mail.Address{a}
		}
	}
	e.Attachments = e.Attachments || len(m.Attachments) > 0
	return e
}

func firstTime(ts ...time.Time) time.Time {
	for _, t := range ts {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

var errStop = errors.New("enough")

// headerOf is the header block of an item as an internet message, with its empty line.
func (s *Store) headerOf(m *prop.Message) []byte {
	h := &header{}
	s.WriteMIME(h, m, nil)
	return h.b
}

// header takes a header block and refuses what follows.
type header struct {
	b    []byte
	full bool
}

func (h *header) Write(p []byte) (int, error) {
	if h.full {
		return 0, errStop
	}
	from := max(0, len(h.b)-3)
	h.b = append(h.b, p...)
	if i := bytes.Index(h.b[from:], []byte("\r\n\r\n")); i >= 0 {
		h.b, h.full = h.b[:from+i+4], true
		return 0, errStop
	}
	if len(h.b) > 16<<20 {
		return 0, errStop
	}
	return len(p), nil
}

// Fetch implements remote.Source. In folders of contacts and appointments an item's body is its vCard or iCalendar file.
func (c *conn) Fetch(ctx context.Context, r remote.Ref, items []remote.Ref, want remote.Want, each func(remote.Item) error) error {
	s, err := c.enter(ctx)
	if err != nil {
		return err
	}
	f, err := mailbox(s, r)
	c.leave()
	if err != nil {
		return err
	}
	kind := kindOfClass(f.Class)
	for _, it := range items {
		id, ok := parseRef(it)
		if !ok {
			continue
		}
		if err := c.fetch(ctx, f.Ref, id, kind, want, each); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) fetch(ctx context.Context, folder, id Ref, kind remote.Kind, want remote.Want, each func(remote.Item) error) error {
	s, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer c.leave()
	n, err := s.F.Node(ndb.NID(id))
	if err != nil || n.Parent != ndb.NID(folder) {
		return nil // gone
	}
	m, err := s.Message(id)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	item := remote.Item{Ref: refOf(id), Size: -1}
	if want == remote.WantHeader {
		h := s.headerOf(m)
		item.Size, item.Body = int64(len(h)), bytes.NewReader(h)
		return each(item)
	}
	if b := s.pimFile(m, kind); b != nil {
		item.Size, item.Body = int64(len(b)), bytes.NewReader(b)
		return each(item)
	}
	if size, _, ok := frameOf(m); ok {
		item.Size = size
	}
	r, w := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.CloseWithError(s.WriteMIME(w, m, nil))
	}()
	item.Body = r
	err = each(item)
	r.CloseWithError(errStop) // what was left unread is not made any more
	<-ended
	return err
}

// pimFile is the vCard or iCalendar file of an item of a folder of that kind; nil where it is to be a message.
func (s *Store) pimFile(m *prop.Message, kind remote.Kind) []byte {
	k := KindOf(prop.Text(m, prop.PidTagMessageClass))
	if kind == remote.Contacts && (k == KindContact || k == KindDistributionList) || kind == remote.Calendar && (k == KindAppointment || k == KindTask) {
		if b, err := PIM(m); err == nil {
			return b
		}
	}
	return nil
}

// Flags are the flags of an item of a file.
func Flags(m *prop.Message) mail.Flags { return itemFlags(m) }
