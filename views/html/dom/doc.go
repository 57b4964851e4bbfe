// Package dom turns the HTML of a mail into a bounded tree: the parse of the HTML standard (x/net/html) within [Limits], with what could act taken
// out (scripts, event handlers, frames, meta refresh; forms lose their target), the style sheets in order and a list of everything that would be fetched.
//
// Conditional comments need no work of ours: as in every client but Outlook, <!--[if mso]> is a comment, and what stands between <!--[if !mso]><!-->
// and <!--<![endif]--> is content.
//
// Three things of the parser are guarded from outside, because it builds its tree before anybody can count: nesting beyond 512 levels makes it fail (the
// text is then parsed again with the depth cut in the tokens), formatting elements left open are copied into every following block (their
// number is bounded in the tokens when the product would be large), and the input is cut at a number of bytes.
//
// Which references may be loaded is not decided here; [Reference.Tracker] only says why one looks like a tracker.
package dom
