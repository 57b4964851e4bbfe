package reader

import "testing"

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
