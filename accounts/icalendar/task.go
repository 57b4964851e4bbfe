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
