package desk

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/views/kit"
)

// Trouble shows why the program cannot start, in a window of its own: who started it from a menu or a link sees nothing of standard error. again starts it once
// more; the window is closed then.
func Trouble(a fyne.App, err error, again func() error) {
	kit.SystemEmoji()
	a.Settings().SetTheme(kit.NewTheme())
	a.SetIcon(kit.AppIcon())
	w := a.NewWindow("Postrider")
	box := trouble(fault.Of(err), again, w.Close)
	w.SetContent(kit.NewRoot(box))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(kit.NarrowDialog, box.MinSize().Height))
	w.SetFixedSize(true)
	w.CenterOnScreen()
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			w.Close()
		}
	})
	w.Show()
}

func trouble(f *fault.Error, again func() error, end func()) fyne.CanvasObject {
	const width = kit.NarrowDialog - 48
	detail := kit.NewPara(f.Detail, kit.Body13, kit.Text2, 19, width-36)
	var retry *kit.Button
	retry = kit.NewButton("Try again", "", kit.Primary, func() {
		if err := again(); err != nil {
			detail.SetText(fault.Of(err).Title)
			return
		}
		end()
	})
	title := kit.NewPara(f.Title, kit.Title16, kit.Text, 20, width-36)
	return kit.Inset(24, 24, 24, 24, kit.Col(0,
		kit.Row(12, kit.Sized(24, 24, kit.NewIcon("circle-alert", 24, kit.Err)), kit.Sized(width-36, 0, kit.Col(8, title, detail))),
		kit.Gap(0, 20), kit.Row(8, kit.Spring(nil), kit.NewButton("Close", "", kit.Plain, end), retry)))
}
