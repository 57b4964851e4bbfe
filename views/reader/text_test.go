package reader

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/plaintext"
	"github.com/postrider/postrider/views/kit"
)

func span(s string) []mail.Span { return []mail.Span{{Text: s}} }

func TestLinesFitAndLoseNothing(t *testing.T) {
	test.NewTempApp(t)
	text := "The surveyor says the edge beam starts 350 mm in. " + strings.Repeat("x", 300) + " 春の展示会のご案内をお送りします。会場は港の倉庫です。 Can the bollards move?\n\nSecond paragraph."
	for _, quick := range []bool{false, true} {
		for _, width := range []float32{60, 200, 500} {
			m := &measure{quick: quick}
			ls := m.wrap(span(text), kit.Lead14, kit.Text, width, false)
			var b strings.Builder
			for i, l := range ls {
				b.WriteString(l.string())
				if !l.soft && i < len(ls)-1 {
					b.WriteByte('\n')
				}
				if s := strings.TrimRight(l.string(), " "); !quick && kit.Width(s, kit.Lead14) > width+1 && len([]rune(s)) > 1 {
					t.Errorf("width %v: %q is %v wide", width, s, kit.Width(s, kit.Lead14))
				}
			}
			if b.String() != text {
				t.Errorf("width %v: the lines together are %q", width, b.String())
			}
		}
	}
}

func TestStylesStayOnTheirWords(t *testing.T) {
	test.NewTempApp(t)
	m := &measure{}
	ls := m.wrap([]mail.Span{{Text: "The "}, {Text: "Tern", Bold: true}, {Text: "bollard", Link: "https://x.example/"}, {Text: " stands"}}, kit.Lead14, kit.Text, 1000, false)
	if len(ls) != 1 || len(ls[0].pieces) != 4 {
		t.Fatalf("%+v", ls)
	}
	p := ls[0].pieces
	if p[1].style.Weight != kit.SemiBold || p[2].link == "" || p[2].ink != kit.Accent || p[3].link != "" {
		t.Errorf("%+v", p)
	}
	if ls := m.wrap([]mail.Span{{Text: "Tern", Bold: true}, {Text: "bollard"}}, kit.Lead14, kit.Text, 80, false); len(ls) > 1 {
		t.Errorf("a word of two styles is broken: %+v", ls)
	}
}

func TestRightToLeftIsMirrored(t *testing.T) {
	test.NewTempApp(t)
	m := &measure{}
	ls := m.wrap(span("שלום 24 עדשות"), kit.Lead14, kit.Text, 400, true)
	l := ls[0]
	if l.x+l.w < 399 {
		t.Errorf("the line ends at %v of 400", l.x+l.w)
	}
	if len(l.pieces) != 3 || !strings.Contains(l.pieces[0].text, "עדשות") || l.pieces[1].text != "24" {
		t.Errorf("from left to right: %+v", l.pieces)
	}
}

func TestSelectAndCopy(t *testing.T) {
	test.NewTempApp(t)
	v := newText([]mail.Block{{Spans: span("First line of text that is long enough to be broken")}, {Spans: span("Second")}}, 14)
	w := test.NewTempWindow(t, v)
	w.Resize(fyne.NewSize(180, 400))
	if len(v.lines) < 3 {
		t.Fatalf("%d lines", len(v.lines))
	}
	w.Canvas().Focus(v)
	v.TypedShortcut(&fyne.ShortcutSelectAll{})
	v.TypedShortcut(&fyne.ShortcutCopy{})
	want := "First line of text that is long enough to be broken\nSecond"
	if got := fyne.CurrentApp().Clipboard().Content(); got != want {
		t.Errorf("copied %q", got)
	}
	v.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(0, 5)}, Button: desktop.MouseButtonPrimary})
	v.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(kit.Width("First", kit.Lead14)+1, 5)}})
	v.DragEnd()
	if got := v.Selected(); got != "First" {
		t.Errorf("dragged over the first word: %q", got)
	}
}

func TestHistoryIsFolded(t *testing.T) {
	test.NewTempApp(t)
	blocks := []mail.Block{{Spans: span("New")}, {Spans: span("On 24 Nov 2026, Bob wrote:")}, {Quote: 1, Spans: span("Old")}, {Quote: 2, Spans: span("Older")}}
	v := newBody(blocks, 14, plaintext.History(blocks))
	v.Fit(300)
	if s := v.All(); s != "New" {
		t.Fatalf("folded text is %q", s)
	}
	grown := false
	v.OnGrown = func() { grown = true }
	at := fyne.PointEvent{Position: v.pill.AddXY(10, 9)}
	v.MouseDown(&desktop.MouseEvent{PointEvent: at, Button: desktop.MouseButtonPrimary})
	v.MouseUp(&desktop.MouseEvent{PointEvent: at, Button: desktop.MouseButtonPrimary})
	if s := v.All(); !grown || s != "New\nOn 24 Nov 2026, Bob wrote:\nOld\nOlder" {
		t.Errorf("unfolded text is %q", s)
	}
	blocks = []mail.Block{{Quote: 1, Spans: span("Question")}, {Spans: span("Answer")}}
	inline := newBody(blocks, 14, plaintext.History(blocks))
	inline.Fit(300)
	if s := inline.All(); s != "Question\nAnswer" {
		t.Errorf("a quotation that is answered is folded: %q", s)
	}
}

func TestLinksOpenByAClickOnly(t *testing.T) {
	test.NewTempApp(t)
	v := newText([]mail.Block{{Spans: []mail.Span{{Text: "https://bank.example", Link: "https://evil.example/"}}}}, 14)
	v.Fit(300)
	var opened, hovered string
	v.OnLink = func(_, target string) { opened = target }
	v.OnHover = func(s string) { hovered = s }
	e := desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(20, 8)}, Button: desktop.MouseButtonPrimary}
	v.MouseMoved(&e)
	if hovered != "https://evil.example/" || opened != "" {
		t.Fatalf("hover shows %q, opened %q", hovered, opened)
	}
	v.MouseDown(&e)
	v.MouseUp(&e)
	if opened != "https://evil.example/" {
		t.Errorf("opened %q", opened)
	}
}

func TestOnlyVisibleLinesAreDrawn(t *testing.T) {
	test.NewTempApp(t)
	var bs []mail.Block
	for range 3000 {
		bs = append(bs, mail.Block{Spans: span("A paragraph of a very long message, one of many.")})
	}
	v := newText(bs, 14)
	w := test.NewTempWindow(t, v)
	w.Resize(fyne.NewSize(600, 400))
	v.View(40_000, 40_400)
	if n := len(test.WidgetRenderer(v).Objects()); n == 0 || n > 80 {
		t.Errorf("%d text objects for a window of 400 px", n)
	}
}

func TestPrograms(t *testing.T) {
	for name, want := range map[string]bool{"a.pdf": false, "photo.JPG": false, "run.EXE": true, "invoice.pdf.scr": true, "x.exe. ": true, "noext": false, "sheet.xlsm": true, "page.html": true, "install.sh": true} {
		if Program(name) != want {
			t.Errorf("Program(%q) = %t", name, !want)
		}
	}
}

func BenchmarkWrap100kB(b *testing.B) {
	test.NewTempApp(b)
	var bs []mail.Block
	for range 1000 {
		bs = append(bs, mail.Block{Spans: span("The surveyor says that the edge beam starts 350 mm in, so the bollards can move a little further back.")})
	}
	for b.Loop() {
		newText(bs, 14).Fit(600)
	}
}

func FuzzWrap(f *testing.F) {
	test.NewTempApp(f)
	f.Add("plain text\nwith lines", float32(100), false)
	f.Add("שלום (12) עולם!\r\n", float32(50), true)
	f.Add("\xff\xfe\u200e\u200d👩‍👩‍👧 long"+strings.Repeat("w", 99), float32(30), false)
	f.Fuzz(func(t *testing.T, s string, width float32, rtl bool) {
		if len(s) > 4000 || width > 1e6 || width != width {
			return
		}
		n := 0
		m := &measure{quick: true}
		for _, l := range m.wrap([]mail.Span{{Text: s[:len(s)/2]}, {Text: s[len(s)/2:], Bold: true}}, kit.Lead14, kit.Text, width, rtl) {
			n += len(l.string())
		}
		if keep := len(strings.NewReplacer("\r", "", "\n", "").Replace(s)); n < keep-strings.Count(s, "\r") || n > len(s) {
			t.Errorf("%d bytes of %d are left", n, len(s))
		}
	})
}

func TestDoubleClickTakesAWordTripleAParagraph(t *testing.T) {
	test.NewTempApp(t)
	v := newText([]mail.Block{{Spans: span("It’s the Größe of the harbour, the second line of a long paragraph.\nAnother line.")}}, 14)
	v.Fit(160)
	at := func(word string) fyne.Position {
		for i := range v.lines {
			if k := strings.Index(v.lines[i].string(), word); k >= 0 {
				return fyne.NewPos(v.lines[i].x+v.xOf(i, k)+4, v.lines[i].y+5)
			}
		}
		t.Fatalf("%q is not in the text", word)
		return fyne.Position{}
	}
	click := func(p fyne.Position, n int) string {
		v.clicks, v.pressed = 0, time.Time{}
		for range n {
			e := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p}, Button: desktop.MouseButtonPrimary}
			v.MouseDown(e)
			v.MouseUp(e)
		}
		return v.Selected()
	}
	for word, want := range map[string]string{"Größe": "Größe", "It’s": "It’s", "harbour": "harbour", "paragraph": "paragraph"} {
		if got := click(at(word), 2); got != want {
			t.Errorf("a double click on %q selects %q", word, got)
		}
	}
	if got := click(at("second"), 3); got != "It’s the Größe of the harbour, the second line of a long paragraph." {
		t.Errorf("a triple click selects %q", got)
	}
	if got := click(at("second"), 1); got != "" {
		t.Errorf("a click selects %q", got)
	}
}
