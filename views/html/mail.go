package html

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/html/picture"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// Budget is how long a step of a mail (opening, laying out anew) may take before it is given up with context.DeadlineExceeded; plain text is then
// shown instead.
const Budget = 2 * time.Second

// Options say how a mail is shown.
type Options struct {
	Width, Height float64        // of the pane, px; Height is for vh and media queries, 0 = 800
	Ratio         float64        // device pixels in a px, for media queries, 0 = 1
	Shaper        *text.Shaper   // of the program; nil = one of this mail's own
	Source        picture.Source // of cid: pictures and of what may be loaded, nil = data: pictures only
	Dark          bool           // the window is dark
	Original      bool           // show the colours that the sender chose even so
	Paper         color.NRGBA    // behind mails without a background, in a dark window; zero = nearly black
	Family        string         // font of text that asks for none, "" = serif, as browsers have it
	Limits        dom.Limits
	Budget        time.Duration // 0 = Budget
}

// Mail is an open message. Lay and Paint make it a page of package view. It is safe for concurrent use.
type Mail struct {
	opt  Options
	doc  *dom.Document
	pics *picture.Set

	mu       sync.Mutex
	list     *display.List
	painters [2]drawn // of the last two layouts: the old one is still shown while the new one is painted
}

type drawn struct {
	list *display.List
	p    *paint.Painter
}

// Open parses a mail, decoded to UTF-8, and lays it out for o.Width. The error is that of the context, or context.DeadlineExceeded when the mail is
// more work than its budget; there is no HTML that cannot be opened.
func Open(ctx context.Context, src string, o Options) (*Mail, error) {
	if o.Height <= 0 {
		o.Height = 800
	}
	if o.Shaper == nil {
		o.Shaper = text.NewShaper(text.Settings{})
	}
	if o.Budget <= 0 {
		o.Budget = Budget
	}
	if o.Paper.A == 0 {
		o.Paper = color.NRGBA{0x1b, 0x1b, 0x1f, 0xff}
	}
	ctx, cancel := context.WithTimeout(ctx, o.Budget)
	defer cancel()
	doc, err := dom.Parse(ctx, strings.NewReader(src), o.Limits)
	if err != nil {
		return nil, err
	}
	m := &Mail{opt: o, doc: doc, pics: picture.NewSet(o.Source, picture.Limits{})}
	if _, err := m.Lay(ctx, o.Width); err != nil {
		return nil, err
	}
	return m, nil
}

// Close gives back the pictures.
func (m *Mail) Close() { m.pics.Close() }

// Lay lays the mail out for a width in px and makes that its layout.
func (m *Mail) Lay(ctx context.Context, width float64) (*display.List, error) {
	ctx, cancel := context.WithTimeout(ctx, m.opt.Budget)
	defer cancel()
	m.mu.Lock()
	o, pics := m.opt, m.pics
	m.mu.Unlock()
	root, err := style.Tree(ctx, m.doc, style.Env{Width: width, Height: o.Height, Dark: o.Dark && !o.Original, Ratio: o.Ratio, Metrics: o.Shaper.Metrics, Family: o.Family})
	if err != nil {
		return nil, err
	}
	l, err := layout.Lay(ctx, root, layout.Options{Width: width, Shaper: o.Shaper, Pictures: pics,
		Quirks: m.doc.Mode == dom.Quirks, Limited: m.doc.Mode == dom.LimitedQuirks})
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	m.list, m.opt.Width = l, width
	m.mu.Unlock()
	return l, nil
}

// Relayout is [Mail.Lay] without the list.
func (m *Mail) Relayout(ctx context.Context, width float64) error {
	_, err := m.Lay(ctx, width)
	return err
}

// SetColors changes how colours are shown. The layout stays; what prefers-color-scheme changes beyond colours needs Relayout. A mail with dark styles of
// its own must be laid out anew: relayout says so.
func (m *Mail) SetColors(dark, original bool) (relayout bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	relayout = m.OwnDark() && (m.opt.Dark && !m.opt.Original) != (dark && !original)
	m.opt.Dark, m.opt.Original = dark, original
	m.painters = [2]drawn{}
	return relayout
}

// Reload forgets what was known about the pictures of the source, after it may give more than before; the mail must be laid out anew.
func (m *Mail) Reload() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pics.Close()
	m.pics = picture.NewSet(m.opt.Source, picture.Limits{})
	m.painters = [2]drawn{}
}

// OwnDark tells whether the mail brings styles for dark windows.
func (m *Mail) OwnDark() bool {
	if strings.Contains(m.doc.Schemes, "dark") {
		return true
	}
	for _, s := range m.doc.Sheets {
		if strings.Contains(strings.ToLower(s.Text+s.Media), "prefers-color-scheme") {
			return true
		}
	}
	return false
}

// Document is the parsed mail: its remote references, links and notes.
func (m *Mail) Document() *dom.Document { return m.doc }

// Pictures are the mail's pictures, for animations.
func (m *Mail) Pictures() *picture.Set {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pics
}

// List is the last layout.
func (m *Mail) List() *display.List {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.list
}

// Size of the last layout in px.
func (m *Mail) Size() (width, height float64) {
	l := m.List()
	return l.Width, l.Height
}

// paper is what lies behind the mail, and how colours are changed.
func (m *Mail) paper() (color.NRGBA, paint.Recolor) {
	white := color.NRGBA{255, 255, 255, 255}
	switch {
	case !m.opt.Dark || m.opt.Original:
		return white, nil
	case strings.Contains(m.doc.Schemes, "dark"):
		return m.opt.Paper, nil
	case m.OwnDark():
		return white, nil // its rules say what they want dark; the rest was made for white
	}
	return m.opt.Paper, Darken(m.opt.Paper)
}

// Paint draws what of l, a layout of this mail, is in r (px) at scale device pixels a px into dst, whose corner is r's.
func (m *Mail) Paint(ctx context.Context, l *display.List, r display.Rect, scale float64, dst *image.RGBA) error {
	m.mu.Lock()
	paper, recolor := m.paper()
	var p *paint.Painter
	for _, d := range m.painters {
		if d.list == l && l != nil {
			p = d.p
		}
	}
	if p == nil {
		p = paint.New(l, paint.Options{Pictures: m.pics, Recolor: recolor})
		m.painters[1], m.painters[0] = m.painters[0], drawn{l, p}
	}
	m.mu.Unlock()
	draw.Draw(dst, dst.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	return p.Paint(ctx, dst, r, scale)
}

// Tile paints a rectangle of the last layout.
func (m *Mail) Tile(ctx context.Context, r display.Rect, scale float64) (*image.RGBA, error) {
	dst := image.NewRGBA(image.Rect(0, 0, int(r.W*scale+0.5), int(r.H*scale+0.5)))
	return dst, m.Paint(ctx, m.List(), r, scale, dst)
}

// LinkAt is the target and the text or alternative text of the link at a point of the last layout, "" = none.
func (m *Mail) LinkAt(x, y float64) (target, label string) {
	l := m.List()
	for i := len(l.Items) - 1; i >= 0; i-- {
		switch v := l.Items[i].(type) {
		case *display.Run:
			if v.Link != "" && hit(v.Rect, x, y) {
				return v.Link, v.Text
			}
		case *display.Image:
			if v.Link != "" && hit(v.Rect, x, y) {
				return v.Link, v.Alt
			}
		}
	}
	return "", ""
}

func hit(r display.Rect, x, y float64) bool {
	return x >= r.X && y >= r.Y && x < r.X+r.W && y < r.Y+r.H
}

// Wanted are the addresses of the pictures that the layouts so far asked for and that were not there: what is worth asking a gate for. Cursors, fonts and
// whatever else a mail refers to are not among them.
func (m *Mail) Wanted() []string { return m.Pictures().Missing() }
