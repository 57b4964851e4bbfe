package kit

import (
	"image/color"
	"strings"
	"sync"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/rivo/uniseg"

	"github.com/postrider/postrider/assets"
)

// Weight is how strong a text is.
type Weight uint8

// The weights. Medium is for the program's own fixed words only: it has no fallback to other scripts.
const (
	Regular Weight = iota
	Medium
	SemiBold
)

// Style is how a text is set. Size is in px.
type Style struct {
	Size   float32
	Weight Weight
	Italic bool
	Mono   bool
}

// The styles of the interface.
var (
	Body13   = Style{Size: 13}
	Body13M  = Style{Size: 13, Weight: Medium}
	Body13B  = Style{Size: 13, Weight: SemiBold}
	Small12  = Style{Size: 12}
	Small12M = Style{Size: 12, Weight: Medium}
	Small12B = Style{Size: 12, Weight: SemiBold}
	Tiny11   = Style{Size: 11}
	Tiny11M  = Style{Size: 11, Weight: Medium}
	Tiny11B  = Style{Size: 11, Weight: SemiBold}
	Lead14   = Style{Size: 14}
	Lead14B  = Style{Size: 14, Weight: SemiBold}
	Title16  = Style{Size: 16, Weight: SemiBold}
	Title20  = Style{Size: 20, Weight: SemiBold}
	Number26 = Style{Size: 26, Weight: SemiBold}
)

// TextStyle returns what Fyne understands of the style.
func (s Style) TextStyle() fyne.TextStyle {
	return fyne.TextStyle{Bold: s.Weight == SemiBold, Italic: s.Italic, Monospace: s.Mono}
}

// Apply sets size, style and font of t.
func (s Style) Apply(t *canvas.Text) {
	t.TextSize, t.TextStyle, t.FontSource = s.Size, s.TextStyle(), s.source()
}

func (s Style) source() fyne.Resource {
	if s.Weight == Medium && !s.Mono && !s.Italic {
		return fontRes(assets.InterMedium)
	}
	return nil
}

// Height is the height of the box that Fyne draws a text of the style in.
func (s Style) Height() float32 { return Measure("Ag", s).Height }

type measureKey struct {
	text  string
	style Style
}

type cutKey struct {
	measureKey
	width float32
}

var (
	measureMu sync.Mutex
	measured  = map[measureKey]fyne.Size{}
	cuts      = map[cutKey]string{}
)

// cacheLimit bounds each of the caches; a full one is emptied, the visible texts come back within a frame.
const cacheLimit = 1 << 12

// ForgetText empties the caches, after the scale or the fonts changed.
func ForgetText() {
	measureMu.Lock()
	clear(measured)
	clear(cuts)
	clear(advances)
	measureMu.Unlock()
}

// Measure returns the size of a text in px. Results are kept.
func Measure(text string, s Style) fyne.Size {
	k := measureKey{text, s}
	measureMu.Lock()
	z, ok := measured[k]
	measureMu.Unlock()
	if ok {
		return z
	}
	z, _ = fyne.CurrentApp().Driver().RenderedTextSize(text, s.Size, s.TextStyle(), s.source())
	measureMu.Lock()
	if len(measured) >= cacheLimit {
		clear(measured)
	}
	measured[k] = z
	measureMu.Unlock()
	return z
}

// Width is Measure's width.
func Width(text string, s Style) float32 { return Measure(text, s).Width }

// Cut returns text as it fits into width px: whole, or its beginning on a grapheme boundary with an ellipsis. Results are kept.
// Line breaks and tabs become spaces.
func Cut(text string, s Style, width float32) string {
	if width <= 0 || text == "" {
		return ""
	}
	// Nobody sees more than this in one line; it bounds the work for a subject of a megabyte.
	const most = 600
	if len(text) > most {
		n := most
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	k := cutKey{measureKey{text, s}, width}
	measureMu.Lock()
	c, ok := cuts[k]
	measureMu.Unlock()
	if ok {
		return c
	}
	c = cut(oneLine(text), s, width)
	measureMu.Lock()
	if len(cuts) >= cacheLimit {
		clear(cuts)
	}
	cuts[k] = c
	measureMu.Unlock()
	return c
}

func oneLine(s string) string {
	if !strings.ContainsAny(s, "\n\r\t") {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\t':
			return ' '
		case '\r':
			return -1
		}
		return r
	}, s)
}

// rendered measures a text that is not worth keeping.
func rendered(text string, s Style) float32 {
	z, _ := fyne.CurrentApp().Driver().RenderedTextSize(text, s.Size, s.TextStyle(), s.source())
	return z.Width
}

// cut guesses where the text must end from the widths of its characters and then looks there: each look costs as much as drawing the text.
func cut(text string, s Style, width float32) string {
	ends := graphemeEnds(text)
	about := func(from int, room float32) (n int) { // how many graphemes fit, about
		for n = 0; from+n < len(ends) && room > 0; n++ {
			a := 0
			if from+n > 0 {
				a = ends[from+n-1]
			}
			room -= advance(text[a:ends[from+n]], s)
		}
		return n
	}
	if about(0, 1.3*width+20) >= len(ends) && Width(text, s) <= width+0.01 {
		return Visual(text)
	}
	fits := func(n int) bool {
		return n == 0 || rendered(strings.TrimRight(text[:ends[n-1]], " ")+"…", s) <= width
	}
	lo, hi := 0, len(ends) // lo fits; hi is the most that could
	guess, step := min(hi, max(1, about(0, width-advance("…", s)))), 1
	for lo < hi {
		if fits(guess) {
			lo, guess = guess, min(hi, guess+step)
		} else {
			hi, guess = guess-1, max(lo+1, guess-step)
		}
		if step *= 2; step > 4 {
			guess = (lo + hi + 1) / 2
		}
	}
	if lo == 0 {
		if Width("…", s) <= width {
			return "…"
		}
		return ""
	}
	return Visual(strings.TrimRight(text[:ends[lo-1]], " ") + "…")
}

type advanceKey struct {
	char  string
	style Style
}

// advances are the widths of single characters.
var advances = map[advanceKey]float32{}

// advance returns the width of one grapheme; those of text side by side may be a little closer.
func advance(char string, s Style) float32 {
	k := advanceKey{char, s}
	measureMu.Lock()
	w, ok := advances[k]
	measureMu.Unlock()
	if ok {
		return w
	}
	w = rendered(char, s)
	measureMu.Lock()
	if len(advances) >= cacheLimit {
		clear(advances)
	}
	advances[k] = w
	measureMu.Unlock()
	return w
}

func graphemeEnds(s string) []int {
	ends := make([]int, 0, len(s))
	state, pos := -1, 0
	rest := s
	for rest != "" {
		var c string
		c, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		pos += len(c)
		ends = append(ends, pos)
	}
	return ends
}

// Label shows one line of text, cut with an ellipsis where it does not fit.
type Label struct {
	widget.BaseWidget
	Text  string
	Style Style
	Ink   Token
	Align fyne.TextAlign
	// LineHeight is the height of the widget, 0 = of the text.
	LineHeight float32
	// Shrink lets the widget get narrower than its text.
	Shrink bool
}

// NewLabel returns a label as wide as its text.
func NewLabel(text string, s Style, ink Token) *Label {
	l := &Label{Text: text, Style: s, Ink: ink}
	l.ExtendBaseWidget(l)
	return l
}

// NewShrinkLabel returns a label that takes the width it is given.
func NewShrinkLabel(text string, s Style, ink Token) *Label {
	l := NewLabel(text, s, ink)
	l.Shrink = true
	return l
}

// SetText changes the text.
func (l *Label) SetText(s string) {
	if l.Text != s {
		l.Text = s
		l.Refresh()
	}
}

// AccessibleName returns what is written.
func (l *Label) AccessibleName() string { return l.Text }

// CreateRenderer implements fyne.Widget.
func (l *Label) CreateRenderer() fyne.WidgetRenderer {
	t := &canvas.Text{}
	r := &Renderer{Self: l, Objs: []fyne.CanvasObject{t}}
	r.Min = func() fyne.Size {
		z := Measure(l.Text, l.Style)
		if l.Text == "" {
			z.Height = l.Style.Height()
		}
		if l.LineHeight > 0 {
			z.Height = l.LineHeight
		}
		if l.Shrink {
			z.Width = 0
		}
		return z
	}
	r.Lay = func(s fyne.Size) {
		PutText(t, l.Text, l.Style, C(l.Ink), 0, 0, s.Width, s.Height, l.Align)
	}
	r.Paint = func() {}
	return r
}

// PutText fills t with text cut to width and places it in the box, centred in its height. It does not refresh t unless something that is
// drawn changed.
func PutText(t *canvas.Text, text string, s Style, ink color.Color, x, y, w, h float32, align fyne.TextAlign) float32 {
	shown := text
	if w > 0 {
		shown = Cut(text, s, w)
	}
	z := Measure(shown, s)
	changed := t.Text != shown || t.Color != ink || t.TextSize != s.Size || t.TextStyle != s.TextStyle() || t.FontSource != s.source()
	t.Text, t.Color = shown, ink
	s.Apply(t)
	switch align {
	case fyne.TextAlignCenter:
		x += (w - z.Width) / 2
	case fyne.TextAlignTrailing:
		x += w - z.Width
	}
	t.Move(fyne.NewPos(x, y+(h-z.Height)/2))
	if t.Size() != z {
		t.Resize(z)
	} else if changed {
		t.Refresh()
	}
	return z.Width
}
