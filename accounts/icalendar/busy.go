package icalendar

import (
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// AskBusy is a VFREEBUSY request (RFC 5546 section 3.3.2) of an organiser for attendees.
func AskBusy(organizer string, attendees []string, from, to, now time.Time) []byte {
	root := &contentline.Component{}
	cal := newCalendar("REQUEST")
	root.AddComp(cal)
	c := contentline.NewComponent("VFREEBUSY")
	c.Add(contentline.NewProp("UID", NewUID()))
	c.Add(contentline.NewProp("DTSTAMP", now.UTC().Format(clockForm+"Z")))
	c.Add(contentline.NewProp("DTSTART", from.UTC().Format(clockForm+"Z")))
	c.Add(contentline.NewProp("DTEND", to.UTC().Format(clockForm+"Z")))
	c.Add(contentline.NewProp("ORGANIZER", "mailto:"+organizer))
	for _, a := range attendees {
		c.Add(contentline.NewProp("ATTENDEE", "mailto:"+a))
	}
	cal.AddComp(c)
	return root.Bytes()
}

// ReadBusy reads the busy spans of VFREEBUSY components; those that are FREE are left out.
func ReadBusy(raw []byte) []pim.Busy {
	root, err := contentline.Parse(raw)
	if err != nil {
		return nil
	}
	out := []pim.Busy{}
	for _, cal := range calendars(root) {
		z := newZones(cal)
		for _, c := range cal.Comps("VFREEBUSY") {
			for _, p := range c.All("FREEBUSY") {
				kind := "busy"
				switch strings.ToUpper(p.Param("FBTYPE")) {
				case "FREE":
					continue
				case "BUSY-TENTATIVE":
					kind = "tentative"
				case "BUSY-UNAVAILABLE":
					kind = "unavailable"
				}
				ws, spans := z.list(p)
				for i, w := range ws {
					if spans[i] > 0 && len(out) < 10_000 {
						out = append(out, pim.Busy{Start: w.Time, End: w.Time.Add(spans[i]), Kind: kind})
					}
				}
			}
		}
	}
	return out
}
