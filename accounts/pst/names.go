package pst

import (
	"encoding/binary"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

var le = binary.LittleEndian

// The streams of the name-to-id map ([MS-PST] 2.4.7).
const (
	tagNameBuckets prop.Tag = 0x00010003
	tagNameGUIDs   prop.Tag = 0x00020102
	tagNameEntries prop.Tag = 0x00030102
	tagNameStrings prop.Tag = 0x00040102
	firstBucket             = 0x1000
	nameBuckets             = 251
)

// names is the name-to-id map of a file. It implements prop.Namer.
type names struct {
	prop.Names
	count int // entries, used or not: the next id is 0x8000 + count
	dirty bool
}

// readNames reads the map. What cannot be read is missing.
func readNames(f *ndb.File, n ndb.Node) *names {
	x := &names{}
	p, err := ltp.OpenPC(f, n)
	if err != nil {
		return x
	}
	guids, entries, text := prop.Bytes(p, tagNameGUIDs), prop.Bytes(p, tagNameEntries), prop.Bytes(p, tagNameStrings)
	for ; len(entries) >= 8; entries = entries[8:] {
		id, set, at := le.Uint32(entries), le.Uint16(entries[4:]), le.Uint16(entries[6:])
		if int(at) >= x.count {
			x.count = int(at) + 1
		}
		if at >= 0x7FFF {
			continue
		}
		name := prop.Name{ID: id}
		switch g := int(set >> 1); {
		case g == 1:
			name.GUID = prop.PSMAPI
		case g == 2:
			name.GUID = prop.PSPUBLICSTRINGS
		case g >= 3:
			if (g-2)*16 > len(guids) {
				continue
			}
			name.GUID = prop.GUID(guids[(g-3)*16:])
		}
		if set&1 != 0 {
			name.ID = 0
			if int64(id)+4 > int64(len(text)) {
				continue
			}
			l := int64(le.Uint32(text[id:]))
			if int64(id)+4+l > int64(len(text)) {
				continue
			}
			name.Name = prop.UTF16(text[id+4:][:l])
			if name.Name == "" {
				continue
			}
		}
		x.Put(name, 0x8000+at)
	}
	return x
}
