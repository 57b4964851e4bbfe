package reader

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// Size is a number of bytes for people.
func Size(n int64) string { return kit.Bytes(n) }

// programs are endings of files that can do things when they are opened.
var programs = map[string]bool{"exe": true, "msi": true, "bat": true, "cmd": true, "com": true, "scr": true, "pif": true, "ps1": true, "vbs": true, "vbe": true,
	"js": true, "jse": true, "wsf": true, "wsh": true, "hta": true, "jar": true, "lnk": true, "reg": true, "cpl": true, "msc": true, "sh": true, "bash": true,
	"run": true, "bin": true, "appimage": true, "desktop": true, "deb": true, "rpm": true, "apk": true, "app": true, "dmg": true, "pkg": true, "command": true,
	"py": true, "pl": true, "rb": true, "docm": true, "xlsm": true, "pptm": true, "iso": true, "img": true, "vhd": true, "vhdx": true, "html": true, "htm": true, "svg": true, "xht": true, "xhtml": true, "url": true, "chm": true, "scf": true, "inf": true, "dll": true, "so": true, "flatpakref": true, "snap": true}

// Program reports whether a file of that name could run something when it is opened.
func Program(name string) bool {
	name = strings.TrimRight(name, ". ") // Windows drops them
	i := strings.LastIndexByte(name, '.')
	return i >= 0 && programs[strings.ToLower(name[i+1:])]
}

// fileLook is icon and hue of a kind of file.
func fileLook(p mail.Part) (icon, hue string) {
	ext := ""
	if i := strings.LastIndexByte(p.Name, '.'); i >= 0 {
		ext = strings.ToLower(p.Name[i+1:])
	}
	switch {
	case Program(p.Name) && ext != "html" && ext != "htm" && ext != "svg":
		return "file-warning", "orange"
	case strings.HasPrefix(p.Type, "image/"):
		return "file-image", "violet"
	case ext == "pdf":
		return "file-text", "red"
	case ext == "xlsx" || ext == "xls" || ext == "ods" || ext == "csv":
		return "file-spreadsheet", "green"
	case ext == "zip" || ext == "gz" || ext == "7z" || ext == "tar" || ext == "rar" || ext == "xz":
		return "package", "amber"
	case p.Type == "text/calendar":
		return "calendar", "indigo"
	case p.Type == "message/rfc822":
		return "mail", "petrol"
	case ext == "doc" || ext == "docx" || ext == "odt":
		return "file-text", "blue"
	}
	return "file-text", "slate"
}

// attachment is a chip of one file.
type attachment struct {
	widget.BaseWidget
	c     *card
	part  mail.Part
	hover bool
	focus bool
	tip   kit.Tip
}

var (
	_ fyne.Focusable         = (*attachment)(nil)
	_ fyne.SecondaryTappable = (*attachment)(nil)
	_ desktop.Hoverable      = (*attachment)(nil)
)

func newAttachment(c *card, p mail.Part) *attachment {
	a := &attachment{c: c, part: p}
	a.ExtendBaseWidget(a)
	return a
}

// AccessibleName says the file's name and size.
func (a *attachment) AccessibleName() string { return a.part.Name + ", " + Size(a.part.Size) }

// Tapped shows the file.
func (a *attachment) Tapped(*fyne.PointEvent) { a.tip.Hide(); a.c.p.preview(a.c, a.part) }

// TappedSecondary offers what can be done.
func (a *attachment) TappedSecondary(e *fyne.PointEvent) {
	a.tip.Hide()
	cv := fyne.CurrentApp().Driver().CanvasForObject(a)
	if cv == nil {
		return
	}
	p := a.c.p
	kit.ShowMenu(cv, e.AbsolutePosition,
		kit.MenuItem{Text: "Open", Icon: "square-arrow-out-up-right", Key: "Enter", Do: func() { p.openFile(a.c, a.part) }},
		kit.MenuItem{Text: "Save as…", Icon: "download", Do: func() { p.save(a.c, a.part) }})
}

// MouseIn implements desktop.Hoverable.
func (a *attachment) MouseIn(*desktop.MouseEvent) {
	a.hover = true
	a.tip.Start(a, a.part.Name, "")
	a.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (a *attachment) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (a *attachment) MouseOut() { a.hover = false; a.tip.Hide(); a.Refresh() }

// FocusGained implements fyne.Focusable.
func (a *attachment) FocusGained() { a.focus = true; a.Refresh() }

// FocusLost implements fyne.Focusable.
func (a *attachment) FocusLost() { a.focus = false; a.Refresh() }

// TypedRune implements fyne.Focusable.
func (a *attachment) TypedRune(r rune) { kit.PassRune(a, r) }

// TypedKey opens it by Enter.
func (a *attachment) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		a.c.p.openFile(a.c, a.part)
		return
	}
	kit.PassKey(a, e)
}

// CreateRenderer implements fyne.Widget.
func (a *attachment) CreateRenderer() fyne.WidgetRenderer {
	bg, tile, name, size := &canvas.Rectangle{CornerRadius: 8, StrokeWidth: 1}, &canvas.Rectangle{CornerRadius: 6}, &canvas.Text{}, &canvas.Text{}
	ic, hue := fileLook(a.part)
	icon := kit.NewIcon(ic, 16, kit.Text2)
	icon.Hue = hue
	r := &kit.Renderer{Self: a, Objs: []fyne.CanvasObject{bg, tile, icon, name, size}}
	r.Min = func() fyne.Size {
		return fyne.NewSize(min(260, 46+max(60, kit.Width(a.part.Name, kit.Small12))+12), 44)
	}
	r.Lay = func(s fyne.Size) {
		bg.FillColor, bg.StrokeColor, bg.StrokeWidth = kit.C(kit.Card), kit.C(kit.Border), 1
		if a.hover {
			bg.FillColor = kit.C(kit.Hover)
		}
		if a.focus {
			bg.StrokeColor, bg.StrokeWidth = kit.C(kit.Accent), 2
		}
		bg.Resize(s)
		tile.FillColor = kit.Hue(hue).Tint
		kit.Place(tile, 8, 8, 28, 28)
		kit.Place(icon, 8, 8, 28, 28)
		kit.PutText(name, a.part.Name, kit.Small12, kit.C(kit.Text), 46, 5, s.Width-56, 18, fyne.TextAlignLeading)
		kit.PutText(size, Size(a.part.Size), kit.Tiny11, kit.C(kit.Text3), 46, 22, s.Width-56, 16, fyne.TextAlignLeading)
	}
	return r
}
