package picture

import (
	"image"
	"image/color"
)

// Pictures are made smaller by the mean of what each pixel covers: fractions of pixels count as such. That needs each source pixel once, where a
// filter of wider support needs it several times, and for reductions from one and a half on nobody sees a difference.

// shares of the pixels of a line: out gets sum(weight[i] * in[first+i]) / 65536.
type share struct {
	first  int
	weight []uint32
}

// shares divides n pixels among w, of which each covers n/w.
func shares(n, w int) []share {
	out := make([]share, w)
	all := make([]uint32, 0, n+2*w)
	f := float64(n) / float64(w)
	for i := range out {
		a, b := float64(i)*f, float64(i+1)*f
		first, last := int(a), min(n-1, int(b))
		if float64(last) == b && last > first {
			last--
		}
		begin, left := len(all), uint32(65536)
		for k := first; k <= last; k++ {
			part := min(b, float64(k+1)) - max(a, float64(k))
			w := min(left, uint32(part/f*65536+0.5))
			all = append(all, w)
			left -= w
		}
		all[begin+(len(all)-begin)/2] += left // roundings
		out[i] = share{first, all[begin:len(all):len(all)]}
	}
	return out
}

// area makes sw by sh pixels of n bytes w by h. next returns a row of the source; rows are asked for in order.
func area(n, sw, sh, w, h int, next func(y int) []uint8) []uint8 {
	xs, ys := shares(sw, w), shares(sh, h)
	out := make([]uint8, n*w*h)
	line := make([]uint32, n*w) // a row of the source at the new width, times 256
	sum := make([]uint64, n*w)
	have := -1
	for y, s := range ys {
		clear(sum)
		for k, wy := range s.weight {
			if have != s.first+k { // the last row of one line is often the first of the next
				have = s.first + k
				across(n, next(have), xs, line)
			}
			for i, v := range line {
				sum[i] += uint64(v) * uint64(wy)
			}
		}
		dst := out[y*n*w:]
		for i, v := range sum {
			dst[i] = uint8((v + 1<<23) >> 24)
		}
	}
	return out
}

func across(n int, src []uint8, xs []share, line []uint32) {
	if n == 1 {
		for x := range xs {
			s := &xs[x]
			v := uint32(0)
			for i, w := range s.weight {
				v += w * uint32(src[s.first+i])
			}
			line[x] = (v + 128) >> 8
		}
		return
	}
	for x := range xs {
		s := &xs[x]
		var a, b, c, d uint32
		p := 4 * s.first
		for _, w := range s.weight {
			q := src[p : p+4 : p+4]
			a, b, c, d = a+w*uint32(q[0]), b+w*uint32(q[1]), c+w*uint32(q[2]), d+w*uint32(q[3])
			p += 4
		}
		o := line[4*x : 4*x+4 : 4*x+4]
		o[0], o[1], o[2], o[3] = (a+128)>>8, (b+128)>>8, (c+128)>>8, (d+128)>>8
	}
}

// shrink makes a picture smaller.
func shrink(m image.Image, w, h int) *image.RGBA {
	b := m.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if v, ok := m.(*image.YCbCr); ok && v.Rect.Min == (image.Point{}) {
		// The planes one by one: the mean of colours is the colour of the means.
		cw, ch := v.CStride, 0
		switch v.SubsampleRatio {
		case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440:
			cw = b.Dx()
		case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
			cw = (b.Dx() + 1) / 2
		}
		switch v.SubsampleRatio {
		case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422:
			ch = b.Dy()
		case image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio420:
			ch = (b.Dy() + 1) / 2
		}
		if ch > 0 && (cw-1)+(ch-1)*v.CStride < len(v.Cb) {
			plane := func(p []uint8, stride, sw, sh int) []uint8 {
				return area(1, sw, sh, w, h, func(y int) []uint8 { return p[y*stride:] })
			}
			ys, cb, cr := plane(v.Y, v.YStride, b.Dx(), b.Dy()), plane(v.Cb, v.CStride, cw, ch), plane(v.Cr, v.CStride, cw, ch)
			for i, y := range ys {
				r, g, bl := color.YCbCrToRGB(y, cb[i], cr[i])
				p := dst.Pix[4*i : 4*i+4 : 4*i+4]
				p[0], p[1], p[2], p[3] = r, g, bl, 255
			}
			return dst
		}
	}
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	dst.Pix = area(4, b.Dx(), b.Dy(), w, h, func(y int) []uint8 {
		if v, ok := m.(*image.RGBA); ok {
			return v.Pix[v.PixOffset(b.Min.X, b.Min.Y+y):]
		}
		row(m, b.Min.X, b.Min.Y+y, strip)
		return strip.Pix
	})
	return dst
}
