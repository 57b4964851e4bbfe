package tnef

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// stream writes TNEF for tests.
type stream []byte

func begin() stream {
	return stream{0x78, 0x9f, 0x3e, 0x22, 1, 0}
}

func (s stream) att(level byte, id uint32, b []byte) stream {
	s = append(s, level)
	s = binary.LittleEndian.AppendUint32(s, id)
	s = binary.LittleEndian.AppendUint32(s, uint32(len(b)))
	s = append(s, b...)
	return binary.LittleEndian.AppendUint16(s, checksum(b))
}

type list struct {
	n int
	b []byte
}

func (l *list) bytes() []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(l.n)), l.b...)
}

func (l *list) head(t prop.Tag) {
	l.n++
	l.b = binary.LittleEndian.AppendUint16(l.b, uint16(t.Type()))
	l.b = binary.LittleEndian.AppendUint16(l.b, t.ID())
}

func (l *list) blob(b []byte) {
	l.b = binary.LittleEndian.AppendUint32(l.b, uint32(len(b)))
	l.b = append(l.b, b...)
	for len(l.b)%4 != 0 {
		l.b = append(l.b, 0)
	}
}

func (l *list) one(t prop.Tag, b []byte) {
	l.head(t)
	l.b = binary.LittleEndian.AppendUint32(l.b, 1)
	l.blob(b)
}

func u16s(n ...uint16) (b []byte) {
	for _, v := range n {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

func sample() stream {
	var inner list
	inner.one(prop.PidTagSubject, append(prop.ToUTF16("Inside"), 0, 0))
	embedded := begin().att(1, 0x00069003, inner.bytes())

	var props list
	props.head(prop.Of(0x8000, prop.Unicode))
	props.b = append(props.b, prop.PSETIDAppointment[:]...)
	props.b = binary.LittleEndian.AppendUint32(props.b, 0)
	props.b = binary.LittleEndian.AppendUint32(props.b, 0x8208)
	props.b = binary.LittleEndian.AppendUint32(props.b, 1)
	props.blob(append(prop.ToUTF16("Café"), 0, 0))
	props.head(prop.Of(0x8000, prop.MultiUnicode)) // the same number for another name
	props.b = append(props.b, prop.PSPUBLICSTRINGS[:]...)
	props.b = binary.LittleEndian.AppendUint32(props.b, 1)
	props.blob(append(prop.ToUTF16("Keywords"), 0, 0))
	props.b = binary.LittleEndian.AppendUint32(props.b, 2)
	props.blob(append(prop.ToUTF16("red"), 0, 0))
	props.blob(append(prop.ToUTF16("blue"), 0, 0))
	props.head(prop.PidTagImportance)
	props.b = binary.LittleEndian.AppendUint32(props.b, 2)

	var row list
	row.one(prop.PidTagDisplayName.As(prop.String8), []byte("J\xf6rg\x00"))
	table := append(binary.LittleEndian.AppendUint32(nil, 1), row.bytes()...)

	var att list
	att.one(prop.Of(0x3701, prop.Object), append(iidMessage[:len(iidMessage):len(iidMessage)], embedded...))

	from := u16s(4, 20, 5, 22)
	from = append(from, "Anna\x00SMTP:anna@example.com\x00"...)
	binary.LittleEndian.PutUint16(from[6:], uint16(len("SMTP:anna@example.com\x00")))
	return begin().
		att(1, 0x00089006, []byte{0, 0, 1, 0}).
		att(1, 0x00069007, []byte{0xe4, 4, 0, 0, 0, 0, 0, 0}).
		att(1, 0x00078008, []byte("IPM.Microsoft Mail.Note\x00")).
		att(1, 0x00018004, []byte("Gr\xfc\xdfe\x00")).
		att(1, 0x00038005, u16s(2024, 2, 29, 13, 5, 6, 4)).
		att(1, 0x0004800d, u16s(1)).
		att(1, 0x00008000, from).
		att(1, 0x00069003, props.bytes()).
		att(1, 0x00069004, table).
		att(2, 0x00069002, append(u16s(1, 0xffff, 0xffff, 0, 0), 0, 0, 0, 0)).
		att(2, 0x00018010, []byte("SHORT.TXT\x00")).
		att(2, 0x0006800f, []byte("content")).
		att(2, 0x00069002, append(u16s(1, 0xffff, 0xffff, 0, 0), 0, 0, 0, 0)).
		att(2, 0x00069005, att.bytes())
}

func TestParse(t *testing.T) {
	m, err := Parse(sample())
	if err != nil {
		t.Fatal(err)
	}
	if got := prop.Text(m, prop.PidTagSubject); got != "Grüße" {
		t.Errorf("subject %q", got)
	}
	if got := prop.Text(m, prop.PidTagMessageClass); got != "IPM.Note" {
		t.Errorf("class %q", got)
	}
	if got := prop.When(m, prop.PidTagClientSubmitTime); !got.Equal(time.Date(2024, 2, 29, 13, 5, 6, 0, time.UTC)) {
		t.Errorf("sent %v", got)
	}
	if got := prop.Text(m, prop.PidTagSenderEmailAddress); got != "anna@example.com" || prop.Text(m, prop.PidTagSenderName) != "Anna" {
		t.Errorf("from %q", got)
	}
	if got := m.LidText(prop.PidLidLocation); got != "Café" {
		t.Errorf("location %q", got)
	}
	if got := m.LidTexts(prop.PidNameKeywords); len(got) != 2 || got[1] != "blue" {
		t.Errorf("keywords %q", got)
	}
	if got := prop.Int(m, prop.PidTagImportance); got != 2 {
		t.Errorf("importance %d", got)
	}
	if len(m.Recipients) != 1 || prop.Text(m.Recipients[0], prop.PidTagDisplayName) != "Jörg" {
		t.Errorf("recipients %v", m.Recipients)
	}
	if len(m.Attachments) != 2 {
		t.Fatalf("%d attachments", len(m.Attachments))
	}
	if a := m.Attachments[0]; nameOf(a) != "SHORT.TXT" || string(content(t, a)) != "content" || a.Embedded != nil {
		t.Errorf("first attachment: %q %q", nameOf(a), content(t, a))
	}
	a := m.Attachments[1]
	if a.Embedded == nil || a.Open != nil || prop.Int(a, prop.PidTagAttachMethod) != 5 {
		t.Fatalf("the second attachment is no message: %v", a.Bag)
	}
	in, err := a.Embedded()
	if err != nil || prop.Text(in, prop.PidTagSubject) != "Inside" {
		t.Errorf("embedded: %v, %v", in, err)
	}
}

func TestDamage(t *testing.T) {
	whole := sample()
	if _, err := Parse([]byte("PK\x03\x04 something else")); !errors.Is(err, ErrFormat) {
		t.Errorf("other format: %v", err)
	}
	for n := 6; n < len(whole); n++ {
		m, err := Parse(whole[:n])
		if m == nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if n > 400 && prop.Text(m, prop.PidTagSubject) != "Grüße" {
			t.Fatalf("cut at %d: the subject is lost", n)
		}
	}
	// Every checksum wrong, all of it read.
	b := append(stream(nil), whole...)
	b[15+4]++ // the checksum of the first attribute
	if m, err := Parse(b); !errors.Is(err, ErrChecksum) || len(m.Attachments) != 2 {
		t.Errorf("checksum: %v", err)
	}
	// A stream whose signature is wrong by one bit.
	b, err := os.ReadFile(filepath.Join(corpora.Dir(t, "tnef-teamwork"), "badchecksum.tnef"))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := Parse(b); !errors.Is(err, ErrFormat) || m != nil {
		t.Errorf("wrong signature: %v", err)
	}
	b[3] = 0x22
	if m, err := Parse(b); m == nil || prop.Text(m, prop.PidTagMessageClass) != "IPM.Note" {
		t.Errorf("the same with the right one: %v", err)
	}
}

func TestNesting(t *testing.T) {
	b := begin()
	for range 40 {
		var att list
		att.one(prop.Of(0x3701, prop.Object), append(iidMessage[:len(iidMessage):len(iidMessage)], b...))
		b = begin().att(2, 0x00069002, make([]byte, 14)).att(2, 0x00069005, att.bytes())
	}
	m, err := Parse(b)
	depth := 0
	for err == nil && len(m.Attachments) == 1 && m.Attachments[0].Embedded != nil {
		m, err = m.Attachments[0].Embedded()
		depth++
	}
	if !errors.Is(err, ErrDepth) || depth != maxDepth+1 {
		t.Errorf("%d levels, %v", depth, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample()))
	f.Add([]byte(begin()))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if m == nil {
			if err == nil {
				t.Fatal("neither a message nor an error")
			}
			return
		}
		for _, tag := range m.Tags() {
			prop.Text(m, tag)
			m.NameOf(tag.ID())
		}
		for _, a := range m.Attachments {
			if a.Open != nil {
				content(t, a)
			}
			if a.Embedded != nil {
				a.Embedded()
			}
		}
	})
}
