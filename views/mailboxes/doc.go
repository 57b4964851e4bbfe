// Package mailboxes is the left side of the window: the rail, and the sidebar with the unified views, the accounts and their mailbox trees
// and the footer that says how far fetching is.
//
// The sidebar is rebuilt from [State] whenever something of it changed; it draws some dozens of rows and keeps nothing but what is folded,
// which is remembered in the settings.
package mailboxes
