package archive

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
)

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
			row := kit.Row(8, kit.Gap(14+float32(depth)*18, 0))
			check := kit.NewCheck("", x.on[b.ID], func(on bool) {
				x.set(b.ID, on)
				x.draw()
				x.total()
			})
			check.Mixed = x.mixed(b.ID)
			if b.Selectable {
				row.Add(check)
			} else {
				row.Add(kit.Gap(16, 0))
			}
			e, ink := x.est[b.ID], kit.Text3
			if x.on[b.ID] {
				ink = kit.Text
			}
			number := func(text string, ink kit.Token) *kit.Label {
				l := kit.NewLabel(text, kit.Small12, ink)
				l.Align = fyne.TextAlignTrailing
				return l
			}
			row.Add(kit.NewIcon(icon, 16, kit.Text2))
			row.Add(kit.Spring(kit.NewShrinkLabel(mailboxes.Title(b), kit.Body13, kit.Text)))
			row.Add(kit.Sized(52, 16, number(kit.Count(e.Messages), kit.Text3)))
			row.Add(kit.Sized(64, 16, number(kit.Bytes(e.Bytes), ink)))
			row.Add(kit.Gap(8, 0))
			objs = append(objs, kit.Sized(0, 30, row))
			walk(b.ID, depth+1)
		}
	}
	walk(0, 0)
	x.list.Objects = objs
	x.list.Refresh()
	x.scroll.Refresh()
}

// mixed reports whether of a mailbox and what is below it a part is checked.
func (x *choose) mixed(id mail.MailboxID) bool {
	on, off := 0, 0
	var walk func(id mail.MailboxID, depth int)
	walk = func(id mail.MailboxID, depth int) {
		for _, b := range x.boxes {
			if b.ID == id && b.Selectable {
				if x.on[b.ID] {
					on++
				} else {
					off++
				}
			}
			if b.Parent == id && b.ID != id && depth < 32 {
				walk(b.ID, depth+1)
			}
		}
	}
	walk(id, 0)
	return on > 0 && off > 0
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
