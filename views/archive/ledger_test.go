package archive

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// desk is a window and what its toast says.
type desk struct {
	*viewtest.Desk
	toast string
}

func newDesk(t *testing.T) (*desk, Hooks) {
	d := &desk{Desk: viewtest.NewDesk(t, kit.ModeLight)}
	d.Win.Resize(fyne.NewSize(1200, 800))
	return d, Hooks{Do: d.Do, Now: time.Now, Failed: func(err error) { t.Error(err) }, Toast: func(_, s string) { d.toast = s }}
}

// TestLedger: runs and rules are shown with what became of them; a rule is stopped, a run is looked at message by message.
func TestLedger(t *testing.T) {
	d, h := newDesk(t)
	c := viewtest.New(viewtest.Options{})
	as, _ := c.Accounts(context.Background())
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.Local)
	c.Runs = []app.ArchiveState{
		{Run: "b", Started: at, File: "/x/Old.pst", Files: []string{"/x/Old.pst", "/x/Old (2).pst"}, Total: 60, Verified: 20, Moved: 20},
		{Run: "a", Started: at, Ended: at, Due: at.AddDate(0, 0, 30), Done: true, File: "/x/All.pst", Files: []string{"/x/All.pst"}, Total: 3, Verified: 2, Moved: 2, Differs: []string{"Pier 4"}},
	}
	c.Items = []app.ArchiveItem{{ID: 1, State: "moved", Subject: "Ferry", Folder: []string{"Fjordlight", "Inbox"}, Size: 2048}, {ID: 2, State: "differs", Subject: "Pier 4"}}
	if err := c.SetArchiveRule(context.Background(), app.ArchiveRule{Account: as[0].ID, Plan: app.ArchivePlan{Mailboxes: []mail.MailboxID{1}, File: "/x/Old.pst"}, Age: 365, Every: 30, Problem: "The disk is full"}); err != nil {
		t.Fatal(err)
	}
	Ledger(d.Win, c, h)
	d.Until("the dialog", func() bool { return d.SaysOnTop("Archives") })
	for _, text := range []string{as[0].Name + " archives by itself", "Mail older than 1 year goes into Old.pst, every month. The disk is full.", "20 of 60 messages in the file and compared", "in 2 files. Not finished.",
		"They leave Trash for good on 31 Mar 2026. 1 message stayed where it was."} {
		if !d.SaysOnTop(text) {
			t.Errorf("%q is not shown", text)
		}
	}
	d.Press("Messages") // of the first
	d.Until("an error or the messages", func() bool { return d.SaysOnTop("Old.pst") && d.SaysOnTop("Pier 4") })
	for _, text := range []string{"Ferry", "Fjordlight / Inbox · 2", "In Trash", "The copy differs"} {
		if !d.SaysOnTop(text) {
			t.Errorf("%q is not shown", text)
		}
	}
	d.Press("Close")
	d.Press("Stop")
	d.Until("the end of the rule", func() bool { return strings.Contains(d.toast, "no longer archives") })
	if rs, _ := c.ArchiveRules(context.Background()); len(rs) != 0 {
		t.Errorf("the rule is there: %+v", rs)
	}
}

// TestDates: the range is what the fields say, and a day that is none takes nothing.
func TestDates(t *testing.T) {
	d, h := newDesk(t)
	c := viewtest.New(viewtest.Options{})
	h.Now = c.Now
	as, _ := c.Accounts(context.Background())
	boxes, _ := c.Mailboxes(context.Background())
	x := &choose{c: c, h: h, win: d.Win, acc: as[0], boxes: boxes, on: map[mail.MailboxID]bool{}, est: map[mail.MailboxID]app.ArchiveBox{}, move: true}
	x.show()
	x.dates[0].SetText("1 Jan 2019")
	x.dates[1].SetText("31 Dec 2023")
	x.readDates()
	p := x.wanted()
	if p.After.Format("2006-01-02") != "2019-01-01" || p.Before.Format("2006-01-02") != "2024-01-01" || !strings.HasSuffix(p.File, "1 Jan 2019 to 31 Dec 2023.pst") || !strings.HasPrefix(p.File, "/") {
		t.Errorf("%v to %v into %s", p.After, p.Before, p.File)
	}
	x.dates[1].SetText("31 Foo")
	x.readDates()
	if !x.dates[1].Bad || !x.start.Disabled() {
		t.Error("a day that is none is taken")
	}
	x.grace, x.split, x.every, x.size = 1, true, 2, 2
	if p := x.wanted(); p.Grace != 30 || p.MaxFile != 10<<30 || p.MinSize != 5<<20 {
		t.Errorf("%+v", p)
	}
	x.setMove(false)
	if p := x.wanted(); p.Grace != 0 || !p.Keep {
		t.Errorf("what is kept is to be deleted: %+v", p)
	}
}
