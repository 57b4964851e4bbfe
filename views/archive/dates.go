package archive

import (
	"strings"
	"time"

	"github.com/postrider/postrider/views/agenda/plan"
)

// light shows which of the proposals is chosen, -1 = none.
func (x *choose) light(i int) {
	for k, o := range x.chips {
		o.On = k == i
		o.Refresh()
	}
}

// writeDates shows the range in the fields; the last day is the one before x.before begins.
func (x *choose) writeDates() {
	from, to := "", ""
	if !x.after.IsZero() {
		from = x.after.Format("2 Jan 2006")
	}
	if !x.before.IsZero() {
		to = plan.AddDays(x.before, -1).Format("2 Jan 2006")
	}
	for i, text := range []string{from, to} {
		on := x.dates[i].OnChanged
		x.dates[i].OnChanged = nil
		x.dates[i].SetText(text)
		x.dates[i].Bad = false
		x.dates[i].OnChanged = on
	}
}

// readDates takes the range from the fields; what cannot be read is marked and takes nothing.
func (x *choose) readDates() {
	var days [2]time.Time
	ok := true
	for i, f := range x.dates {
		text := strings.TrimSpace(f.Text())
		bad := false
		if text != "" {
			var good bool
			days[i], good = plan.ParseDay(text, x.h.Now())
			bad = !good
		}
		ok = ok && !bad
		if f.Bad != bad {
			f.Bad = bad
			f.Refresh()
		}
	}
	x.start.SetEnabled(ok)
	if !ok {
		x.turn++ // an estimate that is under way is of other dates
		return
	}
	x.light(-1)
	x.after, x.before = days[0], days[1]
	if !days[1].IsZero() {
		x.before = plan.AddDays(days[1], 1)
	}
	x.name()
	x.estimate()
}
