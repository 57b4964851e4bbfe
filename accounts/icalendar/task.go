package icalendar

import (
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// PutTask writes a changed task back.
func (o *Object) PutTask(t pim.Task) error {
	c := o.master()
	if c == nil || c.Name != "VTODO" {
		if c = o.comps[0]; c.Name != "VTODO" {
			return ErrNone
		}
	}
	o.putTask(c, t)
	return nil
}

func (o *Object) putTask(c *contentline.Component, t pim.Task) {
	was := (&Object{root: o.root, cal: o.cal, zones: o.zones, comps: []*contentline.Component{c}}).Task()
	o.setText(c, "SUMMARY", was.Summary, t.Summary)
	o.setText(c, "DESCRIPTION", was.Description, t.Description)
	o.setText(c, "LOCATION", was.Location, t.Location)
	if was.URL != t.URL {
		c.Set("URL", t.URL)
	}
	if !equal(was.Start, t.Start) {
		o.setTime(c, "DTSTART", t.Start)
	}
	if !equal(was.Due, t.Due) {
		c.Set("DURATION", "")
		o.setTime(c, "DUE", t.Due)
	}
	if t.Done != was.Done {
		if t.Done {
			t.Status, t.Percent = "completed", 100
			if t.Completed.IsZero() {
				t.Completed = t.Modified
			}
			if t.Completed.IsZero() {
				t.Completed = time.Now()
			}
		} else {
			t.Completed = time.Time{}
			if t.Status == "completed" {
				t.Status = "needs-action"
			}
			if t.Percent == 100 {
				t.Percent = 0
			}
		}
	}
	if !t.Completed.Equal(was.Completed) {
		v := ""
		if !t.Completed.IsZero() {
			v = t.Completed.UTC().Format(clockForm + "Z")
		}
		c.Set("COMPLETED", v)
	}
	if t.Status != was.Status {
		c.Set("STATUS", strings.ToUpper(t.Status))
	}
	setNumber(c, "PERCENT-COMPLETE", was.Percent, t.Percent)
	setNumber(c, "PRIORITY", was.Priority, t.Priority)
	setNumber(c, "SEQUENCE", was.Sequence, t.Sequence)
	o.setCategories(c, was.Categories, t.Categories)
	o.setRule(c, was.Rule, t.Rule, t.Start)
	o.setAlarms(c, was.Alarms, t.Alarms, t.Summary)
	if was.Parent != t.Parent {
		c.Remove(func(p *contentline.Prop) bool {
			r := strings.ToUpper(p.Param("RELTYPE"))
			return p.Name == "RELATED-TO" && (r == "" || r == "PARENT")
		})
		if t.Parent != "" {
			c.Add(contentline.NewProp("RELATED-TO", t.Parent))
		}
	}
	if !t.Modified.Equal(was.Modified) && !t.Modified.IsZero() {
		stampNow(c, t.Modified)
	}
}

// NextTask moves a task that repeats from the date that it is at to the next one of its rule that is not before today. It reports false, and changes nothing, where the task does
// not repeat, or not any more. t is the task as o.Task gave it; PutTask writes it.
func (o *Object) NextTask(t *pim.Task, now time.Time) bool {
	s := o.Series()
	if !s.master || t.Rule == nil {
		return false
	}
	here := s.start
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	from := here.In(now.Location())
	if from.Before(today) {
		from = today
	}
	var next pim.When
	for _, days := range []int{40, 800, 12 * 366} { // a rule may leave out years: 29 February
		s.Expand(from, from.AddDate(0, 0, days), now.Location(), func(i Instance) bool {
			if !i.Changed && s.key(i.Start) > s.key(here) && !i.Start.In(now.Location()).Before(today) && (next.IsZero() || s.key(i.Start) < s.key(next)) {
				next = i.Start
			}
			return true
		})
		if !next.IsZero() {
			break
		}
	}
	if next.IsZero() {
		return false
	}
	if t.Rule.Count > 0 { // the dates that it leaves behind count
		r := *t.Rule
		s.Expand(here.In(now.Location()), next.In(now.Location()), now.Location(), func(i Instance) bool {
			if k := s.key(i.Start); k >= s.key(here) && k < s.key(next) {
				r.Count--
			}
			return true
		})
		r.Count = max(1, r.Count)
		t.Rule = &r
	}
	by := civil(next.Time).Sub(civil(here.Time))
	if !t.Start.IsZero() {
		t.Start = move(t.Start, by, t.Start)
	}
	if !t.Due.IsZero() {
		t.Due = move(t.Due, by, t.Due)
	}
	t.Alarms = pim.Set(t.Alarms)
	for i := range t.Alarms {
		if a := &t.Alarms[i]; !a.At.IsZero() {
			a.At = a.At.Add(by)
		}
	}
	t.Done, t.Completed, t.Percent = false, time.Time{}, 0
	if t.Status != "" {
		t.Status = "needs-action"
	}
	return true
}
