package agenda

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

type buffer struct{ bytes.Buffer }

func (*buffer) Close() error { return nil }

// A file's events come into the calendar that was chosen, once, and go out again.
func TestFiles(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	d.Until("the calendars", func() bool { return d.p.ready })
	var cal pim.Calendar
	for _, c := range d.p.cals {
		if c.Name == "Family" {
			cal = c
		}
	}
	// The other button on its name leads there.
	viewtest.Find[*kit.Check](d.Desk, "Family").TappedSecondary(&fyne.PointEvent{AbsolutePosition: fyne.NewPos(100, 300)})
	offered := ""
	d.EachOnTop(func(o fyne.CanvasObject) bool {
		if m, ok := o.(*kit.Menu); ok {
			for _, it := range m.Items {
				offered += it.Text + ";"
			}
			m.Close()
			return false
		}
		return true
	})
	if !strings.Contains(offered, "Import .ics…;Export as .ics…;") {
		t.Errorf("the calendar's menu offers %s", offered)
	}
	const file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:regatta\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260505T080000Z\r\nDTEND:20260505T090000Z\r\nSUMMARY:Regatta\r\nX-OWN:kept\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	d.p.take(cal, io.NopCloser(strings.NewReader(file)))
	d.Until("the event", func() bool { return strings.Contains(d.text, "1 entry added to “Family”") })
	d.p.take(cal, io.NopCloser(strings.NewReader(file)))
	d.Until("that it was there", func() bool { return strings.Contains(d.text, "1 was there already") })
	os, err := d.c.Events(context.Background(), pim.Window{Start: time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 5, 6, 0, 0, 0, 0, time.UTC)}, nil)
	if err != nil || len(os) == 0 || os[0].UID != "regatta" || os[0].Calendar != cal.ID || strings.Count(fmt.Sprint(os), "regatta") != 1 {
		t.Fatalf("%v %+v", err, os)
	}
	var out buffer
	d.p.give(cal, &out, t.TempDir()+"/none", "Family.ics")
	d.Until("the file", func() bool { return d.text == "Family.ics saved" })
	if s := out.String(); !strings.Contains(s, "UID:regatta") || !strings.Contains(s, "X-OWN:kept") || strings.Count(s, "BEGIN:VCALENDAR") != 1 {
		t.Errorf("it holds\n%s", s)
	}
}

// What was changed here and on the server is pointed out, shown side by side and settled one after the other; contacts are settled beside the contacts.
func TestSettle(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	d.c.Conflicting = []pim.Conflict{
		{ID: 3, Event: 1, Title: "Row", Differences: []pim.Difference{{What: "Title", Mine: "Row", Theirs: "Row early"}, {What: "Place", Mine: "", Theirs: "Båthus"}}},
		{ID: 4, Event: 2, Title: "Choir", Deleted: "there"}, {ID: 5, Event: 3, Title: "Swim", Deleted: "here"}, {ID: 6, Contact: 9, Title: "Kari"}}
	d.p.loadCalendars()
	d.Until("the banner", func() bool { return d.Says("3 entries were changed here and on the server") })
	d.Press("Look")
	for _, s := range []string{"“Row”", "Mine", "The server's", "Row early", "Båthus", "nothing", "Keep both"} {
		if !d.SaysOnTop(s) {
			t.Errorf("it does not say %q", s)
		}
	}
	d.Press("Keep both")
	d.Until("the next one", func() bool { return d.SaysOnTop("It was removed on the server") })
	d.Press("Let it go")
	d.Until("the last one", func() bool { return d.SaysOnTop("You removed it") })
	d.Press("Keep it")
	d.Until("that none is left", func() bool {
		return d.Win.Canvas().Overlays().Top() == nil && !d.Says("changed here and on the server")
	})
	if got := strings.Join(d.c.Settled, ", "); got != "3 both, 4 theirs, 5 theirs" {
		t.Errorf("settled: %s", got)
	}
}

// What goes on past midnight is on both days, and only the first one counts down to it.
func TestComingPastMidnight(t *testing.T) {
	now := time.Date(2027, 3, 2, 23, 20, 0, 0, time.UTC)
	c := NewComing()
	c.Now, c.Hue = func() time.Time { return now }, func(pim.Occurrence) string { return "green" }
	c.Resize(fyne.NewSize(280, 400))
	c.Set(time.Date(2027, 3, 2, 0, 0, 0, 0, time.UTC), 2, []pim.Occurrence{{Event: 1, Summary: "Night watch", Start: now.Add(3 * time.Minute), End: now.Add(63 * time.Minute)}})
	c.View(0, 400)
	c.draw()
	var texts []string
	for _, x := range c.sheet.texts[:c.sheet.nt] {
		texts = append(texts, x.Text)
	}
	if s := strings.Join(texts, "|"); strings.Count(s, "in 3 min") != 1 || !strings.Contains(s, "|to 00:23|") || !strings.Contains(s, "|23:23|") {
		t.Errorf("it says %s", s)
	}
}
