package picture

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// scale returns m, turned as EXIF says, at w by h pixels, premultiplied.
func scale(m image.Image, turn, w, h int) *image.RGBA {
	tw, th := w, h
	if turn > 4 {
		tw, th = h, w
	}
	b := m.Bounds()
	switch {
	case b.Dx() == tw && b.Dy() == th:
		dst := image.NewRGBA(image.Rect(0, 0, tw, th))
		draw.Draw(dst, dst.Rect, m, b.Min, draw.Src)
		return upright(dst, turn)
	case 2*b.Dx() >= 3*tw && 2*b.Dy() >= 3*th:
		return upright(shrink(m, tw, th), turn)
	}
	dst := image.NewRGBA(image.Rect(0, 0, tw, th))
	draw.CatmullRom.Scale(dst, dst.Rect, m, b, draw.Src, nil)
	return upright(dst, turn)
}

// row unpacks one row.
func row(m image.Image, x0, y int, dst *image.RGBA) {
	switch v := m.(type) {
	case *image.YCbCr:
		for x := range dst.Rect.Dx() {
			yi, ci := v.YOffset(x0+x, y), v.COffset(x0+x, y)
			r, g, b := color.YCbCrToRGB(v.Y[yi], v.Cb[ci], v.Cr[ci])
			p := dst.Pix[4*x : 4*x+4 : 4*x+4]
			p[0], p[1], p[2], p[3] = r, g, b, 255
		}
	default:
		draw.Draw(dst, dst.Rect, m, image.Pt(x0, y), draw.Src)
	}
}

// upright turns a picture as its EXIF orientation says.
func upright(m *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	dw, dh := w, h
	if turn > 4 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		for x := range w {
			dx, dy := x, y
			switch turn {
			case 2:
				dx = w - 1 - x
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dy = h - 1 - y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], m.Pix[m.PixOffset(x, y):][:4])
		}
	}
	return dst
}
