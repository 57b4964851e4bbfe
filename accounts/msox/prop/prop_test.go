package prop

import (
	"slices"
	"testing"
	"time"
)

func TestGUID(t *testing.T) {
	g := PSETIDCommon
	if g.String() != "00062008-0000-0000-C000-000000000046" {
		t.Errorf("got %s", g)
	}
	if g[0] != 0x08 || g[1] != 0x20 || g[2] != 0x06 {
		t.Errorf("the first field is little-endian on disk, got % x", g[:4])
	}
	if _, ok := ParseGUID("00062008-0000-0000-C000-00000000004"); ok {
		t.Error("a short GUID was taken")
	}
	if b, ok := ParseGUID("{" + g.String() + "}"); !ok || b != g {
		t.Error("braces")
	}
}

func TestFiletime(t *testing.T) {
	for _, c := range []struct {
		v uint64
		w time.Time
	}{
		{0, time.Time{}},
		{116444736000000000, time.Unix(0, 0).UTC()},
		{128166372003061629, time.Date(2007, 2, 22, 17, 0, 0, 306162900, time.UTC)},
		{1, time.Date(1601, 1, 1, 0, 0, 0, 100, time.UTC)},
	} {
		if got := Filetime(c.v); !got.Equal(c.w) {
			t.Errorf("Filetime(%d) = %v, want %v", c.v, got, c.w)
		}
		if got := ToFiletime(c.w); got != c.v {
			t.Errorf("ToFiletime(%v) = %d, want %d", c.w, got, c.v)
		}
	}
	if !Filetime(0x7FFFFFFFFFFFFFFF).IsZero() {
		t.Error("the end of time is no time")
	}
	if w := Minutes(0x0CC2A060); ToMinutes(w) != 0x0CC2A060 {
		t.Errorf("minutes: %v", w)
	}
}

func TestTextInEitherType(t *testing.T) {
	subject := "Überweisung für Jürgen"
	b, ok := Encode(subject, 1252)
	if !ok {
		t.Fatal("encode")
	}
	for name, bag := range map[string]Bag{
		"Unicode":         Map{PidTagSubject: subject},
		"String8":         Map{PidTagSubject.As(String8): b},
		"String8 decoded": Map{PidTagSubject.As(String8): subject},
		"by its own page": Map{PidTagSubject.As(String8): mustEncode(t, subject, 850), PidTagMessageCodepage: int32(850)},
		"by a given page": InCodepage(Map{PidTagSubject.As(String8): mustEncode(t, subject, 850)}, 850),
		"message": &Message{Bag: Map{PidTagSubject.As(String8): []byte(subject), PidTagInternetCodepage: int32(65001),
			PidTagMessageCodepage: int32(1200)}},
	} {
		if got := Text(bag, PidTagSubject); got != subject {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := Text(Map{}, PidTagSubject); got != "" {
		t.Errorf("missing: %q", got)
	}
	if got := Texts(Map{PidTagSubject.As(MultiString8): [][]byte{b, []byte("x")}}, PidTagSubject.As(MultiUnicode)); !slices.Equal(got, []string{subject, "x"}) {
		t.Errorf("several: %q", got)
	}
}

func mustEncode(t *testing.T, s string, cp int) []byte {
	t.Helper()
	b, ok := Encode(s, cp)
	if !ok {
		t.Fatalf("%q does not fit in %d", s, cp)
	}
	return b
}

func TestCodepages(t *testing.T) {
	for cp, s := range map[int]string{932: "日本語", 936: "简体", 949: "한국어", 950: "繁體", 1251: "Привет", 1253: "Αθήνα", 65001: "ß漢", 50220: "日本",
		28592: "Žluťoučký", 1200: "ab漢"} {
		b := mustEncode(t, s, cp)
		if got := Decode(b, cp); got != s {
			t.Errorf("%d: %q, want %q", cp, got, s)
		}
		if name := Charset(cp); name == "" || Charset(Codepage(name)) != name {
			t.Errorf("%d: charset %q, back %d", cp, name, Codepage(name))
		}
	}
	if b, ok := Encode("a漢b", 1252); ok || string(b) != "a?b" {
		t.Errorf("what does not fit: %q %v", b, ok)
	}
	if got := Decode([]byte("gr\xfc\xdfe"), 65001); got != "grüße" {
		t.Errorf("wrongly labelled: %q", got)
	}
	if got := UTF16(append(ToUTF16("a😀"), 0)); got != "a😀" {
		t.Errorf("UTF-16: %q", got)
	}
}

func TestNamed(t *testing.T) {
	var n Names
	id, _ := n.Add(PidLidLocation.Name)
	kw, _ := n.Add(PidNameKeywords.Name)
	if again, _ := n.Add(PidLidLocation.Name); again != id || id == kw {
		t.Errorf("ids: %x %x %x", id, again, kw)
	}
	m := &Message{Bag: Map{Of(id, String8): []byte("Caf\xe9"), Of(kw, MultiUnicode): []string{"red", "blue"}}, Namer: &n}
	if got := m.LidText(PidLidLocation); got != "Café" {
		t.Errorf("location %q", got)
	}
	if got := m.LidTexts(PidNameKeywords); len(got) != 2 {
		t.Errorf("keywords %q", got)
	}
	if _, ok := m.Lookup(PidLidBusyStatus); ok {
		t.Error("a property that nobody has was found")
	}
	if name, ok := n.NameOf(id); !ok || name != PidLidLocation.Name {
		t.Errorf("name of %x: %v", id, name)
	}
	if (&Message{Bag: Map{}}).LidText(PidLidLocation) != "" {
		t.Error("a message without names")
	}
}

func TestFixed(t *testing.T) {
	for typ, v := range map[Type]Value{Boolean: true, Int16: int16(-2), Int32: int32(-3), Float32: float32(1.5), Float64: -2.25, Currency: int64(12345),
		Int64: int64(-1 << 40), Time: time.Date(2024, 3, 1, 12, 30, 0, 0, time.UTC), GuidType: PSMAPI, ErrorCode: int32(-2147221233), FloatingTime: 44000.5} {
		b, ok := AppendFixed(nil, typ, v)
		if !ok || len(b) != typ.Size() {
			t.Errorf("%04x: %v, %d bytes", typ, ok, len(b))
			continue
		}
		if got, ok := Fixed(typ, b); !ok || got != v {
			t.Errorf("%04x: got %v, want %v", typ, got, v)
		}
		if _, ok := Fixed(typ, b[1:]); ok {
			t.Errorf("%04x: a short value was taken", typ)
		}
		if _, ok := AppendFixed(nil, typ, "text"); ok {
			t.Errorf("%04x: a string was taken", typ)
		}
	}
	if v, _ := FixedSlice(Int16, []byte{1, 0, 9, 9, 2, 0, 9, 9}, 4); !slices.Equal(v.([]int16), []int16{1, 2}) {
		t.Errorf("padded: %v", v)
	}
}
