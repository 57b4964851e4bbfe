package app

import (
	"context"
	"io"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
)

// PIM is the part of [Client] that is about contacts and calendars; *App has it by way of *Shelves. The windows of contacts and calendar are built on it, so it is kept stable: methods may
// be added, none changes. The types are those of package pim.
//
// Everything is local and at once, like the rest of Client: a change is shown when the method returns, and the server is told behind. bus.Changed has Contacts and Calendars set when something is different. Errors are
// *fault.Error.
//
// An address book or calendar with an Account comes from its server; one without is only on this computer. The first use makes what a profile always has: a local address book and calendar, the book of collected
// addresses, and the calendar of birthdays (Role "birthdays": it holds nothing itself).
type PIM interface {
	// AddressBooks and Calendars are in the order of the sidebar, hidden ones too.
	AddressBooks(ctx context.Context) ([]pim.AddressBook, error)
	Calendars(ctx context.Context) ([]pim.Calendar, error)
	// MakeAddressBook and MakeCalendar make one with an account, or ("") only here. color is "#rrggbb" or "".
	MakeAddressBook(ctx context.Context, a mail.AccountID, name, color string) (pim.CollectionID, error)
	MakeCalendar(ctx context.Context, a mail.AccountID, name, color string) (pim.CollectionID, error)
	// Subscribe follows a calendar at a webcal: or https: address; it is read from there now and again and cannot be edited. It waits for the network.
	SubscribeCalendar(ctx context.Context, url, name, color string) (pim.CollectionID, error)
	// ChangeCollection sets Name, Color, Order, Hidden and Default of c.ID; the rest of c is not looked at.
	ChangeCollection(ctx context.Context, c pim.Collection) error
	// DropCollection removes an address book or calendar with all that is in it, on the server too. It cannot be undone.
	DropCollection(ctx context.Context, id pim.CollectionID) error

	// Contacts returns rows in the order of the list, behind the row with id after (0 = from the start, or from q.Letter).
	Contacts(ctx context.Context, q pim.ContactQuery, after pim.ContactID, limit int) (pim.ContactPage, error)
	// Letters are those that the list has, with how many contacts each; books nil = all that are not hidden.
	Letters(ctx context.Context, books []pim.CollectionID) ([]pim.Letter, error)
	// Categories are the groups by name that contacts are in, by address book and name.
	Categories(ctx context.Context) ([]pim.Category, error)
	// Contact returns one with everything that pim.Contact has; a vCard holds more.
	Contact(ctx context.Context, id pim.ContactID) (pim.Contact, error)
	// ContactsOf returns the contacts that have an address: for avatars and "in my contacts".
	ContactsOf(ctx context.Context, addr string) ([]pim.ContactRow, error)
	// SaveContact stores a new (ID 0) or changed contact; a changed Book moves it. Fields that differ from what is stored are written, everything else of the vCard stays.
	SaveContact(ctx context.Context, c pim.Contact) (pim.ContactID, Undo, error)
	// DeleteContacts removes contacts, on the server too; those that are gone are passed over.
	DeleteContacts(ctx context.Context, ids []pim.ContactID) (Undo, error)
	// Duplicates finds contacts that look like one; MergeContacts makes them one: merged is stored in the place of the first, the others are removed.
	Duplicates(ctx context.Context) ([]pim.Duplicate, error)
	MergeContacts(ctx context.Context, ids []pim.ContactID, merged pim.Contact) (pim.ContactID, Undo, error)
	// Suggest completes recipients from contacts, groups and correspondents: those written to most first.
	Suggest(ctx context.Context, prefix string, limit int) ([]pim.Suggestion, error)
	// Members are the addresses that a group stands for.
	Members(ctx context.Context, group pim.ContactID) ([]mail.Address, error)
	// GroupMembers are the members that a group names itself; one that is in no address book here has no address.
	GroupMembers(ctx context.Context, group pim.ContactID) ([]pim.Member, error)

	// Events returns the occurrences that touch the window, by start; calendars nil = all that are not hidden.
	Events(ctx context.Context, w pim.Window, calendars []pim.CollectionID) ([]pim.Occurrence, error)
	// Event returns an event; recurrence "" = the whole, else one occurrence of it as Occurrence.Recurrence names it.
	Event(ctx context.Context, id pim.EventID, recurrence string) (pim.Event, error)
	// FindEvents returns events that have the words, the newest first: one row each, at its next occurrence or its last one.
	FindEvents(ctx context.Context, text string, limit int) ([]pim.Occurrence, error)
	// SaveEvent stores a new (ID 0) or changed event; scope counts for one occurrence of a series (Recurrence set). A changed Calendar moves the whole event.
	SaveEvent(ctx context.Context, e pim.Event, scope pim.Scope) (pim.EventID, Undo, error)
	// DeleteEvent removes an event (recurrence ""), one occurrence of it, or with scope those that follow too.
	DeleteEvent(ctx context.Context, id pim.EventID, recurrence string, scope pim.Scope) (Undo, error)
	// QuickEvent reads an entry like "Lunch Friday 13:00-14:30 at the harbour" (English); what it does not find stays in Summary. Text that says nothing of a
	// time is a title, and Start is zero then. Nothing is stored.
	QuickEvent(text string, now time.Time) pim.Event

	// Tasks returns tasks by due date, done ones only with done; calendars nil = all that are not hidden.
	Tasks(ctx context.Context, calendars []pim.CollectionID, done bool) ([]pim.Task, error)
	Task(ctx context.Context, id pim.EventID) (pim.Task, error)
	// SaveTask stores a new (ID 0) or changed task; a changed Calendar moves it. Without one it goes into the default calendar that may hold tasks.
	SaveTask(ctx context.Context, t pim.Task) (pim.EventID, Undo, error)
	DeleteTask(ctx context.Context, id pim.EventID) (Undo, error)
	// CompleteTask ticks a task off, or takes that back. One that repeats moves on to its next date that is not before today, and is done at its last one.
	CompleteTask(ctx context.Context, id pim.EventID, done bool) (Undo, error)
	// QuickTask reads an entry like "Call Jonas tomorrow 10:00" or "Water the plants every week" (English). Without a date in it there is no due date. Nothing is stored.
	QuickTask(text string, now time.Time) pim.Task

	// FreeBusy tells when people are busy: the person (also by the address "") from their own calendars, others from the server where it tells. It waits for the network.
	FreeBusy(ctx context.Context, w pim.Window, addrs []string) ([]pim.FreeBusy, error)

	// Rooms are the rooms and things that the accounts' servers have to be invited. It waits for the network, unless they were asked for lately.
	Rooms(ctx context.Context) ([]pim.Attendee, error)

	// Reminders returns the alarms that are due until a time and were not dismissed, by Due. Ask with a time ahead to know when to look again.
	Reminders(ctx context.Context, until time.Time) ([]pim.Reminder, error)
	// Snooze shows a reminder again at a time; the zero time dismisses it, here and (through the server) in the person's other programs.
	Snooze(ctx context.Context, r pim.Reminder, until time.Time) error

	// Invitation returns what a mail's calendar part says and how it stands to the calendars; false when there is none. A reply or cancellation is applied by ApplyInvitation.
	Invitation(ctx context.Context, id mail.MessageID) (pim.Invitation, bool, error)
	// Invitations returns those in the inboxes that wait for an answer, the newest first.
	Invitations(ctx context.Context) ([]Waiting, error)
	// AnswerInvitation puts the event into a calendar (0 = the default one) with the answer "accepted", "tentative" or "declined", and sends the answer to the
	// organiser through the account's own outgoing server, with a note where there is one. Declined new events are not kept. send false: nothing is sent.
	AnswerInvitation(ctx context.Context, id mail.MessageID, answer, note string, calendar pim.CollectionID, send bool) error
	// ApplyInvitation carries out what a REPLY or CANCEL says: attendees' answers, occurrences called off.
	ApplyInvitation(ctx context.Context, id mail.MessageID) error
	// ProposeTime answers an invitation with another time: it is tentative in the calendar, and the organiser gets the proposal by mail. The organiser takes it with TakeProposal, which
	// moves the event and tells all who are invited, or declines it.
	ProposeTime(ctx context.Context, id mail.MessageID, start, end pim.When, note string) error
	TakeProposal(ctx context.Context, id mail.MessageID) error
	DeclineProposal(ctx context.Context, id mail.MessageID, note string) error
	// Invite sends the invitation (or its update, or with cancel that it is called off) to the attendees of an event that the person organises.
	Invite(ctx context.Context, id pim.EventID, recurrence, note string, cancel bool) error

	// ImportContacts reads vCards or a CSV file (Google's and Outlook's columns). It returns how many came in and how many were there already.
	ImportContacts(ctx context.Context, book pim.CollectionID, r io.Reader) (added, same int, err error)
	// ExportContacts writes "vcf" or "csv"; ids nil = the whole book.
	ExportContacts(ctx context.Context, book pim.CollectionID, ids []pim.ContactID, format string, w io.Writer) error
	// ImportCalendar reads events and tasks from an .ics file, and returns as ImportContacts does.
	ImportCalendar(ctx context.Context, calendar pim.CollectionID, r io.Reader) (added, same int, err error)
	// ExportCalendar writes .ics; ids nil = the whole calendar.
	ExportCalendar(ctx context.Context, calendar pim.CollectionID, ids []pim.EventID, w io.Writer) error

	// Conflicts are objects that were changed here and on the server; ResolveConflict ends one.
	Conflicts(ctx context.Context) ([]pim.Conflict, error)
	ResolveConflict(ctx context.Context, id int64, c pim.Choice) error

	// Services tells what contacts and calendars an account has or could have; UseService turns one on or off. Turning on waits for the network to sign in first; turning off
	// removes what came over it from this computer and nothing from the server.
	Services(ctx context.Context, a mail.AccountID) ([]Service, error)
	UseService(ctx context.Context, a mail.AccountID, p mail.Protocol, on bool) error
	// UseServiceAt turns one on at an https address that the person gave. It waits for the network to sign in first.
	UseServiceAt(ctx context.Context, a mail.AccountID, p mail.Protocol, url string) error
	// SyncPIM asks for contacts and calendars now; "" = of all accounts. It returns at once.
	SyncPIM(a mail.AccountID)
}

// Service is the contacts or the calendars of an account.
type Service struct {
	Protocol mail.Protocol // mail.CardDAV or mail.CalDAV
	On       bool
	URL      string
	Source   string // where it was found, for people
	Err      error  // why it does not work, a *fault.Error
	Checked  time.Time
}
