// Package ndb is the node database layer of PST and OST files ([MS-PST] 2.2): blocks found by block id, nodes found by
// node id, and the two B-trees that find them. It knows nothing of properties or mail.
//
// [Open] reads every variant: ANSI (wVer 14 and 15), Unicode (21 and 23) and the 4K pages of Outlook 2013's OST files (36,
// with zlib blocks; not part of [MS-PST]), in the three encodings. Everything is read when it is asked for, through caches
// bounded in bytes, so that the size of a file does not matter.
//
// # Damage
//
// A page or block that cannot be read does not stop the reading of others. The first time it happens in a B-tree the whole
// file is scanned once for leaf pages and blocks (their trailers carry type, id, signature and checksum), and what the lost
// page would have held is taken from there: only inside the range of keys of that page, so that deleted entries in old
// copies of pages stay deleted. What was lost is told to [Options].OnLoss.
//
// # Writing
//
// [Writer] changes Unicode files. It never overwrites what the header on disk leads to: new blocks and new B-tree pages go
// to free space, then the file is synced, then the header with the new roots is written and synced. That header is the
// commit; a kill at any moment leaves the state before or after it. The maps of free space (AMap and its deprecated
// relatives) cannot be replaced in one step, so the header says that they are invalid while a writer is at work
// (fAMapValid, [MS-PST] 2.6.1.3.8): [Writer.Close] writes them and says that they are valid again, and after a crash the
// next writer builds them anew from the B-trees. Space that a commit sets free is used again only after that commit is on
// disk.
package ndb
