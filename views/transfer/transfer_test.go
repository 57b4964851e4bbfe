package transfer

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

type desk struct {
	*viewtest.Desk
	c *viewtest.Client
}

func open(t *testing.T) *desk {
	d := &desk{Desk: viewtest.NewDesk(t, kit.ModeLight), c: viewtest.New(viewtest.Options{})}
	d.Win.Resize(fyne.NewSize(1000, 700))
	return d
}

func (d *desk) hooks() Hooks { return Hooks{Do: d.Do} }

func (d *desk) words() string { return strings.Join(d.Texts(), "|") }

func (d *desk) offers(button string) bool {
	_, ok := viewtest.Has[*kit.Button](d.Desk, button)
	return ok
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
	take(d.Win, d.c, d.hooks(), "Projects", "/x/old.mbox", app.ImportOptions{Mailbox: 7})
	d.Until("the end", func() bool { return d.offers("Close") })
	w := d.words()
	for _, want := range []string{"Imported old.mbox", "1,204 messages taken in, 3 there already, 1 could not be read. They are in Projects.", "message 9: it is too large"} {
		if !strings.Contains(w, want) {
			t.Errorf("%q is not said: %s", want, w)
		}
	}
	d.Press("Close")
	if d.Win.Canvas().Overlays().Top() != nil {
		t.Error("the dialog stays")
	}
}

func TestImportFails(t *testing.T) {
	d := open(t)
	d.c.OnImport = func([]string, app.ImportOptions, func(app.ImportState, app.ImportItem)) (app.ImportState, error) {
		return app.ImportState{}, fault.New(fault.Usage, "kind", "This is no mail", "Choose an mbox.")
	}
	take(d.Win, d.c, d.hooks(), "Projects", "/x/y", app.ImportOptions{})
	d.Until("the end", func() bool { return d.offers("Close") })
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
	write(d.Win, d.c, d.hooks(), "Projects", app.ExportOptions{Format: "mbox", Dir: "/x", Mailboxes: []mail.MailboxID{1, 2}})
	d.Until("the end", func() bool { return d.offers("Close") })
	w := d.words()
	for _, want := range []string{"Exported Projects", "12 messages (2 KB) written to /x", "Not on this computer yet, so left out: Tea"} {
		if !strings.Contains(w, want) {
			t.Errorf("%q is not said: %s", want, w)
		}
	}
}

func TestBackupTells(t *testing.T) {
	d := open(t)
	backUp(d.Win, d.c, d.hooks(), "/x/all.postrider")
	d.Until("the end", func() bool { return d.offers("Close") })
	if w := d.words(); !strings.Contains(w, "7 files (3.0 MB) written, read back and compared") || len(d.c.Backups) != 1 || d.c.Backups[0] != "/x/all.postrider" {
		t.Errorf("%v: %s", d.c.Backups, w)
	}
}

func TestRestoreTells(t *testing.T) {
	d := open(t)
	h := d.hooks()
	quit := false
	h.Quit = func() { quit = true }
	restore(d.Win, d.c, h, "/x/all.postrider")
	d.Until("the end", func() bool { return d.offers("Quit now") && d.offers("Close") })
	if w := d.words(); !strings.Contains(w, "What is here now is kept in /profile.before-1.") {
		t.Error(w)
	}
	d.Press("Quit now")
	if !quit || d.Win.Canvas().Overlays().Top() != nil {
		t.Errorf("quit %v, the dialog is %v", quit, d.Win.Canvas().Overlays().Top())
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
	Import(d.Win, d.c, d.hooks(), "Imported", app.ImportOptions{})
	d.Until("the dialog", func() bool { return d.offers("Import") })
	if w := d.words(); !strings.Contains(w, "Thunderbird · default-release") || !strings.Contains(w, "5.0 MB") {
		t.Error(w)
	}
	d.Press("Import")
	d.Until("the end", func() bool { return d.offers("Close") })
	if len(got) != 1 || got[0] != "/h/.thunderbird/x" {
		t.Errorf("%v was imported", got)
	}
}
