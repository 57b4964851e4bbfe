package tour

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// Servers are the demo's, for the parts of the tour in which they fail.
type Servers interface{ Close() }

// Run goes through the demonstration in the window that is open, 1440 by 900 px at the top left of the screen, and leaves pictures in dir. showing says
// what is in front, see desk.Desk.
func Run(c app.Client, s Servers, showing func() string, dir string, out io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	t := &guide{Robot: Robot{Dir: dir, Out: out}, c: c, s: s, showing: showing, ctx: context.Background()}
	for _, part := range []struct {
		name string
		do   func() error
	}{{"Reading", t.reading}, {"Searching", t.searching}, {"Going and doing by typing", t.finding}, {"Writing and receiving", t.writing}, {"Filing and undoing", t.filing}, {"Setting an account up", t.setup}, {"Settings", t.settings}, {"Dark", t.dark}, {"Offline", t.offline}} {
		fmt.Fprintln(out, part.name)
		if err := part.do(); err != nil {
			t.Shot("stopped", "where it stopped")
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	fmt.Fprintf(out, "Done: %d pictures in %s\n", t.n, dir)
	return nil
}

type guide struct {
	Robot
	c   app.Client
	s   Servers
	ctx context.Context

	showing func() string
}

// front does something with keys or buttons and waits until what is in front and painted.
func (t *guide) front(what string, act func() error) error {
	if err := t.again(what, act, func() bool { return t.showing() == what }); err != nil {
		return err
	}
	time.Sleep(3 * step)
	return nil
}

// again does something and waits for what follows from it. An X server under load may swallow a press: what led nowhere is done again, as a person would, and said in
// the output.
func (t *guide) again(what string, act func() error, ok func() bool) error {
	for try := 1; ; try++ {
		if err := act(); err != nil {
			return err
		}
		for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			if ok() {
				return nil
			}
		}
		if try == 3 {
			return fmt.Errorf("waited in vain for %s; %s is shown; %s", what, t.showing(), t.Where())
		}
		fmt.Fprintf(t.Out, "again: %s did not follow, %s is shown; %s\n", what, t.showing(), t.Where())
	}
}

// find returns the newest message of all inboxes with the subject.
func (t *guide) find(v store.View, subject string) (mail.Summary, bool) {
	p, err := t.c.List(t.ctx, v, 0, 200)
	if err != nil {
		return mail.Summary{}, false
	}
	for _, m := range p.Rows {
		if m.Subject == subject {
			return m, true
		}
	}
	return mail.Summary{}, false
}

// Places in the window of 1440 by 900 px.
const listX = 480

// rowY is the middle of row i of the list, below one day header.
func rowY(i int) int { return 128 + 28 + 36 + 72*i }

func all(fs ...func() error) error {
	for _, f := range fs {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

var inboxes = store.View{Role: mail.RoleInbox}

// look sets light or dark.
func (t *guide) look(theme string) error {
	s := t.c.Settings()
	s.Theme = theme
	if err := t.c.SetSettings(t.ctx, s); err != nil {
		return err
	}
	time.Sleep(2 * step)
	return nil
}

func (t *guide) reading() error {
	if err := t.look("light"); err != nil {
		return err
	}
	if err := t.Until("both accounts have fetched their mail", func() bool {
		_, a := t.find(inboxes, "Ferry on Friday?")
		m, b := t.find(inboxes, "Choir on Thursday moved to 19:30")
		return a && b && m.HasBody
	}); err != nil {
		return err
	}
	time.Sleep(time.Second)
	return all(
		func() error { return t.Shot("inbox", "all inboxes, nothing opened") },
		func() error { return t.Click(listX, rowY(0)) },
		func() error { return t.Shot("html", "a newsletter: formatted text, pictures blocked") },
		func() error {
			return t.again("that what was opened is read", func() error { return t.Click(listX, rowY(1)) }, func() bool {
				m, ok := t.find(inboxes, "Re: Pier 4: revised lighting schedule")
				return ok && m.Flags.Has(mail.Seen)
			})
		},
		func() error { return t.Shot("conversation", "a conversation with an attachment") },
		func() error { return t.Key("ctrl+shift+f") },
		func() error { return t.Type("bollard") },
		func() error { time.Sleep(time.Second); return t.Shot("find", "every place in the message is marked") },
		func() error { return t.Key("Escape") },
		func() error { return t.Key("j", "j", "j", "j") },
		func() error { return t.Shot("keys", "four down by keys: an invitation") },
	)
}

func (t *guide) finding() error {
	return all(
		func() error { return t.Key("ctrl+k") },
		func() error { return t.Type("harb") },
		func() error {
			time.Sleep(time.Second)
			return t.Shot("palette", "places, actions and people by typing")
		},
		func() error { return t.again("a table of rows", t.choose("table rows"), t.dense("table")) },
		func() error { return t.Shot("table", "one line for each, in columns") },
		func() error { return t.again("rows as before", t.choose("standard rows"), t.dense("standard")) },
	)
}

// choose types what is to be done into the palette.
func (t *guide) choose(words string) func() error {
	return func() error {
		return all(
			func() error { return t.Key("Escape", "ctrl+k") },
			func() error { return t.Type(words) },
			func() error { return t.Key("Return") },
		)
	}
}

func (t *guide) dense(how string) func() bool {
	return func() bool { return t.c.Settings().Density == how }
}

func (t *guide) searching() error {
	return all(
		func() error { return t.Key("slash") },
		func() error { return t.Type("bollard has:attachment") },
		func() error { time.Sleep(time.Second); return t.Shot("search", "results while typing") },
		func() error { return t.Key("Escape", "Escape") },
	)
}

func (t *guide) writing() error {
	return all(
		func() error { return t.Click(listX, rowY(2)) },
		func() error { return t.front("composer", func() error { return t.Key("c") }) },
		func() error { return t.Type("priy") },
		func() error { time.Sleep(time.Second); return t.Shot("completion", "a recipient is completed") },
		func() error { return t.Key("Return") },
		func() error { return t.Type("marta@lindqvist.example,") },
		func() error { return t.Key("Tab") },
		func() error { return t.Type("A message there and back") },
		func() error { return t.Key("Tab") },
		func() error {
			return t.Type("Hello Priya, this goes out over SMTP, and your answer comes back over IMAP.")
		},
		func() error {
			time.Sleep(3 * time.Second)
			return t.Shot("composer", "the composer; the draft is saved")
		},
		func() error { return t.front("mail", func() error { return t.Key("ctrl+Return") }) },
		func() error { return t.Shot("sending", "the message waits, with Undo") },
		func() error {
			return t.Until("the answer is in the inbox", func() bool {
				_, ok := t.find(inboxes, "Re: A message there and back")
				return ok
			})
		},
		func() error {
			return t.Until("the other account has it too, over POP3", func() bool {
				_, ok := t.find(inboxes, "A message there and back")
				return ok
			})
		},
		func() error { return t.Shot("received", "the answer has arrived") },
	)
}

func (t *guide) filing() error {
	first := func() (mail.Summary, bool) {
		v := inboxes
		v.Threads = t.c.Settings().Threads
		p, err := t.c.List(t.ctx, v, 0, 1)
		if err != nil || len(p.Rows) == 0 {
			return mail.Summary{}, false
		}
		return p.Rows[0], true
	}
	top, ok := first()
	if !ok {
		return fmt.Errorf("the inbox is empty")
	}
	return all(
		func() error { return t.Click(listX, rowY(0)) },
		func() error { return t.Key("e") },
		func() error {
			return t.Until("it is archived", func() bool { m, ok := first(); return ok && m.ID != top.ID })
		},
		func() error { return t.Shot("archived", "archived, with Undo") },
		func() error { return t.Key("z") },
		func() error {
			return t.Until("it is back", func() bool { m, ok := first(); return ok && m.ID == top.ID })
		},
		func() error { return t.Point(listX, rowY(1)) },
		func() error { return t.Shot("hover", "the buttons of a row under the pointer") },
	)
}

func (t *guide) settings() error {
	return all(
		func() error { return t.front("settings", func() error { return t.Key("ctrl+comma") }) },
		func() error { return t.Shot("settings", "settings: accounts") },
		func() error { return t.Click(120, 98) },
		func() error { return t.Shot("appearance", "settings: appearance") },
		func() error { return t.front("mail", func() error { return t.Key("Escape") }) },
	)
}

func (t *guide) setup() error {
	return all(
		func() error { return t.front("settings", func() error { return t.Key("ctrl+comma") }) },
		func() error { return t.front("wizard you", func() error { return t.Click(1352, 28) }) },
		func() error { return t.Shot("wizard-start", "the wizard") },
		func() error { return t.Type("Jonas Ekdahl") },
		func() error { return t.Key("Tab") },
		func() error { return t.Type("jonas@fjordlight.example") },
		func() error { return t.Key("Tab") },
		func() error { return t.Type("demo") },
		func() error { return t.front("wizard choice", func() error { return t.Key("Return") }) },
		func() error { return t.Shot("wizard-choice", "the servers were found") },
		func() error { return t.front("wizard tested", func() error { return t.Click(1107, 774) }) },
		func() error { return t.Shot("wizard-test", "both servers were tested") },
		func() error { return t.front("mail", func() error { return t.Click(1100, 774) }) },
		func() error {
			return t.Until("the third account is set up", func() bool { as, err := t.c.Accounts(t.ctx); return err == nil && len(as) == 3 })
		},
		func() error { return t.Shot("three-accounts", "three accounts") },
	)
}

func (t *guide) dark() error {
	return all(
		func() error { return t.look("dark") },
		func() error { return t.Key("ctrl+1") },
		func() error { return t.Click(120, 70) },
		func() error { return t.Click(listX, rowY(2)) },
		func() error { return t.Shot("dark", "the same in the dark") },
		func() error { return t.front("composer", func() error { return t.Key("r") }) },
		func() error { return t.Shot("dark-reply", "a reply in the dark") },
		func() error { return t.front("mail", func() error { return t.Key("Escape") }) },
		func() error { return t.look("light") },
	)
}

func (t *guide) offline() error {
	t.s.Close()
	return all(
		func() error {
			return t.Until("the program notices that it is offline", func() bool { return t.c.Status().Offline })
		},
		func() error { return t.Click(listX, rowY(3)+40) },
		func() error {
			time.Sleep(time.Second)
			return t.Shot("offline", "offline: everything can still be read")
		},
	)
}
