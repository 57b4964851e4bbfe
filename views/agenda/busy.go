package agenda

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// The hours of a day that are shown and offered, and the people of whom there is a line.
const (
	busyFrom, busyTo = 7, 20
	workFrom, workTo = 9, 17
	maxBusy          = 8
	busyRow          = float32(22)
	busyName         = float32(150)
	busyWord         = float32(80)
)

// busyStrip shows of some people when they are busy on a day, and the span of an event across.
type busyStrip struct {
	widget.BaseWidget
	people   []pim.FreeBusy
	known    []pim.Attendee // names of some of them, and which are rooms
	from, to time.Time      // of the event
	waiting  bool
	sheet    sheet
	paint    func()
}

func newBusyStrip() *busyStrip {
	b := &busyStrip{}
	b.ExtendBaseWidget(b)
	return b
}

// AccessibleName says it in words.
func (b *busyStrip) AccessibleName() string {
	var out []string
	for _, f := range b.people {
		out = append(out, b.who(f.Addr)+": "+busyState(f, b.from, b.to))
	}
	return strings.Join(out, ", ")
}

func (b *busyStrip) who(addr string) string {
	if addr == "" {
		return "You"
	}
	return who(b.attendee(addr))
}

func (b *busyStrip) attendee(addr string) pim.Attendee {
	for _, a := range b.known {
		if strings.EqualFold(a.Addr, addr) {
			return a
		}
	}
	return pim.Attendee{Addr: addr}
}

// busyState is whether somebody is free in a span.
func busyState(f pim.FreeBusy, from, to time.Time) string {
	if !f.Known {
		return "Not known"
	}
	word := "Free"
	for _, s := range f.Spans {
		if s.Start.Before(to) && from.Before(s.End) {
			if s.Kind != "tentative" {
				return "Busy"
			}
			word = "Tentative"
		}
	}
	return word
}

// MinSize implements fyne.Widget.
func (b *busyStrip) MinSize() fyne.Size {
	if len(b.people) == 0 {
		return fyne.NewSize(200, 0)
	}
	return fyne.NewSize(200, 18+busyRow*float32(len(b.people)))
}

// CreateRenderer implements fyne.Widget.
func (b *busyStrip) CreateRenderer() fyne.WidgetRenderer {
	r, paint := b.sheet.render(b, func() { b.draw(b.Size()) })
	b.paint = paint
	return r
}

func (b *busyStrip) draw(s fyne.Size) {
	d := &b.sheet
	d.begin()
	if len(b.people) == 0 || s.Width < busyName+busyWord+100 {
		return
	}
	x0, w := busyName, s.Width-busyName-busyWord
	day := plan.Day(b.from)
	at := func(t time.Time) float32 { // minutes of the day to px
		h := t.Sub(day).Hours()
		return x0 + w*float32(min(max(h, busyFrom), busyTo)-busyFrom)/(busyTo-busyFrom)
	}
	for h := busyFrom; h <= busyTo; h++ {
		x := x0 + w*float32(h-busyFrom)/(busyTo-busyFrom)
		if h%3 == 0 {
			d.text(two(h)+":00", kit.Tiny11, kit.C(kit.Text3), x-20, 0, 40, 14, fyne.TextAlignCenter)
		}
		d.rect(x, 16, 1, s.Height-16, kit.C(kit.Line), 0)
	}
	for i, f := range b.people {
		y := 18 + busyRow*float32(i)
		x := float32(0)
		if b.attendee(f.Addr).IsRoom() {
			d.icon("door-open", 14, kit.Text2, "", 0, y, busyRow)
			x = 19
		}
		d.text(kit.Cut(b.who(f.Addr), kit.Small12, busyName-10-x), kit.Small12, kit.C(kit.Text), x, y, busyName-10-x, busyRow, fyne.TextAlignLeading)
		if f.Known || b.waiting {
			d.rect(x0, y+4, w, busyRow-8, kit.C(kit.Tint), 4)
		} else { // not known is not free
			d.rect(x0, y+busyRow/2-1, w, 2, kit.C(kit.Border), 1)
		}
		for _, sp := range f.Spans {
			a, z := at(sp.Start), at(sp.End)
			if z-a < 1 {
				continue
			}
			fill := kit.C(kit.Text2)
			if sp.Kind == "tentative" {
				fill = kit.C(kit.Text3)
			}
			d.rect(a, y+4, z-a, busyRow-8, fill, 3)
		}
		state, ink := busyState(f, b.from, b.to), kit.C(kit.OK)
		switch {
		case b.waiting:
			state, ink = "Asking…", kit.C(kit.Text3)
		case !f.Known:
			ink = kit.C(kit.Text3)
		case state == "Busy":
			ink = kit.C(kit.Err)
		case state == "Tentative":
			ink = kit.C(kit.Warn)
		}
		d.text(state, kit.Small12, ink, s.Width-busyWord+8, y, busyWord-8, busyRow, fyne.TextAlignLeading)
	}
	if a, z := at(b.from), at(b.to); z > a {
		box := d.rect(a, 16, z-a, s.Height-16, kit.C(kit.Clear), 3)
		box.StrokeColor, box.StrokeWidth = kit.C(kit.Accent), 2
	}
}

// look asks when the people of an event are busy, once typing rests, and shows it. It looks two weeks ahead, for the next time that suits all.
func (p *Page) look(b *busyStrip, as []pim.Attendee, from, to time.Time, shown func()) {
	p.asked++
	turn := p.asked
	b.from, b.to, b.known = from, to, as
	addrs := []string{""}
	for _, a := range as[:min(len(as), maxBusy-1)] {
		addrs = append(addrs, a.Addr)
	}
	if len(as) == 0 {
		b.people = nil
		b.redraw()
		shown()
		return
	}
	fresh := make([]pim.FreeBusy, len(addrs))
	for i, a := range addrs {
		fresh[i] = pim.FreeBusy{Addr: a}
		for _, old := range b.people {
			if strings.EqualFold(old.Addr, a) {
				fresh[i] = old
			}
		}
	}
	b.people, b.waiting = fresh, true
	b.redraw()
	shown()
	go func() {
		time.Sleep(400 * time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		still := make(chan bool, 1)
		p.h.Do(func() { still <- turn == p.asked })
		if !<-still {
			return
		}
		day := plan.Day(from)
		fs, err := p.c.FreeBusy(ctx, pim.Window{Start: day, End: plan.AddDays(day, 15), Zone: from.Location()}, addrs)
		p.h.Do(func() {
			if turn != p.asked {
				return
			}
			b.waiting = false
			if err == nil && len(fs) == len(addrs) {
				b.people = fs
			}
			b.redraw()
			shown()
		})
	}()
}

func (b *busyStrip) redraw() {
	if b.paint != nil {
		b.paint()
	}
}

// next is the first time from the beginning of the event on at which everybody who is known is free for as long, in working hours; zero = there is none in two weeks.
func (b *busyStrip) next() time.Time {
	var busy []pim.Busy
	for _, f := range b.people {
		busy = append(busy, f.Spans...)
	}
	return plan.Free(busy, b.from, b.to.Sub(b.from), workFrom, workTo, 14)
}
