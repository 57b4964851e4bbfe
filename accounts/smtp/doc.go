// Package smtp submits messages: RFC 6409 over RFC 5321, with TLS from the first byte (RFC 8314) or STARTTLS (RFC 3207), which is required
// then, AUTH (RFC 4954), SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), DSN (RFC 3461), PIPELINING (RFC 2920) and
// CHUNKING (RFC 3030).
//
// # Why the conversation is our own
//
// The client of go-smtp cannot send BDAT nor several commands at once, does not tell whether anything was in the buffer behind the reply to
// STARTTLS, greets with "localhost" before it, and hides the moment that matters most here: whether the end of the message was
// written when the connection broke. So the few commands are spoken here; go-smtp's server and its types serve the tests.
//
// # Never twice
//
// A message counts as handed over from the moment its last bytes (the final dot, or the last byte behind BDAT LAST) were given to the system
// completely. Before that the server cannot have it whole: the error is fault.Network "cut" and repeating is safe. After it, until the
// answer is here, the error is fault.Network "unsure", also when the context ended.
//
// # What is sent
//
// The bytes arrive as they are, apart from what SMTP cannot carry: a lone LF becomes CRLF, a lone CR a space, a last line without end gets one.
// Eight-bit text is sent to every server, as all mail programs do, and declared where 8BITMIME is offered. Domains go
// out as A-labels. Bcc is the composer's matter. EHLO says [127.0.0.1], never this computer's name or address.
//
// Time limits are those of RFC 5321 section 4.5.3.2, scaled by the dialer's idle time where the RFC says 5 minutes.
package smtp
