package printing

import (
	"context"
	"image"
	"strings"
	"sync"
	"time"

	decode "github.com/postrider/postrider/views/html/picture"
)

const (
	maxBytes    = 64 << 20         // of all pictures of a document, as they came
	patience    = 20 * time.Second // for all pictures together
	maxPictures = 1000
	maxSide     = 2400 // px of a decoded picture: 300 dpi across a sheet
)

// pictures are those of a document. Each is fetched when it is first asked for; who asks waits.
type pictures struct {
	ctx   context.Context
	until time.Time

	mu    sync.Mutex
	all   map[string]*one
	bytes int
	fetch map[string]Fetch // by number of the part
	drawn map[[3]any]*image.RGBA
	small int
}

type one struct {
	data []byte
	info decode.Info
}

func newPictures(ctx context.Context) *pictures {
	return &pictures{ctx: ctx, until: time.Now().Add(patience), all: map[string]*one{}, fetch: map[string]Fetch{}, drawn: map[[3]any]*image.RGBA{}}
}

// outlive gives the pictures a context for after the dialog's.
func (p *pictures) outlive(ctx context.Context) {
	p.mu.Lock()
	p.ctx = ctx
	p.mu.Unlock()
}

// ofPart is what the layout of a part sees: addresses without a number.
type ofPart struct {
	p     *pictures
	n     int
	fetch Fetch
}

// Size implements layout.Sizer.
func (o *ofPart) Size(address string) (w, h float64, ok bool) {
	key := numbered(o.n, address)
	o.p.mu.Lock()
	no, _, _ := strings.Cut(key, " ")
	o.p.fetch[no] = o.fetch
	o.p.mu.Unlock()
	x := o.p.get(key)
	return float64(x.info.Width), float64(x.info.Height), x.info.Width > 0
}

// get returns a picture by its numbered address, an empty one where there is none.
func (p *pictures) get(key string) *one {
	p.mu.Lock()
	defer p.mu.Unlock() // one after the other: printing can wait
	if x := p.all[key]; x != nil {
		return x
	}
	x := &one{}
	if len(p.all) >= maxPictures {
		return x
	}
	p.all[key] = x
	no, address, _ := strings.Cut(key, " ")
	f := p.fetch[no]
	var data []byte
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(address)), "data:") {
		data = decode.Data(address, decode.Limits{})
	} else if f != nil && time.Now().Before(p.until) {
		ctx, cancel := context.WithDeadline(p.ctx, p.until)
		defer cancel()
		var err error
		if data, err = f(ctx, address); err != nil {
			return x
		}
	}
	if p.bytes+len(data) > maxBytes {
		return x
	}
	info, err := decode.Read(data, decode.Limits{})
	if err != nil {
		return x
	}
	x.data, x.info = data, info
	p.bytes += len(data)
	return x
}

// Picture implements pdf.Pictures.
func (p *pictures) Picture(_ context.Context, key string) (image.Image, bool) {
	x := p.get(key)
	if x.data == nil {
		return nil, false
	}
	w, h := x.info.Width, x.info.Height
	if x.info.Format == decode.SVG { // has no pixels of its own: twice as fine as a screen's
		w, h = 2*w, 2*h
	}
	if m := max(w, h); m > maxSide {
		w, h = max(1, w*maxSide/m), max(1, h*maxSide/m)
	}
	im := decode.Draw(x.data, x.info, decode.Limits{}, w, h)
	return im, im != nil
}

// Scaled implements paint.Pictures.
func (p *pictures) Scaled(key string, w, h int) *image.RGBA {
	if w <= 0 || h <= 0 || w > maxBytes/4/h {
		return nil
	}
	k := [3]any{key, w, h}
	p.mu.Lock()
	im := p.drawn[k]
	p.mu.Unlock()
	if im != nil {
		return im
	}
	x := p.get(key)
	if x.data == nil {
		return nil
	}
	if im = decode.Draw(x.data, x.info, decode.Limits{}, w, h); im == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.small += len(im.Pix); p.small > maxBytes {
		clear(p.drawn)
		p.small = len(im.Pix)
	}
	p.drawn[k] = im
	return im
}
