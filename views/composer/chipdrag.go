package composer

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/kit"
)

// chipDrag is a recipient on its way from one address row to another.
type chipDrag struct {
	from   *people
	i      int
	ghost  *kit.Chip
	opened []*addressRow // rows that are there for the drag only
	over   *addressRow
}

// dragChip moves recipient i of a row along with the pointer.
func (c *Composer) dragChip(p *people, i int, at fyne.Position) {
	layer := kit.LayerOf(c.win.Canvas())
	if layer == nil || i >= len(p.list) {
		return
	}
	d := c.drag
	if d == nil {
		a := p.list[i]
		d = &chipDrag{from: p, i: i, ghost: kit.NewChip(a.Display(), a.Addr, problem(a.Addr), nil)}
		c.drag = d
		for _, r := range c.rows { // all three are there to be dropped on
			if !r.on {
				r.on = true
				d.opened = append(d.opened, r)
			}
		}
		c.relayout()
		layer.Add(d.ghost)
	}
	d.ghost.Resize(d.ghost.MinSize())
	d.ghost.Move(at.AddXY(8, 8))
	d.over = nil
	y := at.Y - fyne.CurrentApp().Driver().AbsolutePositionForObject(c.root).Y
	for _, r := range c.rows {
		top, h := r.p.flow.Position().Y-4, r.p.flow.MinSize().Height+8
		if y >= top && y < top+h && r.p != p {
			d.over = r
			kit.Place(c.dropMark, 6, top+1, c.root.Size().Width-12, h-2)
		}
	}
	c.dropMark.Hidden = d.over == nil
	c.dropMark.Refresh()
	layer.Refresh()
}

// dropChip lets it go: on another row it belongs there now, elsewhere nothing changes.
func (c *Composer) dropChip() {
	d := c.drag
	if d == nil {
		return
	}
	c.drag = nil
	c.dropMark.Hide()
	if layer := kit.LayerOf(c.win.Canvas()); layer != nil {
		layer.Remove(d.ghost)
		layer.Refresh()
	}
	for _, r := range d.opened {
		r.on = r == d.over
	}
	if d.over != nil && d.i < len(d.from.list) {
		a := d.from.list[d.i]
		d.from.list = append(d.from.list[:d.i:d.i], d.from.list[d.i+1:]...)
		d.from.arm(false)
		d.from.changed()
		d.over.p.add(a)
	}
	c.relayout()
}
