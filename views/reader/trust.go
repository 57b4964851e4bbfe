package reader

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// trustMark says beside the address what speaks for it; the pointer over it gets the findings in words.
type trustMark struct {
	kit.Badge
	tip  kit.Tip
	says string
}

var _ desktop.Hoverable = (*trustMark)(nil)

// newTrustMark returns nil where there is nothing to say.
func newTrustMark(t mail.Trust) *trustMark {
	m := &trustMark{says: trustText(t)}
	switch t.State {
	case mail.TrustVerified:
		m.Text, m.Icon, m.Ink, m.Fill = "Verified by DKIM", "shield-check", kit.OK, kit.OKTint
		if t.DKIM != "pass" {
			m.Text = "Verified by SPF"
		}
	case mail.TrustUnproven:
		m.Text, m.Icon, m.Ink, m.Fill = "Not verified", "shield-alert", kit.Warn, kit.WarnTint
	case mail.TrustForged:
		m.Text, m.Icon, m.Ink, m.Fill = "Looks forged", "shield-x", kit.Err, kit.ErrTint
	default:
		return nil
	}
	m.ExtendBaseWidget(m)
	return m
}

// MouseIn implements desktop.Hoverable.
func (m *trustMark) MouseIn(*desktop.MouseEvent) { m.tip.Start(m, m.says, "") }

// MouseMoved implements desktop.Hoverable.
func (m *trustMark) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (m *trustMark) MouseOut() { m.tip.Hide() }

// trustText lists the findings in words.
func trustText(t mail.Trust) string {
	var out []string
	add := func(name, value, good string) {
		switch value {
		case "":
		case "pass":
			out = append(out, name+" passed"+good)
		case "none":
			out = append(out, name+" not used by the sender")
		case "temperror", "permerror":
			out = append(out, name+" could not be checked")
		case "neutral", "policy":
			out = append(out, name+" says nothing")
		default:
			out = append(out, name+" failed")
		}
	}
	signer := ""
	if t.Signer != "" {
		signer = ", signed by " + kit.Cut(t.Signer, kit.Small12, 200)
	}
	add("DKIM", t.DKIM, signer)
	add("SPF", t.SPF, "")
	add("DMARC", t.DMARC, "")
	if t.By != "" && len(out) > 0 {
		out[len(out)-1] += ". Checked by " + kit.Cut(t.By, kit.Small12, 200)
	}
	if t.Pretends != "" {
		out = append([]string{"The name is a contact's, the address is not"}, out...)
	}
	return strings.Join(out, " · ")
}

// forgedNotice is the banner of a message that is likely not from whom it says, nil where it is not so.
func (c *card) forgedNotice() *kit.Banner {
	t := c.body.Trust
	if t.State != mail.TrustForged {
		return nil
	}
	detail := "Its domain denies having sent it. Leave its links and files alone."
	if t.Pretends != "" {
		detail = kit.Cut(t.Pretends, kit.Body13, 160) + " is in your contacts with another address. Ask before you answer."
	}
	return kit.NewBanner("shield-x", "This message looks forged.", detail, kit.ToneErr)
}

// trustRoom is how wide the marks are.
func (c *card) trustRoom() float32 {
	w := float32(0)
	if c.body != nil && c.body.Trust.Contact {
		w += 24
	}
	if c.trust != nil {
		w += c.trust.MinSize().Width
	}
	if w > 0 {
		w += 8 // behind the address
	}
	return w
}

// placeTrust puts the marks behind the address and returns them.
func (c *card) placeTrust(x, right float32) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	if c.body == nil {
		return nil
	}
	if c.body.Trust.Contact && right-x >= 20 {
		kit.Place(c.known, x, 14, 16, 20)
		out = append(out, c.known)
		x += 24
	}
	if c.trust != nil {
		if z := c.trust.MinSize(); right-x >= z.Width {
			kit.Place(c.trust, x, 15, z.Width, 18)
			out = append(out, c.trust)
		}
	}
	return out
}

// knownMark says that somebody is in the contacts.
type knownMark struct {
	kit.IconView
	tip kit.Tip
}

func newKnownMark() *knownMark {
	k := &knownMark{}
	k.Name, k.Px, k.Ink = "contact-round", 14, kit.Text3
	k.ExtendBaseWidget(k)
	return k
}

// MouseIn implements desktop.Hoverable.
func (k *knownMark) MouseIn(*desktop.MouseEvent) { k.tip.Start(k, "In your contacts", "") }

// MouseMoved implements desktop.Hoverable.
func (k *knownMark) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (k *knownMark) MouseOut() { k.tip.Hide() }
