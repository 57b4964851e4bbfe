package cmail

import (
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// Kind is what an item is for a person.
type Kind int

// The kinds of items.
const (
	Mail Kind = iota
	Contact
	Group       // distribution list
	Appointment // an entry of a calendar
	Meeting     // a message about one: request, response, cancellation
	Task
	Note
	Journal
	Report    // delivery and read reports
	Exception // of a recurring appointment, kept in an attachment of it
	Other     // configuration and the like
)

// KindOf looks at the message class ([MS-OXCMSG] 2.2.1.3).
func KindOf(m prop.Bag) Kind { return KindOfClass(prop.Text(m, prop.PidTagMessageClass)) }

// KindOfClass is the kind of a message class; the empty one is mail.
func KindOfClass(class string) Kind {
	c := strings.ToLower(class)
	is := func(p string) bool { return c == p || strings.HasPrefix(c, p+".") }
	switch {
	case is("ipm.contact"), is("ipm.abchperson"):
		return Contact
	case is("ipm.distlist"):
		return Group
	case is("ipm.appointment"):
		return Appointment
	case is("ipm.schedule.meeting"):
		return Meeting
	case is("ipm.task"):
		return Task
	case is("ipm.stickynote"):
		return Note
	case is("ipm.activity"):
		return Journal
	case is("report"):
		return Report
	case is("ipm.ole.class"):
		return Exception
	case is("ipm.configuration"), is("ipm.microsoft"), is("ipc"):
		return Other
	}
	return Mail
}
