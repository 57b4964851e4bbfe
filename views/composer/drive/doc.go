// Package drive holds the test that writes a message in the composer's real window by keys and mouse, through the X server: every command of the
// formatted text, undo to the start and redo to the end, and that what is sent reads back as the same document.
package drive
