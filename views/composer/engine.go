package composer

import (
	"context"
	"errors"
	"fmt"
	"image"
	"strings"
	"sync"

	"github.com/postrider/postrider/views/composer/rich"
	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/html/view"
	"github.com/postrider/postrider/views/kit"
)

// formatted tells whether the text is written with formatting.
func (c *Composer) formatted() bool { return !c.client.Settings().PlainText }

var errNoPicture = errors.New("composer: no such picture")

// pages is the HTML engine for the text. Pictures are those of the draft; what a quoted mail would fetch is not fetched.
func (c *Composer) pages() rich.Engine {
	c.pics = view.NewPictures(c.ctx, func(_ context.Context, address string) ([]byte, error) {
		if id, ok := strings.CutPrefix(address, "cid:"); ok {
			if b := c.inlineData(id); b != nil {
				return b, nil
			}
		}
		return nil, errNoPicture
	}, func(bool) {
		c.h.Do(func() {
			if !c.closed && c.rich != nil {
				c.rich.Recolour()
			}
		})
	})
	ink := kit.C(kit.Text)
	var mu sync.Mutex
	painters := map[*display.List]*paint.Painter{}
	page := fmt.Sprintf("#%02x%02x%02x", ink.R, ink.G, ink.B)
	var tint func(*display.List)
	if kit.Current().Dark {
		// In the dark all is laid out black on white, as it is sent, and turned as mail is in the reader: quoted mail can be read too.
		page = "#000000"
		ground := kit.C(kit.Surface)
		tint = func(l *display.List) { *l = *view.Darken(l, ground) }
	}
	p := &rich.Pages{Tint: tint, Shaper: view.Shaper(), Pictures: c.pics, Size: "14px", Ink: page,
		Draw: func(l *display.List, r display.Rect, scale float64, dst *image.RGBA) error {
			mu.Lock()
			k := painters[l]
			if k == nil {
				if len(painters) > 64 {
					clear(painters)
				}
				k = paint.New(l, paint.Options{Pictures: c.pics})
				painters[l] = k
			}
			mu.Unlock()
			return k.Paint(c.ctx, dst, r, scale)
		}}
	return p
}
