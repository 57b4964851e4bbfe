// Package doors reads and writes the files in which other programs keep mail: mbox in its four dialects, Maildir, .eml files, folders and zip archives of them, Outlook items
// (.msg), Outlook data files (.pst, .ost), vCards and calendars (.vcf, .ics), the profiles of Thunderbird (mbox files with .msf beside them, mailboxes within in .sbd) and of Apple Mail (.emlx in .mbox), which
// [Profiles] finds. Each message comes with the mailbox that it was in. It streams: one message is in memory at a time. What is read comes with line ends as on the wire (CRLF), and an item that
// cannot be read is told and passed over. Of a data file contacts come as vCards, appointments and tasks as iCalendar, everything else (notes, journal entries, posts) as messages. It knows nothing of the profile; [app.App.Import] and [app.App.Export] join them.
package doors
