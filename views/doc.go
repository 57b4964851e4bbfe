// Package views is the main window: it puts rail, sidebar, list and reader side by side, takes commands from keys, buttons and menus to the
// program, and shows what the program says of itself in banners and toasts.
//
// It depends on [app.Client] only. One goroutine waits for changes and brings each burst of them to the window's goroutine with one call of
// Do; the panes drop answers to questions that are no longer asked. Wizard, settings and composer are windows of their own that main connects
// through [Hooks].
package views
