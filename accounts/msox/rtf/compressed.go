package rtf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

const (
	magicCompressed = 0x75465A4C // "LZFu"
	magicStored     = 0x414C454D // "MELA"
	headerSize      = 16
	windowSize      = 4096
)

// MaxSize bounds unpacked RTF in bytes, unless less is asked for.
const MaxSize = 64 << 20

// preload is what the dictionary holds at the start ([MS-OXRTFCP] 2.1.2.1).
const preload = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// Errors of Decompress. Each comes with what could be read.
var (
	ErrFormat   = errors.New("rtf: not compressed RTF")
	ErrChecksum = errors.New("rtf: the checksum of compressed RTF is wrong")
	ErrCut      = errors.New("rtf: compressed RTF is cut short or too large")
)

// Decompress unpacks compressed or stored RTF ([MS-OXRTFCP] 2.1.3). max bounds the result in bytes, 0 = MaxSize. Where the data
// are damaged it gives what came before the damage, and an error; with ErrChecksum all of it may be right.
func Decompress(b []byte, max int) ([]byte, error) {
	if max <= 0 || max > MaxSize {
		max = MaxSize
	}
	if len(b) < headerSize {
		return nil, ErrFormat
	}
	size := binary.LittleEndian.Uint32(b)
	raw := int(min(binary.LittleEndian.Uint32(b[4:]), 1<<31-1))
	sum := binary.LittleEndian.Uint32(b[12:])
	magic := binary.LittleEndian.Uint32(b[8:])
	body := b[headerSize:]
	// COMPSIZE counts from behind itself.
	cut := false
	if size >= 12 && uint64(size)-12 <= uint64(len(body)) {
		body = body[:size-12]
	} else {
		cut = true
	}
	switch magic {
	case magicStored:
		if raw <= len(body) {
			body = body[:raw]
		} else {
			cut = true
		}
		if len(body) > max {
			body, cut = body[:max], true
		}
		if cut {
			return body, ErrCut
		}
		return body, nil
	case magicCompressed:
		out, err := unpack(body, raw, max)
		if err == nil && cut {
			err = ErrCut
		}
		if err == nil && CRC(body) != sum {
			err = fmt.Errorf("%w: %08x, said to be %08x", ErrChecksum, CRC(body), sum)
		}
		return out, err
	}
	return nil, ErrFormat
}

// unpack follows runs of a control byte and eight items: a byte, or 12 bits of offset and 4 of length into the window.
func unpack(in []byte, raw, max int) ([]byte, error) {
	var window [windowSize]byte
	w := copy(window[:], preload)
	out := make([]byte, 0, min(raw, max, 16*len(in)+64))
	for i := 0; i < len(in); {
		control := in[i]
		i++
		for bit := 0; bit < 8; bit++ {
			if control>>bit&1 == 0 {
				if i >= len(in) {
					return out, ErrCut
				}
				if len(out) >= max {
					return out, ErrCut
				}
				c := in[i]
				i++
				out = append(out, c)
				window[w] = c
				w = (w + 1) % windowSize
				continue
			}
			if i+2 > len(in) {
				return out, ErrCut
			}
			ref := binary.BigEndian.Uint16(in[i:])
			i += 2
			at, n := int(ref>>4), int(ref&15)+2
			if at == w { // the end mark
				return out, nil
			}
			if len(out)+n > max {
				return out, ErrCut
			}
			for ; n > 0; n-- {
				c := window[at]
				at = (at + 1) % windowSize
				out = append(out, c)
				window[w] = c
				w = (w + 1) % windowSize
			}
		}
	}
	// No end mark: right when everything that was promised is there.
	if len(out) >= raw {
		return out[:raw], nil
	}
	return out, ErrCut
}

// CRC is the checksum of [MS-OXRTFCP] 2.1.3.1.1: CRC-32 that begins with 0 and is not inverted.
func CRC(b []byte) uint32 { return ^crc32.Update(0xFFFFFFFF, crc32.IEEETable, b) }

// Store wraps RTF in the uncompressed form of PidTagRtfCompressed, which every reader takes. It shares no memory with b.
func Store(b []byte) []byte {
	out := make([]byte, headerSize, headerSize+len(b))
	binary.LittleEndian.PutUint32(out, uint32(len(b)+12))
	binary.LittleEndian.PutUint32(out[4:], uint32(len(b)))
	binary.LittleEndian.PutUint32(out[8:], magicStored)
	return append(out, b...)
}
