package list

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// Action is one of the buttons that appear on a row under the pointer.
type Action struct {
	Name, Icon, Tip string
}

var actions = []Action{{"archive", "archive", "Archive"}, {"delete", "trash-2", "Delete"}, {"read", "mail", "Mark unread"}, {"star", "star", "Star"}}

const (
	pillStep   float32 = 28
	rightInset float32 = 13
)

// row draws one message or conversation. All its objects exist once and are hidden where they have nothing to show.
type row struct {
	p   *Pane
	box *fyne.Container

	bg, bar, sep, ring, pill   *canvas.Rectangle
	dot, disc, accRing, acc    *canvas.Circle
	initials                   *canvas.Text
	photo                      *canvas.Image // instead of the initials
	check, mark, clip, star    *canvas.Image
	from, draft, time          *canvas.Text
	countBox                   *canvas.Rectangle
	count, subject, snip, snp2 *canvas.Text
	tagBox                     [2]*canvas.Rectangle
	tagText                    [2]*canvas.Text
	more                       *canvas.Text
	acts                       [4]*canvas.Image
	bones                      [4]*canvas.Rectangle
}

func (p *Pane) newRow() kit.VRow {
	rect := func(r float32) *canvas.Rectangle { return &canvas.Rectangle{CornerRadius: r} }
	img := func() *canvas.Image { return &canvas.Image{FillMode: canvas.ImageFillContain} }
	text := func() *canvas.Text { return &canvas.Text{} }
	r := &row{p: p, box: &fyne.Container{}, bg: rect(0), bar: rect(0), sep: rect(0), ring: rect(0), pill: rect(8),
		dot: &canvas.Circle{}, disc: &canvas.Circle{}, accRing: &canvas.Circle{}, acc: &canvas.Circle{}, initials: text(), photo: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleSmooth},
		check: img(), mark: img(), clip: img(), star: img(), from: text(), draft: text(), time: text(), countBox: rect(8.5), count: text(),
		subject: text(), snip: text(), snp2: text(), more: text()}
	r.box.Objects = []fyne.CanvasObject{r.bg, r.bar, r.sep, r.dot, r.disc, r.initials, r.photo, r.check, r.accRing, r.acc, r.from, r.draft, r.countBox, r.count,
		r.mark, r.time, r.subject, r.clip, r.star, r.snip, r.snp2}
	for i := range r.tagBox {
		r.tagBox[i], r.tagText[i] = rect(4), text()
		r.box.Objects = append(r.box.Objects, r.tagBox[i], r.tagText[i])
	}
	r.box.Objects = append(r.box.Objects, r.more, r.pill)
	for i := range r.acts {
		r.acts[i] = img()
		r.box.Objects = append(r.box.Objects, r.acts[i])
	}
	for i := range r.bones {
		r.bones[i] = rect(4)
		r.box.Objects = append(r.box.Objects, r.bones[i])
	}
	r.box.Objects = append(r.box.Objects, r.ring)
	return r
}

// Object implements kit.VRow.
func (r *row) Object() *fyne.Container { return r.box }

func fill(r *canvas.Rectangle, c color.Color) {
	if r.FillColor != c {
		r.FillColor = c
		r.Refresh()
	}
}

func disc(c *canvas.Circle, f color.Color) {
	if c.FillColor != f {
		c.FillColor = f
		c.Refresh()
	}
}

func (r *row) hideAll() {
	for _, o := range r.box.Objects {
		switch o := o.(type) {
		case *canvas.Rectangle:
			o.Hidden = true
		case *canvas.Circle:
			o.Hidden = true
		case *canvas.Text:
			o.Hidden = true
		case *canvas.Image:
			o.Hidden = true
		}
	}
	r.bg.Hidden, r.sep.Hidden = false, false
}

// density is how a row is laid out.
type density struct {
	height, avatar, avatarY, textX, lineY, line float32
	sender                                      kit.Style
}

var densities = map[string]density{
	"comfortable": {92, 40, 12, 76, 11, 18, kit.Lead14},
	"standard":    {72, 32, 11, 64, 9, 18, kit.Body13},
	"compact":     {48, 0, 0, 22, 6, 18, kit.Body13},
	"table":       {28, 0, 0, 22, 5, 18, kit.Body13},
}

// Bind implements kit.VRow.
func (r *row) Bind(i int) {
	p := r.p
	d := p.density()
	s := r.box.Size()
	r.hideAll()
	m := p.m.row(i, p.list.Dragging())
	var id mail.MessageID
	if i < len(p.m.ids) {
		id = p.m.ids[i]
	}
	selected, multi := p.selected.has(id), p.selected.len() > 1
	hovered := p.list.Hovered() == i && !p.list.Dragging()
	focused := p.active()
	ground := kit.C(kit.Surface)
	switch {
	case selected && focused:
		ground = kit.C(kit.Select)
	case selected:
		ground = kit.C(kit.SelectIdle)
	case hovered:
		ground = kit.C(kit.Hover)
	}
	fill(r.bg, ground)
	r.bg.Resize(s)
	fill(r.sep, kit.C(kit.Line))
	kit.Place(r.sep, d.textX, s.Height-1, s.Width-d.textX, 1)
	if selected && focused {
		r.bar.Hidden = false
		fill(r.bar, kit.C(kit.Accent))
		kit.Place(r.bar, 0, 0, 3, s.Height)
	}
	if p.keys && focused && id == p.cursor {
		r.ring.Hidden = false
		r.ring.FillColor, r.ring.StrokeColor, r.ring.StrokeWidth = color.NRGBA{}, kit.C(kit.Accent), 2
		kit.Place(r.ring, 1, 1, s.Width-2, s.Height-2)
		r.ring.Refresh()
	}
	if m == nil {
		r.skeleton(i, d, s)
		return
	}
	unread := m.Unread > 0 || m.Count <= 1 && !m.Flags.Has(mail.Seen)
	if unread {
		r.dot.Hidden = false
		disc(r.dot, kit.C(kit.Accent))
		y := d.lineY + d.line/2 - 4
		if d.avatar > 0 {
			y = d.lineY + 12
		}
		if d.avatar == 32 {
			y = 21
		}
		kit.Place(r.dot, 8, y, 8, 8)
	}
	if d.height == tableHeight {
		r.table(m, d, s, unread, selected, hovered && !multi)
		return
	}
	r.face(m, d, ground, selected && multi)
	lines := d
	right := s.Width - rightInset
	// Line 1: senders, count, mark, time.
	x, y := lines.textX, lines.lineY
	st, ts, tink := lines.sender, kit.Small12, kit.C(kit.Text3)
	if unread {
		st.Weight, ts.Weight, tink = kit.SemiBold, kit.SemiBold, kit.C(kit.Accent)
	}
	if selected {
		tink = kit.C(kit.Text2)
		if unread {
			tink = kit.C(kit.Accent)
		}
	}
	tw := r.put(r.time, When(m.Date, p.m.now()), ts, tink, 0, y, right, lines.line, fyne.TextAlignTrailing)
	r1 := right - tw - 6
	icon := func(img *canvas.Image, name string, px float32, tok kit.Token, at, y float32) {
		img.Hidden = false
		kit.ShowIcon(img, name, kit.C(tok), px, false)
		kit.Place(img, at, y+(lines.line-px)/2, px, px)
	}
	markTok := kit.Text3
	switch {
	case m.Pending:
		icon(r.mark, "cloud-upload", 13, markTok, r1-13, y)
		r1 -= 13 + 6
	case m.Invitation:
		icon(r.mark, "calendar", 13, markTok, r1-13, y)
		r1 -= 13 + 6
	}
	if d.avatar == 0 && m.Flags.Has(mail.Flagged) {
		r.star.Hidden = false
		kit.ShowIcon(r.star, "star", kit.C(kit.Star), 14, true)
		kit.Place(r.star, r1-14, y+2, 14, 14)
		r1 -= 14 + 6
	}
	if d.avatar == 0 && m.Attachments {
		icon(r.clip, "paperclip", 13, kit.Text3, r1-13, y)
		r1 -= 13 + 6
	}
	pillW := float32(0)
	if m.Count > 1 {
		pillW = max(18, kit.Width(strconv.Itoa(m.Count), kit.Tiny11)+10)
	}
	names, draft := p.names(m)
	dw := float32(0)
	if draft != "" {
		dw = kit.Width(draft, st)
	}
	space := r1 - x
	if pillW > 0 {
		space -= pillW + 6
	}
	if room := max(10, space-dw); draft == "" && kit.RTL(names) { // at the right of its room, the count before it
		w := r.put(r.from, names, st, kit.C(kit.Text), r1-room, y, room, lines.line, fyne.TextAlignTrailing)
		x = r1 - w - pillW - 12
	} else {
		x += r.put(r.from, names, st, kit.C(kit.Text), x, y, room, lines.line, fyne.TextAlignLeading)
	}
	if draft != "" {
		x += r.put(r.draft, draft, kit.Style{Size: st.Size, Weight: st.Weight}, kit.C(kit.Err), x, y, dw+1, lines.line, fyne.TextAlignLeading)
	}
	if m.Count > 1 {
		r.countBox.Hidden = false
		r.countBox.FillColor, r.countBox.StrokeColor, r.countBox.StrokeWidth = color.NRGBA{}, kit.C(kit.Border), 1
		if selected {
			r.countBox.StrokeColor = kit.C(kit.Text3)
		}
		kit.Place(r.countBox, x+6, y+0.5, pillW, 17)
		r.countBox.Refresh()
		r.put(r.count, strconv.Itoa(m.Count), kit.Tiny11, kit.C(kit.Text3), x+6, y, pillW, lines.line, fyne.TextAlignCenter)
	}
	// The actions cover the right end of the lines below.
	end := right
	if hovered && !multi {
		end = r.actions(m, s) - 8
	}
	sub, sink := kit.Body13, kit.C(kit.Text2)
	if unread {
		sub, sink = kit.Body13B, kit.C(kit.Text)
	} else if selected {
		sink = kit.C(kit.Text)
	}
	subject := m.Subject
	if subject == "" {
		subject = "No subject"
	}
	y += lines.line
	snippet := strings.Join(strings.Fields(m.Snippet), " ")
	if d.avatar == 0 {
		r.run(subject, snippet, sub, sink, kit.C(kit.Text3), d.textX, y, end, lines.line)
		return
	}
	e2 := end
	if !hovered || multi {
		if m.Flags.Has(mail.Flagged) {
			r.star.Hidden = false
			kit.ShowIcon(r.star, "star", kit.C(kit.Star), 14, true)
			kit.Place(r.star, e2-14, y+2, 14, 14)
			e2 -= 14 + 6
		}
	}
	if m.Attachments {
		icon(r.clip, "paperclip", 13, kit.Text3, e2-13, y)
		e2 -= 13 + 6
	}
	r.put(r.subject, subject, sub, sink, d.textX, y, e2-d.textX, lines.line, toward(subject))
	y += lines.line
	e3 := end
	if !hovered || multi {
		e3 = r.tags(m.Keywords, y, e3, lines.line)
	}
	sk := kit.C(kit.Text3)
	if selected {
		sk = kit.C(kit.Text2)
	}
	if d.avatar < 40 {
		r.put(r.snip, snippet, kit.Small12, sk, d.textX, y, e3-d.textX, lines.line, toward(snippet))
		return
	}
	first, rest := splitLine(snippet, e3-d.textX)
	r.put(r.snip, first, kit.Small12, sk, d.textX, y, e3-d.textX, 16, toward(snippet))
	r.put(r.snp2, rest, kit.Small12, sk, d.textX, y+16, e3-d.textX, 16, toward(snippet))
}

// toward is the side that a text begins at: the right where its letters run to the left.
func toward(text string) fyne.TextAlign {
	if kit.RTL(text) {
		return fyne.TextAlignTrailing
	}
	return fyne.TextAlignLeading
}

// run sets the subject and, in what is left of the line from x to end, the beginning of the text.
func (r *row) run(subject, snippet string, st kit.Style, ink, faint color.Color, x, y, end, line float32) {
	if kit.RTL(subject) {
		w := r.put(r.subject, subject, st, ink, x, y, end-x, line, fyne.TextAlignTrailing)
		if rest := end - x - w - 5; rest > 40 {
			r.put(r.snip, snippet, kit.Small12, faint, x, y, rest, line, fyne.TextAlignTrailing)
		}
		return
	}
	w := r.put(r.subject, subject, st, ink, x, y, end-x, line, fyne.TextAlignLeading)
	if rest := end - x - w - 5; rest > 40 {
		r.put(r.snip, snippet, kit.Small12, faint, x+w+5, y, rest, line, fyne.TextAlignLeading)
	}
}

func (r *row) put(t *canvas.Text, text string, st kit.Style, ink color.Color, x, y, w, h float32, a fyne.TextAlign) float32 {
	t.Hidden = text == ""
	if text == "" || w < 4 {
		t.Hidden = true
		return 0
	}
	return kit.PutText(t, text, st, ink, x, y, w, h, a)
}

func (r *row) face(m *mail.Summary, d density, ground color.Color, checked bool) {
	if d.avatar == 0 {
		return
	}
	who := r.p.face(m)
	r.disc.Hidden = false
	kit.Place(r.disc, 22, d.avatarY, d.avatar, d.avatar)
	if checked {
		disc(r.disc, kit.C(kit.Accent))
		r.check.Hidden = false
		kit.ShowIcon(r.check, "check", kit.C(kit.OnAccent), 16, false)
		kit.Place(r.check, 22+(d.avatar-16)/2, d.avatarY+(d.avatar-16)/2, 16, 16)
		return
	}
	h := kit.Hue(kit.HueOf(who.Addr))
	disc(r.disc, h.Tint)
	if img := kit.FaceOf(who.Addr); img != nil {
		r.photo.Hidden = false
		if r.photo.Image != img || r.photo.CornerRadius != d.avatar/2 {
			r.photo.Image, r.photo.CornerRadius = img, d.avatar/2
			canvas.Refresh(r.photo)
		}
		kit.Place(r.photo, 22, d.avatarY, d.avatar, d.avatar)
		r.initials.Hidden = true
	} else {
		r.put(r.initials, kit.Initials(who.Display()), kit.Style{Size: kit.InitialsSize(d.avatar), Weight: kit.SemiBold}, h.Ink, 22, d.avatarY, d.avatar, d.avatar, fyne.TextAlignCenter)
	}
	if hue, ok := r.p.hues[m.Account]; ok && r.p.showAccounts {
		r.accRing.Hidden, r.acc.Hidden = false, false
		disc(r.accRing, ground)
		disc(r.acc, kit.Hue(hue).Solid)
		x, y := 22+d.avatar-9.5, d.avatarY+d.avatar-9.5
		kit.Place(r.accRing, x, y, 12, 12)
		kit.Place(r.acc, x+2, y+2, 8, 8)
	}
}

// tags places up to two tags and the number of further ones at the right end of a line; it returns what is left of it.
func (r *row) tags(kws []string, y, end, line float32) float32 {
	var show []string
	for _, k := range kws {
		if k != "" && k[0] != '$' {
			show = append(show, k)
		}
	}
	if n := len(show) - 2; n > 0 {
		w := r.put(r.more, "+"+strconv.Itoa(n), kit.Tiny11, kit.C(kit.Text3), 0, y, end, line, fyne.TextAlignTrailing)
		end -= w + 4
		show = show[:2]
	}
	for i, k := range show {
		w := min(90, kit.Width(k, kit.Tiny11M)+12)
		h := kit.Hue(kit.TagHue(k))
		r.tagBox[i].Hidden = false
		fill(r.tagBox[i], h.Tint)
		kit.Place(r.tagBox[i], end-w, y, w, 18)
		r.put(r.tagText[i], k, kit.Tiny11M, h.Ink, end-w+6, y, w-10, line, fyne.TextAlignLeading)
		end -= w + 8
	}
	return end
}

// actions shows the buttons under the pointer; it returns their left edge.
func (r *row) actions(m *mail.Summary, s fyne.Size) float32 {
	x, y, w, h := pillBox(s)
	r.pill.Hidden = false
	r.pill.FillColor, r.pill.StrokeColor, r.pill.StrokeWidth = kit.C(kit.MenuFill), kit.C(kit.Border), 1
	kit.Place(r.pill, x, y, w, h)
	r.pill.Refresh()
	for i, a := range actions {
		tok, name := kit.Text2, a.Icon
		if r.p.overAct == i {
			tok = kit.Accent
		}
		img := r.acts[i]
		img.Hidden = false
		switch {
		case a.Name == "star" && m.Flags.Has(mail.Flagged):
			kit.ShowIcon(img, "star", kit.C(kit.Star), 16, true)
		case a.Name == "read" && m.Unread > 0:
			kit.ShowIcon(img, "mail-open", kit.C(tok), 16, false)
		default:
			kit.ShowIcon(img, name, kit.C(tok), 16, false)
		}
		kit.Place(img, x+2+float32(i)*pillStep+6, y+(h-16)/2, 16, 16)
	}
	return x
}

// pillBox is where the action buttons are in a row of a size.
func pillBox(s fyne.Size) (x, y, w, h float32) {
	w, h = pillStep*float32(len(actions))+4, min(32, s.Height-2)
	y = (s.Height - h) / 2
	if s.Height >= 72 {
		y = 31
	}
	return s.Width - rightInset + 2 - w, y, w, h
}

func (r *row) skeleton(i int, d density, s fyne.Size) {
	if d.avatar > 0 {
		r.disc.Hidden = false
		disc(r.disc, kit.C(kit.SelectIdle))
		kit.Place(r.disc, 22, d.avatarY, d.avatar, d.avatar)
	}
	n := 3
	if d.avatar == 0 {
		n = 2
	}
	if d.height == tableHeight {
		n = 1
	}
	for k := 0; k < n; k++ {
		b := r.bones[k]
		b.Hidden = false
		fill(b, kit.C(kit.SelectIdle))
		part := []float32{0.34, 0.62, 0.80}[k] + float32((i*7+k*3)%5)*0.03
		kit.Place(b, d.textX, d.lineY+float32(k)*d.line+5, (s.Width-d.textX-24)*part, 8)
	}
}

// splitLine breaks a text at a space so that the first part fits.
func splitLine(s string, w float32) (string, string) {
	if kit.Width(s, kit.Small12) <= w {
		return s, ""
	}
	at := 0
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' {
			if kit.Width(s[:i], kit.Small12) > w {
				break
			}
			at = i
		}
	}
	if at == 0 {
		return s, ""
	}
	return s[:at], s[at+1:]
}
