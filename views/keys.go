package views

import (
	"slices"
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// keyHelp is what the list of keys shows.
var keyHelp = []struct{ keys, does string }{
	{"J / K, Down / Up", "Next, previous conversation"}, {"Space, Shift Space", "Page down, then next unread; up"},
	{"Enter or O, U or Esc", "Open, back to the list"}, {"C", "Write"}, {"R, A, F", "Reply, reply all, forward"},
	{"E, # or Del, !", "Archive, delete, junk"}, {"V, S", "Move, star"}, {"Shift I, Shift U", "Mark read, unread"},
	{"X, Shift Down / Up", "Select, extend the selection"}, {"* then A, Ctrl A", "Select all"}, {"/ or Ctrl F", "Search"}, {"Ctrl K", "Go to a folder, do anything"}, {"Ctrl Shift F, F3", "Find in the message, next place"},
	{"G then I, S, D, T, A", "Inbox, stars, drafts, sent, archive"}, {"Z or Ctrl Z", "Undo"}, {"F5 or Ctrl Shift T", "Fetch mail"},
	{"F6, Shift F6", "Next, previous pane"}, {"Ctrl N, Ctrl R, Ctrl L", "Write, reply, forward"}, {"Ctrl 1, 2, 3", "Mail, calendar, contacts"}, {"Ctrl +, -, 0", "Larger, smaller, as it is"}, {"Ctrl P", "Print"}, {"Ctrl ,", "Settings"}, {"F1 or ?", "This list"},
}

func shift() bool { return held(fyne.KeyModifierShift) }

func ctrl() bool { return held(fyne.KeyModifierShortcutDefault) }

// held reports whether a modifier key is held down.
func held(m fyne.KeyModifier) bool {
	d, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&m != 0
}

// keys listens for keys that nothing has focus for, and for shortcuts.
func (w *Window) keys() {
	c := w.win.Canvas()
	c.SetOnTypedKey(w.key)
	c.SetOnTypedRune(w.rune)
	ctrl, both := fyne.KeyModifierShortcutDefault, fyne.KeyModifierShortcutDefault|fyne.KeyModifierShift
	for _, s := range []fyne.Shortcut{
		&desktop.CustomShortcut{KeyName: fyne.KeyN, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.KeyR, Modifier: ctrl},
		&desktop.CustomShortcut{KeyName: fyne.KeyR, Modifier: both}, &desktop.CustomShortcut{KeyName: fyne.KeyL, Modifier: ctrl},
		&desktop.CustomShortcut{KeyName: fyne.KeyJ, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: both},
		&desktop.CustomShortcut{KeyName: fyne.KeyK, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.KeyP, Modifier: ctrl},
		&desktop.CustomShortcut{KeyName: fyne.KeyT, Modifier: both}, &desktop.CustomShortcut{KeyName: fyne.Key1, Modifier: ctrl},
		&desktop.CustomShortcut{KeyName: fyne.Key2, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.Key3, Modifier: ctrl},
		&desktop.CustomShortcut{KeyName: fyne.KeyEqual, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.KeyPlus, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.KeyMinus, Modifier: ctrl},
		&desktop.CustomShortcut{KeyName: fyne.KeyEqual, Modifier: both}, &desktop.CustomShortcut{KeyName: fyne.KeyPlus, Modifier: both}, // where + is above another sign
		&desktop.CustomShortcut{KeyName: fyne.Key0, Modifier: ctrl}, &desktop.CustomShortcut{KeyName: fyne.KeyComma, Modifier: ctrl}, &fyne.ShortcutUndo{}, &fyne.ShortcutSelectAll{},
	} {
		c.AddShortcut(s, w.shortcut)
	}
}

func (w *Window) shortcut(s fyne.Shortcut) {
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	if c, ok := s.(*desktop.CustomShortcut); ok && c.KeyName == fyne.KeyP && w.page != nil {
		if p, ok := w.page.(interface{ Print() }); ok {
			p.Print()
		}
		return
	}
	if c, ok := s.(*desktop.CustomShortcut); w.page != nil && !(ok && (c.KeyName == fyne.Key1 || c.KeyName == fyne.Key2 || c.KeyName == fyne.Key3 || c.KeyName == fyne.KeyComma || c.KeyName == fyne.KeyN || c.KeyName == fyne.KeyK)) {
		return // what is shown is no mail
	}
	switch s := s.(type) {
	case *fyne.ShortcutUndo:
		w.undoKey()
	case *fyne.ShortcutSelectAll:
		w.list.SelectAll()
	case *desktop.CustomShortcut:
		sh := s.Modifier&fyne.KeyModifierShift != 0
		switch s.KeyName {
		case fyne.KeyN:
			w.compose(app.Compose{Kind: app.ComposeNew}, "")
		case fyne.KeyR:
			if sh {
				w.read.Compose(app.ComposeReplyAll)
			} else {
				w.read.Compose(app.ComposeReply)
			}
		case fyne.KeyL:
			w.read.Compose(app.ComposeForward)
		case fyne.KeyJ:
			w.command("junk", nil)
		case fyne.KeyK:
			w.palette()
		case fyne.KeyP:
			w.read.Print()
		case fyne.KeyF:
			if _, shown := w.read.Current(); shown && (sh || w.read.HasFocus(w.win.Canvas())) {
				w.read.Find()
			} else {
				w.list.FocusSearch()
			}
		case fyne.KeyT:
			if sh {
				w.c.Sync("")
			}
		case fyne.Key1:
			w.showMail()
		case fyne.KeyEqual, fyne.KeyPlus:
			w.read.Zoom(1)
		case fyne.KeyMinus:
			w.read.Zoom(-1)
		case fyne.Key0:
			w.read.Zoom(0)
		case fyne.Key2:
			w.ShowCalendar()
		case fyne.Key3:
			w.ShowPeople()
		case fyne.KeyComma:
			w.openSettings("")
		}
	}
}

func (w *Window) undoKey() {
	if !w.toast.Act() {
		w.undoLast()
	}
}

// key acts on keys without a letter.
func (w *Window) key(e *fyne.KeyEvent) {
	if w.page != nil {
		if w.win.Canvas().Overlays().Top() != nil {
			return
		}
		if e.Name == fyne.KeyEscape {
			w.showMail() // with the keyboard: what is not shown any more would keep it
		} else if k, ok := w.page.(interface{ Key(*fyne.KeyEvent) bool }); ok && w.win.Canvas().Focused() == nil {
			k.Key(e)
		}
		return
	}
	sh := shift()
	switch e.Name {
	case fyne.KeyDown:
		w.list.Step(1, sh)
	case fyne.KeyUp:
		w.list.Step(-1, sh)
	case fyne.KeyPageDown:
		w.list.Page(1, sh)
	case fyne.KeyPageUp:
		w.list.Page(-1, sh)
	case fyne.KeyHome:
		w.list.First()
	case fyne.KeyEnd:
		w.list.Last()
	case fyne.KeyReturn, fyne.KeyEnter:
		w.list.OpenCursor()
	case fyne.KeyEscape:
		w.escape()
	case fyne.KeyDelete:
		w.command("delete", nil)
	case fyne.KeySpace:
		if sh {
			w.read.Page(-1)
		} else if !w.read.Page(1) {
			w.list.StepUnread()
		}
	case fyne.KeyF1:
		w.help()
	case fyne.KeyF3:
		if sh {
			w.read.FindStep(-1)
		} else {
			w.read.FindStep(1)
		}
	case fyne.KeyF5:
		w.c.Sync("")
	case fyne.KeyF6:
		w.nextPane(sh)
	}
}

func (w *Window) escape() {
	switch {
	case w.drag.shown:
		w.dragCancel()
	case w.read.Finding():
		w.read.FindClose()
	case w.single() && w.detail:
		w.back()
	case w.list.Selected() > 1:
		w.list.Deselect()
	default:
		w.list.Focus()
	}
}

// nextPane gives the keyboard to the pane right of the one that has it, or left; round the ends.
func (w *Window) nextPane(back bool) {
	c := w.win.Canvas()
	type pane struct {
		o     fyne.CanvasObject
		focus func()
	}
	panes := []pane{{w.rail, func() { w.rail.Focus(c) }}, {w.side, func() { w.side.Focus(c) }}, {w.list, w.list.Focus},
		{w.out, func() { w.out.Focus(c) }}, {w.read, func() { w.read.Focus(c) }}}
	_, shown := w.read.Current()
	panes = slices.DeleteFunc(panes, func(p pane) bool {
		return !p.o.Visible() || p.o == fyne.CanvasObject(w.read) && !shown // an empty reader has nothing for the keys
	})
	at := slices.IndexFunc(panes, func(p pane) bool { return p.o == fyne.CanvasObject(w.list) }) // nothing has it: the keys are the list's
	if f, ok := c.Focused().(fyne.CanvasObject); ok {
		d := fyne.CurrentApp().Driver()
		p := d.AbsolutePositionForObject(f)
		for i, x := range panes {
			from := d.AbsolutePositionForObject(x.o)
			to := from.Add(x.o.Size())
			if p.X >= from.X && p.X < to.X && p.Y >= from.Y && p.Y < to.Y {
				at = i
			}
		}
	}
	step := 1
	if back {
		step = len(panes) - 1
	}
	panes[(max(0, at)+step)%len(panes)].focus()
}

// rune acts on single letters; capitals come with Shift.
func (w *Window) rune(r rune) {
	if w.page != nil {
		return
	}
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	if w.prefix != 0 && w.h.Now().Sub(w.prefixAt) < 2*time.Second {
		p := w.prefix
		w.prefix = 0
		w.second(p, unicode.ToLower(r))
		return
	}
	w.prefix = 0
	switch r {
	case 'g', '*':
		w.prefix, w.prefixAt = r, w.h.Now()
	case 'j':
		w.list.Step(1, false)
	case 'k':
		w.list.Step(-1, false)
	case 'n':
		w.list.StepUnread()
	case 'o':
		w.list.OpenCursor()
	case 'u':
		w.back()
	case 'c':
		w.compose(app.Compose{Kind: app.ComposeNew}, "")
	case 'r':
		w.read.Compose(app.ComposeReply)
	case 'a':
		w.read.Compose(app.ComposeReplyAll)
	case 'f':
		w.read.Compose(app.ComposeForward)
	case 'e':
		w.command("archive", nil)
	case '#':
		w.command("delete", nil)
	case '!':
		w.command("junk", nil)
	case 'v':
		if rows := w.list.Selection(); len(rows) == 0 {
			break
		} else if at, ok := w.list.CursorPlace(); ok {
			kit.ShowMenu(w.win.Canvas(), at, w.moveItems(rows)...)
		} else {
			w.read.MoveMenu()
		}
	case 's':
		w.command("star", nil)
	case 'I':
		w.command("seen", nil)
	case 'U':
		w.command("unread", nil)
	case 'x':
		w.list.Toggle()
	case '/':
		w.list.FocusSearch()
	case 'z':
		w.undoKey()
	case '?':
		w.help()
	}
}

func (w *Window) second(p, r rune) {
	if p == '*' {
		if r == 'a' {
			w.list.SelectAll()
		}
		return
	}
	role := map[rune]mail.Role{'t': mail.RoleSent, 'a': mail.RoleArchive}
	switch r {
	case 'i':
		w.side.GoTo("All inboxes")
	case 's':
		w.side.GoTo("Starred")
	case 'd':
		w.side.GoTo("Drafts")
	case 't', 'a':
		account := mail.AccountID("")
		if s, ok := w.read.Current(); ok {
			account = s.Account
		}
		for _, b := range w.state.Mailboxes {
			if b.Role == role[r] && (account == "" || b.Account == account) {
				w.side.GoToBox(b.ID)
				return
			}
		}
	}
}

// help shows the keys.
func (w *Window) help() {
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	half := (len(keyHelp) + 1) / 2
	col := func(from, to int) fyne.CanvasObject {
		var rows []fyne.CanvasObject
		for _, k := range keyHelp[from:to] {
			rows = append(rows, kit.Sized(0, 22, kit.Row(8, kit.Sized(124, 0, kit.NewShrinkLabel(k.keys, kit.Small12B, kit.Text)), kit.Spring(kit.NewShrinkLabel(k.does, kit.Small12, kit.Text2)))))
		}
		for range half - len(rows) {
			rows = append(rows, kit.Gap(0, 22))
		}
		return kit.Sized(324, 0, kit.Col(3, rows...))
	}
	var d *kit.Dialog
	close := kit.NewButton("Close", "", kit.Primary, func() { d.Close() })
	d = kit.NewDialog(w.win.Canvas(), 728, kit.Col(0, kit.NewLabel("Keys", kit.Title16, kit.Text), kit.Gap(0, 14),
		kit.Row(32, col(0, half), col(half, len(keyHelp))), kit.Gap(0, 18), kit.Row(8, kit.Spring(nil), close)))
	d.Sticky = false
	d.Open()
}

// Keys lists the keys of the window: what to press, what it does.
func Keys() [][2]string {
	out := make([][2]string, len(keyHelp))
	for i, k := range keyHelp {
		out[i] = [2]string{k.keys, k.does}
	}
	return out
}
