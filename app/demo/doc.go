// Package demo is the built-in demonstration: an IMAP, a POP3 and an SMTP server in this process, on loopback, with mail of invented people.
// The program speaks to them exactly as it speaks to any provider: over TLS, verified against a root that exists for this run only.
//
// Its mail is assets/demo/mail.txt. A message begins with a line "@@ ACCOUNT MAILBOX WHEN FLAGS": ACCOUNT is studio (IMAP) or personal (POP3),
// WHEN is a day relative to today and a time of day ("-1d 17:32"). Header lines follow: From, To, Cc, Subject as in the message; Id and
// Re (short Message-IDs); Attach "NAME KB" (made up on the spot, of a kind that the name tells); Invite "DAY TIME MINUTES PLACE"; Unsubscribe,
// OneClick and List. After an empty line comes the text, and after a line "--html--" the HTML alternative.
package demo
