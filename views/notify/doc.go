// Package notify tells of new mail outside of the window.
//
// [Watch] follows the program and decides: nothing while the window has the keyboard, nothing of an account that is fetched for the first time, one
// notification for everything since the person last looked, which is replaced as more comes and taken away when the window is in front again. What it
// says of a message is the person's choice; on a locked screen it never says more than how many messages came.
//
// A [Desktop] shows it. On Linux and the BSDs that is the notification service of the desktop over D-Bus (org.freedesktop.Notifications), with the
// message opened by a press; elsewhere what the toolkit offers.
package notify
