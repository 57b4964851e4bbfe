// Package dav speaks CardDAV (RFC 6352) and CalDAV (RFC 4791) for package remote: address books and calendars as collections, vCards and iCalendar objects as their items.
//
// # Finding
//
// [Open] begins at the URL of the server's settings (the provider table's, or what discovery found, RFC 6764), else at its well-known path: current-user-principal, the principal's home
// sets, the collections in them. Redirects are followed within the registered domain of the server, so that a password never goes to a stranger; iCloud and others move
// a person to a host of their own that way.
//
// # Pulling
//
// Where a collection has a sync token (RFC 6578) a pull asks what changed since; else its ctag says whether anything did, and a listing of ETags what. A token that the server does not honour any more is
// answered with a complete listing. Bodies come by multiget in batches, the next batch while the last one is being stored. XML has no CRLF: the line ends of bodies that came inside XML are made CRLF
// again, which is what both formats have; that is the only thing that is not byte for byte as on the server.
//
// # Pushing
//
// Every write names the version that it is meant for: If-None-Match: * for what is new, If-Match for what is there. A server that has another one by now refuses, and the engine keeps both. A write whose answer was lost is
// tried again; when the server then refuses, what it has is compared with what was written (the properties, without those that servers set themselves), so that nothing is doubled.
//
// # Why not go-webdav
//
// github.com/emersion/go-webdav takes objects apart (into go-vcard and go-ical) and hands out no bytes, and its clients neither set If-Match nor page a sync. What is needed of WebDAV is a few hundred
// lines, and the promise that unknown properties are never lost needs the bytes.
//
// Credentials are sent over verified TLS only: Basic with a password, Bearer with an OAuth token.
package dav
