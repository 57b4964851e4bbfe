package archive

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// TestPlan: what is checked in the dialog is what is archived, and how far it is is shown.
func TestPlan(t *testing.T) {
	d := viewtest.NewDesk(t, kit.ModeLight)
	d.Win.Resize(fyne.NewSize(1200, 800))
	var mu sync.Mutex
	var got app.ArchivePlan
	c := viewtest.New(viewtest.Options{})
	file := filepath.Join(t.TempDir(), "deep", "x.pst")
	c.OnArchive = func(_ context.Context, p app.ArchivePlan, progress func(app.ArchiveState)) (app.ArchiveState, error) {
		mu.Lock()
		got = p
		mu.Unlock()
		s := app.ArchiveState{Run: "1", File: p.File, Total: 3, Copied: 3, Verified: 2, Moved: 2, Differs: []string{"Pier 4"}, Done: true}
		progress(s)
		return s, nil
	}
	h := Hooks{Do: d.Do, Now: c.Now, Failed: func(err error) { t.Error(err) }, Toast: func(_, s string) {}}
	as, _ := c.Accounts(context.Background())
	boxes, _ := c.Mailboxes(context.Background())
	x := &choose{c: c, h: h, win: d.Win, acc: as[0], on: map[mail.MailboxID]bool{}, est: map[mail.MailboxID]app.ArchiveBox{}, move: true}
	for _, b := range boxes {
		if b.Account == as[0].ID {
			x.boxes = append(x.boxes, b)
		}
	}
	x.show()
	d.Until("the estimate", func() bool { return len(x.est) > 0 })
	for _, b := range x.boxes {
		if want := b.Role == mail.RoleSent || b.Role == mail.RoleArchive; x.on[b.ID] != want {
			t.Errorf("%s is checked: %v", b.Name, x.on[b.ID])
		}
	}
	var parent mail.Mailbox
	for _, b := range x.boxes {
		if b.Parent != 0 {
			for _, p := range x.boxes {
				if p.ID == b.Parent {
					parent = p
				}
			}
		}
	}
	x.set(parent.ID, true)
	inside := 0
	for _, b := range x.boxes {
		if b.Parent == parent.ID {
			inside++
			if !x.on[b.ID] {
				t.Errorf("%s is not checked with %s", b.Name, parent.Name)
			}
		}
	}
	if inside == 0 {
		t.Fatal("there is no mailbox with others in it")
	}
	x.file.SetText(file)
	x.setMove(false)
	x.begin()
	d.Until("the run", func() bool { mu.Lock(); defer mu.Unlock(); return got.File != "" })
	if got.File != file || !got.Keep || len(got.Mailboxes) < 2+inside || got.Before.IsZero() {
		t.Errorf("the plan is %+v", got)
	}
}
