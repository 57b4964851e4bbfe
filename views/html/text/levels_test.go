package text

import (
	"reflect"
	"strings"
	"testing"
)

// visual writes a line in visual order, right-to-left pieces reversed.
func visual(t string, rtl bool) string {
	ls := Levels(t, rtl)
	levels := make([]uint8, len(ls))
	for i, l := range ls {
		levels[i] = l.Level
	}
	var b strings.Builder
	for _, i := range Reorder(levels) {
		s := []rune(t[ls[i].From:ls[i].To])
		if levels[i]%2 == 1 {
			for a, z := 0, len(s)-1; a < z; a, z = a+1, z-1 {
				s[a], s[z] = s[z], s[a]
			}
		}
		b.WriteString(string(s))
	}
	return b.String()
}

// Examples of UAX #9 and of the mails that people write; Hebrew letters stand for what runs from right to left.
func TestVisualOrder(t *testing.T) {
	for _, c := range []struct {
		in   string
		rtl  bool
		want string
	}{
		{"car means אבג.", false, "car means גבא."},
		{"car means אבג.", true, ".גבא car means"},
		{"אבג 123 דהו", true, "והד 123 גבא"},
		{"price אבג 1,234.50 ok", false, "price 1,234.50 גבא ok"},
		{"a (אב) b", false, "a (בא) b"},
		{"אב (cd) גד", true, "דג )cd( בא"}, // raw characters: the painter mirrors
		{"\u2067אב a\u2069 c", false, "\u2067a בא\u2069 c"},
		{"smith (fabrikam אב) גד", true, "דג )בא fabrikam( smith"},
	} {
		got := visual(c.in, c.rtl)
		if got != c.want {
			t.Errorf("%q (rtl %v) is shown as %q, want %q", c.in, c.rtl, got, c.want)
		}
	}
	if got := Levels("abc", false); !reflect.DeepEqual(got, []Level{{0, 3, 0}}) {
		t.Errorf("plain text: %v", got)
	}
	if got := Levels("abc אב", true); !reflect.DeepEqual(got, []Level{{0, 3, 2}, {3, 8, 1}}) {
		t.Errorf("%v", got)
	}
}

func TestLevelsCoverTheText(t *testing.T) {
	for _, in := range []string{"", "a", "א", "\u202e", "\u2066\u2066\u2069", strings.Repeat("\u202b", 300) + "x", strings.Repeat("\u2067", 200) + strings.Repeat("\u2069", 250), "\xff א"} {
		for _, rtl := range []bool{false, true} {
			at := 0
			for _, l := range Levels(in, rtl) {
				if l.From != at || l.To <= l.From || l.Level > maxDepth+1 {
					t.Fatalf("%q: %+v after %d", in, l, at)
				}
				at = l.To
			}
			if at != len(in) {
				t.Errorf("%q: levels end at %d", in, at)
			}
		}
	}
}

func FuzzLevels(f *testing.F) {
	f.Add("abc אבג (1-2) \u2067x\u2069", false)
	f.Add("\u202e1,2\u202c ال \u2068a", true)
	f.Fuzz(func(t *testing.T, s string, rtl bool) {
		at := 0
		for _, l := range Levels(s, rtl) {
			if l.From != at {
				t.Fatalf("gap at %d", at)
			}
			at = l.To
		}
		if at != len(s) {
			t.Fatalf("ends at %d of %d", at, len(s))
		}
	})
}
