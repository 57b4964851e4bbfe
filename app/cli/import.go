package cli

import (
	"fmt"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/doors"
)

// importCommand prints {"added","same","failed","bytes","objects","items":[{"name","state","id","why"}]}; items are those that failed, with --report all.
func importCommand() command {
	var box, dialect string
	var report, found bool
	return command{name: "import", args: "FILE... [--account A] [--mailbox M]", about: "take in mail from mbox, Maildir, .eml, .emlx, .zip, .msg and .pst files, folders of them, and profiles of Thunderbird and Apple Mail",
		flags: func(k *call) {
			k.fs.StringVar(&box, "mailbox", "", "where it goes: path, role or id (default: a mailbox on this computer)")
			k.fs.StringVar(&dialect, "mbox", "", "the dialect of mbox files: mboxo, mboxrd, mboxcl, mboxcl2 (default: found out)")
			k.fs.BoolVar(&found, "found", false, "take in what other mail programs have on this computer")
			k.fs.BoolVar(&report, "report", false, "report every message, not only those that failed")
		},
		run: func(k *call, w []string) error {
			if len(w) == 0 && !found {
				return fault.New(fault.Usage, "args", "import takes files", "Name mbox, .eml, .zip, .msg or .pst files, or folders of them.")
			}
			o := app.ImportOptions{Dialect: doors.Dialect(dialect)}
			if dialect != "" && !slices.Contains(doors.Dialects, o.Dialect) {
				return fault.New(fault.Usage, "dialect", "The dialect "+dialect+" is not known", "It is mboxo, mboxrd, mboxcl or mboxcl2.")
			}
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			if found {
				for _, p := range a.OtherPrograms(k.ctx) {
					k.say("%s %s: %s", p.Program, p.Name, p.Dir)
					w = append(w, p.Dir)
				}
				if len(w) == 0 {
					return fault.New(fault.NotFound, "nothing-found", "No other mail program has mail here", "Name files or folders instead.")
				}
			}
			if k.account != "" {
				as, err := k.chosen(a)
				if err != nil {
					return err
				}
				o.Account = as[0].ID
			}
			if box != "" {
				if o.Mailbox, err = k.mailbox(a, box); err != nil {
					return err
				}
			}
			items := []app.ImportItem{}
			last := time.Now()
			s, err := a.Import(k.ctx, w, o, func(s app.ImportState, i app.ImportItem) {
				if report || i.State == "failed" {
					items = append(items, i)
				}
				if time.Since(last) >= time.Second {
					last = time.Now()
					k.say("%d messages, %d MB", s.Added+s.Same, s.Bytes>>20)
				}
			})
			if err != nil {
				return err
			}
			if k.json {
				k.print(map[string]any{"added": s.Added, "same": s.Same, "failed": s.Failed, "bytes": s.Bytes, "objects": s.Objects, "items": items})
				return nil
			}
			if s.Objects > 0 {
				fmt.Fprintf(k.Out, "%d contacts and appointments added\n", s.Objects)
			}
			fmt.Fprintf(k.Out, "%d messages added, %d were there already, %d could not be read\n", s.Added, s.Same, s.Failed)
			for _, i := range items {
				fmt.Fprintf(k.Out, "%s\t%s\t%s\n", i.State, i.Name, i.Why)
			}
			return nil
		}}
}

// exportCommand prints {"dir","mailboxes","messages","bytes","objects","missing":[]}; data files get contacts and calendars too.
func exportCommand() command {
	var box string
	var dialect string
	o := app.ExportOptions{}
	return command{name: "export", args: "--format mbox|maildir|eml|pst --out DIR [--account A] [--mailbox M]", about: "write mailboxes into files",
		flags: func(k *call) {
			k.fs.StringVar(&o.Format, "format", "mbox", "mbox, maildir, eml or pst")
			k.fs.StringVar(&dialect, "mbox", "", "the dialect of mbox files: mboxo, mboxrd, mboxcl, mboxcl2 (default: mboxrd)")
			k.fs.StringVar(&o.Dir, "out", "", "the folder that the files are made in")
			k.fs.StringVar(&box, "mailbox", "", "only this one: path, role or id")
		},
		run: func(k *call, w []string) error {
			if o.Dir == "" || len(w) > 0 {
				return fault.New(fault.Usage, "args", "export takes the folder to write to", "Name it with --out.")
			}
			if o.Dialect = doors.Dialect(dialect); dialect != "" && !slices.Contains(doors.Dialects, o.Dialect) {
				return fault.New(fault.Usage, "dialect", "The dialect "+dialect+" is not known", "It is mboxo, mboxrd, mboxcl or mboxcl2.")
			}
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			boxes, as, err := k.boxes(a, box)
			if err != nil {
				return err
			}
			for _, m := range boxes {
				o.Mailboxes = append(o.Mailboxes, m.ID)
			}
			if o.Format == "pst" && box == "" {
				for _, x := range as {
					o.Shelves = append(o.Shelves, x.ID)
				}
				if k.account == "" {
					o.Shelves = append(o.Shelves, "")
				}
			}
			last := time.Now()
			s, err := a.Export(k.ctx, o, func(s app.ExportState) {
				if time.Since(last) >= time.Second {
					last = time.Now()
					k.say("%d messages, %d MB", s.Messages, s.Bytes>>20)
				}
			})
			if err != nil {
				return err
			}
			if k.json {
				k.print(map[string]any{"dir": o.Dir, "mailboxes": s.Mailboxes, "messages": s.Messages, "bytes": s.Bytes, "objects": s.Objects, "missing": s.Missing})
				return nil
			}
			fmt.Fprintf(k.Out, "%d messages of %d mailboxes, %d bytes, in %s\n", s.Messages, s.Mailboxes, s.Bytes, o.Dir)
			if s.Objects > 0 {
				fmt.Fprintf(k.Out, "%d contacts, appointments and tasks\n", s.Objects)
			}
			for _, m := range s.Missing {
				fmt.Fprintf(k.Out, "not here yet: %s\n", m)
			}
			return nil
		}}
}
