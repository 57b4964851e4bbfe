// Package viewtest is the views' door kept in memory: an [app.Client] with invented mail, for tests of the windows. Commands take effect at
// once and can be undone; nothing is stored and no network is used. [Client.Now] is the moment at which the invented mail was read.
//
// A [Desk] is a window for such a test, whose goroutine is the test's: it does what views ask to be done there, and finds, reads, presses and fills in what is on the screen.
package viewtest
