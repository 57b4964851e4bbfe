package contentline

import (
	"bytes"
	"strings"
	"testing"
)

const sample = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-ODD;X-P=\"a;b:c\":v1\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch at \r\n the harbour\r\nno colon here\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func TestAnEditTouchesOnlyItsLine(t *testing.T) {
	c, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(c.Bytes(), []byte(sample)) {
		t.Fatalf("not the same:\n%s", c.Bytes())
	}
	ev := c.Comps("VCALENDAR")[0].Comps("VEVENT")[0]
	if got := ev.Value("SUMMARY"); got != "Lunch at the harbour" {
		t.Errorf("unfolded to %q", got)
	}
	if got := c.Comps("")[0].Get("X-ODD").Param("X-P"); got != "a;b:c" {
		t.Errorf("parameter is %q", got)
	}
	ev.Set("SUMMARY", "Lunch at the harbour")
	if !bytes.Equal(c.Bytes(), []byte(sample)) {
		t.Error("setting what is there already changed the bytes")
	}
	ev.Set("SUMMARY", "Dinner")
	ev.Set("LOCATION", Escape("Quay, 3; left"))
	want := strings.Replace(sample, "SUMMARY:Lunch at \r\n the harbour\r\nno colon here\r\n", "SUMMARY:Dinner\r\nno colon here\r\nLOCATION:Quay\\, 3\\; left\r\n", 1)
	if got := string(c.Bytes()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLongLinesFoldBetweenCharacters(t *testing.T) {
	c := NewComponent("VEVENT")
	v := strings.Repeat("å½漢", 60)
	c.Add(NewProp("SUMMARY", v))
	out := c.Bytes()
	for _, l := range bytes.Split(out, []byte("\r\n")) {
		if len(l) > 75 {
			t.Errorf("a line of %d octets", len(l))
		}
	}
	back, err := Parse(out)
	if err != nil || back.Comps("VEVENT")[0].Value("SUMMARY") != v {
		t.Errorf("folding lost something: %v", err)
	}
}

func TestQuotedPrintableGoesOn(t *testing.T) {
	in := "BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:one=0D=0A=\r\ntwo=\r\n three\r\nTEL;HOME:1\r\nEND:VCARD\r\n"
	c, err := Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	card := c.Comps("VCARD")[0]
	if got := card.Value("NOTE"); got != "one=0D=0Atwothree" {
		t.Errorf("got %q", got)
	}
	if got := card.Get("TEL"); got == nil || got.Param("TYPE") != "HOME" {
		t.Errorf("got %+v", got)
	}
	if !bytes.Equal(c.Bytes(), []byte(in)) {
		t.Error("not the same bytes")
	}
}

func TestBounds(t *testing.T) {
	if _, err := Parse([]byte(strings.Repeat("BEGIN:A\n", 1000))); err != ErrDepth {
		t.Errorf("got %v", err)
	}
	if _, err := Parse(make([]byte, MaxSize+1)); err != ErrSize {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:a=\n\n=\n =\nEND:VCARD"))
	f.Add([]byte("END:X\nBEGIN:X\nA;B;C=\"d\"e,f:g\n  h\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Bytes(), b) {
			t.Fatalf("%q became %q", b, c.Bytes())
		}
	})
}

func TestSameAndHolds(t *testing.T) {
	a := "BEGIN:VCARD\r\nVERSION:3.0\r\nN:One;;;;\r\nFN:One\r\nREV:1\r\nEND:VCARD\r\n"
	b := "BEGIN:VCARD\nFN:O\n ne\nVERSION:3.0\nREV:2\nN:One\nEND:VCARD"
	c := "BEGIN:VCARD\nFN:One\nVERSION:3.0\nN:One\nNOTE:more\nEND:VCARD"
	ignore := map[string]bool{"REV": true}
	if !Same([]byte(a), []byte(b), ignore) || Same([]byte(a), []byte(b), nil) {
		t.Error("order, folds and what is ignored make no difference, all else does")
	}
	if Same([]byte(a), []byte(c), ignore) || !Holds([]byte(c), []byte(a), ignore) || Holds([]byte(a), []byte(c), ignore) {
		t.Error("more is held, but not the same")
	}
}

// White space before the first line belongs to nothing.
func TestSpaceBefore(t *testing.T) {
	for _, s := range []string{" BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n", "\ufeff\tBEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n"} {
		c, err := Parse([]byte(s))
		if err != nil || len(c.Comps("VCARD")) != 1 {
			t.Errorf("%q: %v", s, err)
		}
		if err == nil && string(c.Bytes()) != s {
			t.Errorf("%q is written as %q", s, c.Bytes())
		}
	}
}
