// Package pop3 is the POP3 client: RFC 1939 with CAPA (RFC 2449), STLS (RFC 2595), SASL (RFC 5034), UTF8 (RFC 6856) and TLS from the
// first byte (RFC 8314), behind the seam of package remote.
//
// # What a mailbox is here
//
// There is one collection, the inbox, with Keep set: what vanishes on the server stays here. It has no flags of its own; those of the
// person live in the profile, and a SetFlags that is pushed is carried out by doing nothing.
//
// # Sessions
//
// A POP3 session shows the mailbox as it was at sign-in, its message numbers mean nothing outside it, and on many servers it locks the
// mailbox for everybody else. So each look at the mailbox is a session of its own: Pull with a token of before signs in anew, Fetch
// uses the session of the Pull before it, and a session that nothing was asked of for some seconds is ended by QUIT. A session that the
// server ended meanwhile is replaced unseen, as long as nothing of the call has happened yet.
//
// # Names of messages
//
// The Ref of a message is its UIDL. Where a listing holds the same UIDL twice, the oldest of them keeps it and each other one
// gets a space (which no UIDL can hold) and the digest of its header block behind it. A server that uses a UIDL again for
// another message gives itself away by size and Message-ID, which Push compares before it removes anything.
//
// A server without UIDL is read by TOP: the name is "top:" and the digest of the header block, in which no two different messages
// agree. It costs a TOP for every message when anything in LIST changed, so such mailboxes are slow to poll; and if the server
// changes header fields by itself (a "Status:" field is left out of the digest for that reason) the message counts as a new one, which
// the store finds to be the same by its Message-ID. Without TOP the same is done by RETR, which is slower still.
//
// # Pull
//
// The token is the digest of the listing: unchanged means an empty delta. Otherwise the delta lists what is new, newest first, with
// a small first page, and the last page lists all members. POP3 tells nothing of a message but its size, so envelopes come from TOP,
// pipelined: for the newest thousand, or for all where the account keeps only the bodies of some days and so must know the dates. The rest
// comes with its body, which is wanted anyway.
//
// # Removal
//
// Push opens a session, lists, verifies, marks with DELE and ends with QUIT, at which the server removes what was marked. Only QUIT's +OK makes it
// done. When its answer is lost the removal is unknown and is pushed again, which is harmless: what is not in the listing is gone.
//
// # Safety
//
// Nothing is sent in the clear but CAPA and STLS. Bytes that arrive behind the reply to STLS and before TLS end the connection. Every
// line, listing and message has a limit. Lines end with CRLF: a lone LF is a byte of the message like any other and never hides an end. Only a
// server whose greeting itself ends with a lone LF is read by LF.
package pop3
