package pst

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Flags of PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6).
const (
	flagRead     = 0x01
	flagUnsent   = 0x08
	flagAttached = 0x10
	flagFromMe   = 0x20
)

// own are the ids of properties that a store computes or keeps itself; those of a message from elsewhere are not taken over.
var own = map[uint16]bool{
	0x0E08: true,               // size
	0x0E09: true,               // parent's entry id
	0x0E12: true, 0x0E13: true, // tables
	0x0E1B: true,               // has attachments
	0x0E1D: true, 0x003D: true, // of the subject
	0x0FF4: true, 0x0FF6: true, 0x0FF7: true, 0x0FF8: true, 0x0FF9: true, 0x0FFA: true, 0x0FFB: true, 0x0FFE: true, 0x0FFF: true,
	0x65E0: true, 0x65E1: true, 0x6740: true, 0x6748: true, 0x6749: true, 0x674A: true, 0x674D: true, 0x674E: true,
	0x67F2: true, 0x67F3: true, 0x3FFD: true, // the code page of its 8-bit strings: they become Unicode
}

// Add files a message in a folder and returns its name in the file. It is there, for this Store and on disk, once Commit
// returns. Attachments are streamed. When one of them cannot be read nothing is filed, and the error is returned.
func (s *Store) Add(folder Ref, m *prop.Message) (Ref, error) {
	return s.add(folder, m, nil)
}

// add files a message with properties beside its own; a nil value leaves out one of its own.
func (s *Store) add(folder Ref, m *prop.Message, more map[prop.Property]prop.Value) (Ref, error) {
	x, err := s.writer()
	if err != nil {
		return 0, err
	}
	f := ndb.NID(folder)
	if f.Type() != ndb.TypeFolder {
		return 0, notFound("folder", folder)
	}
	if _, err := x.w.Node(f); err != nil {
		return 0, notFound("folder", folder)
	}
	mark := x.w.Mark()
	b, err := x.build(m, more, 0)
	if err != nil {
		if e := x.w.Rollback(mark); e != nil {
			return 0, writeFault(s.path, x.fail(e))
		}
		return 0, writeFault(s.path, err)
	}
	nid := x.w.NextNID(ndb.TypeMessage)
	if err := x.file(ndb.Node{NID: nid, Data: b.data, Sub: b.sub, Parent: f}, b.row); err != nil {
		return 0, writeFault(s.path, x.fail(err))
	}
	return Ref(nid), nil
}

// file puts a message that is stored into its folder.
func (x *writing) file(n ndb.Node, row prop.Bag) error {
	if err := x.w.SetNode(n); err != nil {
		return err
	}
	t, err := x.contents(n.Parent)
	if err != nil {
		return err
	}
	if err := t.Add(uint32(n.NID), x.version(), row); err != nil {
		return err
	}
	x.count(n.Parent, 1, unreadOf(row))
	x.s.children = nil
	return nil
}

func unreadOf(row prop.Bag) int32 {
	if prop.Int(row, prop.PidTagMessageFlags)&flagRead == 0 {
		return 1
	}
	return 0
}

// built is a message that is stored and not filed yet.
type built struct {
	data, sub ndb.BID
	size      int64
	row       prop.Map
}

// build stores a message.
func (x *writing) build(m *prop.Message, more map[prop.Property]prop.Value, depth int) (b built, err error) {
	if depth > maxEmbedded {
		return b, fault.New(fault.Refused, "too-deep", "Too many messages within messages", "")
	}
	p := ltp.NewPC(x.w)
	set, err := x.properties(m.Bag, m.Namer)
	if err != nil {
		return b, err
	}
	for k, v := range more {
		id, ok := x.s.names.add(k.Name)
		if !ok {
			continue
		}
		if t := prop.Of(id, k.Type); v == nil {
			delete(set, t)
		} else {
			set[t] = v
		}
	}
	x.complete(m, set)

	// Attachments first: they are what may fail.
	atts, size, err := x.attachments(p, m, depth)
	if err != nil {
		return b, err
	}
	rcpt, n, err := x.recipients(m)
	if err != nil {
		return b, err
	}
	p.Subs = append(p.Subs, rcpt)
	size += n
	if atts.Data != 0 {
		p.Subs = append(p.Subs, atts)
	}

	for _, t := range set.Tags() {
		if err := p.Set(t, stored(t, set)); err != nil {
			return b, err
		}
	}
	size += p.Size()
	b.size = size
	set[prop.PidTagMessageSize] = int32(min(size, 1<<31-1))
	if err := p.Set(prop.PidTagMessageSize, set[prop.PidTagMessageSize]); err != nil {
		return b, err
	}
	if b.data, b.sub, err = p.Finish(); err != nil {
		return b, err
	}
	b.row = rowOf(set)
	return b, nil
}

// stored is the value of a property as PST files have it.
func stored(t prop.Tag, m prop.Map) prop.Value {
	if t == prop.PidTagSubject {
		return storedSubject(m)
	}
	return m[t]
}

func storedSubject(m prop.Map) string {
	s, _ := m[prop.PidTagSubject].(string)
	n := prefixLength(s)
	return "\x01" + string(rune(n+1)) + s
}

// prefixLength is how many characters of a subject are its prefix: up to three letters, a colon and a space ([MS-OXCMSG]
// 2.2.1.9).
func prefixLength(s string) int {
	i := strings.IndexByte(s, ':')
	if i < 1 || i > 3 || i+1 >= len(s) || s[i+1] != ' ' {
		return 0
	}
	for _, c := range []byte(s[:i]) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return 0
		}
	}
	return i + 2
}

// properties are the properties of a bag as this file has them: 8-bit strings become Unicode, named ones get the file's ids.
func (x *writing) properties(b prop.Bag, names prop.Namer) (prop.Map, error) {
	out := prop.Map{}
	cp := prop.CodepageOf(b)
	for _, t := range b.Tags() {
		if own[t.ID()] || t.ID() >= 0xFFFE || t.Type() == prop.Object {
			continue
		}
		v, ok := b.Get(t)
		if !ok || v == nil {
			continue
		}
		if t, v, ok = unicode(t, v, cp); !ok {
			continue
		}
		if t.IsNamed() {
			if names == nil {
				continue
			}
			n, ok := names.NameOf(t.ID())
			if !ok {
				continue
			}
			id, ok := x.s.names.add(n)
			if !ok {
				continue
			}
			t = prop.Of(id, t.Type())
		}
		if w, is := v.(time.Time); is && w.IsZero() {
			continue
		}
		// One id with two types (a subject as Unicode and as 8-bit string): the first stays.
		if _, twice := out[t]; !twice {
			out[t] = v
		}
	}
	return out, nil
}

// unicode turns 8-bit strings into Unicode ones.
func unicode(t prop.Tag, v prop.Value, cp int) (prop.Tag, prop.Value, bool) {
	switch t.Type() {
	case prop.String8:
		switch v := v.(type) {
		case string:
			return t.As(prop.Unicode), strings.TrimRight(v, "\x00"), true
		case []byte:
			return t.As(prop.Unicode), strings.TrimRight(prop.Decode(v, cp), "\x00"), true
		}
		return t, v, false
	case prop.MultiString8:
		switch v := v.(type) {
		case []string:
			return t.As(prop.MultiUnicode), v, true
		case [][]byte:
			out := make([]string, len(v))
			for i := range v {
				out[i] = prop.Decode(v[i], cp)
			}
			return t.As(prop.MultiUnicode), out, true
		}
		return t, v, false
	case prop.Null, prop.Unspecified:
		return t, v, false
	}
	return t, v, true
}

// complete adds what every message must have ([MS-PST] 2.4.5.1.1).
func (x *writing) complete(m *prop.Message, set prop.Map) {
	want := func(t prop.Tag, v prop.Value) {
		if _, ok := set[t]; !ok {
			set[t] = v
		}
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	if s := prop.Text(m, prop.PidTagSubject); s != "" {
		set[prop.PidTagSubject] = s
	}
	want(prop.PidTagMessageClass, "IPM.Note")
	want(prop.PidTagCreationTime, now)
	want(prop.PidTagLastModificationTime, now)
	want(prop.PidTagImportance, int32(1))
	want(prop.PidTagSensitivity, int32(0))
	want(prop.PidTagMessageStatus, int32(0))
	flags, _ := set[prop.PidTagMessageFlags].(int32)
	flags &^= flagAttached
	if len(m.Attachments) > 0 {
		flags |= flagAttached
	}
	set[prop.PidTagMessageFlags] = flags
	if b, _ := set[prop.PidTagSearchKey].([]byte); len(b) == 0 {
		key := make([]byte, 16)
		rand.Read(key)
		set[prop.PidTagSearchKey] = key
	}
	var to, cc, bcc []string
	for _, r := range m.Recipients {
		name := prop.Text(r, prop.PidTagDisplayName)
		switch prop.Int(r, prop.PidTagRecipientType) & 0xF {
		case 1:
			to = append(to, name)
		case 2:
			cc = append(cc, name)
		case 3:
			bcc = append(bcc, name)
		}
	}
	want(prop.PidTagDisplayTo, strings.Join(to, "; "))
	want(prop.PidTagDisplayCc, strings.Join(cc, "; "))
	want(prop.PidTagDisplayBcc, strings.Join(bcc, "; "))
	if _, ok := set[prop.PidTagConversationTopic]; !ok {
		s, _ := set[prop.PidTagSubject].(string)
		set[prop.PidTagConversationTopic] = s[prefixLength(s):]
	}
}

// rowMost is how long strings are in a row of a folder's table, in characters: Outlook cuts them there too.
const rowMost = 255

// rowOf is what a folder's table says of a message.
func rowOf(set prop.Map) prop.Map {
	row := prop.Map{}
	for _, t := range contentsColumns {
		v, ok := set[t]
		if !ok {
			continue
		}
		if t == prop.PidTagSubject {
			v = stored(t, set)
		}
		switch s := v.(type) {
		case string:
			v = cut(s)
		case []byte:
			if len(s) > 1024 {
				continue
			}
		}
		row[t] = v
	}
	return row
}

func cut(s string) string {
	n := 0
	for i := range s {
		if n == rowMost {
			return s[:i]
		}
		n++
	}
	return s
}
