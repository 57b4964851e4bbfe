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
