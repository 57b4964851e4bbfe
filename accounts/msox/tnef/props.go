package tnef

import "github.com/postrider/postrider/accounts/msox/prop"

const maxProps = 1 << 16 // of one list

// list reads a list of properties ([MS-OXTNEF] 2.1.3.4) into m; false where it is damaged, with what came before in m.
func (p *parser) list(r *reader, m prop.Map) bool {
	n := r.u32()
	if n > maxProps || r.bad {
		return false
	}
	for ; n > 0; n-- {
		t := prop.Type(r.u16())
		id := r.u16()
		if r.bad {
			return false
		}
		if id >= 0x8000 {
			id = p.name(r, id)
		}
		v, ok := p.value(r, t)
		if !ok {
			return false
		}
		if id != 0 && v != nil {
			m[prop.Of(id, t&^prop.MultiInstance)] = v
		}
	}
	return true
}

// name reads the name of a named property and gives the id it has in this message. Senders number them as they like, twice
// the same number for two names too.
func (p *parser) name(r *reader, id uint16) uint16 {
	var name prop.Name
	copy(name.GUID[:], r.take(16))
	if r.u32() == 0 {
		name.ID = r.u32()
	} else {
		name.Name = trimNUL(prop.UTF16(r.padded(r.length())))
	}
	if r.bad {
		return 0
	}
	if t, ok := p.names.Named(name, 0); ok {
		return t.ID()
	}
	if _, taken := p.names.NameOf(id); !taken && id < 0xFFFF {
		p.names.Put(name, id)
		return id
	}
	id, _ = p.names.Add(name)
	return id
}

func trimNUL(s string) string {
	for len(s) > 0 && s[len(s)-1] == 0 {
		s = s[:len(s)-1]
	}
	return s
}

// value reads the value of a property; nil with ok for types without one.
func (p *parser) value(r *reader, t prop.Type) (v prop.Value, ok bool) {
	single := t.Single()
	size := single.Size()
	if size > 0 {
		step := (size + 3) &^ 3
		if !t.IsMulti() {
			b := r.take(step)
			if r.bad {
				return nil, false
			}
			return prop.Fixed(single, b)
		}
		n := r.u32()
		if uint64(n)*uint64(step) > uint64(len(r.b)) {
			return nil, false
		}
		return prop.FixedSlice(single, r.take(int(n)*step), step)
	}
	switch single {
	case prop.Unspecified, prop.Null:
		r.take(4)
		return nil, !r.bad
	case prop.String8, prop.Unicode, prop.Binary, prop.Object, prop.ServerID, prop.Restriction, prop.RuleAction:
	default:
		return nil, false
	}
	n := r.u32()
	if uint64(n)*4 > uint64(len(r.b)) {
		return nil, false
	}
	var texts []string
	var blobs [][]byte
	for ; n > 0; n-- {
		b := r.padded(r.length())
		if r.bad {
			return nil, false
		}
		switch single {
		case prop.Unicode:
			texts = append(texts, trimNUL(prop.UTF16(b)))
		case prop.String8:
			blobs = append(blobs, cString(b))
		default:
			blobs = append(blobs, b)
		}
	}
	switch {
	case t.IsMulti() && single == prop.Unicode:
		return texts, true
	case t.IsMulti():
		return blobs, true
	case len(texts) > 0:
		return texts[0], true
	case len(blobs) > 0:
		return blobs[0], true
	}
	return nil, true
}
