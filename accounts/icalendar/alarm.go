package icalendar

import (
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// maxAlarms is how many reminders of one entry are looked at.
const maxAlarms = 50

func (o *Object) alarms(c *contentline.Component) []pim.Alarm {
	var out []pim.Alarm
	for _, v := range alarmComps(c) {
		a, _ := readAlarm(v)
		if a.Acknowledged.IsZero() {
			a.Acknowledged = stamp(c.Value("X-MOZ-LASTACK"))
		}
		out = append(out, a)
	}
	return out
}

// alarmComps are the reminders of a component that can ring, in the order of pim.Event.Alarms.
func alarmComps(c *contentline.Component) []*contentline.Component {
	var out []*contentline.Component
	for _, v := range c.Comps("VALARM") {
		if _, ok := readAlarm(v); ok && len(out) < maxAlarms {
			out = append(out, v)
		}
	}
	return out
}

func readAlarm(v *contentline.Component) (pim.Alarm, bool) {
	t := v.Get("TRIGGER")
	if t == nil {
		return pim.Alarm{}, false
	}
	a := pim.Alarm{Action: strings.ToLower(strings.TrimSpace(v.Value("ACTION"))), FromEnd: strings.EqualFold(t.Param("RELATED"), "END"), Acknowledged: stamp(v.Value("ACKNOWLEDGED")), Snooze: snoozed(v) != nil}
	if d, ok := duration(t.Value); ok {
		a.Before = -d
	} else if a.At = stamp(t.Value); a.At.IsZero() {
		return a, false
	}
	return a, true
}

// snoozed is the property by which an alarm names the one that it puts off, nil when it puts off none.
func snoozed(v *contentline.Component) *contentline.Prop {
	for _, p := range v.All("RELATED-TO") {
		if strings.EqualFold(p.Param("RELTYPE"), "SNOOZE") {
			return p
		}
	}
	return nil
}

// Acknowledge says in the object that the reminders of an occurrence that rang until a time were dismissed (RFC 9074 section 6), so that other programs of the person do not show them. Alarms
// of a snooze that rang are taken out (section 7). It reports false when there is nothing to say it of.
func (o *Object) Acknowledge(name string, at time.Time) bool {
	c := o.component(name)
	if c == nil {
		return false
	}
	c.RemoveComp(func(v *contentline.Component) bool {
		a, ok := readAlarm(v)
		return v.Name == "VALARM" && ok && a.Snooze && !a.At.IsZero() && !a.At.After(at)
	})
	vs := c.Comps("VALARM")
	for _, v := range vs {
		v.Set("ACKNOWLEDGED", at.UTC().Format(clockForm+"Z"))
	}
	return len(vs) > 0
}

// Snooze puts the alarm n of an occurrence (in the order of pim.Event.Alarms) off until a time: it is acknowledged at now, and another one is added that rings at that time and is related to it (RFC
// 9074 section 7). An alarm that puts off another one already makes way for the new one. It reports false when there is no such alarm.
func (o *Object) Snooze(name string, n int, now, until time.Time) bool {
	c := o.component(name)
	if c == nil {
		return false
	}
	as := alarmComps(c)
	if n < 0 || n >= len(as) {
		return false
	}
	first, uid := as[n], ""
	if p := snoozed(first); p != nil {
		uid = p.Value
		gone := first
		c.RemoveComp(func(v *contentline.Component) bool { return v == gone })
		if i := slices.IndexFunc(as, func(v *contentline.Component) bool { return uid != "" && v.Value("UID") == uid }); i >= 0 {
			first = as[i]
		}
	} else if uid = first.Value("UID"); uid == "" {
		uid = NewUID()
		first.Set("UID", uid)
	}
	first.Set("ACKNOWLEDGED", now.UTC().Format(clockForm+"Z"))
	text := first.Value("DESCRIPTION")
	if text == "" {
		text = c.Value("SUMMARY")
	}
	v := contentline.NewComponent("VALARM")
	v.Add(contentline.NewProp("UID", NewUID()))
	v.Add(contentline.NewProp("ACTION", "DISPLAY"))
	v.Add(contentline.NewProp("TRIGGER", until.UTC().Format(clockForm+"Z"), "VALUE", "DATE-TIME"))
	v.Add(contentline.NewProp("DESCRIPTION", text))
	v.Add(contentline.NewProp("RELATED-TO", uid, "RELTYPE", "SNOOZE"))
	c.AddComp(v)
	return true
}
