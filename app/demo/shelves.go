package demo

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
)

// contacts are invented people: name; company; position; addresses; telephone; birthday; category.
const contacts = `Priya Raman; Brightwater Port Authority; Project lead, Harbour Terminal; priya@ramanworks.example priya@raman.example; +45 00 12 34 56; --06-24; Clients
Jonas Ekdahl; Fjordlight Studio; Lighting designer; jonas@fjordlight.example; +45 00 22 11 09; 1988-03-14; Studio
Dana Okafor; Okafor Law; ; dana@okaforlaw.example; +45 00 65 43 21; ; Clients
Tomasz Wilk; Wilk Surveys; Surveyor; tomasz@wilk-surveys.example; ; ; Suppliers
Élodie Marchand; Lighthouse Museum; Head of exhibitions; elodie@musee-phare.example; ; 1979-11-02; Clients
Nils Bakken; Quayside Electrical; Electrician; nils@quayside.example; +45 00 77 18 20; ; Suppliers
Olga Herrera; Brightwater Council; Planning; olga@brightwater.example; ; ;
Oskar Persson; Fjordlight Studio; Drawings; oskar@fjordlight.example; ; 1994-08-30; Studio
Pania Ngata; Tasman Marine; ; pania@tasman.example; ; ;
Rasmus Kjær; Skerry Museum; Curator; rasmus@skerry.example; ; ; Clients
Ruth Sato; Halden Lighting; Sales; ruth@haldenlighting.example; ; ; Suppliers
Rui Wang; ; Independent surveyor; rui@wangsurvey.example; ; ;
Sven Lindqvist; ; ; sven@lindqvist.example; +45 00 99 10 11; 1975-05-09; Family
Ada Lindqvist; ; ; ada@lindqvist.example; ; 2012-12-01; Family
Tove Olsen; Northgate; Facilities; tove.olsen@northgate.example; ; ; Clients
N. Bakken; Quayside Electrical; ; nils@quayside.example; +45 00 77 18 21; ; `

// tasks: what; days until it is due, if it is; priority; done.
const tasks = `Send the revised drawings to Priya; 0; 1;
Book the ferry for Friday; 1; ;
Order four bollard samples; 3; ;
Renew the harbour permit; 12; ;
Sort the site photographs; ; ;
Invoice for the ticket hall; -1; ; done`

// events of the week: day of the week from Monday = 0; from; to; calendar; what; where; repeats; who is invited and what they answered.
const events = `0; 09:00; 10:00; Calendar; Stand-up; ; weekly
0; 10:30; 12:00; Calendar; Site report: ticket hall; Room 2;
0; 14:00; 15:30; Site visits; Harbour board; Town hall;
0; 18:00; 19:00; Family; Climbing; ;
1; 08:30; 09:30; Family; Dentist, Ada; ;
1; 11:00; 12:30; Calendar; Tern bollard samples; Halden store;
1; 13:30; 14:30; Calendar; 1:1 Jonas; ;
1; 15:00; 17:00; Site visits; Night walk briefing; Pier 4;
1-3; ; ; Site visits; Pier 4 closed to traffic; ;
2; 09:00; 10:00; Calendar; Stand-up; ; weekly
2; 10:45; 12:00; Calendar; Pier 4 schedule review; Quay room; ; priya@ramanworks.example=accepted jonas@fjordlight.example=tentative quay-room@fjordlight.example=accepted dana@okaforlaw.example
2; 13:00; 14:00; Family; Lunch, Sven; Quay café;
2; 15:00; 16:30; Site visits; Photometrics call; https://meet.fjordlight.example/photometrics;
2; 19:00; 20:00; Family; School evening; Harbour school;
3; 09:00; 10:00; Calendar; Stand-up; ; weekly
3; 14:30; 16:00; Calendar; Glare review; ;
3; 17:00; 18:00; Family; Bike service; ;
4; 07:40; 09:00; Family; Ferry with Sven; ;
4; 10:00; 12:00; Site visits; Mock-up, quay edge; Pier 4;
4; 13:00; 13:30; Calendar; Week close; ;
4-4; ; ; Calendar; Studio day off; ;
5; 10:00; 13:00; Family; Skerry day trip; ;
5; 18:00; 20:00; Family; Dinner at Tove's; ;
6; 11:00; 12:30; Family; Swimming; ;`

// shelves fills the local address book and calendars.
func shelves(ctx context.Context, a *app.App, now time.Time) error {
	books, err := a.AddressBooks(ctx)
	if err != nil {
		return err
	}
	var book pim.CollectionID
	for _, b := range books {
		if b.Local && b.Role == "" {
			book = b.ID
		}
	}
	known := map[string]string{} // names by address
	for _, l := range strings.Split(contacts, "\n") {
		f := fields(l, 7)
		given, family, _ := strings.Cut(f[0], " ")
		c := pim.Contact{Book: book, Name: pim.Name{Full: f[0], Given: given, Family: family}, Title: f[2]}
		if f[1] != "" {
			c.Org = []string{f[1]}
		}
		for i, addr := range strings.Fields(f[3]) {
			c.Emails = append(c.Emails, pim.Field{Value: addr, Kinds: []string{[]string{"work", "home"}[i]}, Preferred: i == 0})
		}
		if f[4] != "" {
			c.Phones = []pim.Field{{Value: f[4], Kinds: []string{"cell"}}}
		}
		if t, err := time.Parse("2006-01-02", strings.Replace(f[5], "--", "0004-", 1)); err == nil {
			c.Birthday = pim.Date{Year: t.Year() % 4000, Month: int(t.Month()), Day: t.Day()}
			if strings.HasPrefix(f[5], "--") {
				c.Birthday.Year = 0
			}
		}
		if f[6] != "" {
			c.Categories = []string{f[6]}
		}
		if f[0] == "Priya Raman" {
			c.Places = []pim.Place{{Street: "Pier 2, Harbour Road 18", Code: "9000", City: "Brightwater", Kinds: []string{"work"}}}
			c.Note = "Prefers drawings as DWG. Away the last week of March."
		}
		if l, ok := looks[f[0]]; ok {
			c.Photo = pim.Photo{Type: "image/png", Data: portrait(l)}
		}
		if _, _, err := a.SaveContact(ctx, c); err != nil {
			return err
		}
		if addr := strings.Fields(f[3])[0]; known[addr] == "" {
			known[addr] = f[0]
		}
	}
	for _, c := range []pim.Contact{{Kind: "location", Name: pim.Name{Full: "Quay room"}, Org: []string{"Fjordlight Studio"}, Emails: []pim.Field{{Value: "quay-room@fjordlight.example", Kinds: []string{"work"}}}, Note: "Eight seats, a screen, first floor."},
		{Kind: "group", Name: pim.Name{Full: "Pier 4 team"}, Members: []string{"mailto:priya@ramanworks.example", "mailto:jonas@fjordlight.example", "mailto:tomasz@wilk-surveys.example"}}} {
		c.Book = book
		if _, _, err := a.SaveContact(ctx, c); err != nil {
			return err
		}
	}
	known["quay-room@fjordlight.example"] = "Quay room"
	ids := map[string]pim.CollectionID{}
	cals, err := a.Calendars(ctx)
	if err != nil {
		return err
	}
	for _, c := range cals {
		if c.Local && c.Role == "" {
			ids["Calendar"] = c.ID
			c.Color = "#0f7f88"
			if err := a.ChangeCollection(ctx, c.Collection); err != nil {
				return err
			}
		}
	}
	for name, color := range map[string]string{"Site visits": "#2f74c8", "Family": "#8a55cc"} {
		if ids[name], err = a.MakeCalendar(ctx, "", name, color); err != nil {
			return err
		}
	}
	monday := time.Date(now.Year(), now.Month(), now.Day()-(int(now.Weekday())+6)%7, 0, 0, 0, 0, now.Location())
	for _, l := range strings.Split(events, "\n") {
		f := fields(l, 8)
		e := pim.Event{Calendar: ids[f[3]], Summary: f[4], Location: f[5]}
		if strings.HasPrefix(f[5], "https:") {
			e.Location, e.URL, e.Join = "", f[5], f[5]
		}
		first, last := int(f[0][0]-'0'), int(f[0][len(f[0])-1]-'0')
		if f[1] == "" {
			d, n := monday.AddDate(0, 0, first), monday.AddDate(0, 0, last+1)
			e.Start, e.End, e.Free = pim.Day(d.Date()), pim.Day(n.Date()), true
		} else {
			at := func(clock string) time.Time {
				t, _ := time.Parse("15:04", clock)
				return time.Date(monday.Year(), monday.Month(), monday.Day()+first, t.Hour(), t.Minute(), 0, 0, monday.Location())
			}
			e.Start, e.End = pim.At(at(f[1])), pim.At(at(f[2]))
		}
		if f[6] == "weekly" {
			e.Rule = &pim.Rule{Freq: "WEEKLY"}
		}
		for _, who := range strings.Fields(f[7]) {
			addr, status, _ := strings.Cut(who, "=")
			if status == "" {
				status = "needs-action"
			}
			x := pim.Attendee{Name: known[addr], Addr: addr, Role: "required", Status: status, RSVP: true}
			if addr == "quay-room@fjordlight.example" {
				x.Kind = "room"
			}
			e.Attendees = append(e.Attendees, x)
			e.Organizer = &pim.Attendee{Name: "Marta Lindqvist", Addr: StudioAddress}
		}
		if _, _, err := a.SaveEvent(ctx, e, pim.AllEvents); err != nil {
			return err
		}
	}
	for _, l := range strings.Split(tasks, "\n") {
		f := fields(l, 4)
		t := pim.Task{Calendar: ids["Calendar"], Summary: f[0], Done: f[3] != ""}
		if n, err := strconv.Atoi(f[1]); err == nil {
			t.Due = pim.Day(now.AddDate(0, 0, n).Date())
		}
		t.Priority, _ = strconv.Atoi(f[2])
		if _, _, err := a.SaveTask(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func fields(l string, n int) []string {
	f := strings.Split(l, ";")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	for len(f) < n {
		f = append(f, "")
	}
	return f
}
