package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
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
	Format    string           // mbox (mboxrd), maildir, eml or pst
	Dir       string           // a folder; each mailbox is a file (mbox) or a folder in it, each account a file (pst)
	Mailboxes []mail.MailboxID // those that are exported
	// Shelves: the contacts and calendars of these accounts too, of "" those on this computer only. Only a data file (pst) takes them.
	Shelves []mail.AccountID
}

// ExportState is how far an export has come.
type ExportState struct {
	Mailboxes int      `json:"mailboxes"`
	Messages  int      `json:"messages"`
	Bytes     int64    `json:"bytes"`
	Objects   int      `json:"objects"` // contacts, appointments and tasks
	Missing   []string `json:"missing"` // subjects of messages whose text is not on this computer, and titles of objects that cannot be written
}

// Export writes mailboxes into files. A mailbox that was exported there before is not written over: the export is refused.
func (a *App) Export(ctx context.Context, o ExportOptions, progress func(ExportState)) (ExportState, error) {
	s := ExportState{Missing: []string{}}
	if !slices.Contains([]string{"mbox", "maildir", "eml", "pst"}, o.Format) {
		return s, fault.New(fault.Usage, "format", "The format "+o.Format+" is not known", "It is mbox, maildir, eml or pst.")
	}
	paths, err := a.paths(ctx)
	if err != nil {
		return s, err
	}
	if o.Format == "pst" {
		err := a.exportPST(ctx, o, paths, &s, progress)
		return s, err
	}
	for _, id := range o.Mailboxes {
		parts := []string{o.Dir}
		for _, p := range paths[id] {
			parts = append(parts, fileName(p))
		}
		if len(parts) < 2 {
			return s, noMailbox()
		}
		if err := a.exportBox(ctx, o.Format, id, filepath.Join(parts...), &s, progress); err != nil {
			return s, err
		}
		s.Mailboxes++
	}
	return s, nil
}

func (a *App) exportBox(ctx context.Context, format string, id mail.MailboxID, at string, s *ExportState, progress func(ExportState)) (err error) {
	var put func(n int, m mail.Summary, raw []byte) error
	switch format {
	case "mbox":
		at += ".mbox"
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return exportFailed(err)
		}
		f, e := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if e != nil {
			return exportFailed(e)
		}
		w := bufio.NewWriterSize(f, 256<<10)
		defer func() {
			if e := errors.Join(w.Flush(), f.Close()); e != nil && err == nil {
				err = exportFailed(e)
			}
		}()
		put = func(_ int, m mail.Summary, raw []byte) error {
			from := ""
			if len(m.From) > 0 && !strings.ContainsAny(m.From[0].Addr, " \t\r\n") {
				from = m.From[0].Addr
			}
			return doors.WriteMbox(w, from, m.Date.UTC().Format(time.ANSIC), raw)
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
				name = fmt.Sprintf("%d.%d.postrider:2,%s", m.Date.Unix(), int64(m.ID), maildirLetters(m.Flags))
			}
			f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			_, err = f.Write(raw)
			if err = errors.Join(err, f.Close()); err == nil {
				err = os.Chtimes(f.Name(), m.Date, m.Date)
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
	return a.candidates(ctx, ArchivePlan{Starred: true, Unread: true}, id, func(m mail.Summary) error {
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
