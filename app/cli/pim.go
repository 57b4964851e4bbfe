package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
)

var protocolOf = map[string]mail.Protocol{"contacts": mail.CardDAV, "events": mail.CalDAV}

// service turns contacts or events of the account on or off.
func (k *call) service(what, word string) error {
	a, err := k.open(true)
	if err != nil {
		return err
	}
	defer a.Close()
	as, err := k.chosen(a)
	if err != nil {
		return err
	}
	if len(as) != 1 {
		return fault.New(fault.Usage, "account", "It is not clear which account is meant", "Name one with --account.")
	}
	if err := a.UseService(k.ctx, as[0].ID, protocolOf[what], word == "on"); err != nil {
		return err
	}
	if word == "on" {
		if err := a.Engine().ShelvesOnce(k.ctx, as[0].ID); err != nil {
			return err
		}
	}
	k.say("%s of %s: %s", what, as[0].Address, word)
	if k.json {
		k.print(map[string]any{"account": as[0].ID, "service": what, "on": word == "on"})
	}
	return nil
}

// syncShelves brings contacts and calendars up to date.
func (k *call) syncShelves() error {
	a, err := k.open(true)
	if err != nil {
		return err
	}
	defer a.Close()
	as, err := k.chosen(a)
	if err != nil {
		return err
	}
	for _, acc := range as {
		if err := a.Engine().ShelvesOnce(k.ctx, acc.ID); err != nil {
			return err
		}
		k.say("contacts and calendars of %s are up to date", acc.Address)
	}
	if k.json {
		k.print(map[string]any{"accounts": len(as)})
	}
	return nil
}

// input opens a file, or standard input for "-".
func (k *call) input(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(k.in), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Of(err)
	}
	return f, nil
}

func (k *call) imported(added, same int, err error) error {
	if err != nil {
		return err
	}
	k.say("%d added, %d were there already", added, same)
	if k.json {
		k.print(map[string]any{"added": added, "same": same})
	}
	return nil
}

// shelf is what the commands for contacts and for events do differently.
type shelf struct {
	name, args, about string
	flags             func(*call)
	list              func(k *call, a *app.App, words []string) error
	take              func(context.Context, *app.App, io.Reader) (added, same int, err error)
	give              func(k *call, a *app.App) error // writes all collections to k.Out
}

func (x shelf) command() command {
	return command{name: x.name, args: x.args + " | import FILE | export | sync | on | off", about: x.about, flags: x.flags,
		run: func(k *call, w []string) error {
			verb := "list"
			if len(w) > 0 {
				verb, w = w[0], w[1:]
			}
			switch {
			case verb == "on" || verb == "off":
				return k.service(x.name, verb)
			case verb == "sync":
				return k.syncShelves()
			case verb != "list" && verb != "import" && verb != "export", verb == "import" && len(w) != 1:
				return fault.New(fault.Usage, "words", "This is not understood", "postrider "+x.name+" -h lists what there is.")
			}
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			switch verb {
			case "import":
				f, err := k.input(w[0])
				if err != nil {
					return err
				}
				defer f.Close()
				return k.imported(x.take(k.ctx, a, f))
			case "export":
				k.printed = true
				return x.give(k, a)
			}
			return x.list(k, a, w)
		}}
}

func contactsCommand() command {
	var format string
	var limit int
	return shelf{name: "contacts", args: "list [WORDS]", about: "shows, reads and writes contacts; turns an account's on or off",
		flags: func(k *call) {
			k.fs.StringVar(&format, "format", "vcf", "of export: vcf or csv")
			k.fs.IntVar(&limit, "limit", 100, "at most so many")
		},
		list: func(k *call, a *app.App, w []string) error { return k.listContacts(a, strings.Join(w, " "), limit) },
		take: func(ctx context.Context, a *app.App, r io.Reader) (int, int, error) {
			return a.ImportContacts(ctx, 0, r)
		},
		give: func(k *call, a *app.App) error {
			books, err := a.AddressBooks(k.ctx)
			for _, b := range books {
				if err == nil && !b.Hidden && b.Count > 0 {
					err = a.ExportContacts(k.ctx, b.ID, nil, format, k.Out)
				}
			}
			return err
		}}.command()
}

func (k *call) listContacts(a *app.App, text string, limit int) error {
	type row struct {
		ID    pim.ContactID    `json:"id"`
		Book  pim.CollectionID `json:"book"`
		UID   string           `json:"uid"`
		Name  string           `json:"name"`
		Org   string           `json:"org"`
		Email string           `json:"email"`
		Phone string           `json:"phone"`
		Group bool             `json:"group"`
	}
	p, err := a.Contacts(k.ctx, pim.ContactQuery{Text: text}, 0, max(1, limit))
	if err != nil {
		return err
	}
	out := []row{}
	for _, r := range p.Rows {
		out = append(out, row{r.ID, r.Book, r.UID, r.Name, r.Org, r.Email, r.Phone, r.Group})
		if !k.json {
			fmt.Fprintf(k.Out, "%-6d %-30s %-34s %s\n", r.ID, r.Name, r.Email, r.Phone)
		}
	}
	if k.json {
		k.print(out)
	}
	return nil
}

func eventsCommand() command {
	var from, to string
	return shelf{name: "events", args: "list [--from DAY] [--to DAY]", about: "shows, reads and writes events; turns an account's calendars on or off",
		flags: func(k *call) {
			k.fs.StringVar(&from, "from", "", "first day, as in 2026-03-01 (default: today)")
			k.fs.StringVar(&to, "to", "", "last day (default: a week after the first)")
		},
		list: func(k *call, a *app.App, _ []string) error { return k.listEvents(a, from, to) },
		take: func(ctx context.Context, a *app.App, r io.Reader) (int, int, error) {
			return a.ImportCalendar(ctx, 0, r)
		},
		give: func(k *call, a *app.App) error {
			cals, err := a.Calendars(k.ctx)
			for _, c := range cals {
				if err == nil && !c.Hidden && c.Count > 0 {
					err = a.ExportCalendar(k.ctx, c.ID, nil, k.Out)
				}
			}
			return err
		}}.command()
}

func (k *call) listEvents(a *app.App, from, to string) error {
	now := time.Now()
	start := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.Local)
	day := func(s string, into *time.Time) error {
		if s == "" {
			return nil
		}
		t, err := time.ParseInLocation("2006-01-02", s, time.Local)
		if err != nil {
			return fault.New(fault.Usage, "day", "“"+s+"” is not a day", "Write it as 2026-03-01.")
		}
		*into = t
		return nil
	}
	if err := day(from, &start); err != nil {
		return err
	}
	end := start.AddDate(0, 0, 7)
	if err := day(to, &end); err != nil {
		return err
	}
	os, err := a.Events(k.ctx, pim.Window{Start: start, End: end.AddDate(0, 0, 1)}, nil)
	if err != nil {
		return err
	}
	type row struct {
		ID         pim.EventID      `json:"id"`
		Recurrence string           `json:"recurrence"`
		Calendar   pim.CollectionID `json:"calendar"`
		UID        string           `json:"uid"`
		Summary    string           `json:"summary"`
		Location   string           `json:"location"`
		Start      string           `json:"start"`
		End        string           `json:"end"`
		AllDay     bool             `json:"allDay"`
		Status     string           `json:"status"`
		Mine       string           `json:"mine"`
	}
	out := []row{}
	for _, o := range os {
		form := time.RFC3339
		if o.AllDay {
			form = "2006-01-02"
		}
		out = append(out, row{o.Event, o.Recurrence, o.Calendar, o.UID, o.Summary, o.Location, o.Start.Format(form), o.End.Format(form), o.AllDay, o.Status, o.Mine})
		if k.json {
			continue
		}
		at := o.Start.Format("Mon 2006-01-02 15:04") + o.End.Format("–15:04")
		if o.AllDay {
			at = o.Start.Format("Mon 2006-01-02") + "            "
		}
		line := at + "  " + o.Summary
		if o.Location != "" {
			line += " (" + o.Location + ")"
		}
		fmt.Fprintln(k.Out, line)
	}
	if k.json {
		k.print(out)
	}
	return nil
}
