// Package htmltext reads the HTML of mail as text: [Convert] makes the blocks that a reader draws, [Quick] the words for
// the index, [Plain] plain text of blocks, [Snippet] the line of the message list.
//
// It is a leaf below rfc822 and app/plaintext, since both need text of HTML: the first for the index and for messages
// without a plain version, the second for the reader. It lays nothing out. What a sender hid (pre-headers, tracking pictures) is
// dropped, what would be fetched is only counted, and every bound (input, depth, blocks) is fixed, since the input is hostile: nested
// tables by the thousand, tags that are never closed, attributes of a megabyte.
package htmltext
