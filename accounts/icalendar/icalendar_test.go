package icalendar

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

func parse(t *testing.T, lines ...string) *Object {
	t.Helper()
	o, err := Parse([]byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-KEEP;X-A=1:me\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func expand(o *Object, from, to string, loc *time.Location) (out []string) {
	f, _ := time.ParseInLocation("2006-01-02", from, loc)
	u, _ := time.ParseInLocation("2006-01-02", to, loc)
	o.Series().Expand(f, u, loc, func(i Instance) bool {
		out = append(out, i.Start.In(loc).Format("2006-01-02T15:04"))
		return true
	})
	return out
}

func TestAnEditKeepsWhatItDoesNotKnow(t *testing.T) {
	o := parse(t, "BEGIN:VEVENT", "UID:a", "DTSTART;TZID=Europe/Oslo:20260105T090000", "DTEND;TZID=Europe/Oslo:20260105T100000", "SUMMARY;LANGUAGE=nb:Møte", "X-ODD:1",
		"ATTENDEE;X-P=q;CN=Kari:mailto:kari@fjordlight.example", "RRULE:FREQ=WEEKLY;RSCALE=GREGORIAN", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "X-B:2", "END:VALARM", "END:VEVENT")
	e, err := o.Event("")
	if err != nil {
		t.Fatal(err)
	}
	e.Summary = "Møte om båten"
	e.Alarms = append(e.Alarms, pim.Alarm{Before: time.Hour})
	e.Attendees[0].Status = "accepted"
	if err := o.Put(e); err != nil {
		t.Fatal(err)
	}
	out := string(o.Bytes())
	for _, want := range []string{"X-KEEP;X-A=1:me\r\n", "X-ODD:1\r\n", "SUMMARY;LANGUAGE=nb:Møte om båten\r\n", "ATTENDEE;X-P=q;CN=Kari;PARTSTAT=ACCEPTED:mailto:kari@fjordlight.example\r\n",
		"RRULE:FREQ=WEEKLY;RSCALE=GREGORIAN\r\n", "TRIGGER:-PT15M\r\nX-B:2\r\n", "TRIGGER:-PT1H\r\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestOneOccurrenceIsChanged(t *testing.T) {
	oslo, _ := time.LoadLocation("Europe/Oslo")
	start := time.Date(2026, 3, 23, 9, 0, 0, 0, oslo)
	o := New(pim.Event{Summary: "Stand-up", Start: pim.At(start), End: pim.At(start.Add(time.Hour)), Rule: &pim.Rule{Freq: "WEEKLY", Count: 3}}, start)
	if got := expand(o, "2026-03-01", "2026-05-01", oslo); strings.Join(got, " ") != "2026-03-23T09:00 2026-03-30T09:00 2026-04-06T09:00" {
		t.Fatalf("over the clock change: %v", got)
	}
	name := "20260330T070000Z"
	e, err := o.Event(name)
	if err != nil {
		t.Fatal(err)
	}
	e.Start, e.End = pim.At(start.AddDate(0, 0, 8)), pim.At(start.AddDate(0, 0, 8).Add(2*time.Hour))
	if err := o.Put(e); err != nil {
		t.Fatal(err)
	}
	again, err := Parse(o.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got := expand(again, "2026-03-01", "2026-05-01", oslo)
	if strings.Join(got, " ") != "2026-03-31T09:00 2026-03-23T09:00 2026-04-06T09:00" {
		t.Errorf("got %v in\n%s", got, again.Bytes())
	}
	back, err := again.Event(name)
	if err != nil || !back.Changed || back.End.Time.Sub(back.Start.Time) != 2*time.Hour {
		t.Errorf("%v %+v", err, back)
	}
	if !bytes.Contains(again.Bytes(), []byte("BEGIN:VTIMEZONE")) || !bytes.Contains(again.Bytes(), []byte("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")) {
		t.Errorf("the zone is not described:\n%s", again.Bytes())
	}
}

func TestEveryZoneIsKnown(t *testing.T) {
	for _, m := range []map[string]string{windowsZones, displayZones, displayCities} {
		for k, v := range m {
			if iana(v) == nil {
				t.Errorf("%s: there is no zone %s", k, v)
			}
		}
	}
	for id, want := range map[string]string{"W. Europe Standard Time": "Europe/Berlin", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "Europe/Berlin",
		"/mozilla.org/20050126_1/America/New_York": "America/New_York", "/freeassociation.sourceforge.net/Tzfile/Europe/Oslo": "Europe/Oslo", "(GMT-05:00) Eastern Time (US & Canada)": "America/New_York",
		`"Europe/Paris"`: "Europe/Paris", "tzone://Microsoft/Utc": "UTC"} {
		if l := Zone(id); l == nil || l.String() != want {
			t.Errorf("%s is %v, want %s", id, l, want)
		}
	}
}

func TestAZoneIsWrittenAsItIs(t *testing.T) {
	for _, name := range []string{"Europe/Oslo", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "America/Santiago", "Africa/Casablanca", "Asia/Tehran", "Pacific/Apia", "Europe/Dublin"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		def := define("X", loc, 2024)
		got := custom("X", def)
		if got == nil {
			t.Fatalf("%s: nothing\n%s", name, def.Bytes())
		}
		for at := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2030; at = at.Add(23 * time.Hour) {
			_, a := at.In(loc).Zone()
			if _, b := at.In(got).Zone(); a != b {
				t.Errorf("%s at %v: %d, want %d\n%s", name, at, b, a, def.Bytes())
				break
			}
		}
	}
}

func TestCustomZoneOfOutlook(t *testing.T) {
	o := parse(t, "BEGIN:VTIMEZONE", "TZID:Customised Time Zone 1", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
		"END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
		"BEGIN:VEVENT", "UID:a", "DTSTART;TZID=Customised Time Zone 1:20260328T120000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "END:VEVENT")
	got := expand(o, "2026-03-01", "2026-05-01", time.UTC)
	if strings.Join(got, " ") != "2026-03-28T11:00 2026-03-29T10:00" {
		t.Errorf("got %v", got)
	}
}

// TestHostileRules: none of these may take long or fill the memory.
func TestHostileRules(t *testing.T) {
	var ex strings.Builder
	ex.WriteString("EXDATE:")
	for i := range 200_000 {
		if i > 0 {
			ex.WriteByte(',')
		}
		ex.WriteString(time.Unix(int64(i)*86400, 0).UTC().Format(clockForm + "Z"))
	}
	full := func(n int) string {
		s := make([]string, n)
		for i := range s {
			s[i] = time.Duration(i).String()
			s[i] = strings.TrimSuffix(s[i], "ns")
		}
		s[0] = "0"
		return strings.Join(s, ",")
	}
	rules := []string{"FREQ=SECONDLY", "FREQ=SECONDLY;COUNT=2000000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=1000000",
		"FREQ=YEARLY;BYHOUR=" + full(24) + ";BYSETPOS=1,-1", "FREQ=MINUTELY;BYSETPOS=9;COUNT=3", "FREQ=SECONDLY;INTERVAL=999999;BYHOUR=3;BYMINUTE=3;BYSECOND=3", "FREQ=HOURLY;BYYEARDAY=366;UNTIL=99991231T235959Z"}
	for _, r := range rules {
		o := parse(t, "BEGIN:VEVENT", "UID:a", "DTSTART:20000101T000000Z", "DURATION:PT1S", "RRULE:"+r, ex.String(), "END:VEVENT")
		n := 0
		began := time.Now()
		s := o.Series()
		s.Expand(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC, func(Instance) bool { n++; return true })
		s.Bounds()
		if n > maxResults+1 {
			t.Errorf("%s: %d occurrences", r, n)
		}
		if took := time.Since(began); took > 30*time.Second { // a guard against having no bound, no measurement
			t.Errorf("%s took %v", r, took)
		}
	}
}

func TestADailyEventOfLongAgoCostsNothing(t *testing.T) {
	o := parse(t, "BEGIN:VEVENT", "UID:a", "DTSTART:19900101T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", "END:VEVENT")
	x := o.Series().rules[0]
	b := &budget{steps: 100, results: 100}
	n := 0
	x.walk(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), b, func(time.Time) bool { n++; return true })
	if n != 31 || b.spent {
		t.Errorf("%d occurrences, spent %v", n, b.spent)
	}
}

func TestThisAndFuture(t *testing.T) {
	o := parse(t, "BEGIN:VEVENT", "UID:a", "DTSTART:20260105T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:old", "END:VEVENT",
		"BEGIN:VEVENT", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260107T080000Z", "DTSTART:20260107T100000Z", "DURATION:PT2H", "SUMMARY:new", "END:VEVENT")
	got := expand(o, "2026-01-01", "2026-02-01", time.UTC)
	if strings.Join(got, " ") != "2026-01-07T10:00 2026-01-05T08:00 2026-01-06T08:00 2026-01-08T10:00" {
		t.Errorf("got %v", got)
	}
}

func FuzzObject(f *testing.F) {
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=X:20260101T000000\nDTEND;TZID=X:20260101T010000\nRRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR;BYSETPOS=-1;COUNT=9\nEXDATE;TZID=X:20260201T000000\nRDATE;VALUE=PERIOD:20260301T000000Z/PT1H\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260401T000000Z\nDTSTART:20260402T000000Z\nEND:VEVENT\nEND:VCALENDAR"))
	f.Add([]byte("BEGIN:VEVENT\nDTSTART:20260101\nDURATION:P1W\nRRULE:FREQ=HOURLY;BYDAY=MO;INTERVAL=7\nBEGIN:VALARM\nTRIGGER:-PT1M\nEND:VALARM\nEND:VEVENT"))
	f.Add([]byte("BEGIN:VTODO\nDUE:20260101T000000\nRRULE:FREQ=WEEKLY\nEND:VTODO"))
	f.Fuzz(func(t *testing.T, b []byte) {
		os, err := Split(b)
		if err != nil {
			return
		}
		for i, o := range os {
			if i == 5 {
				break
			}
			s := o.Series()
			s.Bounds()
			n := 0
			s.Expand(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.UTC, func(i Instance) bool {
				o.Describe(i)
				n++
				return n < 100
			})
			if o.Kind() == "VEVENT" {
				was := o.Bytes()
				if e, err := o.Event(""); err == nil {
					if err := o.Put(e); err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(o.Bytes(), was) {
						t.Fatalf("putting back what is there changed %q to %q", was, o.Bytes())
					}
				}
			} else if o.Kind() == "VTODO" {
				o.PutTask(o.Task())
			}
			o.Index()
			_, before := Parse(o.Bytes())
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			o.Snooze("", 0, now, now.Add(time.Minute))
			o.Snooze("", 1, now, now.Add(time.Hour))
			o.Acknowledge("", now)
			if _, err := Parse(o.Bytes()); err != nil && before == nil {
				t.Fatalf("what was written of a snooze cannot be read: %v", err)
			}
		}
	})
}

func BenchmarkExpandMonth(b *testing.B) {
	o, err := Parse([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Oslo:20100104T090000\nDTEND;TZID=Europe/Oslo:20100104T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE\nEND:VEVENT\nEND:VCALENDAR"))
	if err != nil {
		b.Fatal(err)
	}
	s := o.Series()
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		n := 0
		s.Expand(from, from.AddDate(0, 1, 0), time.UTC, func(Instance) bool { n++; return true })
		if n != 9 {
			b.Fatal(n)
		}
	}
}

func request(method string, seq int, at, summary string, extra ...string) []string {
	l := []string{"METHOD:" + method, "BEGIN:VEVENT", "UID:m", "ORGANIZER:mailto:ada@example.com", "ATTENDEE;CN=Bob;RSVP=TRUE:mailto:bob@example.com", "DTSTAMP:2026010" + string(rune('1'+seq)) + "T000000Z",
		"SEQUENCE:" + string(rune('0'+seq)), "DTSTART:" + at, "DURATION:PT1H", "SUMMARY:" + summary}
	return append(append(l, extra...), "END:VEVENT")
}

func TestOlderMessagesAreIgnored(t *testing.T) {
	now := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	o := parse(t, request("REQUEST", 2, "20260310T100000Z", "Two", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM")...)
	o.DropMethod()
	for _, c := range []struct {
		seq   int
		state string
	}{{1, StateOld}, {2, StateSame}, {3, StateUpdate}} {
		msg := parse(t, request("REQUEST", c.seq, "20260311T100000Z", "Other")...)
		if got := o.Compare(msg); got != c.state {
			t.Errorf("SEQUENCE %d: %s, want %s", c.seq, got, c.state)
		}
	}
	if o.Apply(parse(t, request("REQUEST", 1, "20260311T100000Z", "Old")...), now) {
		t.Error("an older request was applied")
	}
	if o.Apply(parse(t, request("CANCEL", 1, "20260310T100000Z", "Two")...), now) {
		t.Error("an older cancellation was applied")
	}
	if !o.Apply(parse(t, request("REQUEST", 3, "20260312T100000Z", "Three")...), now) {
		t.Error("a newer request was not applied")
	}
	e, err := o.Event("")
	if err != nil || e.Summary != "Three" || e.Start.Time.Day() != 12 || len(e.Alarms) != 1 || o.Method() != "" {
		t.Errorf("%v %+v", err, e)
	}
	if !o.Apply(parse(t, request("CANCEL", 4, "20260312T100000Z", "Three")...), now) {
		t.Error("the cancellation was not applied")
	}
	if e, _ = o.Event(""); e.Status != "cancelled" {
		t.Errorf("%+v", e)
	}
}

func TestReplies(t *testing.T) {
	now := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	o := parse(t, request("REQUEST", 1, "20260310T100000Z", "One", "RRULE:FREQ=DAILY;COUNT=3")...)
	reply, err := Parse(o.Reply("20260311T100000Z", pim.Attendee{Addr: "bob@example.com", Status: "declined"}, "ill, sorry", now))
	if err != nil || reply.Method() != "REPLY" {
		t.Fatal(err)
	}
	if !o.Answer(reply, now) {
		t.Fatal("the reply was not applied")
	}
	one, err := o.Event("20260311T100000Z")
	if err != nil || one.Attendees[0].Status != "declined" || one.Attendees[0].Note != "ill, sorry" {
		t.Errorf("%v %+v", err, one.Attendees)
	}
	if all, _ := o.Event(""); all.Attendees[0].Status != "" {
		t.Errorf("the series: %+v", all.Attendees)
	}
	stranger, err := Parse(o.Reply("", pim.Attendee{Addr: "eve@example.com", Status: "accepted"}, "", now))
	if err != nil {
		t.Fatal(err)
	}
	if o.Answer(stranger, now) {
		t.Error("somebody who was not invited answered")
	}
	o.Bump("")
	late := parse(t, "METHOD:REPLY", "BEGIN:VEVENT", "UID:m", "SEQUENCE:0", "DTSTART:20260310T100000Z", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.com", "END:VEVENT")
	if o.Answer(late, now) {
		t.Error("an answer to an older version was applied")
	}
}
