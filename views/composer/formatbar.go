package composer

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/kit"
)

const formatHeight float32 = 40

// formatBar is the row of buttons above a formatted text.
type formatBar struct {
	*fyne.Container
	c       *Composer
	kind    *kit.Button
	size    *kit.Button
	buttons map[string]*kit.Button
}

var kindNames = []struct {
	k    edit.Kind
	name string
}{{edit.Line, "Paragraph"}, {edit.Heading1, "Heading 1"}, {edit.Heading2, "Heading 2"}, {edit.Heading3, "Heading 3"}, {edit.Pre, "Preformatted"}}

var sizeNames = []struct{ css, name string }{{"11px", "Small"}, {"", "Normal"}, {"18px", "Large"}, {"26px", "Huge"}}

// inks are the colours that are offered: readable on white and, turned in lightness, on dark.
var inks = []struct{ css, name string }{{"", "Standard"}, {"#b3282d", "Red"}, {"#81400f", "Brown"}, {"#855600", "Amber"}, {"#157446", "Green"}, {"#0a6c74", "Petrol"}, {"#1f5da3", "Blue"}, {"#5f3593", "Violet"}, {"#66777b", "Grey"}}

func newFormatBar(c *Composer) *formatBar {
	b := &formatBar{c: c, buttons: map[string]*kit.Button{}}
	b.kind = kit.NewButton("Paragraph", "", kit.Ghost, nil)
	b.kind.Trailing, b.kind.Height = "chevron-down", kit.SmallButton
	b.kind.OnTapped = func() {
		var items []kit.MenuItem
		now := c.rich.Doc().KindAt(c.rich.Selection().To)
		for _, k := range kindNames {
			items = append(items, kit.MenuItem{Text: k.name, Checked: k.k == now, Do: b.do(func() { c.rich.SetKind(k.k) })})
		}
		kit.ShowMenuBelow(b.kind, false, items...)
	}
	b.size = kit.NewButton("", "type", kit.Ghost, nil)
	b.size.Tip, b.size.Height = "Size and colour", kit.SmallButton
	b.size.OnTapped = func() {
		m := c.rich.Marks()
		var items []kit.MenuItem
		for _, s := range sizeNames {
			items = append(items, kit.MenuItem{Text: s.name, Checked: m[edit.Size] == s.css, Do: b.do(func() { c.rich.SetMark(edit.Size, s.css) })})
		}
		items = append(items, kit.Separator())
		for _, i := range inks {
			items = append(items, kit.MenuItem{Text: i.name, Checked: m[edit.Color] == i.css, Do: b.do(func() { c.rich.SetMark(edit.Color, i.css) })})
		}
		items = append(items, kit.Separator(), kit.MenuItem{Text: "Marked", Icon: "highlighter", Checked: m[edit.Back] != "", Do: b.do(func() {
			v := "#fff3a3"
			if m[edit.Back] != "" {
				v = ""
			}
			c.rich.SetMark(edit.Back, v)
		})})
		kit.ShowMenuBelow(b.size, false, items...)
	}
	add := func(name, icon, tip, key string, f func()) *kit.Button {
		x := kit.NewIconButton(icon, tip, key, b.do(f))
		x.Height = kit.SmallButton
		b.buttons[name] = x
		return x
	}
	groups := [][]*kit.Button{
		{add("bold", "bold", "Bold", "Ctrl B", func() { c.rich.Toggle(edit.Bold) }), add("italic", "italic", "Italic", "Ctrl I", func() { c.rich.Toggle(edit.Italic) }),
			add("underline", "underline", "Underline", "Ctrl U", func() { c.rich.Toggle(edit.Underline) })},
		{add("bullets", "list", "List", "Ctrl Shift 8", func() { c.rich.SetKind(edit.Bullets) }), add("numbers", "list-ordered", "Numbered list", "Ctrl Shift 7", func() { c.rich.SetKind(edit.Numbers) }),
			add("out", "indent-decrease", "Move out", "Ctrl [", func() { c.rich.Indent(-1) }), add("in", "indent-increase", "Move in", "Ctrl ]", func() { c.rich.Indent(1) }),
			add("quote", "text-quote", "Quote", "Ctrl Shift 9", func() { c.rich.Quote() })},
		{add("link", "link", "Link", "Ctrl K", func() { c.askLink() }), add("picture", "image", "Picture in the text", "", func() { c.pickPicture() }), add("table", "table", "Table", "", func() { c.pickTable() }), add("code", "code", "Code", "", func() { c.rich.Toggle(edit.Code) }),
			add("clear", "remove-formatting", "Remove formatting", `Ctrl \`, func() { c.rich.Clear() })},
	}
	bg, rule := kit.NewFill(kit.Surface), kit.NewFill(kit.Line)
	var seps []*kit.Fill
	for range groups {
		seps = append(seps, kit.NewFill(kit.Border))
	}
	objs := []fyne.CanvasObject{bg, b.kind, b.size, rule}
	for i, g := range groups {
		objs = append(objs, seps[i])
		for _, x := range g {
			objs = append(objs, x)
		}
	}
	b.Container = kit.Free(nil, func(s fyne.Size) {
		kit.Place(bg, 0, 0, s.Width, s.Height)
		kit.Place(rule, 0, s.Height-1, s.Width, 1)
		w := b.kind.MinSize().Width
		kit.Place(b.kind, 12, 6, w, 28)
		x := 12 + w + 2
		kit.Place(b.size, x, 6, 34, 28)
		x += 36
		for i, g := range groups {
			kit.Place(seps[i], x+5, 11, 1, 18)
			x += 11
			for _, k := range g {
				kit.Place(k, x, 6, 30, 28)
				x += 32
			}
		}
	}, objs...)
	return b
}

// do runs f and gives the keys back to the text.
func (b *formatBar) do(f func()) func() {
	return func() {
		f()
		b.c.focus(b.c.rich)
	}
}

// look shows the formatting at the caret.
func (b *formatBar) look() {
	e := b.c.rich
	m, k := e.Marks(), e.Doc().KindAt(e.Selection().To)
	set := func(name string, on bool) {
		if x := b.buttons[name]; x.Active != on {
			x.Active = on
			x.Refresh()
		}
	}
	set("bold", m[edit.Bold] != "")
	set("italic", m[edit.Italic] != "")
	set("underline", m[edit.Underline] != "")
	set("code", m[edit.Code] != "")
	set("link", m[edit.Link] != "")
	set("bullets", k == edit.Bullets)
	set("numbers", k == edit.Numbers)
	name := "List"
	for _, x := range kindNames {
		if x.k == k {
			name = x.name
		}
	}
	if b.kind.Text != name {
		b.kind.Text = name
		b.kind.Refresh()
		b.Refresh()
	}
}
