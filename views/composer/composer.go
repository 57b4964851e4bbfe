package composer

import (
	"context"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/composer/rich"
	"github.com/postrider/postrider/views/html/view"
	"github.com/postrider/postrider/views/kit"
)

// Hooks are what the composer tells the rest of the program. All but Do may be nil.
type Hooks struct {
	// Do runs f on the window's goroutine.
	Do func(f func())
	// Sent is called when the message is in the outbox; at is zero when it goes after the undo delay.
	Sent func(id mail.OutboxID, at time.Time)
	// Saved is called after each saving.
	Saved func(id mail.DraftID)
	// Discarded gets what brings the draft back.
	Discarded func(u app.Undo)
	// Closed is called when the window is gone.
	Closed func(c *Composer)
	// Limit is the largest message that the account's server takes in bytes; 0 = unknown.
	Limit func(a mail.AccountID) int64
	// Now is the clock; nil = the computer's.
	Now func() time.Time
}

// Width and Height are the size of a new window in px.
const (
	Width  = 920
	Height = 716
)

// Composer is one window with one draft.
type Composer struct {
	client app.Client
	h      Hooks
	win    fyne.Window
	ctx    context.Context
	cancel context.CancelFunc
	jobs   chan func(context.Context)
	id     mail.DraftID // belongs to the jobs
	delay  time.Duration

	draft     mail.Draft // as it was opened; what the form does not show is kept from it
	from      mail.Identity
	account   mail.AccountID
	accounts  []mail.Account
	start     string // text of a new draft before anything was typed
	quoted    string // folded
	files     []*file
	attaching int
	loading   bool
	dirty     bool
	stored    bool
	sending   bool
	closed    bool
	version   int
	timer     *time.Timer

	to, cc, bcc *people
	subject     *kit.Field
	text        *editor.Editor // of plain text
	rich        *rich.Editor   // of formatted text; nil = plain
	format      *formatBar
	find        *findBar // nil = closed
	quoting     bool     // the history is being read
	inlineMu    sync.Mutex
	inline      []inlineFile // pictures of the text
	speller     speller
	pics        *view.Pictures
	complete    *completion
	popup       *kit.Panel
	form
}

// Open opens a window on a draft. The window is made by newWindow, so that tests and the program give their own.
func Open(newWindow func(title string) fyne.Window, client app.Client, d mail.Draft, h Hooks) *Composer {
	if h.Do == nil {
		h.Do = func(f func()) { fyne.Do(f) }
	}
	c := &Composer{client: client, h: h, draft: d, from: d.From, account: d.Account, id: d.ID, stored: d.ID != 0, jobs: make(chan func(context.Context), 64), delay: autosave,
		start: d.Text, quoted: d.Quoted, loading: true}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	for _, a := range d.Attach {
		c.files = append(c.files, &file{name: a.Name, a: a})
	}
	c.win = newWindow(title(d.Subject))
	c.build()
	c.loading = false
	c.win.SetContent(kit.NewRoot(c.root))
	c.win.SetPadded(false)
	c.win.Resize(fyne.NewSize(Width, Height))
	c.win.SetOnDropped(c.dropped)
	c.win.SetCloseIntercept(c.Close)
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyS, fyne.KeyA, fyne.KeyF, fyne.KeyH} {
		for _, m := range []fyne.KeyModifier{0, fyne.KeyModifierShift} {
			c.win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault | m}, c.shortcut)
		}
	}
	c.win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			c.Close()
		}
	})
	go c.work()
	go func() {
		as, err := client.Accounts(c.ctx)
		c.h.Do(func() {
			if err == nil {
				c.accounts = as
				c.drawFrom()
			}
		})
	}()
	c.win.Show()
	switch {
	case len(d.To) == 0:
		c.focus(c.to.input)
	case d.Subject == "":
		c.focus(c.subject)
	default:
		c.focus(c.bodyFocus())
	}
	return c
}

// Window returns the composer's window.
func (c *Composer) Window() fyne.Window { return c.win }

func (c *Composer) now() time.Time {
	if c.h.Now != nil {
		return c.h.Now()
	}
	return time.Now()
}

func title(subject string) string {
	if s := strings.TrimSpace(subject); s != "" {
		return s
	}
	return "New message"
}

// Draft is what the form holds.
func (c *Composer) Draft() mail.Draft {
	d := c.draft
	d.Account, d.From = c.account, c.from
	list := func(p *people) []mail.Address { return append([]mail.Address(nil), p.list...) }
	d.To, d.Cc, d.Bcc = list(c.to), list(c.cc), list(c.bcc)
	d.Subject, d.Text, d.Quoted = c.subject.Text(), c.text.Text(), c.quoted
	d.Attach = nil
	for _, f := range c.files {
		if !f.loading && !f.gone {
			d.Attach = append(d.Attach, f.a)
		}
	}
	d.HTML = ""
	if c.rich != nil {
		c.richDraft(&d)
	}
	d.Changed = c.now()
	return d
}

// commit makes chips of addresses that are still being typed.
func (c *Composer) commit() {
	for _, p := range []*people{c.to, c.cc, c.bcc} {
		p.commit()
	}
}

// shortcut carries out the composer's keys; fields and the editor pass on what is not theirs.
func (c *Composer) shortcut(s fyne.Shortcut) {
	k, ok := s.(*desktop.CustomShortcut)
	if !ok || k.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierShortcutDefault {
		return
	}
	shift := k.Modifier&fyne.KeyModifierShift != 0
	switch {
	case (k.KeyName == fyne.KeyReturn || k.KeyName == fyne.KeyEnter) && shift:
		c.pickTime()
	case k.KeyName == fyne.KeyReturn || k.KeyName == fyne.KeyEnter:
		c.Send(time.Time{})
	case k.KeyName == fyne.KeyS && !shift:
		c.commit()
		c.Save(nil)
	case k.KeyName == fyne.KeyA && shift:
		c.Attach()
	case (k.KeyName == fyne.KeyF || k.KeyName == fyne.KeyH) && !shift:
		c.Find()
	}
}

// setFrom changes the sender, and the signature with it when the old one is still there as it was.
func (c *Composer) setFrom(a mail.Account, i mail.Identity) {
	was := c.from
	c.account, c.from = a.ID, i
	old, now := signature(was.Signature), signature(i.Signature)
	switch {
	case old == now:
	case c.rich != nil:
		c.swapSignature(old, now)
	case old != "":
		c.text.Swap(old, now, strings.LastIndex)
	default:
		if !strings.Contains(c.text.Text(), "\n-- \n") {
			c.text.Append(now)
		}
	}
	c.drawFrom()
	c.touched()
}

// signature is how a signature stands below the text.
func signature(s string) string {
	s = strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n ")
	if s == "" {
		return ""
	}
	return "\n\n-- \n" + strings.TrimPrefix(s, "-- \n")
}

// unfold makes the quoted history part of the text.
func (c *Composer) unfold() {
	if c.quoted == "" {
		return
	}
	text := c.text.Text()
	keep := strings.TrimRight(text, "\n")
	join := "\n\n"
	if n := len(text) - len(keep); n >= 2 {
		join = ""
	} else if n == 1 {
		join = "\n"
	}
	if keep == "" {
		join = "\n\n"[min(2, len(text)):]
	}
	q := c.quoted
	c.quoted = ""
	c.fold.Hide()
	c.text.Append(join + q)
	c.focus(c.text)
}
