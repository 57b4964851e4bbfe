// Package cmail turns Exchange and Outlook objects into internet formats and back ([MS-OXCMAIL], [MS-OXCICAL], [MS-OXVCARD]).
//
//	Write      message object → MIME, streaming
//	FromMIME   MIME → message object
//	Calendar   appointment, meeting message, task, journal entry → iCalendar
//	VCard      contact, distribution list → vCard
//	Export     any item → the file it is best kept as
//
//	FromCalendar, FromEvent, FromTask   the way back of Calendar
//	FromVCard, FromContact              the way back of VCard
//	FromNote                            text → sticky note
//
//	PrintOf, Print.Missing   whether a copy that went through an object lost anything
//
// # Headers
//
// A message that came through the internet has its header block in PidTagTransportMessageHeaders. Write keeps those fields as
// they are and in their order, drops what describes the MIME structure, since that is made anew, and adds what is missing
// from the properties. A message without a header block (sent, draft, from within Exchange) gets one made of properties.
//
// A subject that was changed in the mailbox since becomes the subject, and the one that came Original-Subject.
//
// # Series
//
// The recurrence blob of an appointment becomes RRULE, EXDATE and components with RECURRENCE-ID, in the zone the blob was made in,
// whose rules go along as VTIMEZONE. The other way only those rules have a pattern that Outlook can say; ErrRecurrence tells of others.
//
// # Bodies
//
// HTML comes from PidTagHtml, else from RTF, where Outlook packed it; genuine RTF becomes simple HTML. The plain text is
// PidTagBody. Pictures that the HTML refers to stand beside it in multipart/related.
//
// # What is the same each time
//
// The same object gives the same bytes, separators included: digests of exports can be compared.
//
// # Damage
//
// What cannot be read of an object is told to Options.Problem and left out; only the writer's own errors end Write.
package cmail
