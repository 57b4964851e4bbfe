package reader

import (
	"context"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/html/gate"
	"github.com/postrider/postrider/views/html/view"
	"github.com/postrider/postrider/views/printing"
)

// Print asks how to print what is shown: all messages of the conversation.
func (p *Pane) Print() {
	if p.has && len(p.cards) > 0 {
		p.print(p.cards)
	}
}

// paper is what is printed of a card, taken on the window's goroutine.
type paper struct {
	s           mail.Summary
	body        *mail.Body
	plain, load bool
}

func (p *Pane) print(cards []*card) {
	var ms []paper
	for _, c := range cards {
		ms = append(ms, paper{s: c.s, body: c.body, plain: c.plain || c.p.text || c.failed, load: c.load || p.picturesOf(p.who(c.s).Addr)})
	}
	title, loc := p.col.subject(), p.now().Location()
	printing.Show(p.win, func(ctx context.Context) (printing.Document, error) {
		d := printing.Document{Title: title}
		for i, m := range ms {
			if m.body == nil {
				b, err := p.c.Read(ctx, m.s.ID)
				if err != nil {
					return d, err
				}
				m.body = &b
			}
			page := ""
			if !m.plain {
				page = m.body.HTML
			}
			d.Parts = append(d.Parts, printing.Message(m.body, page, p.printPictures(ctx, m), loc, i == 0)...)
		}
		return d, nil
	}, printing.Hooks{Do: p.do, Failed: p.Failed, Toast: p.Toast})
}

// printPictures fetches what the reader would show of a message: the pictures in it, and others only where the person allowed them.
func (p *Pane) printPictures(ctx context.Context, m paper) printing.Fetch {
	var verdict *gate.Verdict
	if m.load && strings.TrimSpace(m.body.HTML) != "" {
		if d, err := view.NewMail(m.body.HTML, nil).Document(ctx); err == nil {
			verdict = gate.Judge(d)
		}
	}
	return p.fetcher(m.s.ID, m.body.Parts, func(address string) bool { return verdict != nil && verdict.Allows(address) })
}
