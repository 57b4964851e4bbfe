// Package faces brings the photos of contacts to the avatars that [kit.Avatar] and the message list draw. Photos come from the address books on this computer; one that is only an
// address on the network is never loaded. They are looked up and decoded off the window's goroutine, one at a time, once for each address.
package faces

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/jpeg"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/views/html/picture"
	"github.com/postrider/postrider/views/kit"
)

// Px is the size at which faces are kept.
const Px = 144

// waiting bounds the addresses that are asked for at once; one more is asked for when it is drawn again.
const waiting = 512

// Client is what is asked of the program.
type Client interface {
	ContactsOf(ctx context.Context, addr string) ([]pim.ContactRow, error)
	Contact(ctx context.Context, id pim.ContactID) (pim.Contact, error)
	Subscribe() *bus.Sub
}

// Watch answers for the avatars until ctx is done. do runs a function on the window's goroutine.
func Watch(ctx context.Context, c Client, do func(func())) {
	asked := make(chan string, waiting)
	do(func() {
		kit.AskFaces(func(addr string) bool {
			select {
			case asked <- addr:
				return true
			default:
				return false
			}
		})
	})
	sub := c.Subscribe()
	go func() {
		defer sub.Close()
		for {
			select {
			case <-ctx.Done():
				return
			case addr := <-asked:
				img := Of(ctx, c, addr)
				do(func() { kit.PutFace(addr, img) })
			case <-sub.C:
				if ch, ok := sub.Take(); ok && (ch.Contacts || ch.Resync) {
					do(kit.ForgetFaces)
				}
			}
		}
	}()
}

// Of returns the photo of whoever has an address, nil when there is none.
func Of(ctx context.Context, c Client, addr string) image.Image {
	rows, err := c.ContactsOf(ctx, addr)
	if err != nil {
		return nil
	}
	for _, r := range rows {
		if !r.Photo {
			continue
		}
		k, err := c.Contact(ctx, r.ID)
		if err != nil {
			continue
		}
		if img := Decode(k.Photo.Data); img != nil {
			return img
		}
	}
	return nil
}

// Decode returns a photo as a square of Px, its middle; nil when it is damaged or too large. Not for the window's goroutine.
func Decode(data []byte) image.Image {
	if m := square(data, Px); m != nil {
		return m
	}
	return nil
}

// kept is how large a photo is in a contact, in px.
const kept = 384

// Photo makes a contact's photo of a picture file: its middle, small enough for every server; nil when the file is no picture that can be read. Not for the
// window's goroutine.
func Photo(data []byte) []byte {
	m := square(data, kept)
	if m == nil {
		return nil
	}
	ground := image.NewRGBA(m.Bounds())
	draw.Draw(ground, ground.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(ground, ground.Bounds(), m, image.Point{}, draw.Over)
	var b bytes.Buffer
	if jpeg.Encode(&b, ground, &jpeg.Options{Quality: 86}) != nil {
		return nil
	}
	return b.Bytes()
}

func square(data []byte, px int) *image.RGBA {
	if len(data) == 0 {
		return nil
	}
	info, err := picture.Read(data, picture.Limits{})
	if err != nil || info.Width < 1 || info.Height < 1 {
		return nil
	}
	w, h := px, px
	if info.Width > info.Height {
		w = min(px*8, info.Width*px/info.Height)
	} else {
		h = min(px*8, info.Height*px/info.Width)
	}
	m := picture.Draw(data, info, picture.Limits{}, w, h)
	if m == nil {
		return nil
	}
	out := image.NewRGBA(image.Rect(0, 0, px, px))
	draw.Draw(out, out.Bounds(), m, image.Pt((w-px)/2, (h-px)/2), draw.Src)
	return out
}
