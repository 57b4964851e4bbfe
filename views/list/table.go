package list

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// tableHeight is the height of a row that is one line with columns.
const tableHeight float32 = 28

// columns are where the sender ends, the subject begins and the time begins, in a row of a width.
func columns(x, width float32) (from, subject, time float32) {
	from = x + max(96, min(220, (width-x)*0.28))
	return from, from + 12, width - rightInset - max(44, min(84, width*0.11))
}

// table sets a row as one line: sender, subject with the beginning of the text where there is room, marks, time.
func (r *row) table(m *mail.Summary, d density, s fyne.Size, unread, selected, hovered bool) {
	p := r.p
	y := d.lineY
	fromEnd, subjectX, timeX := columns(d.textX, s.Width)
	right := s.Width - rightInset
	st, sub, ts, ink, tink := kit.Body13, kit.Body13, kit.Small12, kit.C(kit.Text2), kit.C(kit.Text3)
	switch {
	case unread:
		st, sub, ts, ink, tink = kit.Body13B, kit.Body13B, kit.Small12B, kit.C(kit.Text), kit.C(kit.Accent)
	case selected:
		ink, tink = kit.C(kit.Text), kit.C(kit.Text2)
	}
	names, draft := p.names(m)
	room := fromEnd - d.textX
	if m.Count > 1 {
		n := strconv.Itoa(m.Count)
		room -= r.put(r.count, n, kit.Tiny11, kit.C(kit.Text3), d.textX, y, room, d.line, fyne.TextAlignTrailing) + 6
	}
	dw := float32(0)
	if draft != "" {
		dw = kit.Width(draft, st)
	}
	w := r.put(r.from, names, st, kit.C(kit.Text), d.textX, y, room-dw, d.line, toward(names))
	if draft != "" {
		r.put(r.draft, draft, st, kit.C(kit.Err), d.textX+w, y, dw+1, d.line, fyne.TextAlignLeading)
	}
	r.put(r.time, When(m.Date, p.m.now()), ts, tink, timeX, y, right-timeX, d.line, fyne.TextAlignTrailing)
	end := timeX - 8
	if hovered {
		end = r.actions(m, s) - 8
		r.time.Hidden = true
	}
	if !hovered {
		mark := ""
		switch {
		case m.Pending:
			mark = "cloud-upload"
		case m.Invitation:
			mark = "calendar"
		}
		if mark != "" {
			r.mark.Hidden = false
			kit.ShowIcon(r.mark, mark, kit.C(kit.Text3), 13, false)
			kit.Place(r.mark, end-13, y+2.5, 13, 13)
			end -= 19
		}
		if m.Flags.Has(mail.Flagged) {
			r.star.Hidden = false
			kit.ShowIcon(r.star, "star", kit.C(kit.Star), 14, true)
			kit.Place(r.star, end-14, y+2, 14, 14)
			end -= 20
		}
		if m.Attachments {
			r.clip.Hidden = false
			kit.ShowIcon(r.clip, "paperclip", kit.C(kit.Text3), 13, false)
			kit.Place(r.clip, end-13, y+2.5, 13, 13)
			end -= 19
		}
		if s.Width > 560 {
			end = r.tags(m.Keywords, y, end, d.line)
		}
	}
	subject, snippet := m.Subject, ""
	if subject == "" {
		subject = "No subject"
	}
	if s.Width > 560 { // in a narrow list the subject needs all of it
		snippet = strings.Join(strings.Fields(m.Snippet), " ")
	}
	r.run(subject, snippet, sub, ink, kit.C(kit.Text3), subjectX, y, end, d.line)
}
