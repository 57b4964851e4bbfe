package app

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// ImportOptions say where messages of files go.
type ImportOptions struct {
	Account mail.AccountID // "" = the default one; not asked where Mailbox is set
	Mailbox mail.MailboxID // 0 = a mailbox of the account that is on this computer only
	Dialect doors.Dialect  // of mbox files
}

// ImportItem is what became of one message.
type ImportItem struct {
	Name  string         `json:"name"`
	State string         `json:"state"` // added, same, failed
	ID    mail.MessageID `json:"id,omitempty"`
	Why   string         `json:"why,omitempty"`
}

// ImportState is how far an import has come.
type ImportState struct {
	Added  int   `json:"added"`
	Same   int   `json:"same"` // there already: the same Message-ID and the same content
	Failed int   `json:"failed"`
	Bytes  int64 `json:"bytes"` // of those that were added
	// Objects are contacts, appointments and tasks that were added, to the default address book and calendar.
	Objects int `json:"objects"`
}

// maxImport bounds the bytes of messages that are stored at once; importMessages their number.
const (
	maxImport      = 16 << 20
	importMessages = 64
)

// OtherPrograms returns where other mail programs of this computer keep mail; each Dir can be imported.
func (a *App) OtherPrograms(context.Context) []doors.Profile {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	return doors.Profiles(home)
}

type importer struct {
	a       *App
	ctx     context.Context
	account mail.AccountID
	box     mail.MailboxID // where they go; 0 = stage and mailboxes within it
	stage   mail.MailboxID
	within  map[string]mail.MailboxID                    // of stage, by their path
	places  []mail.MailboxID                             // of items
	cards   map[string][]byte                            // contacts and appointments that wait to be stored, by kind
	unnamed map[mail.MailboxID]map[string]mail.MessageID // messages without a Message-ID, by digest
	bodies  []store.Body
	items   []doors.Item
	size    int
	s       ImportState
	each    func(ImportState, ImportItem)
}

// Import takes the messages of files and folders in (what they may be: package doors). One that is in the mailbox already, by its Message-ID and the digest of its content, is not
// taken again, so that an import that was cut off is taken up by beginning it again. What goes to a mailbox of a server is uploaded by the engine later.
// each is called for every message when it is stored, or cannot be; it may be nil.
func (a *App) Import(ctx context.Context, files []string, o ImportOptions, each func(ImportState, ImportItem)) (ImportState, error) {
	if each == nil {
		each = func(ImportState, ImportItem) {}
	}
	x := &importer{a: a, ctx: ctx, account: o.Account, box: o.Mailbox, each: each}
	if o.Mailbox != 0 {
		boxes, err := a.store.Mailboxes(ctx, "")
		if err != nil {
			return x.s, err
		}
		x.account = ""
		for _, b := range boxes {
			if b.ID == o.Mailbox {
				if x.account = b.Account; !b.Rights.Has(mail.MayAdd) && !b.Local {
					return x.s, fault.New(fault.Refused, "read-only", "Nothing can be added to "+b.Path, "Choose another mailbox.")
				}
			}
		}
		if x.account == "" {
			return x.s, fault.New(fault.NotFound, "mailbox", "There is no such mailbox", "It may have been removed.")
		}
	} else {
		acc, err := a.sender(ctx, o.Account)
		if fault.Is(err, fault.NotFound) {
			acc, err = a.local(ctx)
		}
		if err != nil {
			return x.s, err
		}
		if o.Account != "" && acc.ID != o.Account {
			return x.s, fault.New(fault.Usage, "account", "This account takes no mail from files", "Name a mailbox of it.")
		}
		x.account = acc.ID
	}
	x.cards = map[string][]byte{}
	x.within, x.unnamed = map[string]mail.MailboxID{}, map[mail.MailboxID]map[string]mail.MessageID{}
	if x.box == 0 {
		var err error
		if x.stage, err = x.place(nil); err != nil {
			return x.s, err
		}
	}
	for _, f := range files {
		if err := doors.Read(ctx, f, o.Dialect, x.take); err != nil {
			return x.s, errors.Join(err, x.flush())
		}
	}
	err := x.flush()
	return x.s, errors.Join(err, x.file("contact"), x.file("event"))
}

// maxNames bounds the names of the folders that are kept of a file.
const maxNames = 24

// place returns the mailbox for what was in a folder. Where it goes to a mailbox of a server, that is only where it waits.
func (x *importer) place(folder []string) (mail.MailboxID, error) {
	if x.box != 0 {
		folder = nil
	}
	path := []string{"Imported"}
	for _, n := range folder[:min(len(folder), maxNames)] {
		if n = strings.TrimSpace(strings.ToValidUTF8(n, "")); n != "" {
			path = append(path, n)
		}
	}
	key := strings.Join(path, "\x00")
	if id, ok := x.within[key]; ok {
		return id, nil
	}
	var id mail.MailboxID
	if err := x.a.store.Write(x.ctx, func(tx *store.Tx) (err error) {
		id, err = tx.LocalPath(x.account, path)
		return err
	}); err != nil {
		return 0, err
	}
	x.within[key] = id
	return id, nil
}

// known looks for a message without a Message-ID in a mailbox.
func (x *importer) known(tx *store.Tx, box mail.MailboxID, digest string) (mail.MessageID, error) {
	m, ok := x.unnamed[box]
	if !ok {
		rows, err := tx.WithoutMessageID(box)
		if err != nil {
			return 0, err
		}
		m = map[string]mail.MessageID{}
		for _, r := range rows {
			if !r.Removed && r.Digest != "" {
				m[r.Digest] = r.ID
			}
		}
		x.unnamed[box] = m
	}
	return m[digest], nil
}

func (x *importer) take(i doors.Item) error {
	if i.Kind != "" {
		return x.object(i)
	}
	var b store.Body
	err := i.Err
	if err == nil {
		b, err = ingest.Body(i.Raw)
	}
	if err != nil {
		x.s.Failed++
		x.each(x.s, ImportItem{Name: i.Name, State: "failed", Why: err.Error()})
		return nil
	}
	at, err := x.place(i.Folder)
	if err != nil {
		return err
	}
	x.size += len(i.Raw)
	i.Raw = nil
	x.items, x.bodies, x.places = append(x.items, i), append(x.bodies, b), append(x.places, at)
	if x.size >= maxImport || len(x.items) >= importMessages {
		return x.flush()
	}
	return nil
}

// maxCards bounds the bytes of contacts and appointments that are stored at once.
const maxCards = 1 << 20

// object takes in a contact or an appointment.
func (x *importer) object(i doors.Item) error {
	if i.Err != nil {
		x.s.Failed++
		x.each(x.s, ImportItem{Name: i.Name, State: "failed", Why: i.Err.Error()})
		return nil
	}
	x.cards[i.Kind] = append(x.cards[i.Kind], i.Raw...)
	if len(x.cards[i.Kind]) >= maxCards {
		return x.file(i.Kind)
	}
	return nil
}

// file puts contacts or appointments into the default address book or calendar; those that are there already stay as they are.
func (x *importer) file(kind string) error {
	b := x.cards[kind]
	x.cards[kind] = nil
	if len(b) == 0 {
		return nil
	}
	take := x.a.Shelves.ImportContacts
	if kind == "event" {
		take = x.a.Shelves.ImportCalendar
	}
	added, same, err := take(x.ctx, 0, bytes.NewReader(b))
	x.s.Objects += added
	x.s.Same += same
	return err
}

// flush stores what was read, then sends it on its way to a mailbox of a server.
func (x *importer) flush() error {
	if len(x.items) == 0 {
		return nil
	}
	out := make([]ImportItem, len(x.items))
	var move []mail.MessageID
	var fresh []int // without a Message-ID
	if err := x.a.store.Write(x.ctx, func(tx *store.Tx) error {
		move, fresh = move[:0], fresh[:0]
		for i, it := range x.items {
			b := x.bodies[i]
			out[i] = ImportItem{Name: it.Name, State: "added"}
			rows, err := tx.ByInternetID(x.account, b.Envelope.InternetID)
			if err != nil {
				return err
			}
			staged := mail.MessageID(0)
			if b.Envelope.InternetID == "" {
				at := x.places[i]
				if x.box != 0 {
					at = x.box
				}
				if out[i].ID, err = x.known(tx, at, b.Digest); err != nil {
					return err
				}
				if twin := slices.IndexFunc(fresh, func(k int) bool { return x.places[k] == x.places[i] && x.bodies[k].Digest == b.Digest }); twin >= 0 {
					out[i].ID = out[fresh[twin]].ID
				}
				if out[i].ID != 0 {
					out[i].State = "same"
				} else if x.box != 0 {
					if staged, err = x.known(tx, x.places[i], b.Digest); err != nil {
						return err
					}
				}
			}
			for _, r := range rows {
				switch {
				case r.Digest != b.Digest:
				case x.box != 0 && r.Mailbox == x.box, x.box == 0 && r.Mailbox == x.places[i]:
					out[i].State, out[i].ID = "same", r.ID
				case x.box != 0 && r.Mailbox == x.places[i]: // of an import that was cut off before it was moved
					staged = r.ID
				}
			}
			if out[i].State == "same" {
				continue
			}
			if staged == 0 {
				env := b.Envelope
				ids, err := tx.Insert([]store.NewMessage{{Account: x.account, Mailbox: x.places[i], Flags: it.Flags &^ mail.Deleted, Envelope: &env, Received: it.Received, Size: b.Size, Body: &b}})
				if err != nil {
					return err
				}
				staged = ids[0]
			}
			out[i].ID = staged
			move = append(move, staged)
			if b.Envelope.InternetID == "" {
				fresh = append(fresh, i)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, i := range fresh {
		at := x.places[i]
		if x.box != 0 {
			at = x.box
		}
		if m := x.unnamed[at]; m != nil {
			m[x.bodies[i].Digest] = out[i].ID
		}
	}
	if x.box != 0 && len(move) > 0 {
		if _, err := x.a.engine.Move(x.ctx, move, x.box); err != nil {
			return err
		}
	}
	for i, o := range out {
		if o.State == "same" {
			x.s.Same++
		} else {
			x.s.Added++
			x.s.Bytes += x.bodies[i].Size
		}
		x.each(x.s, o)
	}
	x.items, x.bodies, x.places, x.size = nil, nil, nil, 0
	return nil
}
