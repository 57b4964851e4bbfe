package app

import (
	"context"
	"errors"

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
}

// maxImport bounds the bytes of messages that are stored at once; importMessages their number.
const (
	maxImport      = 16 << 20
	importMessages = 64
)

type importer struct {
	a       *App
	ctx     context.Context
	account mail.AccountID
	box     mail.MailboxID // where they go; 0 = stage
	stage   mail.MailboxID
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
			return x.s, noPlace()
		}
		if err != nil {
			return x.s, err
		}
		if o.Account != "" && acc.ID != o.Account {
			return x.s, fault.New(fault.Usage, "account", "This account takes no mail from files", "Name a mailbox of it.")
		}
		x.account = acc.ID
	}
	if err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
		x.stage, err = tx.LocalMailbox(x.account, mail.RoleNone, "Imported")
		return err
	}); err != nil {
		return x.s, err
	}
	if x.box == 0 {
		x.box = x.stage
	}
	for _, f := range files {
		if err := doors.Read(ctx, f, o.Dialect, x.take); err != nil {
			return x.s, errors.Join(err, x.flush())
		}
	}
	return x.s, x.flush()
}

func (x *importer) take(i doors.Item) error {
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
	x.size += len(i.Raw)
	i.Raw = nil
	x.items, x.bodies = append(x.items, i), append(x.bodies, b)
	if x.size >= maxImport || len(x.items) >= importMessages {
		return x.flush()
	}
	return nil
}

// flush stores what was read, then sends it on its way to a mailbox of a server.
func (x *importer) flush() error {
	if len(x.items) == 0 {
		return nil
	}
	out := make([]ImportItem, len(x.items))
	var move []mail.MessageID
	if err := x.a.store.Write(x.ctx, func(tx *store.Tx) error {
		move = move[:0]
		for i, it := range x.items {
			b := x.bodies[i]
			out[i] = ImportItem{Name: it.Name, State: "added"}
			rows, err := tx.ByInternetID(x.account, b.Envelope.InternetID)
			if err != nil {
				return err
			}
			staged := mail.MessageID(0)
			for _, r := range rows {
				switch {
				case r.Digest != b.Digest:
				case r.Mailbox == x.box:
					out[i].State, out[i].ID = "same", r.ID
				case r.Mailbox == x.stage: // of an import that was cut off before it was moved
					staged = r.ID
				}
			}
			if out[i].State == "same" {
				continue
			}
			if staged == 0 {
				env := b.Envelope
				ids, err := tx.Insert([]store.NewMessage{{Account: x.account, Mailbox: x.stage, Flags: it.Flags &^ mail.Deleted, Envelope: &env, Received: it.Received, Size: b.Size, Body: &b}})
				if err != nil {
					return err
				}
				staged = ids[0]
			}
			out[i].ID = staged
			move = append(move, staged)
		}
		return nil
	}); err != nil {
		return err
	}
	if x.box != x.stage && len(move) > 0 {
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
	x.items, x.bodies, x.size = nil, nil, 0
	return nil
}
