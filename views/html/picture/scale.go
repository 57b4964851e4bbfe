package picture

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// scale returns m, turned as EXIF says, at w by h pixels, premultiplied. Large reductions average whole blocks first.
func scale(m image.Image, turn, w, h int) *image.RGBA {
	tw, th := w, h
	if turn > 4 {
		tw, th = h, w
	}
	b := m.Bounds()
	f := min(b.Dx()/(2*max(tw, 1)), b.Dy()/(2*max(th, 1)))
	var src image.Image = m
	if f >= 2 {
		src = reduce(m, f)
	}
	dst := image.NewRGBA(image.Rect(0, 0, tw, th))
	sb := src.Bounds()
	if sb.Dx() == tw && sb.Dy() == th {
		draw.Draw(dst, dst.Rect, src, sb.Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(dst, dst.Rect, src, sb, draw.Src, nil)
	}
	return upright(dst, turn)
}

// reduce averages blocks of f by f pixels, row by row, so that a camera's picture is never unpacked as a whole.
func reduce(m image.Image, f int) *image.RGBA {
	b := m.Bounds()
	w, h := b.Dx()/f, b.Dy()/f
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	strip := image.NewRGBA(image.Rect(0, 0, w*f, 1))
	sum := make([]uint32, 4*w)
	for y := range h {
		clear(sum)
		for k := range f {
			row(m, b.Min.X, b.Min.Y+y*f+k, strip)
			for x := range w {
				s := sum[4*x : 4*x+4 : 4*x+4]
				for _, p := 0, 4*x*f; p < 4*(x+1)*f; p += 4 {
					s[0] += uint32(strip.Pix[p])
					s[1] += uint32(strip.Pix[p+1])
					s[2] += uint32(strip.Pix[p+2])
					s[3] += uint32(strip.Pix[p+3])
				}
			}
		}
		n := uint32(f * f)
		out := dst.Pix[y*dst.Stride:]
		for i, v := range sum {
			out[i] = uint8((v + n/2) / n)
		}
	}
	return dst
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
