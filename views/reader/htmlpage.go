package reader

import (
	"context"
	"errors"
	"image/color"
	"io"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/gate"
	"github.com/postrider/postrider/views/html/view"
	"github.com/postrider/postrider/views/kit"
)

// htmlBody is a message shown as its sender made it.
type htmlBody struct {
	view *view.View
	mail *view.Mail
	pics *view.Pictures
	stop context.CancelFunc
	// blocked and trackers count what the person has not allowed, and what is never loaded.
	blocked, trackers int
	named             []gate.Tracker
	counted           bool
	lost              map[string]bool // addresses of pictures that were allowed and could not be loaded
}

// errBlocked says that a picture was not allowed.
var errBlocked = errors.New("reader: not allowed")

// fetcher returns what loads the pictures of a message: those in it, and remote ones that may be loaded.
func (p *Pane) fetcher(id mail.MessageID, parts []mail.Part, allowed func(address string) bool) func(context.Context, string) ([]byte, error) {
	return func(ctx context.Context, address string) ([]byte, error) {
		address = strings.TrimSpace(address)
		if cid, ok := cutScheme(address, "cid:"); ok {
			for _, x := range parts {
				if x.ContentID == cid {
					r, _, err := p.c.OpenPart(ctx, id, x.ID)
					if err != nil {
						return nil, err
					}
					defer r.Close()
					return io.ReadAll(io.LimitReader(r, 32<<20))
				}
			}
			return nil, errBlocked
		}
		if !allowed(address) {
			return nil, errBlocked
		}
		return p.c.RemotePicture(ctx, address)
	}
}

// newPage makes the page of a message, nil when there is none or the person wants text.
func (c *card) newPage(b *mail.Body) *htmlBody {
	if strings.TrimSpace(b.HTML) == "" || c.plain || c.p.text {
		return nil
	}
	if c.p.picturesOf(c.p.who(c.s).Addr) {
		c.load = true
	}
	ctx, stop := context.WithCancel(context.Background())
	h := &htmlBody{stop: stop}
	id, parts := c.s.ID, b.Parts
	fold := quotes(b.Envelope)
	load := c.load                           // the value when it was made: what is allowed later makes a page of its own
	var verdict atomic.Pointer[gate.Verdict] // set before anything of the mail is laid out
	given := c.p.fetcher(id, parts, func(address string) bool {
		v := verdict.Load()
		return load && v != nil && v.Allows(address)
	})
	fetch := func(ctx context.Context, address string) ([]byte, error) {
		b, err := given(ctx, address)
		if _, inside := cutScheme(strings.TrimSpace(address), "cid:"); err != nil && !errors.Is(err, errBlocked) && !inside && ctx.Err() == nil {
			c.p.do(func() { c.lose(h, address) })
		}
		return b, err
	}
	var v *view.View
	h.pics = view.NewPictures(ctx, fetch, func(sized bool) {
		c.p.do(func() {
			if sized {
				v.Relay()
			} else {
				v.Repaint()
			}
		})
	})
	h.mail = view.NewMail(b.HTML, h.pics)
	h.mail.Dark = kit.Current().Dark && !c.bright
	h.mail.Ground = kit.C(kit.Card)
	if !h.mail.Dark {
		h.mail.Ground = color.NRGBA{255, 255, 255, 255}
	}
	v = view.New(&counted{Mail: h.mail, first: func(d *dom.Document) {
		j := gate.Judge(d)
		verdict.Store(j)
		if fold {
			h.mail.Fold(foldHistory(d))
		}
		c.p.do(func() {
			h.blocked, h.trackers, h.named, h.counted = j.Pictures(), len(j.Trackers), j.Trackers, true
			c.notices()
			c.Refresh()
			c.p.grown()
		})
	}}, c.p.do)
	h.view = v
	v.SetZoom(c.p.zoom)
	v.OnLink, v.OnPicture = c.p.openLink, c.p.openPicture
	v.OnHover = c.p.hoverLink
	v.OnGrown = c.p.grown
	v.OnMenu = func(at fyne.Position, link string) { c.p.textMenu(c, v, at, link) }
	v.OnKey, v.OnRune, v.OnCut = c.p.key, c.p.OnRune, c.p.OnShortcut
	v.OnFail = func(error) {
		if c.page != h {
			return
		}
		c.drop()
		c.setPlain(b)
		c.failed = true
		c.notices()
		c.Refresh()
		c.p.grown()
	}
	return h
}

// counted tells what a mail would fetch, once, before anything of it is laid out.
type counted struct {
	*view.Mail
	first func(*dom.Document)
}

// Lay implements view.Page.
func (c *counted) Lay(ctx context.Context, width float64) (*view.List, error) {
	if c.first != nil {
		d, err := c.Document(ctx)
		if err != nil {
			return nil, err
		}
		c.first(d)
		c.first = nil
	}
	return c.Mail.Lay(ctx, width)
}

func cutScheme(s, scheme string) (string, bool) {
	if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
		return "", false
	}
	s = s[len(scheme):]
	if u, err := url.PathUnescape(s); err == nil {
		s = u
	}
	return strings.Trim(s, "<>"), true
}

// drop closes the page.
func (c *card) drop() {
	if c.page != nil {
		c.page.stop()
		c.page.view.Close()
		c.page = nil
	}
}

// again shows the message anew: as text or page, with pictures, in other colours.
func (c *card) again() {
	if c.body != nil {
		c.set(c.body, nil)
	}
}

// picturesOf tells whether the pictures of a sender are always loaded.
func (p *Pane) picturesOf(addr string) bool {
	return addr != "" && slices.Contains(p.c.Settings().PicturesOf, strings.ToLower(addr))
}

// allowPictures loads the pictures of this message, or always those of its sender.
func (c *card) allowPictures(always bool) {
	c.load = true
	if addr := strings.ToLower(c.p.who(c.s).Addr); always && addr != "" {
		s := c.p.c.Settings()
		if !slices.Contains(s.PicturesOf, addr) {
			s.PicturesOf = append(slices.Clone(s.PicturesOf), addr)
			go func() {
				if err := c.p.c.SetSettings(context.Background(), s); err != nil {
					c.p.do(func() { c.p.Failed(err) })
				}
			}()
		}
	}
	c.again()
}

// lose notes that a picture of a page could not be loaded.
func (c *card) lose(h *htmlBody, address string) {
	if c.page != h || h.lost[address] {
		return
	}
	if h.lost == nil {
		h.lost = map[string]bool{}
	}
	h.lost[address] = true
	c.notices()
	c.Refresh()
	c.p.grown()
}

// lostNotice is the banner about pictures that could not be loaded, nil when there are none.
func (c *card) lostNotice() *kit.Banner {
	if c.page == nil || len(c.page.lost) == 0 || c.noLost {
		return nil
	}
	b := kit.NewBanner("image-off", kit.Plural(len(c.page.lost), "picture", "pictures")+" could not be loaded", "· no connection, or the sender no longer has them", kit.ToneIdle,
		kit.NewButton("Try again", "", kit.Link, c.again))
	b.OnClose = func() { c.noLost = true; c.notices(); c.Refresh(); c.p.grown() }
	return b
}

// pictureNotice is the banner about what is not loaded, nil when there is nothing to say.
func (c *card) pictureNotice() *kit.Banner {
	blocked, trackers := c.body.Remote-c.body.Trackers, c.body.Trackers
	if c.page != nil {
		if !c.page.counted {
			return nil
		}
		blocked, trackers = c.page.blocked, c.page.trackers
	}
	if c.noImg || c.load || blocked+trackers == 0 {
		return nil
	}
	d := ""
	switch {
	case trackers > 0 && blocked > 0:
		d = "· " + kit.Plural(blocked, "picture", "pictures") + ", " + kit.Plural(trackers, "tracker", "trackers")
	case trackers > 0:
		d = "· " + kit.Plural(trackers, "tracker", "trackers") + " removed"
	default:
		d = "· " + kit.Plural(blocked, "picture", "pictures") + " not loaded"
	}
	var actions []*kit.Button
	if c.page != nil && blocked > 0 {
		actions = append(actions, kit.NewButton("Load images", "", kit.Link, func() { c.allowPictures(false) }), kit.NewButton("Always for this sender", "", kit.Link, func() { c.allowPictures(true) }))
	}
	b := kit.NewBanner("image-off", "Remote images are blocked", d, kit.ToneTint, actions...)
	if c.page != nil {
		b.Tip = kit.Cut(strings.Join(trackerLines(c.page.named), " · "), kit.Small12, 700)
	}
	b.OnClose = func() { c.noImg = true; c.notices(); c.Refresh(); c.p.grown() }
	return b
}

// trackerLines name the trackers of a message: who would have been told, and how it was known.
func trackerLines(ts []gate.Tracker) (out []string) {
	for _, t := range ts {
		if l := t.Host + ": " + strings.ToLower(t.Why); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// showTrackers lists what is never loaded.
func (p *Pane) showTrackers(ts []gate.Tracker) {
	p.showText("Trackers that were removed", "They would have told the sender that you read this, when and where. They are never loaded.\n\n"+strings.Join(trackerLines(ts), "\n"))
}

// textSize is the size of plain text, px.
func (p *Pane) textSize() float32 { return float32(math.Round(float64(p.size)*p.zoom*2) / 2) }

// Zoom makes messages larger (n > 0) or smaller, 0 shows them as they are: from half to three times.
func (p *Pane) Zoom(n int) {
	switch {
	case n == 0:
		p.zoom = 1
	case n > 0:
		p.zoom = min(3, p.zoom*1.1)
	default:
		p.zoom = max(0.5, p.zoom/1.1)
	}
	for _, c := range p.cards {
		switch t := c.text.(type) {
		case *textView:
			t.SetSize(p.textSize())
		case *view.View:
			t.SetZoom(p.zoom)
		}
	}
}
