// Package tnef reads winmail.dat ([MS-OXTNEF]): the message object that Exchange and Outlook send packed in an attachment of
// type application/ms-tnef. [Parse] gives it as a prop.Message with its recipients, attachments, embedded messages and named
// properties; the legacy attributes of the format's first years are turned into the properties that took their place. Package
// cmail makes MIME parts of that.
//
// A stream is a list of attributes: of the message first, then of each attachment, which begins with attAttachRendData.
// Checksums are looked at and told of, but never make anything be left out: senders get them wrong. Damage ends reading
// where it is; what came before is kept.
//
// Nothing is copied: values and attachments share the memory of the stream. Lengths and counts are bounded by what is there,
// embedded messages by depth.
package tnef
