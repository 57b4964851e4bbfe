package reader

import (
	"strings"

	"github.com/rivo/uniseg"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// piece is a run of text in one style on one line.
type piece struct {
	text   string // logical order
	style  kit.Style
	ink    kit.Token
	link   string
	label  string // the whole text of the link
	under  bool
	strike bool
	x, w   float32
}

// textLine is one line of the text.
type textLine struct {
	y, h   float32
	x, w   float32 // of the whole line
	pieces []piece
	soft   bool // broken by the width: no line end here in the text
	quote  int
}

// string is what is on the line, in logical order.
func (l *textLine) string() string {
	var b strings.Builder
	for _, p := range l.pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// measure is the width of a text. Very long texts are broken by the widths of their characters alone: a word costs a look-up, not a shaping.
type measure struct {
	quick bool
	chars map[kit.Style]map[rune]float32
}

func (m *measure) width(s string, st kit.Style) float32 {
	if !m.quick {
		return kit.Width(s, st)
	}
	if m.chars == nil {
		m.chars = map[kit.Style]map[rune]float32{}
	}
	cs := m.chars[st]
	if cs == nil {
		cs = map[rune]float32{}
		m.chars[st] = cs
	}
	var w float32
	for _, r := range s {
		x, ok := cs[r]
		if !ok {
			x = kit.Width(string(r), st)
			cs[r] = x
		}
		w += x
	}
	return w
}

// wrap breaks spans into lines no wider than width. Line ends within the text are kept. base is the style of plain text.
func (m *measure) wrap(spans []mail.Span, base kit.Style, ink kit.Token, width float32, rtl bool) []textLine {
	width = max(40, width)
	var lines []textLine
	var cur textLine
	flush := func(soft bool) {
		cur.soft = soft
		lines = append(lines, cur)
		cur = textLine{}
	}
	add := func(p piece) {
		if n := len(cur.pieces); n > 0 {
			l := &cur.pieces[n-1]
			if l.style == p.style && l.ink == p.ink && l.link == p.link && l.under == p.under && l.strike == p.strike {
				l.text += p.text
				l.w += p.w
				cur.w += p.w
				return
			}
		}
		cur.pieces = append(cur.pieces, p)
		cur.w += p.w
	}
	// Breaks are found over the whole paragraph, so that a word in two styles stays together.
	var all strings.Builder
	for _, s := range spans {
		all.WriteString(s.Text)
	}
	text := all.String()
	at, used := 0, 0 // span, bytes used of it
	state := -1
	for text != "" {
		seg, rest, must, st := uniseg.FirstLineSegmentInString(text, state)
		text, state = rest, st
		ended := must && strings.HasSuffix(seg, "\n")
		seg = strings.TrimRight(seg, "\r\n")
		var parts []piece
		var segW float32
		for left := seg; left != "" && at < len(spans); {
			s := spans[at]
			if used >= len(s.Text) {
				at, used = at+1, 0
				continue
			}
			n := min(len(left), len(s.Text)-used)
			p := piece{text: left[:n], ink: ink, style: base, link: s.Link, label: s.Text, under: s.Underline || s.Link != "", strike: s.Strike}
			if s.Bold {
				p.style.Weight = kit.SemiBold
			}
			p.style.Italic = base.Italic || s.Italic
			if s.Mono {
				p.style.Mono, p.style.Size = true, base.Size-1
			}
			if s.Link != "" {
				p.ink = kit.Accent
			}
			p.w = m.width(p.text, p.style)
			segW += p.w
			parts = append(parts, p)
			left, used = left[n:], used+n
		}
		if ended { // the spans hold the line end too
			skip(&at, &used, spans)
		}
		trimmed := segW
		if n := len(parts); n > 0 {
			last := parts[n-1]
			if t := strings.TrimRight(last.text, " "); len(t) < len(last.text) {
				trimmed -= last.w - m.width(t, last.style)
			}
		}
		if cur.w > 0 && cur.w+trimmed > width {
			flush(true)
		}
		for _, p := range parts {
			if cur.w+p.w <= width || strings.TrimSpace(p.text) == "" || trimmed <= width {
				add(p)
				continue
			}
			// A word longer than a line is broken where the line ends.
			for left := p.text; left != ""; {
				k, w := m.fits(left, p.style, width-cur.w, cur.w == 0)
				if k == 0 {
					flush(true)
					continue
				}
				q := p
				q.text, q.w = left[:k], w
				add(q)
				left = left[k:]
				if left != "" {
					flush(true)
				}
			}
		}
		if ended {
			flush(false)
		}
	}
	flush(false)
	for i := range lines {
		lines[i].settle(width, rtl)
	}
	return lines
}

func skip(at, used *int, spans []mail.Span) {
	for *at < len(spans) {
		s := spans[*at].Text
		for *used < len(s) {
			c := s[*used]
			if c != '\r' && c != '\n' {
				return
			}
			*used++
			if c == '\n' {
				return
			}
		}
		*at, *used = *at+1, 0
	}
}

// fits returns how many bytes of s fit into width; at least one grapheme when force is set.
func (m *measure) fits(s string, st kit.Style, width float32, force bool) (int, float32) {
	var w float32
	n := 0
	rest, state := s, -1
	for rest != "" {
		var c string
		c, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		cw := m.width(c, st)
		if w+cw > width && (n > 0 || !force) {
			break
		}
		w += cw
		n += len(c)
	}
	return n, w
}

// settle gives the pieces their places: from the left, or from the right where the paragraph is right-to-left. A line of mixed directions is
// divided where the direction changes and put into visual order.
func (l *textLine) settle(width float32, rtl bool) {
	ps := l.pieces
	if rtl || kit.HasRTL(l.string()) {
		ps = visual(ps, rtl)
		l.pieces = ps
	}
	x := float32(0)
	for i := range ps {
		ps[i].x = x
		x += ps[i].w
	}
	l.w = x
	if rtl {
		l.x = max(0, width-x)
	}
}

// visual orders the pieces of a line for a right-to-left or mixed line.
func visual(ps []piece, rtl bool) []piece {
	var text strings.Builder
	for _, p := range ps {
		text.WriteString(p.text)
	}
	runs := kit.Runs(text.String(), rtl)
	var out []piece
	for _, r := range runs {
		at := 0
		var group []piece
		for _, p := range ps {
			from, to := max(r.From, at), min(r.To, at+len(p.text))
			if from < to {
				q := p
				q.text = p.text[from-at : to-at]
				if len(q.text) != len(p.text) {
					q.w = kit.Width(q.text, q.style)
				}
				group = append(group, q)
			}
			at += len(p.text)
		}
		if r.RTL {
			for i, j := 0, len(group)-1; i < j; i, j = i+1, j-1 {
				group[i], group[j] = group[j], group[i]
			}
		}
		out = append(out, group...)
	}
	return out
}
