package composer

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// people is one address row: chips and a field to type more.
type people struct {
	c     *Composer
	name  string
	list  []mail.Address
	chips []*kit.Chip
	input *kit.Field
	flow  *kit.Flow
	armed bool // the next Backspace removes the last chip
	asked string
}

func newPeople(c *Composer, name string, list []mail.Address) *people {
	p := &people{c: c, name: name, list: list, input: kit.NewField("")}
	p.input.Bare, p.input.Height, p.input.Name = true, 26, name
	p.input.OnChanged = p.typed
	p.input.OnRune = p.rune
	p.input.OnKey = p.key
	p.input.OnPaste = p.paste
	p.input.OnShortcut = c.shortcut
	p.input.WantsTab = func() bool { return !p.input.Shifted() }
	p.input.OnFocus = func(on bool) {
		if !on {
			p.arm(false)
			p.commit()
			c.complete.hide(p)
		}
	}
	p.flow = kit.NewFlow(34, 6, 120)
	p.flow.OnHeight = func() { c.relayout() }
	p.draw()
	return p
}

func (p *people) draw() {
	p.chips = nil
	objs := make([]fyne.CanvasObject, 0, len(p.list)+1)
	for i, a := range p.list {
		chip := kit.NewChip(a.Display(), a.Addr, problem(a.Addr), func() { p.remove(i) })
		chip.OnTapped = func() { p.change(i) }
		chip.OnDrag, chip.OnDrop = func(at fyne.Position) { p.c.dragChip(p, i, at) }, p.c.dropChip
		p.chips = append(p.chips, chip)
		objs = append(objs, chip)
	}
	p.flow.Set(append(objs, p.input)...)
	p.c.relayout()
}

// bad is the first address that cannot be written to, and why.
func (p *people) bad() (addr, why string) {
	for _, a := range p.list {
		if w := problem(a.Addr); w != "" {
			return a.Addr, w
		}
	}
	return "", ""
}

func (p *people) add(list ...mail.Address) {
	for _, a := range list {
		known := false
		for _, o := range p.list {
			known = known || strings.EqualFold(o.Addr, a.Addr)
		}
		if !known {
			p.list = append(p.list, a)
		}
	}
	p.changed()
}

// changed draws the list again; what was said about it holds no more.
func (p *people) changed() {
	p.draw()
	p.c.unwarn("address")
	p.c.unwarn("no-recipient")
	p.c.touched()
}

func (p *people) remove(i int) {
	p.list = append(p.list[:i:i], p.list[i+1:]...)
	p.arm(false)
	p.changed()
	p.c.focus(p.input)
}

// change puts a chip's text back into the field.
func (p *people) change(i int) {
	a := p.list[i]
	p.commit()
	p.list = append(p.list[:i:i], p.list[i+1:]...)
	text := a.Addr
	if a.Name != "" {
		text = a.Name + " <" + a.Addr + ">"
	}
	p.input.SetText(text)
	p.changed()
	p.c.focus(p.input)
}

// commit makes chips of what is typed.
func (p *people) commit() {
	text := p.input.Text()
	if strings.TrimSpace(text) == "" {
		if text != "" {
			p.input.SetText("")
		}
		return
	}
	p.input.SetText("")
	p.asked = ""
	p.add(parseList(text)...)
}

func (p *people) typed(s string) {
	p.arm(false)
	p.c.complete.ask(p, strings.TrimSpace(s))
	p.c.touched()
}

// rune ends an address at a comma or semicolon that is not inside quotes.
func (p *people) rune(r rune) bool {
	if (r == ',' || r == ';') && strings.Count(p.input.Text(), `"`)%2 == 0 {
		if strings.TrimSpace(p.input.Text()) != "" && (r == ';' || strings.Contains(p.input.Text(), "@") || p.c.complete.open(p)) {
			if p.c.complete.open(p) && !strings.Contains(p.input.Text(), "@") {
				p.take()
			} else {
				p.commit()
			}
			p.c.complete.hide(p)
			return true
		}
		return strings.TrimSpace(p.input.Text()) == "" // a comma inside a name stays: Lindqvist, Marta
	}
	return false
}

// take adds the chosen completion.
func (p *people) take() {
	if a, ok := p.c.complete.chosen(); ok {
		p.input.SetText("")
		p.asked = ""
		p.c.complete.hide(p)
		p.add(a)
	}
}

func (p *people) key(k fyne.KeyName, _ bool) bool {
	open := p.c.complete.open(p)
	switch k {
	case fyne.KeyDown, fyne.KeyUp:
		if !open {
			return false
		}
		if k == fyne.KeyDown {
			p.c.complete.step(1)
		} else {
			p.c.complete.step(-1)
		}
		return true
	case fyne.KeyReturn, fyne.KeyEnter:
		if open {
			p.take()
		} else {
			p.commit()
		}
		return true
	case fyne.KeyTab:
		if open {
			p.take()
		} else {
			p.commit()
		}
		p.c.next(p)
		return true
	case fyne.KeyBackspace:
		if p.input.Text() != "" || len(p.list) == 0 {
			return false
		}
		if p.armed {
			p.remove(len(p.list) - 1)
		} else {
			p.arm(true)
		}
		return true
	case fyne.KeyEscape:
		if open {
			p.c.complete.hide(p)
		} else {
			p.c.Close()
		}
		return true
	}
	return false
}

func (p *people) arm(on bool) {
	p.armed = on
	if n := len(p.chips); n > 0 {
		p.chips[n-1].Mark(on)
	}
}

// paste takes a list of addresses at once.
func (p *people) paste(s string) bool {
	if p.input.Text() != "" || !strings.ContainsAny(s, "@,;\n") {
		return false
	}
	if list := parseList(s); len(list) > 1 || len(list) == 1 && problem(list[0].Addr) == "" {
		p.add(list...)
		return true
	}
	return false
}
