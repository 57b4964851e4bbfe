// Package composer is the window in which a message is written.
//
// A [Composer] owns one window and one draft. The form (form.go) holds the widgets; what they hold is the draft. Two seconds after the last
// change the draft is saved, and once more when the window closes: closing never asks. Saving, sending and discarding are jobs that run one
// after the other on the composer's own goroutine (jobs.go), so that a draft is never saved after it was sent, and the window never waits
// for the store. The text is formatted (package rich, with formatbar.go, findbar.go and tablepick.go above it) or plain (package editor), as the
// person likes; the quoted history stays folded below it until the person opens it, and is part of the text from then on.
package composer
