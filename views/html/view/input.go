package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/views/clip"
	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/kit"
)

// Selected returns the selected text.
func (v *View) Selected() string {
	if v.index == nil {
		return ""
	}
	return v.index.Copy(v.anchor, v.caret)
}

// SelectedHTML returns what is selected as HTML.
func (v *View) SelectedHTML() string {
	if v.index == nil || v.anchor == v.caret {
		return ""
	}
	return v.index.CopyHTML(v.anchor, v.caret)
}

// All returns the whole text.
func (v *View) All() string {
	if v.index == nil {
		return ""
	}
	return v.index.Copy(0, len(v.index.Text))
}

// SelectAll selects everything.
func (v *View) SelectAll() {
	if v.index != nil {
		v.anchor, v.caret = 0, len(v.index.Text)
		v.redraw()
	}
}

// Find marks every place of words and calls done once with how many there are: at once, or when the page is laid out. "" takes the marks away. A new Find makes the
// older one void.
func (v *View) Find(words string, done func(int)) {
	v.find, v.hits, v.hit, v.found = words, nil, -1, done
	if p, ok := v.page.(interface{ Unfold() bool }); ok && words != "" && p.Unfold() {
		v.relay() // it is looked for in what comes
	} else {
		v.seek()
	}
	v.redraw()
}

// seek looks the words up in the present layout.
func (v *View) seek() {
	if v.index == nil && v.find != "" {
		return
	}
	if v.find != "" {
		v.hits = v.index.Find(v.find)
		v.hit = min(v.hit, len(v.hits)-1)
	}
	if f := v.found; f != nil {
		v.found = nil
		f(len(v.hits))
	}
}

// Current makes place i the current one; -1 makes none.
func (v *View) Current(i int) {
	v.hit = -1
	if i >= 0 && i < len(v.hits) {
		v.hit = i
	}
	v.redraw()
}

// Hit returns the upper and lower edge of place i, in px from the top of the widget.
func (v *View) Hit(i int) (top, bottom float32) {
	if i < 0 || i >= len(v.hits) || v.index == nil {
		return 0, 0
	}
	rs := v.index.Rects(v.hits[i].From, v.hits[i].To)
	if len(rs) == 0 {
		return 0, 0
	}
	return float32(rs[0].Y * v.fit), float32((rs[0].Y + rs[0].H) * v.fit)
}

// at returns the place in the text under a point, and the run when the point is on one.
func (v *View) at(p fyne.Position) (int, *display.Run) {
	if v.index == nil || v.fit == 0 {
		return 0, nil
	}
	return v.index.At(float64(p.X)/v.fit, float64(p.Y)/v.fit)
}

// link returns the link under a point: of text or of a picture.
func (v *View) link(p fyne.Position) (text, target string) {
	text, target, _ = v.linkAt(p)
	return text, target
}

func (v *View) linkAt(p fyne.Position) (text, target string, picture bool) {
	if v.list == nil {
		return "", "", false
	}
	_, r := v.at(p)
	if r != nil && r.Link != "" {
		return v.linkText(r), r.Link, false
	}
	x, y := float64(p.X)/v.fit, float64(p.Y)/v.fit
	for i := len(v.list.Items) - 1; i >= 0; i-- {
		if m, ok := v.list.Items[i].(*display.Image); ok && m.Link != "" && x >= m.X && x < m.X+m.W && y >= m.Y && y < m.Y+m.H {
			return m.Alt, m.Link, true
		}
	}
	return "", "", false
}

// linkText is all the text of the link that a run is part of.
func (v *View) linkText(r *display.Run) string {
	var b strings.Builder
	for _, o := range v.list.Order {
		if q, ok := v.list.Items[o.Item].(*display.Run); ok && q.Link == r.Link && near(q, r) {
			if b.Len() > 0 && o.Break != display.Joined {
				b.WriteByte(' ')
			}
			b.WriteString(q.Text)
		}
		if b.Len() > 4096 {
			break
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// near tells whether two runs are of one link element.
func near(a, b *display.Run) bool {
	return anchorOf(a) == anchorOf(b)
}

func anchorOf(r *display.Run) any {
	for n := r.Node; n != nil; n = n.Parent {
		if n.Tag == "a" {
			return n
		}
	}
	return r
}

// MouseDown begins a selection: by letters, by words at the second click, by paragraphs at the third.
func (v *View) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonSecondary {
		_, link := v.link(e.Position)
		if v.OnMenu != nil {
			v.OnMenu(e.AbsolutePosition, link)
		}
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		c.Focus(v)
	}
	p, _ := v.at(e.Position)
	v.sweep = clicks.Count(e.Position)
	v.selecting = true
	switch {
	case v.index == nil:
		return
	case e.Modifier&fyne.KeyModifierShift != 0:
		v.caret = p
	case v.sweep > 1:
		v.base[0], v.base[1] = v.unit(p)
		v.anchor, v.caret = v.base[0], v.base[1]
	default:
		v.anchor, v.caret = p, p
	}
	v.redraw()
}

func (v *View) unit(p int) (int, int) {
	if v.sweep == 2 {
		return v.index.Word(p)
	}
	return v.index.Paragraph(p)
}

// MouseUp opens the link when nothing was selected meanwhile.
func (v *View) MouseUp(e *desktop.MouseEvent) {
	if !v.selecting {
		return
	}
	v.selecting = false
	if v.anchor != v.caret {
		return
	}
	text, target, picture := v.linkAt(e.Position)
	switch {
	case target != "" && picture && v.OnPicture != nil:
		v.OnPicture(text, target)
	case target != "":
		if v.OnLink != nil {
			v.OnLink(text, target)
		}
	case v.foldAt(e.Position) != nil:
		if v.sweep <= 1 {
			v.toggle(v.foldAt(e.Position))
		}
	default:
		v.halt(e.Position)
	}
}

// Dragged extends the selection.
func (v *View) Dragged(e *fyne.DragEvent) {
	if !v.selecting || v.index == nil {
		return
	}
	p, _ := v.at(e.Position)
	if v.sweep > 1 {
		a, b := v.unit(p)
		v.anchor, v.caret = min(v.base[0], a), max(v.base[1], b)
	} else {
		v.caret = p
	}
	v.redraw()
}

// DragEnd implements fyne.Draggable.
func (v *View) DragEnd() { v.selecting = false }

// MouseIn implements desktop.Hoverable.
func (v *View) MouseIn(e *desktop.MouseEvent) { v.MouseMoved(e) }

// MouseMoved shows where a link leads.
func (v *View) MouseMoved(e *desktop.MouseEvent) {
	_, link := v.link(e.Position)
	_, run := v.at(e.Position)
	v.hand = run == nil
	v.press = v.foldAt(e.Position) != nil
	if link != v.over {
		v.over = link
		if v.OnHover != nil {
			v.OnHover(link)
		}
	}
}

// MouseOut implements desktop.Hoverable.
func (v *View) MouseOut() {
	if v.over != "" && v.OnHover != nil {
		v.OnHover("")
	}
	v.over = ""
}

// Cursor implements desktop.Cursorable.
func (v *View) Cursor() desktop.Cursor {
	switch {
	case v.over != "" || v.press:
		return desktop.PointerCursor
	case v.hand:
		return desktop.DefaultCursor
	}
	return desktop.TextCursor
}

// FocusGained implements fyne.Focusable.
func (v *View) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (v *View) FocusLost() { v.anchor = v.caret; v.redraw() }

// TypedRune implements fyne.Focusable.
func (v *View) TypedRune(r rune) {
	if v.OnRune != nil {
		v.OnRune(r)
	}
}

// TypedKey implements fyne.Focusable.
func (v *View) TypedKey(e *fyne.KeyEvent) {
	if (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) && v.enter() {
		return
	}
	if v.OnKey != nil {
		v.OnKey(e)
	}
}

// TypedShortcut copies and selects; the rest is handed on.
func (v *View) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		if x := v.Selected(); x != "" {
			clip.Copy(clip.Content{Text: x, HTML: v.SelectedHTML()})
		}
	case *fyne.ShortcutSelectAll:
		v.SelectAll()
	default:
		if v.OnCut != nil {
			v.OnCut(s)
		}
	}
}

// clicks are those on all views: a press may make a new one of the same message.
var clicks kit.Clicks
