package kit

import (
	"math/rand/v2"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
)

// What Cut returns fits, and one character more would not.
func TestCutIsAsLongAsItCanBe(t *testing.T) {
	test.NewTempApp(t)
	r := rand.New(rand.NewPCG(1, 1))
	words := strings.Fields("WAVE AV To. illi minimum …… 漢字かな ﬁ Ünïcödé 👩‍👩‍👧 🇳🇴 fjord WWWWWW iiiiii - résumé Ту 한국어")
	for range 400 {
		var b strings.Builder
		for range 1 + r.IntN(40) {
			b.WriteString(words[r.IntN(len(words))])
			if r.IntN(4) > 0 {
				b.WriteByte(' ')
			}
		}
		text, w := b.String(), float32(r.IntN(400))
		st := []Style{Body13, Body13B, Small12, Tiny11M}[r.IntN(4)]
		got := Cut(text, st, w)
		if got == text {
			if Width(text, st) > w+0.02 {
				t.Fatalf("%q is left as it is at %g", text, w)
			}
			continue
		}
		if Width(got, st) > w+0.01 {
			t.Fatalf("%q is %g wide, %g are there", got, Width(got, st), w)
		}
		ends := graphemeEnds(text)
		kept := strings.TrimSuffix(got, "…")
		n := 0
		for n < len(ends) && strings.TrimRight(text[:ends[n]], " ") != kept {
			n++
		}
		if got == "" || got == "…" {
			n = -1
		}
		for n++; n < len(ends); n++ {
			if more := strings.TrimRight(text[:ends[n]], " "); more != kept {
				if z := Width(more+"…", st); z <= w-0.5 {
					t.Errorf("%q at %g could be %q, which is %g wide", got, w, more, z)
				}
				break
			}
		}
	}
}

func BenchmarkCut(b *testing.B) {
	test.NewTempApp(b)
	text := strings.Repeat("The numbers are in the sheet; tell me if anything is missing. ", 4)
	for i := 0; b.Loop(); i++ {
		cut(text[i%50:], Small12, 280+float32(i%40))
	}
}
