package reader

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
)

// TestZoom: pages are enlarged in steps within bounds and shown as they are again.
func TestZoom(t *testing.T) {
	p := &Pane{zoom: 1}
	for range 40 {
		p.Zoom(1)
	}
	if p.zoom != 3 {
		t.Errorf("enlarged without end it is %v", p.zoom)
	}
	for range 80 {
		p.Zoom(-1)
	}
	if p.zoom != 0.5 {
		t.Errorf("made smaller without end it is %v", p.zoom)
	}
	p.Zoom(0)
	if p.zoom != 1 {
		t.Errorf("as it is, it is %v", p.zoom)
	}
}

// Plain text grows as pages do, with what is folded and found as it was.
func TestZoomOfText(t *testing.T) {
	test.NewTempApp(t)
	v := newBody([]mail.Block{{Spans: []mail.Span{{Text: "A line that is long enough to be broken when letters grow"}}}, {Quote: 1, Spans: []mail.Span{{Text: "old"}}}}, 14, 1)
	grown := 0
	v.OnGrown = func() { grown++ }
	p := &Pane{zoom: 1, size: 14, cards: []*card{{text: v}}}
	before := v.Fit(420)
	for range 5 {
		p.Zoom(1)
	}
	if v.size != 22.5 || v.height <= before || grown != 5 || !v.folded {
		t.Errorf("size %v, %v px high after %v, told %d times", v.size, v.height, before, grown)
	}
	p.Zoom(0)
	if v.size != 14 || v.height != before {
		t.Errorf("as it is: %v, %v px", v.size, v.height)
	}
}
