package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/doors"
)

// ExportOptions say what is exported and how.
type ExportOptions struct {
	Format    string           // mbox, maildir, eml or pst
	Dialect   doors.Dialect    // of mbox files; "" = mboxrd, which loses nothing
	Dir       string           // a folder; each mailbox is a file (mbox) or a folder in it, each account a file (pst)
	Mailboxes []mail.MailboxID // those that are exported
	// Shelves: the contacts and calendars of these accounts too, of "" those on this computer only. Only a data file (pst) takes them.
	Shelves []mail.AccountID
}

// ExportState is how far an export has come.
type ExportState struct {
	Mailboxes int      `json:"mailboxes"` // that are written
	Messages  int      `json:"messages"`
	Bytes     int64    `json:"bytes"`   // of the messages
	Objects   int      `json:"objects"` // contacts, appointments and tasks
	Missing   []string `json:"missing"` // subjects of messages whose text is not on this computer, and titles of objects that cannot be written
}

// Export writes mailboxes into files. A mailbox that was exported there before is not written over: the export is refused. One that was cut off goes on where it was when the same
// is begun again: files get their names when they are whole.
func (a *App) Export(ctx context.Context, o ExportOptions, progress func(ExportState)) (ExportState, error) {
	s := ExportState{Missing: []string{}}
	if !slices.Contains([]string{"mbox", "maildir", "eml", "pst"}, o.Format) {
		return s, fault.New(fault.Usage, "format", "The format "+o.Format+" is not known", "It is mbox, maildir, eml or pst.")
	}
	paths, err := a.paths(ctx)
	if err != nil {
		return s, err
	}
	j, err := openExportJournal(o)
	if err != nil {
		return s, err
	}
	whole := false
	defer func() { j.close(whole) }()
	if o.Format == "pst" {
		err := a.exportPST(ctx, o, paths, &s, progress)
		whole = err == nil
		return s, err
	}
	for _, id := range o.Mailboxes {
		if d, ok := j.done[id]; ok {
			s.Mailboxes++
			s.Messages += d.Messages
			s.Bytes += d.Bytes
			s.Missing = append(s.Missing, d.Missing...)
			continue
		}
		parts := []string{o.Dir}
		for _, p := range paths[id] {
			parts = append(parts, fileName(p))
		}
		if len(parts) < 2 {
			return s, noMailbox()
		}
		was := s
		if err := a.exportBox(ctx, o, id, filepath.Join(parts...), j.resumed, &s, progress); err != nil {
			return s, err
		}
		s.Mailboxes++
		if err := j.note(exportDone{Mailbox: id, Messages: s.Messages - was.Messages, Bytes: s.Bytes - was.Bytes, Missing: s.Missing[len(was.Missing):]}); err != nil {
			return s, err
		}
		a.crash("mailbox exported")
	}
	whole = true
	return s, nil
}

// exportBox writes one mailbox. again: what is there already and the same was written before the export was cut off.
func (a *App) exportBox(ctx context.Context, o ExportOptions, id mail.MailboxID, at string, again bool, s *ExportState, progress func(ExportState)) (err error) {
	var put func(n int, m mail.Summary, raw []byte) error
	format := o.Format
	switch format {
	case "mbox":
		at += ".mbox"
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return exportFailed(err)
		}
		if _, e := os.Lstat(at); e == nil {
			return exportFailed(&fs.PathError{Op: "create", Path: at, Err: fs.ErrExist})
		}
		f, e := os.OpenFile(at+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if e != nil {
			return exportFailed(e)
		}
		w := bufio.NewWriterSize(f, 256<<10)
		defer func() {
			e := errors.Join(w.Flush(), f.Sync(), f.Close())
			if err == nil && e == nil {
				e = settle(at+".part", at)
			}
			if e != nil && err == nil {
				err = exportFailed(e)
			}
		}()
		put = func(_ int, m mail.Summary, raw []byte) error {
			from := ""
			if len(m.From) > 0 && !strings.ContainsAny(m.From[0].Addr, " \t\r\n") {
				from = m.From[0].Addr
			}
			return doors.WriteMbox(w, o.Dialect, from, m.Received.UTC().Format(time.ANSIC), raw)
		}
	default:
		dir := at
		if format == "maildir" {
			for _, d := range []string{"new", "tmp", "cur"} {
				if err := os.MkdirAll(filepath.Join(at, d), 0o700); err != nil {
					return exportFailed(err)
				}
			}
			dir = filepath.Join(at, "cur")
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return exportFailed(err)
		}
		put = func(n int, m mail.Summary, raw []byte) error {
			name := fmt.Sprintf("%06d %s.eml", n, fileName(m.Subject))
			if format == "maildir" {
				name = fmt.Sprintf("%d.%d.postrider:2,%s", m.Received.Unix(), int64(m.ID), maildirLetters(m.Flags))
			}
			path := filepath.Join(dir, name)
			if again {
				if b, err := os.ReadFile(path); err == nil && bytes.Equal(b, raw) {
					return nil
				} else if err == nil && format == "eml" { // the mailbox has changed since
					path = strings.TrimSuffix(path, ".eml") + fmt.Sprintf(" %d.eml", int64(m.ID))
				}
			}
			f, err := os.OpenFile(filepath.Join(at, ".part"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
			if err != nil {
				return err
			}
			_, err = f.Write(raw)
			if err = errors.Join(err, f.Close()); err == nil {
				err = os.Chtimes(f.Name(), m.Received, m.Received)
			}
			if err == nil {
				err = settle(f.Name(), path)
			}
			return err
		}
	}
	n := 0
	return a.exported(ctx, id, s, progress, func(m mail.Summary, raw []byte) error {
		n++
		return put(n, m, raw)
	})
}

// exported hands every message of a mailbox over with its bytes, and counts. What is not on this computer is noted.
func (a *App) exported(ctx context.Context, id mail.MailboxID, s *ExportState, progress func(ExportState), put func(m mail.Summary, raw []byte) error) error {
	return a.candidates(ctx, ArchivePlan{Starred: true, Unread: true, drafts: true}, id, func(m mail.Summary) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !m.HasBody {
			s.Missing = append(s.Missing, m.Subject)
			return nil
		}
		raw, err := a.store.Raw(ctx, m.ID)
		if err != nil {
			return err
		}
		if err := put(m, raw); err != nil {
			return exportFailed(err)
		}
		s.Messages++
		s.Bytes += int64(len(raw))
		a.crash("message exported")
		if progress != nil {
			progress(*s)
		}
		return nil
	})
}

// maildirLetters are the flags as in a file's name, in the order of the alphabet.
func maildirLetters(f mail.Flags) (s string) {
	for _, x := range []struct {
		f mail.Flags
		c string
	}{{mail.DraftFlag, "D"}, {mail.Flagged, "F"}, {mail.Forwarded, "P"}, {mail.Answered, "R"}, {mail.Seen, "S"}} {
		if f.Has(x.f) {
			s += x.c
		}
	}
	return s
}

// fileName makes a name of a file of a text: no separators, nothing that a system keeps for itself, at most 80 characters.
func fileName(s string) string {
	r := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, s)))
	if len(r) > 60 {
		r = r[:60]
	}
	if t := strings.Trim(string(r), ". "); t != "" {
		return t
	}
	return "-"
}
