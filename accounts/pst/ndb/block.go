package ndb

import (
	"bytes"
	"compress/zlib"
	"io"
)

// Block reads a block's data, decoded. The bytes must not be changed.
func (f *File) Block(b BID) ([]byte, error) {
	b = b.clean()
	if data, ok := f.blocks.get(uint64(b)); ok {
		return data, nil
	}
	data, err := f.readBlock(b)
	if err != nil {
		return nil, err
	}
	f.blocks.put(uint64(b), data)
	return data, nil
}

func (f *File) readBlock(b BID) ([]byte, error) {
	x, err := f.entry(b)
	if err != nil {
		f.loss(Loss{"block", b, 0, err.Error()})
		return nil, err
	}
	data, sound, err := f.readEntry(x)
	if err != nil || !sound {
		// Another copy, if the tree leads to a wrong place.
		if f.trees == nil {
			if y, ok := f.search().block(b); ok && y.IB != x.IB {
				if d, ok, e := f.readEntry(y); e == nil && ok {
					f.loss(Loss{"block", b, x.IB, "found elsewhere"})
					return d, nil
				}
			}
		}
		if err == nil {
			f.loss(Loss{"checksum", b, x.IB, "the checksum is wrong"})
			return data, nil
		}
		f.loss(Loss{"block", b, x.IB, err.Error()})
	}
	return data, err
}

// readEntry reads the block at a place. sound is false where only the checksum is wrong.
func (f *File) readEntry(x blockEntry) (data []byte, sound bool, err error) {
	l := f.lay
	whole := l.onDisk(x.size)
	if x.size == 0 || whole > l.maxBlock || x.IB > uint64(f.size) || f.size-int64(x.IB) < int64(whole) || x.inflated > l.maxBlock {
		return nil, false, lost("block %#x: %d bytes at %#x", x.BID, x.size, x.IB)
	}
	raw := make([]byte, whole)
	if err := f.ahead.read(f, raw, int64(x.IB)); err != nil {
		return nil, false, lost("block %#x: %v", x.BID, err)
	}
	t := raw[whole-l.trailer:]
	var bid BID
	var crc uint32
	if l.format == ANSI {
		bid, crc = BID(le.Uint32(t[4:])), le.Uint32(t[8:])
	} else {
		crc, bid = le.Uint32(t[4:]), BID(le.Uint64(t[8:]))
	}
	if bid.clean() != x.BID.clean() || int(le.Uint16(t)) != x.size {
		return nil, false, lost("at %#x is not block %#x", x.IB, x.BID)
	}
	data = raw[:x.size:x.size]
	sound = crc == CRC(data)
	if l.format == Unicode4K && x.inflated > x.size {
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, false, lost("block %#x: %v", x.BID, err)
		}
		data = make([]byte, x.inflated)
		if _, err := io.ReadFull(z, data); err != nil {
			return nil, false, lost("block %#x: %v", x.BID, err)
		}
	}
	if !x.BID.Internal() {
		f.hdr.Crypt.decode(data, uint32(bid))
	}
	return data, sound, nil
}
