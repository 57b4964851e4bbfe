package store

import (
	"context"
	"io"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// OpKind is the kind of a pending change.
type OpKind string

// The kinds. Flags, Move, Remove and Add are remote edits; the rest change the tree.
const (
	OpFlags     OpKind = "flags"
	OpMove      OpKind = "move"
	OpRemove    OpKind = "remove"
	OpAdd       OpKind = "add"
	OpCreate    OpKind = "mailbox-create"
	OpRename    OpKind = "mailbox-rename"
	OpDelete    OpKind = "mailbox-delete"
	OpSubscribe OpKind = "mailbox-subscribe"
)

// OpState is how far an op is.
type OpState string

// The states: an op is Sent durably before the network call; found Sent at the start of the program means "perhaps carried out".
const (
	OpQueued OpState = "queued"
	OpSent   OpState = "sent"
	OpParked OpState = "parked" // waits for the person (over quota)
)

// Op is one row of the journal.
type Op struct {
	ID       int64
	Account  mail.AccountID
	Mailbox  mail.MailboxID // where the message is on the server (source of a move)
	Message  mail.MessageID
	Kind     OpKind
	State    OpState
	Add      mail.Flags // OpFlags; OpAdd: flags it is filed with
	Drop     mail.Flags
	AddKW    []string
	DropKW   []string
	Dest     mail.MailboxID // OpMove, OpRename (new parent)
	Ref      remote.Ref     // name on the server at the source when the op was made; "" = not yet known (a queued Add or Move before it gives it)
	Digest   string         // OpAdd: body to add
	Name     string         // OpCreate, OpRename
	On       bool           // OpSubscribe
	Attempts int            // to carry it out, so far
	Next     time.Time      // not before
	Error    string         // the server's last refusal, for people
	Undo     int64          // group of one command, for taking it back
	Made     time.Time
}

// Row is a stored message as the engine sees it.
type Row struct {
	ID         mail.MessageID
	Account    mail.AccountID
	Mailbox    mail.MailboxID // where it is shown
	Thread     mail.ThreadID
	Base       mail.MailboxID // where the server has it; differs from Mailbox while a move is pending; 0: nowhere yet
	Ref        remote.Ref     // its name in Base, "" = not yet known
	BaseFlags  mail.Flags     // the server's
	BaseKW     []string
	Flags      mail.Flags // shown: BaseFlags with the pending ops applied
	Keywords   []string
	InternetID string
	Global     string // see remote.State
	Size       int64  // bytes, as the server told or as the body is
	Digest     string // SHA-256 of the raw bytes, hex; "" = body not here
	Date       time.Time
	Received   time.Time // when it came to its mailbox; Date where that is not known
	Kept       bool      // gone on the server, kept here
	Removed    bool      // hidden: a remove op is pending
}

// NewMessage is a message to insert.
type NewMessage struct {
	Account  mail.AccountID
	Mailbox  mail.MailboxID
	Ref      remote.Ref // "" for one that is only here
	Flags    mail.Flags
	Keywords []string
	Envelope *mail.Envelope // nil: header not known yet; shown when the body is here
	Received time.Time
	Size     int64  // bytes, as the server tells
	Global   string // see remote.State
	Body     *Body  // nil: not here
}

// Body is a message body ready to store: the engine computed everything outside the write lock.
type Body struct {
	Digest      string // SHA-256 of the raw bytes, hex
	Raw         []byte // exact bytes; nil when Packed is set
	Packed      []byte // zstd frame of Raw
	Size        int64  // of Raw
	Envelope    mail.Envelope
	Snippet     string
	Text        string // for the index, at most 256 KiB
	Names       string // attachment names for the index, space separated
	Attachments bool
	Invitation  bool

	at location // where Stow put it
}

// Outbound is a row of the outbox.
type Outbound struct {
	mail.OutboxItem
	Envelope remote.Envelope
	Digest   string         // what is sent
	Filed    string         // digest of the copy for Sent (with Bcc), or AlreadyFiled
	Draft    mail.DraftID   // reopened by undo; removed when sent
	Source   mail.MessageID // gets Answered or Forwarded
	Mark     mail.Flags     // the flag Source gets
}

// AlreadyFiled is Outbound.Filed of what is left for some of the recipients: the copy went to Sent when the others got the message.
const AlreadyFiled = "-"

// View is a set of messages that can be listed.
type View struct {
	Mailbox mail.MailboxID // one mailbox, or
	Role    mail.Role      // all mailboxes of this role in all accounts (RoleInbox leaves out accounts with HideInAll), or
	Flagged bool           // all starred messages outside Trash and Junk, or
	Search  string         // a search expression over everything (or within Mailbox/Role when set too)
	Account mail.AccountID // narrows Role, Flagged and Search

	// Filters, combined by AND.
	OnlyUnread, OnlyFlagged, OnlyAttachments, OnlyToMe bool

	Threads bool // rows stand for conversations: newest message of each, with Count
	Oldest  bool // ascending
}

// Slice is a part of a view.
type Slice struct {
	Rows []mail.Summary
	// More: there is something behind the last row.
	More bool
}

// The methods below are what the rest of the program uses. All are safe for concurrent use; reads do not wait for the writer.
// A missing row is fault.NotFound. They are listed as an interface for reading; *Store has more.
type api interface {
	Close() error
	Dir() string

	// Write runs f in the one write transaction; f's error rolls back. What f changed is published on the bus after the commit. f must not block on
	// anything but the database.
	Write(ctx context.Context, f func(tx *Tx) error) error

	Accounts(ctx context.Context) ([]mail.Account, error)
	Mailboxes(ctx context.Context, a mail.AccountID) ([]mail.Mailbox, error) // "" = of all accounts
	// Place returns what the engine needs of a mailbox.
	Place(ctx context.Context, id mail.MailboxID) (Place, error)
	PlaceByRef(ctx context.Context, a mail.AccountID, ref remote.Ref) (Place, error)

	// List returns rows after (older than) the row with id after, 0 = from the start; it costs the same anywhere in the view.
	List(ctx context.Context, v View, after mail.MessageID, limit int) (Slice, error)
	// Count is kept, not counted, where the view has no filter or search; else it is counted up to limit.
	Count(ctx context.Context, v View, limit int) (total, unread int, err error)
	// Order streams the ids of the whole view in order, in chunks; used to fill the list's index behind the first screenful.
	Order(ctx context.Context, v View, chunk int, each func([]mail.MessageID) error) error
	// Summaries returns rows for ids, in their order; those that are gone are left out. With v.Threads the conversation's columns are filled.
	Summaries(ctx context.Context, v View, ids []mail.MessageID) ([]mail.Summary, error)
	// ThreadMembers returns the conversation of id over all mailboxes but Trash and Junk (unless id is there), oldest first.
	ThreadMembers(ctx context.Context, id mail.MessageID) ([]mail.Summary, error)

	Row(ctx context.Context, id mail.MessageID) (Row, error)
	// Raw returns the exact bytes of a message that is here.
	Raw(ctx context.Context, id mail.MessageID) ([]byte, error)
	// Blob returns a stored body or attachment by digest.
	Blob(ctx context.Context, digest string) (io.ReadCloser, int64, error)
	PutBlob(ctx context.Context, r io.Reader) (digest string, size int64, err error)

	// MissingBodies returns messages whose body is not here, newest first, dated at or after since (zero = all), after an id as in List.
	MissingBodies(ctx context.Context, box mail.MailboxID, since time.Time, after mail.MessageID, limit int) ([]Row, error)
	// FindDigest reports whether a body is here already.
	HasBlob(ctx context.Context, digest string) (bool, error)
	// Stow appends a body to a pack ahead of the transaction that stores it.
	Stow(b *Body) error

	// Ops returns queued, sent and parked ops of an account in the order they were made.
	Ops(ctx context.Context, a mail.AccountID) ([]Op, error)
	Outbox(ctx context.Context) ([]Outbound, error)
	Drafts(ctx context.Context) ([]mail.Draft, error)
	Draft(ctx context.Context, id mail.DraftID) (mail.Draft, error)

	// Complete returns known correspondents for a prefix of a name or address, best first (those written to count most).
	Complete(ctx context.Context, prefix string, limit int) ([]Correspondent, error)

	// Setting and PutSetting keep small values of the program (window size, choices), JSON.
	Setting(ctx context.Context, key string, into any) (bool, error)
	PutSetting(ctx context.Context, key string, v any) error

	// Index brings the full-text index up to date with bodies stored since; it works in slices and returns what is left.
	Index(ctx context.Context, max int) (left int, err error)
	// Reindex forgets the index and queues all messages for it.
	Reindex(ctx context.Context) error
	Stats(ctx context.Context) (Stats, error)
}

// Place is a mailbox as the engine sees it.
type Place struct {
	mail.Mailbox
	Ref     remote.Ref
	Token   remote.Token
	Keep    bool
	Virtual bool
	// Resetting: a full listing after a Reset is under way; messages not seen again by its end are gone.
	Resetting bool
	// Listed is set when the first full listing has ended.
	Listed  bool
	Checked time.Time
}

// Correspondent is somebody the person wrote to or heard from.
type Correspondent struct {
	mail.Address
	Written, Received int       // messages to and from them
	Last              time.Time // of these
}

// Stats are the sizes of the profile.
type Stats struct {
	Messages   int   // of all mailboxes
	Bodies     int64 // bytes of what messages are
	IndexBytes int64 // bytes of what is known of them, the text index among it
	Unindexed  int   // messages that are here and whose text cannot be searched yet
}

// writer lists what Tx can do.
type writer interface {
	PutAccount(a mail.Account) error
	RemoveAccount(id mail.AccountID) error

	// PutCollections merges a whole listing of an account's collections: new ones are made, vanished ones (never Local, never while an op
	// on them is pending) are removed with their messages, except Keep ones.
	PutCollections(a mail.AccountID, cs []remote.Collection) error
	// LocalMailbox returns the mailbox of a role that exists only here, making it when needed.
	LocalMailbox(a mail.AccountID, role mail.Role, name string) (mail.MailboxID, error)
	MakeMailbox(a mail.AccountID, parent mail.MailboxID, name string, role mail.Role) (mail.MailboxID, error) // Ref "" until the server has it
	SetMailboxRef(id mail.MailboxID, ref remote.Ref) error
	RenameMailbox(id, parent mail.MailboxID, name string) error
	SetSubscribed(id mail.MailboxID, on bool) error
	DropMailbox(id mail.MailboxID) error

	SetToken(box mail.MailboxID, t remote.Token, checked time.Time) error
	SetResetting(box mail.MailboxID, on bool) error
	SetListed(box mail.MailboxID, on bool) error

	// RowsByRef returns what is known of refs in the server's view of box (Base = box).
	RowsByRef(box mail.MailboxID, refs []remote.Ref) (map[remote.Ref]Row, error)
	// Refs returns all refs whose Base is box.
	Refs(box mail.MailboxID) (map[remote.Ref]mail.MessageID, error)
	// Unnamed returns messages with Base = box and Ref "" (added or moved there by us, name not yet known).
	Unnamed(box mail.MailboxID) ([]Row, error)
	// ByInternetID returns the account's messages with that Message-ID.
	ByInternetID(a mail.AccountID, id string) ([]Row, error)
	ByGlobal(a mail.AccountID, global string) ([]Row, error)
	Row(id mail.MessageID) (Row, error)
	Rows(ids []mail.MessageID) (map[mail.MessageID]Row, error)

	// Insert stores new messages, threads them and keeps counters; ids are in the order of ms.
	Insert(ms []NewMessage) ([]mail.MessageID, error)
	// SetEnvelope fills in the header data of a message inserted without.
	SetEnvelope(id mail.MessageID, e mail.Envelope) error
	// PutBodies stores bodies of messages; one digest already here is shared. Indexing is left to Store.Index.
	PutBodies(bs map[mail.MessageID]Body) error
	// ShareBody gives id the body that another message has.
	ShareBody(id, from mail.MessageID) error
	SetBaseFlags(id mail.MessageID, f mail.Flags, kw []string) error // shown flags are computed again from the pending ops
	// SetShown changes what is shown (a command); the matching op is added by AddOp in the same transaction.
	SetShown(id mail.MessageID, f mail.Flags, kw []string) error
	SetMailbox(id mail.MessageID, shown mail.MailboxID) error
	SetRemoved(id mail.MessageID, hidden bool) error
	// SetBase says where the server has it now and under which name.
	SetBase(id mail.MessageID, box mail.MailboxID, ref remote.Ref) error
	SetKept(id mail.MessageID) error // it is gone on the server and kept here: Base 0, no ref
	Delete(ids []mail.MessageID) error

	AddOp(op Op) (int64, error)
	PutOp(op Op) error // state, attempts, next, error, ref, dest
	DropOp(id int64) error
	OpsOf(id mail.MessageID) ([]Op, error)
	OpsByUndo(group int64) ([]Op, error)
	NextUndo() (int64, error)

	PutDraft(d mail.Draft) (mail.DraftID, error)
	DropDraft(id mail.DraftID) error
	// LinkDraft ties a draft to the message that stands for it in the Drafts mailbox (0 = none).
	LinkDraft(d mail.DraftID, m mail.MessageID) error
	DraftMessage(d mail.DraftID) (mail.MessageID, error)

	PutOutbound(o Outbound) (mail.OutboxID, error) // ID 0 = new
	Outbound(id mail.OutboxID) (Outbound, error)
	DropOutbound(id mail.OutboxID) error

	// Wrote counts recipients for completion.
	Wrote(to []mail.Address, at time.Time) error

	// POP3: when a message was first stored here and whether its removal is due.
	SetPOPSeen(box mail.MailboxID, ref remote.Ref, digest string, at time.Time) error
	POPSeen(box mail.MailboxID) (map[remote.Ref]POPMark, error)
	DropPOPSeen(box mail.MailboxID, refs []remote.Ref) error
}

// POPMark is what is remembered of a message on a POP3 server, also after it was deleted here.
type POPMark struct {
	Digest  string // of the stored body, "" = not stored yet
	Stored  time.Time
	Deleted bool // deleted here: never fetch it again
}
