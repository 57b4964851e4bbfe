package archive

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
)

const (
	chooseWidth float32 = 840
	listHeight  float32 = 300
	leftWidth   float32 = 410
)

// choose is the dialog in which an archive is planned.
type choose struct {
	c   Client
	h   Hooks
	win fyne.Window
	d   *kit.Dialog

	acc    mail.Account
	boxes  []mail.Mailbox
	on     map[mail.MailboxID]bool
	est    map[mail.MailboxID]app.ArchiveBox
	before time.Time
	label  string
	move   bool
	unread bool
	turn   int

	list   *fyne.Container
	scroll *kit.Scroller
	file   *kit.Field
	chips  []*kit.FilterChip
	sums   [2]*kit.Label
	hint   *kit.Label
	start  *kit.Button
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
			x := &choose{c: c, h: h, win: win, on: map[mail.MailboxID]bool{}, est: map[mail.MailboxID]app.ArchiveBox{}, move: true}
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
	kit.Ask(win.Canvas(), "Go on archiving", filepath.Base(r.File)+" was not finished: "+count(r.Verified)+" of "+plural(r.Total, "message", "messages")+" are in the file and were compared. Nothing is copied twice.", "Go on", false, func() {
		run(win, c, h, r.File, func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error) {
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
	x.sums = [2]*kit.Label{kit.NewLabel("0 MB", kit.Title20, kit.Text), kit.NewLabel("0", kit.Title20, kit.Text)}
	x.hint = kit.NewLabel("", kit.Small12, kit.Text3)
	dates := []struct {
		name string
		at   time.Time
	}{{"Older than a year", time.Date(now.Year()-1, now.Month(), now.Day(), 0, 0, 0, 0, now.Location())},
		{"Before " + now.Format("2006"), time.Date(now.Year(), 1, 1, 0, 0, 0, 0, now.Location())}, {"All mail", time.Time{}}}
	chips := kit.Row(6)
	for i, d := range dates {
		chip := kit.NewFilterChip(d.name, "", nil)
		chip.OnChanged = func(bool) {
			for k, o := range x.chips {
				o.On = k == i
				o.Refresh()
			}
			x.before, x.label = d.at, d.name
			x.name()
			x.estimate()
		}
		x.chips = append(x.chips, chip)
		chips.Add(chip)
	}
	x.chips[0].On = true
	x.before, x.label = dates[0].at, dates[0].name
	x.name()
	x.copyB = kit.NewRadio("Copy only", !x.move, func() { x.setMove(false) })
	x.moveB = kit.NewRadio("Verify, then remove from server", x.move, func() { x.setMove(true) })
	unread := kit.NewCheck("Unread messages too", false, func(on bool) { x.unread = on; x.estimate() })
	x.start = kit.NewButton("Start archiving", "package", kit.Primary, x.begin)
	cancel := kit.NewButton("Cancel", "", kit.Ghost, func() { x.d.Close() })
	closeB := kit.NewIconButton("x", "Close", "Esc", func() { x.d.Close() })
	all := kit.NewButton("Select all", "", kit.Link, func() {
		for _, b := range x.boxes {
			x.on[b.ID] = b.Selectable
		}
		x.draw()
		x.estimate()
	})
	all.Height = kit.SmallButton
	change := kit.NewButton("Change…", "", kit.Link, x.pick)
	change.Height = kit.SmallButton
	frame := kit.NewFrame(kit.Card, kit.Border, 8, 0, nil)
	est := kit.NewFrame(kit.Canvas, kit.Border, 8, 0, kit.Inset(12, 16, 12, 16, kit.Row(48,
		kit.Col(4, kit.NewLabel("Size", kit.Small12, kit.Text2), x.sums[0]), kit.Col(4, kit.NewLabel("Messages", kit.Small12, kit.Text2), x.sums[1]))))
	what := kit.NewFrame(kit.Card, kit.Border, 8, 0, kit.Inset(10, 14, 10, 14, kit.Col(2, x.copyB, kit.Inset(0, 0, 6, 26, kit.NewLabel("The mail also stays on the server.", kit.Small12, kit.Text3)), x.moveB,
		kit.Inset(0, 0, 0, 26, kit.NewLabel("Each message is read back and compared, then moved to Trash on the server. Space is freed when Trash is emptied.", kit.Small12, kit.Text3)))))
	head, left, dated, file := kit.NewLabel("Archive to PST", kit.Title20, kit.Text), kit.NewLabel("Folders in "+x.acc.Name, kit.Small12M, kit.Text2), kit.NewLabel("Mail dated", kit.Small12M, kit.Text2), kit.NewLabel("File", kit.Small12M, kit.Text2)
	sub := kit.NewLabel("Copy mail into a file on this computer. You can open it here or in Outlook at any time.", kit.Body13, kit.Text2)
	note := kit.Row(8, kit.NewIcon("circle-pause", 14, kit.Text3), kit.NewLabel("You can pause or close Postrider; it carries on where it stopped.", kit.Small12, kit.Text3))
	w := chooseWidth - 48
	body := kit.Free(func() fyne.Size { return fyne.NewSize(w, 556) }, func(s fyne.Size) {
		kit.Place(head, 0, 0, s.Width-40, 26)
		kit.Place(closeB, s.Width-32, 0, 32, 32)
		kit.Place(sub, 0, 28, s.Width, 20)
		kit.Place(left, 0, 58, 280, 18)
		kit.Place(all, leftWidth-92, 53, 92, 28)
		kit.Place(frame, 0, 80, leftWidth, listHeight)
		kit.Place(x.scroll, 1, 84, leftWidth-2, listHeight-8)
		rx, rw := leftWidth+16, s.Width-leftWidth-16
		kit.Place(dated, rx, 58, rw, 18)
		kit.Place(chips, rx, 82, rw, 26)
		kit.Place(file, rx, 124, rw, 18)
		kit.Place(x.file, rx, 146, rw-86, 36)
		kit.Place(change, rx+rw-84, 150, 84, 28)
		kit.Place(x.hint, rx, 186, rw, 18)
		kit.Place(unread, rx, 216, rw, 20)
		kit.Place(est, rx, 256, rw, 78)
		kit.Place(what, 0, 396, s.Width, 104)
		kit.Place(note, 0, 524, s.Width-280, 32)
		z := x.start.MinSize().Width
		kit.Place(x.start, s.Width-z, 524, z, 32)
		kit.Place(cancel, s.Width-z-92, 524, 84, 32)
	}, head, closeB, sub, left, all, frame, x.scroll, dated, chips, file, x.file, change, x.hint, unread, est, what, note, x.start, cancel)
	for _, b := range x.boxes {
		if b.Role == mail.RoleSent || b.Role == mail.RoleArchive {
			x.on[b.ID] = true
		}
	}
	x.draw()
	x.d = kit.NewDialog(x.win.Canvas(), chooseWidth, body)
	x.d.Open()
	x.win.Canvas().Focus(cancel)
	x.estimate()
}

// name proposes a file.
func (x *choose) name() {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, x.acc.Name)
	text := x.label
	if x.before.IsZero() {
		text = "all mail"
	} else if strings.HasPrefix(text, "Older") {
		text = "until " + x.before.Format("2 Jan 2006")
	} else {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	x.file.SetText(filepath.Join(home, "Archives", clean+" "+text+".pst"))
}

func (x *choose) setMove(on bool) {
	x.move = on
	x.moveB.On, x.copyB.On = on, !on
	x.moveB.Refresh()
	x.copyB.Refresh()
}

// draw lists the mailboxes with a check each, children below their parents.
func (x *choose) draw() {
	var objs []fyne.CanvasObject
	var walk func(parent mail.MailboxID, depth int)
	walk = func(parent mail.MailboxID, depth int) {
		for _, b := range x.boxes {
			if b.Parent != parent || depth > 32 {
				continue
			}
			icon := map[mail.Role]string{mail.RoleInbox: "inbox", mail.RoleSent: "send", mail.RoleArchive: "archive", mail.RoleJunk: "shield-alert", mail.RoleTrash: "trash-2", mail.RoleDrafts: "file-pen-line"}[b.Role]
			if icon == "" {
				icon = "folder"
			}
			e := x.est[b.ID]
			row := kit.Row(8, kit.Gap(14+float32(depth)*18, 0))
			check := kit.NewCheck("", x.on[b.ID], func(on bool) {
				x.set(b.ID, on)
				x.draw()
				x.estimate()
			})
			if b.Selectable {
				row.Add(check)
			} else {
				row.Add(kit.Gap(16, 0))
			}
			n, size := "", ""
			if x.on[b.ID] {
				n, size = count(e.Messages), kit.Bytes(e.Bytes)
			}
			row.Add(kit.NewIcon(icon, 16, kit.Text2))
			row.Add(kit.NewShrinkLabel(mailboxes.Title(b), kit.Body13, kit.Text))
			row.Add(kit.Spring(nil))
			row.Add(kit.NewLabel(n, kit.Small12, kit.Text3))
			row.Add(kit.Sized(64, 16, kit.NewLabel(size, kit.Small12, kit.Text)))
			row.Add(kit.Gap(10, 0))
			objs = append(objs, kit.Sized(0, 30, row))
			walk(b.ID, depth+1)
		}
	}
	walk(0, 0)
	x.list.Objects = objs
	x.list.Refresh()
	x.scroll.Refresh()
}

// set checks a mailbox and all below it.
func (x *choose) set(id mail.MailboxID, on bool) {
	for _, b := range x.boxes {
		if b.ID == id && b.Selectable {
			x.on[id] = on
		}
		if b.Parent == id && b.ID != id {
			x.set(b.ID, on)
		}
	}
}

func (x *choose) plan() app.ArchivePlan {
	p := app.ArchivePlan{Before: x.before, Unread: x.unread, Starred: true, File: strings.TrimSpace(x.file.Text()), Name: x.acc.Name, Keep: !x.move}
	for _, b := range x.boxes {
		if x.on[b.ID] {
			p.Mailboxes = append(p.Mailboxes, b.ID)
		}
	}
	return p
}

// estimate counts what would be taken.
func (x *choose) estimate() {
	x.turn++
	turn, p := x.turn, x.plan()
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
			n, missing, size := 0, 0, int64(0)
			for _, b := range boxes {
				x.est[b.Mailbox] = b
				n, missing, size = n+b.Messages, missing+b.Missing, size+b.Bytes
			}
			x.sums[0].SetText(kit.Bytes(size))
			x.sums[1].SetText(count(n))
			x.hint.SetText("")
			if missing > 0 {
				x.hint.SetText(plural(missing, "message is", "messages are") + " fetched from the server first")
			}
			x.start.SetEnabled(n > 0)
			x.draw()
		})
	}()
}

// pick chooses the file.
func (x *choose) pick() {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil || w == nil {
			return
		}
		path := w.URI().Path()
		_ = w.Close()
		// The dialog has made an empty file; a data file is made whole or not at all.
		if i, err := os.Stat(path); err == nil && i.Size() == 0 {
			_ = os.Remove(path)
		}
		if !strings.EqualFold(filepath.Ext(path), ".pst") {
			path += ".pst"
		}
		x.file.SetText(path)
	}, x.win)
	d.SetFileName(filepath.Base(x.file.Text()))
	kit.ShowFiles(d, x.win.Canvas(), "Choose the archive file", "Choose")
}

func (x *choose) begin() {
	p := x.plan()
	if len(p.Mailboxes) == 0 || p.File == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(p.File), 0o755); err != nil {
		x.hint.SetText("This folder cannot be made. Choose another place.")
		return
	}
	x.d.Close()
	run(x.win, x.c, x.h, p.File, func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error) {
		return x.c.Archive(ctx, p, progress)
	})
}
