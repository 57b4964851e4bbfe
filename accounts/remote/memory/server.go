package memory

import (
	"bytes"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// Options are a server's manners. The zero value is a capable IMAP-like server.
type Options struct {
	First, Page int   // items in the first and in later pages; 0 = 50 and 500
	History     int   // changes remembered in a mailbox; tokens older than that are not honoured; 0 = all
	NoRefs      bool  // Add and Move do not say the new names
	KeyedPush   bool  // a push makes the token that it was given void and answers with the next
	Keep        bool  // collections are marked Keep and there is only an inbox (POP3)
	NoFlags     bool  // states say FlagsUnknown
	NoEnvelopes bool  // listings have no envelopes (POP3 without TOP)
	Globals     bool  // states carry Global, equal for equal bytes
	NoPush      bool  // Watch answers "no-push"
	ServerSent  bool  // a submission files a copy in Sent by itself
	MaxSize     int64 // bytes of a message; 0 = any
	Quota       int64 // bytes; 0 = none
}

// Server holds mailboxes. All methods are safe for concurrent use. Its state outlives connections and engines.
type Server struct {
	o        Options
	mu       sync.Mutex
	boxes    map[remote.Ref]*box
	order    []remote.Ref
	nextBox  int
	validity uint32
	key      int64
	log      []Call
	outgoing []Submission
	watchers map[*conn]chan remote.Ref
	conns    map[*conn]struct{}
	opened   int
	hooks    Hooks
}

// Submission is a message that was handed over for sending.
type Submission struct {
	Envelope remote.Envelope
	Raw      []byte
	At       time.Time
}

// Hooks make the server misbehave. They are called without locks held and may block to be slow; any of them may be nil.
type Hooks struct {
	// Before is called before a call has any effect: its error is the answer. A fault.Network also breaks the connection.
	Before func(c Call) error
	// After is called when the effect is there and the answer is not yet: its error is what the client sees instead.
	After func(c Call) error
	// Edit refuses a single edit.
	Edit func(c remote.Ref, e remote.Edit) error
	// Pulled may alter what a pull answers.
	Pulled func(c remote.Ref, d *remote.Delta)
	// Item may alter a fetched item or cut it short: a fault.Network from it, or from the reader, ends the connection.
	Item func(c remote.Ref, it remote.Item) (remote.Item, error)
	// Receipt answers a submission: what it returns is what Submit returns. With an error the message is not taken.
	Receipt func(e remote.Envelope) (remote.Receipt, error)
}

// Call is one call that reached the server.
type Call struct {
	Name       string // "open", "collections", "pull", "fetch", "push", "watch", "submit", "create", "rename", "delete", "subscribe", "usage"
	Collection remote.Ref
	Token      remote.Token
	Items      int // of a fetch
	Edits      []remote.Edit
}

type box struct {
	col      remote.Collection
	validity uint32
	nextUID  uint32
	seq      int64 // advances with each change
	floor    int64 // tokens at or above this are honoured
	items    map[uint32]*item
	gone     []gone
	keys     int64 // KeyedPush: tells tokens apart
	void     map[remote.Token]bool
}

type item struct {
	uid      uint32
	flags    mail.Flags
	keywords []string
	received time.Time
	raw      []byte
	made     int64 // seq at which it came
	changed  int64 // seq of its last change
}

type gone struct {
	uid uint32
	seq int64
}

// New returns a server with an empty inbox and, unless Keep is set, the usual other mailboxes.
func New(o Options) *Server {
	if o.First <= 0 {
		o.First = 50
	}
	if o.Page <= 0 {
		o.Page = 500
	}
	s := &Server{o: o, boxes: map[remote.Ref]*box{}, validity: 1000, watchers: map[*conn]chan remote.Ref{}, conns: map[*conn]struct{}{}}
	s.Make("Inbox", mail.RoleInbox)
	if !o.Keep {
		s.Make("Drafts", mail.RoleDrafts)
		s.Make("Sent", mail.RoleSent)
		s.Make("Archive", mail.RoleArchive)
		s.Make("Junk", mail.RoleJunk)
		s.Make("Trash", mail.RoleTrash)
	}
	return s
}

// SetHooks replaces the hooks.
func (s *Server) SetHooks(h Hooks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = h
}

// Make makes a mailbox at the top and returns its ref.
func (s *Server) Make(name string, role mail.Role) remote.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.make("", name, role).col.Ref
}

func (s *Server) make(parent remote.Ref, name string, role mail.Role) *box {
	s.nextBox++
	s.validity++
	rights := mail.AllRights
	if s.o.Keep {
		rights = mail.MayRead | mail.MayRemove
	}
	b := &box{col: remote.Collection{Ref: remote.Ref(fmt.Sprintf("box%d", s.nextBox)), Parent: parent, Name: name, Kind: remote.Mail, Role: role,
		Rights: rights, Subscribed: true, Keep: s.o.Keep}, validity: s.validity, nextUID: 1, items: map[uint32]*item{}, void: map[remote.Token]bool{}}
	s.boxes[b.col.Ref] = b
	s.order = append(s.order, b.col.Ref)
	return b
}

// Box returns the ref of the first mailbox with that name, "" where there is none.
func (s *Server) Box(name string) remote.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.order {
		if s.boxes[r].col.Name == name {
			return r
		}
	}
	return ""
}

// SetCollection alters what Collections says of a mailbox.
func (s *Server) SetCollection(c remote.Ref, f func(*remote.Collection)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.boxes[c]; b != nil {
		f(&b.col)
	}
}

// Deliver adds a message to a mailbox as another client or the mail system would, and returns its ref.
func (s *Server) Deliver(c remote.Ref, raw []byte, flags mail.Flags, at time.Time) remote.Ref {
	s.mu.Lock()
	b := s.boxes[c]
	if b == nil {
		s.mu.Unlock()
		return ""
	}
	it := b.add(raw, flags, nil, at)
	ref := b.ref(it.uid)
	s.mu.Unlock()
	s.hint(c)
	return ref
}

// Expunge removes a message as another client would.
func (s *Server) Expunge(c, ref remote.Ref) bool {
	s.mu.Lock()
	b := s.boxes[c]
	ok := false
	if b != nil {
		ok = b.remove(ref)
	}
	s.mu.Unlock()
	s.hint(c)
	return ok
}

// Mark changes flags as another client would.
func (s *Server) Mark(c, ref remote.Ref, add, drop mail.Flags) bool {
	s.mu.Lock()
	b := s.boxes[c]
	var it *item
	if b != nil {
		if it = b.find(ref); it != nil {
			b.seq++
			it.flags, it.changed = it.flags&^drop|add, b.seq
		}
	}
	s.mu.Unlock()
	s.hint(c)
	return it != nil
}

// Relocate moves a message as another client would and returns its new ref.
func (s *Server) Relocate(from, ref, to remote.Ref) remote.Ref {
	s.mu.Lock()
	a, b := s.boxes[from], s.boxes[to]
	var out remote.Ref
	if a != nil && b != nil {
		if it := a.find(ref); it != nil {
			n := b.add(it.raw, it.flags, it.keywords, it.received)
			a.remove(ref)
			out = b.ref(n.uid)
		}
	}
	s.mu.Unlock()
	s.hint(from)
	s.hint(to)
	return out
}

// Renumber makes all refs of a mailbox void (UIDVALIDITY changes, or the UIDLs are new).
func (s *Server) Renumber(c remote.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.boxes[c]
	if b == nil {
		return
	}
	s.validity++
	old := b.sorted()
	b.validity, b.nextUID, b.items, b.gone = s.validity, 1, map[uint32]*item{}, nil
	for _, it := range old {
		b.seq++
		it.uid, it.made, it.changed = b.nextUID, b.seq, b.seq
		b.items[it.uid] = it
		b.nextUID++
	}
	b.floor = b.seq
}

// Forget makes all tokens of a mailbox void; its refs stay.
func (s *Server) Forget(c remote.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.boxes[c]; b != nil {
		b.seq++
		b.floor, b.gone = b.seq, nil
	}
}

// Destroy removes a mailbox as another client would.
func (s *Server) Destroy(c remote.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(c)
}

func (s *Server) drop(c remote.Ref) {
	delete(s.boxes, c)
	for i, r := range s.order {
		if r == c {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			break
		}
	}
}

// Cut breaks all connections that are open now.
func (s *Server) Cut() {
	s.mu.Lock()
	var cs []*conn
	for c := range s.conns {
		cs = append(cs, c)
	}
	s.mu.Unlock()
	for _, c := range cs {
		c.breakOff()
	}
}

// Message is what the server holds, for comparing.
type Message struct {
	Ref      remote.Ref
	Flags    mail.Flags
	Keywords []string
	Received time.Time
	Raw      []byte
}

// Messages returns the content of a mailbox, oldest first.
func (s *Server) Messages(c remote.Ref) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.boxes[c]
	if b == nil {
		return nil
	}
	var out []Message
	for _, it := range b.sorted() {
		out = append(out, Message{Ref: b.ref(it.uid), Flags: it.flags, Keywords: append([]string(nil), it.keywords...), Received: it.received, Raw: it.raw})
	}
	return out
}

// Outgoing returns what was submitted, in order.
func (s *Server) Outgoing() []Submission {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Submission(nil), s.outgoing...)
}

// Calls returns the calls so far; Forgotten ones with ClearCalls.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// ClearCalls empties the record of calls.
func (s *Server) ClearCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}

// Open returns the number of open connections and the number ever opened.
func (s *Server) Open() (now, ever int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns), s.opened
}

// hint wakes the watchers.
func (s *Server) hint(c remote.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.watchers {
		select {
		case ch <- c:
		default:
		}
	}
}

func (s *Server) used() int64 {
	var n int64
	for _, b := range s.boxes {
		for _, it := range b.items {
			n += int64(len(it.raw))
		}
	}
	return n
}

func (b *box) ref(uid uint32) remote.Ref { return remote.Ref(fmt.Sprintf("%d:%d", b.validity, uid)) }

// stale reports whether a name is of before the last renumbering.
func (b *box) stale(r remote.Ref) bool {
	var v, u uint32
	n, err := fmt.Sscanf(string(r), "%d:%d", &v, &u)
	return n == 2 && err == nil && v != b.validity
}

func (b *box) find(r remote.Ref) *item {
	var v, u uint32
	if n, err := fmt.Sscanf(string(r), "%d:%d", &v, &u); n != 2 || err != nil || v != b.validity {
		return nil
	}
	return b.items[u]
}

func (b *box) add(raw []byte, f mail.Flags, kw []string, at time.Time) *item {
	b.seq++
	it := &item{uid: b.nextUID, flags: f, keywords: append([]string(nil), kw...), received: at, raw: bytes.Clone(raw), made: b.seq, changed: b.seq}
	b.nextUID++
	b.items[it.uid] = it
	return it
}

func (b *box) remove(r remote.Ref) bool {
	it := b.find(r)
	if it == nil {
		return false
	}
	b.seq++
	delete(b.items, it.uid)
	b.gone = append(b.gone, gone{it.uid, b.seq})
	return true
}

// sorted returns the items, oldest first.
func (b *box) sorted() []*item {
	out := make([]*item, 0, len(b.items))
	for _, it := range b.items {
		out = append(out, it)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].uid < out[j].uid })
	return out
}
