package archive

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

const (
	chooseWidth float32 = 840
	listHeight  float32 = 300
	leftWidth   float32 = 410
	splitSize   int64   = 10 << 30
)

// What becomes of what was moved to Trash, and how often all of it is done again.
var (
	graces     = []string{"Stays in Trash until you empty it", "Deleted from Trash after 30 days", "Deleted from Trash after 90 days"}
	graceDays  = []int{0, 30, 90}
	repeats    = []string{"Only now", "Again every week", "Again every month", "Again every year"}
	repeatDays = []int{0, 7, 30, 365}
	sizes      = []string{"Of any size", "1 MB and larger", "5 MB and larger", "20 MB and larger"}
	leastBytes = []int64{0, 1 << 20, 5 << 20, 20 << 20}
)

// choose is the dialog in which an archive is planned.
type choose struct {
	c   Client
	h   Hooks
	win fyne.Window
	d   *kit.Dialog

	acc     mail.Account
	boxes   []mail.Mailbox
	on      map[mail.MailboxID]bool
	est     map[mail.MailboxID]app.ArchiveBox
	after   time.Time // zero = from the beginning
	before  time.Time // zero = until now
	move    bool
	unread  bool
	split   bool
	grace   int // index of graces
	every   int // index of repeats
	size    int // index of sizes
	turn    int
	missing int
	typed   bool // the file was named by the person
	pace    pace

	list   *fyne.Container
	scroll *kit.Scroller
	file   *kit.Field
	dates  [2]*kit.Field
	chips  []*kit.FilterChip
	sums   [3]*kit.Label
	picked [2]*kit.Frame // behind what happens to the originals
	hint   *kit.Label
	start  *kit.Button
	graceC *kit.Choice
	copyB  *kit.Radio
	moveB  *kit.Radio
}

// Show plans the archive of an account ("" = the first).
func Show(win fyne.Window, c Client, h Hooks, account mail.AccountID) {
	go func() {
		ctx := context.Background()
		as, err := c.Accounts(ctx)
		var boxes []mail.Mailbox
		if err == nil {
			boxes, err = c.Mailboxes(ctx)
		}
		var runs []app.ArchiveState
		if err == nil {
			runs, err = c.Archives(ctx)
		}
		h.Do(func() {
			if err != nil {
				h.Failed(err)
				return
			}
			for _, r := range runs {
				if !r.Done {
					resume(win, c, h, r)
					return
				}
			}
			x := &choose{c: c, h: h, win: win, on: map[mail.MailboxID]bool{}, est: map[mail.MailboxID]app.ArchiveBox{}, move: true, pace: paceOf(runs)}
			for _, a := range as {
				if a.Incoming.Protocol == mail.PST {
					continue
				}
				if a.ID == account || account == "" && x.acc.ID == "" {
					x.acc = a
				}
			}
			if x.acc.ID == "" {
				h.Toast("package", "There is no account to archive from")
				return
			}
			for _, b := range boxes {
				if b.Account == x.acc.ID {
					x.boxes = append(x.boxes, b)
				}
			}
			x.show()
		})
	}()
}

// resume offers to go on with a run that was cut off.
func resume(win fyne.Window, c Client, h Hooks, r app.ArchiveState) {
	kit.Ask(win.Canvas(), "Go on archiving", filepath.Base(r.File)+" was not finished: "+kit.Count(r.Verified)+" of "+kit.Plural(r.Total, "message", "messages")+" are in the file and were compared. Nothing is copied twice.", "Go on", false, func() {
		run(win, c, h, r.File, r.Keep, func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error) {
			return c.ResumeArchive(ctx, r.Run, progress)
		})
	})
}

func (x *choose) show() {
	now := x.h.Now()
	x.list = kit.Col(0)
	x.scroll = kit.NewScroller(x.list)
	x.scroll.Fill = kit.Card
	x.file = kit.NewField("")
	x.file.Name = "File"
	for i := range x.sums {
		x.sums[i] = kit.NewLabel("0", kit.Title20, kit.Text)
	}
	x.hint = kit.NewShrinkLabel("", kit.Small12, kit.Text3)
	x.hint.Align = fyne.TextAlignTrailing
	for i := range x.picked {
		x.picked[i] = kit.NewFrame(kit.Tint, kit.Clear, 7, 0, nil)
	}
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, now.Location()) }
	dates := []struct {
		name string
		at   time.Time
	}{{"Older than a year", time.Date(now.Year()-1, now.Month(), now.Day(), 0, 0, 0, 0, now.Location())}, {"Before " + now.Format("2006"), year(now.Year())}, {"All mail", time.Time{}}}
	chips := kit.Row(6)
	for i, d := range dates {
		chip := kit.NewFilterChip(d.name, "", nil)
		chip.OnChanged = func(bool) {
			x.light(i)
			x.after, x.before = time.Time{}, d.at
			x.writeDates()
			x.name()
			x.estimate()
		}
		x.chips = append(x.chips, chip)
		chips.Add(chip)
	}
	for i, name := range []string{"From", "To"} {
		f := kit.NewField([]string{"The beginning", "Today"}[i])
		f.Icon, f.Name = "calendar", name
		f.OnChanged = func(string) { x.readDates() }
		x.dates[i] = f
	}
	x.light(0)
	x.before = dates[0].at
	x.writeDates()
	x.name()
	x.file.OnChanged = func(string) { x.typed = true; x.free() }
	x.copyB = kit.NewRadio("Copy only", !x.move, func() { x.setMove(false) })
	x.moveB = kit.NewRadio("Verify, then remove from server", x.move, func() { x.setMove(true) })
	unread := kit.NewCheck("Unread messages too", false, func(on bool) { x.unread = on; x.estimate() })
	split := kit.NewCheck("Split into files of at most 10 GB", false, func(on bool) { x.split = on })
	choice := func(name string, options []string, changed func(int)) *kit.Choice {
		c := kit.NewChoice(options, 0, changed)
		c.Name, c.Height = name, kit.SmallField
		return c
	}
	x.graceC = choice("What becomes of Trash", graces, func(i int) { x.grace = i })
	size := choice("Size", sizes, func(i int) { x.size = i; x.estimate() })
	every := choice("How often", repeats, func(i int) { x.every = i })
	earlier := kit.NewButton("Earlier archives…", "", kit.Link, func() { x.d.Close(); Ledger(x.win, x.c, x.h) })
	x.start = kit.NewButton("Start archiving", "package", kit.Primary, x.begin)
	cancel := kit.NewButton("Cancel", "", kit.Ghost, func() { x.d.Close() })
	closeB := kit.NewIconButton("x", "Close", "Esc", func() { x.d.Close() })
	all := kit.NewButton("Select all", "", kit.Link, func() {
		for _, b := range x.boxes {
			x.on[b.ID] = b.Selectable
		}
		x.draw()
		x.total()
	})
	all.Height = kit.SmallButton
	change := kit.NewButton("Change…", "", kit.Link, x.pick)
	change.Height = kit.SmallButton
	frame := kit.NewFrame(kit.Card, kit.Border, 8, 0, nil)
	sums := kit.Row(36)
	for i, name := range []string{"Estimated size", "Messages", "Time"} {
		sums.Add(kit.Col(4, kit.NewLabel(name, kit.Small12, kit.Text2), x.sums[i]))
	}
	est := kit.NewFrame(kit.Canvas, kit.Border, 8, 0, kit.Inset(12, 16, 12, 16, sums))
	what := kit.NewFrame(kit.Card, kit.Border, 8, 0, nil)
	copyNote := kit.NewLabel("The mail also stays on the server.", kit.Small12, kit.Text3)
	moveNote := kit.NewLabel("Each message is read back and compared, then moved to Trash on the server.", kit.Small12, kit.Text3)
	head, left, dated, file := kit.NewLabel("Archive to PST", kit.Title20, kit.Text), kit.NewLabel("Folders in "+x.acc.Name, kit.Small12M, kit.Text2), kit.NewLabel("Mail dated", kit.Small12M, kit.Text2), kit.NewLabel("File", kit.Small12M, kit.Text2)
	sub := kit.NewLabel("Copy mail into a file on this computer. You can open it here or in Outlook at any time.", kit.Body13, kit.Text2)
	again := kit.NewLabel("Do this", kit.Body13, kit.Text)
	note := kit.Row(8, kit.NewIcon("circle-pause", 14, kit.Text3), kit.NewLabel("You can pause or close Postrider; it carries on where it stopped.", kit.Small12, kit.Text3))
	w := chooseWidth - 48
	to := kit.NewLabel("to", kit.Body13, kit.Text2)
	body := kit.Free(func() fyne.Size { return fyne.NewSize(w, 600) }, func(s fyne.Size) {
		kit.Place(head, 0, 0, s.Width-40, 26)
		kit.Place(closeB, s.Width-32, 0, 32, 32)
		kit.Place(sub, 0, 28, s.Width-160, 20)
		ez := earlier.MinSize().Width
		kit.Place(earlier, s.Width-40-ez, 0, ez, 32)
		kit.Place(left, 0, 58, 280, 18)
		kit.Place(all, leftWidth-92, 53, 92, 28)
		kit.Place(frame, 0, 80, leftWidth, listHeight)
		kit.Place(x.scroll, 1, 84, leftWidth-2, listHeight-8)
		rx, rw := leftWidth+16, s.Width-leftWidth-16
		kit.Place(dated, rx, 58, rw, 18)
		dw := (rw - 36) / 2
		kit.Place(x.dates[0], rx, 80, dw, 36)
		kit.Place(to, rx+dw+11, 89, 16, 18)
		kit.Place(x.dates[1], rx+rw-dw, 80, dw, 36)
		kit.Place(chips, rx, 124, rw, 26)
		kit.Place(file, rx, 164, rw, 18)
		kit.Place(x.file, rx, 186, rw-86, 36)
		kit.Place(change, rx+rw-84, 190, 84, 28)
		kit.Place(x.hint, rx+40, 164, rw-40, 18)
		kit.Place(split, rx, 233, rw, 20)
		kit.Place(unread, rx, 264, rw-160, 20)
		kit.Place(size, rx+rw-152, 264+10-kit.SmallField/2, 152, kit.SmallField)
		kit.Place(est, rx, 302, rw, 78)
		kit.Place(what, 0, 396, s.Width, 112)
		kit.Place(x.picked[0], 1, 397, s.Width-2, 54)
		kit.Place(x.picked[1], 1, 453, s.Width-2, 54)
		kit.Place(x.copyB, 14, 406, s.Width-28, 20)
		kit.Place(copyNote, 40, 428, s.Width-60, 16)
		kit.Place(x.moveB, 14, 461, s.Width-320, 20)
		kit.Place(moveNote, 40, 483, s.Width-60, 16)
		kit.Place(x.graceC, s.Width-14-260, 480-kit.SmallField/2, 260, kit.SmallField)
		kit.Place(note, 0, 568, s.Width-280, 32)
		kit.Place(every, s.Width-14-260, 520, 260, kit.SmallField)
		kit.Place(again, 14, 527, s.Width-300, 18)
		z := x.start.MinSize().Width
		kit.Place(x.start, s.Width-z, 568, z, 32)
		kit.Place(cancel, s.Width-z-92, 568, 84, 32)
	}, head, closeB, sub, earlier, left, all, frame, x.scroll, dated, x.dates[0], to, x.dates[1], chips, file, x.file, change, x.hint, split, unread, size, est, what, x.picked[0], x.picked[1], x.copyB, copyNote, x.moveB, moveNote, x.graceC, every, again, note, x.start, cancel)
	for _, b := range x.boxes {
		if b.Role == mail.RoleSent || b.Role == mail.RoleArchive {
			x.on[b.ID] = true
		}
	}
	x.setMove(x.move)
	x.draw()
	x.d = kit.NewDialog(x.win.Canvas(), chooseWidth, body)
	x.d.Open()
	x.win.Canvas().Focus(cancel)
	x.estimate()
}

func (x *choose) setMove(on bool) {
	x.move = on
	x.moveB.On, x.copyB.On = on, !on
	x.moveB.Refresh()
	x.copyB.Refresh()
	if x.picked[0].Show(); on {
		x.picked[0].Hide()
	}
	if x.picked[1].Hide(); on {
		x.picked[1].Show()
	}
	if on {
		x.graceC.Enable()
	} else {
		x.graceC.Disable()
	}
}

func (x *choose) wanted() app.ArchivePlan {
	p := app.ArchivePlan{MinSize: leastBytes[x.size], After: x.after, Before: x.before, Unread: x.unread, Starred: true, File: x.path(), Name: x.acc.Name, Keep: !x.move}
	if x.move {
		p.Grace = graceDays[x.grace]
	}
	if x.split {
		p.MaxFile = splitSize
	}
	for _, b := range x.boxes {
		if x.on[b.ID] {
			p.Mailboxes = append(p.Mailboxes, b.ID)
		}
	}
	return p
}

// estimate counts what would be taken of each mailbox.
func (x *choose) estimate() {
	x.turn++
	turn, p := x.turn, x.wanted()
	p.Mailboxes = nil
	for _, b := range x.boxes {
		if b.Selectable {
			p.Mailboxes = append(p.Mailboxes, b.ID)
		}
	}
	go func() {
		boxes, err := x.c.EstimateArchive(context.Background(), p)
		x.h.Do(func() {
			if turn != x.turn {
				return
			}
			if err != nil {
				x.h.Failed(err)
				return
			}
			for _, b := range boxes {
				x.est[b.Mailbox] = b
			}
			x.total()
			x.draw()
		})
	}()
}

// total adds up what is checked.
func (x *choose) total() {
	n, size := 0, int64(0)
	x.missing = 0
	for id, b := range x.est {
		if x.on[id] {
			n, size, x.missing = n+b.Messages, size+b.Bytes, x.missing+b.Missing
		}
	}
	x.sums[0].SetText(kit.Bytes(size))
	x.sums[1].SetText(kit.Count(n))
	x.sums[2].SetText(x.pace.words(n, size))
	x.free()
	x.start.SetEnabled(n > 0)
}

func (x *choose) begin() {
	p := x.wanted()
	if len(p.Mailboxes) == 0 || p.File == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(p.File), 0o755); err != nil {
		x.hint.SetText("This folder cannot be made. Choose another place.")
		return
	}
	x.d.Close()
	if x.every > 0 {
		x.again(p)
	}
	run(x.win, x.c, x.h, p.File, p.Keep, func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error) {
		return x.c.Archive(ctx, p, progress)
	})
}

// again has the program do the same from time to time: what is then as old as what is taken now.
func (x *choose) again(p app.ArchivePlan) {
	age := 1
	if !p.Before.IsZero() {
		age = max(1, int(x.h.Now().Sub(p.Before).Hours()/24))
	}
	r := app.ArchiveRule{Account: x.acc.ID, Plan: p, Age: age, Every: repeatDays[x.every], Last: x.h.Now()}
	go func() {
		if err := x.c.SetArchiveRule(context.Background(), r); err != nil {
			x.h.Do(func() { x.h.Failed(err) })
		}
	}()
}
