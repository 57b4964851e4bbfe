package people

import (
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/faces"
	"github.com/postrider/postrider/views/kit"
)

// maxPicture bounds the file that a photo is made of, in bytes.
const maxPicture = 32 << 20

// photo is the line of the editor with the contact's picture.
type photo struct {
	p      *Page
	photo  pim.Photo
	face   *kit.Avatar
	remove *kit.Button
	row    fyne.CanvasObject
}

func newPhoto(p *Page, c pim.Contact) *photo {
	addr := ""
	if len(c.Emails) > 0 {
		addr = c.Emails[0].Value
	}
	f := &photo{p: p, photo: c.Photo, face: kit.NewAvatar(c.Display(), addr, 56)}
	switch {
	case c.IsGroup():
		f.face.Icon = "users"
	case c.IsRoom():
		f.face.Icon = "door-open"
	case c.Display() == "":
		f.face.Icon = "user-round"
	}
	icon := f.face.Icon
	f.remove = kit.NewButton("Remove", "", kit.Ghost, func() {
		f.photo = pim.Photo{}
		f.face.Photo, f.face.Addr, f.face.Icon = nil, "", icon // what is known of the address is the photo that goes
		f.draw()
	})
	choose := kit.NewButton("Choose a photo…", "image", kit.Plain, f.choose)
	f.row = kit.Row(12, f.face, choose, f.remove)
	f.show()
	return f
}

func (f *photo) draw() {
	f.remove.Hidden = len(f.photo.Data) == 0 && f.photo.URL == ""
	f.remove.Refresh()
	f.face.Refresh()
}

// show decodes the photo and draws it.
func (f *photo) show() {
	f.draw()
	data := f.photo.Data
	if len(data) == 0 {
		return
	}
	go func() {
		img := faces.Decode(data)
		f.p.h.Do(func() {
			if len(f.photo.Data) > 0 && &f.photo.Data[0] == &data[0] {
				f.face.Photo = img
				f.draw()
			}
		})
	}()
}

func (f *photo) choose() {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if kit.Chosen(f.p.win.Canvas(), r != nil, err) {
			f.take(r)
		}
	}, f.p.win)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"}))
	kit.ShowFiles(d, f.p.win.Canvas(), "Choose a photo", "Choose")
}

// take reads a picture file.
func (f *photo) take(r io.ReadCloser) {
	go func() {
		data, err := io.ReadAll(io.LimitReader(r, maxPicture))
		_ = r.Close()
		if err == nil {
			data = faces.Photo(data)
		}
		f.p.h.Do(func() {
			if err != nil || data == nil {
				f.p.h.Toast("image-off", "This is no picture that can be read")
				return
			}
			f.photo = pim.Photo{Type: "image/jpeg", Data: data}
			f.show()
		})
	}()
}
