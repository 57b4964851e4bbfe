// Package ltp is the lists, tables and properties layer of PST files ([MS-PST] 2.3): heaps on nodes (HN), B-trees on
// heaps (BTH), property contexts (PC) and table contexts (TC), read and written, over package ndb.
//
// A [PC] is a prop.Bag. Values are read when they are asked for; large ones can be streamed with [PC.Open]. A [TC] gives its
// rows as bags too. A value that is lost counts as missing, and the file's Options.OnLoss has been told.
//
// [Heap] reads; [HeapWriter] builds a new heap, [EditTC] changes a table in place: only the blocks of the heap and of the
// row matrix that a new row touches are written again, so that a folder of a hundred thousand messages takes one more as
// fast as an empty one.
package ltp
