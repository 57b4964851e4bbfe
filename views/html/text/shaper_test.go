package text

import (
	"strings"
	"sync"
	"testing"
)

var shared = NewShaper(Settings{})

func width(runs []Run) float64 {
	w := 0.0
	for _, r := range runs {
		w += r.Advance
	}
	return w
}

func family(n string) Font { return Font{Families: []string{n}, Size: 16, Weight: 400} }

// Every byte of the text belongs to one run, in order, and each cluster begins a character.
func checkRuns(t *testing.T, in string, runs []Run, rtl bool) {
	t.Helper()
	var b strings.Builder
	for i := range runs {
		k := i
		if rtl {
			k = len(runs) - 1 - i
		}
		b.WriteString(runs[k].Text)
		for _, g := range runs[k].Glyphs {
			if g.Cluster < 0 || g.Cluster >= len(runs[k].Text) {
				t.Fatalf("%q: cluster %d outside %q", in, g.Cluster, runs[k].Text)
			}
		}
	}
	if b.String() != in {
		t.Fatalf("the runs hold %q, not %q", b.String(), in)
	}
}

func TestClassicNamesShareTheirMetrics(t *testing.T) {
	if shared.library().families["liberationsans"] == nil {
		t.Skip("Liberation fonts are not installed")
	}
	const s = "The quick brown fox jumps over the lazy dog 0123456789"
	arial := width(shared.Shape(s, family("Arial"), Options{}))
	for _, n := range []string{"Helvetica", "arial", "'Liberation Sans'", "sans-serif"} {
		if w := width(shared.Shape(s, family(n), Options{})); w != arial {
			t.Errorf("%s is %v px wide, Arial %v", n, w, arial)
		}
	}
	if w := width(shared.Shape(s, family("Times New Roman"), Options{})); w >= arial {
		t.Errorf("Times is %v px wide, Arial %v", w, arial)
	}
	// Known from the font: each glyph of the monospaced face is 1229/2048 em.
	if w := width(shared.Shape("iW.", family("Courier New"), Options{})); w < 28.8 || w > 28.81 {
		t.Errorf("three letters of Courier New at 16 px are %v px wide", w)
	}
}

func TestNextFamilyWhenOneIsMissing(t *testing.T) {
	f := Font{Families: []string{"No Such Family", "Segoe UI Historic Nowhere", "monospace"}, Size: 20, Weight: 400}
	runs := shared.Shape("il", f, Options{})
	if len(runs) != 1 || runs[0].Glyphs[0].Advance != runs[0].Glyphs[1].Advance {
		t.Errorf("the third family is monospaced, the text was set in %s", runs[0].Face.Family())
	}
}

func TestCarriedFontsAlone(t *testing.T) {
	s := NewShaper(Settings{NoSystem: true})
	runs := s.Shape("Hello", family("Arial"), Options{})
	if len(runs) != 1 || runs[0].Face.Family() != "inter" {
		t.Fatalf("got %+v", runs)
	}
	if f := s.Shape("x", family("JetBrains Mono"), Options{})[0].Face.Family(); f != "jetbrainsmono" {
		t.Errorf("JetBrains Mono is %s", f)
	}
	m := s.Metrics(family("Inter"))
	if m.Ascent < 14 || m.Ascent > 17 || m.Descent < 3 || m.Descent > 5 || m.SpaceWidth <= 0 || m.ZeroWidth <= m.SpaceWidth {
		t.Errorf("metrics of Inter at 16 px: %+v", m)
	}
}

func TestWeightAndSlant(t *testing.T) {
	s := NewShaper(Settings{NoSystem: true})
	for _, c := range []struct {
		weight             int
		italic             bool
		fakeBold, fakeItal bool
	}{{400, false, false, false}, {700, false, false, false}, {600, true, false, false}, {400, true, false, false}} {
		r := s.Shape("x", Font{Families: []string{"Inter"}, Size: 16, Weight: c.weight, Italic: c.italic}, Options{})[0]
		if r.FakeBold != c.fakeBold || r.FakeItalic != c.fakeItal {
			t.Errorf("weight %d italic %v: fake bold %v, fake italic %v", c.weight, c.italic, r.FakeBold, r.FakeItalic)
		}
	}
	r := s.Shape("x", Font{Families: []string{"JetBrains Mono"}, Size: 16, Weight: 700, Italic: true}, Options{})[0]
	if !r.FakeBold || !r.FakeItalic {
		t.Errorf("the one face of JetBrains Mono must be made bold and slanted: %+v", r)
	}
}

func TestSpacing(t *testing.T) {
	f := family("sans-serif")
	plain, wide := width(shared.Shape("ab c", f, Options{})), width(shared.Shape("ab c", f, Options{Letter: 2, Word: 5}))
	if d := wide - plain; d < 12.9 || d > 13.1 {
		t.Errorf("4 letters of 2 px and a blank of 5 px add %v px", d)
	}
	if l := shared.Shape("office", family("Inter"), Options{Letter: 1}); len(l[0].Glyphs) != 6 {
		t.Errorf("spaced letters join: %d glyphs", len(l[0].Glyphs))
	}
}

func TestSmallCaps(t *testing.T) {
	f := Font{Families: []string{"JetBrains Mono"}, Size: 20}
	runs := shared.Shape("Abc", f, Options{SmallCaps: true})
	if len(runs) != 2 || runs[0].Text != "A" || runs[1].Text != "bc" || runs[1].Size != 14 {
		t.Fatalf("got %+v", runs)
	}
	if big := shared.Shape("BC", f, Options{}); runs[1].Glyphs[0].ID != big[0].Glyphs[0].ID {
		t.Error("small capitals are not capitals")
	}
}

func TestEmojiStayWhole(t *testing.T) {
	if shared.library().families["notocoloremoji"] == nil {
		t.Skip("no colour emoji font")
	}
	f := family("sans-serif")
	for _, c := range []struct {
		in     string
		glyphs int
	}{{"👩‍👩‍👧‍👦", 1}, {"👍🏽", 1}, {"🇩🇪", 1}, {"❤️", 1}, {"1️⃣", 1}, {"😀😀", 2}} {
		runs := shared.Shape(c.in, f, Options{})
		checkRuns(t, c.in, runs, false)
		if len(runs) != 1 || runs[0].Face.Family() != "notocoloremoji" {
			t.Errorf("%s: %d runs, first in %s", c.in, len(runs), runs[0].Face.Family())
			continue
		}
		n := 0
		for _, g := range runs[0].Glyphs {
			if g.Advance > 0 {
				n++
			}
		}
		if n != c.glyphs {
			t.Errorf("%s: %d glyphs, want %d", c.in, n, c.glyphs)
		}
	}
	if r := shared.Shape("❤︎", f, Options{}); r[0].Face.Family() == "notocoloremoji" {
		t.Error("a text selector was not heeded")
	}
	if r := shared.Shape("Total: 12 ✓ 😀 done", f, Options{}); len(r) < 3 {
		t.Errorf("%d runs", len(r))
	} else {
		checkRuns(t, "Total: 12 ✓ 😀 done", r, false)
	}
}

func TestRightToLeftRunsAreVisual(t *testing.T) {
	in := "שלום עולם"
	runs := shared.Shape(in, family("sans-serif"), Options{RTL: true})
	checkRuns(t, in, runs, true)
	last := -1
	for i := len(runs) - 1; i >= 0; i-- {
		for k := len(runs[i].Glyphs) - 1; k >= 0; k-- {
			if c := runs[i].Glyphs[k].Cluster; k == len(runs[i].Glyphs)-1 {
				last = c
			} else if c < last {
				t.Fatalf("clusters fall from left to right expected in %+v", runs[i].Glyphs)
			} else {
				last = c
			}
		}
	}
}

func TestMarksComposeOrFallBack(t *testing.T) {
	for _, in := range []string{"é", "e\u0301", "ẹ̀", "a\u0323\u0301", "日本語とカナ", "नमस्ते", "한국어 조선", "\xff\xfe broken", "x\u00ady", "\u200e", "a\u200bb", "\t\n"} {
		for _, rtl := range []bool{false, true} {
			checkRuns(t, in, shared.Shape(in, family("Arial"), Options{RTL: rtl, Lang: "ja"}), rtl)
		}
	}
	one, two := shared.Shape("é", family("Arial"), Options{}), shared.Shape("e\u0301", family("Arial"), Options{})
	if width(one) != width(two) {
		t.Errorf("é is %v px wide composed and %v px decomposed", width(one), width(two))
	}
}

func TestNothingToShape(t *testing.T) {
	nan := 0.0
	for _, f := range []Font{{Size: 0}, {Size: -3}, {Size: nan / nan}} {
		if r := shared.Shape("x", f, Options{}); r != nil {
			t.Errorf("size %v gave %v", f.Size, r)
		}
	}
	if r := shared.Shape("", family("serif"), Options{}); r != nil {
		t.Errorf("no text gave %v", r)
	}
}

func TestConcurrentUse(t *testing.T) {
	s := NewShaper(Settings{NoSystem: true, CacheBytes: 64 << 10})
	want := width(s.Shape("word 7", family("Inter"), Options{}))
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 300 {
				s.Shape(strings.Repeat("w", i%50+g), family("Inter"), Options{})
				if w := width(s.Shape("word 7", family("Inter"), Options{})); w != want {
					t.Errorf("%v px, was %v", w, want)
					return
				}
			}
		}()
	}
	wg.Wait()
	for i := range s.cache.shard {
		if n := s.cache.shard[i].size; n > s.cache.limit+64<<10 {
			t.Errorf("shard %d holds %d bytes", i, n)
		}
	}
}

func BenchmarkShapeWarm(b *testing.B) {
	words := newsletter()
	f := family("Arial")
	for _, w := range words {
		shared.Shape(w, f, Options{})
	}
	for b.Loop() {
		for _, w := range words {
			shared.Shape(w, f, Options{})
		}
	}
}

func BenchmarkShapeCold(b *testing.B) {
	words := newsletter()
	f := family("Arial")
	st := shared.stack(f)
	for b.Loop() {
		for _, w := range words {
			shared.shape(w, st, 16, Options{})
		}
	}
}

// newsletter is about 12 KB of text in 300 pieces, what a mail of 60 KB shows.
func newsletter() []string {
	var out []string
	for i := range 300 {
		out = append(out, "Offer "+strings.Repeat("of the week ", i%4)+string(rune('A'+i%26))+" for members only until Friday")
	}
	return out
}

// Pairs that a font kerns by class, in a coverage of ranges: W and e stand 144 units of 2816 closer in Inter.
func TestKerningOfClasses(t *testing.T) {
	s := NewShaper(Settings{NoSystem: true})
	f := Font{Families: []string{"Inter"}, Size: 2816}
	pair, one, two := width(s.Shape("We", f, Options{})), width(s.Shape("W", f, Options{})), width(s.Shape("e", f, Options{}))
	if d := one + two - pair; d < 100 || d > 200 {
		t.Errorf("W and e are kerned by %v units", d)
	}
}
