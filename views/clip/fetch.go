//go:build linux || freebsd || openbsd || netbsd || dragonfly

package clip

import (
	"context"
	"errors"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

var (
	errNone  = errors.New("clip: not to be had as that")
	errLarge = errors.New("clip: too large")
)

// get implements system.
func (x *x11) get(ctx context.Context) (Content, error) {
	x.one.Lock()
	defer x.one.Unlock()
	if c := x.owned(); c != nil {
		return Content{Text: c.Text, HTML: c.HTML, Own: true}, nil
	}
	defer x.listen()()
	at, err := x.now(ctx)
	if err != nil {
		return Content{}, err
	}
	offered, err := x.offered(ctx, at)
	if err != nil {
		return Content{}, err
	}
	var c Content
	if offered["text/html"] {
		if b, _, err := x.convert(ctx, x.atom["text/html"], at); err == nil {
			c.HTML = decode(b)
		} else if ctx.Err() != nil {
			return c, err
		}
	}
	for _, n := range names[:5] {
		if !offered[n] {
			continue
		}
		b, kind, err := x.convert(ctx, x.atom[n], at)
		if err != nil {
			if ctx.Err() != nil {
				return c, err
			}
			continue
		}
		if kind == x.atom["STRING"] {
			c.Text = latin1(b)
		} else {
			c.Text = decode(b)
		}
		break
	}
	// Who copies a picture of a page offers the page's element beside it, but no text; who copies text may offer a picture of it.
	for _, n := range []string{"image/png", "image/jpeg"} {
		if c.Text != "" || !offered[n] {
			continue
		}
		b, _, err := x.convert(ctx, x.atom[n], at)
		if err == nil {
			c.Picture = string(b)
			break
		}
		if ctx.Err() != nil {
			return c, err
		}
	}
	return c, nil
}

// offered asks which kinds there are. Old programs do not say: then they are asked for text.
func (x *x11) offered(ctx context.Context, at xproto.Timestamp) (map[string]bool, error) {
	b, _, err := x.convert(ctx, x.atom["TARGETS"], at)
	if errors.Is(err, errNone) {
		return map[string]bool{"UTF8_STRING": true, "STRING": true}, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i := 0; i+4 <= len(b) && i < 4*500; i += 4 {
		if n := x.name[xproto.Atom(xgb.Get32(b[i:]))]; n != "" {
			out[n] = true
		}
	}
	return out, nil
}

// convert has the owner put the selection, as one kind, into a property of ours, and takes it from there.
func (x *x11) convert(ctx context.Context, target xproto.Atom, at xproto.Timestamp) ([]byte, xproto.Atom, error) {
	prop := x.atom["POSTRIDER_CLIP"]
	xproto.DeleteProperty(x.c, x.win, prop)
	xproto.ConvertSelection(x.c, x.win, x.atom["CLIPBOARD"], target, prop, at)
	var got xproto.SelectionNotifyEvent
	err := x.next(ctx, func(e xgb.Event) bool {
		n, ok := e.(xproto.SelectionNotifyEvent)
		got = n
		return ok && n.Selection == x.atom["CLIPBOARD"] && n.Target == target
	})
	if err != nil {
		return nil, 0, err
	}
	if got.Property == 0 {
		return nil, 0, errNone
	}
	// Its being written is known already: only what comes later counts for pieces.
	b, kind, err := x.take(prop, Most)
	if err != nil || kind != x.atom["INCR"] {
		return b, kind, err
	}
	var all []byte
	for {
		err := x.next(ctx, func(e xgb.Event) bool {
			p, ok := e.(xproto.PropertyNotifyEvent)
			return ok && p.Atom == prop && p.State == xproto.PropertyNewValue
		})
		if err != nil {
			return nil, 0, err
		}
		b, k, err := x.take(prop, Most-len(all))
		switch {
		case err != nil:
			return nil, 0, err
		case k == 0: // an event of before
			continue
		case len(b) == 0:
			return all, kindOf(k, kind), nil
		}
		kind = k
		all = append(all, b...)
	}
}

func kindOf(last, before xproto.Atom) xproto.Atom {
	if last != 0 {
		return last
	}
	return before
}

// take reads a property and deletes it, which asks for the next piece. kind 0: there is none.
func (x *x11) take(prop xproto.Atom, most int) ([]byte, xproto.Atom, error) {
	const words = 64 << 10 // in one reply: 256 KB
	var all []byte
	for {
		r, err := xproto.GetProperty(x.c, true, x.win, prop, xproto.GetPropertyTypeAny, uint32(len(all)/4), words).Reply()
		if err != nil {
			return nil, 0, err
		}
		if len(all)+len(r.Value)+int(r.BytesAfter) > most {
			xproto.DeleteProperty(x.c, x.win, prop)
			return nil, 0, errLarge
		}
		all = append(all, r.Value...)
		if r.BytesAfter == 0 {
			return all, r.Type, nil
		}
	}
}
