package view

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// wait until a picture is here, or ten seconds.
func wait(t *testing.T, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ready(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the picture does not come")
		}
	}
}

func TestPicturesComeLater(t *testing.T) {
	var asked, changed atomic.Int32
	p := NewPictures(t.Context(), func(_ context.Context, a string) ([]byte, error) {
		asked.Add(1)
		if a == "cid:logo" {
			return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#00f"/></svg>`), nil
		}
		return nil, errors.New("not allowed")
	}, func(bool) { changed.Add(1) })
	if _, _, ok := p.Size("cid:logo"); ok {
		t.Fatal("a picture is here before it was asked for")
	}
	p.Size("https://pics.example/a.png")
	wait(t, func() bool { _, _, ok := p.Size("cid:logo"); return ok })
	if w, h, _ := p.Size("cid:logo"); w != 40 || h != 20 {
		t.Errorf("it is %v by %v", w, h)
	}
	m := p.Scaled("cid:logo", 80, 40)
	if m == nil || m.RGBAAt(79, 39).B != 255 {
		t.Errorf("it is not drawn: %v", m)
	}
	if p.Scaled("cid:logo", 80, 40) != m {
		t.Error("it is drawn twice")
	}
	wait(t, func() bool { return changed.Load() > 0 })
	if p.Scaled("https://pics.example/a.png", 10, 10) != nil || asked.Load() != 2 {
		t.Errorf("what was refused is asked for again: %d questions", asked.Load())
	}
	if m := p.Scaled("data:image/svg+xml,<svg width='4' height='4'><rect width='4' height='4'/></svg>", 4, 4); m != nil {
		t.Error("a picture of an address is decoded before its header was read")
	}
	if p.Scaled("cid:logo", 1<<16, 1<<16) != nil {
		t.Error("a picture of 2^32 pixels")
	}
}
