package reader

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/plaintext"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// cutOut is the text of a place as it stands.
func (t *textView) cutOut(h hit) string {
	a, b := t.selA, t.selB
	t.selA, t.selB = h.from, h.to
	s := t.Selected()
	t.selA, t.selB = a, b
	return s
}

func TestFindMarksEveryPlace(t *testing.T) {
	test.NewTempApp(t)
	text := "The Harbour is calm. HARBOUR lights; harbour master, Ünïcode HÄFEN häfen İstanbul harbour"
	v := newText([]mail.Block{{Spans: []mail.Span{{Text: text[:7]}, {Text: text[7:], Bold: true}}}, {Spans: span("har"), Quote: 1}, {Spans: span("bour")}}, 14)
	for _, width := range []float32{600, 90} {
		v.Fit(width)
		for needle, want := range map[string]int{"harbour": 4, "häfen": 2, "HÄFEN Hä": 1, "istanbul": 1, "calm. harbour": 1, "nothing": 0, "": 0} {
			n := -1
			v.Find(needle, func(k int) { n = k })
			if n != want {
				t.Errorf("width %v: %q is found %d times, want %d", width, needle, n, want)
			}
			for i, h := range v.hits {
				if got := v.cutOut(h); !strings.EqualFold(got, needle) && needle != "istanbul" {
					t.Errorf("width %v: place %d of %q is %q", width, i, needle, got)
				}
				if top, bottom := v.Hit(i); bottom <= top || bottom > v.height {
					t.Errorf("width %v: place %d of %q is from %v to %v of %v", width, i, needle, top, bottom, v.height)
				}
			}
		}
	}
	// Another width keeps the marks.
	n := 0
	v.Find("harbour", func(k int) { n = k })
	v.Fit(300)
	if len(v.hits) != n {
		t.Errorf("after another width %d places are marked, want %d", len(v.hits), n)
	}
}

func TestFindOpensTheHistoryThatItIsIn(t *testing.T) {
	test.NewTempApp(t)
	blocks := []mail.Block{{Spans: span("New")}, {Quote: 1, Spans: span("Old")}}
	v := newBody(blocks, 14, plaintext.History(blocks))
	v.Fit(300)
	v.Find("new", func(int) {})
	if !v.folded {
		t.Error("the history is shown for nothing")
	}
	n := 0
	v.Find("old", func(k int) { n = k })
	if n != 1 || v.folded {
		t.Errorf("found %d, folded %v", n, v.folded)
	}
}

func TestFindInALongText(t *testing.T) {
	test.NewTempApp(t)
	v := newText([]mail.Block{{Spans: span(strings.Repeat("a needle in hay\n", 20_000))}}, 14)
	queue := make(chan func(), 8)
	v.do = func(f func()) { queue <- f }
	v.Fit(600)
	n, calls := 0, 0
	v.Find("hay", func(int) { t.Error("a search that was given up ended") })
	v.Find("needle", func(k int) { n, calls = k, calls+1 })
	if calls != 0 {
		t.Error("a long text was searched at once")
	}
	for calls == 0 {
		(<-queue)()
	}
	if n != mostHits {
		t.Errorf("%d places, want the most there can be, %d", n, mostHits)
	}
}

func TestFindBar(t *testing.T) {
	test.NewTempApp(t)
	c := viewtest.New(viewtest.Options{})
	queue := make(chan func(), 64)
	w := test.NewTempWindow(t, nil)
	p := New(w, c, func(f func()) { queue <- f }, c.Now)
	p.OnSeen = func([]mail.MessageID) {}
	w.SetContent(kit.NewRoot(p))
	w.Resize(fyne.NewSize(700, 700))
	body := mail.Body{Text: "x", Blocks: []mail.Block{{Spans: span(strings.Repeat("One bollard here.\n\n\n", 40) + "The last bollard")}}}
	c.OnRead = func(mail.MessageID) (mail.Body, error, bool) { return body, nil, true }
	p.Open(mail.Summary{ID: 1, Subject: "S", Count: 1, From: []mail.Address{{Addr: "a@example.com"}}}, false)
	for p.Loading() {
		(<-queue)()
	}
	p.Find()
	if !p.Finding() || w.Canvas().Focused() != fyne.Focusable(p.find.field) {
		t.Fatal("the search has no keyboard")
	}
	p.find.field.SetText("BOLLARD")
	p.find.search()
	if got := p.find.words.Text; got != "1 of 41" {
		t.Errorf("it says %q", got)
	}
	top := p.scroll.Top()
	p.find.field.OnKey(fyne.KeyReturn, true) // the one before the first is the last
	if got := p.find.words.Text; got != "41 of 41" || p.scroll.Top() <= top {
		t.Errorf("it says %q; scrolled from %v to %v", got, top, p.scroll.Top())
	}
	p.find.field.OnKey(fyne.KeyReturn, false)
	if got := p.find.words.Text; got != "1 of 41" {
		t.Errorf("after the last comes %q", got)
	}
	p.find.field.SetText("buoy")
	p.find.search()
	if got := p.find.words.Text; got != "Not found" || !p.find.next.Disabled() {
		t.Errorf("it says %q", got)
	}
	p.find.field.OnKey(fyne.KeyEscape, false)
	if p.Finding() || len(p.cards[0].text.(*textView).hits) != 0 || w.Canvas().Focused() != fyne.Focusable(p.cards[0].text) {
		t.Error("Escape does not end the search")
	}
}
