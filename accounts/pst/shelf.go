package pst

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
	"github.com/postrider/postrider/accounts/remote"
)

// ItemKind is which view of the program shows items of a message class: Mail, Contacts or Calendar (tasks too); "" for what Outlook keeps for itself.
func ItemKind(class string) remote.Kind {
	switch cmail.KindOfClass(class) {
	case cmail.Contact, cmail.Group:
		return remote.Contacts
	case cmail.Appointment, cmail.Task:
		return remote.Calendar
	case cmail.Other:
		return ""
	}
	return remote.Mail
}

// oddItem is an item that is no message.
type oddItem struct {
	kind remote.Kind
	task bool
	rev  string // changes whenever it does
}

// odds are the items of a folder that are no messages, as of a version of the file.
type odds struct {
	ver   uint32
	items map[Ref]oddItem
}

// oddItems are the items of a folder that are contacts, lists, appointments and tasks. Any folder may hold them.
func (s *Store) oddItems(f *Folder) map[Ref]oddItem {
	ver := s.F.Header().Unique
	if o, ok := s.odd[f.Ref]; ok && o.ver == ver {
		return o.items
	}
	out := map[Ref]oddItem{}
	look := func(x Ref, row prop.Bag) {
		p, err := s.ItemProps(x)
		if err != nil {
			return // listed as a message, with what is known
		}
		class := prop.Text(p, prop.PidTagMessageClass)
		k := ItemKind(class)
		if k == remote.Mail || k == "" {
			return
		}
		o := oddItem{kind: k, task: cmail.KindOfClass(class) == cmail.Task, rev: strconv.FormatInt(prop.When(p, prop.PidTagLastModificationTime).UnixNano(), 36)}
		if row != nil {
			if v, ok := row.Get(ltp.TagRowVer); ok {
				o.rev += fmt.Sprintf("-%v", v)
			}
		}
		out[x] = o
	}
	t, err := s.table(ndb.NID(f.Ref), ndb.TypeContents)
	if err == nil && t != nil && !t.Lost && !s.F.Damaged() {
		for i := range t.Len() {
			r := t.Row(i)
			if ndb.NID(r.ID).Type() != ndb.TypeMessage {
				continue
			}
			if c := prop.Text(r, prop.PidTagMessageClass); c != "" {
				if k := ItemKind(c); k == remote.Mail || k == "" {
					continue
				}
			}
			look(Ref(r.ID), r)
		}
	} else {
		for _, x := range f.Items() {
			look(x, nil)
		}
	}
	if s.odd == nil || len(s.odd) > 1<<16 {
		s.odd = map[Ref]odds{}
	}
	s.odd[f.Ref] = odds{ver, out}
	return out
}

// itemsHere are the items of a folder that its collection has: those of a mailbox are its messages.
func (s *Store) itemsHere(f *Folder) []Ref {
	items, odd := f.Items(), s.oddItems(f)
	if len(odd) == 0 || kindOfClass(f.Class) != remote.Mail && len(odd) == len(items) {
		return items
	}
	out := make([]Ref, 0, len(items)-len(odd))
	for _, x := range items {
		if _, ok := odd[x]; !ok {
			out = append(out, x)
		}
	}
	return out
}

// Shelf opens the contacts, lists, appointments and tasks of a file, wherever they are in it, for reading: each folder with some is an address book or a calendar, or both. It shares
// the file with o. Empty folders are not listed.
func (o *Opener) Shelf() remote.Opener { return shelfOpener{o} }

type shelfOpener struct{ o *Opener }

// Open implements remote.Opener.
func (o shelfOpener) Open(ctx context.Context) (*remote.Conn, error) {
	c, err := o.o.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &remote.Conn{Source: &shelf{c.Source.(*conn)}}, nil
}

// OpenSubmitter implements remote.Opener.
func (shelfOpener) OpenSubmitter(context.Context) (remote.Submitter, error) { return nil, nil }

// shelf is a connection to what is no mail.
type shelf struct{ *conn }

const (
	bookPrefix     = "c"
	calendarPrefix = "e"
)

// Collections implements remote.Source.
func (c *shelf) Collections(ctx context.Context) ([]remote.Collection, error) {
	s, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer c.leave()
	var out []remote.Collection
	for _, f := range s.Folders() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f.Search {
			continue
		}
		book := remote.Collection{Ref: bookPrefix + refOf(f.Ref), Name: f.Name, Kind: remote.Contacts, Rights: mail.MayRead, Subscribed: true, Order: len(out)}
		if f.Name == "" {
			book.Name = "(no name)"
		}
		cal := book
		cal.Ref, cal.Kind = calendarPrefix+refOf(f.Ref), remote.Calendar
		for _, o := range s.oddItems(f) {
			switch {
			case o.kind == remote.Contacts:
				book.Total++
			case o.task:
				cal.Total, cal.Tasks = cal.Total+1, true
			default:
				cal.Total, cal.Events = cal.Total+1, true
			}
		}
		for _, col := range []remote.Collection{book, cal} {
			if col.Total > 0 {
				out = append(out, col)
			}
		}
	}
	return out, nil
}

// folderOf is the folder that a collection is, and which of its items are meant.
func folderOf(s *Store, r remote.Ref) (*Folder, remote.Kind, error) {
	kind, at, ok := remote.Contacts, r, false
	if at, ok = cutRef(r, bookPrefix); !ok {
		if at, ok = cutRef(r, calendarPrefix); ok {
			kind = remote.Calendar
		}
	}
	if !ok {
		at = ""
	}
	f, err := mailbox(s, at)
	return f, kind, err
}

func cutRef(r remote.Ref, prefix string) (remote.Ref, bool) {
	rest, ok := strings.CutPrefix(string(r), prefix)
	return remote.Ref(rest), ok
}

// Pull implements remote.Source: all that is there with its version, or nothing where the file is as it was.
func (c *shelf) Pull(ctx context.Context, r remote.Ref, since remote.Token) (remote.Delta, error) {
	s, err := c.enter(ctx)
	if err != nil {
		return remote.Delta{}, err
	}
	defer c.leave()
	f, kind, err := folderOf(s, r)
	if err != nil {
		return remote.Delta{}, err
	}
	next := remote.Token(fmt.Sprintf("s1 %x %d", s.key(), s.F.Header().Unique))
	if next == since {
		return remote.Delta{Next: next}, nil
	}
	d := remote.Delta{Complete: true, Next: next, Members: []remote.Ref{}}
	odd := s.oddItems(f)
	for _, x := range f.Items() {
		if o, ok := odd[x]; ok && o.kind == kind {
			d.Changed = append(d.Changed, remote.State{Ref: refOf(x), Rev: fmt.Sprintf("%x-%s", s.key(), o.rev)})
			d.Members = append(d.Members, refOf(x))
		}
	}
	return d, nil
}

// Fetch implements remote.Source: an item's body is its vCard or iCalendar file. One that cannot be read is passed over.
func (c *shelf) Fetch(ctx context.Context, r remote.Ref, items []remote.Ref, want remote.Want, each func(remote.Item) error) error {
	for _, it := range items {
		if err := c.fetch(ctx, r, it, each); err != nil {
			return err
		}
	}
	return nil
}

func (c *shelf) fetch(ctx context.Context, r, it remote.Ref, each func(remote.Item) error) error {
	s, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer c.leave()
	f, kind, err := folderOf(s, r)
	if err != nil {
		return err
	}
	id, ok := parseRef(it)
	o, here := s.oddItems(f)[id]
	if !ok || !here || o.kind != kind {
		return nil // gone
	}
	m, err := s.Message(id)
	if err != nil {
		if f := fault.Of(err); f.Kind == fault.NotFound || f.Kind == fault.Local {
			return nil
		}
		return err
	}
	b, err := PIM(m)
	if err != nil && !errors.Is(err, cmail.ErrRecurrence) || b == nil {
		return nil
	}
	return each(remote.Item{Ref: it, Rev: fmt.Sprintf("%x-%s", s.key(), o.rev), Size: int64(len(b)), Body: bytes.NewReader(b)})
}
