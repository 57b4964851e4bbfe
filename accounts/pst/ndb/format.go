package ndb

import "hash/crc32"

// BID is the id of a block or of a page ([MS-PST] 2.2.2.2). Bit 0 has no meaning, bit 1 marks internal blocks.
type BID uint64

// Internal reports whether it is the id of a block that holds a part of a data tree or subnode tree.
func (b BID) Internal() bool { return b&2 != 0 }

// clean takes off the bit without meaning.
func (b BID) clean() BID { return b &^ 1 }

// NID is the id of a node ([MS-PST] 2.2.2.1): an index << 5 | a type.
type NID uint32

// MakeNID makes a node id.
func MakeNID(t byte, index uint32) NID { return NID(index<<5 | uint32(t&31)) }

// Type is the low five bits.
func (n NID) Type() byte { return byte(n & 31) }

// Index is the rest.
func (n NID) Index() uint32 { return uint32(n >> 5) }

// With is the node id with the same index and another type: a folder's tables are found so.
func (n NID) With(t byte) NID { return n&^31 | NID(t&31) }

// Types of nodes.
const (
	TypeHID           = 0x00
	TypeInternal      = 0x01
	TypeFolder        = 0x02
	TypeSearchFolder  = 0x03
	TypeMessage       = 0x04
	TypeAttachment    = 0x05
	TypeSearchQueue   = 0x06
	TypeSearchCrit    = 0x07
	TypeAssocMessage  = 0x08
	TypeReceiveFolder = 0x0B
	TypeOutgoing      = 0x0C
	TypeHierarchy     = 0x0D
	TypeContents      = 0x0E
	TypeAssoc         = 0x0F
	TypeSearchContent = 0x10
	TypeAttachments   = 0x11
	TypeRecipients    = 0x12
	TypeLTP           = 0x1F
)

// Ref says where a page or block is ([MS-PST] 2.2.2.4 BREF).
type Ref struct {
	BID BID
	IB  uint64 // offset in the file
}

// Format is the variant of the file format.
type Format byte

// The variants.
const (
	ANSI      Format = iota // wVer 14, 15
	Unicode                 // wVer 21, 23
	Unicode4K               // wVer 36: OST of Outlook 2013 and later
)

// String is the word for people.
func (f Format) String() string { return [...]string{"ANSI", "Unicode", "Unicode-4K"}[f] }

// Page types.
const (
	pageBBT   = 0x80
	pageNBT   = 0x81
	pageFMap  = 0x82
	pagePMap  = 0x83
	pageAMap  = 0x84
	pageFPMap = 0x85
	pageDList = 0x86
)

// layout is what differs between the formats.
type layout struct {
	format   Format
	page     int // bytes of a page
	pageData int // bytes before its trailer
	btData   int // bytes of B-tree entries in a page
	word     int // bytes of a block id
	slot     int // bytes for each bit of an allocation map, to which blocks are aligned
	trailer  int // bytes of a block's trailer
	maxBlock int // bytes of a block with its trailer, at most
	firstMap uint64
	mapSpan  uint64 // bytes each AMap speaks of
}

var layouts = [...]*layout{
	ANSI:      {format: ANSI, page: 512, pageData: 500, btData: 496, word: 4, slot: 64, trailer: 12, maxBlock: 8192, firstMap: 0x4400, mapSpan: 496 * 8 * 64},
	Unicode:   {format: Unicode, page: 512, pageData: 496, btData: 488, word: 8, slot: 64, trailer: 16, maxBlock: 8192, firstMap: 0x4400, mapSpan: 496 * 8 * 64},
	Unicode4K: {format: Unicode4K, page: 4096, pageData: 4072, btData: 4056, word: 8, slot: 512, trailer: 24, maxBlock: 65536, firstMap: 0x22000, mapSpan: 4072 * 8 * 512},
}

// MaxBlock is how many bytes of data a block holds at most.
func (f Format) MaxBlock() int { return layouts[f].maxBlock - layouts[f].trailer }

// onDisk is how many bytes a block of n bytes of data takes.
func (l *layout) onDisk(n int) int { return (n + l.trailer + l.slot - 1) / l.slot * l.slot }

// CRC is the checksum of the format ([MS-PST] 5.3): CRC-32 without the inversions at its begin and end.
func CRC(b []byte) uint32 { return ^crc32.Update(^uint32(0), crc32.IEEETable, b) }

// Signature binds a page or block to its place ([MS-PST] 5.5).
func Signature(ib uint64, b BID) uint16 {
	v := uint32(ib) ^ uint32(b)
	return uint16(v>>16) ^ uint16(v)
}
