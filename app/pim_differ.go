package app

import (
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/vcard"
)

// said are what an object says, for people, in the order in which it is shown.
type said struct{ what, text string }

// describe tells what an object says; nil for one that is not there or cannot be read.
func describe(kind string, raw []byte, loc *time.Location) []said {
	if raw == nil {
		return nil
	}
	if kind == "contact" {
		k, err := vcard.Parse(raw)
		if err != nil {
			return nil
		}
		return describeContact(k.Contact())
	}
	o, err := icalendar.Parse(raw)
	if err != nil {
		return nil
	}
	when := func(w pim.When) string {
		switch {
		case w.IsZero():
			return ""
		case w.Date:
			return w.Time.Format("Mon 2 Jan 2006")
		}
		return w.In(loc).Format("Mon 2 Jan 2006, 15:04")
	}
	rule := func(r *pim.Rule) string {
		if r == nil {
			return ""
		}
		return icalendar.RuleText(*r)
	}
	if o.Kind() == "VTODO" {
		t := o.Task()
		done := "no"
		if t.Done {
			done = "yes"
		}
		return []said{{"Title", t.Summary}, {"Due", when(t.Due)}, {"Done", done}, {"Repeats", rule(t.Rule)}, {"Notes", t.Description}}
	}
	e, err := o.Event("")
	if err != nil {
		return nil
	}
	var people []string
	for _, a := range e.Attendees {
		people = append(people, a.Addr)
	}
	end := e.End
	if end.Date {
		end.Time = end.Time.AddDate(0, 0, -1)
	}
	return []said{{"Title", e.Summary}, {"Begins", when(e.Start)}, {"Ends", when(end)}, {"Place", e.Location}, {"Repeats", rule(e.Rule)}, {"People", strings.Join(people, ", ")}, {"Notes", e.Description}}
}

func describeContact(c pim.Contact) []said {
	values := func(fs []pim.Field) string {
		var out []string
		for _, f := range fs {
			out = append(out, f.Value)
		}
		return strings.Join(out, ", ")
	}
	var places []string
	for _, p := range c.Places {
		places = append(places, strings.Join(strings.Fields(strings.Join([]string{p.Street, p.Code, p.City, p.Region, p.Country}, " ")), " "))
	}
	photo := ""
	if len(c.Photo.Data) > 0 {
		photo = "a picture"
	}
	return []said{{"Name", c.Display()}, {"Nickname", c.Nick}, {"Company", strings.Join(c.Org, ", ")}, {"Position", c.Title}, {"Mail", values(c.Emails)}, {"Telephone", values(c.Phones)}, {"Web", values(c.URLs)},
		{"Address", strings.Join(places, "; ")}, {"Birthday", c.Birthday.String()}, {"Groups", strings.Join(c.Categories, ", ")}, {"Notes", c.Note}, {"Photo", photo}}
}

// maxSaid bounds a text in a difference, in bytes.
const maxSaid = 300

// differences are the lines in which two objects differ.
func differences(kind string, mine, theirs []byte, loc *time.Location) []pim.Difference {
	a, b := describe(kind, mine, loc), describe(kind, theirs, loc)
	short := func(s string) string {
		s = strings.Join(strings.Fields(s), " ")
		if len(s) > maxSaid {
			s = strings.ToValidUTF8(s[:maxSaid], "") + "…"
		}
		return s
	}
	var out []pim.Difference
	for i := range max(len(a), len(b)) {
		var d pim.Difference
		if i < len(a) {
			d.What, d.Mine = a[i].what, a[i].text
		}
		if i < len(b) {
			d.What, d.Theirs = b[i].what, b[i].text
		}
		if d.Mine != d.Theirs {
			d.Mine, d.Theirs = short(d.Mine), short(d.Theirs)
			out = append(out, d)
		}
	}
	return out
}
