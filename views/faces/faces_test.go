package faces

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

func portrait(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for y := h / 4; y < h*3/4; y++ {
		for x := w / 4; x < w*3/4; x++ {
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A contact's photo comes to an avatar that is drawn already, and goes with the photo.
func TestFaces(t *testing.T) {
	test.NewTempApp(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := viewtest.New(viewtest.Options{})
	defer c.CloseShelves()
	red := color.RGBA{200, 0, 0, 255}
	k := pim.Contact{Name: pim.Name{Given: "Rosa", Family: "Sund"}, Emails: []pim.Field{{Value: "rosa@sund.example"}}, Photo: pim.Photo{Type: "image/png", Data: portrait(t, 400, 300, red)}}
	id, _, err := c.SaveContact(ctx, k)
	if err != nil {
		t.Fatal(err)
	}
	work := make(chan func(), 64)
	defer kit.AskFaces(nil)
	Watch(ctx, c, func(f func()) { work <- f })
	(<-work)()
	av, none := kit.NewAvatar("Rosa Sund", "Rosa@Sund.example", 32), kit.NewAvatar("Nobody", "nobody@sund.example", 32)
	w := test.NewTempWindow(t, fyne.CurrentApp().NewWindow("").Content())
	w.SetContent(kit.Row(4, av, none))
	drawn := 0
	kit.OnFaces(func() { drawn++ })
	face := func(a *kit.Avatar) image.Image {
		for _, o := range test.WidgetRenderer(a).Objects() {
			if i, ok := o.(*canvas.Image); ok && i.Visible() && i.Image != nil {
				return i.Image
			}
		}
		return nil
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		end := time.After(30 * time.Second)
		for !ok() {
			select {
			case f := <-work:
				f()
			case <-end:
				t.Fatalf("%s did not come", what)
			}
		}
	}
	until("the photo", func() bool { return face(av) != nil })
	img := face(av)
	if img.Bounds() != image.Rect(0, 0, Px, Px) {
		t.Errorf("it is %v", img.Bounds())
	}
	if r, g, _, _ := img.At(Px/2, Px/2).RGBA(); r>>8 < 180 || g>>8 > 40 {
		t.Errorf("its middle is %v", img.At(Px/2, Px/2))
	}
	if face(none) != nil || drawn == 0 {
		t.Errorf("somebody without a photo has one, or lists are not drawn again (%d)", drawn)
	}
	got, err := c.Contact(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	got.Photo = pim.Photo{}
	if _, _, err := c.SaveContact(ctx, got); err != nil {
		t.Fatal(err)
	}
	until("the end of the photo", func() bool { return face(av) == nil })
}

func TestDecode(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("no picture"), portrait(t, 10, 10, color.Black)[:40]} {
		if Decode(b) != nil {
			t.Errorf("%d bytes are no photo", len(b))
		}
	}
	for _, z := range [][2]int{{10, 10}, {900, 30}, {30, 900}, {1, 1}} {
		if m := Decode(portrait(t, z[0], z[1], color.Black)); m == nil || m.Bounds().Dx() != Px || m.Bounds().Dy() != Px {
			t.Errorf("%v is not drawn", z)
		}
	}
}
