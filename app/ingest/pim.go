package ingest

import (
	"strings"
	"unicode"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/vcard"
	"github.com/postrider/postrider/app/store"
)

// What store.PIMIndex.Data holds. Of a contact: organisation, position, address, number, categories between CategoryMark, birthday, kind; of an event: place, colour, status, zone, meeting.
const (
	ContactOrg = iota
	ContactJob
	ContactEmail
	ContactPhone
	ContactCategories
	ContactBirthday
	ContactKind
)

// The columns of an event.
const (
	EventPlace = iota
	EventColor
	EventStatus
	EventZone
	EventJoin
)

// CategoryMark stands before and behind each category.
const CategoryMark = "\u2063"

// Object takes an object of an address book or calendar apart: its kind, name and what it is found by. Bytes that are no object are an error; what is
// merely odd is not.
func Object(kind remote.Kind, raw []byte) (store.PIMObject, error) {
	if kind == remote.Contacts {
		k, err := vcard.Parse(raw)
		if err != nil {
			return store.PIMObject{}, err
		}
		return contact(k.Contact(), raw), nil
	}
	o, err := icalendar.Parse(raw)
	if err != nil {
		return store.PIMObject{}, err
	}
	return entry(o, raw), nil
}

func contact(c pim.Contact, raw []byte) store.PIMObject {
	o := store.PIMObject{Kind: "contact", UID: c.UID, Raw: raw}
	o.Title = c.Display()
	o.Sort = store.Fold(c.Sort())
	o.Letter = "#"
	for _, r := range o.Sort {
		if unicode.IsLetter(r) {
			o.Letter = strings.ToUpper(string(r))
		}
		break
	}
	org := ""
	if len(c.Org) > 0 {
		org = c.Org[0]
	}
	cats := ""
	for _, s := range c.Categories {
		cats += CategoryMark + s
	}
	if cats != "" {
		cats += CategoryMark
	}
	o.Data = []string{org, c.Title, first(c.Emails), first(c.Phones), cats, c.Birthday.String(), c.Kind}
	find := []string{o.Title, c.Name.Join(), c.Nick, strings.Join(c.Org, " ")}
	if p := first(c.Emails); p != "" {
		o.Mails = append(o.Mails, p)
	}
	for _, f := range c.Emails {
		find = append(find, f.Value)
		if f.Value != first(c.Emails) && strings.Contains(f.Value, "@") {
			o.Mails = append(o.Mails, f.Value)
		}
	}
	for _, f := range c.Phones {
		find = append(find, vcard.Digits(f.Value))
	}
	find = append(find, c.Categories...)
	o.Words = store.FoldIndex(strings.Join(find, " "))
	o.Text = strings.Join(append(find, c.Note, c.Title), "\n")
	for _, p := range c.Places {
		o.Text += "\n" + strings.Join([]string{p.Street, p.City, p.Country}, " ")
	}
	if len(o.Text) > 64<<10 {
		o.Text = strings.ToValidUTF8(o.Text[:64<<10], "")
	}
	if c.IsGroup() {
		o.Flags |= store.PIMGroup
	}
	if len(c.Photo.Data) > 0 {
		o.Flags |= store.PIMPhoto
	}
	if !c.Birthday.IsZero() {
		o.Bday = c.Birthday.Month*100 + c.Birthday.Day
	}
	return o
}

// first is the preferred value.
func first(fs []pim.Field) string {
	for _, f := range fs {
		if f.Preferred {
			return f.Value
		}
	}
	if len(fs) > 0 {
		return fs[0].Value
	}
	return ""
}

func entry(o *icalendar.Object, raw []byte) store.PIMObject {
	x := store.PIMObject{UID: o.UID(), Raw: raw}
	x.Text = o.Index()
	switch o.Kind() {
	case "VTODO":
		t := o.Task()
		x.Kind, x.Title = "task", t.Summary
		if !t.Due.IsZero() {
			x.Start = t.Due.Time.Unix()
			x.First, x.Last = x.Start-86400, x.Start+86400
		} else {
			x.Last = store.Forever
		}
		if t.Done {
			x.Flags |= store.PIMDone
		} else if len(t.Alarms) > 0 && !t.Due.IsZero() {
			x.Flags |= store.PIMAlarm
			x.Last = store.Forever // a task is due until it is done
		}
		x.Data = []string{t.Location}
		return x
	case "VJOURNAL":
		x.Kind = "journal"
		return x
	}
	x.Kind = "event"
	s := o.Series()
	from, to, forever := s.Bounds()
	x.First, x.Last = from.Unix(), to.Unix()
	if from.IsZero() { // nothing that could be shown
		x.First, x.Last = 0, 0
	}
	if forever {
		x.Last = store.Forever
	}
	if s.Repeats() {
		x.Flags |= store.PIMRepeats
	}
	e, err := o.Event("")
	if err != nil {
		x.Flags |= store.PIMParts
	}
	x.Title = e.Summary
	x.Start, x.Stop = clock(e.Start), clock(e.End)
	set := func(on bool, f store.PIMFlags) {
		if on {
			x.Flags |= f
		}
	}
	set(e.Start.Date, store.PIMAllDay)
	set(e.Start.Floating, store.PIMFloating)
	set(len(e.Alarms) > 0, store.PIMAlarm)
	set(e.Free, store.PIMFree)
	set(e.Private, store.PIMPrivate)
	set(len(e.Attendees) > 0, store.PIMPeople)
	set(e.Status == "tentative", store.PIMTentative)
	set(e.Status == "cancelled", store.PIMCancelled)
	x.Data = []string{e.Location, e.Color, e.Status, e.Start.Zone, e.Join}
	return x
}

// clock is what a row keeps of a time: the instant, of dates and floating times the clock in UTC.
func clock(w pim.When) int64 {
	if w.IsZero() {
		return 0
	}
	return w.Time.Unix()
}
