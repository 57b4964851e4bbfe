package view

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/html/style"
)

// Budget is the longest that the layout of a mail may take; what takes longer is shown as text.
const Budget = 2 * time.Second

// Mail is a [Page] of a message's HTML.
type Mail struct {
	// Dark asks for colours for a dark window: the mail's own where it has some, else turned by [Darken].
	Dark bool
	// Ground is behind the mail where it says nothing itself.
	Ground color.NRGBA

	src  string
	pics *Pictures

	mu      sync.Mutex
	doc     *dom.Document
	list    *display.List
	painter *paint.Painter
	toggles []*html.Node // details elements to open or close
	folded  *html.Node   // a details element that opens by itself when something is searched for
	// expected: the pictures were asked for.
	expected bool
}

// NewMail returns the page of HTML, decoded to UTF-8; pics may be nil.
func NewMail(src string, pics *Pictures) *Mail { return &Mail{src: src, pics: pics} }

// Document parses the mail; it is parsed once.
func (m *Mail) Document(ctx context.Context) (*dom.Document, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.doc != nil {
		return m.doc, nil
	}
	d, err := dom.Parse(ctx, strings.NewReader(m.src), dom.Limits{})
	if err == nil {
		m.doc = d
	}
	return d, err
}

// ownDark tells whether a mail brings colours for the dark.
func ownDark(d *dom.Document) bool {
	if strings.Contains(d.Schemes, "dark") {
		return true
	}
	for _, s := range d.Sheets {
		if strings.Contains(s.Text, "prefers-color-scheme") {
			return true
		}
	}
	return false
}

// Lay implements Page.
func (m *Mail) Lay(ctx context.Context, width float64) (*display.List, error) {
	ctx, cancel := context.WithTimeout(ctx, Budget)
	defer cancel()
	d, err := m.Document(ctx)
	if err != nil {
		return nil, err
	}
	m.unfold()
	own := ownDark(d)
	m.expect(d)
	sh := Shaper()
	root, err := style.Tree(ctx, d, style.Env{Width: width, Height: 800, Dark: m.Dark && own, Metrics: sh.Metrics})
	if err != nil {
		return nil, err
	}
	o := layout.Options{Width: width, Shaper: sh, Quirks: d.Mode == dom.Quirks, Limited: d.Mode == dom.LimitedQuirks}
	if m.pics != nil {
		o.Pictures = m.pics
	}
	l, err := layout.Lay(ctx, root, o)
	if err != nil {
		return nil, err
	}
	if m.Dark && !own {
		l = Darken(l, m.Ground)
	}
	return l, nil
}

// moment is how long a first layout waits for pictures: less than anybody notices, and a second layout is saved.
const moment = 12 * time.Millisecond

// expect asks for the pictures that are in the mail, once; those elsewhere only the layout asks for, when it shows them.
func (m *Mail) expect(d *dom.Document) {
	if m.pics == nil || m.expected {
		return
	}
	m.expected = true
	var all []string
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "img" && len(all) < 500 {
			for _, a := range n.Attr {
				if a.Key != "src" || a.Namespace != "" || len(a.Val) < 5 {
					continue
				}
				if s := strings.ToLower(a.Val[:5]); s == "data:" || s[:4] == "cid:" {
					all = append(all, a.Val)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(d.Body)
	m.pics.Expect(all, moment)
}

// Paint implements Page.
func (m *Mail) Paint(ctx context.Context, l *display.List, r display.Rect, scale float64, dst *image.RGBA) error {
	p := m.painting(l)
	draw.Draw(dst, dst.Bounds(), image.NewUniform(m.Behind(l)), image.Point{}, draw.Src)
	return p.Paint(ctx, dst, r, scale)
}

// Ahead implements Page.
func (m *Mail) Ahead(ctx context.Context, l *display.List, r display.Rect, scale float64) {
	if m.pics == nil {
		return
	}
	m.painting(l).Pictures(r, scale, func(url string, w, h int) {
		if ctx.Err() == nil && !m.pics.underway(url, w, h) {
			m.pics.Scaled(url, w, h)
		}
	})
}

func (m *Mail) painting(l *display.List) *paint.Painter {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.list != l {
		o := paint.Options{}
		if m.pics != nil {
			o.Pictures = m.pics
		}
		m.list, m.painter = l, paint.New(l, o)
	}
	return m.painter
}

// Behind is the colour behind everything.
func (m *Mail) Behind(l *display.List) color.NRGBA {
	if l.Background.A == 255 {
		return l.Background
	}
	return m.Ground
}
