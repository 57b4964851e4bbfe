package pst

import (
	"encoding/binary"
	"fmt"

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

// CheckNames holds a name-to-id map against its rules and says what is wrong: streams that do not fit together, and buckets
// that do not have every name where it is looked for.
func CheckNames(p prop.Bag) (problems []string) {
	bad := func(format string, a ...any) { problems = append(problems, fmt.Sprintf(format, a...)) }
	n := prop.Int(p, tagNameBuckets)
	if n < 1 || n > 0x1000 {
		bad("%d buckets", n)
		return problems
	}
	guids, entries, text := prop.Bytes(p, tagNameGUIDs), prop.Bytes(p, tagNameEntries), prop.Bytes(p, tagNameStrings)
	if len(guids)%16 != 0 || len(entries)%8 != 0 {
		bad("streams of %d and %d bytes", len(guids), len(entries))
	}
	buckets := map[uint32]map[[8]byte]bool{}
	for _, t := range p.Tags() {
		if t.ID() < firstBucket || int64(t.ID()) >= firstBucket+n {
			continue
		}
		m := map[[8]byte]bool{}
		for b := prop.Bytes(p, t); len(b) >= 8; b = b[8:] {
			m[[8]byte(b)] = true
		}
		buckets[uint32(t.ID())-firstBucket] = m
	}
	for i := 0; len(entries) >= 8; i, entries = i+1, entries[8:] {
		id, set, at := le.Uint32(entries), le.Uint16(entries[4:]), le.Uint16(entries[6:])
		if int(at) != i {
			bad("entry %d is of id %#x", i, 0x8000+int(at))
		}
		if g := int(set >> 1); g >= 3 && (g-2)*16 > len(guids) {
			bad("entry %d: set %d of %d", i, g, len(guids)/16)
			continue
		}
		hash := id
		if set&1 != 0 {
			if int64(id)+4 > int64(len(text)) || int64(id)+4+int64(le.Uint32(text[id:])) > int64(len(text)) {
				bad("entry %d: its name is at %d of %d", i, id, len(text))
				continue
			}
			hash = ndb.CRC(text[id+4:][:le.Uint32(text[id:])])
		}
		var e [8]byte
		le.PutUint32(e[:], hash)
		copy(e[4:], entries[4:8])
		if id == 0 && set == 0 {
			continue // an entry that is not in use
		}
		if k := (hash ^ uint32(set)) % uint32(n); !buckets[k][e] {
			bad("entry %d is not in bucket %d", i, k)
		}
	}
	return problems
}
