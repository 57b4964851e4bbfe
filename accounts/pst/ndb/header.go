package ndb

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var le = binary.LittleEndian

// Header is the header of a file ([MS-PST] 2.2.2.6) with its root (2.2.2.5).
type Header struct {
	Format      Format
	Client      string // "SM" for a PST, "SO" for an OST, "AB" for an address book
	Version     uint16
	VersionUser uint16 // 19 PST, 12 OST
	Crypt       Crypt
	NextPage    uint64 // id of the next page
	NextBlock   uint64
	Unique      uint32
	NIDs        [32]uint32 // last id given out, by type of node
	EOF         uint64
	LastAMap    uint64
	FreeAMap    uint64
	FreePMap    uint64
	NBT, BBT    Ref
	AMapValid   byte // 0 no, 1 and 2 yes
	// BadCRC says that a checksum of the header does not fit; what could be read is used.
	BadCRC bool
	raw    [564]byte
}

const (
	headerSize  = 564
	magic       = "!BDN"
	amapInvalid = 0
	amapValid   = 2
)

// ErrNotPST says that a file is no PST or OST.
var ErrNotPST = errors.New("not a PST or OST file")

// parseHeader reads a header; b has at least 512 bytes.
func parseHeader(b []byte) (h Header, err error) {
	if len(b) < 512 || string(b[:4]) != magic {
		return h, ErrNotPST
	}
	h.Client = string(b[8:10])
	h.Version = le.Uint16(b[10:])
	h.VersionUser = le.Uint16(b[12:])
	switch v := h.Version; {
	case v == 14 || v == 15:
		h.Format = ANSI
	case v >= 20 && v <= 35:
		h.Format = Unicode
	case v >= 36 && v <= 38:
		h.Format = Unicode4K
	default:
		return h, fmt.Errorf("%w: version %d", ErrNotPST, v)
	}
	copy(h.raw[:], b)
	h.BadCRC = le.Uint32(b[4:]) != CRC(b[8:8+471])
	if h.Format == ANSI {
		h.NextBlock, h.NextPage = uint64(le.Uint32(b[24:])), uint64(le.Uint32(b[28:]))
		h.Unique = le.Uint32(b[32:])
		h.nids(b[36:])
		h.EOF, h.LastAMap = uint64(le.Uint32(b[168:])), uint64(le.Uint32(b[172:]))
		h.FreeAMap, h.FreePMap = uint64(le.Uint32(b[176:])), uint64(le.Uint32(b[180:]))
		h.NBT = Ref{BID(le.Uint32(b[184:])), uint64(le.Uint32(b[188:]))}
		h.BBT = Ref{BID(le.Uint32(b[192:])), uint64(le.Uint32(b[196:]))}
		h.AMapValid, h.Crypt = b[200], Crypt(b[461])
		return h, nil
	}
	if len(b) < headerSize {
		return h, ErrNotPST
	}
	h.NextPage = le.Uint64(b[32:])
	h.Unique = le.Uint32(b[40:])
	h.nids(b[44:])
	h.EOF, h.LastAMap = le.Uint64(b[184:]), le.Uint64(b[192:])
	h.FreeAMap, h.FreePMap = le.Uint64(b[200:]), le.Uint64(b[208:])
	h.NBT = Ref{BID(le.Uint64(b[216:])), le.Uint64(b[224:])}
	h.BBT = Ref{BID(le.Uint64(b[232:])), le.Uint64(b[240:])}
	h.AMapValid, h.Crypt = b[248], Crypt(b[513])
	h.NextBlock = le.Uint64(b[516:])
	h.BadCRC = h.BadCRC || le.Uint32(b[524:]) != CRC(b[8:8+516])
	return h, nil
}

func (h *Header) nids(b []byte) {
	for i := range h.NIDs {
		h.NIDs[i] = le.Uint32(b[4*i:])
	}
}

// encode writes a Unicode header; fields that this package does not know stay as they were read.
func (h *Header) encode() []byte {
	b := h.raw[:]
	copy(b, magic)
	copy(b[8:10], h.Client)
	le.PutUint16(b[10:], h.Version)
	le.PutUint16(b[12:], h.VersionUser)
	b[14], b[15] = 1, 1
	le.PutUint64(b[32:], h.NextPage)
	le.PutUint32(b[40:], h.Unique)
	for i, n := range h.NIDs {
		le.PutUint32(b[44+4*i:], n)
	}
	le.PutUint64(b[184:], h.EOF)
	le.PutUint64(b[192:], h.LastAMap)
	le.PutUint64(b[200:], h.FreeAMap)
	le.PutUint64(b[208:], h.FreePMap)
	le.PutUint64(b[216:], uint64(h.NBT.BID))
	le.PutUint64(b[224:], h.NBT.IB)
	le.PutUint64(b[232:], uint64(h.BBT.BID))
	le.PutUint64(b[240:], h.BBT.IB)
	b[248] = h.AMapValid
	b[512], b[513] = 0x80, byte(h.Crypt)
	le.PutUint64(b[516:], h.NextBlock)
	le.PutUint32(b[524:], CRC(b[8:8+516]))
	le.PutUint32(b[4:], CRC(b[8:8+471]))
	return b
}
