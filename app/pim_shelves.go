package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// Shelves are the address books and calendars of a profile: it implements [PIM] over a store. What needs the network is asked of wire, which is nil in a profile without accounts.
type Shelves struct {
	open func() (*store.Store, error)
	now  func() time.Time
	net  shelfNet

	once sync.Once
	err  error

	mu     sync.Mutex
	parsed map[int64]*parsed // by object
	undo   map[int64]func(context.Context) error
	next   int64

	roomsMu sync.Mutex
	roomsAt time.Time
	roomed  []pim.Attendee

	wideVer  int64 // of wideRows, see wide
	wideCals []int64
	wideRows []store.PIMObject
}

// shelfNet is what the shelves need of the rest of the program.
type shelfNet interface {
	wake(a mail.AccountID, all bool)
	raw(ctx context.Context, id mail.MessageID) ([]byte, error)
	from(ctx context.Context, id mail.MessageID) (account mail.AccountID, sender string, err error)
	send(ctx context.Context, account mail.AccountID, from mail.Address, to []mail.Address, subject, text, method string, object []byte) error
	fetch(ctx context.Context, url string) ([]byte, error)
	freeBusy(ctx context.Context, w pim.Window, addrs []string) ([]pim.FreeBusy, error)
	rooms(ctx context.Context) ([]pim.Attendee, error)
	services(ctx context.Context, a mail.AccountID) ([]Service, error)
	useService(ctx context.Context, a mail.AccountID, p mail.Protocol, on bool) error
	useServiceAt(ctx context.Context, a mail.AccountID, p mail.Protocol, url string) error
}

// parsed is what is kept in memory of an event that has to be expanded.
type parsed struct {
	ver    int64
	series *icalendar.Series
	parts  map[int]pim.Event // components as they describe occurrences
	object *icalendar.Object
}

// NewShelves makes shelves over a store that is opened when it is first needed: tests of views have one in a temporary folder.
func NewShelves(open func() (*store.Store, error)) *Shelves {
	return &Shelves{open: open, now: time.Now, parsed: map[int64]*parsed{}, undo: map[int64]func(context.Context) error{}}
}

// SetNow gives the shelves another clock.
func (s *Shelves) SetNow(now func() time.Time) { s.now = now }

var _ PIM = (*Shelves)(nil)

// Roles of collections that a profile always has.
const (
	RoleCollected    = "collected"
	RoleBirthdays    = "birthdays"
	RoleSubscription = "subscription"
)

// db returns the store with what every profile has.
func (s *Shelves) db(ctx context.Context) (*store.Store, error) {
	st, err := s.open()
	if err != nil {
		return nil, err
	}
	s.once.Do(func() { s.err = s.furnish(context.WithoutCancel(ctx), st) })
	return st, s.err
}

func (s *Shelves) furnish(ctx context.Context, st *store.Store) error {
	cs, err := st.PIMCollections(ctx, "")
	if err != nil {
		return err
	}
	has := func(kind remote.Kind, role string) bool {
		for _, c := range cs {
			if c.Account == "" && c.Kind == kind && c.Role == role {
				return true
			}
		}
		return false
	}
	var add []store.PIMCollection
	all := store.PIMEdit | store.PIMChange | store.PIMDelete
	if !has(remote.Contacts, "") {
		add = append(add, store.PIMCollection{Kind: remote.Contacts, Name: "Contacts", Rights: all &^ store.PIMDelete})
	}
	if !has(remote.Contacts, RoleCollected) {
		add = append(add, store.PIMCollection{Kind: remote.Contacts, Name: "Collected addresses", Role: RoleCollected, Order: 100, Rights: all &^ store.PIMDelete})
	}
	if !has(remote.Calendar, "") {
		add = append(add, store.PIMCollection{Kind: remote.Calendar, Name: "Calendar", Color: "#2f6f8f", Events: true, Tasks: true, Rights: all &^ store.PIMDelete})
	}
	if !has(remote.Calendar, RoleBirthdays) {
		add = append(add, store.PIMCollection{Kind: remote.Calendar, Name: "Birthdays", Color: "#b0508a", Role: RoleBirthdays, Order: 100, Events: true, Rights: store.PIMChange})
	}
	if len(add) == 0 {
		return nil
	}
	return st.Write(ctx, func(tx *store.Tx) error {
		for _, c := range add {
			if _, err := tx.PutPIMCollection(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// collection is a collection as people see it.
func (s *Shelves) collection(names map[mail.AccountID]string, c store.PIMCollection) pim.Collection {
	out := pim.Collection{ID: pim.CollectionID(c.ID), Account: string(c.Account), Name: c.Name, Color: c.Color, Order: c.Order, Shared: c.Shared, Local: c.Account == "", Hidden: c.Hidden, Role: c.Role,
		URL: c.URL, Default: c.Default, Count: c.Count, Pending: c.Pending, Err: c.Error, Checked: c.Checked,
		Rights: pim.Rights{Edit: c.Rights&store.PIMEdit != 0, Change: c.Rights&store.PIMChange != 0, Delete: c.Rights&store.PIMDelete != 0}}
	out.Source = names[c.Account]
	if c.Account == "" {
		out.Source = "On this computer"
	}
	return out
}

func (s *Shelves) collections(ctx context.Context, kind remote.Kind) ([]store.PIMCollection, map[mail.AccountID]string, error) {
	st, err := s.db(ctx)
	if err != nil {
		return nil, nil, err
	}
	cs, err := st.PIMCollections(ctx, kind)
	if err != nil {
		return nil, nil, err
	}
	as, err := st.Accounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	names := map[mail.AccountID]string{}
	for _, a := range as {
		names[a.ID] = a.Name
		if a.Name == "" {
			names[a.ID] = a.Address
		}
	}
	// One is the default: the person's choice, else the first of an account that can be edited, else the local one.
	def := -1
	for i, c := range cs {
		if c.Rights&store.PIMEdit == 0 || c.Role != "" || kind == remote.Calendar && !c.Events {
			cs[i].Default = false
			continue
		}
		if c.Default || def < 0 || cs[def].Account == "" && c.Account != "" && !cs[def].Default {
			if def < 0 || !cs[def].Default {
				def = i
			}
		}
	}
	for i := range cs {
		cs[i].Default = i == def
	}
	return cs, names, nil
}

// AddressBooks returns all address books, in order.
func (s *Shelves) AddressBooks(ctx context.Context) ([]pim.AddressBook, error) {
	cs, names, err := s.collections(ctx, remote.Contacts)
	if err != nil {
		return nil, err
	}
	out := make([]pim.AddressBook, 0, len(cs))
	for _, c := range cs {
		out = append(out, pim.AddressBook{Collection: s.collection(names, c)})
	}
	return out, nil
}

// Calendars returns all calendars, in order.
func (s *Shelves) Calendars(ctx context.Context) ([]pim.Calendar, error) {
	cs, names, err := s.collections(ctx, remote.Calendar)
	if err != nil {
		return nil, err
	}
	out := make([]pim.Calendar, 0, len(cs))
	for _, c := range cs {
		out = append(out, pim.Calendar{Collection: s.collection(names, c), Events: c.Events, Tasks: c.Tasks, Schedules: c.Rights&store.PIMSchedules != 0})
	}
	return out, nil
}

// shown are the collections that are looked at: those asked for, else all that are not hidden.
func (s *Shelves) shown(ctx context.Context, kind remote.Kind, ids []pim.CollectionID) ([]int64, map[int64]store.PIMCollection, error) {
	cs, _, err := s.collections(ctx, kind)
	if err != nil {
		return nil, nil, err
	}
	by := map[int64]store.PIMCollection{}
	var out []int64
	for _, c := range cs {
		by[c.ID] = c
		if ids == nil && !c.Hidden {
			out = append(out, c.ID)
		}
	}
	for _, id := range ids {
		if _, ok := by[int64(id)]; ok {
			out = append(out, int64(id))
		}
	}
	return out, by, nil
}

// defaultOf is where new objects go.
func (s *Shelves) defaultOf(ctx context.Context, kind remote.Kind) (store.PIMCollection, error) {
	cs, _, err := s.collections(ctx, kind)
	if err != nil {
		return store.PIMCollection{}, err
	}
	for _, c := range cs {
		if c.Default {
			return c, nil
		}
	}
	return store.PIMCollection{}, fault.New(fault.NotFound, "collection", "There is no place for it", "Make an address book or a calendar that can be edited.")
}

func (s *Shelves) make(ctx context.Context, a mail.AccountID, kind remote.Kind, name, color string) (pim.CollectionID, error) {
	st, err := s.db(ctx)
	if err != nil {
		return 0, err
	}
	if name = strings.TrimSpace(name); name == "" {
		return 0, fault.New(fault.Usage, "name", "A name is missing", "Give it a name.")
	}
	c := store.PIMCollection{Account: a, Kind: kind, Name: name, Color: color, Rights: store.PIMEdit | store.PIMChange | store.PIMDelete, Events: kind == remote.Calendar, Tasks: kind == remote.Calendar}
	if a != "" {
		c.Service = serviceOf(kind)
		as, err := st.Accounts(ctx)
		if err != nil {
			return 0, err
		}
		if !slices.ContainsFunc(as, func(x mail.Account) bool {
			return x.ID == a && slices.ContainsFunc(x.Also, func(v mail.Server) bool { return accounts.UsesShelf(v) && string(v.Protocol) == c.Service })
		}) {
			return 0, fault.New(fault.Refused, "no-service", "This account has none", "Turn on its contacts or calendars first, or make one on this computer.")
		}
	}
	var id int64
	err = st.Write(ctx, func(tx *store.Tx) (err error) {
		if id, err = tx.PutPIMCollection(c); err != nil || a == "" {
			return err
		}
		return tx.AddPIMOp(store.PIMOp{Account: a, Collection: id, Kind: store.OpPIMCreateCol})
	})
	s.wake(a)
	return pim.CollectionID(id), err
}

// serviceOf names the connection that a kind comes over.
func serviceOf(k remote.Kind) string {
	if k == remote.Contacts {
		return string(mail.CardDAV)
	}
	return string(mail.CalDAV)
}

// MakeAddressBook makes an address book.
func (s *Shelves) MakeAddressBook(ctx context.Context, a mail.AccountID, name, color string) (pim.CollectionID, error) {
	return s.make(ctx, a, remote.Contacts, name, color)
}

// MakeCalendar makes a calendar.
func (s *Shelves) MakeCalendar(ctx context.Context, a mail.AccountID, name, color string) (pim.CollectionID, error) {
	return s.make(ctx, a, remote.Calendar, name, color)
}

func (s *Shelves) wake(a mail.AccountID) {
	if a != "" && s.net != nil {
		s.net.wake(a, false)
	}
}

// ChangeCollection sets what a person may choose of a collection.
func (s *Shelves) ChangeCollection(ctx context.Context, c pim.Collection) error {
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	var account mail.AccountID
	err = st.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.PIMCollection(int64(c.ID))
		if err != nil {
			return err
		}
		was := k
		if n := strings.TrimSpace(c.Name); n != "" {
			k.Name = n
		}
		k.Color, k.Order, k.Hidden, k.Default = c.Color, c.Order, c.Hidden, c.Default
		tell := k.Name != was.Name || k.Color != was.Color || k.Order != was.Order
		if tell && k.Rights&store.PIMChange == 0 && k.Account != "" {
			// The colour is the person's own where the server does not let it be changed; the name is the server's.
			k.Name, tell = was.Name, false
		}
		if _, err := tx.PutPIMCollection(k); err != nil {
			return err
		}
		if account = k.Account; tell && account != "" && k.Ref != "" {
			return tx.AddPIMOp(store.PIMOp{Account: account, Collection: k.ID, Kind: store.OpPIMUpdateCol})
		}
		return nil
	})
	s.wake(account)
	return err
}

// making reports whether the server is being asked to make a collection: then it may be there, and is to be removed there too when the answer has come.
func making(tx *store.Tx, id int64) (bool, error) {
	ops, err := tx.PIMOpsOfCollection(id)
	for _, o := range ops {
		if o.Kind == store.OpPIMCreateCol && o.State == store.OpSent {
			return true, nil
		}
	}
	return false, err
}

// DropCollection removes a collection; with a server, there too.
func (s *Shelves) DropCollection(ctx context.Context, id pim.CollectionID) error {
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	var account mail.AccountID
	err = st.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.PIMCollection(int64(id))
		if err != nil {
			return err
		}
		if k.Rights&store.PIMDelete == 0 && k.Role != RoleSubscription {
			return fault.New(fault.Refused, "read-only", "It cannot be removed", "It belongs to somebody else, or is always there. It can be hidden.")
		}
		account = k.Account
		if k.Ref == "" {
			under, err := making(tx, k.ID)
			if err != nil {
				return err
			}
			if account == "" || !under {
				return tx.DropPIMCollection(k.ID)
			}
		}
		k.Hidden = true
		if _, err := tx.PutPIMCollection(k); err != nil {
			return err
		}
		return tx.AddPIMOp(store.PIMOp{Account: account, Collection: k.ID, Kind: store.OpPIMDeleteCol})
	})
	s.wake(account)
	return err
}
