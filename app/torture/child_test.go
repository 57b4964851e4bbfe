package torture

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

const childEnv = "POSTRIDER_TORTURE_CHILD"

// orders is what a child is told through its environment.
type orders struct {
	Dir     string
	CA      string
	Act     string
	To      string // who gets what is sent
	Die     int    // at which crash point it kills itself; 0 = never
	Running bool   // with the engine running
	Seed    uint64
}

// actor is a child at work. What it prints is read by the parent, also after its death: "did X" once a command was accepted.
type actor struct {
	a    *app.App
	o    orders
	as   []mail.Account
	told func(what string) // nil: print it
	stop chan struct{}     // ends what has no end of its own; nil: a kill does
}

// say prints at once: nothing is lost by a kill.
func say(format string, args ...any) { fmt.Fprintf(os.Stdout, format+"\n", args...) }

// child carries out its orders and returns the exit status.
func child(raw string) (code int) {
	var o orders
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		say("error orders: %v", err)
		return 3
	}
	defer func() {
		if p := recover(); p != nil {
			say("error %v", p)
			code = 3
		}
	}()
	pem, err := os.ReadFile(o.CA)
	must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	var mu sync.Mutex
	n := 0
	a, err := openProfile(o.Dir, roots, how{running: o.Running, engine: func(e *engine.Options) {
		e.Crash = func(point string) {
			mu.Lock()
			defer mu.Unlock()
			if n++; n == o.Die {
				say("dies %s", point)
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}})
	must(err)
	c := &actor{a: a, o: o}
	c.as, err = a.Accounts(bg)
	must(err)
	f := acts[o.Act]
	if f == nil {
		panic("no act " + o.Act)
	}
	f(c)
	must(a.Close())
	mu.Lock()
	say("points %d", n)
	mu.Unlock()
	return 0
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (c *actor) did(what string) {
	if c.told != nil {
		c.told(what)
		return
	}
	say("did %s", what)
}

func (c *actor) sync() {
	for _, acc := range c.as {
		_, err := c.a.Engine().SyncOnce(bg, acc.ID, nil)
		must(err)
	}
}

func (c *actor) box(acc int, r mail.Role, path string) mail.MailboxID {
	ms, err := c.a.Mailboxes(bg)
	must(err)
	for _, m := range ms {
		if m.Account == c.as[acc].ID && (r != "" && m.Role == r || path != "" && m.Path == path) {
			return m.ID
		}
	}
	panic(fmt.Sprintf("no mailbox %s%s", r, path))
}

// id finds a message of the account's inbox by its subject.
func (c *actor) id(acc int, name string) mail.MessageID {
	p, err := c.a.List(bg, store.View{Mailbox: c.box(acc, mail.RoleInbox, "")}, 0, 1000)
	must(err)
	for _, r := range p.Rows {
		if r.Subject == name {
			return r.ID
		}
	}
	panic("no message " + name)
}

func (c *actor) ids(acc int, names ...string) []mail.MessageID {
	var out []mail.MessageID
	for _, n := range names {
		out = append(out, c.id(acc, n))
	}
	return out
}

func must1[T any](v T, err error) T {
	must(err)
	return v
}

// acts are what children do. Each is preceded by what its scenario prepared.
var acts = map[string]func(*actor){
	"sync": func(c *actor) { c.sync(); c.did("sync") },
	"move": func(c *actor) {
		m := c.ids(0, "m0", "m1", "m2", "m3", "m4", "m5")
		must1(c.a.MoveToRole(bg, m[:2], mail.RoleArchive))
		must1(c.a.SetFlags(bg, m[:3], mail.Flagged, mail.Seen))
		c.did("archive")
		c.sync()
		must1(c.a.MoveToRole(bg, m[1:3], mail.RoleJunk))
		c.did("junk")
		u := must1(c.a.MoveToRole(bg, m[3:4], mail.RoleArchive))
		must(c.a.Undo(bg, u))
		must1(c.a.Move(bg, m[4:5], c.box(0, mail.RoleArchive, "")))
		must1(c.a.Move(bg, m[4:5], c.box(0, mail.RoleSent, ""))) // before the first has been told
		must1(c.a.SetFlags(bg, m[5:6], mail.Seen, 0))
		c.did("rest")
		c.sync()
		u = must1(c.a.MoveToRole(bg, m[5:6], mail.RoleArchive))
		c.sync()
		must(c.a.Undo(bg, u)) // after it was carried out
		c.did("undo")
		c.sync()
	},
	"delete": func(c *actor) {
		m := c.ids(0, "m0", "m1", "m2")
		must1(c.a.MoveToRole(bg, m, mail.RoleTrash))
		c.did("trash")
		c.sync()
		must1(c.a.MoveToRole(bg, m[:1], mail.RoleTrash))
		c.did("remove m0")
		must1(c.a.MoveToRole(bg, m[2:], mail.RoleInbox))
		c.did("restore m2")
		c.sync()
		must(c.a.EmptyTrash(bg, c.box(0, mail.RoleTrash, "")))
		c.did("empty")
		c.sync()
	},
	"cross": func(c *actor) {
		must1(c.a.Move(bg, c.ids(0, "m0", "m1"), c.box(1, mail.RoleArchive, "")))
		c.did("move")
		must1(c.a.Copy(bg, c.ids(0, "m2"), c.box(0, mail.RoleArchive, "")))
		c.did("copy")
		c.sync()
		c.sync()
	},
	"tree": func(c *actor) {
		id := must1(c.a.CreateMailbox(bg, c.as[0].ID, 0, "Projects"))
		c.did("create")
		must1(c.a.Move(bg, c.ids(0, "m0", "m1"), id))
		c.did("move")
		c.sync()
		must(c.a.RenameMailbox(bg, id, 0, "Plans"))
		c.did("rename")
		c.sync()
		doomed := must1(c.a.CreateMailbox(bg, c.as[0].ID, 0, "Doomed"))
		c.sync()
		must(c.a.DeleteMailbox(bg, doomed))
		c.did("delete")
		c.sync()
	},
	"send": func(c *actor) {
		d := must1(c.a.NewDraft(bg, app.Compose{Kind: app.ComposeReply, Of: c.id(0, "m0")}))
		d.To, d.Subject, d.Text = []mail.Address{{Addr: c.o.To}}, "the answer", "first words\n"
		d.Bcc = []mail.Address{{Addr: "bob@example.test"}}
		d.ID = must1(c.a.SaveDraft(bg, d))
		c.did("draft")
		c.sync()
		d = must1(c.a.Draft(bg, d.ID))
		d.Text = "all the words\n"
		d.ID = must1(c.a.SaveDraft(bg, d))
		must1(c.a.Send(bg, must1(c.a.Draft(bg, d.ID)), time.Now()))
		c.did("send")
		c.sync()
		c.sync()
	},
	"drafts": func(c *actor) {
		d := must1(c.a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: c.as[0].ID}))
		d.To, d.Subject = []mail.Address{{Addr: c.o.To}}, "the plan"
		e := d
		e.Subject, e.Text = "the doomed", "never mind\n"
		for i := range 4 {
			d.Text = fmt.Sprintf("revision %d of it\n", i)
			d.ID = must1(c.a.SaveDraft(bg, d))
			c.did(fmt.Sprintf("revision %d", i))
			if i == 0 {
				e.ID = must1(c.a.SaveDraft(bg, e))
			}
			if i != 1 {
				c.sync()
			}
			d = must1(c.a.Draft(bg, d.ID))
		}
		must1(c.a.DiscardDraft(bg, e.ID))
		c.did("discard")
		c.sync()
	},
	"pop": func(c *actor) {
		c.sync()
		c.did("fetch")
		must1(c.a.MoveToRole(bg, c.ids(0, "m0"), mail.RoleTrash))
		must1(c.a.Engine().Remove(bg, c.ids(0, "m1")))
		c.did("delete")
		must1(c.a.MoveToRole(bg, c.ids(0, "m2"), mail.RoleArchive))
		c.sync()
		c.sync()
	},
	// busy does all of it at random, with the engine running, until it is killed.
	"busy": func(c *actor) {
		r := rand.New(rand.NewPCG(c.o.Seed, 7))
		roles := []mail.Role{mail.RoleInbox, mail.RoleArchive, mail.RoleJunk, mail.RoleTrash}
		c.did("begin")
		var drafts []mail.DraftID
		for i := 0; ; i++ {
			select {
			case <-c.stop:
				return
			default:
			}
			p, err := c.a.List(bg, store.View{Mailbox: c.box(0, roles[r.IntN(len(roles))], "")}, 0, 100)
			must(err)
			if len(p.Rows) > 0 {
				m := p.Rows[r.IntN(len(p.Rows))]
				switch r.IntN(3) {
				case 0:
					must1(c.a.SetFlags(bg, []mail.MessageID{m.ID}, mail.Flagged, mail.Seen))
				case 1:
					must1(c.a.SetFlags(bg, []mail.MessageID{m.ID}, mail.Seen, mail.Flagged))
				}
				if strings.HasPrefix(m.Subject, "m") && r.IntN(2) == 0 {
					must1(c.a.Move(bg, []mail.MessageID{m.ID}, c.box(0, roles[r.IntN(len(roles))], "")))
				}
			}
			d := must1(c.a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: c.as[0].ID}))
			d.To, d.Subject, d.Text = []mail.Address{{Addr: c.o.To}}, fmt.Sprintf("busy %d.%d", c.o.Seed, i), "hello\n"
			switch r.IntN(4) {
			case 0:
				must1(c.a.Send(bg, d, time.Now()))
				c.did("send " + d.Subject)
			case 1:
				drafts = append(drafts, must1(c.a.SaveDraft(bg, d)))
				c.did("save " + d.Subject)
			case 2:
				if len(drafts) > 0 {
					x := must1(c.a.Draft(bg, drafts[r.IntN(len(drafts))]))
					x.Text += "more\n"
					must1(c.a.SaveDraft(bg, x))
				}
			}
			time.Sleep(time.Duration(r.IntN(12)) * time.Millisecond)
		}
	},
}
