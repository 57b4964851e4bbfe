package picture

import (
	"bytes"
	"image"
	"image/draw"
	"image/gif"
	"time"
)

// Frame is one picture of an animation with the time that it is shown.
type Frame struct {
	Image *image.RGBA // premultiplied, of the size asked for; shared
	For   time.Duration
}

// Animation is a GIF's frames. Loops is how often it runs, 0 = for ever.
type Animation struct {
	Frames []Frame
	Loops  int
}

// skim walks through the blocks of a GIF without decoding: how many frames it has and how many pixels they have together.
func skim(b []byte, most int) (frames, pixels int, err error) {
	if len(b) < 13 {
		return 0, 0, ErrFormat
	}
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	p := 13 + table(b[10])
	blocks := func() bool {
		for p < len(b) {
			n := int(b[p])
			p += 1 + n
			if n == 0 {
				return true
			}
		}
		return false
	}
	for p < len(b) {
		switch b[p] {
		case 0x21:
			p += 2
			if !blocks() {
				return frames, pixels, ErrFormat
			}
		case 0x2C:
			if p+11 > len(b) {
				return frames, pixels, ErrFormat
			}
			w, h := int(b[p+5])|int(b[p+6])<<8, int(b[p+7])|int(b[p+8])<<8
			frames++
			pixels += w * h
			if frames > most {
				return frames, pixels, ErrLarge
			}
			p += 11 + table(b[p+9])
			if !blocks() {
				return frames, pixels, ErrFormat
			}
		default:
			return frames, pixels, nil
		}
	}
	return frames, pixels, nil
}

// animationBytes bounds the scaled frames of one animation.
const animationBytes = 48 << 20

// Moves tells whether [Animate] would find more than one frame.
func Moves(b []byte, i Info, l Limits) bool {
	if i.Format != GIF {
		return false
	}
	n, pixels, err := skim(b, l.filled().Frames)
	return err == nil && n > 1 && pixels <= l.filled().Pixels
}

// Animate decodes all frames of a picture that [Read] took, each scaled to w by h pixels. nil for what does not move, or moves too much to be kept.
func Animate(b []byte, i Info, l Limits, w, h int) *Animation {
	l = l.filled()
	n, pixels, err := skim(b, l.Frames)
	if i.Format != GIF || err != nil || n < 2 || pixels > l.Pixels || n*w*h*4 > animationBytes || w <= 0 || h <= 0 {
		return nil
	}
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil || len(g.Image) < 2 {
		return nil
	}
	canvas := image.NewRGBA(image.Rect(0, 0, i.Width, i.Height))
	var before []uint8
	a := &Animation{Loops: g.LoopCount}
	if g.LoopCount < 0 {
		a.Loops = 1
	}
	for k, f := range g.Image {
		disposal := byte(0)
		if k < len(g.Disposal) {
			disposal = g.Disposal[k]
		}
		if disposal == gif.DisposalPrevious {
			before = append(before[:0], canvas.Pix...)
		}
		draw.Draw(canvas, f.Bounds(), f, f.Bounds().Min, draw.Over)
		d := time.Duration(g.Delay[k]) * 10 * time.Millisecond
		if d < 20*time.Millisecond {
			d = 100 * time.Millisecond // as browsers do
		}
		a.Frames = append(a.Frames, Frame{scale(canvas, 1, w, h), d})
		switch disposal {
		case gif.DisposalBackground:
			draw.Draw(canvas, f.Bounds(), image.Transparent, image.Point{}, draw.Src)
		case gif.DisposalPrevious:
			copy(canvas.Pix, before)
		}
	}
	return a
}
