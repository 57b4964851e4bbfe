package desk

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views"
	"github.com/postrider/postrider/views/composer"
	"github.com/postrider/postrider/views/faces"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/notify"
	"github.com/postrider/postrider/views/settings"
	"github.com/postrider/postrider/views/transfer"
	"github.com/postrider/postrider/views/wizard"
)

// Desk is everything that is open.
type Desk struct {
	app  fyne.App
	c    app.Client
	dir  string // of the profile
	win  fyne.Window
	main *views.Window

	composers []*composer.Composer
	wizard    *wizard.View
	settings  bool // shown in the main window
	trayed    bool // the icon is in the panel
	hidden    bool // the window was hidden once, and it was said how to get it back
	news      *notify.Watch
	rings     *notify.Reminders
}

// Open shows the main window; it asks for the wizard itself when there is no account yet.
func Open(a fyne.App, c app.Client, dir string) *Desk {
	kit.SystemEmoji()
	faces.Watch(context.Background(), c, func(f func()) { fyne.Do(f) })
	a.Settings().SetTheme(kit.NewTheme())
	a.SetIcon(kit.AppIcon())
	d := &Desk{app: a, c: c, dir: dir, win: a.NewWindow("Postrider")}
	d.win.SetMaster()
	d.main = views.New(d.win, c, views.Hooks{
		OpenWizard: d.OpenWizard, OpenSettings: d.openSettings, OpenComposer: d.Compose, OpenDraft: d.openDraft,
		SignIn: d.signIn, Certificate: d.certificate, Unlock: d.unlock, OpenURL: d.openURL, OpenFile: openFile, Backup: d.backup, Restore: d.restore,
	})
	d.win.SetCloseIntercept(d.shut)
	if c.Settings().KeepRunning {
		d.tray()
	}
	d.watch()
	d.win.Show()
	go func() {
		if k := c.Keychain(context.Background()); k.Kind == "file" && k.State == "locked" {
			fyne.Do(d.unlock)
		}
	}()
	return d
}

// watch tells of new mail while no window of the program has the keyboard, and of reminders always.
func (d *Desk) watch() {
	desktop := func() notify.Desktop {
		if s := notify.System("org.postrider.Postrider", "org.postrider.Postrider"); s != nil {
			return s
		}
		return notify.Toolkit(d.app)
	}
	d.rings = notify.Remind(d.c, desktop(), notify.ReminderHooks{Window: d.main.Reminders(), Failed: func(err error) { fyne.Do(func() { d.main.Failed(err) }) },
		Open: func(r pim.Reminder, one bool) {
			fyne.Do(func() {
				d.show()
				d.main.ShowReminder(r, one)
			})
		}})
	d.news = notify.Start(d.c, desktop(), func(m mail.Summary) {
		fyne.Do(func() {
			d.show()
			d.main.ShowMessage(m.ID)
		})
	})
	d.app.Lifecycle().SetOnEnteredForeground(func() { d.news.Focus(true) })
	d.app.Lifecycle().SetOnExitedForeground(func() { d.news.Focus(false) })
}

// Window returns the main window.
func (d *Desk) Window() *views.Window { return d.main }

// Showing says what is in front: "mail", "settings", "composer", or "wizard" with its page ("wizard choice"). It waits for the window's goroutine.
func (d *Desk) Showing() string {
	at := "mail"
	fyne.DoAndWait(func() {
		switch {
		case d.wizard != nil:
			at = "wizard " + d.wizard.At()
		case len(d.composers) > 0:
			at = "composer"
		case d.settings:
			at = "settings"
		}
	})
	return at
}

// close stores what is being written and closes everything.
func (d *Desk) close() {
	for _, c := range slices.Clone(d.composers) {
		c.Close()
	}
	d.main.Close()
	go d.news.Close() // they may wait for the desktop's service
	go d.rings.Close()
	d.win.Close()
	d.app.Quit()
}

// do runs f off the window's goroutine and shows its error.
func (d *Desk) do(f func(ctx context.Context) error) {
	go func() {
		if err := f(context.Background()); err != nil {
			fyne.Do(func() { d.main.Failed(err) })
		}
	}()
}

// OpenWizard shows the account wizard over the main window.
func (d *Desk) OpenWizard(first bool) {
	h := wizard.Hooks{OpenURL: d.openURL, Done: func(mail.Account) { d.wizard = nil; d.main.HidePage() }, Cancel: func() { d.wizard = nil }}
	d.wizard = wizard.Open(d.win.Canvas(), d.c, h)
}

// Compose opens a composer; text was already written in the quick reply.
func (d *Desk) Compose(k app.Compose, text string) {
	d.do(func(ctx context.Context) error {
		dr, err := d.c.NewDraft(ctx, k)
		if err != nil {
			return err
		}
		if text != "" {
			dr.Text = text + dr.Text
		}
		fyne.Do(func() { d.openDraft(dr) })
		return nil
	})
}

func (d *Desk) openDraft(dr mail.Draft) {
	for _, c := range d.composers {
		if dr.ID != 0 && c.Draft().ID == dr.ID { // it is open already
			c.Window().RequestFocus()
			return
		}
	}
	c := composer.Open(func(title string) fyne.Window { return d.app.NewWindow(title) }, d.c, dr, composer.Hooks{
		Do:    fyne.Do,
		Sent:  d.sent,
		Limit: d.c.MaxSize,
		Discarded: func(u app.Undo) {
			d.main.ToastUndo("trash-2", "Draft discarded", func() { d.do(func(ctx context.Context) error { return d.c.Undo(ctx, u) }) })
		},
		Closed: func(c *composer.Composer) {
			d.composers = slices.DeleteFunc(d.composers, func(x *composer.Composer) bool { return x == c })
		},
	})
	d.composers = append(d.composers, c)
}

// sent shows that a message waits, and offers to take it back.
func (d *Desk) sent(id mail.OutboxID, at time.Time) {
	undo := func() {
		d.do(func(ctx context.Context) error {
			dr, err := d.c.CancelSend(ctx, id)
			if err != nil {
				return err
			}
			fyne.Do(func() { d.openDraft(dr) })
			return nil
		})
	}
	if !at.IsZero() && time.Until(at) > time.Minute {
		d.main.ToastUndo("send", "Message goes "+at.Format("Mon 2 Jan, 15:04"), undo)
		return
	}
	d.main.ToastSending(time.Duration(d.c.Settings().UndoSend)*time.Second, undo)
}

func (d *Desk) backup() {
	transfer.Backup(d.win, d.c, transfer.Hooks{Do: fyne.Do, Quit: d.close}, time.Now())
}

func (d *Desk) restore() {
	transfer.Restore(d.win, d.c, transfer.Hooks{Do: fyne.Do, Quit: d.close})
}

// openSettings shows the settings in the main window, at an account when one is named.
func (d *Desk) openSettings(id mail.AccountID) {
	v := settings.New(d.c, settings.Hooks{
		Backup: d.backup, Restore: d.restore, Archives: d.main.Archives, AboutFile: d.main.AboutFile,
		Do: fyne.Do, OpenURL: d.openURL, Keys: views.Keys(), Version: app.Version, Dir: d.dir,
		AddAccount: func() { d.OpenWizard(false) }, Toast: func(text string) { d.main.Toast("info", text) },
	})
	if id != "" {
		v.Choose(id)
	}
	d.settings = true
	d.main.ShowPage(v, func() { d.settings = false; v.Close() })
}

func (d *Desk) account(id mail.AccountID, f func(mail.Account)) {
	d.do(func(ctx context.Context) error {
		as, err := d.c.Accounts(ctx)
		if err != nil {
			return err
		}
		for _, a := range as {
			if a.ID == id {
				fyne.Do(func() { f(a) })
			}
		}
		return nil
	})
}

func (d *Desk) signIn(id mail.AccountID) {
	var s app.AccountStatus
	for _, x := range d.c.Status().Accounts {
		if x.Account == id {
			s = x
		}
	}
	d.account(id, func(a mail.Account) {
		wizard.SignIn(d.win.Canvas(), d.c, a, s.Err, s.Checked, wizard.Hooks{Do: fyne.Do, OpenURL: d.openURL})
	})
}

// unlock asks for the passphrase of the file of secrets.
func (d *Desk) unlock() { wizard.Unlock(d.win.Canvas(), d.c, wizard.Hooks{Do: fyne.Do}) }

func (d *Desk) certificate(s app.AccountStatus) {
	d.account(s.Account, func(a mail.Account) {
		wizard.Certificate(d.win.Canvas(), d.c, a, s.Err, wizard.Hooks{Do: fyne.Do, OpenURL: d.openURL})
	})
}

// Receive takes the arguments of a later start of the program: the window is raised, links and files are opened. It may be called from any goroutine.
func (d *Desk) Receive(args []string) {
	fyne.Do(func() {
		d.show()
		for _, a := range args {
			d.openArgument(a)
		}
	})
}

// openArgument opens one mailto: link, .eml file or Outlook data file.
func (d *Desk) openArgument(a string) {
	if strings.HasPrefix(strings.ToLower(a), "mailto:") {
		d.Compose(app.Compose{Kind: app.ComposeMailto, Mailto: a}, "")
		return
	}
	d.do(func(ctx context.Context) error {
		id, err := d.c.OpenFile(ctx, a)
		if err != nil {
			return err
		}
		if id != 0 { // 0: a data file, which is in the sidebar now
			fyne.Do(func() { d.main.ShowMessage(id) })
		}
		return nil
	})
}

func (d *Desk) openURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || !slices.Contains([]string{"http", "https"}, strings.ToLower(u.Scheme)) {
		if err == nil && strings.EqualFold(u.Scheme, "mailto") {
			d.Compose(app.Compose{Kind: app.ComposeMailto, Mailto: s}, "")
			return nil
		}
		return fault.New(fault.Usage, "link", "This link is not opened", "Only links to web pages and mail addresses are.")
	}
	return d.app.OpenURL(u)
}

// openFile opens a file with the system's program for it.
func openFile(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(abs); err != nil {
		return fault.Of(err)
	}
	name, args := "xdg-open", []string{abs}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", abs}
	}
	c := exec.Command(name, args...)
	if err := c.Start(); err != nil {
		return fault.New(fault.Local, "no-opener", "No program was found to open this file", "Save it and open it from your file manager.")
	}
	go c.Wait()
	return nil
}
