package list

import (
	"slices"
	"sort"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/accounts/mail"
)

// Selection returns the selected rows that are here, newest first.
func (p *Pane) Selection() []mail.Summary {
	var out []mail.Summary
	for id, r := range p.m.rows {
		if p.selected.has(id) {
			out = append(out, r)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID > out[j].ID })
	return out
}

// SelectedIDs returns the ids of all selected rows, newest first; some may not be here.
func (p *Pane) SelectedIDs() []mail.MessageID {
	out := slices.Clone(p.selected.ids)
	if p.selected.oldest {
		slices.Reverse(out)
	}
	return out
}

// Selected returns how many rows are selected.
func (p *Pane) Selected() int { return p.selected.len() }

// Cursor returns the row with the cursor and its place from 1, 0 = none; and how many rows there are.
func (p *Pane) Cursor() (s *mail.Summary, at, of int) {
	i := p.m.index(p.cursor)
	if i < 0 {
		return nil, 0, len(p.m.ids)
	}
	return p.m.row(i, false), i + 1, len(p.m.ids)
}

// CursorPlace returns where on the canvas a menu of the row with the cursor opens: at its text, below its first lines; ok is false when the row is not
// seen.
func (p *Pane) CursorPlace() (at fyne.Position, ok bool) {
	i := p.m.index(p.cursor)
	if i < 0 || !p.Visible() {
		return at, false
	}
	y := float32(p.list.Y(i) - p.list.Top())
	if y+p.list.RowH < 0 || y > p.list.Size().Height {
		return at, false
	}
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(p.list).AddXY(p.density().textX, y+p.list.RowH-8), true
}

// Empty reports whether nothing is shown for certain.
func (p *Pane) Empty() bool { return p.m.ready && len(p.m.ids) == 0 }

// Shown reports whether there are rows.
func (p *Pane) Shown() bool { return len(p.m.ids) > 0 }

// Counts returns all and unread rows of the view.
func (p *Pane) Counts() (total, unread int) { return p.m.total, p.m.unread }

func (p *Pane) clearSelection() {
	p.selected.clear()
	p.cursor, p.anchor, p.at = 0, 0, 0
	p.tell()
}

// Deselect leaves the cursor where it is and selects nothing else.
func (p *Pane) Deselect() {
	if p.selected.len() > 1 {
		p.selectOnly(p.m.index(p.cursor))
	}
}

func (p *Pane) selectOnly(i int) {
	if i < 0 || i >= len(p.m.ids) {
		return
	}
	id := p.m.ids[i]
	p.selected.set(p.m.ids[i:i+1], p.m.view.Oldest)
	p.cursor, p.anchor, p.at = id, id, i
	p.show(i)
}

func (p *Pane) show(i int) {
	p.list.Reveal(i)
	p.list.Rebind()
	p.tell()
}

// extend selects everything from the anchor to i.
func (p *Pane) extend(i int) {
	a := p.m.index(p.anchor)
	if a < 0 {
		p.selectOnly(i)
		return
	}
	p.selected.set(p.m.ids[min(a, i):max(a, i)+1], p.m.view.Oldest)
	p.cursor, p.at = p.m.ids[i], i
	p.show(i)
}

func (p *Pane) toggle(i int) {
	id := p.m.ids[i]
	if p.selected.has(id) && p.selected.len() > 1 {
		p.selected.drop(id)
		if p.cursor == id {
			p.cursor = p.selected.ids[0]
		}
	} else {
		p.selected.oldest = p.m.view.Oldest
		p.selected.add(id)
		p.cursor = id
	}
	p.anchor, p.at = id, i
	p.list.Rebind()
	p.tell()
}

// tell reports the selection when it is another one, or when the row with the cursor has come in.
func (p *Pane) tell() {
	if p.OnSelect == nil {
		return
	}
	var s *mail.Summary
	if r, ok := p.m.rows[p.cursor]; ok {
		s = &r
	}
	if s == nil && p.cursor != 0 && p.selected.len() > 0 {
		p.m.row(p.m.index(p.cursor), false)
	}
	id := p.cursor
	if s == nil {
		id = 0
	}
	if p.selected.len() == 0 && p.toldUnread != p.m.unread {
		p.toldN = -1
	}
	p.toldUnread = p.m.unread
	if id == p.told && p.selected.len() == p.toldN {
		if at := p.m.index(p.cursor) + 1; p.OnPlace != nil && (at != p.toldAt || len(p.m.ids) != p.toldOf) {
			p.toldAt, p.toldOf = at, len(p.m.ids)
			p.OnPlace(at, len(p.m.ids))
		}
		return
	}
	p.toldAt, p.toldOf = p.m.index(p.cursor)+1, len(p.m.ids)
	p.told, p.toldN = id, p.selected.len()
	p.OnSelect(p.selected.len(), s)
}

// Step moves the cursor by n rows; with grow the selection grows.
func (p *Pane) Step(n int, grow bool) bool {
	if len(p.m.ids) == 0 {
		return false
	}
	i := p.m.index(p.cursor)
	to := max(0, min(len(p.m.ids)-1, i+n))
	if i < 0 {
		to = 0
	}
	p.keys = true
	if to == i {
		return false
	}
	if grow {
		p.extend(to)
	} else {
		p.selectOnly(to)
	}
	return true
}

// StepUnread moves to the next row with something unread among those that are here.
func (p *Pane) StepUnread() bool {
	i := p.m.index(p.cursor)
	for k := i + 1; k < len(p.m.ids); k++ {
		r, ok := p.m.rows[p.m.ids[k]]
		if !ok {
			return false
		}
		if r.Unread > 0 {
			p.selectOnly(k)
			return true
		}
	}
	return false
}

// Page moves by whole windows.
func (p *Pane) Page(n int, grow bool) {
	p.Step(n*max(1, int(p.list.Size().Height/p.list.RowH)-1), grow)
}

// First and Last move to the ends.
func (p *Pane) First() { p.keys = true; p.selectOnly(0) }

// Last moves to the last row.
func (p *Pane) Last() { p.keys = true; p.selectOnly(len(p.m.ids) - 1) }

// Toggle takes the row with the cursor into a selection of several, or out of it.
func (p *Pane) Toggle() {
	if i := p.m.index(p.cursor); i >= 0 {
		p.Step(1, true)
	}
}

// SelectAll selects every row of the view.
func (p *Pane) SelectAll() {
	p.selected.set(p.m.ids, p.m.view.Oldest)
	if p.cursor == 0 && len(p.m.ids) > 0 {
		p.cursor = p.m.ids[0]
	}
	p.list.Rebind()
	p.tell()
}

// Select puts the cursor on a message when it is in the view.
func (p *Pane) Select(id mail.MessageID) bool {
	i := p.m.index(id)
	if i >= 0 {
		p.selectOnly(i)
	}
	return i >= 0
}

// SelectWhenHere selects a message as soon as the view is read; other is called when the view has no row of it.
func (p *Pane) SelectWhenHere(id mail.MessageID, other func()) {
	p.want, p.unwanted = id, other
	p.wanted()
}

// wanted selects what SelectWhenHere asked for once that is known.
func (p *Pane) wanted() {
	if p.want == 0 {
		return
	}
	i := p.m.index(p.want)
	if i < 0 && !p.m.whole {
		return
	}
	other := p.unwanted
	p.want, p.unwanted = 0, nil
	if i >= 0 {
		p.selectOnly(i)
	} else if other != nil {
		other()
	}
}

func (p *Pane) press(i int, at fyne.Position, e *desktop.MouseEvent) {
	if i >= len(p.m.ids) {
		return
	}
	p.keys, p.pending, p.untoggle = false, 0, 0
	id := p.m.ids[i]
	p.Focus()
	if e.Button == desktop.MouseButtonSecondary {
		if !p.selected.has(id) {
			p.selectOnly(i)
		}
		if p.OnMenu != nil {
			p.OnMenu(e.AbsolutePosition, p.Selection())
		}
		return
	}
	if a := p.actionAt(i, at); a >= 0 {
		return // on the way up
	}
	d := p.density()
	avatar := d.avatar > 0 && at.X >= 22 && at.X < 22+d.avatar && at.Y >= d.avatarY && at.Y < d.avatarY+d.avatar
	mod := e.Modifier
	switch {
	case mod&fyne.KeyModifierShift != 0:
		p.extend(i)
	case mod&fyne.KeyModifierShortcutDefault != 0 && p.selected.has(id):
		p.untoggle = id // it may become a drag that copies
	case mod&fyne.KeyModifierShortcutDefault != 0, avatar:
		p.toggle(i)
	case p.selected.has(id) && p.selected.len() > 1:
		p.pending = id // it may become a drag of all of them
	default:
		p.selectOnly(i)
		if p.OnPick != nil {
			p.OnPick()
		}
	}
	if now := time.Now(); id == p.lastRow && now.Sub(p.lastTap) < 400*time.Millisecond && mod == 0 && !avatar {
		p.lastRow = 0
		p.openCursor()
	} else {
		p.lastRow, p.lastTap = id, now
	}
}

func (p *Pane) openCursor() {
	if s, _, _ := p.Cursor(); s != nil && p.OnOpen != nil {
		p.OnOpen(*s)
	}
}

// OpenCursor acts on Enter.
func (p *Pane) OpenCursor() { p.openCursor() }

func (p *Pane) up(i int, at fyne.Position, e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary || i >= len(p.m.ids) {
		return
	}
	if a := p.actionAt(i, at); a >= 0 {
		if s := p.m.row(i, false); s != nil && p.OnAction != nil {
			p.OnAction(actions[a].Name, []mail.Summary{*s})
		}
		return
	}
	switch p.m.ids[i] {
	case p.pending:
		p.pending = 0
		p.selectOnly(i)
	case p.untoggle:
		p.untoggle = 0
		p.toggle(i)
	}
}

// actionAt returns the action button of a row at a point, -1 = none.
func (p *Pane) actionAt(i int, at fyne.Position) int {
	if p.list.Hovered() != i || p.selected.len() > 1 {
		return -1
	}
	x, y, w, h := pillBox(fyne.NewSize(p.list.Size().Width, p.list.RowH))
	if at.X < x || at.X >= x+w || at.Y < y || at.Y >= y+h {
		return -1
	}
	return max(0, min(len(actions)-1, int((at.X-x-2)/pillStep)))
}

func (p *Pane) hover(i int, at fyne.Position) {
	a := -1
	if i >= 0 {
		a = p.actionAt(i, at)
	}
	if a != p.overAct {
		p.overAct = a
		p.list.Rebind()
		p.tip.Hide()
		if a >= 0 {
			tip := actions[a].Tip
			if r := p.m.row(i, true); r != nil {
				switch {
				case actions[a].Name == "read" && r.Unread > 0:
					tip = "Mark read"
				case actions[a].Name == "star" && r.Flags.Has(mail.Flagged):
					tip = "Remove star"
				}
			}
			x, y, _, h := pillBox(fyne.NewSize(p.list.Size().Width, p.list.RowH))
			at := fyne.NewPos(x+2+float32(a)*pillStep, float32(p.list.Y(i)-p.list.Top())+y)
			p.tip.StartAt(p.list, at, fyne.NewSize(pillStep, h), tip, "")
		}
	}
}

// CancelDrag ends a drag without a drop.
func (p *Pane) CancelDrag() { p.list.CancelDrag() }

func (p *Pane) drag(i int, at fyne.Position) {
	p.pending, p.untoggle = 0, 0
	if i < len(p.m.ids) && !p.selected.has(p.m.ids[i]) {
		p.selectOnly(i)
	}
	if p.OnDrag != nil {
		p.OnDrag(at, p.selected.len())
	}
}

func (p *Pane) drop(fyne.Position) {
	if p.OnDrop != nil {
		p.OnDrop(p.Selection())
	}
}
