package mail

import (
	"strings"
	"time"
)

// AccountID names an account in this profile; random, never reused.
type AccountID string

// MailboxID is the local name of a mailbox. Never reused.
type MailboxID int64

// MessageID is the local name of a message: seconds since 1970 of its date << 20 | a sequence number.
// Ordering by it is ordering by date. Never reused.
type MessageID int64

// Time returns the date that the id carries, to the second.
func (id MessageID) Time() time.Time { return time.Unix(int64(id)>>20, 0) }

// ThreadID names a conversation in this profile.
type ThreadID int64

// DraftID names a draft that is being written.
type DraftID int64

// OutboxID names a message that waits to be sent.
type OutboxID int64

// Flags are the message marks that the program itself understands (RFC 9051 section 2.3.2, RFC 5788 keywords).
type Flags uint32

// The flags; the last three are keywords on IMAP servers ($Forwarded, $Junk, $NotJunk).
const (
	Seen Flags = 1 << iota
	Answered
	Flagged
	Deleted
	DraftFlag
	Forwarded
	Junk
	NotJunk
	MDNSent
)

var flagNames = []string{"seen", "answered", "flagged", "deleted", "draft", "forwarded", "junk", "notjunk", "mdnsent"}

// Has reports whether all of g are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Names returns the flags as lower-case words, in a fixed order; never nil.
func (f Flags) Names() []string {
	out := []string{}
	for i, n := range flagNames {
		if f&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// String joins Names with spaces.
func (f Flags) String() string { return strings.Join(f.Names(), " ") }

// Role says what a mailbox is for (RFC 6154, RFC 8621 section 2).
type Role string

// The roles. RoleOutbox exists only locally.
const (
	RoleNone      Role = ""
	RoleInbox     Role = "inbox"
	RoleDrafts    Role = "drafts"
	RoleSent      Role = "sent"
	RoleArchive   Role = "archive"
	RoleJunk      Role = "junk"
	RoleTrash     Role = "trash"
	RoleAll       Role = "all"
	RoleFlagged   Role = "flagged"
	RoleImportant Role = "important"
)

// Rights are what the person may do in a mailbox (RFC 4314, reduced to what the program asks).
type Rights uint16

// The rights.
const (
	MayRead   Rights = 1 << iota // list and read messages
	MayFlag                      // change flags
	MayAdd                       // append, move in
	MayRemove                    // remove, move out
	MayCreate                    // create a child
	MayRename                    // rename it or move it in the tree
	MayDelete                    // delete the mailbox itself
	MaySubscribe
	AllRights = MayRead | MayFlag | MayAdd | MayRemove | MayCreate | MayRename | MayDelete | MaySubscribe
)

// Has reports whether all of g are granted.
func (r Rights) Has(g Rights) bool { return r&g == g }

// Mailbox is a folder of messages as the sidebar shows it.
type Mailbox struct {
	ID         MailboxID
	Account    AccountID
	Parent     MailboxID // 0: at the top
	Name       string    // the last part of its path, Unicode
	Path       string    // whole path for people, parts joined by "/"
	Role       Role
	Rights     Rights
	Subscribed bool
	Selectable bool // false: it only groups children
	Shared     bool // another person's or a public mailbox
	Local      bool // exists only in this profile; nothing of it is on a server
	Total      int  // messages that are shown in it
	Unread     int  // of those
}

// Address is one mailbox of RFC 5322 section 3.4, decoded. Addr is local@domain, the domain in Unicode as written.
type Address struct {
	Name string `json:"name,omitempty"`
	Addr string `json:"addr"`
}

// Display returns the name, or the address where there is none.
func (a Address) Display() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Addr
}

// Envelope is what a message says of itself in its header fields, decoded to Unicode. Ids are without angle brackets.
type Envelope struct {
	InternetID string // Message-ID
	InReplyTo  string
	References []string
	Date       time.Time // of the Date field; zero where absent or unreadable
	From       []Address
	Sender     []Address
	ReplyTo    []Address
	To         []Address
	Cc         []Address
	Bcc        []Address
	Subject    string
	ListID     string
	// Attachments is a guess from the header fields (multipart/mixed); the parsed body corrects it.
	Attachments bool
}

// Summary is one row of a message list.
type Summary struct {
	ID          MessageID
	Account     AccountID
	Mailbox     MailboxID
	Thread      ThreadID
	InternetID  string
	From        []Address
	To          []Address
	Subject     string
	Snippet     string // up to 200 characters of the text; "" until the body is here
	Date        time.Time
	Received    time.Time // when it came to its mailbox (INTERNALDATE); Date where that is not known
	Flags       Flags
	Keywords    []string
	Size        int64 // bytes on the wire
	Attachments bool
	Invitation  bool // has a text/calendar part with a METHOD
	HasBody     bool // the whole message is stored here
	Pending     bool // a change of it has not reached the server
	DraftID     DraftID
	// Of the conversation the row stands for; Count is 1 when rows are single messages.
	Count   int
	Unread  int       // of Count
	Senders []Address // distinct senders, newest last; at most 4
}
