package msg

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// classMessage is the class of the root storage ([MS-OXMSG] 2.1).
var classMessage, _ = prop.ParseGUID("00020D0B-0000-0000-C000-000000000046")

const (
	readWrite   = 6          // flags of a property: may be read and written
	supportMask = 0x00040E79 // PidTagStoreSupportMask, which says among others that strings are in Unicode
)

// Write writes a message object as an Outlook item. Strings are written in Unicode. The file is made in memory, at most 1 GiB;
// errors are those of w and of attachments that cannot be read.
func Write(w io.Writer, m *prop.Message) error {
	root := newDir("Root Entry")
	root.class = classMessage
	f := &file{names: &prop.Names{}}
	names := root.dirAt(namesFolder)
	if err := f.message(root, m, 0); err != nil {
		return err
	}
	f.writeNames(names)
	return writeFile(w, root)
}

// file is an item being written.
type file struct {
	names *prop.Names
	order []prop.Name // of the ids from 0x8000 on
	size  int64
}

// object is the list of properties of one storage.
type object struct {
	dir  *node
	list []byte
}

func (f *file) message(dir *node, m *prop.Message, depth int) error {
	if depth > maxDepth {
		return ErrDepth
	}
	head := make([]byte, 24, 32)
	binary.LittleEndian.PutUint32(head[8:], uint32(len(m.Recipients)))
	binary.LittleEndian.PutUint32(head[12:], uint32(len(m.Attachments)))
	binary.LittleEndian.PutUint32(head[16:], uint32(len(m.Recipients)))
	binary.LittleEndian.PutUint32(head[20:], uint32(len(m.Attachments)))
	if depth == 0 {
		head = append(head, make([]byte, 8)...)
	}
	o := &object{dir: dir, list: head}
	if err := f.props(o, m, m.Namer, func(t prop.Tag) bool { return t == prop.PidTagStoreSupportMask }); err != nil {
		return err
	}
	o.fixed(prop.PidTagStoreSupportMask, int32(supportMask))
	for i, r := range m.Recipients {
		p := &object{dir: dir.dirAt(fmt.Sprintf("%s#%08X", recipPrefix, i)), list: make([]byte, 8)}
		if err := f.props(p, r, m.Namer, func(t prop.Tag) bool { return t == prop.PidTagRowid }); err != nil {
			return err
		}
		p.fixed(prop.PidTagRowid, int32(i))
		p.end()
	}
	for i, a := range m.Attachments {
		p := &object{dir: dir.dirAt(fmt.Sprintf("%s#%08X", attPrefix, i)), list: make([]byte, 8)}
		if err := f.attachment(p, a, m.Namer, i, depth); err != nil {
			return err
		}
		p.end()
	}
	o.end()
	return nil
}

func (f *file) attachment(p *object, a prop.Attachment, names prop.Namer, n, depth int) error {
	method := int32(prop.Int(a, prop.PidTagAttachMethod))
	own := func(t prop.Tag) bool {
		return t == prop.PidTagAttachNumber || t == prop.PidTagAttachMethod || t == prop.PidTagAttachDataBinary || t == prop.PidTagAttachDataObject
	}
	if err := f.props(p, a, names, own); err != nil {
		return err
	}
	p.fixed(prop.PidTagAttachNumber, int32(n))
	switch {
	case a.Embedded != nil:
		in, err := a.Embedded()
		if err != nil {
			return err
		}
		method = 5
		p.entry(prop.PidTagAttachDataObject, 0xFFFFFFFF, 1)
		if err := f.message(p.dir.dirAt("__substg1.0_3701000D"), in, depth+1); err != nil {
			return err
		}
	case a.Open != nil:
		r, _, err := a.Open()
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
		r.Close()
		if err != nil {
			return err
		}
		if method != 1 && method != 7 {
			method = 1
		}
		if err := f.put(p, prop.PidTagAttachDataBinary, b, len(b)); err != nil {
			return err
		}
	}
	p.fixed(prop.PidTagAttachMethod, method)
	return nil
}

// props writes the properties of a bag but those that are skipped.
func (f *file) props(o *object, b prop.Bag, names prop.Namer, skip func(prop.Tag) bool) error {
	seen := map[prop.Tag]bool{}
	for _, t := range b.Tags() {
		v, ok := b.Get(t)
		if !ok || v == nil || skip(t) {
			continue
		}
		switch t.Type() { // all strings become Unicode
		case prop.String8:
			v, t = prop.Text(b, t), t.As(prop.Unicode)
		case prop.MultiString8:
			v, t = prop.Texts(b, t), t.As(prop.MultiUnicode)
		}
		if t.IsNamed() {
			id, ok := f.named(names, t.ID())
			if !ok {
				continue
			}
			t = prop.Of(id, t.Type())
		}
		if seen[t] {
			continue
		}
		seen[t] = true
		if err := f.value(o, t, v); err != nil {
			return err
		}
	}
	return nil
}

// named gives a named property its id in this file.
func (f *file) named(names prop.Namer, id uint16) (uint16, bool) {
	if names == nil {
		return 0, false
	}
	name, ok := names.NameOf(id)
	if !ok {
		return 0, false
	}
	if _, known := f.names.Named(name, 0); !known {
		f.order = append(f.order, name)
	}
	return f.names.Add(name)
}

// value writes one property; what the format has no place for is left out.
func (f *file) value(o *object, t prop.Tag, v prop.Value) error {
	typ := t.Type()
	if !typ.IsMulti() {
		if n := typ.Size(); n > 0 && n <= 8 {
			o.fixed(t, v)
			return nil
		}
		switch v := v.(type) {
		case string:
			b := prop.ToUTF16(v)
			return f.put(o, t, b, len(b)+2)
		case []byte:
			return f.put(o, t, v, len(v))
		case prop.GUID:
			return f.put(o, t, v[:], 16)
		}
		return nil
	}
	name := fmt.Sprintf("__substg1.0_%08X", uint32(t))
	switch v := v.(type) {
	case []string:
		var sizes []byte
		for i, s := range v {
			b := append(prop.ToUTF16(s), 0, 0)
			sizes = binary.LittleEndian.AppendUint32(sizes, uint32(len(b)))
			o.dir.stream(fmt.Sprintf("%s-%08X", name, i), b)
		}
		return f.put(o, t, sizes, len(sizes))
	case [][]byte:
		var sizes []byte
		for i, b := range v {
			sizes = binary.LittleEndian.AppendUint64(sizes, uint64(len(b)))
			o.dir.stream(fmt.Sprintf("%s-%08X", name, i), b)
		}
		return f.put(o, t, sizes, len(sizes))
	}
	if b, ok := prop.AppendSlice(nil, typ.Single(), v); ok {
		return f.put(o, t, b, len(b))
	}
	return nil
}

// put writes a value that has a stream, and its entry with the size that readers expect.
func (f *file) put(o *object, t prop.Tag, b []byte, size int) error {
	if f.size += int64(len(b)); f.size > maxFile {
		return errTooLarge
	}
	o.dir.stream(fmt.Sprintf("__substg1.0_%08X", uint32(t)), b)
	o.entry(t, uint32(size), 0)
	return nil
}

func (o *object) fixed(t prop.Tag, v prop.Value) {
	b, ok := prop.AppendFixed(nil, t.Type(), v)
	if !ok {
		return
	}
	b = append(b, make([]byte, 8-len(b))...)
	o.entry(t, binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]))
}

func (o *object) entry(t prop.Tag, a, b uint32) {
	for _, v := range []uint32{uint32(t), readWrite, a, b} {
		o.list = binary.LittleEndian.AppendUint32(o.list, v)
	}
}

func (o *object) end() { o.dir.stream(propsStream, o.list) }

// writeNames writes what the named properties mean, and the lists that are looked up by a hash ([MS-OXMSG] 2.2.3.1 and 2.2.3.2).
func (f *file) writeNames(dir *node) {
	le := binary.LittleEndian
	var guids, entries, texts []byte
	places := map[prop.GUID]uint16{prop.PSMAPI: 1, prop.PSPUBLICSTRINGS: 2}
	buckets := map[uint32][]byte{}
	for i, name := range f.order {
		g, ok := places[name.GUID]
		if !ok {
			g = uint16(3 + len(guids)/16)
			places[name.GUID] = g
			guids = append(guids, name.GUID[:]...)
		}
		id, kind, hash := name.ID, g<<1, name.ID
		if name.Name != "" {
			kind |= 1
			id = uint32(len(texts))
			b := prop.ToUTF16(name.Name)
			texts = append(le.AppendUint32(texts, uint32(len(b))), b...)
			for len(texts)%4 != 0 {
				texts = append(texts, 0)
			}
			hash = ^crc32.Update(0xFFFFFFFF, crc32.IEEETable, b)
		}
		entries = le.AppendUint16(le.AppendUint16(le.AppendUint32(entries, id), kind), uint16(i))
		n := 0x1000 + (hash^uint32(kind))%0x1F
		buckets[n] = le.AppendUint16(le.AppendUint16(le.AppendUint32(buckets[n], hash), kind), uint16(i))
	}
	dir.stream("__substg1.0_00020102", guids)
	dir.stream("__substg1.0_00030102", entries)
	dir.stream("__substg1.0_00040102", texts)
	for n := uint32(0x1000); n < 0x101F; n++ {
		if b := buckets[n]; b != nil {
			dir.stream(fmt.Sprintf("__substg1.0_%04X0102", n), b)
		}
	}
}
