package text

import (
	"math"
	"strings"
	"testing"
)

// marked writes | where a line may and ‖ where it must be broken.
func marked(t string) string {
	var b strings.Builder
	at := 0
	for _, o := range Breaks(t) {
		b.WriteString(t[at:o.At])
		if o.Must {
			b.WriteString("‖")
		} else {
			b.WriteString("|")
		}
		at = o.At
	}
	return b.String() + t[at:]
}

// What Chromium 156 does with the same text.
func TestBreaks(t *testing.T) {
	for _, want := range []string{
		"two |words", "a  |b", "http://www.example.com/path/to/file-|name_x.html?|a=b&c=d#e", "foo@example.com", "1,234.50 |EUR", "a/b", "(a)b",
		"e-|mail", "-5", "A-|1", "a |-5", "AT&T", "don’t", "a...b", "a?|b", "x!|(y)", "line\n‖next", "line\r\n‖next", "no\u00a0break", "日|本|語、|で|す。", "ス|ー|パ|ー",
		"한|국|어 |텍|스|트", "👩‍👩‍👧‍👦|👍🏽", "a\u200b|b", "\u2014|a", "naïve-|ish", "été |(long)", "10 |%", "“quoted” |text", "wait… |what",
		"ab\u00ad|cd", "日|(a)b", "word |日", "\xff \xfe",
	} {
		in := strings.NewReplacer("|", "", "‖", "").Replace(want)
		if strings.Contains(want, "\xff") {
			in, want = "\xff \xfe", "\xff |\xfe"
		}
		if got := marked(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzBreaks(f *testing.F) {
	f.Add("a-b (c) 日ー\n\xff")
	f.Add("\r\n\u2028é?")
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, o := range Breaks(s) {
			if o.At <= last || o.At >= len(s) {
				t.Fatalf("break at %d after %d of %d", o.At, last, len(s))
			}
			last = o.At
		}
	})
}

func FuzzShape(f *testing.F) {
	s := NewShaper(Settings{NoSystem: true})
	f.Add("Hello ✓ שלום", true, 16.0, 1.0)
	f.Add("👩‍👩‍👧‍👦\u0301\xff", false, 1e9, -50.0)
	f.Fuzz(func(t *testing.T, in string, rtl bool, size, letter float64) {
		if len(in) > 2000 || !(size > 0) || math.IsInf(size, 0) {
			return
		}
		checkRuns(t, in, s.Shape(in, Font{Families: []string{"Inter"}, Size: size}, Options{RTL: rtl, Letter: letter, SmallCaps: len(in)%2 == 1}), rtl)
	})
}
