package icalendar

import (
	"strings"
	"testing"
	"time"
)

const withAlarms = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:a1\r\nDTSTAMP:20260309T080000Z\r\nDTSTART:20260309T100000Z\r\nDTEND:20260309T110000Z\r\nSUMMARY:Call\\, with Jonas\r\n" +
	"BEGIN:VALARM\r\nACTION:DISPLAY\r\nX-KEEP:1\r\nEND:VALARM\r\n" + // it has no TRIGGER: it rings never, and is no alarm of ours
	"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nX-OTHER:kept\r\nEND:VALARM\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func TestSnoozeIsRelatedToItsAlarm(t *testing.T) {
	o, err := Parse([]byte(withAlarms))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 9, 9, 46, 0, 0, time.UTC)
	if !o.Snooze("", 0, now, now.Add(10*time.Minute)) {
		t.Fatal("not put off")
	}
	read := func() *Object {
		t.Helper()
		x, err := Parse(o.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	e, err := read().Event("")
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Alarms) != 3 || !e.Alarms[0].Acknowledged.Equal(now) || !e.Alarms[1].Acknowledged.IsZero() || !e.Alarms[2].Snooze || !e.Alarms[2].At.Equal(now.Add(10*time.Minute)) || e.Alarms[2].Action != "display" {
		t.Fatalf("%+v", e.Alarms)
	}
	vs := o.master().Comps("VALARM")
	uid := vs[1].Value("UID")
	if p := vs[3].Get("RELATED-TO"); uid == "" || p == nil || p.Value != uid || p.Param("RELTYPE") != "SNOOZE" || vs[3].Value("UID") == "" || vs[3].Value("UID") == uid || vs[3].Value("DESCRIPTION") != `Call\, with Jonas` {
		t.Errorf("written:\n%s", o.Bytes())
	}
	for _, s := range []string{"X-OTHER:kept", "X-KEEP:1"} {
		if !strings.Contains(string(o.Bytes()), s) {
			t.Errorf("%s is lost", s)
		}
	}
	// Put off once more: one snooze takes the place of the other, of the same alarm.
	o = read()
	later := now.Add(10 * time.Minute)
	if !o.Snooze("", 2, later, later.Add(10*time.Minute)) {
		t.Fatal("not put off again")
	}
	if e, err = read().Event(""); err != nil || len(e.Alarms) != 3 || !e.Alarms[2].At.Equal(later.Add(10*time.Minute)) || !e.Alarms[0].Acknowledged.Equal(later) {
		t.Fatalf("%v %+v", err, e.Alarms)
	}
	if vs := o.master().Comps("VALARM"); vs[3].Get("RELATED-TO").Value != uid || vs[1].Value("UID") != uid {
		t.Errorf("not related to the first:\n%s", o.Bytes())
	}
	// Dismissed: the snooze is gone, the alarms are acknowledged.
	end := later.Add(11 * time.Minute)
	if !o.Acknowledge("", end) {
		t.Fatal("not dismissed")
	}
	if e, err = read().Event(""); err != nil || len(e.Alarms) != 2 || !e.Alarms[0].Acknowledged.Equal(end) || !e.Alarms[1].Acknowledged.Equal(end) {
		t.Fatalf("%v %+v", err, e.Alarms)
	}
	for _, n := range []int{-1, 2, 99} {
		if o.Snooze("", n, end, end.Add(time.Minute)) {
			t.Errorf("there is no alarm %d", n)
		}
	}
}

func TestASnoozeThatHasNotRungStays(t *testing.T) {
	o, err := Parse([]byte(withAlarms))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 9, 9, 46, 0, 0, time.UTC)
	o.Snooze("", 0, now, now.Add(time.Hour))
	o.Acknowledge("", now.Add(10*time.Minute))
	if e, err := o.Event(""); err != nil || len(e.Alarms) != 3 || !e.Alarms[2].Snooze {
		t.Errorf("%v %+v", err, e.Alarms)
	}
}
