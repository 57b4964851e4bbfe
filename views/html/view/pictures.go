package view

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	_ "image/gif" // the formats of mail
	_ "image/jpeg"
	_ "image/png"
	"net/url"
	"strings"
	"sync"
	"time"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// The bounds of the pictures of one mail.
const (
	maxPixels  = 40_000_000 // of one picture
	maxDecoded = 160 << 20  // bytes kept decoded
	maxScaled  = 48 << 20   // bytes kept at the size they are drawn
)

// Pictures holds the pictures of one mail. What it does not have yet it asks for on goroutines of its own, and tells when there is more. It is safe for concurrent use.
type Pictures struct {
	// Fetch returns the bytes of a picture by its address as written; an error means that there is none, or that it may not be loaded.
	Fetch func(ctx context.Context, address string) ([]byte, error)
	// Changed is told, from any goroutine, that pictures came: sized says that the layout is different.
	Changed func(sized bool)

	ctx   context.Context
	mu    sync.Mutex
	all   map[string]*picture
	slots chan struct{}
	bytes int
	small int
	old   []scaledKey
	scale map[scaledKey]*image.RGBA
	timer *time.Timer
	sized bool
}

type picture struct {
	data []byte
	w, h int
	img  image.Image
	bad  bool
}

type scaledKey struct {
	url  string
	w, h int
}

// NewPictures returns none yet. They are no longer asked for when ctx is done.
func NewPictures(ctx context.Context, fetch func(ctx context.Context, address string) ([]byte, error), changed func(sized bool)) *Pictures {
	return &Pictures{Fetch: fetch, Changed: changed, ctx: ctx, all: map[string]*picture{}, scale: map[scaledKey]*image.RGBA{}, slots: make(chan struct{}, 4)}
}

// Again asks once more for what could not be had: more may be loaded now.
func (p *Pictures) Again() {
	p.mu.Lock()
	for k, x := range p.all {
		if x.bad {
			delete(p.all, k)
		}
	}
	p.mu.Unlock()
}

// Size implements layout.Sizer.
func (p *Pictures) Size(address string) (w, h float64, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.ask(address)
	if x.w == 0 {
		return 0, 0, false
	}
	return float64(x.w), float64(x.h), true
}

// ask returns what is known of a picture and has it loaded when it is new.
func (p *Pictures) ask(address string) *picture {
	x := p.all[address]
	if x == nil {
		x = &picture{}
		p.all[address] = x
		go p.load(address, x)
	}
	return x
}

func (p *Pictures) load(address string, x *picture) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-p.ctx.Done():
		return
	}
	var data []byte
	var err error
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(address)), "data:") {
		data = dataURL(address)
	} else {
		data, err = p.Fetch(p.ctx, address)
	}
	cfg, _, derr := image.DecodeConfig(bytes.NewReader(data))
	ok := err == nil && derr == nil && cfg.Width > 0 && cfg.Height > 0 && cfg.Width < 1<<16 && cfg.Height < 1<<16 && cfg.Width*cfg.Height <= maxPixels
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return
	}
	x.bad = !ok
	if !ok {
		return
	}
	x.data, x.w, x.h = data, cfg.Width, cfg.Height
	p.tell(true)
}

// tell gathers what comes within a moment; the lock is held.
func (p *Pictures) tell(sized bool) {
	p.sized = p.sized || sized
	if p.timer == nil {
		p.timer = time.AfterFunc(40*time.Millisecond, func() {
			p.mu.Lock()
			s := p.sized
			p.sized, p.timer = false, nil
			p.mu.Unlock()
			if p.ctx.Err() == nil {
				p.Changed(s)
			}
		})
	}
}

// Scaled returns a picture at a size in device pixels, nil while it is not here. It decodes: call it off the window's goroutine. The result is not to be changed.
func (p *Pictures) Scaled(address string, w, h int) *image.RGBA {
	if w <= 0 || h <= 0 || w > 8192 || h > 8192 {
		return nil
	}
	key := scaledKey{address, w, h}
	p.mu.Lock()
	if s := p.scale[key]; s != nil {
		p.mu.Unlock()
		return s
	}
	x := p.ask(address)
	img, data := x.img, x.data
	p.mu.Unlock()
	if img == nil {
		if data == nil {
			return nil
		}
		var err error
		if img, _, err = image.Decode(bytes.NewReader(data)); err != nil {
			p.mu.Lock()
			x.bad, x.data = true, nil
			p.mu.Unlock()
			return nil
		}
	}
	s := image.NewRGBA(image.Rect(0, 0, w, h))
	if b := img.Bounds(); b.Dx() == w && b.Dy() == h {
		draw.Draw(s, s.Bounds(), img, b.Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(s, s.Bounds(), img, b, draw.Src, nil)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := 4 * x.w * x.h; x.img == nil && p.bytes+n <= maxDecoded && n < 16<<20 {
		x.img = img
		p.bytes += n
	}
	for p.small+len(s.Pix) > maxScaled && len(p.old) > 0 {
		if o := p.scale[p.old[0]]; o != nil {
			p.small -= len(o.Pix)
			delete(p.scale, p.old[0])
		}
		p.old = p.old[1:]
	}
	p.scale[key] = s
	p.old = append(p.old, key)
	p.small += len(s.Pix)
	return s
}

// dataURL decodes a data: address (RFC 2397), nil when it is none.
func dataURL(s string) []byte {
	head, body, ok := strings.Cut(strings.TrimSpace(s), ",")
	if !ok || len(s) > 24<<20 {
		return nil
	}
	if strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), ";base64") {
		if u, err := url.PathUnescape(body); err == nil {
			body = u
		}
		body = strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
				return -1
			}
			return r
		}, body)
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(body, "="))
		if err != nil {
			return nil
		}
		return b
	}
	u, err := url.PathUnescape(body)
	if err != nil {
		return nil
	}
	return []byte(u)
}
