// Package views is the main window: it puts rail, sidebar, list and reader side by side, takes commands from keys, buttons and menus to the
// program, and shows what the program says of itself in banners and toasts.
//
// It depends on [app.Client] only. One goroutine waits for changes and brings each burst of them to the window's goroutine with one call of
// Do; the panes drop answers to questions that are no longer asked. Calendar, contacts and settings are pages in the place of sidebar, list and reader. Wizard, settings and
// composers are other packages' that package desk connects through [Hooks].
//
// With POSTRIDER_TIMING=1 the window tells on standard error when the first list was painted, what kept its goroutine for more than 8 ms, and the
// resident memory every five seconds.
package views
