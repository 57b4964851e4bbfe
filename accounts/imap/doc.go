// Package imap speaks IMAP (RFC 3501 and RFC 9051) for package remote, on github.com/emersion/go-imap/v2.
//
// # Layers
//
// A [session] is one signed-in connection: it dials, upgrades, checks the greeting, signs in and runs one command after another with time
// limits and the caller's context (a context that ends closes the connection, which is the only way to leave an IMAP command).
// Between go-imap and the connection sits a [filter] that understands just enough of the protocol to
//   - leave out or mend what servers say and go-imap's strict reader would give the connection up for (unknown replies and
//     FETCH items, broken flags, dates, response codes, mailbox names that are not modified UTF-7, a UID that comes after the body),
//   - carry what go-imap has no words for: message ids that hold in the whole account (X-GM-MSGID, EMAILID), VANISHED (RFC 7162),
//     COMPRESS=DEFLATE (RFC 4978) and LSUB,
//   - notice silence, BYE and the speed of the link, and keep go-imap in one piece where it would not be: a refused APPEND would cost it the
//     connection, and a body that is cut would make it read in two goroutines.
//
// # Names
//
// A collection's Ref is the mailbox's full name in Unicode. An item's Ref is "uidvalidity:uid". The token holds UIDVALIDITY,
// HIGHESTMODSEQ, UIDNEXT, the number of messages and how far a listing got; see [token].
//
// # Pulling
//
// From scratch the newest screenful comes first, by sequence numbers, without any search; then pages of up to 2,000 down to the oldest.
// Later pulls compare STATUS with the token and mostly end there. Otherwise new messages are listed like the first ones, changed flags come by
// CHANGEDSINCE, and messages that are gone by VANISHED, or, when the counts say that some must be gone, by the list of all UIDs. The back end
// does not know which messages the engine has, and needs not: the count in the token is enough to notice. Without CONDSTORE all
// flags are read again, in pages. A list is called complete only when it agrees with the number the server gave for the mailbox.
//
// Of Gmail's All Mail, which has every message again, only those are pulled that have no label, which are the archived ones; see archived.go. It is the
// account's archive, so that archiving here is archiving there.
//
// # Compression
//
// Compression costs more time than it saves on a fast link, so it is switched on only after bodies were seen to arrive
// below [slowLink]; the speed is remembered for the host while the program runs.
//
// # Left out
//
// UTF8=ACCEPT (RFC 6855) is not enabled: go-imap cannot append with it. Messages with raw UTF-8 in their header are appended and
// fetched as bytes, which servers take. UNCHANGEDSINCE is not used: the engine merges by flag, so the last change of one flag wins.
package imap
