package reader

import (
	"image/color"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// MaxText is the widest that text of the usual size is set, in px.
const MaxText float32 = 680

// maxWidth grows with large letters, so that a line keeps as many of them.
func (t *textView) maxWidth() float32 { return MaxText * max(1, t.size/16) }

// deco is something of the text that is not letters.
type deco struct {
	x, y, w, h   float32
	fill, stroke kit.Token
	radius       float32
	icon         string
}

// textView draws the blocks of a message. Its text can be selected by dragging and copied.
type textView struct {
	widget.BaseWidget
	// OnLink opens a link; OnHover shows its target ("" = none any more); OnMenu asks for a menu (link "" = on plain text).
	OnLink  func(text, target string)
	OnHover func(target string)
	OnMenu  func(at fyne.Position, link string)
	OnGrown func() // the height changed
	OnKey   func(*fyne.KeyEvent)
	OnRune  func(rune)
	OnCut   func(fyne.Shortcut)

	blocks []mail.Block
	size   float32
	folded bool // quoted history at the end is hidden
	fold   int  // index of the first block of the history, len = none
	pill   fyne.Position

	width    float32
	height   float32
	lines    []textLine
	decos    []deco
	from, to float32

	do       func(func()) // brings what a long search found to the window's goroutine
	needle   string
	hits     []hit
	onLine   map[int][]lineHit
	current  int // of hits, -1 = none
	findTurn int
	index    *textIndex // of the lines as they are; nil = not made yet

	selA, selB pos
	selecting  bool
	pressed    time.Time // the last press, and how many came quickly one after the other
	clicks     int
	over       string
	texts      []*canvas.Text
	rects      []*canvas.Rectangle
	icons      []*kit.IconView
	paint      func()
}

// pos is a place in the text: a line and a byte in it.
type pos struct{ line, off int }

func (p pos) before(q pos) bool { return p.line < q.line || p.line == q.line && p.off < q.off }

var (
	_ fyne.Draggable     = (*textView)(nil)
	_ desktop.Mouseable  = (*textView)(nil)
	_ desktop.Hoverable  = (*textView)(nil)
	_ desktop.Cursorable = (*textView)(nil)
	_ fyne.Focusable     = (*textView)(nil)
	_ fyne.Shortcutable  = (*textView)(nil)
)

// newText shows all of blocks.
func newText(blocks []mail.Block, size float32) *textView { return newBody(blocks, size, len(blocks)) }

// newBody shows blocks and folds the history that begins with one of them; len(blocks) = there is none.
func newBody(blocks []mail.Block, size float32, history int) *textView {
	t := &textView{blocks: blocks, size: size, folded: true, fold: history}
	t.ExtendBaseWidget(t)
	return t
}

// MinSize is the height of the text at its width.
func (t *textView) MinSize() fyne.Size { return fyne.NewSize(40, t.height) }

// Resize breaks the text again for another width.
func (t *textView) Resize(s fyne.Size) {
	t.Fit(s.Width)
	t.BaseWidget.Resize(s)
}

// Fit breaks the text for a width and returns its height.
func (t *textView) Fit(width float32) float32 {
	if width != t.width {
		t.width = width
		t.arrange()
	}
	return t.height
}

// SetSize sets the text in another size, px.
func (t *textView) SetSize(size float32) {
	if t.size == size {
		return
	}
	t.size = size
	if t.width <= 0 {
		return
	}
	t.arrange()
	if t.OnGrown != nil {
		t.OnGrown()
	}
	t.redraw()
}

func (t *textView) arrange() {
	n := 0
	for _, b := range t.blocks {
		for _, s := range b.Spans {
			n += len(s.Text)
		}
	}
	m := &measure{quick: n > 20_000}
	t.lines, t.decos = nil, nil
	t.selA, t.selB = pos{}, pos{}
	width := min(t.width, t.maxWidth())
	y := float32(0)
	lh := float32(int(t.size*1.5 + 0.5))
	base := kit.Style{Size: t.size}
	put := func(ls []textLine, x float32, q int) {
		for _, l := range ls {
			l.y, l.h, l.quote = y, lh, q
			l.x += x
			t.lines = append(t.lines, l)
			y += lh
		}
	}
	end := len(t.blocks)
	if t.folded {
		end = t.fold
	}
	for i := 0; i < end; i++ {
		b := t.blocks[i]
		top := y
		x := float32(b.Quote) * 14
		ink := kit.Text
		if b.Quote > 0 {
			ink = kit.Text2
		}
		room := width - x
		switch b.Kind {
		case mail.Heading:
			st := kit.Style{Size: t.size + float32(max(0, 8-2*max(1, b.Level))), Weight: kit.SemiBold}
			keep := lh
			lh = float32(int(st.Size*1.35 + 0.5))
			if y > 0 {
				y += 4
			}
			put(m.wrap(b.Spans, st, ink, room, b.RTL), x, b.Quote)
			lh = keep
		case mail.ListItem:
			in := float32(max(1, b.Level)) * 20
			mw := kit.Width(b.Marker, base)
			ls := m.wrap(b.Spans, base, ink, room-in, b.RTL)
			if b.RTL {
				put(ls, x, b.Quote)
			} else {
				if len(ls) > 0 {
					ls[0].pieces = append([]piece{{text: b.Marker + " ", style: base, ink: kit.Text2, x: -mw - 7, w: 0}}, ls[0].pieces...)
				}
				put(ls, x+in, b.Quote)
			}
		case mail.Preformatted:
			st := kit.Style{Size: t.size - 1, Mono: true}
			y += 8
			ls := m.wrap(b.Spans, st, ink, room-24, false)
			for k := range ls {
				for j := range ls[k].pieces {
					ls[k].pieces[j].style = kit.Style{Size: t.size - 1, Mono: true, Weight: 0}
				}
			}
			put(ls, x+12, b.Quote)
			y += 8
			t.decos = append(t.decos, deco{x: x, y: top, w: room, h: y - top, fill: kit.Canvas, stroke: kit.Border, radius: 6})
		case mail.Rule:
			y += 8
			t.decos = append(t.decos, deco{x: x, y: y, w: room, h: 1, fill: kit.Border, stroke: kit.Clear})
			y += 9
		case mail.Picture:
			alt := ""
			if len(b.Spans) > 0 {
				alt = b.Spans[0].Text
			}
			if strings.TrimSpace(alt) == "" {
				alt = "Picture"
			}
			w := min(room, 320)
			t.decos = append(t.decos, deco{x: x, y: y, w: w, h: 56, fill: kit.Canvas, stroke: kit.Border, radius: 6}, deco{x: x + 14, y: y + 19, w: 18, h: 18, icon: "image-off", stroke: kit.Clear, fill: kit.Clear})
			keep := lh
			lh = 56
			put([]textLine{{pieces: []piece{{text: kit.Cut(alt, kit.Small12, w-60), style: kit.Small12, ink: kit.Text3, w: 200}}}}, x+44, b.Quote)
			lh = keep
		case mail.TableRow:
			y = t.table(m, b, base, ink, x, room, y, lh)
			if i+1 < end && t.blocks[i+1].Kind == mail.TableRow {
				t.quoteBars(b.Quote, top, y)
				continue
			}
		case mail.Signature:
			put(m.wrap(b.Spans, base, kit.Text3, room, b.RTL), x, b.Quote)
		default:
			put(m.wrap(b.Spans, base, ink, room, b.RTL), x, b.Quote)
		}
		gap := float32(int(t.size * 0.75))
		if b.Kind == mail.ListItem && i+1 < end && t.blocks[i+1].Kind == mail.ListItem {
			gap = 2
		}
		if i+1 < end && t.blocks[i+1].Quote >= b.Quote {
			t.quoteBars(b.Quote, top, y+gap)
		} else {
			t.quoteBars(b.Quote, top, y)
		}
		y += gap
	}
	if t.fold < len(t.blocks) {
		t.pill = fyne.NewPos(0, y)
		t.decos = append(t.decos, deco{x: 0, y: y, w: 36, h: 18, fill: kit.SelectIdle, stroke: kit.Clear, radius: 9}, deco{x: 10, y: y + 1, w: 16, h: 16, icon: "ellipsis", fill: kit.Clear, stroke: kit.Clear})
		y += 18
	}
	t.height = y
	t.index, t.hits, t.onLine = nil, nil, nil
	t.search()
}

func (t *textView) quoteBars(q int, from, to float32) {
	for k := 0; k < q; k++ {
		t.decos = append(t.decos, deco{x: float32(k) * 14, y: from, w: 2, h: to - from, fill: kit.Border, stroke: kit.Clear})
	}
}

// table sets one row of cells; it returns the lower edge.
func (t *textView) table(m *measure, b mail.Block, base kit.Style, ink kit.Token, x, room, y, lh float32) float32 {
	var cells [][]mail.Span
	for _, s := range b.Spans {
		if s.Cell || len(cells) == 0 {
			cells = append(cells, nil)
		}
		cells[len(cells)-1] = append(cells[len(cells)-1], s)
	}
	if len(cells) == 0 {
		return y
	}
	w := room / float32(len(cells))
	h := lh
	for k, c := range cells {
		ls := m.wrap(c, base, ink, w-16, b.RTL)
		for j, l := range ls {
			l.y, l.h, l.quote = y+3+float32(j)*lh, lh, b.Quote
			l.x += x + float32(k)*w
			t.lines = append(t.lines, l)
		}
		h = max(h, float32(len(ls))*lh)
	}
	y += h + 6
	t.decos = append(t.decos, deco{x: x, y: y - 1, w: room, h: 1, fill: kit.Line, stroke: kit.Clear})
	return y
}

// View tells which part is seen, in px from the top of the widget.
func (t *textView) View(from, to float32) {
	if from == t.from && to == t.to {
		return
	}
	t.from, t.to = from, to
	if t.paint != nil {
		t.paint()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *textView) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: t}
	r.Min = func() fyne.Size { return t.MinSize() }
	if t.to == 0 {
		t.to = 1200
	}
	t.paint = func() { t.draw(r); canvas.Refresh(t) }
	r.Lay = func(fyne.Size) { t.draw(r) }
	return r
}

// draw gives objects to what is seen.
func (t *textView) draw(r *kit.Renderer) {
	r.Objs = r.Objs[:0]
	nt, nr, ni := 0, 0, 0
	rect := func(x, y, w, h float32, fill, stroke color.Color, radius float32) {
		if nr == len(t.rects) {
			t.rects = append(t.rects, &canvas.Rectangle{})
		}
		o := t.rects[nr]
		nr++
		o.FillColor, o.StrokeColor, o.StrokeWidth, o.CornerRadius = fill, stroke, 0, radius
		if stroke != nil {
			o.StrokeWidth = 1
		}
		kit.Place(o, x, y, w, h)
		r.Objs = append(r.Objs, o)
	}
	const spare = 60
	from, to := t.from-spare, t.to+spare
	for _, d := range t.decos {
		if d.y+d.h < from || d.y > to {
			continue
		}
		if d.icon != "" {
			if ni == len(t.icons) {
				t.icons = append(t.icons, kit.NewIcon(d.icon, 16, kit.Text3))
			}
			o := t.icons[ni]
			ni++
			o.Name, o.Px = d.icon, d.w
			kit.Place(o, d.x, d.y, d.w, d.h)
			o.Refresh()
			r.Objs = append(r.Objs, o)
			continue
		}
		var st color.Color
		if d.stroke != kit.Clear {
			st = kit.C(d.stroke)
		}
		rect(d.x, d.y, d.w, d.h, kit.C(d.fill), st, d.radius)
	}
	a, b := t.span()
	for i := range t.lines {
		l := &t.lines[i]
		if l.y+l.h < from {
			continue
		}
		if l.y > to {
			if l.y > to+400 {
				break
			}
			continue
		}
		if a != b && i >= a.line && i <= b.line {
			x0, x1 := float32(0), l.w
			if i == a.line {
				x0 = t.xOf(i, a.off)
			}
			if i == b.line {
				x1 = t.xOf(i, b.off)
			} else if !l.soft {
				x1 += 4
			}
			if x1 > x0 {
				rect(l.x+x0, l.y, x1-x0, l.h, kit.C(kit.Select), nil, 0)
			}
		}
		for _, h := range t.onLine[i] {
			x0, x1 := t.xOf(i, h.from), t.xOf(i, h.to)
			if x1 < x0 {
				x0, x1 = x1, x0 // right to left
			}
			var ring color.Color
			if h.hit == t.current {
				ring = kit.C(kit.Accent)
			}
			rect(l.x+x0-1, l.y+1, x1-x0+2, l.h-2, kit.Hue("amber").Tint, ring, 3)
			if ring != nil {
				t.rects[nr-1].StrokeWidth = 2
			}
		}
		for k := range l.pieces {
			p := &l.pieces[k]
			if nt == len(t.texts) {
				t.texts = append(t.texts, &canvas.Text{})
			}
			o := t.texts[nt]
			nt++
			kit.PutText(o, kit.Visual(strings.TrimRight(p.text, "\n")), p.style, kit.C(p.ink), l.x+p.x, l.y, 0, l.h, fyne.TextAlignLeading)
			r.Objs = append(r.Objs, o)
			if p.under || p.strike {
				y := l.y + l.h/2 + p.style.Size*0.45
				if p.strike {
					y = l.y + l.h/2 + 1
				}
				w := p.w
				if t := strings.TrimRight(p.text, " "); t != p.text {
					w = kit.Width(t, p.style)
				}
				rect(l.x+p.x, y, w, 1, kit.C(p.ink), nil, 0)
			}
		}
	}
}

// xOf is where a byte of a line is drawn, from the line's left edge.
func (t *textView) xOf(i, off int) float32 {
	l := &t.lines[i]
	at := 0
	for k := range l.pieces {
		p := &l.pieces[k]
		if off <= at+len(p.text) {
			return p.x + kit.Width(p.text[:max(0, off-at)], p.style)
		}
		at += len(p.text)
	}
	return l.w
}

// at returns the place in the text under a point, and the link there.
func (t *textView) at(p fyne.Position) (pos, *piece) {
	if len(t.lines) == 0 {
		return pos{}, nil
	}
	best := 0
	for i := range t.lines {
		l := &t.lines[i]
		if p.Y >= l.y && p.Y < l.y+l.h && (p.X >= l.x-8 || i == 0 || t.lines[i-1].y != l.y) {
			best = i
			if p.X <= l.x+l.w+8 {
				break
			}
		} else if l.y > p.Y {
			break
		} else if l.y+l.h <= p.Y {
			best = i
		}
	}
	l := &t.lines[best]
	if p.Y >= l.y+l.h {
		return pos{best, len(l.string())}, nil
	}
	off := 0
	for k := range l.pieces {
		q := &l.pieces[k]
		x := p.X - l.x - q.x
		if x < q.w || k == len(l.pieces)-1 {
			n := 0
			for n < len(q.text) {
				w := len(q.text[n:])
				for j := range q.text[n:] {
					if j > 0 {
						w = j
						break
					}
				}
				if kit.Width(q.text[:n+w], q.style)-kit.Width(q.text[n:n+w], q.style)/2 > x {
					break
				}
				n += w
			}
			if x >= 0 && x < q.w && p.Y >= l.y {
				return pos{best, off + n}, q
			}
			return pos{best, off + n}, nil
		}
		off += len(q.text)
	}
	return pos{best, off}, nil
}
