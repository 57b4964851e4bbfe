package pst

import (
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// add gives a name an id of this file. ok is false when there is none left.
func (x *names) add(n prop.Name) (id uint16, ok bool) {
	if t, ok := x.Named(n, prop.Null); ok {
		return t.ID(), true
	}
	if x.count >= 0x7FFE {
		return 0, false
	}
	id = 0x8000 + uint16(x.count)
	x.count++
	x.Put(n, id)
	x.dirty = true
	return id, true
}

// usualSets are always in the map, as in files that Outlook made: libpff refuses a map without any.
var usualSets = []prop.GUID{prop.PSETIDAppointment, prop.PSINTERNETHEADERS, prop.PSETIDCommon, prop.PSETIDAddress, prop.PSETIDTask}

// usualNames are in the map of a new file: no stream of the map is empty then.
var usualNames = []prop.Name{prop.PidNameKeywords.Name, prop.PidNameContentType.Name, nameFrame.Name, nameFlags.Name,
	{GUID: prop.PSETIDCommon, ID: 0x8503}, {GUID: prop.PSETIDCommon, ID: 0x8506}} // reminder set, private

// writeNames writes the name-to-id map ([MS-PST] 2.4.7).
func writeNames(w *ndb.Writer, x *names) (data, sub ndb.BID, err error) {
	var guids, entries, text []byte
	sets := map[prop.GUID]uint16{prop.PSMAPI: 1, prop.PSPUBLICSTRINGS: 2}
	for _, g := range usualSets {
		sets[g] = uint16(len(guids)/16 + 3)
		guids = append(guids, g[:]...)
	}
	buckets := map[uint32][]byte{}
	for i := range x.count {
		n, ok := x.NameOf(0x8000 + uint16(i))
		if !ok {
			// An entry that could not be read when the file was opened: its place stays taken.
			entries = append(entries, 0, 0, 0, 0, 0, 0, byte(i), byte(i>>8))
			continue
		}
		var set uint16
		if n.GUID != (prop.GUID{}) {
			if set, ok = sets[n.GUID]; !ok {
				set = uint16(len(guids)/16 + 3)
				sets[n.GUID] = set
				guids = append(guids, n.GUID[:]...)
			}
		}
		id, hash := n.ID, n.ID
		set <<= 1
		if n.Name != "" {
			set |= 1
			b := prop.ToUTF16(n.Name)
			id, hash = uint32(len(text)), ndb.CRC(b)
			text = le.AppendUint32(text, uint32(len(b)))
			text = append(text, b...)
			text = append(text, make([]byte, -len(text)&3)...)
		}
		tail := le.AppendUint16(le.AppendUint16(nil, set), uint16(i))
		entries = append(le.AppendUint32(entries, id), tail...)
		k := (hash ^ uint32(set)) % nameBuckets
		buckets[k] = append(le.AppendUint32(buckets[k], hash), tail...)
	}
	m := prop.Map{tagNameBuckets: int32(nameBuckets), tagNameGUIDs: guids, tagNameEntries: entries, tagNameStrings: text}
	for k, b := range buckets {
		m[prop.Of(firstBucket+uint16(k), prop.Binary)] = b
	}
	return writePC(w, m)
}
