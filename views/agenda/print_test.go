package agenda

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/printing"
)

func TestPaper(t *testing.T) {
	day := func(d, h, m int) time.Time { return time.Date(2026, 3, d, h, m, 0, 0, time.UTC) }
	os := []pim.Occurrence{
		{Calendar: 1, Summary: "Tide <table>", Start: day(3, 9, 0), End: day(3, 10, 30), Location: "Pier 4"},
		{Calendar: 1, Summary: "Fair", AllDay: true, Start: day(4, 0, 0), End: day(6, 0, 0)},
		{Calendar: 2, Summary: "Night visit", Start: day(5, 22, 0), End: day(6, 2, 0)},
		{Calendar: 2, Summary: "Called off", Status: "cancelled", Start: day(6, 8, 0), End: day(6, 8, 0)},
	}
	s := paper{now: day(3, 8, 0), hues: map[pim.CollectionID]string{1: "green", 2: "rose"}}
	s.list("From 2 March", day(2, 0, 0), 7, os)
	l, err := printing.Lay(context.Background(), printing.Document{Parts: []printing.Part{{HTML: printing.Sheet(s.b.String())}}}, printing.Papers[0])
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, o := range l.List.Order {
		words = append(words, strings.TrimSpace(textOf(l, o.Item)))
	}
	got := strings.Join(strings.Fields(strings.Join(words, " ")), " ")
	want := "From 2 March Tuesday 3 March 2026 09:00 to 10:30 Tide <table> Pier 4 Wednesday 4 March 2026 All day Fair Thursday 5 March 2026 All day Fair 22:00 Night visit Friday 6 March 2026 to 02:00 Night visit 08:00 Called off"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// A month has five or six weeks; one that is of the next month altogether is left out.
	m := paper{now: s.now, hues: s.hues}
	start := plan.Month(day(1, 0, 0), time.Monday)
	m.table("March 2026", start, 42, os, 100, func(d time.Time) bool { return d.Month() == time.March })
	if n := strings.Count(m.b.String(), "<td>"); n != 42 {
		t.Errorf("%d days of March", n)
	}
	f := paper{now: s.now, hues: s.hues}
	f.table("February 2026", plan.Month(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), time.Sunday), 42, os, 100, func(d time.Time) bool { return d.Month() == time.February })
	if n := strings.Count(f.b.String(), "<td>"); n != 28 {
		t.Errorf("%d days of February that begins on a Sunday", n)
	}
	k := paper{now: s.now}
	k.tasks("Tasks", []pim.Task{{Summary: "Buy <rope>", Due: pim.Day(2026, 3, 3)}, {Summary: "Done", Done: true}})
	if h := k.b.String(); !strings.Contains(h, "Buy &lt;rope&gt;") || !strings.Contains(h, "Today") || !strings.Contains(h, "<s>Done</s>") {
		t.Error(h)
	}
}

func textOf(l *printing.Laid, item int) string {
	if r, ok := l.List.Items[item].(*display.Run); ok {
		return r.Text + " "
	}
	return ""
}
