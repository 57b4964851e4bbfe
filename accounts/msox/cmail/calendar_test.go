package cmail

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

func ics(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u1@example.com\r\nDTSTAMP:20240101T000000Z\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

// occurrences are the starts and ends of the first occurrences of an object, in UTC.
func occurrences(t testing.TB, b []byte) (out []string) {
	t.Helper()
	o, err := icalendar.Parse(b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	from := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	o.Series().Expand(from, from.AddDate(12, 0, 0), time.UTC, func(i icalendar.Instance) bool {
		e := o.Describe(i)
		out = append(out, fmt.Sprintf("%s %s %s %v", i.Start.In(time.UTC).UTC().Format(time.RFC3339), i.End.In(time.UTC).UTC().Format(time.RFC3339), e.Summary, i.Start.Date))
		return true
	})
	slices.Sort(out)
	return out
}

// TestSeries takes series into Outlook's blob and back: every occurrence stays what it was.
func TestSeries(t *testing.T) {
	start := "DTSTART;TZID=Europe/Oslo:20240131T090000"
	end := "DTEND;TZID=Europe/Oslo:20240131T103000"
	for _, rule := range []string{
		"FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=40", "FREQ=DAILY;UNTIL=20240620T070000Z", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=30",
		"FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=20", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU;WKST=SU", "FREQ=WEEKLY;UNTIL=20250101T000000Z",
		"FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=5", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=2TU;COUNT=9",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
		"FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31;COUNT=3", "FREQ=YEARLY;BYMONTH=1;BYDAY=-1WE", "FREQ=YEARLY;INTERVAL=2;COUNT=4",
	} {
		s := start
		e := end
		switch rule {
		case "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=5":
			s, e = strings.ReplaceAll(s, "0131", "0115"), strings.ReplaceAll(e, "0131", "0115")
		case "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR":
			s, e = strings.ReplaceAll(s, "0131", "0126"), strings.ReplaceAll(e, "0131", "0126")
		case "FREQ=MONTHLY;BYDAY=2TU;COUNT=9":
			s, e = strings.ReplaceAll(s, "0131", "0109"), strings.ReplaceAll(e, "0131", "0109")
		case "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1":
			s, e = strings.ReplaceAll(s, "0131", "0130"), strings.ReplaceAll(e, "0131", "0130")
		case "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31;COUNT=3": // the last of January, whatever it is called
			rule = "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=-1;COUNT=3"
		}
		if rule == "FREQ=YEARLY" || strings.HasPrefix(rule, "FREQ=YEARLY;INTERVAL") {
			s, e = strings.ReplaceAll(s, "0131", "0317"), strings.ReplaceAll(e, "0131", "0317")
		}
		in := ics(s, e, "SUMMARY:S", "RRULE:"+rule)
		m, err := FromCalendar(in)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		out, _, err := Calendar(m)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		if a, b := occurrences(t, in), occurrences(t, out); !slices.Equal(a, b) || len(a) < 3 {
			t.Errorf("%s: %d occurrences, then %d\n%s", rule, len(a), len(b), out)
		}
	}
}

func TestExceptions(t *testing.T) {
	in := []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" +
		"BEGIN:VEVENT\r\nUID:u@example.com\r\nDTSTAMP:20240101T000000Z\r\nDTSTART;TZID=Europe/Oslo:20240304T090000\r\nDTEND;TZID=Europe/Oslo:20240304T100000\r\n" +
		"RRULE:FREQ=WEEKLY;COUNT=10\r\nEXDATE;TZID=Europe/Oslo:20240318T090000\r\nSUMMARY:Usual\r\nLOCATION:Room 1\r\nDESCRIPTION:As ever\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:u@example.com\r\nDTSTAMP:20240101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Oslo:20240401T090000\r\nDTSTART;TZID=Europe/Oslo:20240402T140000\r\n" +
		"DTEND;TZID=Europe/Oslo:20240402T150000\r\nSUMMARY:Møte 漢\r\nLOCATION:Room 2\r\nDESCRIPTION:For once\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	m, err := FromCalendar(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Attachments) != 1 || !isException(m.Attachments[0]) {
		t.Fatalf("%d attachments", len(m.Attachments))
	}
	out, _, err := Calendar(m)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := occurrences(t, in), occurrences(t, out); !slices.Equal(a, b) || len(a) != 9 {
		t.Errorf("was %q\nis  %q", a, b)
	}
	for _, want := range []string{"SUMMARY:Møte 漢", "LOCATION:Room 2", "DESCRIPTION:For once", "DESCRIPTION:As ever", "UID:u@example.com"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	// The blob says the same when its Unicode half is gone.
	blob := m.LidBytes(prop.PidLidAppointmentRecur)
	c, err := readRecurrence(blob, true, 1252)
	if err != nil || len(c.exceptions) != 1 || c.exceptions[0].subject != "Møte 漢" || len(c.deleted) != 2 || len(c.modified) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if !slices.Equal(c.bytes(true), blob) {
		t.Error("the blob is written differently the second time")
	}
	for n := range blob {
		if c, err := readRecurrence(blob[:n], true, 1252); err == nil && n < 60 {
			t.Errorf("cut at %d: %+v", n, c)
		}
	}
}

func TestAllDay(t *testing.T) {
	in := ics("DTSTART;VALUE=DATE:20240517", "DTEND;VALUE=DATE:20240518", "SUMMARY:Day", "RRULE:FREQ=YEARLY", "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "CATEGORIES:a,b c")
	m, err := FromCalendar(in)
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := Calendar(m)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := occurrences(t, in), occurrences(t, out); !slices.Equal(a, b) || len(a) < 10 {
		t.Errorf("was %q\nis  %q\n%s", a, b, out)
	}
	for _, want := range []string{"DTSTART;VALUE=DATE:20240517", "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "CATEGORIES:a,b c"} {
		if !strings.Contains(string(out), want+"\r\n") {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	// An all-day event as Outlook makes it in Norway: midnight there, and no zone told.
	names := &prop.Names{}
	bag := prop.Map{prop.PidTagMessageClass: "IPM.Appointment"}
	setNamed(bag, names, prop.PidLidAppointmentStartWhole, time.Date(2024, 5, 16, 22, 0, 0, 0, time.UTC))
	setNamed(bag, names, prop.PidLidAppointmentEndWhole, time.Date(2024, 5, 17, 22, 0, 0, 0, time.UTC))
	setNamed(bag, names, prop.PidLidAppointmentSubType, true)
	out, _, _ = Calendar(&prop.Message{Bag: bag, Namer: names})
	if !strings.Contains(string(out), "DTSTART;VALUE=DATE:20240517\r\nDTEND;VALUE=DATE:20240518\r\n") {
		t.Errorf("the day is wrong:\n%s", out)
	}
}

// TestDescriptionOfHTML: an appointment of Exchange may have its text as HTML alone.
func TestDescriptionOfHTML(t *testing.T) {
	names := &prop.Names{}
	bag := prop.Map{prop.PidTagMessageClass: "IPM.Appointment", prop.PidTagHtml: []byte("<html><body><p>Bring <b>boots</b></p></body></html>"), prop.PidTagInternetCodepage: int32(65001)}
	setNamed(bag, names, prop.PidLidAppointmentStartWhole, time.Date(2024, 5, 6, 7, 0, 0, 0, time.UTC))
	out, _, err := Calendar(&prop.Message{Bag: bag, Namer: names})
	if err != nil || !strings.Contains(string(out), "DESCRIPTION:Bring boots\r\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTask(t *testing.T) {
	in := []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:t@example.com\r\nDTSTAMP:20240101T000000Z\r\nSUMMARY:Paint the boat\r\nDESCRIPTION:Both sides\r\n" +
		"DTSTART;VALUE=DATE:20240301\r\nDUE;VALUE=DATE:20240315\r\nSTATUS:IN-PROCESS\r\nPERCENT-COMPLETE:40\r\nPRIORITY:1\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=4\r\nCATEGORIES:Boat\r\n" +
		"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER;VALUE=DATE-TIME:20240314T080000Z\r\nEND:VALARM\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")
	m, err := FromCalendar(in)
	if err != nil || KindOf(m) != Task {
		t.Fatal(err)
	}
	out, _, err := Calendar(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"UID:t@example.com", "SUMMARY:Paint the boat", "DESCRIPTION:Both sides", "DTSTART;VALUE=DATE:20240301", "DUE;VALUE=DATE:20240315", "STATUS:IN-PROCESS", "PERCENT-COMPLETE:40",
		"PRIORITY:1", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=4", "CATEGORIES:Boat", "TRIGGER;VALUE=DATE-TIME:20240314T080000Z"} {
		if !strings.Contains(string(out), want+"\r\n") {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	done := FromTask(pim.Task{Summary: "x", Done: true, Completed: time.Date(2024, 3, 2, 1, 0, 0, 0, time.UTC)})
	out, _, _ = Calendar(done)
	if !strings.Contains(string(out), "STATUS:COMPLETED\r\nPERCENT-COMPLETE:100\r\nCOMPLETED:20240302T010000Z\r\n") {
		t.Errorf("%s", out)
	}
}

func TestRulesWithoutAPattern(t *testing.T) {
	for _, rule := range []string{"FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYDAY=2TU,4TU", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
		"FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=YEARLY;BYMONTH=1,7", "FREQ=MONTHLY;BYDAY=-2FR", "FREQ=DAILY;BYMONTH=1"} {
		m, err := FromCalendar(ics("DTSTART;TZID=Europe/Oslo:20240131T090000", "SUMMARY:S", "RRULE:"+rule))
		if !errors.Is(err, ErrRecurrence) || m == nil || m.LidBytes(prop.PidLidAppointmentRecur) != nil {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

func TestZones(t *testing.T) {
	for name, windows := range map[string]string{"Europe/Oslo": "Europe/Oslo", "Europe/Berlin": "W. Europe Standard Time", "America/New_York": "Eastern Standard Time", "Asia/Kolkata": "India Standard Time",
		"Australia/Sydney": "AUS Eastern Standard Time", "America/Sao_Paulo": "E. South America Standard Time", "Pacific/Auckland": "New Zealand Standard Time", "UTC": "UTC"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		z := zoneFrom(loc, 2024)
		for _, back := range []*zone{z, zoneDefinition(z.definition(2)), zoneStruct(z.structure(), z.name)} {
			if back == nil || back.name != windows {
				t.Fatalf("%s: %+v", name, back)
			}
			for at := time.Date(2024, 1, 1, 0, 30, 0, 0, time.UTC); at.Year() == 2024; at = at.Add(7 * time.Hour) {
				want := at.In(loc)
				got := back.local(at)
				if got.Format("2006-01-02T15:04") != want.Format("2006-01-02T15:04") {
					t.Fatalf("%s: %v is %v there, not %v", name, at, want, got)
				}
				if u := back.utc(got); !u.Equal(at) && want.Add(time.Hour).Format("15:04") != at.Add(time.Hour).In(loc).Add(0).Format("15:04") {
					t.Fatalf("%s: %v came back as %v", name, at, u)
				}
			}
		}
	}
}

// TestICSCorpora takes the events of the calendar corpora into Outlook's form and back.
func TestICSCorpora(t *testing.T) {
	n, lost := 0, 0
	for _, set := range []string{"ics-collective", "ics-ical4j", "ics-icalnet", "ics-khal", "ics-nodeical", "ics-icaljs"} {
		files, _ := filepath.Glob(filepath.Join(corpora.Dir(t, set), "*"))
		more, _ := filepath.Glob(filepath.Join(corpora.Dir(t, set), "*", "*.ics"))
		for _, f := range append(files, more...) {
			b, err := os.ReadFile(f)
			if err != nil || len(b) > 1<<20 {
				continue
			}
			objects, err := icalendar.Split(b)
			if err != nil {
				continue
			}
			for _, o := range objects[:min(len(objects), 50)] {
				if o.Kind() != "VEVENT" {
					continue
				}
				was, err := o.Event("")
				if err != nil {
					continue
				}
				n++
				m, err := FromCalendar(o.Bytes())
				if errors.Is(err, ErrRecurrence) {
					lost++
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", f, err)
					continue
				}
				out, _, err := Calendar(m)
				if err != nil {
					t.Errorf("%s: %v", f, err)
					continue
				}
				back, err := icalendar.Parse(out)
				if err != nil {
					t.Errorf("%s: %v", f, err)
					continue
				}
				got, err := back.Event("")
				if err != nil || strings.TrimSpace(oneLine(got.Summary)) != strings.TrimSpace(oneLine(was.Summary)) || strings.TrimSpace(oneLine(got.Location)) != strings.TrimSpace(oneLine(was.Location)) || !sameTime(got.Start, was.Start) {
					t.Errorf("%s: %v\n%q %q %v\n%q %q %v", f, err, was.Summary, was.Location, was.Start, got.Summary, got.Location, got.Start)
				}
			}
		}
	}
	t.Logf("%d events, %d with a rule that Outlook has no pattern for", n, lost)
	if n < 300 {
		t.Errorf("only %d events", n)
	}
}

func sameTime(a, b pim.When) bool {
	return a.Date == b.Date && a.In(time.UTC).Truncate(time.Minute).Equal(b.In(time.UTC).Truncate(time.Minute))
}

func FuzzRecurrence(f *testing.F) {
	m, err := FromCalendar(ics("DTSTART;TZID=Europe/Oslo:20240131T090000", "DTEND;TZID=Europe/Oslo:20240131T093000", "SUMMARY:S", "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Oslo:20240207T090000"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(m.LidBytes(prop.PidLidAppointmentRecur), m.LidBytes(prop.PidLidAppointmentTimeZoneDefinitionRecur), m.LidBytes(prop.PidLidGlobalObjectId))
	f.Add([]byte{4, 0x30}, []byte{2, 1, 0}, []byte{4, 0, 0, 0, 0x82})
	start := time.Date(2024, 5, 16, 22, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, recur, zone, id []byte) {
		names := &prop.Names{}
		bag := prop.Map{prop.PidTagMessageClass: "IPM.Schedule.Meeting.Request", prop.PidTagSubject: "s"}
		setNamed(bag, names, prop.PidLidAppointmentStartWhole, start)
		setNamed(bag, names, prop.PidLidAppointmentEndWhole, start.Add(time.Hour))
		setNamed(bag, names, prop.PidLidAppointmentRecur, recur)
		setNamed(bag, names, prop.PidLidAppointmentTimeZoneDefinitionRecur, zone)
		setNamed(bag, names, prop.PidLidTimeZoneStruct, zone)
		setNamed(bag, names, prop.PidLidGlobalObjectId, id)
		m := &prop.Message{Bag: bag, Namer: names}
		b, _, _ := Calendar(m)
		if _, err := icalendar.Parse(b); err != nil {
			t.Fatalf("%v in\n%s", err, b)
		}
		if c, err := readRecurrence(recur, true, 1252); err == nil {
			if _, err := readRecurrence(c.bytes(true), true, 1252); err != nil {
				t.Fatalf("what was read cannot be read when it is written: %+v", c)
			}
		}
	})
}
