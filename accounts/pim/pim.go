package pim

import "time"

// CollectionID names an address book or a calendar in the profile.
type CollectionID int64

// ContactID names a contact in the profile.
type ContactID int64

// EventID names a calendar object in the profile: an event with all its occurrences, or a task.
type EventID int64

// Rights say what a person may do with a collection.
type Rights struct {
	Edit   bool `json:"edit"`   // add, change and remove objects
	Change bool `json:"change"` // rename, recolour
	Delete bool `json:"delete"` // the collection itself
}

// Collection is what address books and calendars have in common.
type Collection struct {
	ID      CollectionID
	Account string // mail.AccountID of the account that it came with, "" = only on this computer
	Source  string // for people: the account's name, or "On this computer"
	Name    string
	Color   string // "#rrggbb", "" = none given
	Order   int    // in the list, the lowest first
	Rights  Rights
	Shared  bool      // belongs to somebody else
	Local   bool      // has no server
	Hidden  bool      // not shown (calendars) or not searched (address books), by the person's choice
	Role    string    // "collected": addresses written to; "birthdays": made from the contacts; "subscription": read from URL; "" otherwise
	URL     string    // of a subscription
	Default bool      // new objects go here
	Count   int       // objects in it
	Pending int       // changes that the server does not have yet
	Err     string    // why it could not be brought up to date, for people; "" = in step
	Checked time.Time // when it was in step with its server last; zero = never
}

// AddressBook is a collection of contacts.
type AddressBook struct{ Collection }

// Calendar is a collection of events and tasks.
type Calendar struct {
	Collection
	Events bool // may hold events
	Tasks  bool // may hold tasks
	// Schedules: its server sends invitations and answers by itself; nothing of them is mailed from here.
	Schedules bool
}

// Conflict is an object that was changed here and on the server. What the server has is in place; what was written here is kept until the person chooses.
type Conflict struct {
	ID         int64 // for ResolveConflict
	Collection CollectionID
	Contact    ContactID // of a contact, or
	Event      EventID   // of a calendar object
	Title      string
	Deleted    string // "here" or "there": one side removed it; "" = both changed it
	Made       time.Time
	Mine       []byte   // raw, as it was written here; nil when it was removed here
	Theirs     []byte   // raw, as the server has it; nil when it was removed there
	Fields     []string // what differs, for people
	// Differences are what differs, for people.
	Differences []Difference
}

// Difference is a line of an object in which two versions of it differ.
type Difference struct{ What, Mine, Theirs string }

// Choice settles a conflict.
type Choice string

// The choices.
const (
	KeepMine   Choice = "mine"
	KeepTheirs Choice = "theirs"
	KeepBoth   Choice = "both" // mine becomes a second object
)
