package wizard

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// Certificate opens the dialog about a server whose certificate proves nothing. There is no way to connect in spite of it: the person can use
// a name that matches, which is verified like any other, or stay disconnected. Done is called when the account was changed.
func Certificate(cv fyne.Canvas, c app.Client, a mail.Account, cause error, h Hooks) *kit.Dialog {
	const width = kit.WideDialog - 48
	if h.Do == nil {
		h.Do = func(f func()) { fyne.Do(f) }
	}
	e := fault.Of(cause)
	if e == nil {
		e = fault.New(fault.TLS, "unknown", "A server cannot prove who it is", "")
	}
	host, _, err := net.SplitHostPort(e.Service)
	if err != nil || host == "" {
		host = a.Incoming.Host
	}
	var d *kit.Dialog
	mark := kit.Sized(40, 40, container.NewStack(kit.NewFrame(kit.ErrTint, kit.Clear, 20, 0, nil), container.NewCenter(kit.NewIcon("shield-x", 20, kit.Err))))
	title := kit.NewPara(e.Title, kit.Title16, kit.Text, 20, width-52)
	text := kit.NewPara(certificateText(e), kit.Body13, kit.Text2, 19, width-52)
	body := kit.Col(0, kit.Hang(mark, 12, kit.Col(4, title, text)), kit.Gap(0, 16))
	if facts := certificateFacts(host, e); facts != nil {
		body.Add(facts)
		body.Add(kit.Gap(0, 12))
	}
	name := ""
	if e.Code == "wrong-name" {
		name = matchingName(e)
	}
	if name != "" {
		body.Add(kit.NewFrame(kit.InfoTint, kit.Clear, 6, 0, kit.Inset(9, 12, 9, 12, kit.Hang(kit.NewIcon("lightbulb", 16, kit.Info), 8,
			kit.NewRuns([]kit.Run{{Text: "The certificate fits ", Ink: kit.Text2}, {Text: name, Bold: true, Ink: kit.Text},
				{Text: ". Using that name keeps the connection protected.", Ink: kit.Text2}}, kit.Body13, 18, width-48)))))
		body.Add(kit.Gap(0, 12))
	}
	status := container.NewStack()
	body.Add(status)
	body.Add(kit.Gap(0, 8))
	ctx, cancel := context.WithCancel(context.Background())
	stay := kit.NewButton("Stay disconnected", "", kit.Plain, func() {
		d.Close()
		if h.Cancel != nil {
			h.Cancel()
		}
	})
	buttons := kit.Row(8, kit.Spring(nil), stay)
	if name != "" {
		var use *kit.Button
		use = kit.NewButton("Use the matching name", "", kit.Primary, func() {
			use.Disable()
			b := a
			if strings.EqualFold(b.Incoming.Host, host) {
				b.Incoming.Host = name
			}
			if strings.EqualFold(b.Outgoing.Host, host) {
				b.Outgoing.Host = name
			}
			go func() {
				err := c.UpdateAccount(ctx, b)
				h.Do(func() {
					if ctx.Err() != nil {
						return
					}
					if err != nil {
						f := fault.Of(err)
						use.Enable()
						status.Objects = []fyne.CanvasObject{problem(f.Title+". "+f.Detail, width)}
						status.Refresh()
						d.Fit()
						return
					}
					d.Close()
					c.Sync(b.ID)
					if h.Done != nil {
						h.Done(b)
					}
				})
			}()
		})
		buttons.Add(use)
	} else {
		stay.Kind = kit.Primary
	}
	body.Add(buttons)
	d = kit.NewDialog(cv, kit.WideDialog, body)
	d.OnHide = cancel
	d.Open()
	return d
}

func certificateText(e *fault.Error) string {
	switch e.Code {
	case "wrong-name":
		return "Its certificate was made for another name. That can be a mistake by the provider, or someone on this network reading along. Your password was not sent."
	case "unknown-issuer":
		return e.Detail + " That can be a mistake by the provider, or someone on this network reading along."
	}
	return e.Detail
}

// certificateFacts shows what the certificate says of itself.
func certificateFacts(host string, e *fault.Error) fyne.CanvasObject {
	c := certificateOf(e)
	if c == nil {
		return nil
	}
	names := c.DNSNames
	if len(names) == 0 && c.Subject.CommonName != "" {
		names = []string{c.Subject.CommonName}
	}
	if len(names) > 3 {
		names = append(names[:3:3], "and others")
	}
	issuer := c.Issuer.CommonName
	if issuer == "" {
		issuer = strings.Join(c.Issuer.Organization, ", ")
	}
	sum := sha256.Sum256(c.Raw)
	var hex []string
	for _, b := range sum {
		hex = append(hex, fmt.Sprintf("%02X", b))
	}
	finger := strings.Join(hex[:6], ":") + " … " + strings.Join(hex[29:], ":")
	wrong := kit.Text
	if e.Code == "wrong-name" {
		wrong = kit.Err
	}
	ended := kit.Text
	if e.Code == "expired" || e.Code == "not-yet-valid" {
		ended = kit.Err
	}
	copyIt := kit.NewButton("Copy", "", kit.Link, func() { fyne.CurrentApp().Clipboard().SetContent(strings.Join(hex, ":")) })
	copyIt.Height = kit.SmallButton
	type fact struct {
		label, value string
		style        kit.Style
		ink          kit.Token
		tail         fyne.CanvasObject
	}
	facts := []fact{{"You asked for", host, kit.Small12B, kit.Text, nil}, {"Certificate is for", strings.Join(names, ", "), kit.Small12, wrong, nil},
		{"Issued by", issuer, kit.Small12, kit.Text, nil},
		{"Valid", c.NotBefore.Format("2 Jan 2006") + " to " + c.NotAfter.Format("2 Jan 2006"), kit.Small12, ended, nil},
		{"Fingerprint SHA-256", finger, kit.Style{Size: 11, Mono: true}, kit.Text, copyIt}}
	col := kit.Col(0)
	for i, f := range facts {
		if i > 0 {
			col.Add(kit.NewRule(kit.Line))
		}
		row := kit.Row(0, kit.Sized(150, 27, kit.NewLabel(f.label, kit.Small12, kit.Text2)), kit.Spring(kit.NewShrinkLabel(f.value, f.style, f.ink)))
		if f.tail != nil {
			row.Add(f.tail)
		}
		col.Add(kit.Sized(0, 27, row))
	}
	return kit.NewFrame(kit.Card, kit.Border, 8, 0, kit.Inset(4, 14, 4, 14, col))
}
