// Package kit is the toolkit of the windows: colours, type, icons and widgets that know nothing of mail.
//
// Colours are [Token]s. A widget never keeps a colour: it asks [C] in Refresh, so that a change of the system's variant, of the setting or
// of the contrast reaches everything that is refreshed. Fyne refreshes all widgets of a canvas when the theme changes.
//
// Text is measured and cut by [Measure] and [Cut] on grapheme boundaries, with a cache; right-to-left text is put into visual order by [Visual] just
// before it is drawn: Fyne shapes it rightly but does not order the parts of a mixed line.
//
// Widgets draw with canvas objects inside a [Renderer]. Menus, dialogs and palettes are [Overlay]s; tooltips, toasts and drag tags live in
// the float layer of a [Root], which every window has as its content.
package kit
