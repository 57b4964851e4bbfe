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
// that is known; [Store.Losses] has them.
package pst
