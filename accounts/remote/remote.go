// Package remote is the seam between the engine and every protocol. A back end implements [Source] and what else it
// can; the engine asks with nil checks, never for a protocol's name. The comments on these types are contracts, and
// package remotetest checks them against each back end.
//
// All methods may block on the network and must return soon after their context is done. A back end may be used by
// one goroutine at a time, except that Close may be called from any and makes the others return; the engine opens a
// second [Conn] for watching. Errors are *fault.Error. A connection that broke returns fault.Network and stays broken:
// the engine closes it and opens another.
package remote

import (
	"context"
	"io"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Token says how far a collection is known. It is opaque outside the back end that made it; "" = from scratch.
// A token that the server no longer honours is not an error: Pull answers with a Complete delta.
type Token string

// Ref is the server's own name for a thing: "uidvalidity:uid" (IMAP), a UIDL (POP3), a ServerId (EAS), a source key
// (MAPI), an href (DAV). Refs of collections and of items are separate name spaces. Item refs are unique in their collection.
type Ref string

// Kind says what a collection holds.
type Kind string

// The kinds.
const (
	Mail     Kind = "mail"
	Contacts Kind = "contacts"
	Calendar Kind = "calendar"
)

// Source is what every back end can do.
type Source interface {
	// Collections lists all collections, parents before children.
	Collections(ctx context.Context) ([]Collection, error)
	// Pull returns a page of what changed in c since the token. From scratch the pages come newest first, the first of
	// them small (a screenful), all with envelopes. While Delta.More is set the engine commits the page with Delta.Next and pulls again.
	// A collection that vanished is fault.NotFound. An empty delta is not an error.
	Pull(ctx context.Context, c Ref, since Token) (Delta, error)
	// Fetch streams items in the order the back end finds best, calling each for one at a time, perhaps on goroutines of its own. Item.Body must be read inside each; what is
	// left is discarded by the back end. An item that is gone is skipped silently. An error of each ends Fetch and is returned.
	Fetch(ctx context.Context, c Ref, items []Ref, want Want, each func(Item) error) error
	// Close ends the connection. It may be called at any time and more than once; calls under way return.
	Close() error
}

// Want says how much of an item Fetch brings.
type Want int

// What can be wanted.
const (
	WantBody   Want = iota // the exact bytes of the message
	WantHeader             // the header block only, with its empty line
)

// Item is one fetched thing.
type Item struct {
	Ref  Ref
	Size int64     // bytes of Body, -1 where unknown
	Body io.Reader // CRLF line ends as on the wire
	// Rev is the version that Body is (an ETag), "" where there are none.
	Rev string
}

// Collection is a mailbox, address book or calendar on the server.
type Collection struct {
	Ref        Ref
	Parent     Ref // "" = at the top
	Name       string
	Kind       Kind
	Role       mail.Role
	Rights     mail.Rights
	Subscribed bool
	NoSelect   bool // groups children only; Pull is not called
	Shared     bool
	// Keep: what vanishes on the server is kept here (POP3, PST).
	Keep bool
	// Virtual: its messages are also in other collections of the account (Gmail's Starred, Important); by default not pulled.
	Virtual bool
	Total   int // -1 unknown
	Unseen  int // -1 unknown

	// Of address books and calendars:
	Color  string // "#rrggbb", "" = none
	Order  int
	Events bool // a calendar that may hold events
	Tasks  bool // a calendar that may hold tasks
	// Schedules: the server itself sends invitations and answers of what is written there (RFC 6638).
	Schedules bool
}

// State is what the server says of one item.
type State struct {
	Ref      Ref
	Flags    mail.Flags
	Keywords []string
	Received time.Time // INTERNALDATE or the like; zero where unknown
	Size     int64     // RFC822.SIZE, 0 where unknown
	// Envelope is set for items that are new since the token; nil means unchanged. A back end whose listing has no
	// envelopes (POP3 without TOP) leaves it nil for new items too: the engine shows them when the body is here.
	Envelope *mail.Envelope
	// Global names the same message in every collection of the account (X-GM-MSGID, OBJECTID EMAILID), "" where unknown.
	Global string
	// Rev is the version of an object of an address book or calendar (an ETag). The engine fetches the body of what is new or has another one.
	Rev string
	// FlagsUnknown: this back end has no flags (POP3); those here stay.
	FlagsUnknown bool
}

// Delta is a page of changes.
type Delta struct {
	Changed []State
	Gone    []Ref
	// Complete: Changed together with the pages since the one that had From "" is the whole membership, so that what
	// is missing is gone. Never set it from an incomplete or failed listing. When pages are needed only the last one has it,
	// and Members lists all refs.
	Complete bool
	Members  []Ref
	// Reset: refs of before are void (UIDVALIDITY changed): the engine re-matches by Message-ID, size and date before it downloads again.
	Reset bool
	More  bool
	Next  Token
	// Ahead: the page behind Next may be asked for before this one is stored, and both again after a crash. Only where asking tells the server nothing.
	Ahead bool
	// Count is how many items the server says the collection has once Next is reached; nil where it does not say. When the engine knows another
	// number it lists from scratch once: somebody was wrong before.
	Count *int
}

// Verb is the kind of an edit.
type Verb string

// The verbs.
const (
	SetFlags Verb = "flags"
	Add      Verb = "add"
	Remove   Verb = "remove"
	Move     Verb = "move"
	Update   Verb = "update" // of an object of an address book or calendar
)

// Edit is one change to make on the server.
type Edit struct {
	Verb  Verb
	Items []Ref // SetFlags, Remove, Move

	AddFlags, DropFlags       mail.Flags // SetFlags; Add: AddFlags are the flags it is filed with
	AddKeywords, DropKeywords []string

	Dest Ref // Move: the collection

	// Add: the message, read at most twice (Open is called again after a reconnect inside the back end only when nothing was accepted).
	Open       func() (io.ReadCloser, int64, error)
	Received   time.Time
	InternetID string // of the message to add, or of Items[i] in InternetIDs, for probing
	// InternetIDs holds the Message-IDs of Items, "" where unknown.
	InternetIDs []string
	// Sizes holds what State.Size said of Items, 0 where unknown: a back end whose refs may be used again (POP3) compares before it removes.
	Sizes []int64

	// Revs holds the version that each of Items had when it was read (Update, Remove of objects of address books and calendars). The server must refuse
	// the edit when it has another one by now: Done.Err is fault.Conflict then and nothing was changed. "" = whatever it has.
	Revs []string
	// Name is what an added object should be called on the server, without an extension; "" = the back end chooses.
	Name string

	// Again: an earlier try of this same edit may have been carried out. The back end must find out first (by Message-ID, by what is left
	// at the source) and not do it twice. SetFlags and Remove are harmless to repeat.
	Again bool
}

// Done is the server's answer to one edit.
type Done struct {
	// Err is nil, or a *fault.Error for this edit alone. fault.NotFound with Code "stale" says that the refs are void (see Delta.Reset) and nothing was
	// done: the engine pulls and pushes the edit again under the new names. A ref that is merely gone is no error.
	Err error
	// Refs are the new names: of the added item, or of the moved Items in their order. "" where the server did not say; the next Pull of the
	// destination finds it by Message-ID.
	Refs []Ref
	// Revs are the new versions of added and updated objects. "" where the server did not say, or changed what it was given: the next Pull brings it.
	Revs []string
}

// Ack answers a Push: one Done for each edit carried out, in order. Fewer than edits only together with an error.
type Ack struct {
	Done []Done
	// Next replaces the collection's token when not "" (back ends where a push advances the pull key).
	Next Token
}

// Pusher carries changes to the server.
type Pusher interface {
	// Push carries out edits in c in order. A refusal of one edit is in its Done, not in the error. An error means the
	// connection failed: edits without a Done are unknown and will be pushed again with Again set.
	Push(ctx context.Context, c Ref, at Token, edits []Edit) (Ack, error)
}

// Watcher tells of changes.
type Watcher interface {
	// Watch blocks and calls hint for a collection that may have changed; hints are never data and may be spurious. It returns nil when ctx is done
	// and fault.Refused with Code "no-push" where the server offers nothing: the engine polls then.
	Watch(ctx context.Context, cs []Ref, hint func(Ref)) error
}

// Envelope is the SMTP envelope (RFC 5321).
type Envelope struct {
	From string   // address of MAIL, without angle brackets
	To   []string // Bcc included
	Size int64    // bytes of the message (SIZE, RFC 1870); 0 = not known
	// UTF8: the header holds raw UTF-8 (RFC 6531).
	UTF8 bool
	// Notify asks for delivery status notifications (RFC 3461).
	Notify bool
	ID     string // ENVID
}

// Receipt is what the server said to a submission.
type Receipt struct {
	Text       string
	Recipients []mail.RecipientResult
}

// Submitter sends messages.
type Submitter interface {
	// Submit hands the message over. When some recipients are refused it is still sent to the others and they are in the Receipt.
	// An error before the final dot was written is safe to repeat; after it, when no answer came, the error is
	// fault.Network with Code "unsure". open may be called more than once.
	Submit(ctx context.Context, e Envelope, open func() (io.ReadCloser, error)) (Receipt, error)
	// MaxSize is the largest message in bytes, 0 where unknown. It may connect.
	MaxSize(ctx context.Context) (int64, error)
	// Close ends the connection; a Submit under way returns with what it knows.
	Close() error
}

// Organizer changes the tree of collections.
type Organizer interface {
	// Create makes a mailbox inside parent ("" = at the top) and shows it. A name that is taken is fault.Refused.
	Create(ctx context.Context, parent Ref, name string) (Collection, error)
	// Rename gives it a new parent and name; Ref may change and is returned.
	Rename(ctx context.Context, c, parent Ref, name string) (Ref, error)
	// Delete removes a mailbox with its messages.
	Delete(ctx context.Context, c Ref) error
	// Subscribe marks a mailbox as shown in the person's programs, or not.
	Subscribe(ctx context.Context, c Ref, on bool) error
}

// Shelf makes and changes address books and calendars.
type Shelf interface {
	// MakeCollection creates one of c.Kind with c's Name, Color and what it may hold. Made again under the same Name it is another one: the caller lists first.
	MakeCollection(ctx context.Context, c Collection) (Collection, error)
	// ChangeCollection sets name, colour and order. What the server cannot keep is passed over.
	ChangeCollection(ctx context.Context, c Collection) error
	// DropCollection deletes it with all that is in it. One that is gone is no error.
	DropCollection(ctx context.Context, c Ref) error
}

// Usage is the room on the server in bytes.
type Usage struct{ Used, Limit int64 }

// Meter tells the room on the server.
type Meter interface {
	// Usage returns zeros where the server does not say.
	Usage(ctx context.Context) (Usage, error)
}

// Conn is an open account: nil members = cannot.
type Conn struct {
	Source
	Pusher    Pusher
	Watcher   Watcher
	Organizer Organizer
	Meter     Meter
	Shelf     Shelf
}

// Opener opens connections of one account; the engine gets it instead of a protocol.
type Opener interface {
	// Open connects and signs in.
	Open(ctx context.Context) (*Conn, error)
	// OpenSubmitter returns nil, nil where the account cannot send. It need not connect yet.
	OpenSubmitter(ctx context.Context) (Submitter, error)
}
