package reader

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

func TestTrustWords(t *testing.T) {
	for _, c := range []struct {
		t          mail.Trust
		badge, tip string
	}{
		{mail.Trust{}, "", ""},
		{mail.Trust{State: mail.TrustVerified, DKIM: "pass", Signer: "shop.example", SPF: "pass", DMARC: "pass", By: "mx.example.org"}, "Verified by DKIM",
			"DKIM passed, signed by shop.example · SPF passed · DMARC passed. Checked by mx.example.org"},
		{mail.Trust{State: mail.TrustVerified, DKIM: "none", SPF: "pass", DMARC: "pass"}, "Verified by SPF", "DKIM not used by the sender · SPF passed · DMARC passed"},
		{mail.Trust{State: mail.TrustUnproven, SPF: "softfail", DKIM: "temperror"}, "Not verified", "DKIM could not be checked · SPF failed"},
		{mail.Trust{State: mail.TrustForged, DMARC: "fail"}, "Looks forged", "DMARC failed"},
		{mail.Trust{State: mail.TrustForged, Pretends: "Ada Vell"}, "Looks forged", "The name is a contact's, the address is not"},
	} {
		m := newTrustMark(c.t)
		if c.badge == "" {
			if m != nil {
				t.Errorf("%+v: %q", c.t, m.Text)
			}
			continue
		}
		if m.Text != c.badge || m.says != c.tip {
			t.Errorf("%+v: %q %q", c.t, m.Text, m.says)
		}
	}
}

// A forged message has the badge and the banner; where there is little room the address gives way first.
func TestForgedIsSaid(t *testing.T) {
	test.NewTempApp(t)
	c := viewtest.New(viewtest.Options{})
	w := test.NewTempWindow(t, nil)
	p := New(w, c, func(func()) {}, c.Now)
	w.SetContent(kit.NewRoot(p))
	w.Resize(fyne.NewSize(900, 700))
	p.Open(mail.Summary{ID: 1, Count: 1, From: []mail.Address{{Name: "Ada Vell", Addr: "ada@elsewhere.example"}}}, false)
	d := p.cards[0]
	d.set(&mail.Body{Text: "Send money", Trust: mail.Trust{State: mail.TrustForged, Pretends: "Ada Vell"}}, nil)
	if d.trust == nil || len(d.banners) != 1 || !strings.Contains(d.banners[0].Detail, "Ada Vell is in your contacts with another address") {
		t.Fatalf("%+v", d.banners)
	}
	for _, width := range []float32{900, 620, 480} {
		w.Resize(fyne.NewSize(width, 700))
		end := d.trust.Position().X + d.trust.Size().Width
		if shown := test.WidgetRenderer(d).Objects(); !has(shown, d.trust) || end > d.Size().Width {
			t.Errorf("at %v px the badge ends at %v of %v", width, end, d.Size().Width)
		}
	}
	d.set(&mail.Body{Text: "Hello", Trust: mail.Trust{Contact: true}}, nil)
	if len(d.banners) != 0 || d.trust != nil || !has(test.WidgetRenderer(d).Objects(), d.known) {
		t.Error("a contact has no mark")
	}
}

func has(all []fyne.CanvasObject, o fyne.CanvasObject) bool {
	for _, x := range all {
		if x == o {
			return true
		}
	}
	return false
}
