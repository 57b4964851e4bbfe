package msg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

func sample(depth int) *prop.Message {
	names := &prop.Names{}
	bag := prop.Map{
		prop.PidTagMessageClass: "IPM.Note", prop.PidTagSubject: "Grüße 漢", prop.PidTagImportance: int32(2), prop.PidTagReadReceiptRequested: true,
		prop.PidTagClientSubmitTime: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), prop.PidTagHtml: []byte(strings.Repeat("<p>long</p>", 1000)),
		prop.PidTagSearchKey: []byte{1, 2, 3}, prop.Of(0x6001, prop.MultiInt32): []int32{1, -2}, prop.Of(0x6002, prop.MultiBinary): [][]byte{{1}, {}, {2, 3}},
		prop.Of(0x6003, prop.GuidType): prop.PSMAPI, prop.Of(0x6004, prop.Float64): 2.5, prop.Of(0x6005, prop.Int64): int64(-5),
	}
	put := func(p prop.Property, v prop.Value) {
		id, _ := names.Add(p.Name)
		bag[prop.Of(id, p.Type)] = v
	}
	put(prop.PidLidLocation, "Oslo")
	put(prop.PidNameKeywords, []string{"red", "blå"})
	put(prop.PidLidBusyStatus, int32(1))
	m := &prop.Message{Bag: bag, Namer: names}
	for i := range 20 {
		m.Recipients = append(m.Recipients, prop.Map{prop.PidTagDisplayName: fmt.Sprint("Person ", i), prop.PidTagRecipientType: int32(1), prop.PidTagRowid: int32(i)})
	}
	data := bytes.Repeat([]byte("0123456789"), 2000)
	m.Attachments = []prop.Attachment{{Bag: prop.Map{prop.PidTagAttachLongFilename: "a.txt", prop.PidTagAttachMethod: int32(1), prop.PidTagAttachNumber: int32(0)},
		Open: func() (io.ReadCloser, int64, error) { return io.NopCloser(bytes.NewReader(data)), -1, nil }}}
	if depth > 0 {
		m.Attachments = append(m.Attachments, prop.Attachment{Bag: prop.Map{prop.PidTagAttachMethod: int32(5), prop.PidTagAttachNumber: int32(1)},
			Embedded: func() (*prop.Message, error) { return sample(depth - 1), nil }})
	}
	return m
}

func written(t testing.TB, m *prop.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// same compares two messages by what their properties mean; which ids names have does not matter.
func same(t *testing.T, got, want *prop.Message) {
	t.Helper()
	n := 0
	for _, tag := range want.Tags() {
		v, _ := want.Get(tag)
		n++
		if tag.IsNamed() {
			name, _ := want.NameOf(tag.ID())
			var ok bool
			if tag, ok = got.Named(name, tag.Type()); !ok {
				t.Errorf("the name %v is lost", name)
				continue
			}
		}
		if g, ok := got.Get(tag); !ok || !reflect.DeepEqual(g, v) {
			t.Errorf("%v: got %v, want %v", tag, g, v)
		}
	}
	if len(got.Tags()) != n+1 { // PidTagStoreSupportMask
		t.Errorf("%d properties, want %d", len(got.Tags()), n+1)
	}
	if len(got.Recipients) != len(want.Recipients) || len(got.Attachments) != len(want.Attachments) {
		t.Fatalf("%d recipients, %d attachments", len(got.Recipients), len(got.Attachments))
	}
	for i, r := range want.Recipients {
		if prop.Text(got.Recipients[i], prop.PidTagDisplayName) != prop.Text(r, prop.PidTagDisplayName) {
			t.Errorf("recipient %d: %q", i, prop.Text(got.Recipients[i], prop.PidTagDisplayName))
		}
	}
	for i, a := range want.Attachments {
		b := got.Attachments[i]
		if a.Embedded != nil {
			x, err := b.Embedded()
			if err != nil {
				t.Fatal(err)
			}
			y, _ := a.Embedded()
			same(t, x, y)
			continue
		}
		if x, y := read(t, b), read(t, a); !bytes.Equal(x, y) {
			t.Errorf("attachment %d: %d bytes, want %d", i, len(x), len(y))
		}
		if prop.Text(b, prop.PidTagAttachLongFilename) != prop.Text(a, prop.PidTagAttachLongFilename) {
			t.Errorf("attachment %d: %q", i, prop.Text(b, prop.PidTagAttachLongFilename))
		}
	}
}

func read(t testing.TB, a prop.Attachment) []byte {
	t.Helper()
	r, n, err := a.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || n >= 0 && int64(len(b)) != n {
		t.Fatalf("%d bytes of %d, %v", len(b), n, err)
	}
	return b
}

func TestWriteAndRead(t *testing.T) {
	want := sample(2)
	b := written(t, want)
	got, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
	if !bytes.Equal(b, written(t, want)) {
		t.Error("written differently the second time")
	}
}

func TestStringsInACodePage(t *testing.T) {
	m := &prop.Message{Bag: prop.InCodepage(prop.Map{prop.PidTagSubject.As(prop.String8): []byte("\xcf\xf0\xe8\xe2\xe5\xf2")}, 1251)}
	b := written(t, m)
	got, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil || prop.Text(got, prop.PidTagSubject) != "Привет" {
		t.Errorf("%q, %v", prop.Text(got, prop.PidTagSubject), err)
	}
}

// TestLarge makes the table of sectors longer than its head has room for.
func TestLarge(t *testing.T) {
	data := bytes.Repeat([]byte("abcdefgh"), 1<<20)
	m := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "large"}, Attachments: []prop.Attachment{{Bag: prop.Map{},
		Open: func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(data)), int64(len(data)), nil
		}}}}
	b := written(t, m)
	got, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, got.Attachments[0]), data) {
		t.Error("the attachment changed")
	}
}

func TestEmbeddedStorage(t *testing.T) {
	root := newDir("Root Entry")
	root.stream(propsStream, make([]byte, 32))
	att := root.dirAt(attPrefix + "#00000000")
	att.stream(propsStream, append(make([]byte, 8), 3, 0, 5, 0x37, 6, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0))
	ole := att.dirAt("__substg1.0_3701000D")
	ole.stream("CONTENTS", []byte("what a program drew"))
	ole.dirAt("Inner").stream("\x01Ole", []byte{1, 2, 3})
	var b bytes.Buffer
	if err := writeFile(&b, root); err != nil {
		t.Fatal(err)
	}
	m, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	c := read(t, m.Attachments[0])
	s, err := load(bytes.NewReader(c), int64(len(c)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.read("contents"); err != nil || string(got) != "what a program drew" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := s.subs["inner"].read("ole"); err != nil || !bytes.Equal(got, []byte{1, 2, 3}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDamage(t *testing.T) {
	if _, err := Read(strings.NewReader("no compound file"), 16); !errors.Is(err, ErrFormat) {
		t.Errorf("text: %v", err)
	}
	var b bytes.Buffer
	if err := writeFile(&b, newDir("Root Entry")); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len())); !errors.Is(err, ErrFormat) {
		t.Errorf("another compound file: %v", err)
	}
	whole := written(t, sample(1))
	for n := 0; n < len(whole); n += 512 {
		visit(t, whole[:n])
		cut := bytes.Clone(whole)
		for i := n; i < min(n+512, len(cut)); i += 7 {
			cut[i] ^= 0x55
		}
		visit(t, cut)
	}
}

// visit reads all that can be read.
func visit(t testing.TB, b []byte) {
	m, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return
	}
	walk(m, 0)
}

func walk(m *prop.Message, depth int) {
	for _, tag := range m.Tags() {
		prop.Text(m, tag)
	}
	for _, a := range m.Attachments {
		for _, tag := range a.Tags() {
			prop.Text(a, tag)
		}
		if a.Open != nil {
			if r, _, err := a.Open(); err == nil {
				io.Copy(io.Discard, r)
			}
		}
		if a.Embedded != nil && depth < 4 {
			if in, err := a.Embedded(); err == nil {
				walk(in, depth+1)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, sample(1)))
	f.Add(written(f, &prop.Message{Bag: prop.Map{prop.PidTagSubject: "s"}}))
	f.Fuzz(func(t *testing.T, b []byte) { visit(t, b) })
}
