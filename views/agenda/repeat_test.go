package agenda

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// A rule of one's own: every second week on two days, until a day; it is stored so, shown in words, and kept when something else is changed.
func TestARuleOfOnesOwn(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	ctx := context.Background()
	day := time.Date(2027, 3, 2, 0, 0, 0, 0, d.c.Now().Location()) // a Tuesday
	d.p.draft(plan.At(day, 10*60), plan.At(day, 11*60), false)
	d.field("Title").SetText("Choir")
	repeats := viewtest.Find[*kit.Choice](d.Desk, "Repeats")
	repeats.Pick(len(repeats.Options) - 1)
	d.field("Every").SetText("2")
	viewtest.Find[*kit.FilterChip](d.Desk, "Thu").Tapped(nil)
	ends := viewtest.Find[*kit.Choice](d.Desk, "Ends")
	ends.Pick(1)
	d.field("Last").SetText("soon")
	d.Press("Use")
	if !d.SaysOnTop("Write the last day as") {
		t.Error("nothing is said of a day that is none")
	}
	d.field("Last").SetText("31 Mar 2027")
	d.Press("Use")
	if got := viewtest.Find[*kit.Choice](d.Desk, "Repeats").Value(); got != "Every 2 weeks on Tuesday, Thursday until 31 March 2027" {
		t.Errorf("the editor says %q", got)
	}
	d.Press("Save")
	d.Until("it is saved", func() bool { return strings.Contains(d.text, "“Choir” saved") })
	w := pim.Window{Start: day, End: plan.AddDays(day, 60), Zone: day.Location()}
	var days []string
	var one pim.Occurrence
	look := func() {
		t.Helper()
		os, err := d.c.Events(ctx, w, nil)
		if err != nil {
			t.Fatal(err)
		}
		days = nil
		for _, o := range os {
			if strings.HasPrefix(o.Summary, "Choir") {
				days = append(days, o.Start.Format("2.1."))
				one = o
			}
		}
	}
	look()
	if got := strings.Join(days, " "); got != "2.3. 4.3. 16.3. 18.3. 30.3." {
		t.Errorf("it takes place on %s", got)
	}
	e, err := d.c.Event(ctx, one.Event, "")
	if err != nil {
		t.Fatal(err)
	}
	d.p.edit(e, nil)
	d.field("Title").SetText("Choir practice")
	d.Press("Save")
	d.Until("it is saved again", func() bool { return strings.Contains(d.text, "practice") })
	if look(); len(days) != 5 {
		t.Errorf("with another title it takes place on %v", days)
	}
}

// What is typed like a sentence says when; a title that does not leaves the time that was chosen.
func TestTitleKeepsTheTime(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	day := time.Date(2027, 3, 2, 0, 0, 0, 0, d.c.Now().Location())
	d.p.draft(plan.At(day, 10*60), plan.At(day, 11*60), false)
	title := d.field("Title")
	typed := ""
	for _, r := range "Light test with Bob" {
		typed += string(r)
		type1(title, typed)
	}
	if got := d.field("Start day").Text() + " " + d.field("Start time").Text() + " " + d.field("End time").Text(); got != "2 Mar 2027 10:00 11:00" || d.field("Start time").Hidden {
		t.Errorf("it is at %s now", got)
	}
	type1(title, "Light test every week on 5 March 2027 9:30")
	if got := d.field("Start day").Text() + " " + d.field("Start time").Text() + " " + viewtest.Find[*kit.Choice](d.Desk, "Repeats").Value(); got != "5 Mar 2027 09:30 Every week" {
		t.Errorf("it is at %s", got)
	}
}
