package composer

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/kit"
)

// form holds the parts of the window.
type form struct {
	root             *fyne.Container
	ground           fyne.CanvasObject
	sendBtn, moreBtn *kit.Button
	stateIcon        *kit.IconView
	state            *kit.Label
	bar              fyne.CanvasObject
	fromRow          *fyne.Container
	rows             []*addressRow
	links            *fyne.Container
	subjectRow       fyne.CanvasObject
	fold             *fyne.Container
	banner           *fyne.Container
	warned           string
	strip            *fyne.Container
	stripRule        fyne.CanvasObject
	drag             *chipDrag
	dropMark         *kit.Frame // around the row that a recipient would be dropped on
	limit            int64
}

// addressRow is a label, chips, and why an address is bad.
type addressRow struct {
	p    *people
	on   bool
	text *kit.Label
	why  *kit.Label
	rule fyne.CanvasObject
}

const (
	barHeight   = 52
	rowHeight   = 42
	stripHeight = 66
	labelX      = 16
	valueX      = 80
)

func (c *Composer) build() {
	d := c.draft
	c.complete = newCompletion(c)
	c.popup = kit.NewPanel(c.complete, kit.MenuFill, 8, 6)
	c.popup.Hide()
	c.subject = kit.NewField("")
	c.subject.Bare, c.subject.Name, c.subject.Style = true, "Subject", kit.Body13
	c.subject.SetText(d.Subject)
	c.subject.OnChanged = func(s string) {
		c.win.SetTitle(title(s))
		c.unwarn("subject")
		c.touched()
	}
	c.subject.OnShortcut = c.shortcut
	c.subject.OnKey = func(k fyne.KeyName, _ bool) bool {
		switch k {
		case fyne.KeyReturn, fyne.KeyEnter:
			c.focus(c.bodyFocus())
			return true
		case fyne.KeyEscape:
			c.Close()
			return true
		}
		return false
	}
	c.text = editor.New()
	c.text.Name, c.text.PadX = "Message", 24
	c.text.OnShortcut = c.shortcut
	c.text.OnKey = func(k fyne.KeyName, _ bool) bool {
		if k == fyne.KeyEscape {
			c.Close()
			return true
		}
		return false
	}
	c.fold = c.foldRow()
	c.text.Footer = c.fold
	c.text.SetText(d.Text)
	c.text.OnChanged = func() {
		c.unwarn("attachment")
		c.touched()
		if c.find != nil {
			c.find.soon()
		}
	}
	if c.formatted() {
		c.rich = c.newRich()
		c.format = newFormatBar(c)
		c.fill(d)
		c.spellIn(language())
	}
	c.root = kit.Free(func() fyne.Size { return fyne.NewSize(480, 360) }, c.lay)
	c.to, c.cc, c.bcc = newPeople(c, "To", d.To), newPeople(c, "Cc", d.Cc), newPeople(c, "Bcc", d.Bcc)
	c.bar = c.actions()
	c.fromRow, c.banner, c.strip = container.NewStack(), container.NewStack(), container.NewStack()
	c.stripRule = kit.NewRule(kit.Line)
	c.links = container.NewStack()
	for i, p := range []*people{c.to, c.cc, c.bcc} {
		c.rows = append(c.rows, &addressRow{p: p, on: i == 0 || len(p.list) > 0, text: kit.NewLabel(p.name, kit.Body13, kit.Text2), why: kit.NewLabel("", kit.Body13, kit.Err), rule: kit.NewRule(kit.Line)})
	}
	label := kit.NewLabel("Subject", kit.Body13, kit.Text2)
	rule := kit.NewRule(kit.Line)
	c.subjectRow = kit.Free(nil, func(s fyne.Size) {
		kit.Place(label, labelX, 0, 60, rowHeight)
		kit.Place(c.subject, valueX, 0, s.Width-valueX-16, rowHeight)
		kit.Place(rule, 0, rowHeight-1, s.Width, 1)
	}, label, c.subject, rule)
	c.drawFrom()
	c.drawFiles()
	c.ground = kit.NewFrame(kit.Surface, kit.Clear, 0, 0, nil)
	c.dropMark = kit.NewFrame(kit.Select, kit.Accent, 6, 0, nil)
	c.dropMark.Width = 2
	c.dropMark.Hide()
	c.assemble()
	c.relayout()
}

// assemble puts the parts of the window together, after the kind of the text changed too.
func (c *Composer) assemble() {
	objs := []fyne.CanvasObject{c.ground, c.dropMark, c.bar, c.fromRow}
	for _, r := range c.rows {
		objs = append(objs, r.text, r.p.flow, r.why, r.rule)
	}
	if c.format != nil {
		objs = append(objs, c.format.Container)
	}
	if c.find != nil {
		objs = append(objs, c.find.Container)
	}
	c.root.Objects = append(objs, c.links, c.subjectRow, c.body(), c.banner, c.stripRule, c.strip, c.popup)
}

// relayout places everything again after a row grew or came.
func (c *Composer) relayout() {
	if c.root != nil && len(c.root.Objects) > 0 {
		c.lay(c.root.Size())
		c.root.Refresh()
	}
}

func (c *Composer) lay(s fyne.Size) {
	if len(c.root.Objects) == 0 || s.Width < 10 {
		return
	}
	kit.Place(c.root.Objects[0], 0, 0, s.Width, s.Height)
	kit.Place(c.bar, 0, 0, s.Width, barHeight)
	kit.Place(c.fromRow, 0, barHeight, s.Width, rowHeight)
	y := float32(barHeight + rowHeight)
	c.drawLinks()
	for i, r := range c.rows {
		for _, o := range []fyne.CanvasObject{r.text, r.p.flow, r.why, r.rule} {
			if r.on {
				o.Show()
			} else {
				o.Hide()
			}
		}
		if !r.on {
			continue
		}
		right := s.Width - 16
		if i == 0 && c.links.Visible() {
			z := c.links.MinSize()
			kit.Place(c.links, right-z.Width, y, z.Width, rowHeight)
			right -= z.Width + 12
		}
		// Why an address is bad stands behind the chips.
		_, why := r.p.bad()
		r.why.SetText(why)
		w := r.why.MinSize().Width
		if why == "" {
			w = 0
			r.why.Hide()
		} else {
			kit.Place(r.why, right-w, y, w, rowHeight)
			w += 10
		}
		kit.Place(r.text, labelX, y, 60, rowHeight)
		kit.Place(r.p.flow, valueX, y+4, right-w-valueX, r.p.flow.MinSize().Height)
		h := r.p.flow.MinSize().Height + 8
		kit.Place(r.rule, 0, y+h-1, s.Width, 1)
		if c.complete.of == r.p {
			at := r.p.input.Position()
			x := min(float32(valueX-8), s.Width-completeWidth-12)
			z := fyne.NewSize(completeWidth, c.complete.height()+12)
			kit.Place(c.popup, max(8, x), y+at.Y+4+26+8, z.Width, z.Height)
		}
		y += h
	}
	kit.Place(c.subjectRow, 0, y, s.Width, rowHeight)
	y += rowHeight
	bottom := s.Height
	if c.strip.Visible() {
		bottom -= stripHeight
		kit.Place(c.stripRule, 0, bottom, s.Width, 1)
		kit.Place(c.strip, 0, bottom, s.Width, stripHeight)
	}
	if len(c.banner.Objects) > 0 {
		bottom -= 50
		kit.Place(c.banner, 16, bottom, s.Width-32, 40)
	}
	if c.format != nil {
		kit.Place(c.format.Container, 0, y, s.Width, formatHeight)
		y += formatHeight
	}
	if c.find != nil {
		kit.Place(c.find.Container, 0, y, s.Width, findHeight)
		y += findHeight
	}
	kit.Place(c.body(), 0, y, s.Width, max(60, bottom-y))
}

// drawLinks shows Cc and Bcc as long as their rows are not open.
func (c *Composer) drawLinks() {
	want := ""
	for _, r := range c.rows[min(1, len(c.rows)):] {
		if !r.on {
			want += r.p.name
		}
	}
	if want == "" {
		c.links.Hide()
		return
	}
	c.links.Show()
	have := ""
	var row *fyne.Container
	if len(c.links.Objects) > 0 {
		row = c.links.Objects[0].(*fyne.Container)
		for _, o := range row.Objects {
			have += o.(*kit.Button).Text
		}
	}
	if have == want {
		return
	}
	row = kit.Row(0)
	for _, r := range c.rows[1:] {
		if !r.on {
			b := kit.NewButton(r.p.name, "", kit.Link, func() {
				c.showRow(r.p)
				c.focus(r.p.input)
			})
			b.Height = kit.SmallButton
			row.Add(b)
		}
	}
	c.links.Objects = []fyne.CanvasObject{row}
	c.links.Refresh()
}

func (c *Composer) showRow(p *people) {
	for _, r := range c.rows {
		if r.p == p && !r.on {
			r.on = true
			c.relayout()
		}
	}
}

// focus gives the keys to a widget of the window, also to one that has not been drawn yet and so does not know where it is.
func (c *Composer) focus(o fyne.Focusable) { c.win.Canvas().Focus(o) }

// next gives the keys to the row below an address row.
func (c *Composer) next(p *people) {
	i := slices.IndexFunc(c.rows, func(r *addressRow) bool { return r.p == p })
	for _, r := range c.rows[i+1:] {
		if r.on {
			c.focus(r.p.input)
			return
		}
	}
	c.focus(c.subject)
}

// drawFrom shows who writes; a click offers the other identities.
func (c *Composer) drawFrom() {
	hue := "slate"
	many := 0
	for _, a := range c.accounts {
		many += len(a.Identities)
		if a.ID == c.account && a.Hue != "" {
			hue = a.Hue
		}
	}
	dot := kit.NewFrame(kit.Clear, kit.Clear, 3, 0, nil)
	dot.Hue, dot.Solid = hue, true
	name, addr := c.from.Name, c.from.Addr
	row := kit.Row(8, kit.Sized(8, 8, dot))
	if name != "" {
		row.Add(kit.NewLabel(name, kit.Body13, kit.Text))
	}
	row.Add(kit.NewLabel(addr, kit.Body13, kit.Text2))
	if many > 1 {
		row.Add(kit.NewIcon("chevron-down", 14, kit.Text2))
	}
	pick := kit.NewFrame(kit.Clear, kit.Clear, 6, 0, kit.Inset(0, 8, 0, 6, row))
	pick.Name, pick.HoverFill = "From", kit.Hover
	if many > 1 {
		pick.OnTapped = func() { c.pickFrom(pick) }
	}
	label := kit.NewLabel("From", kit.Body13, kit.Text2)
	rule := kit.NewRule(kit.Line)
	c.fromRow.Objects = []fyne.CanvasObject{kit.Free(nil, func(s fyne.Size) {
		kit.Place(label, labelX, 0, 60, rowHeight)
		kit.Place(pick, valueX-6, 7, min(pick.MinSize().Width, s.Width-valueX), 28)
		kit.Place(rule, 0, rowHeight-1, s.Width, 1)
	}, label, pick, rule)}
	c.fromRow.Refresh()
	c.limit = 0
	if c.h.Limit != nil {
		c.limit = c.h.Limit(c.account)
	}
}

func (c *Composer) pickFrom(below fyne.CanvasObject) {
	var items []kit.MenuItem
	for _, a := range c.accounts {
		for _, i := range a.Identities {
			text := i.Addr
			if i.Name != "" {
				text = i.Name + "  " + i.Addr
			}
			items = append(items, kit.MenuItem{Text: text, Checked: a.ID == c.account && i.Addr == c.from.Addr && i.Name == c.from.Name, Do: func() { c.setFrom(a, i) }})
		}
	}
	kit.ShowMenuBelow(below, false, items...)
}

// foldLabel names the quoted history.
func (c *Composer) foldLabel() string {
	label := "Quoted text"
	if first, _, _ := strings.Cut(c.quoted, "\n"); strings.HasSuffix(first, " wrote:") {
		who := strings.TrimSuffix(first, " wrote:")
		if i := strings.LastIndex(who, ", "); i >= 0 {
			who = who[i+2:]
		}
		label = "Quoted text from " + who
	} else if c.draft.Forward {
		label = "Forwarded message"
	}
	return label
}

// foldRow is the button that stands for the quoted history.
func (c *Composer) foldRow() *fyne.Container {
	label := c.foldLabel()
	dots := kit.NewFrame(kit.SelectIdle, kit.Clear, 4, 0, container.NewCenter(kit.NewIcon("ellipsis", 14, kit.Text)))
	text := kit.NewLabel(label, kit.Small12, kit.Text2)
	f := kit.NewFrame(kit.Clear, kit.Clear, 4, 0, kit.Row(6, kit.Sized(26, 16, dots), text))
	f.Name, f.OnTapped = "Show quoted text", c.unfold
	row := kit.Row(0, kit.Sized(0, 20, f))
	if c.quoted == "" {
		row.Hide()
	}
	return row
}

// file is one attachment, perhaps still being copied.
type file struct {
	name    string
	a       mail.Attachment
	loading bool
	gone    bool
}

func (c *Composer) drop(f *file) {
	f.gone = true
	c.files = slices.DeleteFunc(c.files, func(o *file) bool { return o == f })
	c.drawFiles()
}

// kindOf gives icon and hue of a file by its name.
func kindOf(name string) (icon, hue string) {
	switch strings.ToLower(name[strings.LastIndexByte(name, '.')+1:]) {
	case "xlsx", "xls", "ods", "csv":
		return "file-spreadsheet", "green"
	case "png", "jpg", "jpeg", "gif", "webp", "heic", "svg", "tif", "tiff", "bmp":
		return "file-image", "blue"
	case "pdf":
		return "file-text", "red"
	case "zip", "gz", "7z", "rar", "xz", "tar":
		return "package", "amber"
	case "eml":
		return "mail", "petrol"
	}
	return "file-text", "slate"
}

// drawFiles shows the attachments, or hides the strip when there is none.
func (c *Composer) drawFiles() {
	if c.strip == nil {
		return
	}
	if len(c.files) == 0 {
		c.strip.Hide()
		c.stripRule.Hide()
		c.relayout()
		return
	}
	row := kit.Row(8)
	var total int64
	for _, f := range c.files {
		total += f.a.Size
		row.Add(c.fileCard(f))
	}
	text := kit.Bytes(total)
	ink := kit.Text2
	// Base64 makes a message a third larger than its files.
	if c.limit > 0 {
		text += " of " + kit.Bytes(c.limit)
		if total*4/3 > c.limit {
			ink = kit.Err
		}
	}
	sum := kit.NewLabel(text, kit.Small12, ink)
	scroll := container.NewHScroll(row)
	c.strip.Objects = []fyne.CanvasObject{kit.Free(nil, func(s fyne.Size) {
		z := sum.MinSize()
		w := s.Width - 48 - z.Width
		// A scroll container cuts the last line of the cards' frames, so it is used only where there is something to scroll.
		if m := row.MinSize(); m.Width <= w {
			scroll.Hide()
			row.Show()
			kit.Place(row, 16, 11, m.Width, 44)
		} else {
			scroll.Show()
			kit.Place(scroll, 16, 11, w, 46)
		}
		kit.Place(sum, s.Width-16-z.Width, 0, z.Width, s.Height)
	}, row, scroll, sum)}
	c.strip.Show()
	c.stripRule.Show()
	c.strip.Refresh()
	c.relayout()
}

func (c *Composer) fileCard(f *file) fyne.CanvasObject {
	iconName, hue := kindOf(f.name)
	tile := kit.NewFrame(kit.Clear, kit.Clear, 6, 0, nil)
	tile.Hue = hue
	icon := kit.NewIcon(iconName, 16, kit.Text)
	icon.Hue = hue
	shown := kit.Cut(f.name, kit.Small12, 170)
	name := kit.NewLabel(shown, kit.Small12, kit.Text)
	detail := kit.Bytes(f.a.Size)
	if f.loading {
		detail = "Copying"
	}
	size := kit.NewLabel(detail, kit.Tiny11, kit.Text2)
	frame := kit.NewFrame(kit.Card, kit.Border, 8, 0, nil)
	frame.Name = f.name
	remove := kit.NewIconButton("x", "Remove "+f.name, "", func() {
		c.drop(f)
		c.touched()
	})
	remove.Height = 24
	w := 46 + max(kit.Width(shown, kit.Small12), 90) + 34
	return kit.Free(func() fyne.Size { return fyne.NewSize(w, 44) }, func(s fyne.Size) {
		frame.Resize(s)
		kit.Place(tile, 8, 8, 28, 28)
		kit.Place(icon, 14, 14, 16, 16)
		kit.Place(name, 46, 6, s.Width-80, 16)
		kit.Place(size, 46, 23, s.Width-80, 14)
		kit.Place(remove, s.Width-30, 10, 24, 24)
	}, frame, tile, icon, name, size, remove)
}
