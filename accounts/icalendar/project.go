package icalendar

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

func (o *Object) text(c *contentline.Component, name string) string {
	return contentline.Unescape(c.Value(name))
}

// Component is the number of the component that describes an occurrence: its own where it was changed, else the series'.
func (o *Object) component(name string) *contentline.Component {
	m := o.master()
	if name == "" {
		if m != nil {
			return m
		}
		return o.comps[0]
	}
	s := o.Series()
	for _, v := range s.overrides {
		if Name(s.named(v.id)) == name {
			return o.comps[v.index]
		}
	}
	return m
}

// Event projects the object, or one occurrence of it by its name. The error is ErrNone when there is no such component or it has no start.
func (o *Object) Event(name string) (pim.Event, error) {
	c := o.component(name)
	if c == nil || c.Name != "VEVENT" {
		return pim.Event{}, ErrNone
	}
	s := o.Series()
	e := o.event(c)
	e.Repeats = s.Repeats() && s.master
	e.Raw = o.Bytes()
	if name == "" {
		if e.Start.IsZero() {
			return e, ErrNone
		}
		return e, nil
	}
	e.Recurrence = name
	e.Changed = c.Get("RECURRENCE-ID") != nil
	if !e.Changed || c.Get("RECURRENCE-ID").Param("RANGE") != "" {
		w, ok := o.zones.when(name, "")
		if !ok {
			return e, ErrNone
		}
		i, ok := s.instance(w)
		if !ok {
			return e, ErrNone
		}
		e.Start, e.End = i.Start, i.End
	}
	e.Rule, e.Dates, e.Except = nil, nil, nil
	return e, nil
}

// instance finds the occurrence that is named by its original start.
func (s *Series) instance(w pim.When) (Instance, bool) {
	name := Name(s.named(w))
	var found Instance
	ok := false
	at := s.named(w)
	back, ahead := s.reach()
	lo, hi := at.In(time.UTC).Add(-back-48*time.Hour), at.In(time.UTC).Add(ahead+48*time.Hour)
	s.Expand(lo, hi, time.UTC, func(i Instance) bool {
		if i.Name == name {
			found, ok = i, true
		}
		return !ok
	})
	return found, ok
}

// event projects one component.
func (o *Object) event(c *contentline.Component) pim.Event {
	e := pim.Event{UID: c.Value("UID"), Summary: o.text(c, "SUMMARY"), Description: o.text(c, "DESCRIPTION"), Location: o.text(c, "LOCATION"), URL: strings.TrimSpace(c.Value("URL")),
		Status: strings.ToLower(strings.TrimSpace(c.Value("STATUS"))), Free: strings.EqualFold(strings.TrimSpace(c.Value("TRANSP")), "TRANSPARENT"), Color: c.Value("COLOR"), Method: o.Method()}
	e.Start, e.End, _ = o.span(c)
	if cl := strings.ToUpper(strings.TrimSpace(c.Value("CLASS"))); cl != "" && cl != "PUBLIC" {
		e.Private = true
	}
	e.Categories = categories(c)
	e.Priority, _ = strconv.Atoi(strings.TrimSpace(c.Value("PRIORITY")))
	e.Sequence, _ = strconv.Atoi(strings.TrimSpace(c.Value("SEQUENCE")))
	if p := c.Get("RRULE"); p != nil {
		if r, err := ParseRule(p.Value); err == nil {
			e.Rule = o.localRule(c, r)
		}
	}
	for _, p := range c.All("RDATE") {
		ds, _ := o.zones.list(p)
		e.Dates = append(e.Dates, ds...)
	}
	for _, p := range c.All("EXDATE") {
		ds, _ := o.zones.list(p)
		e.Except = append(e.Except, ds...)
	}
	e.Alarms = o.alarms(c)
	if p := c.Get("ORGANIZER"); p != nil {
		a := attendee(p)
		e.Organizer = &a
	}
	for i, p := range c.All("ATTENDEE") {
		if i == 2000 {
			break
		}
		e.Attendees = append(e.Attendees, attendee(p))
	}
	e.Created, e.Modified = stamp(c.Value("CREATED")), stamp(c.Value("LAST-MODIFIED"))
	e.Join = joinLink(c, &e)
	return e
}

// localRule gives UNTIL the zone of the start, which is what a person means by it.
func (o *Object) localRule(c *contentline.Component, r pim.Rule) *pim.Rule {
	if start, ok := o.zones.prop(c.Get("DTSTART")); ok && !r.Until.IsZero() && !r.Until.Date && !r.Until.Floating && start.Zone != "" {
		r.Until.Time, r.Until.Zone = r.Until.Time.In(start.Time.Location()), start.Zone
	}
	return &r
}

func stamp(s string) time.Time {
	t, _, _, ok := clock(s)
	if !ok {
		return time.Time{}
	}
	return t
}

func categories(c *contentline.Component) []string {
	var out []string
	for _, p := range c.All("CATEGORIES") {
		out = append(out, contentline.SplitText(p.Value, ',')...)
	}
	return out
}

// address reads a CAL-ADDRESS.
func address(v string) string {
	v = strings.TrimSpace(v)
	if len(v) > 7 && strings.EqualFold(v[:7], "mailto:") {
		return strings.TrimSpace(v[7:])
	}
	return v
}

var roles = map[string]string{"REQ-PARTICIPANT": "required", "OPT-PARTICIPANT": "optional", "NON-PARTICIPANT": "informed", "CHAIR": "chair"}
var kinds = map[string]string{"INDIVIDUAL": "individual", "GROUP": "group", "RESOURCE": "resource", "ROOM": "room"}

func attendee(p *contentline.Prop) pim.Attendee {
	a := pim.Attendee{Name: p.Param("CN"), Addr: address(p.Value), Status: strings.ToLower(p.Param("PARTSTAT")), RSVP: strings.EqualFold(p.Param("RSVP"), "TRUE"),
		Role: roles[strings.ToUpper(p.Param("ROLE"))], Kind: kinds[strings.ToUpper(p.Param("CUTYPE"))], Note: p.Param("X-RESPONSE-COMMENT")}
	if !strings.Contains(a.Addr, "@") && p.Param("EMAIL") != "" { // RFC 7986 section 6.2
		a.Addr = p.Param("EMAIL")
	}
	if strings.EqualFold(a.Name, a.Addr) {
		a.Name = ""
	}
	return a
}

// meetings are the hosts of online meetings whose links are offered as a button.
var meetings = regexp.MustCompile(`https://(?:[A-Za-z0-9-]+\.)*(?:zoom\.us/[jw]/|zoomgov\.com/j/|meet\.google\.com/|teams\.microsoft\.com/l/meetup-join/|teams\.microsoft\.com/meet/|teams\.live\.com/meet/|webex\.com/|gotomeeting\.com/join/|meet\.jit\.si/|whereby\.com/|bluejeans\.com/|meet\.goto\.com/|skype\.com/)[^\s<>"'\\)\]]*`)

// joinLink finds the address of the online meeting: the properties made for it (RFC 7986 section 5.11 and the providers' own), then links of known services in place and text.
func joinLink(c *contentline.Component, e *pim.Event) string {
	for _, p := range c.All("CONFERENCE") {
		if strings.HasPrefix(strings.ToLower(p.Value), "https://") {
			return strings.TrimSpace(p.Value)
		}
	}
	for _, n := range []string{"X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK", "X-ZOOM-JOIN-URL"} {
		if v := strings.TrimSpace(c.Value(n)); strings.HasPrefix(strings.ToLower(v), "https://") {
			return v
		}
	}
	for _, s := range []string{e.Location, e.URL, e.Description} {
		if len(s) > 256<<10 {
			s = s[:256<<10]
		}
		if m := meetings.FindString(s); m != "" {
			return strings.TrimRight(m, ".,;")
		}
	}
	return ""
}

// Task projects a VTODO.
func (o *Object) Task() pim.Task {
	c := o.master()
	if c == nil {
		c = o.comps[0]
	}
	t := pim.Task{UID: c.Value("UID"), Summary: o.text(c, "SUMMARY"), Description: o.text(c, "DESCRIPTION"), Location: o.text(c, "LOCATION"), URL: strings.TrimSpace(c.Value("URL")),
		Status: strings.ToLower(strings.TrimSpace(c.Value("STATUS"))), Categories: categories(c), Alarms: o.alarms(c), Completed: stamp(c.Value("COMPLETED")), Modified: stamp(c.Value("LAST-MODIFIED")), Raw: o.Bytes()}
	t.Start, _ = o.zones.prop(c.Get("DTSTART"))
	t.Due, _ = o.zones.prop(c.Get("DUE"))
	if d, ok := duration(c.Value("DURATION")); ok && t.Due.IsZero() && !t.Start.IsZero() && d > 0 {
		t.Due = t.Start
		t.Due.Time = t.Start.Time.Add(d)
	}
	t.Percent, _ = strconv.Atoi(strings.TrimSpace(c.Value("PERCENT-COMPLETE")))
	t.Priority, _ = strconv.Atoi(strings.TrimSpace(c.Value("PRIORITY")))
	t.Sequence, _ = strconv.Atoi(strings.TrimSpace(c.Value("SEQUENCE")))
	t.Done = t.Status == "completed" || !t.Completed.IsZero()
	if p := c.Get("RRULE"); p != nil {
		if r, err := ParseRule(p.Value); err == nil {
			t.Rule = o.localRule(c, r)
		}
	}
	for _, p := range c.All("RELATED-TO") {
		if r := strings.ToUpper(p.Param("RELTYPE")); (r == "" || r == "PARENT") && t.Parent == "" {
			t.Parent = p.Value
		}
	}
	return t
}

// Describe projects the component that an Instance names.
func (o *Object) Describe(i Instance) pim.Event {
	e := o.event(o.comps[min(i.Component, len(o.comps)-1)])
	e.Start, e.End, e.Recurrence, e.Changed = i.Start, i.End, i.Name, i.Changed
	e.Repeats = i.Name != ""
	return e
}

// Index is what an object can be found by: every text of every component, without doubles.
func (o *Object) Index() string {
	var out []string
	for _, c := range o.comps {
		for _, n := range []string{"SUMMARY", "LOCATION", "DESCRIPTION"} {
			if s := o.text(c, n); s != "" {
				out = append(out, s)
			}
		}
		out = append(out, categories(c)...)
		for i, p := range slices.Concat(c.All("ORGANIZER"), c.All("ATTENDEE")) {
			if i == 200 {
				break
			}
			a := attendee(p)
			out = append(out, a.Name, a.Addr)
		}
		if len(out) > 2000 {
			break
		}
	}
	slices.Sort(out)
	s := strings.Join(slices.Compact(out), "\n")
	if len(s) > 128<<10 {
		s = strings.ToValidUTF8(s[:128<<10], "")
	}
	return s
}
