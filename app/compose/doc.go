// Package compose makes messages: [Build] turns a draft into the bytes that are sent, [Reply] and [Forward] start drafts
// from a message, [ParseMailto] from a link, [FromEML] from a draft that lies on a server.
//
// A message is text/plain in UTF-8 with format=flowed (RFC 3676); where it is formatted, HTML stands beside that in multipart/alternative, in
// multipart/related with the pictures it shows (RFC 2387); with attachments all of it is in multipart/mixed. It is
// correct for every server: lines are at most 78 characters where that can be and never over 998, nothing but message/rfc822
// attachments is 8-bit, and a separator never occurs in what it separates. It tells nothing that the person did not write:
// no Bcc in what is sent, no name of this computer, no address of it, no version. Clock and random numbers can be given for tests.
//
// What is built is read back by [FromEML] as the same draft; a fuzz test holds both to it.
package compose
