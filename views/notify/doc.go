// Package notify tells of new mail and of reminders outside of the window.
//
// [Watch] follows the program and decides: nothing while the window has the keyboard, nothing of an account that is fetched for the first time, one
// notification for everything since the person last looked, which is replaced as more comes and taken away when the window is in front again. What it
// says of a message is the person's choice; on a locked screen it never says more than how many messages came.
//
// [Reminders] sleeps until the next reminder of the calendars is due, and shows it with what can be done about it: open, snooze, dismiss. What was done is kept by the
// program, so that it holds over a restart and in the person's other programs. Several at once are told in one notification: those of a day, after the program did not run.
// Where the desktop shows no notifications, or none with buttons, the window shows them itself.
//
// A [Desktop] shows it. On Linux and the BSDs that is the notification service of the desktop over D-Bus (org.freedesktop.Notifications), with the
// message opened by a press, and buttons; elsewhere what the toolkit offers.
package notify
