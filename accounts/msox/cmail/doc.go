// Package cmail turns Exchange and Outlook objects into internet formats and back ([MS-OXCMAIL], [MS-OXCICAL], [MS-OXVCARD]).
//
//	Write      message object → MIME, streaming
//	FromMIME   MIME → message object
//	Calendar   appointment, meeting message, task, journal entry → iCalendar
//	VCard      contact, distribution list → vCard
//	Export     any item → the file it is best kept as
//
// # Headers
//
// A message that came through the internet has its header block in PidTagTransportMessageHeaders. Write keeps those fields as
// they are and in their order, drops what describes the MIME structure, since that is made anew, and adds what is missing
// from the properties. A message without a header block (sent, draft, from within Exchange) gets one made of properties.
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
