package transfer

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// desk is a window; what a run wants of its goroutine is done by until.
type desk struct {
	t     *testing.T
	win   fyne.Window
	c     *viewtest.Client
	queue chan func()
}

func open(t *testing.T) *desk {
	test.NewTempApp(t)
	d := &desk{t: t, win: test.NewTempWindow(t, kit.NewRoot(kit.Gap(10, 10))), c: viewtest.New(viewtest.Options{}), queue: make(chan func(), 1000)}
	d.win.Resize(fyne.NewSize(1000, 700))
	return d
}

func (d *desk) hooks() Hooks { return Hooks{Do: func(f func()) { d.queue <- f }} }

func (d *desk) words() string {
	var out []string
	for _, root := range d.win.Canvas().Overlays().List() {
		for _, o := range test.LaidOutObjects(root) {
			switch x := o.(type) {
			case *kit.Label:
				out = append(out, x.Text)
			case *kit.Para:
				out = append(out, x.AccessibleName())
			}
		}
	}
	return strings.Join(out, "|")
}

func (d *desk) button(text string) *kit.Button {
	for _, root := range d.win.Canvas().Overlays().List() {
		for _, o := range test.LaidOutObjects(root) {
			if b, ok := o.(*kit.Button); ok && b.Text == text && b.Visible() {
				return b
			}
		}
	}
	return nil
}

func (d *desk) until(what string, ok func() bool) {
	d.t.Helper()
	end := time.After(30 * time.Second)
	for !ok() {
		select {
		case f := <-d.queue:
			f()
		case <-end:
			d.t.Fatalf("%s did not come: %s", what, d.words())
		}
	}
}

func TestImportTells(t *testing.T) {
	d := open(t)
	d.c.OnImport = func(files []string, o app.ImportOptions, each func(app.ImportState, app.ImportItem)) (app.ImportState, error) {
		if len(files) != 1 || files[0] != "/x/old.mbox" || o.Mailbox != 7 {
			t.Errorf("%v %+v", files, o)
		}
		s := app.ImportState{Added: 1204, Same: 3, Failed: 1}
		each(s, app.ImportItem{Name: "message 9", State: "failed", Why: "it is too large"})
		return s, nil
	}
	take(d.win, d.c, d.hooks(), "Projects", "/x/old.mbox", app.ImportOptions{Mailbox: 7})
	d.until("the end", func() bool { return d.button("Close") != nil })
	w := d.words()
	for _, want := range []string{"Importing old.mbox", "1,204 messages taken in, 3 there already, 1 could not be read. They are in Projects.", "message 9: it is too large"} {
		if !strings.Contains(w, want) {
			t.Errorf("%q is not said: %s", want, w)
		}
	}
	test.Tap(d.button("Close"))
	if d.win.Canvas().Overlays().Top() != nil {
		t.Error("the dialog stays")
	}
}

func TestImportFails(t *testing.T) {
	d := open(t)
	d.c.OnImport = func([]string, app.ImportOptions, func(app.ImportState, app.ImportItem)) (app.ImportState, error) {
		return app.ImportState{}, fault.New(fault.Usage, "kind", "This is no mail", "Choose an mbox.")
	}
	take(d.win, d.c, d.hooks(), "Projects", "/x/y", app.ImportOptions{})
	d.until("the end", func() bool { return d.button("Close") != nil })
	if w := d.words(); !strings.Contains(w, "This is no mail. Choose an mbox.") {
		t.Error(w)
	}
}

func TestExportTells(t *testing.T) {
	d := open(t)
	d.c.OnExport = func(o app.ExportOptions, progress func(app.ExportState)) (app.ExportState, error) {
		if o.Format != "mbox" || o.Dir != "/x" || len(o.Mailboxes) != 2 {
			t.Errorf("%+v", o)
		}
		progress(app.ExportState{Messages: 1})
		return app.ExportState{Messages: 12, Bytes: 2048, Missing: []string{"Tea"}}, nil
	}
	write(d.win, d.c, d.hooks(), "Projects", app.ExportOptions{Format: "mbox", Dir: "/x", Mailboxes: []mail.MailboxID{1, 2}})
	d.until("the end", func() bool { return d.button("Close") != nil })
	w := d.words()
	for _, want := range []string{"Exporting Projects", "12 messages (2 KB) written to /x", "Not on this computer yet, so left out: Tea"} {
		if !strings.Contains(w, want) {
			t.Errorf("%q is not said: %s", want, w)
		}
	}
}

func TestBackupTells(t *testing.T) {
	d := open(t)
	backUp(d.win, d.c, d.hooks(), "/x/all.postrider")
	d.until("the end", func() bool { return d.button("Close") != nil })
	if w := d.words(); !strings.Contains(w, "7 files (3.0 MB) written, read back and compared") || len(d.c.Backups) != 1 || d.c.Backups[0] != "/x/all.postrider" {
		t.Errorf("%v: %s", d.c.Backups, w)
	}
}

func TestRestoreTells(t *testing.T) {
	d := open(t)
	h := d.hooks()
	quit := false
	h.Quit = func() { quit = true }
	restore(d.win, d.c, h, "/x/all.postrider")
	d.until("the question", func() bool { return d.button("Quit now") != nil })
	test.Tap(d.button("Quit now"))
	if !quit {
		t.Error("it does not quit")
	}
	d.until("the end", func() bool { return d.button("Close") != nil })
	if w := d.words(); !strings.Contains(w, "What is here now is kept in /profile.before-1.") {
		t.Error(w)
	}
}

func TestOtherPrograms(t *testing.T) {
	d := open(t)
	d.c.Programs = []doors.Profile{{Program: "Thunderbird", Name: "default-release", Dir: "/h/.thunderbird/x", Bytes: 5 << 20}}
	var got []string
	d.c.OnImport = func(files []string, o app.ImportOptions, each func(app.ImportState, app.ImportItem)) (app.ImportState, error) {
		got = files
		return app.ImportState{Added: 2}, nil
	}
	Import(d.win, d.c, d.hooks(), "Imported", app.ImportOptions{})
	d.until("the dialog", func() bool { return d.button("Import") != nil })
	if w := d.words(); !strings.Contains(w, "Thunderbird · default-release") || !strings.Contains(w, "5.0 MB") {
		t.Error(w)
	}
	test.Tap(d.button("Import"))
	d.until("the end", func() bool { return d.button("Close") != nil })
	if len(got) != 1 || got[0] != "/h/.thunderbird/x" {
		t.Errorf("%v was imported", got)
	}
}
