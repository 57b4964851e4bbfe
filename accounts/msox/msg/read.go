package msg

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/postrider/postrider/accounts/msox/prop"
)

const (
	maxDepth       = 16
	maxRecipients  = 100000
	maxAttachments = 10000

	propsStream = "__properties_version1.0"
	recipPrefix = "__recip_version1.0_"
	attPrefix   = "__attach_version1.0_"
	namesFolder = "__nameid_version1.0"
)

// Read reads an item of size bytes. r must stay readable while the message is used; several goroutines may read it.
func Read(r io.ReaderAt, size int64) (*prop.Message, error) {
	root, err := load(r, size)
	if err != nil {
		return nil, err
	}
	if root.streams[propsStream] == nil {
		return nil, ErrFormat
	}
	names, err := readNames(root)
	if err != nil {
		names = &prop.Names{} // what they mean is lost, the rest is not
	}
	return message(root, names, 32, 0)
}

// message makes a message of a storage whose list of properties has a head of so many bytes.
func message(s *storage, names *prop.Names, head, depth int) (*prop.Message, error) {
	if depth > maxDepth {
		return nil, ErrDepth
	}
	bag, err := newBag(s, head, 0)
	if err != nil {
		return nil, err
	}
	cp := prop.CodepageOf(bag)
	m := &prop.Message{Bag: bag, Namer: names}
	for _, name := range s.order {
		sub := s.subs[name]
		switch {
		case strings.HasPrefix(name, recipPrefix) && len(m.Recipients) < maxRecipients:
			if b, err := newBag(sub, 8, cp); err == nil {
				m.Recipients = append(m.Recipients, b)
			}
		case strings.HasPrefix(name, attPrefix) && len(m.Attachments) < maxAttachments:
			if b, err := newBag(sub, 8, cp); err == nil {
				m.Attachments = append(m.Attachments, attachment(b, sub, names, depth))
			}
		}
	}
	return m, nil
}

// attachment finds the content of an attachment: bytes, a message, or an object's own storage.
func attachment(b *bag, s *storage, names *prop.Names, depth int) prop.Attachment {
	a := prop.Attachment{Bag: b}
	inner := s.subs["__substg1.0_3701000d"]
	switch {
	case inner != nil && inner.streams[propsStream] != nil && prop.Int(b, prop.PidTagAttachMethod) != 6:
		a.Embedded = func() (*prop.Message, error) { return message(inner, names, 24, depth+1) }
	case inner != nil:
		a.Open = func() (io.ReadCloser, int64, error) {
			b, err := copyStorage(inner)
			if err != nil {
				return nil, 0, err
			}
			return io.NopCloser(strings.NewReader(string(b))), int64(len(b)), nil
		}
	case s.streams["__substg1.0_37010102"] != nil:
		a.Open = func() (io.ReadCloser, int64, error) {
			r, n := s.open("__substg1.0_37010102")
			return io.NopCloser(r), n, nil
		}
	}
	return a
}

// bag reads properties when they are asked for.
type bag struct {
	s     *storage
	cp    int
	fixed map[prop.Tag][8]byte
	tags  []prop.Tag
	mu    sync.Mutex
	have  map[prop.Tag]prop.Value // read before
}

func newBag(s *storage, head, cp int) (*bag, error) {
	list, err := s.read(propsStream)
	if err != nil && len(list) <= head {
		return nil, err
	}
	if len(list) < head {
		return nil, fmt.Errorf("%w: no properties", ErrDamage)
	}
	b := &bag{s: s, cp: cp, fixed: map[prop.Tag][8]byte{}, have: map[prop.Tag]prop.Value{}}
	for e := list[head:]; len(e) >= 16; e = e[16:] {
		t := prop.Tag(binary.LittleEndian.Uint32(e))
		if _, twice := b.fixed[t]; twice || t == 0 || t == prop.PidTagAttachDataBinary || t == prop.PidTagAttachDataObject {
			continue // the content of an attachment is what Open and Embedded give
		}
		b.fixed[t] = [8]byte(e[8:16])
		b.tags = append(b.tags, t)
	}
	return b, nil
}

// Tags implements prop.Bag.
func (b *bag) Tags() []prop.Tag { return b.tags }

// Codepage implements prop.Coded.
func (b *bag) Codepage() int { return b.cp }

// Get implements prop.Bag.
func (b *bag) Get(t prop.Tag) (prop.Value, bool) {
	raw, ok := b.fixed[t]
	if !ok {
		return nil, false
	}
	typ := t.Type()
	if n := typ.Size(); !typ.IsMulti() && n > 0 && n <= 8 {
		return prop.Fixed(typ, raw[:])
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if v, ok := b.have[t]; ok {
		return v, v != nil
	}
	v := b.value(t)
	b.have[t] = v
	return v, v != nil
}

// value reads a property that has a stream of its own; nil where it cannot be read.
func (b *bag) value(t prop.Tag) prop.Value {
	name := fmt.Sprintf("__substg1.0_%08x", uint32(t))
	typ := t.Type()
	data, err := b.s.read(name)
	if err != nil || data == nil && b.s.streams[name] == nil {
		return nil
	}
	single := typ.Single()
	if !typ.IsMulti() {
		return variable(single, data)
	}
	if n := single.Size(); n > 0 {
		v, _ := prop.FixedSlice(single, data, n)
		return v
	}
	step := 4 // the stream has the lengths; the values are streams of their own
	if single == prop.Binary {
		step = 8
	}
	var texts []string
	blobs := [][]byte{}
	for i := 0; i < len(data)/step && i < maxEntries; i++ {
		one, err := b.s.read(fmt.Sprintf("%s-%08x", name, i))
		if err != nil {
			return nil
		}
		if single == prop.Unicode {
			texts = append(texts, strings.TrimRight(prop.UTF16(one), "\x00"))
		} else {
			blobs = append(blobs, one)
		}
	}
	if single == prop.Unicode {
		return texts
	}
	return blobs
}

func variable(t prop.Type, data []byte) prop.Value {
	switch t {
	case prop.Unicode:
		return strings.TrimRight(prop.UTF16(data), "\x00")
	case prop.String8, prop.Binary, prop.ServerID, prop.Restriction, prop.RuleAction, prop.Object:
		if data == nil {
			data = []byte{}
		}
		return data
	case prop.GuidType:
		v, _ := prop.Fixed(t, data)
		return v
	}
	return nil
}

// readNames reads what the named properties of the file mean ([MS-OXMSG] 2.2.3).
func readNames(root *storage) (*prop.Names, error) {
	n := &prop.Names{}
	s := root.subs[namesFolder]
	if s == nil {
		return n, nil
	}
	guids, err1 := s.read("__substg1.0_00020102")
	entries, err2 := s.read("__substg1.0_00030102")
	texts, err3 := s.read("__substg1.0_00040102")
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, err
		}
	}
	le := binary.LittleEndian
	for ; len(entries) >= 8; entries = entries[8:] {
		id, kind, index := le.Uint32(entries), le.Uint16(entries[4:]), le.Uint16(entries[6:])
		var name prop.Name
		switch g := int(kind >> 1); {
		case g == 1:
			name.GUID = prop.PSMAPI
		case g == 2:
			name.GUID = prop.PSPUBLICSTRINGS
		case g >= 3 && (g-2)*16 <= len(guids):
			name.GUID = prop.GUID(guids[(g-3)*16:])
		default:
			continue
		}
		if kind&1 == 0 {
			name.ID = id
		} else {
			if uint64(id)+4 > uint64(len(texts)) {
				continue
			}
			size := uint64(le.Uint32(texts[id:]))
			if uint64(id)+4+size > uint64(len(texts)) {
				continue
			}
			name.Name = strings.TrimRight(prop.UTF16(texts[id+4:uint64(id)+4+size]), "\x00")
		}
		if index < 0x7FFF {
			n.Put(name, 0x8000+index)
		}
	}
	return n, nil
}
