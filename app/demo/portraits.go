package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// look is what an invented person looks like.
type look struct{ ground, skin, hair, coat color.RGBA }

// looks are the people whose contact has a photo.
var looks = map[string]look{
	"Priya Raman":     {color.RGBA{0xC7, 0xDD, 0xE0, 255}, color.RGBA{0xB8, 0x7D, 0x5B, 255}, color.RGBA{0x2A, 0x1D, 0x1A, 255}, color.RGBA{0xB3, 0x45, 0x3C, 255}},
	"Élodie Marchand": {color.RGBA{0xEA, 0xD9, 0xC2, 255}, color.RGBA{0xF1, 0xC9, 0xA9, 255}, color.RGBA{0x8A, 0x4B, 0x22, 255}, color.RGBA{0x1F, 0x4E, 0x5F, 255}},
	"Sven Lindqvist":  {color.RGBA{0xCF, 0xDA, 0xC4, 255}, color.RGBA{0xEF, 0xC0, 0x9E, 255}, color.RGBA{0xD8, 0xB2, 0x63, 255}, color.RGBA{0x46, 0x4F, 0x6B, 255}},
}

// portrait draws somebody: hair behind a face over shoulders, in a picture of 192 by 192 px.
func portrait(l look) []byte {
	const n, fine = 192, 3
	in := func(x, y, cx, cy, rx, ry float64) bool { return math.Pow((x-cx)/rx, 2)+math.Pow((y-cy)/ry, 2) <= 1 }
	at := func(x, y float64) color.RGBA {
		switch {
		case in(x, y, 96, 90, 33, 41) && y > 68-0.12*math.Abs(x-96):
			return l.skin
		case in(x, y, 96, 80, 43, 48):
			return l.hair
		case in(x, y, 96, 132, 16, 24):
			return l.skin
		case in(x, y, 96, 206, 76, 66):
			return l.coat
		}
		return l.ground
	}
	img := image.NewRGBA(image.Rect(0, 0, n, n))
	for y := range n {
		for x := range n {
			var r, g, b int
			for i := range fine * fine {
				c := at(float64(x)+float64(i%fine)/fine, float64(y)+float64(i/fine)/fine)
				r, g, b = r+int(c.R), g+int(c.G), b+int(c.B)
			}
			img.SetRGBA(x, y, color.RGBA{uint8(r / (fine * fine)), uint8(g / (fine * fine)), uint8(b / (fine * fine)), 255})
		}
	}
	var buf bytes.Buffer
	if png.Encode(&buf, img) != nil {
		return nil
	}
	return buf.Bytes()
}
