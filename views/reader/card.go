package reader

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

const (
	closedHeight float32 = 44
	cardPad      float32 = 14
)

// card is one message of the conversation.
type card struct {
	widget.BaseWidget
	p       *Pane
	s       mail.Summary
	open    bool
	body    *mail.Body
	history int // the first block of its quoted history
	err     *fault.Error
	text    textBody // what the message says: text, or a page
	banners []*kit.Banner
	files   []*attachment
	saveAll *kit.Button
	event   fyne.CanvasObject // the invitation
	page    *htmlBody         // when the message is shown as its sender made it
	plain   bool              // the person asked for plain text
	load    bool              // remote pictures are shown for this message
	bright  bool              // original colours in the dark
	failed  bool              // the page could not be laid out
	headers *textView         // all header fields, when they are shown
	avatar  *kit.Avatar
	known   *knownMark
	trust   *trustMark // nil = nothing to say
	star    *kit.Button
	more    *kit.Button
	unsub   *kit.Button
	spin    *kit.Spinner
	hover   bool
	noImg   bool // the banner of the pictures was dismissed
	noLost  bool // that of pictures that could not be loaded
	asked   bool
	height  float32
	lay     func()
}

func newCard(p *Pane, s mail.Summary, open bool) *card {
	c := &card{p: p, s: s, open: open, avatar: kit.NewAvatar(p.who(s).Display(), p.who(s).Addr, 26), known: newKnownMark(), spin: kit.NewSpinner(20)}
	c.star = kit.NewIconButton("star", "Star", "S", func() { p.OnCommand("star", []mail.Summary{c.s}) })
	c.more = kit.NewIconButton("ellipsis-vertical", "More", "", func() { kit.ShowMenuBelow(c.more, true, p.cardMenu(c)...) })
	c.unsub = kit.NewButton("Unsubscribe", "mail-x", kit.Plain, func() { p.unsubscribe(c) })
	c.unsub.Height = kit.SmallButton
	c.saveAll = kit.NewButton("Save all", "download", kit.Link, func() { p.saveAll(c) })
	c.star.Height, c.more.Height = 28, 28
	c.spin.Hide()
	c.ExtendBaseWidget(c)
	return c
}

// set takes in the body, or why it is not here.
func (c *card) set(b *mail.Body, err error) {
	c.body, c.err, c.banners, c.files, c.text = b, nil, nil, nil, nil
	if err != nil {
		c.err = fault.Of(err)
	}
	c.drop()
	c.failed, c.trust = false, nil
	if b != nil {
		c.trust = newTrustMark(b.Trust)
		if c.page = c.newPage(b); c.page != nil {
			c.text = c.page.view
		} else {
			c.setPlain(b)
		}
		for _, part := range b.Parts {
			if part.Inline && part.ContentID != "" && !strings.HasPrefix(part.Type, "image/") {
				continue
			}
			c.files = append(c.files, newAttachment(c, part))
		}
	}
	c.event = nil
	c.notices()
	c.Refresh()
	c.p.grown()
	c.p.find.again()
	c.p.invite(c)
}

// setPlain shows the text of the message.
func (c *card) setPlain(b *mail.Body) {
	t := newBody(b.Blocks, c.p.textSize(), c.history)
	if len(b.Blocks) == 0 {
		t = newText([]mail.Block{{Spans: []mail.Span{{Text: b.Text}}}}, c.p.textSize())
	}
	c.wire(t)
	c.text = t
}

func (c *card) wire(t *textView) {
	t.do = c.p.do
	t.OnLink = c.p.openLink
	t.OnHover = c.p.hoverLink
	t.OnGrown = c.p.grown
	t.OnMenu = func(at fyne.Position, link string) { c.p.textMenu(c, t, at, link) }
	t.OnKey, t.OnRune, t.OnCut = c.p.key, c.p.OnRune, c.p.OnShortcut
}

// notices makes the banners of the card.
func (c *card) notices() {
	c.banners = nil
	if e := c.err; e != nil {
		switch {
		case e.Code == "fetching":
			b := kit.NewBanner("download", "Fetching this message.", "It shows here as soon as it is here.", kit.ToneTint)
			c.banners = append(c.banners, b)
		case e.Kind == fault.Network:
			retry := kit.NewButton("Try again", "", kit.Link, func() { c.asked = false; c.p.load(c) })
			c.banners = append(c.banners, kit.NewBanner("cloud-off", "This message is not on this computer yet.", "It is fetched when you are online again.", kit.ToneIdle, retry))
		default:
			retry := kit.NewButton("Try again", "", kit.Link, func() { c.asked = false; c.p.load(c) })
			c.banners = append(c.banners, kit.NewBanner("triangle-alert", e.Title+".", e.Detail, kit.ToneWarn, retry))
		}
	}
	if c.body == nil {
		return
	}
	if b := c.forgedNotice(); b != nil {
		c.banners = append(c.banners, b)
	}
	for _, p := range c.body.Problems {
		c.banners = append(c.banners, kit.NewBanner("file-warning", "This message is damaged.", p, kit.ToneWarn))
	}
	if c.failed {
		c.banners = append(c.banners, kit.NewBanner("file-warning", "This message is shown as text.", "Its layout takes too long to work out.", kit.ToneIdle))
	}
	for _, b := range []*kit.Banner{c.pictureNotice(), c.lostNotice()} {
		if b != nil {
			c.banners = append(c.banners, b)
		}
	}
}

// Tapped opens or folds the card by its header.
func (c *card) Tapped(e *fyne.PointEvent) {
	if !c.open {
		c.setOpen(true)
		return
	}
	if e.Position.Y > 70 {
		return
	}
	if e.Position.Y > 36 && e.Position.X > 60 {
		c.toggleHeaders()
		return
	}
	if len(c.p.cards) > 1 {
		c.setOpen(false)
	}
}

func (c *card) setOpen(on bool) {
	c.open = on
	if on {
		c.p.load(c)
	}
	c.Refresh()
	c.p.grown()
	c.p.find.again()
}

func (c *card) toggleHeaders() {
	if c.headers != nil {
		c.headers = nil
	} else if c.body != nil {
		var b mail.Block
		for i, h := range c.body.Header {
			if i > 0 {
				b.Spans = append(b.Spans, mail.Span{Text: "\n"})
			}
			b.Spans = append(b.Spans, mail.Span{Text: h.Name + ": ", Bold: true}, mail.Span{Text: strings.ReplaceAll(h.Value, "\n", " ")})
		}
		c.headers = newText([]mail.Block{b}, 12)
		c.wire(c.headers)
	}
	c.Refresh()
	c.p.grown()
}

// MouseIn implements desktop.Hoverable.
func (c *card) MouseIn(*desktop.MouseEvent) { c.hover = true; c.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *card) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *card) MouseOut() { c.hover = false; c.Refresh() }

// bodyX is where the text begins.
func bodyX(width float32) float32 {
	if width > 640 {
		return 66
	}
	return cardPad
}

// fit returns the height of the card at a width.
func (c *card) fit(width float32) float32 {
	if !c.open {
		c.height = closedHeight
		return c.height
	}
	y := float32(74)
	if c.headers != nil {
		y += c.headers.Fit(width-66-cardPad) + 12
	}
	y += float32(len(c.banners)) * 46
	if c.event != nil {
		y += c.event.MinSize().Height + 12
	}
	if rows := c.fileRows(width); rows > 0 {
		y += float32(rows)*52 + 2
	}
	if c.text != nil {
		_, w := c.column(width)
		y += 8 + c.text.Fit(w)
	} else if c.err == nil {
		y += 40
	}
	c.height = y + cardPad
	return c.height
}

func (c *card) fileRows(width float32) int {
	if len(c.files) == 0 {
		return 0
	}
	rows, x := 1, float32(0)
	room := width - 2*cardPad - 96
	for _, f := range c.files {
		w := f.MinSize().Width
		if x > 0 && x+w > room {
			rows, x = rows+1, 0
		}
		x += w + 8
	}
	return rows
}

// view tells the text which part of the card is seen.
func (c *card) view(from, to float32) {
	if c.text != nil {
		y := c.text.Position().Y
		c.text.View(from-y, to-y)
	}
	if c.headers != nil {
		y := c.headers.Position().Y
		c.headers.View(from-y, to-y)
	}
}

func (c *card) dateLong() string {
	now := c.p.now()
	d := c.s.Date.In(now.Location())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case !d.Before(today) && d.Before(today.AddDate(0, 0, 1)):
		return "Today, " + d.Format("15:04")
	case !d.Before(today.AddDate(0, 0, -1)) && d.Before(today):
		return "Yesterday, " + d.Format("15:04")
	case d.Year() == now.Year():
		return d.Format("2 Jan, 15:04")
	}
	return d.Format("2 Jan 2006, 15:04")
}

func (c *card) dateShort() string {
	now := c.p.now()
	d := c.s.Date.In(now.Location())
	if d.Format("2006-01-02") == now.Format("2006-01-02") {
		return d.Format("15:04")
	}
	if d.Year() == now.Year() {
		return d.Format("2 Jan")
	}
	return d.Format("2 Jan 2006")
}

// recipients is the second line of the header.
func (c *card) recipients() string {
	to := c.s.To
	if c.body != nil && len(c.body.Envelope.To) > 0 {
		to = append(append([]mail.Address(nil), c.body.Envelope.To...), c.body.Envelope.Cc...)
	}
	if len(to) == 0 {
		return "to nobody named"
	}
	var names []string
	for _, a := range to {
		if c.p.mine(a) {
			names = append([]string{"me"}, names...)
		} else {
			names = append(names, a.Display())
		}
	}
	more := ""
	if len(names) > 4 {
		more = fmt.Sprintf(" and %d more", len(names)-3)
		names = names[:3]
	}
	return "to " + strings.Join(names, ", ") + more
}

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	bg := &canvas.Rectangle{CornerRadius: 10, StrokeWidth: 1}
	name, addr, date, second := &canvas.Text{}, &canvas.Text{}, &canvas.Text{}, &canvas.Text{}
	chev := kit.NewIcon("chevron-down", 12, kit.Text3)
	clip := kit.NewIcon("paperclip", 13, kit.Text3)
	r := &kit.Renderer{Self: c}
	r.Min = func() fyne.Size { return fyne.NewSize(100, c.height) }
	r.Lay = func(s fyne.Size) {
		bg.FillColor, bg.StrokeColor = kit.C(kit.Card), kit.C(kit.Border)
		if c.hover && !c.open {
			bg.FillColor = kit.C(kit.Hover)
		}
		bg.Resize(s)
		r.Objs = append(r.Objs[:0], bg, c.avatar, name, date, second)
		who := c.p.who(c.s)
		label := who.Display()
		if c.p.mine(who) {
			label = "Me"
		}
		c.avatar.Name, c.avatar.Addr = who.Display(), who.Addr
		if !c.open {
			c.avatar.Px = 26
			kit.Place(c.avatar, cardPad, 9, 26, 26)
			c.avatar.Refresh()
			dw := kit.PutText(date, c.dateShort(), kit.Small12, kit.C(kit.Text3), 0, 0, s.Width-cardPad, 44, fyne.TextAlignTrailing)
			st := kit.Body13B
			right := s.Width - cardPad - dw - 16
			if c.s.Attachments {
				kit.Place(clip, right-13, 0, 13, 44)
				right -= 21
				r.Objs = append(r.Objs, clip)
			}
			w := kit.PutText(name, label, st, kit.C(kit.Text), 50, 0, min(220, right-50), 44, fyne.TextAlignLeading)
			snip := strings.Join(strings.Fields(c.s.Snippet), " ")
			second.Hidden = snip == ""
			kit.PutText(second, snip, kit.Body13, kit.C(kit.Text3), 50+w+9, 0, right-50-w-9, 44, fyne.TextAlignLeading)
			return
		}
		c.avatar.Px = 40
		kit.Place(c.avatar, cardPad, cardPad, 40, 40)
		c.avatar.Refresh()
		kit.Place(c.more, s.Width-cardPad-24, 10, 28, 28)
		kit.Place(c.star, s.Width-cardPad-48, 10, 28, 28)
		c.star.Active = c.s.Flags.Has(mail.Flagged)
		c.star.Refresh()
		dw := kit.PutText(date, c.dateLong(), kit.Small12, kit.C(kit.Text2), 0, 15, s.Width-cardPad-54, 18, fyne.TextAlignTrailing)
		right := s.Width - cardPad - 54 - dw - 12
		x := 66 + kit.PutText(name, label, kit.Lead14B, kit.C(kit.Text), 66, 14, right-66, 20, fyne.TextAlignLeading) + 8
		r.Objs = append(r.Objs, c.star, c.more, addr)
		room := right - x - c.trustRoom() // the mark is worth more than the end of a long address
		if addr.Hidden = label == who.Addr || room < 40; !addr.Hidden {
			x += kit.PutText(addr, who.Addr, kit.Small12, kit.C(kit.Text3), x, 14, room, 20, fyne.TextAlignLeading) + 8
		}
		r.Objs = append(r.Objs, c.placeTrust(x, right)...)
		r2 := s.Width - cardPad
		if c.body != nil && (c.body.Unsubscribe.URL != "" || c.body.Unsubscribe.Mailto != "") {
			z := c.unsub.MinSize()
			kit.Place(c.unsub, r2-z.Width, 39, z.Width, z.Height)
			r.Objs = append(r.Objs, c.unsub)
			r2 -= z.Width + 12
		}
		second.Hidden = false
		w := kit.PutText(second, c.recipients(), kit.Small12, kit.C(kit.Text2), 66, 37, r2-66-18, 18, fyne.TextAlignLeading)
		chev.Name = "chevron-down"
		if c.headers != nil {
			chev.Name = "chevron-up"
		}
		kit.Place(chev, 66+w+5, 37, 12, 18)
		chev.Refresh()
		r.Objs = append(r.Objs, chev)
		y := float32(74)
		if c.headers != nil {
			h := c.headers.Fit(s.Width - 66 - cardPad)
			kit.Place(c.headers, 66, y, s.Width-66-cardPad, h)
			r.Objs = append(r.Objs, c.headers)
			y += h + 12
		}
		for _, b := range c.banners {
			kit.Place(b, cardPad, y, s.Width-2*cardPad, 36)
			r.Objs = append(r.Objs, b)
			y += 46
		}
		if c.event != nil {
			h := c.event.MinSize().Height
			kit.Place(c.event, cardPad, y, min(620, s.Width-2*cardPad), h)
			r.Objs = append(r.Objs, c.event)
			y += h + 12
		}
		if len(c.files) > 0 {
			room, x := s.Width-2*cardPad-96, float32(0)
			for _, f := range c.files {
				w := f.MinSize().Width
				if x > 0 && x+w > room {
					x = 0
					y += 52
				}
				kit.Place(f, cardPad+x, y, w, 44)
				r.Objs = append(r.Objs, f)
				x += w + 8
			}
			if len(c.files) > 1 {
				z := c.saveAll.MinSize()
				kit.Place(c.saveAll, s.Width-cardPad-z.Width-4, y+6, z.Width, z.Height)
				r.Objs = append(r.Objs, c.saveAll)
			}
			y += 54
		}
		if c.text != nil {
			x, w := c.column(s.Width)
			kit.Place(c.text, x, y+8, w, c.text.Fit(w))
			r.Objs = append(r.Objs, c.text)
		} else if c.err == nil {
			kit.Place(c.spin, s.Width/2-10, y, 20, 20)
			r.Objs = append(r.Objs, c.spin)
		}
	}
	return r
}
