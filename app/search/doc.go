// Package search is the language of the search field: what a person types becomes a tree of conditions. It is pure; the store turns the tree into a
// query of its index. Nothing that is typed is an error: what is not understood is left out, and [Check] says so in a sentence.
//
//	heron bridge            both words, anywhere
//	"heron returned"        the words in this order
//	her*                    words that begin so; the word being typed is taken that way too
//	from:bob to:me cc: subject: filename: body:
//	has:attachment is:unread is:read is:starred is:answered is:forwarded
//	in:archive in:"Big trees" account:work
//	before:2026-03-04 after:2026-03 on:yesterday after:7d      (d, w, m, y)
//	larger:5M smaller:200k
//	-word  -from:bob  NOT word
//	heron OR stork, (a OR b) c
//
// Scripts written without spaces are indexed and asked for as pairs of characters, see [Grams].
package search
