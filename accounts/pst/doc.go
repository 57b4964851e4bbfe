// Package pst opens and writes Outlook's archives, PST and OST files ([MS-PST]). It is the messaging layer: the store, its
// folders, messages with recipients and attachments, and named properties. Below it are package ltp (property and table
// contexts) and package ndb (blocks and nodes); package check knows every rule of the format.
//
// # Reading
//
// [Open] opens any variant read-only. [Store.Folders] walks the folders; [Folder.Items] lists what is in one;
// [Store.Message] opens an item as a prop.Message, the same shape that TNEF, .msg files and MAPI have, which package cmail
// turns into internet formats. Nothing is read before it is asked for. Search folders hold no items of their own and are
// only listed.
//
// A damaged file opens as far as it can be read. Each thing that is lost is a [Loss], which says of which item it is where
// that is known; [Store.Losses] has them. In a damaged file tables are not believed alone: what is in a folder is what the
// node tree and the table say together.
//
// # Writing
//
// [Create] and [OpenWrite] give a Store that can be changed: [Store.Add], [Store.Move], [Store.Delete], [Store.CreateFolder]
// and so on. Nothing is on disk before [Store.Commit] returns, and after it everything is, whatever happens to the program;
// how is told in package ndb. There is one writer for a file, held by a lock file beside it. Only Unicode files are
// written. [Compact] writes a file anew without what was deleted.
//
// A message goes into the file as the object that Outlook would have made, through package cmail. So that internet messages
// come out as the very bytes that went in, what an object cannot hold of them is kept beside it (see frame in mime.go):
// a moved message can be proved to be the same, and signatures stay valid. What Outlook has changed since is written as it
// is now. Contacts, appointments and tasks keep the vCard or iCalendar file that they came as in the same way (pim.go).
//
// Names of items ([Ref]) only grow, also when an item is moved: a folder's new items are those with higher names, and rows
// that changed have higher versions. Pull is built on that; it needs no memory of its own.
//
// # A file as an account
//
// [Opener] gives a file to the engine like any other account: remote.Source, and where it can be written also Pusher and
// Organizer. Collections of files that are only read have Keep set. Those that are written do not: there what is deleted on
// one side is to be deleted on the other, and the rule that thins out a POP3 mailbox must never touch an archive.
package pst
