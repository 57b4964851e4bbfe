package cmail

import (
	"errors"
	"testing"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/vcard"
)

// FuzzCalendar takes whatever is a calendar object into an item and back.
func FuzzCalendar(f *testing.F) {
	f.Add(ics("DTSTART;TZID=Europe/Oslo:20240131T090000", "DTEND;TZID=Europe/Oslo:20240131T093000", "SUMMARY:S", "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Oslo:20240207T090000",
		"ORGANIZER:mailto:a@example.com", "ATTENDEE;PARTSTAT=ACCEPTED;CN=B:mailto:b@example.com"))
	f.Add([]byte("BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nSUMMARY:x\r\nDUE:20240101T000000Z\r\nDTSTART;VALUE=DATE:20240101\r\nRRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=20250101\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"))
	f.Add([]byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:t\r\nDTSTART:20240101T000000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:t\r\nRECURRENCE-ID:20240102T000000Z\r\nDTSTART:20240102T010000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := FromCalendar(b)
		if m == nil {
			if err == nil {
				t.Fatal("neither an item nor an error")
			}
			return
		}
		out, _, err := Calendar(m)
		if err != nil && !errors.Is(err, ErrRecurrence) {
			t.Fatal(err)
		}
		if _, err := icalendar.Parse(out); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err != nil {
			t.Fatalf("what was written as a pattern cannot be read: %v\n%s", err, b)
		}
		for _, a := range m.Attachments {
			if _, err := a.Embedded(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzVCard takes whatever is a vCard into an item and back.
func FuzzVCard(f *testing.F) {
	f.Add([]byte("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A B\r\nN:B;A;;;\r\nEMAIL;PREF=1:a@example.com\r\nTEL;TYPE=\"home,fax\":1\r\nADR;TYPE=work:;;S;C;R;1;N\r\nBDAY:--0229\r\nPHOTO:data:image/png;base64,iVBORw==\r\nEND:VCARD\r\n"))
	f.Add([]byte("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:G\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:mailto:a@example.com\r\nEND:VCARD\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := FromVCard(b)
		if err != nil {
			return
		}
		for _, version := range []int{3, 4} {
			out := VCard(m, version)
			if _, err := vcard.Parse(out); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
		again := FromContact(func() pim.Contact { k, _ := vcard.Parse(VCard(m, 4)); return k.Contact() }())
		if KindOf(again) != KindOf(m) {
			t.Fatalf("a %v became a %v", KindOf(m), KindOf(again))
		}
	})
}
