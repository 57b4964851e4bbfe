package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"
)

// Limits bound what is decoded. The zero value of a field means that of [DefaultLimits].
type Limits struct {
	Bytes  int // of a file
	Pixels int // of a picture as it is stored, each frame of an animation counted
	Side   int // px
	Frames int
}

// DefaultLimits is more than a camera's picture and less than what would be felt.
var DefaultLimits = Limits{Bytes: 24 << 20, Pixels: 26_000_000, Side: 16384, Frames: 400}

func (l Limits) filled() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Bytes, DefaultLimits.Bytes)
	set(&l.Pixels, DefaultLimits.Pixels)
	set(&l.Side, DefaultLimits.Side)
	set(&l.Frames, DefaultLimits.Frames)
	return l
}

// Errors of decoding. They do not tell more because a picture that is not shown is only a box to people.
var (
	ErrFormat = errors.New("not a picture that can be shown")
	ErrLarge  = errors.New("the picture is too large")
)

// Format is a file format.
type Format uint8

// The formats.
const (
	Unknown Format = iota
	PNG
	JPEG
	GIF
	WebP
	BMP
	SVG
)

// Info is what a header says.
type Info struct {
	Format        Format
	Width, Height int // px, upright
	turn          int // EXIF orientation, 1 to 8
}

// sniff tells the format from the first bytes; what a server or a mail calls it does not count.
func sniff(b []byte) Format {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}):
		return JPEG
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return GIF
	case len(b) >= 16 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return WebP
	case bytes.HasPrefix(b, []byte("BM")):
		return BMP
	}
	if isSVG(b) {
		return SVG
	}
	return Unknown
}

// Read reads the header. The error is [ErrFormat] or [ErrLarge].
func Read(b []byte, l Limits) (Info, error) {
	l = l.filled()
	if len(b) > l.Bytes {
		return Info{}, ErrLarge
	}
	i := Info{Format: sniff(b), turn: 1}
	var c image.Config
	var err error
	bytesPerPixel := 4
	switch i.Format {
	case PNG:
		c, err = png.DecodeConfig(bytes.NewReader(b))
		if len(b) > 24 && b[24] == 16 {
			bytesPerPixel = 8
		}
	case JPEG:
		c, err = jpeg.DecodeConfig(bytes.NewReader(b))
		i.turn = orientation(b)
	case GIF:
		c, err = gif.DecodeConfig(bytes.NewReader(b))
	case WebP:
		c, err = webp.DecodeConfig(bytes.NewReader(b))
	case BMP:
		c, err = bmp.DecodeConfig(bytes.NewReader(b))
	case SVG:
		w, h, e := svgSize(b)
		c, err = image.Config{Width: int(math.Ceil(w)), Height: int(math.Ceil(h))}, e
	default:
		return i, ErrFormat
	}
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return i, ErrFormat
	}
	if c.Width > l.Side || c.Height > l.Side || c.Width*c.Height/4*bytesPerPixel > l.Pixels {
		return i, ErrLarge
	}
	i.Width, i.Height = c.Width, c.Height
	if i.turn > 4 {
		i.Width, i.Height = c.Height, c.Width
	}
	return i, nil
}

// decode decodes a picture as large as it is, but for SVG, which is drawn w by h px. An animation gives its first frame.
func decode(b []byte, i Info, l Limits, w, h int) (image.Image, error) {
	var m image.Image
	var err error
	switch i.Format {
	case PNG:
		m, err = png.Decode(bytes.NewReader(b))
	case JPEG:
		m, err = jpeg.Decode(bytes.NewReader(b))
	case GIF:
		if n, _, e := skim(b, l.filled().Frames); e != nil && n == 0 {
			return nil, ErrFormat
		}
		m, err = firstFrame(b, i)
	case WebP:
		m, err = webp.Decode(bytes.NewReader(b))
	case BMP:
		m, err = bmp.Decode(bytes.NewReader(b))
	case SVG:
		m, err = drawSVG(b, w, h)
	default:
		return nil, ErrFormat
	}
	if err != nil && m == nil {
		return nil, ErrFormat
	}
	return m, nil
}

const maxScaled = 16 << 20 // pixels of one scaled picture

// decoding bounds the memory that pictures being decoded take, in pixels: small ones go side by side, a large one by itself.
var decoding = semaphore.NewWeighted(aside)

const aside = 4 << 20

// Draw decodes a picture that [Read] took and returns it upright, w by h pixels, premultiplied; nil when it is damaged or w by h is out of
// bounds. Of an animation it is the first frame. It may take a second for a camera's picture: not for the window's goroutine.
func Draw(b []byte, i Info, l Limits, w, h int) *image.RGBA {
	if w <= 0 || h <= 0 || w > maxScaled/h || i.Width <= 0 || i.Height <= 0 {
		return nil
	}
	cost := int64(min(aside, i.Width*i.Height))
	_ = decoding.Acquire(context.Background(), cost) // without an end it does not fail
	defer decoding.Release(cost)
	m, err := decode(b, i, l, w, h)
	if err != nil {
		return nil
	}
	return scale(m, i.turn, w, h)
}

// firstFrame puts the first frame on the animation's canvas.
func firstFrame(b []byte, i Info) (image.Image, error) {
	m, err := gif.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	full := image.Rect(0, 0, i.Width, i.Height)
	if m.Bounds() == full {
		return m, nil
	}
	dst := image.NewNRGBA(full)
	r := m.Bounds().Intersect(full)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			dst.Set(x, y, m.At(x, y))
		}
	}
	return dst, nil
}

// orientation reads the EXIF tag that says how the camera was held, 1 = upright.
func orientation(b []byte) int {
	for p := 2; p+4 <= len(b) && b[p] == 0xFF; {
		kind, n := b[p+1], int(binary.BigEndian.Uint16(b[p+2:]))
		if kind == 0xDA || n < 2 || p+2+n > len(b) {
			return 1
		}
		seg := b[p+4 : p+2+n]
		p += 2 + n
		if kind != 0xE1 || !bytes.HasPrefix(seg, []byte("Exif\x00\x00")) {
			continue
		}
		t := seg[6:]
		if len(t) < 8 {
			return 1
		}
		var o binary.ByteOrder = binary.BigEndian
		if t[0] == 'I' {
			o = binary.LittleEndian
		}
		at := int64(o.Uint32(t[4:]))
		if at+2 > int64(len(t)) {
			return 1
		}
		count := int(o.Uint16(t[at:]))
		for k := range count {
			e := at + 2 + int64(k)*12
			if e+12 > int64(len(t)) {
				return 1
			}
			if o.Uint16(t[e:]) == 0x0112 {
				if v := int(o.Uint16(t[e+8:])); v >= 1 && v <= 8 {
					return v
				}
				return 1
			}
		}
		return 1
	}
	return 1
}
