// Package viewtest is the views' door kept in memory: an [app.Client] with invented mail, for tests of the windows. Commands take effect at
// once and can be undone; nothing is stored and no network is used. [Client.Now] is the moment at which the invented mail was read.
package viewtest
