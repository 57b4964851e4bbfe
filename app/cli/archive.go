package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

// archiveCommand moves mail into an Outlook data file, goes on with a run that was cut off, lists the runs, or undoes one. What it moves to Trash follows to the
// server with the next sync.
func archiveCommand() command {
	var box, older, resume, undo string
	var list bool
	var larger, split int64
	p := app.ArchivePlan{}
	return command{
		name: "archive", args: "--file FILE.pst [--account A] [--mailbox M] [--older 365d] | --resume RUN | --undo RUN | --list", about: "copy mail into a data file, compare, then move it to Trash",
		flags: func(k *call) {
			k.fs.StringVar(&p.File, "file", "", "the data file; it is made where it is not there")
			k.fs.StringVar(&box, "mailbox", "", "only this mailbox: path, role or id")
			k.fs.StringVar(&older, "older", "", "only messages older than this: 90d, 18m, 2y")
			k.fs.Int64Var(&larger, "larger", 0, "only messages of so many kilobytes and more")
			k.fs.IntVar(&p.Grace, "grace", 0, "days after which what is in Trash is deleted there, compared once more (default: never)")
			k.fs.Int64Var(&split, "split", 0, "begin another file at so many megabytes")
			k.fs.BoolVar(&p.Unread, "unread", false, "unread messages too")
			k.fs.BoolVar(&p.Starred, "starred", false, "starred messages too")
			k.fs.BoolVar(&p.Keep, "keep", false, "copy and compare only: nothing is moved")
			k.fs.StringVar(&resume, "resume", "", "go on with this run")
			k.fs.StringVar(&undo, "undo", "", "move what this run moved back, as far as it is still in Trash")
			k.fs.BoolVar(&list, "list", false, "the runs there were")
		},
		run: func(k *call, w []string) error {
			if len(w) > 0 || p.File == "" && resume == "" && undo == "" && !list {
				return fault.New(fault.Usage, "args", "archive takes a data file", "Name it with --file, or use --resume, --undo or --list.")
			}
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			last := time.Now()
			progress := func(s app.ArchiveState) {
				if time.Since(last) >= time.Second {
					last = time.Now()
					k.say("%d of %d compared, %d moved", s.Verified, s.Total, s.Moved)
				}
			}
			var s app.ArchiveState
			switch {
			case list:
				runs, err := a.Archives(k.ctx)
				if err != nil {
					return err
				}
				if k.json {
					k.print(runs)
					return nil
				}
				for _, r := range runs {
					fmt.Fprintf(k.Out, "%s  %d of %d compared, %d moved  %s\n", r.Run, r.Verified, r.Total, r.Moved, r.File)
				}
				return nil
			case undo != "":
				back, gone, err := a.UndoArchive(k.ctx, undo)
				if err != nil {
					return err
				}
				if k.json {
					k.print(map[string]any{"run": undo, "back": back, "gone": gone})
					return nil
				}
				fmt.Fprintf(k.Out, "%d messages moved back, %d are no longer in Trash\n", back, gone)
				return nil
			case resume != "":
				s, err = a.ResumeArchive(k.ctx, resume, progress)
			default:
				p.MinSize, p.MaxFile = larger<<10, split<<20
				if p.Before, err = before(older, time.Now()); err != nil {
					return err
				}
				var boxes []mail.Mailbox
				if boxes, _, err = k.boxes(a, box); err != nil {
					return err
				}
				for _, m := range boxes {
					if m.Role != mail.RoleTrash && m.Role != mail.RoleJunk && m.Role != mail.RoleDrafts || box != "" {
						p.Mailboxes = append(p.Mailboxes, m.ID)
					}
				}
				s, err = a.Archive(k.ctx, p, progress)
			}
			if err != nil {
				return err
			}
			if k.json {
				k.print(s)
				return nil
			}
			fmt.Fprintf(k.Out, "%d of %d messages are in %s and were compared; %d moved to Trash (run %s)\n", s.Verified, s.Total, s.File, s.Moved, s.Run)
			for _, m := range s.Differs {
				fmt.Fprintf(k.Out, "differs, left where it is: %s\n", m)
			}
			for _, m := range s.Missing {
				fmt.Fprintf(k.Out, "not fetched, left where it is: %s\n", m)
			}
			return nil
		}}
}

// before reads an age: 90d, 18m, 2y; "" = the zero time.
func before(age string, now time.Time) (time.Time, error) {
	if age == "" {
		return time.Time{}, nil
	}
	n, err := strconv.Atoi(strings.TrimRight(age, "dmy"))
	if err == nil && n > 0 {
		switch age[len(age)-1] {
		case 'd':
			return now.AddDate(0, 0, -n), nil
		case 'm':
			return now.AddDate(0, -n, 0), nil
		case 'y':
			return now.AddDate(-n, 0, 0), nil
		}
	}
	return time.Time{}, fault.New(fault.Usage, "args", "“"+age+"” is no age", "Write 90d, 18m or 2y.")
}
