// Package view shows a mail of package html in the window. Layout and painting happen on a goroutine of each view's own; the window's goroutine only
// places finished strips and the rectangles of selection and finds. Strips far from what is seen are given back, so that a long mail costs no more than a short one.
package view

import (
	"context"
	"image"
	"image/color"
	"math"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/selection"
	"github.com/postrider/postrider/views/kit"
)

// List is a mail laid out.
type List = display.List

// Page is a mail that can be laid out and painted. Both are called off the window's goroutine, one call at a time.
type Page interface {
	// Lay lays the mail out for a width in px.
	Lay(ctx context.Context, width float64) (*display.List, error)
	// Paint draws what of l is in r, at scale device pixels a px, into dst, whose corner is r's.
	Paint(ctx context.Context, l *display.List, r display.Rect, scale float64, dst *image.RGBA) error
	// Ahead makes the pictures of l that are in r ready, at that scale, while another part is painted.
	Ahead(ctx context.Context, l *display.List, r display.Rect, scale float64)
}

// stripHeight is the height of a painted strip, in px of the mail before zoom.
const stripHeight = 256

// View draws a page. Set the functions before it is shown.
type View struct {
	widget.BaseWidget
	// OnLink opens a link; OnHover shows its target ("" = none any more); OnMenu asks for a menu (link "" = on plain text).
	OnLink func(text, target string)
	// OnPicture opens the link of a picture with a description; nil = OnLink does.
	OnPicture func(alt, target string)
	OnHover   func(target string)
	OnMenu    func(at fyne.Position, link string)
	OnGrown   func() // the height changed
	OnKey     func(*fyne.KeyEvent)
	OnRune    func(rune)
	OnCut     func(fyne.Shortcut)
	// OnFail says that the page cannot be shown.
	OnFail func(error)
	// Do runs a function on the window's goroutine.
	Do func(func())

	page   Page
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex // guards the wishes of the worker
	busy  bool
	ahead bool // pictures are made ready
	want  struct {
		width float64 // to lay out at, 0 = nothing
		gen   int
		list  *display.List
		strip []int // to paint, in order
		scale float64
	}

	width  float32 // of the widget
	zoom   float64
	fit    float64 // list px to widget px: zoom, or less when the mail cannot be narrower
	height float32
	list   *display.List
	index  *selection.Index
	gen    int // of the list
	strips map[int]*canvas.Image
	from   float32
	to     float32

	anchor, caret int
	selecting     bool
	sweep         int // 1 by letters, 2 by words, 3 by paragraphs
	base          [2]int
	over          string
	hand          bool
	press         bool // over a summary
	hits          []selection.Hit
	hit           int
	find          string
	found         func(int)

	motions []*motion
	folds   []fold
	fold    *html.Node // the details element that was opened or closed last
	missing []Missing
	frames  []*Blank

	marks []*canvas.Rectangle
	paint func()
}

var (
	_ fyne.Draggable     = (*View)(nil)
	_ desktop.Mouseable  = (*View)(nil)
	_ desktop.Hoverable  = (*View)(nil)
	_ desktop.Cursorable = (*View)(nil)
	_ fyne.Focusable     = (*View)(nil)
	_ fyne.Shortcutable  = (*View)(nil)
)

// New returns a view of a page. Close it when it is not shown any more.
func New(p Page, do func(func())) *View {
	v := &View{page: p, Do: do, zoom: 1, fit: 1, hit: -1, strips: map[int]*canvas.Image{}, from: 0, to: 1200}
	v.ctx, v.cancel = context.WithCancel(context.Background())
	v.ExtendBaseWidget(v)
	return v
}

// Close stops the worker and gives the strips back.
func (v *View) Close() {
	v.cancel()
	v.drop()
	v.list, v.index = nil, nil
	v.motions, v.folds, v.missing, v.fold = nil, nil, nil, nil
	// The toolkit keeps a widget for a while after it was last seen: the mail and its pictures go now.
	v.mu.Lock()
	v.want.list, v.want.strip, v.page = nil, nil, nil
	v.mu.Unlock()
}

// SetPage shows another page (other colours, pictures that may be loaded now) at the same place.
func (v *View) SetPage(p Page) {
	v.mu.Lock()
	v.page = p
	v.mu.Unlock()
	v.relay()
}

// Repaint draws everything again: pictures have come.
func (v *View) Repaint() {
	v.drop()
	v.redraw()
}

// Relay lays the page out again: sizes of pictures have come.
func (v *View) Relay() { v.relay() }

// Zoom returns how much the page is enlarged, 1 = as it is.
func (v *View) Zoom() float64 { return v.zoom }

// SetZoom enlarges the page, from 0.5 to 3.
func (v *View) SetZoom(z float64) {
	z = max(0.5, min(3, z))
	if z != v.zoom {
		v.zoom = z
		v.relay()
	}
}

func (v *View) drop() {
	for _, s := range v.strips {
		s.Image = nil
	}
	v.strips = map[int]*canvas.Image{}
}

// MinSize is the height at the present width.
func (v *View) MinSize() fyne.Size { return fyne.NewSize(40, v.height) }

// Resize lays the page out for another width.
func (v *View) Resize(s fyne.Size) {
	v.Fit(s.Width)
	v.BaseWidget.Resize(s)
}

// Fit asks for a layout at a width and returns the height known so far; OnGrown follows when it changes.
func (v *View) Fit(width float32) float32 {
	if width > 0 && width != v.width {
		v.width = width
		v.relay()
	}
	return v.height
}

func (v *View) relay() {
	if v.width <= 0 {
		return
	}
	v.mu.Lock()
	v.want.width = float64(v.width) / v.zoom
	v.mu.Unlock()
	v.work()
}

// work starts the worker when it is not running.
func (v *View) work() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.busy || v.ctx.Err() != nil {
		return
	}
	v.busy = true
	go v.worker()
}

func (v *View) worker() {
	for {
		v.mu.Lock()
		w := v.want
		page := v.page
		if w.width == 0 && len(w.strip) == 0 || v.ctx.Err() != nil {
			v.busy = false
			v.mu.Unlock()
			return
		}
		if w.width > 0 {
			v.want.width, v.want.strip = 0, nil
		} else {
			v.want.strip = w.strip[1:]
		}
		v.mu.Unlock()
		if w.width > 0 {
			l, err := page.Lay(v.ctx, w.width)
			if v.ctx.Err() != nil {
				continue
			}
			var x *selection.Index
			if err == nil {
				x = selection.New(l)
			}
			v.Do(func() { v.laid(l, x, err, w.width) })
			continue
		}
		n := w.strip[0]
		r := display.Rect{Y: float64(n) * stripHeight, W: w.list.Width, H: min(stripHeight, w.list.Height-float64(n)*stripHeight)}
		pw, ph := int(math.Ceil(r.W*w.scale)), int(math.Ceil(r.H*w.scale))
		if pw <= 0 || ph <= 0 || pw > 8192 || ph > 8192 {
			continue
		}
		if len(w.strip) > 1 {
			v.look(page, w.list, w.strip[1:min(3, len(w.strip))], w.scale)
		}
		img := image.NewRGBA(image.Rect(0, 0, pw, ph))
		if err := page.Paint(v.ctx, w.list, r, w.scale, img); err != nil {
			continue
		}
		v.Do(func() { v.painted(n, w.gen, img) })
	}
}

// look decodes the pictures of the next strips on another processor, one strip after the other.
func (v *View) look(page Page, l *display.List, strips []int, scale float64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ahead {
		return
	}
	v.ahead = true
	go func() {
		for _, n := range strips {
			page.Ahead(v.ctx, l, display.Rect{Y: float64(n) * stripHeight, W: l.Width, H: stripHeight}, scale)
		}
		v.mu.Lock()
		v.ahead = false
		v.mu.Unlock()
	}()
}

// behind is the colour behind a page.
func (v *View) behind(l *display.List) color.NRGBA {
	if p, ok := v.page.(interface {
		Behind(*display.List) color.NRGBA
	}); ok {
		return p.Behind(l)
	}
	return color.NRGBA{255, 255, 255, 255}
}

func (v *View) laid(l *display.List, x *selection.Index, err error, width float64) {
	if v.ctx.Err() != nil {
		return
	}
	if err != nil {
		if v.OnFail != nil {
			v.OnFail(err)
		}
		return
	}
	// The same text at another width: what is selected stays.
	if v.index == nil || x.Text != v.index.Text {
		v.anchor, v.caret = 0, 0
	}
	v.list, v.index = l, x
	v.missing = Blanks(l, v.behind(l))
	v.folds = summaries(l)
	v.lively(v.page, l)
	v.gen++
	v.fit = v.zoom
	if l.Width > width+1 && l.Width > 0 {
		v.fit = max(v.zoom*width/l.Width, 0.4*v.zoom)
	}
	was := v.height
	v.height = float32(math.Ceil(l.Height * v.fit))
	v.drop()
	v.seek()
	v.redraw()
	if v.height != was && v.OnGrown != nil {
		v.OnGrown()
	}
}

func (v *View) painted(n, gen int, img *image.RGBA) {
	if gen != v.gen || v.ctx.Err() != nil || v.list == nil {
		return
	}
	s := canvas.NewImageFromImage(img)
	s.ScaleMode = canvas.ImageScaleFastest
	if v.fit != v.zoom {
		s.ScaleMode = canvas.ImageScaleSmooth
	}
	v.strips[n] = s
	v.redraw()
}

// View tells which part is seen, in px from the top of the widget.
func (v *View) View(from, to float32) {
	if from == v.from && to == v.to {
		return
	}
	v.from, v.to = from, to
	v.redraw()
}

func (v *View) redraw() {
	if v.paint != nil {
		v.paint()
	}
}

func (v *View) scale() float64 {
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		return float64(c.Scale()) * v.fit
	}
	return v.fit
}

// ask lets the worker paint what is seen, and a screen above and below.
func (v *View) ask() (first, last int) {
	if v.list == nil || v.to <= v.from {
		return 0, -1
	}
	h := float32(stripHeight * v.fit)
	spare := v.to - v.from
	count := int(math.Ceil(v.list.Height / stripHeight))
	first, last = max(0, int(v.from/h)), min(count-1, int(v.to/h))
	lo, hi := max(0, int((v.from-spare)/h)), min(count-1, int((v.to+spare)/h))
	var need []int
	for n := first; n <= last; n++ {
		need = append(need, n)
	}
	for n := last + 1; n <= hi; n++ {
		need = append(need, n)
	}
	for n := first - 1; n >= lo; n-- {
		need = append(need, n)
	}
	k := 0
	for _, n := range need {
		if v.strips[n] == nil {
			need[k] = n
			k++
		}
	}
	for n, s := range v.strips {
		if n < lo || n > hi {
			s.Image = nil
			delete(v.strips, n)
		}
	}
	v.mu.Lock()
	v.want.strip, v.want.gen, v.want.list, v.want.scale = need[:k], v.gen, v.list, v.scale()
	v.mu.Unlock()
	if k > 0 {
		v.work()
	}
	return lo, hi
}

// CreateRenderer implements fyne.Widget.
func (v *View) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: v}
	r.Min = func() fyne.Size { return v.MinSize() }
	v.paint = func() { v.draw(r); canvas.Refresh(v) }
	r.Lay = func(fyne.Size) { v.draw(r) }
	return r
}

func (v *View) draw(r *kit.Renderer) {
	r.Objs = r.Objs[:0]
	lo, hi := v.ask()
	for n := lo; n <= hi; n++ {
		s := v.strips[n]
		if s == nil {
			continue
		}
		y := float64(n) * stripHeight * v.fit
		// A strip ends on a whole device pixel, where the next begins.
		h := float64(s.Image.Bounds().Dy()) / v.scale() * v.fit
		w := float64(s.Image.Bounds().Dx()) / v.scale() * v.fit
		kit.Place(s, 0, float32(y), float32(w), float32(h))
		r.Objs = append(r.Objs, s)
	}
	r.Objs = append(r.Objs, v.play()...)
	used := 0
	for _, m := range v.missing {
		y, h := float32(m.Y*v.fit), float32(m.H*v.fit)
		if y+h < v.from-100 || y > v.to+100 {
			continue
		}
		if used == len(v.frames) {
			v.frames = append(v.frames, NewBlank())
		}
		r.Objs = append(r.Objs, v.frames[used].Place(m, float32(m.X*v.fit), y, float32(m.W*v.fit), h)...)
		used++
	}
	if v.index == nil {
		return
	}
	used = 0
	mark := func(d display.Rect, fill color.Color) {
		y, h := float32(d.Y*v.fit), float32(d.H*v.fit)
		if y+h < v.from-100 || y > v.to+100 {
			return
		}
		if used == len(v.marks) {
			v.marks = append(v.marks, &canvas.Rectangle{})
		}
		o := v.marks[used]
		used++
		o.FillColor = fill
		kit.Place(o, float32(d.X*v.fit), y, float32(d.W*v.fit), h)
		r.Objs = append(r.Objs, o)
	}
	found, now := kit.C(kit.Star), kit.C(kit.Accent)
	found.A, now.A = 90, 120
	for i, x := range v.hits {
		fill := found
		if i == v.hit {
			fill = now
		}
		for _, d := range v.index.Rects(x.From, x.To) {
			mark(d, fill)
		}
	}
	if v.anchor != v.caret {
		fill := kit.C(kit.Accent)
		fill.A = 70
		for _, d := range v.index.Rects(v.anchor, v.caret) {
			mark(d, fill)
		}
	}
}
