package pst

import "strings"

// Kind is what an item is, by its message class.
type Kind string

// The kinds.
const (
	KindMessage          Kind = "Message"
	KindAppointment      Kind = "Appointment"
	KindMeeting          Kind = "Meeting"
	KindContact          Kind = "Contact"
	KindDistributionList Kind = "DistributionList"
	KindTask             Kind = "Task"
	KindNote             Kind = "Note"
	KindJournal          Kind = "Journal"
	KindDocument         Kind = "Document"
	KindPost             Kind = "Post"
	KindReport           Kind = "Report"
	// KindSystem is what Outlook keeps for itself among the items (free/busy data): no person sees it in a folder.
	KindSystem Kind = "System"
)

// KindOf is the kind of a message class; what is not known is a Message.
func KindOf(class string) Kind {
	c := strings.ToUpper(class)
	is := func(p string) bool { return c == p || strings.HasPrefix(c, p+".") }
	switch {
	case is("IPM.SCHEDULE"):
		return KindMeeting
	case is("IPM.APPOINTMENT"), strings.HasPrefix(c, "IPM.OLE.CLASS.{00061055"):
		return KindAppointment
	case is("IPM.CONTACT"), is("IPM.ABCHPERSON"):
		return KindContact
	case is("IPM.DISTLIST"):
		return KindDistributionList
	case is("IPM.TASK"), is("IPM.TASKREQUEST"):
		return KindTask
	case is("IPM.STICKYNOTE"):
		return KindNote
	case is("IPM.ACTIVITY"):
		return KindJournal
	case is("IPM.DOCUMENT"):
		return KindDocument
	case is("IPM.POST"):
		return KindPost
	case is("REPORT"):
		return KindReport
	case is("IPM.MICROSOFT"):
		return KindSystem
	}
	return KindMessage
}
