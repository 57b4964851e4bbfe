package kit

import (
	"image"
	"strings"
)

// The photos of people, by address. All of it belongs to the window's goroutine.
var faces = struct {
	ask   func(addr string) bool // false: not now
	have  map[string]image.Image // nil = there is none
	asked map[string]bool
	shown map[*Avatar]string // avatars that are drawn, by the address that they show
	each  []func()
}{have: map[string]image.Image{}, asked: map[string]bool{}, shown: map[*Avatar]string{}}

// maxFaces bounds the addresses that are known, maxPhotos the photos that are kept: 83 kB each.
const (
	maxFaces  = 20_000
	maxPhotos = 200
)

// AskFaces sets who looks for photos; the answer comes by PutFace.
func AskFaces(ask func(addr string) bool) { faces.ask = ask }

// OnFaces has a function called when a photo came, to draw again what is drawn without avatars.
func OnFaces(f func()) { faces.each = append(faces.each, f) }

// FaceOf returns the photo of whoever has an address, nil while none is known; it is asked for once.
func FaceOf(addr string) image.Image {
	if addr == "" || faces.ask == nil {
		return nil
	}
	k := strings.ToLower(addr)
	if img, ok := faces.have[k]; ok || faces.asked[k] {
		return img
	}
	faces.asked[k] = faces.ask(addr)
	return nil
}

// PutFace takes a photo in; nil = there is none.
func PutFace(addr string, img image.Image) {
	k := strings.ToLower(addr)
	delete(faces.asked, k)
	if len(faces.have) >= maxFaces || img != nil && photos() >= maxPhotos {
		faces.have = map[string]image.Image{}
	}
	faces.have[k] = img
	if img == nil {
		return
	}
	for a, of := range faces.shown {
		if of == k {
			a.Refresh()
		}
	}
	for _, f := range faces.each {
		f()
	}
}

func photos() (n int) {
	for _, img := range faces.have {
		if img != nil {
			n++
		}
	}
	return n
}

// ForgetFaces has all of them asked for again: the address books have changed.
func ForgetFaces() {
	faces.have, faces.asked = map[string]image.Image{}, map[string]bool{}
	for a := range faces.shown {
		a.Refresh()
	}
	for _, f := range faces.each {
		f()
	}
}
