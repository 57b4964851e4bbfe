package cmail

import (
	"io"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

const maxCalendar = 4 << 20

// meeting makes a meeting message of one with a text/calendar part that asks or tells something. The calendar is kept as it came,
// so that Write gives the same back.
func (f *taker) meeting() {
	for i, p := range f.body.Parts {
		if p.Type != "text/calendar" || p.Method == "" {
			continue
		}
		r, _, err := rfc822.Part(f.raw, p.ID)
		if err != nil {
			return
		}
		b, err := io.ReadAll(io.LimitReader(r, maxCalendar+1))
		if err != nil || len(b) > maxCalendar {
			return
		}
		o, err := icalendar.Parse(b)
		if err != nil || o.Kind() != "VEVENT" {
			return
		}
		e, err := o.Event("")
		if err != nil {
			return
		}
		class := ""
		switch o.Method() {
		case "REQUEST":
			class = "IPM.Schedule.Meeting.Request"
		case "CANCEL":
			class = "IPM.Schedule.Meeting.Canceled"
		case "REPLY", "COUNTER":
			class = "IPM.Schedule.Meeting.Resp.Tent"
			for _, a := range e.Attendees {
				switch a.Status {
				case "accepted":
					class = "IPM.Schedule.Meeting.Resp.Pos"
				case "declined":
					class = "IPM.Schedule.Meeting.Resp.Neg"
				}
			}
		default:
			return
		}
		m, _ := FromCalendar(b)
		if m == nil {
			return
		}
		f.p[prop.PidTagMessageClass] = class
		for _, t := range m.Tags() {
			v, _ := m.Get(t)
			if name, ok := m.NameOf(t.ID()); ok && t.IsNamed() {
				f.set(prop.Property{Name: name, Type: t.Type()}, v)
			}
		}
		f.set(prop.PidLidInboundICalStream, b)
		f.set(prop.PidLidAppointmentCounterProposal, o.Method() == "COUNTER")
		f.p[prop.PidTagResponseRequested] = o.Method() == "REQUEST"
		f.p[prop.PidTagStartDate], f.p[prop.PidTagEndDate] = prop.When(m, prop.PidTagStartDate), prop.When(m, prop.PidTagEndDate)
		f.files = append(f.files[:i:i], f.files[i+1:]...)
		for n, a := range f.files {
			if bag, ok := a.Bag.(prop.Map); ok {
				bag[prop.PidTagAttachNumber] = int32(n)
			}
		}
		return
	}
}
