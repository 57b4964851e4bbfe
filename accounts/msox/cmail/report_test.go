package cmail

import (
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

func TestReports(t *testing.T) {
	row := NewRecipient(mail.Address{Name: "Bob", Addr: "bob@example.com"}, 1, 0)
	row[prop.PidTagNonDeliveryReportStatusCode], row[prop.PidTagSupplementaryInfo], row[prop.PidTagReportText] = int32(511), "550 no such user\r\nat all", "Bob is not known there."
	for class, want := range map[string][]string{
		"REPORT.IPM.Note.NDR":    {"report-type=delivery-status", "Final-Recipient: rfc822;bob@example.com", "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp;550 no such user  at all"},
		"REPORT.IPM.Note.DR":     {"report-type=delivery-status", "Action: delivered"},
		"REPORT.IPM.Note.IPNRN":  {"report-type=disposition-notification", "Final-Recipient: rfc822;kari@fjordlight.example", "manual-action/MDN-sent-manually; displayed"},
		"REPORT.IPM.Note.IPNNRN": {"MDN-sent-manually; deleted"},
	} {
		bag := note(prop.Map{prop.PidTagMessageClass: class})
		delete(bag, prop.PidTagBody)
		raw := written(t, &prop.Message{Bag: bag, Recipients: []prop.Bag{row}})
		readable(t, raw)
		for _, w := range want {
			if !strings.Contains(string(raw), w) {
				t.Errorf("%s: %q is missing in\n%s", class, w, raw)
			}
		}
		b := rfc822.Body(raw, rfc822.Options{})
		if len(b.Parts) != 1 || !strings.HasPrefix(b.Parts[0].Type, "message/") || !strings.Contains(b.Text, "Bob is not known there.") {
			t.Errorf("%s: parts %+v, text %q", class, b.Parts, b.Text)
		}
		// Taken in again it is the same kind of report, and has one status part still.
		again := written(t, FromMIME(raw, From{}))
		if b := rfc822.Body(again, rfc822.Options{}); len(b.Parts) != 1 {
			t.Errorf("%s: parts %+v after a second time", class, b.Parts)
		}
	}
}
