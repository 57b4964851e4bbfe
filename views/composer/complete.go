package composer

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
)

// completion is the list of people under the field that is typed into. It lies in the window, not on an overlay: the field keeps the keys.
type completion struct {
	widget.BaseWidget
	c     *Composer
	of    *people
	found []store.Correspondent
	at    int
	gen   int
}

const (
	completeRows  = 6
	completeRow   = 44
	completeWidth = 440
	completeFoot  = 38
)

func newCompletion(c *Composer) *completion {
	m := &completion{c: c}
	m.ExtendBaseWidget(m)
	m.Hide()
	return m
}

// ask looks for people whose name or address begins with prefix.
func (m *completion) ask(p *people, prefix string) {
	m.gen++
	gen := m.gen
	if prefix == "" || strings.ContainsAny(prefix, "<>\"") {
		m.hide(p)
		return
	}
	p.asked = prefix
	go func() {
		found, err := m.c.client.Complete(m.c.ctx, prefix, completeRows+6)
		m.c.h.Do(func() {
			if m.gen != gen || p.asked != prefix || !p.input.Focused() {
				return
			}
			if err != nil {
				found = nil
			}
			m.show(p, found)
		})
	}()
}

func (m *completion) show(p *people, found []store.Correspondent) {
	m.found = m.found[:0:0]
	for _, f := range found {
		here := false
		for _, a := range p.list {
			here = here || strings.EqualFold(a.Addr, f.Addr)
		}
		if !here && len(m.found) < completeRows {
			m.found = append(m.found, f)
		}
	}
	if len(m.found) == 0 {
		m.hide(p)
		return
	}
	m.of, m.at = p, 0
	m.c.popup.Show()
	m.Show()
	m.c.popup.Refresh()
	m.Refresh()
	m.c.relayout()
}

func (m *completion) hide(p *people) {
	if m.of == p || p == nil {
		m.gen++
		m.of = nil
		m.Hide()
		m.c.popup.Hide()
	}
}

func (m *completion) open(p *people) bool { return m.of == p && m.Visible() }

func (m *completion) step(n int) {
	m.at = (m.at + n + len(m.found)) % len(m.found)
	m.Refresh()
}

func (m *completion) chosen() (mail.Address, bool) {
	if m.of == nil || m.at >= len(m.found) {
		return mail.Address{}, false
	}
	return m.found[m.at].Address, true
}

// MouseDown chooses at once: the press would take the keys from the field first.
func (m *completion) MouseDown(e *desktop.MouseEvent) {
	p := m.of
	if i := int(e.Position.Y / completeRow); p != nil && i >= 0 && i < len(m.found) {
		m.at = i
		p.take()
		m.c.h.Do(p.input.Focus)
	}
}

// MouseUp implements desktop.Mouseable.
func (m *completion) MouseUp(*desktop.MouseEvent) {}

// MouseIn implements desktop.Hoverable.
func (m *completion) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (m *completion) MouseMoved(e *desktop.MouseEvent) {
	if i := int(e.Position.Y / completeRow); i >= 0 && i < len(m.found) && i != m.at {
		m.at = i
		m.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (m *completion) MouseOut() {}

func (m *completion) height() float32 { return float32(len(m.found))*completeRow + completeFoot }

// known says how a correspondent is known.
func known(f store.Correspondent) string {
	switch {
	case f.Written == 1:
		return "Written to once"
	case f.Written > 1:
		return fmt.Sprintf("Written to %d times", f.Written)
	case f.Received > 0:
		return "Wrote to you"
	}
	return ""
}

// CreateRenderer implements fyne.Widget.
func (m *completion) CreateRenderer() fyne.WidgetRenderer {
	sel := &canvas.Rectangle{CornerRadius: 6}
	rule := kit.NewFrame(kit.Line, kit.Clear, 0, 0, nil)
	type row struct {
		avatar            *kit.Avatar
		name, addr, about *kit.Para
		right             *kit.Label
	}
	var rows []row
	word := func(s string) fyne.CanvasObject { return kit.NewLabel(s, kit.Small12, kit.Text2) }
	foot := kit.Row(8, kit.NewKeyCap("↑"), kit.NewKeyCap("↓"), word("choose"), kit.Gap(0, 0), kit.NewKeyCap("Enter"), word("add"), kit.Gap(0, 0), kit.NewKeyCap("Tab"), word("add and go on"))
	r := &kit.Renderer{Self: m}
	r.Min = func() fyne.Size { return fyne.NewSize(completeWidth-12, m.height()) }
	r.Lay = func(s fyne.Size) {
		kit.Place(sel, 0, float32(m.at)*completeRow, s.Width, completeRow)
		for i, w := range rows {
			y := float32(i) * completeRow
			kit.Place(w.avatar, 10, y+8, 28, 28)
			kit.Place(w.name, 48, y+6, w.name.Wrap, 16)
			kit.Place(w.addr, 48, y+22, w.addr.Wrap, 16)
			z := w.right.MinSize()
			kit.Place(w.right, s.Width-10-z.Width, y, z.Width, completeRow)
		}
		y := float32(len(m.found)) * completeRow
		kit.Place(rule, 4, y+5, s.Width-8, 1)
		kit.Place(foot, 10, y+12, s.Width-20, 22)
	}
	r.Paint = func() {
		sel.FillColor = kit.C(kit.Select)
		rows = rows[:0]
		r.Objs = []fyne.CanvasObject{sel}
		prefix := ""
		if m.of != nil {
			prefix = m.of.asked
		}
		for _, f := range m.found {
			w := row{avatar: kit.NewAvatar(f.Display(), f.Addr, 28), right: kit.NewLabel(known(f), kit.Tiny11, kit.Text2)}
			room := s0(completeWidth - 12 - 48 - 24 - kit.Width(known(f), kit.Tiny11))
			w.name, w.addr = matched(f.Display(), prefix, kit.Body13, kit.Text, room), matched(f.Addr, prefix, kit.Small12, kit.Text2, room)
			if f.Name != "" && strings.HasPrefix(strings.ToLower(f.Name), strings.ToLower(prefix)) {
				w.addr = matched(f.Addr, "", kit.Small12, kit.Text2, room)
			}
			rows = append(rows, w)
			r.Objs = append(r.Objs, w.avatar, w.name, w.addr, w.right)
		}
		r.Objs = append(r.Objs, rule, foot)
	}
	r.Paint()
	return r
}

func s0(f float32) float32 { return max(60, f) }

// matched marks where the prefix of a word was found.
func matched(text, prefix string, st kit.Style, ink kit.Token, width float32) *kit.Para {
	runs := []kit.Run{{Text: text, Ink: ink}}
	low, p := strings.ToLower(text), strings.ToLower(prefix)
	if p != "" && len(low) == len(text) {
		for i := strings.Index(low, p); i >= 0; {
			if i == 0 || !letter(low[i-1]) {
				runs = []kit.Run{{Text: text[:i], Ink: ink}, {Text: text[i : i+len(p)], Bold: true, Ink: kit.Accent}, {Text: text[i+len(p):], Ink: ink}}
				break
			}
			j := strings.Index(low[i+1:], p)
			if j < 0 {
				break
			}
			i += 1 + j
		}
	}
	para := kit.NewRuns(runs, st, 16, width)
	para.Most = 1
	return para
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80 }
