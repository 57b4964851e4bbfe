// Package contentline reads and writes what vCard (RFC 6350 section 3) and iCalendar (RFC 5545 section 3.1) have in common: folded lines of
// NAME;PARAM=VALUE:VALUE inside BEGIN and END.
//
// # Nothing is lost
//
// A tree that was parsed keeps the exact bytes of every line, folds and line ends included. [Component.Bytes] of a tree that nobody changed is
// byte for byte what was read; after a change only the lines that were changed are written anew. Lines that make no sense stay where they are.
//
// # Bounds
//
// [Parse] refuses more than [MaxSize] bytes, [MaxDepth] components inside each other and [MaxLines] lines. It never fails on what is merely wrong: a component without an END
// ends with the text, an END without a BEGIN is a line like any other.
package contentline
