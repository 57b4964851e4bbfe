package agenda

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// Coming lists entries by day: the panel at the right, and as a page of its own the agenda.
type Coming struct {
	widget.BaseWidget
	OnOpen func(o pim.Occurrence)
	OnJoin func(url string)
	Hue    func(o pim.Occurrence) string
	Now    func() time.Time
	// Wide is the page: with places and ends in columns.
	Wide bool
	// Empty is what is said when nothing comes.
	Empty string

	days  []comingDay
	rows  []comingRow
	sheet sheet
	hover int
	all   float32
	from  float32
	to    float32
	paint func()
}

type comingDay struct {
	day time.Time
	os  []pim.Occurrence
}

type comingRow struct {
	o    pim.Occurrence
	y, h float32
	join [4]float32
}

// NewComing returns an empty list.
func NewComing() *Coming {
	c := &Coming{Now: time.Now, hover: -1, to: 2000, Empty: "Nothing is planned.", Hue: func(pim.Occurrence) string { return "petrol" }}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows entries on days from start; days without any are left out, but today and tomorrow are there in the panel.
func (c *Coming) Set(start time.Time, n int, os []pim.Occurrence) {
	c.days = c.days[:0]
	for i := range n {
		day := plan.AddDays(start, i)
		end := plan.AddDays(day, 1)
		d := comingDay{day: day}
		for _, o := range os {
			if o.Start.Before(end) && (o.End.After(day) || o.Start.Equal(o.End) && !o.Start.Before(day)) {
				d.os = append(d.os, o)
			}
		}
		if len(d.os) > 0 || !c.Wide && i < 2 {
			c.days = append(c.days, d)
		}
	}
	c.layout()
	c.redraw()
}

const comingLine float32 = 42

func (c *Coming) layout() {
	y := float32(0)
	c.rows = c.rows[:0]
	for _, d := range c.days {
		y += 32
		for _, o := range d.os {
			c.rows = append(c.rows, comingRow{o: o, y: y, h: comingLine})
			y += comingLine
		}
		if len(d.os) == 0 {
			y += 24
		}
		y += 8
	}
	c.all = y
}

func (c *Coming) redraw() {
	if c.paint != nil {
		c.paint()
	}
}

// MinSize implements fyne.Widget.
func (c *Coming) MinSize() fyne.Size { return fyne.NewSize(200, max(40, c.all)) }

// View tells which part is seen.
func (c *Coming) View(from, to float32) {
	if from != c.from || to != c.to {
		c.from, c.to = from, to
		c.redraw()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Coming) CreateRenderer() fyne.WidgetRenderer {
	r, paint := c.sheet.render(c, c.draw)
	c.paint = paint
	return r
}

func (c *Coming) draw() {
	s, d := c.Size(), &c.sheet
	d.begin()
	now := c.Now()
	today := plan.Day(now)
	if len(c.days) == 0 {
		d.text(c.Empty, kit.Body13, kit.C(kit.Text3), 0, 8, s.Width, 20, fyne.TextAlignLeading)
		return
	}
	y := float32(0)
	k := 0
	for _, day := range c.days {
		name, more := day.day.Format("Monday"), day.day.Format("2 January")
		switch plan.Days(today, day.day) {
		case 0:
			name, more = "Today", day.day.Format("Monday 2 January")
		case 1:
			name, more = "Tomorrow", day.day.Format("Monday 2 January")
		}
		if y+32 > c.from && y < c.to {
			w := d.text(name, kit.Body13B, kit.C(kit.Text), 0, y+4, s.Width, 20, fyne.TextAlignLeading)
			d.text(more, kit.Small12, kit.C(kit.Text3), w+8, y+4, s.Width-w-8, 20, fyne.TextAlignLeading)
		}
		y += 32
		if len(day.os) == 0 {
			d.text("Nothing planned", kit.Small12, kit.C(kit.Text3), 0, y, s.Width, 20, fyne.TextAlignLeading)
			y += 24
		}
		for range day.os {
			if y+comingLine > c.from && y < c.to {
				c.row(&c.rows[k], day.day, now, s.Width, k == c.hover)
			}
			k++
			y += comingLine
		}
		y += 8
	}
}

func (c *Coming) row(r *comingRow, day, now time.Time, w float32, hover bool) {
	d, o, y := &c.sheet, r.o, r.y
	hue := kit.Hue(c.Hue(o))
	over := !o.End.After(now) && !o.AllDay
	ink, sub := kit.C(kit.Text), kit.C(kit.Text3)
	if over || o.Mine == "declined" || o.Status == "cancelled" {
		ink = kit.C(kit.Text3)
	}
	if hover {
		d.rect(-6, y, w+12, comingLine-2, kit.C(kit.Hover), 6)
	}
	at := "all day"
	switch {
	case plan.Long(o):
	case o.Start.Before(day):
		at = "to " + o.End.Format("15:04") // it came over from the day before
	default:
		at = o.Start.Format("15:04")
	}
	d.text(at, kit.Small12, sub, 0, y, 54, comingLine-4, fyne.TextAlignLeading)
	d.rect(58, y+4, 3, comingLine-12, hue.Solid, 1.5)
	right := w - 10 // beside the bar
	r.join = [4]float32{}
	if until := o.Start.Sub(now); !o.AllDay && !o.Start.Before(day) && until > 0 && until < time.Hour {
		label := "now"
		if m := int(until.Minutes() + 0.5); m > 0 {
			label = fmt.Sprintf("in %d min", m)
		}
		tw := kit.Width(label, kit.Tiny11M) + 14
		d.rect(right-tw, y+10, tw, 18, kit.C(kit.Select), 9)
		d.text(label, kit.Tiny11M, kit.C(kit.Accent), right-tw, y+10, tw, 18, fyne.TextAlignCenter)
		right -= tw + 8
	}
	var detail string
	switch {
	case o.Status == "cancelled":
		detail = "Called off"
	case o.Mine == "needs-action":
		detail = "No answer yet"
	case over:
		detail = "ended " + o.End.Format("15:04")
	case c.Wide && !plan.Long(o):
		detail = "until " + o.End.Format("15:04")
	}
	if o.Location != "" {
		if detail != "" && !over {
			detail += " · "
		}
		if !over {
			detail += o.Location
		}
	}
	x, ty := float32(69), y+2
	if detail == "" && (o.Join == "" || over) {
		ty = y + 10
	}
	d.text(kit.Cut(title(o), kit.Body13, right-x), kit.Body13, ink, x, ty, right-x, 18, fyne.TextAlignLeading)
	tw := float32(0)
	if detail != "" {
		tw = d.text(kit.Cut(detail, kit.Small12, right-x-40), kit.Small12, sub, x, y+19, right-x, 16, fyne.TextAlignLeading)
	}
	if o.Join != "" && !over {
		if tw > 0 {
			tw += d.text(" · ", kit.Small12, sub, x+tw, y+19, 20, 16, fyne.TextAlignLeading)
		}
		jw := d.text("Join", kit.Small12M, kit.C(kit.Accent), x+tw, y+19, 60, 16, fyne.TextAlignLeading)
		r.join = [4]float32{x + tw - 3, y + 16, jw + 6, 22}
	}
}

func (c *Coming) at(p fyne.Position) int {
	for i, r := range c.rows {
		if p.Y >= r.y && p.Y < r.y+r.h {
			return i
		}
	}
	return -1
}

// Tapped opens an entry, or joins its meeting.
func (c *Coming) Tapped(e *fyne.PointEvent) {
	i := c.at(e.Position)
	if i < 0 {
		return
	}
	if inRect(e.Position, c.rows[i].join) && c.OnJoin != nil {
		c.OnJoin(c.rows[i].o.Join)
		return
	}
	if c.OnOpen != nil {
		c.OnOpen(c.rows[i].o)
	}
}
