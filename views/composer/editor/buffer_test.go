package editor

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func flat(b *Buffer, p Pos) int {
	n := 0
	for i := range p.Para {
		n += len(b.Para(i)) + 1
	}
	return n + p.Off
}

func place(b *Buffer, at int) Pos {
	for i := 0; i < b.Len(); i++ {
		if at <= len(b.Para(i)) {
			return Pos{i, snap(b.Para(i), at)}
		}
		at -= len(b.Para(i)) + 1
	}
	return b.End()
}

var pieces = []string{"a", "b ", "word", " ", "\n", "\n\n", "é", "e\u0301", "👩‍👩‍👧", "日本語の文", "> quoted\n", "a long line of several words that wraps", "\t", "שלום"}

// metric gives every grapheme ten units, so that breaks can be told without fonts.
func metric(s string) float32 { return float32(utf8.RuneCountInString(s) * 10) }

// TestRandomEditsAgainstString compares the buffer, its layout and its history with a plain string.
func TestRandomEditsAgainstString(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		b := NewBuffer("first\nsecond paragraph with words\n\nlast")
		lay := &rows{wrapper: wrapper{width: 120, measure: metric}}
		lay.all(b)
		b.changed = func(first, old, now, at, ins, del int) { lay.change(b, first, old, now, at, ins, del) }
		model := b.Text()
		past := []string{model}
		for step := range 300 {
			from, to := place(b, rnd.IntN(len(model)+1)), place(b, rnd.IntN(len(model)+1))
			switch rnd.IntN(4) {
			case 0, 1:
				to = from
			case 2:
				to = b.Next(from)
			}
			s := pieces[rnd.IntN(len(pieces))]
			if rnd.IntN(4) == 0 {
				s = ""
			}
			lo, hi := flat(b, from), flat(b, to)
			if hi < lo {
				lo, hi = hi, lo
			}
			if lo == hi && s == "" {
				continue
			}
			model = model[:lo] + s + model[hi:]
			end := b.Replace(from, to, s, false)
			past = append(past, model)
			if got := b.Text(); got != model {
				t.Fatalf("seed %d step %d: text %q, want %q", seed, step, got, model)
			}
			if got := flat(b, end); got != lo+len(s) {
				t.Fatalf("seed %d step %d: cursor at %d, want %d", seed, step, got, lo+len(s))
			}
			fresh := &rows{wrapper: wrapper{width: 120, measure: metric}}
			fresh.all(b)
			for i := range fresh.breaks {
				if !slices.Equal(fresh.breaks[i], lay.breaks[i]) {
					t.Fatalf("seed %d step %d: paragraph %d %q breaks at %v, want %v", seed, step, i, b.Para(i), lay.breaks[i], fresh.breaks[i])
				}
			}
			if !slices.Equal(fresh.first, lay.first) {
				t.Fatalf("seed %d step %d: row numbers %v, want %v", seed, step, lay.first, fresh.first)
			}
		}
		for i := len(past) - 2; i >= 0; i-- {
			if _, _, ok := b.Undo(); !ok || b.Text() != past[i] {
				t.Fatalf("seed %d: undo to %d gives %q, want %q", seed, i, b.Text(), past[i])
			}
		}
		for i := 1; i < len(past); i++ {
			if _, ok := b.Redo(); !ok || b.Text() != past[i] {
				t.Fatalf("seed %d: redo to %d gives %q", seed, i, b.Text())
			}
		}
	}
}

func TestTypingIsTakenBackByWords(t *testing.T) {
	b := NewBuffer("")
	p := Pos{}
	for _, r := range "two words" {
		p = b.Replace(p, p, string(r), true)
	}
	b.Undo()
	if got := b.Text(); got != "two " {
		t.Errorf("first undo leaves %q", got)
	}
	b.Undo()
	if got := b.Text(); got != "" {
		t.Errorf("second undo leaves %q", got)
	}
	if _, _, ok := b.Undo(); ok {
		t.Error("a third undo did something")
	}
}

func TestBackspaceRunIsOneUndo(t *testing.T) {
	b := NewBuffer("hello")
	p := b.End()
	for range 3 {
		q := b.Prev(p)
		p = b.Replace(q, p, "", true)
	}
	if b.Text() != "he" {
		t.Fatalf("text %q", b.Text())
	}
	b.Undo()
	if b.Text() != "hello" {
		t.Errorf("after undo %q", b.Text())
	}
}

func TestWordsAndGraphemes(t *testing.T) {
	b := NewBuffer("it's e\u0301te\u0301 👩‍👩‍👧!")
	p := Pos{}
	var stops []int
	for p != b.End() {
		p = b.NextWord(p)
		stops = append(stops, p.Off)
	}
	want := []int{4, 12, 12 + 1 + len("👩‍👩‍👧!")}
	if !slices.Equal(stops, want) {
		t.Errorf("word ends %v, want %v", stops, want)
	}
	if got := b.Prev(Pos{0, len(b.Para(0)) - 1}); got.Off != 13 {
		t.Errorf("before the family emoji: %d", got.Off)
	}
	from, to := b.WordAt(Pos{0, 8})
	if b.Slice(from, to) != "e\u0301te\u0301" {
		t.Errorf("double click selects %q", b.Slice(from, to))
	}
	if got := b.PrevWord(Pos{0, 12}); got.Off != 5 {
		t.Errorf("word before: %d", got.Off)
	}
}

func TestCleanTakesForeignText(t *testing.T) {
	if got := Clean("a\r\nb\rc\x00\x1bd\u2028e\xff\uFEFF\t"); got != "a\nb\ncd\ne\uFFFD\t" {
		t.Errorf("got %q", got)
	}
}

func FuzzBuffer(f *testing.F) {
	f.Add("one\ntwo", uint16(2), uint16(5), "x\ny")
	f.Add("日本語👩‍👩‍👧", uint16(3), uint16(9), "")
	f.Fuzz(func(t *testing.T, text string, x, y uint16, s string) {
		if len(text) > 4096 || len(s) > 4096 {
			return
		}
		b := NewBuffer(text)
		lay := &rows{wrapper: wrapper{width: 60, measure: metric}}
		lay.all(b)
		b.changed = func(first, old, now, at, ins, del int) { lay.change(b, first, old, now, at, ins, del) }
		before := b.Text()
		from, to := place(b, int(x)), place(b, int(y))
		lo, hi := flat(b, from), flat(b, to)
		if hi < lo {
			lo, hi = hi, lo
		}
		end := b.Replace(from, to, s, true)
		if want := before[:lo] + Clean(s) + before[hi:]; b.Text() != want {
			t.Fatalf("text %q, want %q", b.Text(), want)
		}
		if end != b.Clamp(end) {
			t.Fatalf("cursor outside: %v", end)
		}
		b.NextWord(end)
		b.PrevWord(end)
		b.WordAt(end)
		for i := 0; i < b.Len(); i++ {
			for j, at := range lay.breaks[i] {
				if at < 0 || at > len(b.Para(i)) || j > 0 && at <= lay.breaks[i][j-1] {
					t.Fatalf("breaks %v of %q", lay.breaks[i], b.Para(i))
				}
			}
		}
		if b.Undo(); b.Text() != before {
			t.Fatalf("undo gives %q, want %q", b.Text(), before)
		}
	})
}

func TestLongParagraphChangesLocally(t *testing.T) {
	b := NewBuffer(strings.Repeat("several words of a long paragraph ", 3000))
	measured := 0
	lay := &rows{wrapper: wrapper{width: 600, measure: func(s string) float32 { measured++; return metric(s) }}}
	lay.all(b)
	b.changed = func(first, old, now, at, ins, del int) { lay.change(b, first, old, now, at, ins, del) }
	p := Pos{0, 50000}
	measured = 0
	b.Replace(p, p, "q", true)
	if measured > 20 {
		t.Errorf("one key measured %d pieces", measured)
	}
}
