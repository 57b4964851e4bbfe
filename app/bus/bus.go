// Package bus tells subscribers what changed in the store: ids only, after the commit, in order. A slow subscriber
// loses detail (it gets [Changed] with Resync set), never blocks the engine.
package bus

import (
	"sync"

	"github.com/postrider/postrider/accounts/mail"
)

// Changed says what is different since the last one.
type Changed struct {
	Accounts  bool             // the set of accounts or their settings
	Mailboxes []mail.MailboxID // counts, names, membership
	Tree      bool             // mailboxes came or went
	Messages  []mail.MessageID // flags, body, removal of single messages
	Outbox    bool
	Drafts    bool
	Status    bool // progress, errors, connection
	Settings  bool
	Contacts  bool // address books or what is in them
	Calendars bool // calendars, events, tasks or reminders
	Resync    bool // read everything again
}

// maxIDs bounds what one Changed carries before it turns into a Resync of its messages.
const maxIDs = 4096

// Bus delivers to any number of subscribers.
type Bus struct {
	mu   sync.Mutex
	subs map[*Sub]struct{}
}

// New returns an empty bus.
func New() *Bus { return &Bus{subs: map[*Sub]struct{}{}} }

// Sub is one subscription. Wait on C, then call Take.
type Sub struct {
	C   chan struct{} // capacity 1
	bus *Bus
	mu  sync.Mutex
	acc Changed
	any bool
}

// Subscribe begins a subscription; end it with Close.
func (b *Bus) Subscribe() *Sub {
	s := &Sub{C: make(chan struct{}, 1), bus: b}
	b.mu.Lock()
	b.subs[s] = struct{}{}
	b.mu.Unlock()
	return s
}

// Close ends the subscription.
func (s *Sub) Close() {
	s.bus.mu.Lock()
	delete(s.bus.subs, s)
	s.bus.mu.Unlock()
}

// Take returns everything since the last Take, merged.
func (s *Sub) Take() (Changed, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.acc, s.any
	s.acc, s.any = Changed{}, false
	return c, ok
}

// Publish hands c to every subscriber and returns at once.
func (b *Bus) Publish(c Changed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs {
		s.mu.Lock()
		s.acc.merge(c)
		s.any = true
		s.mu.Unlock()
		select {
		case s.C <- struct{}{}:
		default:
		}
	}
}

func (a *Changed) merge(c Changed) {
	a.Accounts = a.Accounts || c.Accounts
	a.Tree = a.Tree || c.Tree
	a.Outbox = a.Outbox || c.Outbox
	a.Drafts = a.Drafts || c.Drafts
	a.Status = a.Status || c.Status
	a.Settings = a.Settings || c.Settings
	a.Contacts = a.Contacts || c.Contacts
	a.Calendars = a.Calendars || c.Calendars
	a.Resync = a.Resync || c.Resync
	a.Mailboxes = union(a.Mailboxes, c.Mailboxes)
	if len(a.Messages)+len(c.Messages) > maxIDs {
		a.Messages, a.Resync = nil, true
	} else {
		a.Messages = append(a.Messages, c.Messages...)
	}
}

func union(a, b []mail.MailboxID) []mail.MailboxID {
	for _, id := range b {
		seen := false
		for _, x := range a {
			if x == id {
				seen = true
				break
			}
		}
		if !seen {
			a = append(a, id)
		}
	}
	return a
}
