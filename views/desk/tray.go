package desk

import (
	"os"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// shut is what closing the main window does: the program ends, or goes on without a window, when that is wanted.
func (d *Desk) shut() {
	if !d.c.Settings().KeepRunning {
		d.close()
		return
	}
	d.tray()
	d.win.Hide()
	if !d.hidden {
		d.hidden = true
		d.app.SendNotification(fyne.NewNotification("Postrider goes on", "Mail is fetched and reminders come. Start it again to see its window; Quit is in its menu in the panel."))
	}
}

// show brings the main window back.
func (d *Desk) show() {
	d.win.Show()
	d.win.RequestFocus()
}

// tray puts the program's icon into the desktop's panel, once, where there is one.
func (d *Desk) tray() {
	t, ok := d.app.(desktop.App)
	if !ok || d.trayed || runtime.GOOS == "linux" && os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		return
	}
	d.trayed = true
	t.SetSystemTrayIcon(kit.AppIcon())
	quit := fyne.NewMenuItem("Quit", d.close)
	quit.IsQuit = true
	t.SetSystemTrayMenu(fyne.NewMenu("Postrider", fyne.NewMenuItem("Open Postrider", d.show), fyne.NewMenuItem("New message", func() { d.Compose(app.Compose{}, "") }),
		fyne.NewMenuItem("Fetch mail", func() { d.c.Sync("") }), fyne.NewMenuItemSeparator(), quit))
}
