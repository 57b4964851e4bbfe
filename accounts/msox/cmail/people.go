package cmail

import (
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
)

// people writes ORGANIZER and ATTENDEE.
func people(o *object, m *prop.Message, method string) {
	meeting := method != "" || m.LidInt(prop.PidLidAppointmentStateFlags)&1 != 0
	if !meeting {
		return
	}
	sender, sok := Sender(m)
	person := func(name, params string, a mail.Address) {
		if a.Addr == "" {
			return
		}
		if a.Name != "" {
			params += ";CN=" + quoted(a.Name)
		}
		o.line(name+params, "mailto:"+a.Addr)
	}
	if method == "REPLY" || method == "COUNTER" {
		for _, r := range m.Recipients {
			if a, typ, ok := Recipient(r); ok && typ == 1 {
				person("ORGANIZER", "", a)
				break
			}
		}
		status := "ACCEPTED"
		switch c := strings.ToLower(prop.Text(m, prop.PidTagMessageClass)); {
		case strings.Contains(c, ".neg"):
			status = "DECLINED"
		case strings.Contains(c, ".tent"):
			status = "TENTATIVE"
		}
		if sok {
			person("ATTENDEE", ";PARTSTAT="+status, sender)
		}
		return
	}
	organizer := -1
	for i, r := range m.Recipients {
		if prop.Int(r, prop.PidTagRecipientFlags)&2 != 0 {
			if a, _, ok := Recipient(r); ok {
				organizer = i
				person("ORGANIZER", "", a)
				break
			}
		}
	}
	if organizer < 0 && sok {
		person("ORGANIZER", "", sender)
	}
	for i, r := range m.Recipients {
		a, typ, ok := Recipient(r)
		if i == organizer || !ok || organizer < 0 && sok && strings.EqualFold(a.Addr, sender.Addr) {
			continue
		}
		params := ""
		switch typ {
		case 2:
			params = ";ROLE=OPT-PARTICIPANT"
		case 3:
			params = ";ROLE=NON-PARTICIPANT;CUTYPE=RESOURCE"
		default:
			params = ";ROLE=REQ-PARTICIPANT"
		}
		switch prop.Int(r, prop.PidTagRecipientTrackStatus) {
		case 2:
			params += ";PARTSTAT=TENTATIVE"
		case 3:
			params += ";PARTSTAT=ACCEPTED"
		case 4:
			params += ";PARTSTAT=DECLINED"
		default:
			params += ";PARTSTAT=NEEDS-ACTION"
		}
		if method == "REQUEST" && prop.Bool(m, prop.PidTagResponseRequested) {
			params += ";RSVP=TRUE"
		}
		person("ATTENDEE", params, a)
	}
}
