package reader

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/kit"
)

// column is the subject and the cards below each other.
type column struct {
	widget.BaseWidget
	p        *Pane
	height   float32
	from, to float32
	expand   *kit.Button
	print    *kit.Button
}

// MinSize is the height at the present width.
func (c *column) MinSize() fyne.Size {
	c.fit(c.Size().Width)
	return fyne.NewSize(100, c.height)
}

func (c *column) subject() string {
	if s := c.p.shown.Subject; s != "" {
		return s
	}
	return "No subject"
}

const headHeight float32 = 79

func (c *column) fit(width float32) {
	if width <= 0 {
		return
	}
	y := headHeight
	for _, d := range c.p.cards {
		y += d.fit(width-32) + 6
	}
	c.height = y + 10
}

// View passes on which part is seen.
func (c *column) View(from, to float32) {
	c.from, c.to = from, to
	for _, d := range c.p.cards {
		y := d.Position().Y
		d.view(from-y, to-y)
	}
}

// CreateRenderer implements fyne.Widget.
func (c *column) CreateRenderer() fyne.WidgetRenderer {
	subject, count := &canvas.Text{}, &canvas.Text{}
	box := kit.NewTag("", "slate")
	box.Outline = true
	c.expand = kit.NewIconButton("unfold-vertical", "Open all messages", "", func() {
		open := false
		for _, d := range c.p.cards {
			open = open || !d.open
		}
		for i, d := range c.p.cards {
			if d.open != open {
				d.setOpen(open || i == len(c.p.cards)-1)
			}
		}
	})
	c.print = kit.NewIconButton("printer", "Print", "Ctrl P", c.p.Print)
	var tags []*kit.Tag
	r := &kit.Renderer{Self: c}
	r.Min = func() fyne.Size { return fyne.NewSize(100, c.height) }
	r.Lay = func(s fyne.Size) {
		c.fit(s.Width)
		r.Objs = append(r.Objs[:0], subject)
		right := s.Width - 24
		if len(c.p.cards) > 0 {
			kit.Place(c.print, right-28, 24, 32, 32)
			r.Objs = append(r.Objs, c.print)
			right -= 40
		}
		if len(c.p.cards) > 1 {
			kit.Place(c.expand, right-28, 24, 32, 32)
			r.Objs = append(r.Objs, c.expand)
			right -= 40
		}
		kit.PutText(subject, c.subject(), kit.Title20, kit.C(kit.Text), 24, 16, right-24, 26, fyne.TextAlignLeading)
		x := float32(24)
		n := 0
		for _, k := range c.p.shown.Keywords {
			if k == "" || k[0] == '$' {
				continue
			}
			if n == len(tags) {
				tags = append(tags, kit.NewTag("", ""))
			}
			tags[n].Text = k
			w := tags[n].MinSize().Width
			if x+w > s.Width/2 {
				break
			}
			kit.Place(tags[n], x, 48, w, 18)
			tags[n].Refresh()
			r.Objs = append(r.Objs, tags[n])
			x += w + 6
			n++
		}
		if c.p.BoxName != nil && c.p.has {
			box.Text, box.Hue = c.p.BoxName(c.p.shown)
			if box.Text != "" {
				w := min(box.MinSize().Width, max(60, s.Width-x-140))
				kit.Place(box, x, 48, w, 18)
				box.Refresh()
				r.Objs = append(r.Objs, box)
				x += w + 8
			}
		}
		if n := len(c.p.cards); n > 1 {
			kit.PutText(count, kit.Plural(n, "message", "messages"), kit.Small12, kit.C(kit.Text3), x, 48, s.Width-x-24, 18, fyne.TextAlignLeading)
			r.Objs = append(r.Objs, count)
		}
		y := headHeight
		for _, d := range c.p.cards {
			kit.Place(d, 16, y, s.Width-32, d.height)
			r.Objs = append(r.Objs, d)
			y += d.height + 6
		}
		c.View(c.from, c.to)
	}
	return r
}
