package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/rivo/uniseg"
)

// Run is a piece of a paragraph in one weight.
type Run struct {
	Text string
	Bold bool
	Ink  Token
}

// Para is a wrapped text of the interface: help, explanations. It is as wide as Wrap says and as high as it needs.
type Para struct {
	widget.BaseWidget
	Runs  []Run
	Style Style
	Line  float32 // height of a row
	Wrap  float32 // width
	Most  int     // rows, 0 = all; the rest is cut with an ellipsis
}

// NewPara returns a paragraph of one ink.
func NewPara(text string, s Style, ink Token, line, wrap float32) *Para {
	return NewRuns([]Run{{Text: text, Ink: ink}}, s, line, wrap)
}

// NewRuns returns a paragraph of several weights.
func NewRuns(runs []Run, s Style, line, wrap float32) *Para {
	p := &Para{Runs: runs, Style: s, Line: line, Wrap: wrap}
	p.ExtendBaseWidget(p)
	return p
}

// SetText replaces what is written, in the ink of the first run.
func (p *Para) SetText(s string) {
	ink := Text2
	if len(p.Runs) > 0 {
		ink = p.Runs[0].Ink
	}
	p.Runs = []Run{{Text: s, Ink: ink}}
	p.Refresh()
}

// AccessibleName returns the text.
func (p *Para) AccessibleName() string {
	var b strings.Builder
	for _, r := range p.Runs {
		b.WriteString(r.Text)
	}
	return b.String()
}

type paraPiece struct {
	text string
	x    float32
	row  int
	run  int
}

func (p *Para) style(run int) Style {
	s := p.Style
	if p.Runs[run].Bold {
		s.Weight = SemiBold
	}
	return s
}

// pieces lays the runs out; the last row is number rows-1.
func (p *Para) pieces() (out []paraPiece, rows int) {
	x, row := float32(0), 0
	for i, r := range p.Runs {
		st := p.style(i)
		cur := paraPiece{x: x, row: row, run: i}
		flush := func() {
			if cur.text != "" {
				out = append(out, cur)
			}
		}
		rest, state := r.Text, -1
		for rest != "" {
			var seg string
			var must bool
			seg, rest, must, state = uniseg.FirstLineSegmentInString(rest, state)
			word := strings.TrimRight(seg, " \n")
			if x > 0 && x+Width(word, st) > p.Wrap {
				flush()
				row, x = row+1, 0
				cur = paraPiece{row: row, run: i}
			}
			for Width(word, st) > p.Wrap && p.Wrap > 20 {
				head := fit(word, st, p.Wrap)
				if head == "" {
					break
				}
				cur.text = head
				flush()
				row, x = row+1, 0
				cur = paraPiece{row: row, run: i}
				word, seg = word[len(head):], seg[len(head):]
			}
			cur.text += strings.TrimRight(seg, "\n")
			x = cur.x + Width(cur.text, st)
			if must && strings.HasSuffix(seg, "\n") {
				flush()
				row, x = row+1, 0
				cur = paraPiece{row: row, run: i}
			}
		}
		flush()
	}
	rows = row + 1
	if p.Most > 0 && rows > p.Most {
		kept := out[:0]
		for _, c := range out {
			if c.row < p.Most {
				kept = append(kept, c)
			}
		}
		out, rows = kept, p.Most
		if n := len(out); n > 0 {
			l := &out[n-1]
			l.text = cut(strings.TrimRight(l.text, " ")+" …", p.style(l.run), p.Wrap-l.x)
		}
	}
	return out, rows
}

// CreateRenderer implements fyne.Widget.
func (p *Para) CreateRenderer() fyne.WidgetRenderer {
	r := &Renderer{Self: p}
	var laid []paraPiece
	var rows int
	r.Min = func() fyne.Size {
		_, n := p.pieces()
		return fyne.NewSize(p.Wrap, float32(n)*p.Line)
	}
	r.Paint = func() {
		laid, rows = p.pieces()
		for len(r.Objs) < len(laid) {
			r.Objs = append(r.Objs, &canvas.Text{})
		}
		r.Objs = r.Objs[:len(laid)]
	}
	r.Lay = func(fyne.Size) {
		for i, c := range laid {
			PutText(r.Objs[i].(*canvas.Text), Visual(c.text), p.style(c.run), C(p.Runs[c.run].Ink), c.x, float32(c.row)*p.Line, 0, p.Line, fyne.TextAlignLeading)
		}
	}
	r.Paint()
	_ = rows
	return r
}
