// Package plaintext makes of a message what the reader draws: blocks with their depth of quotation, links with their real
// targets, signatures, pictures as their alternative text. [Fill] completes a mail.Body from rfc822; [Blocks] reads plain
// text; HTML is read by accounts/rfc822/htmltext, which the index uses too.
//
// It also answers what a reader asks of text: where the quoted history begins ([History]), and whether a link's text names
// another place than the link ([DeceptiveLink]).
package plaintext
