// Package vcard reads and writes vCards of versions 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), with the extensions that programs use: Apple's labelled groups and address-book-server kinds (also as CardDAV servers keep
// them), EMAIL and TEL of Android and Outlook, phonetic names, and quoted-printable text of 2.1.
//
// [Parse] keeps every byte; [Card.Contact] projects a card and [Card.Put] writes back only what differs from that projection: a property that is not known here, or whose value did
// not change, keeps its line. New cards are written as 3.0, which every server takes (RFC 6352 section 5.1 requires it). [Columns] reads the CSV files of Google and Outlook, [CSV] writes one that both read.
package vcard
