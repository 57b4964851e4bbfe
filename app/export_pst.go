package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// pstBatch is how many bytes of messages are written to a data file before they are committed and read back.
const pstBatch = 32 << 20

// pstExport writes one account's mailboxes into one data file, folder by folder.
type pstExport struct {
	path  string
	file  *job.Archive
	sums  map[string]string // SHA-256 of what was put and is not yet read back, by its name in the file
	names []string
	bytes int64
}

// part is the name of the file until it is whole.
func (x *pstExport) part() string { return x.path + ".part" }

// exportPST writes mailboxes into data files of Outlook, one for each account, in dir. What was written is read back from the disk and compared before the
// export says that it is there. A file that is there already is not touched: the export is refused.
func (a *App) exportPST(ctx context.Context, o ExportOptions, paths map[mail.MailboxID][]string, s *ExportState, progress func(ExportState)) (err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return exportFailed(err)
	}
	files := map[string]*pstExport{}
	defer func() {
		for _, x := range files {
			e := x.file.Close()
			if e == nil && err == nil {
				e = settle(x.part(), x.path)
			}
			if e != nil && err == nil {
				err = exportFailed(e)
			}
		}
	}()
	open := func(name string) (*pstExport, error) {
		if x := files[name]; x != nil {
			return x, nil
		}
		x := &pstExport{path: filepath.Join(o.Dir, fileName(name)+".pst"), sums: map[string]string{}}
		if _, e := os.Stat(x.path); !errors.Is(e, fs.ErrNotExist) {
			return nil, exportFailed(&fs.PathError{Op: "create", Path: x.path, Err: fs.ErrExist})
		}
		if err := os.Remove(x.part()); err != nil && !errors.Is(err, fs.ErrNotExist) { // of an export that was cut off
			return nil, exportFailed(err)
		}
		f, err := job.OpenArchive(x.part(), name)
		if err != nil {
			return nil, exportFailed(err)
		}
		x.file, files[name] = f, x
		return x, nil
	}
	for _, id := range o.Mailboxes {
		p := paths[id]
		if len(p) < 2 {
			return noMailbox()
		}
		x, err := open(p[0])
		if err != nil {
			return err
		}
		err = a.exported(ctx, id, s, progress, func(m mail.Summary, raw []byte) error {
			name, err := x.file.Put(p[1:], raw, m.Flags, m.Keywords, m.Received)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(raw)
			x.sums[name], x.names, x.bytes = hex.EncodeToString(sum[:]), append(x.names, name), x.bytes+int64(len(raw))
			if x.bytes >= pstBatch {
				return x.prove(ctx)
			}
			return nil
		})
		if err != nil {
			return err
		}
		s.Mailboxes++
	}
	for _, id := range o.Shelves {
		if err := a.exportShelves(ctx, id, open, s, progress); err != nil {
			return err
		}
	}
	for _, x := range files {
		if err := x.prove(ctx); err != nil {
			return exportFailed(err)
		}
	}
	return nil
}

// exportShelves writes the address books and calendars of an account into its data file, each in a folder of its own. An object that a data file cannot hold is told.
func (a *App) exportShelves(ctx context.Context, id mail.AccountID, open func(name string) (*pstExport, error), s *ExportState, progress func(ExportState)) error {
	name := "On this computer"
	if id != "" {
		as, err := a.store.Accounts(ctx)
		if err != nil {
			return err
		}
		for _, x := range as {
			if x.ID == id {
				name = cmp.Or(x.Name, x.Address)
			}
		}
	}
	for _, kind := range []remote.Kind{remote.Contacts, remote.Calendar} {
		cols, err := a.store.PIMCollections(ctx, kind)
		if err != nil {
			return err
		}
		for _, c := range cols {
			if c.Account != id || c.Role == RoleCollected || c.Count == 0 {
				continue
			}
			x, err := open(name)
			if err != nil {
				return err
			}
			err = a.Shelves.each(ctx, c.ID, nil, func(o *store.PIMObject) error {
				class, top := "IPF.Contact", "Contacts"
				switch o.Kind {
				case "event":
					class, top = "IPF.Appointment", "Calendar"
				case "task":
					class, top = "IPF.Task", "Tasks"
				case "journal":
					class, top = "IPF.Journal", "Journal"
				}
				if _, err := x.file.PutPIM([]string{top, c.Name}, class, o.Raw); err != nil {
					if fault.Is(err, fault.Refused) {
						s.Missing = append(s.Missing, o.Title)
						return nil
					}
					return exportFailed(err)
				}
				if s.Objects++; s.Objects%100 == 0 && progress != nil {
					progress(*s)
				}
				return ctx.Err()
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// prove commits what was put and reads it back.
func (x *pstExport) prove(ctx context.Context) error {
	if err := x.file.Commit(); err != nil {
		return err
	}
	got, err := x.file.Sums(ctx, x.names)
	if err != nil {
		return err
	}
	for name, sum := range x.sums {
		if got[name] != sum {
			return errors.New("a message that was read back from " + filepath.Base(x.path) + " differs from what was written")
		}
	}
	clear(x.sums)
	x.names, x.bytes = x.names[:0], 0
	return nil
}

func exportFailed(err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	return &fault.Error{Kind: fault.Local, Code: "export", Op: "export", Title: "The files cannot be written", Detail: err.Error(), Err: err}
}

func noMailbox() error {
	return fault.New(fault.NotFound, "mailbox", "There is no such mailbox", "It may have been removed.")
}
