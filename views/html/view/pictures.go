package view

import (
	"context"
	"image"
	"strings"
	"sync"
	"time"

	decode "github.com/postrider/postrider/views/html/picture"
)

// maxScaled bounds the pictures of one mail that are kept at the size they are drawn, in bytes.
const maxScaled = 48 << 20

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
	small int
	old   []scaledKey
	scale map[scaledKey]*image.RGBA
	doing map[scaledKey]chan struct{} // being decoded
	timer *time.Timer
	sized bool
	under int           // that are being loaded
	idle  chan struct{} // closed when none is any more
}

type picture struct {
	data   []byte
	info   decode.Info
	bad    bool
	missed bool // was asked for when it was not here: who asked is told
}

type scaledKey struct {
	url  string
	w, h int
}

// NewPictures returns none yet. They are no longer asked for when ctx is done.
func NewPictures(ctx context.Context, fetch func(ctx context.Context, address string) ([]byte, error), changed func(sized bool)) *Pictures {
	return &Pictures{Fetch: fetch, Changed: changed, ctx: ctx, all: map[string]*picture{}, scale: map[scaledKey]*image.RGBA{}, doing: map[scaledKey]chan struct{}{}, slots: make(chan struct{}, 4)}
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
	x.missed = x.missed || x.data == nil
	return float64(x.info.Width), float64(x.info.Height), x.info.Width > 0
}

// Expect has pictures loaded before they are asked for, and waits a moment for those that are near: in the mail itself, or loaded before.
func (p *Pictures) Expect(addresses []string, moment time.Duration) {
	p.mu.Lock()
	for _, a := range addresses {
		p.ask(a)
	}
	idle, under := p.idle, p.under
	p.mu.Unlock()
	if under == 0 {
		return
	}
	t := time.NewTimer(moment)
	defer t.Stop()
	select {
	case <-idle:
	case <-t.C:
	case <-p.ctx.Done():
	}
}

// ask returns what is known of a picture and has it loaded when it is new.
func (p *Pictures) ask(address string) *picture {
	x := p.all[address]
	if x == nil {
		x = &picture{}
		p.all[address] = x
		if p.under++; p.under == 1 {
			p.idle = make(chan struct{})
		}
		go p.load(address, x)
	}
	return x
}

func (p *Pictures) load(address string, x *picture) {
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.under--; p.under == 0 {
			close(p.idle)
			if p.timer != nil && p.ctx.Err() == nil { // nothing more to gather
				p.timer.Reset(0)
			}
		}
	}()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-p.ctx.Done():
		return
	}
	var data []byte
	var err error
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(address)), "data:") {
		data = decode.Data(address, decode.Limits{})
	} else {
		data, err = p.Fetch(p.ctx, address)
	}
	info, derr := decode.Read(data, decode.Limits{})
	ok := err == nil && derr == nil
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return
	}
	x.bad = !ok
	if !ok {
		return
	}
	x.data, x.info = data, info
	if x.missed {
		p.tell(true)
	}
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

// underway tells whether a picture is being made ready at a size.
func (p *Pictures) underway(address string, w, h int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.doing[scaledKey{address, w, h}] != nil
}

// Scaled returns a picture at a size in device pixels, nil while it is not here. It decodes: call it off the window's goroutine. The result is not to be changed.
func (p *Pictures) Scaled(address string, w, h int) *image.RGBA {
	if w <= 0 || h <= 0 || w > maxScaled/4/h {
		return nil
	}
	key := scaledKey{address, w, h}
	p.mu.Lock()
	for p.scale[key] == nil && p.doing[key] != nil {
		done := p.doing[key]
		p.mu.Unlock()
		<-done
		p.mu.Lock()
	}
	if s := p.scale[key]; s != nil {
		p.mu.Unlock()
		return s
	}
	x := p.ask(address)
	info, data := x.info, x.data
	x.missed = x.missed || data == nil
	if data == nil {
		p.mu.Unlock()
		return nil
	}
	done := make(chan struct{})
	p.doing[key] = done
	p.mu.Unlock()
	s := decode.Draw(data, info, decode.Limits{}, w, h)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.doing, key)
	close(done)
	if s == nil {
		x.bad, x.data = true, nil
		return nil
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
