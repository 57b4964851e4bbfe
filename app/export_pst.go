package app

import (
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

// exportPST writes mailboxes into data files of Outlook, one for each account, in dir. What was written is read back from the disk and compared before the
// export says that it is there. A file that is there already is not touched: the export is refused.
func (a *App) exportPST(ctx context.Context, o ExportOptions, paths map[mail.MailboxID][]string, s *ExportState, progress func(ExportState)) (err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return exportFailed(err)
	}
	files := map[string]*pstExport{}
	defer func() {
		for _, x := range files {
			if e := x.file.Close(); e != nil && err == nil {
				err = exportFailed(e)
			}
		}
	}()
	for _, id := range o.Mailboxes {
		p := paths[id]
		if len(p) < 2 {
			return noMailbox()
		}
		x := files[p[0]]
		if x == nil {
			x = &pstExport{path: filepath.Join(o.Dir, fileName(p[0])+".pst"), sums: map[string]string{}}
			if _, e := os.Stat(x.path); !errors.Is(e, fs.ErrNotExist) {
				return exportFailed(&fs.PathError{Op: "create", Path: x.path, Err: fs.ErrExist})
			}
			if x.file, err = job.OpenArchive(x.path, p[0]); err != nil {
				return exportFailed(err)
			}
			files[p[0]] = x
		}
		err := a.exported(ctx, id, s, progress, func(m mail.Summary, raw []byte) error {
			name, err := x.file.Put(p[1:], raw, m.Flags, m.Keywords, m.Date)
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
	for _, x := range files {
		if err := x.prove(ctx); err != nil {
			return exportFailed(err)
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
