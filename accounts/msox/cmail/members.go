package cmail

import (
	"encoding/binary"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
)

const (
	maxMembers = 50000
	maxInLists = 15000 // bytes of the two lists of members; more are in a stream
)

// wrapUID begins an entry id that wraps another one ([MS-OXOCNTC] 2.2.2.2.4.1.1).
var wrapUID, _ = prop.ParseGUID("D3AD91C0-9D51-11CF-A4A9-00AA0047FAA4")

// Members are the members of a distribution list that have an address. A member that is a contact or another list of the same
// file is named by the one-off entry beside it.
func Members(m *prop.Message) (out []mail.Address) {
	ids, one := streamMembers(m.LidBytes(prop.PidLidDistributionListStream))
	if ids == nil {
		one = lidBinaries(m, prop.PidLidDistributionListOneOffMembers)
		ids = lidBinaries(m, prop.PidLidDistributionListMembers)
	}
	for i := 0; i < max(len(one), len(ids)) && len(out) < maxMembers; i++ {
		var a mail.Address
		var typ string
		ok := false
		if i < len(one) {
			a, typ, ok = OneOff(one[i])
		}
		if !ok && i < len(ids) {
			id := ids[i]
			if len(id) > 21 && prop.GUID(id[4:20]) == wrapUID {
				id = id[21:]
			}
			a, typ, ok = OneOff(id)
		}
		if !ok {
			continue
		}
		if a, ok := address(a.Name, typ, a.Addr, ""); ok && a.Addr != "" {
			out = append(out, a)
		}
	}
	return out
}

func lidBinaries(m *prop.Message, p prop.Property) [][]byte {
	t, ok := m.Lookup(p)
	if !ok {
		return nil
	}
	return prop.Binaries(m, t)
}

// streamMembers reads PidLidDistributionListStream, which lists that are too long for the other properties have ([MS-OXOCNTC]
// 2.2.2.2.4): a head, and of each member its entry id, its one-off entry and what else there is.
func streamMembers(b []byte) (ids, one [][]byte) {
	r := &blob{b: b}
	if r.u16() != 1 {
		return nil, nil
	}
	r.take(10)
	n := r.u32()
	r.take(12)
	ids, one = [][]byte{}, [][]byte{}
	for ; n > 0 && !r.bad && len(ids) < maxMembers; n-- {
		id := r.sized()
		off := r.sized()
		r.sized()
		if !r.bad {
			ids, one = append(ids, id), append(one, off)
		}
	}
	return ids, one
}

// sized takes bytes with their number before them.
func (r *blob) sized() []byte {
	n := r.u32()
	if uint64(n) > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	return r.take(int(n))
}

// newStream is the way back.
func newStream(ids [][]byte) []byte {
	le := binary.LittleEndian
	total := uint32(0)
	for _, id := range ids {
		total += uint32(len(id))
	}
	b := le.AppendUint16(nil, 1)
	b = le.AppendUint16(b, 0)
	for _, v := range []uint32{30000, 0, uint32(len(ids)), total, total, 0} {
		b = le.AppendUint32(b, v)
	}
	for _, id := range ids {
		for range 2 {
			b = append(le.AppendUint32(b, uint32(len(id))), id...)
		}
		b = le.AppendUint32(b, 0)
	}
	return append(b, make([]byte, 8)...)
}
