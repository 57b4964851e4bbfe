package view

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/views/kit"
)

// shownView is a view in a window of 400 by 300, with what its goroutines ask for done by the test.
func shownView(t *testing.T, src string, fetch func(string) []byte) (*View, func(what string, ready func() bool)) {
	t.Helper()
	test.NewTempApp(t)
	work := make(chan func(), 64)
	do := func(f func()) {
		select {
		case work <- f:
		case <-t.Context().Done():
		}
	}
	var v *View
	pics := NewPictures(t.Context(), func(_ context.Context, a string) ([]byte, error) { return fetch(a), nil }, func(sized bool) {
		do(func() {
			if sized {
				v.Relay()
			} else {
				v.Repaint()
			}
		})
	})
	m := NewMail(src, pics)
	m.Ground = color.NRGBA{255, 255, 255, 255}
	v = New(m, do)
	w := test.NewTempWindow(t, v)
	w.Resize(fyne.NewSize(400, 300))
	v.View(0, 300)
	t.Cleanup(v.Close)
	return v, func(what string, ready func() bool) {
		t.Helper()
		end := time.After(30 * time.Second)
		for !ready() {
			select {
			case f := <-work:
				f()
			case <-end:
				t.Fatal(what)
			}
		}
	}
}

// twoFrames is a GIF that is red, then blue.
func twoFrames(t *testing.T) []byte {
	g := &gif.GIF{LoopCount: 0}
	for _, c := range []color.RGBA{{255, 0, 0, 255}, {0, 0, 255, 255}} {
		p := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{c})
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 2)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnimation(t *testing.T) {
	moving := twoFrames(t)
	old := still
	t.Cleanup(func() { still = old })
	still = func() bool { return false }
	v, until := shownView(t, `<!doctype html><body style="margin:0"><img src="cid:a" width="40" height="20"><p style="height:2000px">below</p>`, func(string) []byte { return moving })
	colour := func() color.RGBA {
		if len(v.motions) != 1 || v.motions[0].shown == nil {
			return color.RGBA{}
		}
		return v.motions[0].shown.Image.(*image.RGBA).RGBAAt(5, 5)
	}
	until("the picture does not move", func() bool { return colour().B == 255 })
	until("it does not begin again", func() bool { return colour().R == 255 })
	// A click stops it, another starts it.
	click := func() {
		clicks = kit.Clicks{} // not a double click
		e := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, 10)}, Button: desktop.MouseButtonPrimary}
		v.MouseDown(e)
		v.MouseUp(e)
	}
	click()
	until("it does not stop", func() bool { return !v.motions[0].running })
	if !v.motions[0].stopped {
		t.Error("a click does not stop it")
	}
	click()
	until("it does not go on", func() bool { return v.motions[0].running })
	// What is not seen stands still.
	v.View(1000, 1300)
	until("it moves where nobody sees it", func() bool { return !v.motions[0].running })
	v.View(0, 300)
	until("it does not go on when it is seen again", func() bool { return v.motions[0].running })
	still = func() bool { return true }
	until("it moves although the desktop wants nothing to", func() bool { return !v.motions[0].running })
}

func TestDetails(t *testing.T) {
	v, until := shownView(t, `<!doctype html><body style="margin:0"><details><summary>More about it</summary><p>hidden words</p></details><p>after`, func(string) []byte { return nil })
	has := func(s string) func() bool {
		return func() bool { return v.index != nil && strings.Contains(v.index.Text, s) }
	}
	until("nothing is laid out", has("after"))
	if has("hidden words")() || len(v.folds) != 1 {
		t.Fatalf("it is not closed: %q, %d summaries", v.index.Text, len(v.folds))
	}
	f := v.folds[0]
	e := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(float32(f.X+f.W/2), float32(f.Y+f.H/2))}, Button: desktop.MouseButtonPrimary}
	v.MouseMoved(e)
	if v.Cursor() != desktop.PointerCursor {
		t.Error("nothing says that it can be clicked")
	}
	v.MouseDown(e)
	v.MouseUp(e)
	until("a click does not open it", has("hidden words"))
	v.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	until("Enter does not close it", func() bool { return !has("hidden words")() })
	v.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	until("Enter does not open it", has("hidden words"))
}
