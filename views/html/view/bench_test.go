package view

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/views/html/display"
)

var photoOnce = sync.OnceValue(func() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 1200, 600))
	for y := range 600 {
		for x := range 1200 {
			img.SetRGBA(x, y, color.RGBA{uint8(x * y >> 8), uint8(x ^ y), uint8(x + 3*y), 255})
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: 85})
	return b.Bytes()
})

// letter is a newsletter of about 60 KB with a photo in each part.
func letter() string {
	var b strings.Builder
	b.WriteString(`<!doctype html><style>.t{font:14px/20px Arial;color:#333}</style><body bgcolor="#f4f4f4" style="margin:0"><table width="100%"><tr><td align="center"><table width="600" bgcolor="#ffffff" cellpadding="0" cellspacing="0">`)
	for i := range 40 {
		fmt.Fprintf(&b, `<tr><td class="t" style="padding:20px 30px;border-bottom:1px solid #ddd"><h2 style="margin:0 0 10px">Part %d of the week</h2><img src="cid:photo%d" width="540" height="270"><table width="100%%"><tr><td width="50%%" valign="top">%s<a style="display:inline-block;padding:10px 20px;background:#0a7;color:#fff;border-radius:6px">Read on</a></td><td valign="top">%s</td></tr></table></td></tr>`,
			i, i, strings.Repeat("Some words about what is new in the shop and what will come. ", 9), strings.Repeat("More of it on the right, <b>bold</b> and <i>slanted</i>. ", 10))
	}
	return b.String()
}

// complete tells whether all that is seen is painted, with its pictures.
func (v *View) complete() bool {
	if v.list == nil || v.to <= v.from {
		return false
	}
	h := float32(stripHeight * v.fit)
	for n := int(v.from / h); n <= int(v.to/h); n++ {
		if v.strips[n] == nil && float64(n)*stripHeight < v.list.Height {
			return false
		}
	}
	for _, it := range v.list.Items {
		if m, ok := it.(*display.Image); ok && m.Missing && float32(m.Y*v.fit) < v.to && float32((m.Y+m.H)*v.fit) > v.from {
			return false
		}
	}
	return true
}

// BenchmarkOpen is from the bytes of a mail of 60 KB to all of its first screen, photos decoded: the aim is 30 ms.
func BenchmarkOpen(b *testing.B) {
	src := letter()
	b.Logf("%d bytes", len(src))
	test.NewTempApp(b)
	Warm()
	photo := photoOnce()
	w := test.NewTempWindow(b, nil)
	b.ResetTimer()
	for range b.N {
		work := make(chan func(), 256)
		done := make(chan struct{})
		do := func(f func()) {
			select {
			case work <- f:
			case <-done:
			}
		}
		var v *View
		pics := NewPictures(b.Context(), func(context.Context, string) ([]byte, error) { return photo, nil }, func(sized bool) {
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
		w.SetContent(v)
		v.Resize(fyne.NewSize(800, 700))
		v.View(0, 700)
		for !v.complete() {
			(<-work)()
		}
		v.Close()
		close(done)
	}
}

// BenchmarkScroll is a strip that comes into view, its photos already decoded: the aim is 8 ms.
func BenchmarkScroll(b *testing.B) {
	for _, scale := range []float64{1, 2} {
		b.Run(fmt.Sprintf("scale %g", scale), func(b *testing.B) {
			m, l := laidOut(b)
			img := image.NewRGBA(image.Rect(0, 0, int(800*scale), int(stripHeight*scale)))
			paint := func(n int) {
				if err := m.Paint(b.Context(), l, display.Rect{Y: float64(n) * stripHeight, W: 800, H: stripHeight}, scale, img); err != nil {
					b.Fatal(err)
				}
			}
			for n := range 8 {
				paint(n)
			}
			b.ResetTimer()
			for i := range b.N {
				paint(i % 8)
			}
		})
	}
}

// BenchmarkResize is a layout at another width: the aim is 10 ms.
func BenchmarkResize(b *testing.B) {
	m, _ := laidOut(b)
	b.ResetTimer()
	for i := range b.N {
		if _, err := m.Lay(b.Context(), float64(700+i%2*100)); err != nil {
			b.Fatal(err)
		}
	}
}

// laidOut is that mail at 800 px, its pictures here.
func laidOut(t testing.TB) (*Mail, *display.List) {
	t.Helper()
	Warm()
	photo := photoOnce()
	came := make(chan bool, 64)
	pics := NewPictures(t.Context(), func(context.Context, string) ([]byte, error) { return photo, nil }, func(bool) { came <- true })
	m := NewMail(letter(), pics)
	m.Ground = color.NRGBA{255, 255, 255, 255}
	for {
		l, err := m.Lay(t.Context(), 800)
		if err != nil {
			t.Fatal(err)
		}
		missing := 0
		for _, it := range l.Items {
			if i, ok := it.(*display.Image); ok && i.Missing {
				missing++
			}
		}
		if missing == 0 {
			return m, l
		}
		<-came
	}
}

// TestMemory opens a mail with forty photos, scrolls through it and closes it: an open mail takes less than 60 MB, and gives them back.
func TestMemory(t *testing.T) {
	heap := func() int64 {
		for range 3 {
			runtime.GC()
		}
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc) >> 10
	}
	Warm()
	photo := photoOnce()
	// Once before, so that what all mails share (fonts, shaped words) is there.
	for round := range 2 {
		before := heap()
		v, until := shownView(t, letter(), func(string) []byte { return bytes.Clone(photo) })
		until("the first screen", v.complete)
		most := int64(0)
		for y := float32(0); y < v.height; y += 500 {
			v.View(y, y+500)
			until("a part of it", v.complete)
			if int(y)%2000 == 0 {
				most = max(most, heap()-before)
			}
		}
		v.Close()
		v = nil
		test.NewTempApp(t) // the window's canvas lets go of it too
		after := int64(0)
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if after = heap() - before; after < 8<<10 {
				break
			}
		}
		t.Logf("open %d KB, closed %d KB", most, after)
		if round == 0 {
			continue
		}
		if most > 60<<10 {
			t.Errorf("an open mail takes %d KB", most)
		}
		if after > 8<<10 {
			t.Errorf("%d KB are not given back", after)
		}
	}
}
