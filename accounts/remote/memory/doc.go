// Package memory is a mail server in memory behind the seam: a back end with a [Server] that a test holds by its other end. It keeps
// every contract of package remote (package remotetest runs over it) and does on demand what real servers do rarely: it refuses, cuts the
// line before or after the effect, answers slowly, lies, forgets its tokens and renumbers its mailboxes.
//
// Two protocols' manners are covered by [Options]: with Keep, NoFlags and NoFolders it behaves like a POP3 server, with KeyedPush
// like one whose pushes advance the pull token (ActiveSync), with NoRefs like an IMAP server without UIDPLUS.
package memory
