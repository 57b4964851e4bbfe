package pim

import (
	"strconv"
	"strings"
	"time"
)

// Contact is a person, an organisation or a list of contacts: a vCard.
type Contact struct {
	ID   ContactID // 0 = new
	Book CollectionID
	UID  string

	Kind   string // "" or "individual", "org", "group", "location" (a place with an address of its own: a room; RFC 6350 section 6.1.4)
	Name   Name
	Nick   string
	Org    []string // the organisation, then its units
	Title  string   // position
	Role   string   // function
	Emails []Field
	Phones []Field
	URLs   []Field
	Chats  []Field // instant messaging, with the protocol in the value: "xmpp:kari@fjordlight.example"
	Places []Place
	// Related holds other people: Kinds has "spouse", "child", "assistant" and the like.
	Related     []Field
	Birthday    Date
	Anniversary Date
	Note        string
	Categories  []string // groups by name
	Photo       Photo
	// Members of a group: "urn:uuid:…" of contacts, or "mailto:…".
	Members []string

	// Raw is the vCard as it is stored; to read only. Fields that a projection does not have are in it.
	Raw []byte
}

// Name is a structured name. Full is what is shown; where it is empty it is made from the parts.
type Name struct {
	Full, Prefix, Given, Middle, Family, Suffix string
	// How it is pronounced, for sorting (Japanese).
	SoundGiven, SoundFamily string
}

// Field is one of several values with what it is for.
type Field struct {
	Value     string
	Kinds     []string // lower case: "home", "work", "cell", "fax", "pager", "voice", "main", "other"
	Label     string   // the person's own word for it (Apple's X-ABLabel)
	Preferred bool
}

// Place is a postal address.
type Place struct {
	Box, Extended, Street, City, Region, Code, Country string
	Kinds                                              []string
	Label                                              string
	Preferred                                          bool
}

// Photo is a picture. A URL is never fetched by itself.
type Photo struct {
	Type string // "image/jpeg"
	Data []byte
	URL  string
}

// Date is a day of the Gregorian calendar, Month from 1 to 12; Year is 0 where it is not told, as often of birthdays.
type Date struct{ Year, Month, Day int }

// IsZero reports whether it is none.
func (d Date) IsZero() bool { return d.Month == 0 || d.Day == 0 }

// String is "2006-01-02", or "--01-02" without a year, "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	two := func(n int) string {
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
		return strconv.Itoa(n)
	}
	year := "-"
	if d.Year != 0 {
		year = strconv.Itoa(d.Year)
		year = strings.Repeat("0", max(0, 4-len(year))) + year
	}
	return year + "-" + two(d.Month) + "-" + two(d.Day)
}

// Display is the name that is shown: the full one, made from the parts where it is missing, else organisation, address or telephone number.
func (c *Contact) Display() string {
	if s := strings.TrimSpace(c.Name.Full); s != "" {
		return s
	}
	if s := c.Name.Join(); s != "" {
		return s
	}
	if c.Nick != "" {
		return c.Nick
	}
	if len(c.Org) > 0 && c.Org[0] != "" {
		return c.Org[0]
	}
	for _, f := range [][]Field{c.Emails, c.Phones} {
		if len(f) > 0 {
			return f[0].Value
		}
	}
	return ""
}

// Join makes the full name from its parts.
func (n Name) Join() string {
	var out []string
	for _, s := range []string{n.Prefix, n.Given, n.Middle, n.Family, n.Suffix} {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// Sort is what contacts are ordered by: the family name first, with how it sounds where that is given.
func (c *Contact) Sort() string {
	pick := func(a, b string) string {
		if strings.TrimSpace(a) != "" {
			return a
		}
		return b
	}
	s := strings.TrimSpace(pick(c.Name.SoundFamily, c.Name.Family) + " " + pick(c.Name.SoundGiven, c.Name.Given))
	if s == "" || c.Kind == "org" || c.Kind == "group" || c.Kind == "location" {
		s = c.Display()
	}
	return s
}

// IsRoom reports whether it is a place that is invited like a person.
func (c *Contact) IsRoom() bool { return c.Kind == "location" }

// IsGroup reports whether it stands for several contacts.
func (c *Contact) IsGroup() bool { return c.Kind == "group" }

// ContactRow is one line of the list of contacts.
type ContactRow struct {
	ID     ContactID
	Book   CollectionID
	Name   string
	Letter string // under which it stands: an upper-case letter, "#" for others
	Org    string
	Title  string
	Email  string // the preferred one
	Phone  string
	Group  bool
	Room   bool // a place that is invited like a person
	Photo  bool // there is a picture: Contact has it
	UID    string
}

// ContactQuery chooses contacts.
type ContactQuery struct {
	Text       string         // words that begin a name, an organisation, an address, a number or a category; all must be there
	Books      []CollectionID // nil = all that are not hidden
	Category   string
	GroupsOnly bool
	// Letter starts the list there ("M"); the rows before it are left out.
	Letter string
}

// ContactPage is a part of the list.
type ContactPage struct {
	Rows []ContactRow
	More bool
}

// Letter is one entry of the index beside the list.
type Letter struct {
	Letter string // in upper case; "#" for what begins with none
	Count  int    // contacts
}

// Member is somebody in a group. Ref is how the group's vCard names the member.
type Member struct{ Ref, Name, Addr string }

// Category is a group by name of an address book.
type Category struct {
	Book  CollectionID
	Name  string
	Count int // contacts
}

// Suggestion is a completion of a recipient.
type Suggestion struct {
	Name    string
	Addr    string
	Contact ContactID // 0: not in an address book
	Group   bool      // Members is what it stands for
	Members []Field   // Value is the address, Label the name
	Uses    int       // how often it was written to
	Last    time.Time
}

// Duplicate is a set of contacts that look like one, with what would come of them. Nothing is changed before the person agrees.
type Duplicate struct {
	Contacts []Contact
	Merged   Contact
	Why      string // "same address", "same number", "same name"
}
