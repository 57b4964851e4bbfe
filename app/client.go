package app

import (
	"context"
	"io"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/backup"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/app/store"
)

// Client is the views' only door: commands and queries. No method waits for the network except those whose comment says so (they are
// called off the window's goroutine and honour their context). Queries read the local store and still belong off the window's goroutine.
// Errors are *fault.Error. *App implements it; views/viewtest has one in memory.
type Client interface {
	// Subscribe tells what changed; see bus.Sub.
	Subscribe() *bus.Sub

	// Accounts are in the order of the sidebar, open data files among them; Mailboxes are those of all accounts and of this computer.
	Accounts(ctx context.Context) ([]mail.Account, error)
	Mailboxes(ctx context.Context) ([]mail.Mailbox, error)
	// Status of all accounts, from memory, at once.
	Status() Status

	// List returns at most limit rows of a view, behind the row of after (0 = from the start).
	List(ctx context.Context, v store.View, after mail.MessageID, limit int) (store.Slice, error)
	// Count counts the messages of a view; of filters and searches it counts 10,000 at most.
	Count(ctx context.Context, v store.View) (total, unread int, err error)
	// Order gives the ids of a whole view in its order, chunk at a time (0 = 20,000). An error of each ends Order and is returned.
	Order(ctx context.Context, v store.View, chunk int, each func([]mail.MessageID) error) error
	// Summaries returns the rows of a view for ids, in their order; those that are gone are left out.
	Summaries(ctx context.Context, v store.View, ids []mail.MessageID) ([]mail.Summary, error)
	// Thread returns the conversation that a message is in, oldest first.
	Thread(ctx context.Context, id mail.MessageID) ([]mail.Summary, error)
	// Read returns a message taken apart. When the body is not here it is asked for at once and the error is fault.Busy with Code "fetching";
	// a Changed with the id follows. Offline it is fault.Network.
	Read(ctx context.Context, id mail.MessageID) (mail.Body, error)
	// Raw returns the exact bytes of a message; where they are not here it fails as Read does.
	Raw(ctx context.Context, id mail.MessageID) ([]byte, error)
	// OpenPart returns the decoded bytes of a part.
	OpenPart(ctx context.Context, id mail.MessageID, part int) (io.ReadCloser, mail.Part, error)
	// Complete returns at most limit people whose name or address has a word that begins with prefix: correspondents and contacts, those written to most first.
	Complete(ctx context.Context, prefix string, limit int) ([]store.Correspondent, error)
	// Arrivals returns the unread messages that came into inboxes since a mark, newest first and at most 200, and the mark for the next call; a
	// negative mark asks for that alone.
	Arrivals(ctx context.Context, mark int64) (rows []mail.Summary, next int64, err error)

	// Commands on messages take effect here at once and reach the server later. The Undo takes all of it back, as long as it is shown.
	SetFlags(ctx context.Context, ids []mail.MessageID, add, drop mail.Flags) (Undo, error)
	// SetKeywords changes the keywords of RFC 3501 section 2.3.2 that are no flags.
	SetKeywords(ctx context.Context, ids []mail.MessageID, add, drop []string) (Undo, error)
	// Move and Copy take messages to a mailbox, of another account too.
	Move(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (Undo, error)
	Copy(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (Undo, error)
	// MoveToRole archives, deletes, marks as junk or not junk (RoleInbox): each message within its own account. A message already in Trash
	// that is deleted again is removed for good.
	MoveToRole(ctx context.Context, ids []mail.MessageID, r mail.Role) (Undo, error)
	// EmptyTrash removes everything in a Trash or Junk mailbox for good, on the server too. It cannot be undone.
	EmptyTrash(ctx context.Context, box mail.MailboxID) error
	// Undo takes a command back: what has not been sent is dropped, of the rest the opposite is done. Where a message is gone for good it is fault.NotFound, after
	// everything else was taken back.
	Undo(ctx context.Context, u Undo) error
	// MarkAllRead marks the unread messages of a view read, as many as there are.
	MarkAllRead(ctx context.Context, v store.View) (Undo, error)

	// CreateMailbox makes a mailbox (parent 0 = at the top). Like RenameMailbox, which also moves it, DeleteMailbox, which takes its messages along,
	// and SubscribeMailbox, which shows or hides it, it is seen at once and reaches the server later. None of them can be undone.
	CreateMailbox(ctx context.Context, a mail.AccountID, parent mail.MailboxID, name string) (mail.MailboxID, error)
	RenameMailbox(ctx context.Context, id, parent mail.MailboxID, name string) error
	DeleteMailbox(ctx context.Context, id mail.MailboxID) error
	SubscribeMailbox(ctx context.Context, id mail.MailboxID, on bool) error

	// RemotePicture loads a picture that a mail refers to; see [Remote]. It waits for the network and is called only for what the person allowed.
	RemotePicture(ctx context.Context, url string) ([]byte, error)

	// AttachFile opens an Outlook data file beside the accounts; DetachFile closes it and leaves the file as it is.
	AttachFile(ctx context.Context, path string) (mail.AccountID, error)
	DetachFile(ctx context.Context, id mail.AccountID) error
	// OpenFile takes a message from an .eml file in and returns its id; it is 0 for an Outlook data file, which is attached.
	OpenFile(ctx context.Context, path string) (mail.MessageID, error)

	// NewDraft prepares what the composer shows; nothing is stored until SaveDraft.
	NewDraft(ctx context.Context, k Compose) (mail.Draft, error)
	// SaveDraft stores a new (ID 0) or changed draft; Draft returns it as it was stored. DiscardDraft removes it, from the server's Drafts too.
	SaveDraft(ctx context.Context, d mail.Draft) (mail.DraftID, error)
	Draft(ctx context.Context, id mail.DraftID) (mail.Draft, error)
	DiscardDraft(ctx context.Context, id mail.DraftID) (Undo, error)
	// Attach copies a file into the profile.
	Attach(ctx context.Context, name string, r io.Reader) (mail.Attachment, error)
	// OpenAttachment opens an attached file again by its digest.
	OpenAttachment(ctx context.Context, digest string) (io.ReadCloser, error)
	// CheckDraft returns what should be asked before sending: a missing attachment, a bad address, too large, many recipients outside.
	CheckDraft(ctx context.Context, d mail.Draft) []Concern
	// MaxSize is the largest message in bytes that the account's server takes, 0 while that is not known; it returns at once.
	MaxSize(id mail.AccountID) int64
	// Send queues; at zero = after the undo delay of the settings.
	Send(ctx context.Context, d mail.Draft, at time.Time) (mail.OutboxID, error)
	// Outbox returns what waits, is on its way, was refused, or is unsure: it may have been sent.
	Outbox(ctx context.Context) ([]mail.OutboxItem, error)
	// CancelSend takes a message back as long as it has not been handed to the network and returns its draft.
	CancelSend(ctx context.Context, id mail.OutboxID) (mail.Draft, error)
	// SendNow ends the wait of a message that waits or has failed; of one that is on its way it is an error.
	SendNow(ctx context.Context, id mail.OutboxID) error
	// Settle ends an unsure one: sent = the person says that it arrived; else it is sent again.
	Settle(ctx context.Context, id mail.OutboxID, sent bool) error

	// Discover waits for the network; progress is called from other goroutines.
	Discover(ctx context.Context, address string, progress func(mail.Step)) (mail.Discovery, error)
	// Test waits for the network: it signs in to both servers at the same time and sends nothing. lines get updated copies as they change.
	Test(ctx context.Context, a mail.Account, s Secrets, lines func(mail.TestLine)) []mail.TestLine
	// SignIn runs OAuth in the browser and waits for the person; the token ends in Secrets for Test and AddAccount.
	SignIn(ctx context.Context, a mail.Account, open func(url string) error) (Secrets, error)
	// OAuthReady reports whether a client id is known for the account's provider.
	OAuthReady(a mail.Account) bool
	// SetOAuthClient keeps the person's own client id and secret of an OAuth provider ("google", "microsoft", …) in the keychain.
	SetOAuthClient(ctx context.Context, oauth, id, secret string) error

	// Keychain tells where secrets would be kept; UseKeychain chooses another place ("file" with a passphrase, "new-file"
	// when that is forgotten, "memory").
	Keychain(ctx context.Context) KeychainState
	UseKeychain(ctx context.Context, kind, passphrase string) error

	// AddAccount stores the account and its secret in the keychain (waits for it) and starts it.
	AddAccount(ctx context.Context, a mail.Account, s Secrets) (mail.Account, error)
	// UpdateAccount stores changed settings, without secrets, and applies them at once.
	UpdateAccount(ctx context.Context, a mail.Account) error
	// Reauthorise stores a new secret and starts the account again.
	Reauthorise(ctx context.Context, id mail.AccountID, s Secrets) error
	// RemoveAccount removes an account, its messages and its secrets from this computer. Nothing changes on the server.
	RemoveAccount(ctx context.Context, id mail.AccountID) error
	// Sync asks for new mail now; "" = everywhere. It returns at once.
	Sync(id mail.AccountID)
	// Usage tells the room on the server in bytes, zeros where it does not say. It waits for the network, 30 seconds at most.
	Usage(ctx context.Context, id mail.AccountID) (used, limit int64, err error)
	// Stats are the sizes of the profile.
	Stats(ctx context.Context) (store.Stats, error)

	// Settings are the person's choices, from memory; SetSettings stores them.
	Settings() Settings
	SetSettings(ctx context.Context, s Settings) error
	// EstimateArchive says what a plan would take; Archive copies it into an Outlook data file, reads the copies back, compares, and only then moves the originals to
	// Trash. ResumeArchive goes on with a run that was cut off, UndoArchive moves what is still in Trash back. Archive and ResumeArchive may take hours, and wait
	// for the network for what is not here yet.
	EstimateArchive(ctx context.Context, p ArchivePlan) ([]ArchiveBox, error)
	// OtherPrograms are the mail programs whose mail is on this computer.
	OtherPrograms(ctx context.Context) []doors.Profile
	// Import takes mail of files in, Export writes mailboxes into files; see [App.Import] and [App.Export].
	Import(ctx context.Context, files []string, o ImportOptions, each func(ImportState, ImportItem)) (ImportState, error)
	Export(ctx context.Context, o ExportOptions, progress func(ExportState)) (ExportState, error)
	Archive(ctx context.Context, p ArchivePlan, progress func(ArchiveState)) (ArchiveState, error)
	ResumeArchive(ctx context.Context, run string, progress func(ArchiveState)) (ArchiveState, error)
	// Archives are the runs there were, the newest first.
	Archives(ctx context.Context) ([]ArchiveState, error)
	// ArchiveRun is a run's ledger; ArchiveRules are what is archived again and again, one rule an account.
	ArchiveRun(ctx context.Context, run string) (ArchiveState, []ArchiveItem, error)
	UndoArchive(ctx context.Context, run string) (back, gone int, err error)
	ArchiveRules(ctx context.Context) ([]ArchiveRule, error)
	// SetArchiveRule puts a rule in the place of the account's; one without mailboxes removes it.
	SetArchiveRule(ctx context.Context, r ArchiveRule) error

	// Backup copies the profile into a file, PrepareRestore makes one of such a file for the next start; see [App.Backup].
	Backup(ctx context.Context, file string, progress func(backup.Done)) (backup.Done, error)
	PrepareRestore(ctx context.Context, file string, progress func(backup.Done)) (keep string, d backup.Done, err error)
	// DataFile counts what is in an open data file, CompactFile makes it as small as that is.
	DataFile(ctx context.Context, id mail.AccountID) (DataFile, error)
	CompactFile(ctx context.Context, id mail.AccountID) (before, after int64, err error)

	// PIM is the part about contacts and calendars.
	PIM

	// CheckSearch returns why a search expression is not understood, for people, or "".
	CheckSearch(expr string) string
}

// Undo takes a command back. The zero value does nothing.
type Undo struct {
	Group int64
	Text  string // "2 conversations archived": for the toast
}

// Secrets are what the person typed or what the browser brought. They live in memory only, on their way to the keychain.
type Secrets struct {
	Password string
	Outgoing string      // the password for sending, "" = the same
	OAuth    auth.Source // instead of passwords; nil without OAuth
	Refresh  string      // its refresh token
}

// String hides them.
func (Secrets) String() string { return "••••" }

// GoString hides them.
func (Secrets) GoString() string { return "••••" }

// ComposeKind says what is written.
type ComposeKind string

// The kinds.
const (
	ComposeNew           ComposeKind = "new"
	ComposeReply         ComposeKind = "reply"
	ComposeReplyAll      ComposeKind = "reply-all"
	ComposeForward       ComposeKind = "forward"
	ComposeForwardAttach ComposeKind = "forward-attached"
	ComposeEdit          ComposeKind = "edit" // a message in Drafts
	ComposeMailto        ComposeKind = "mailto"
)

// Compose asks for a draft.
type Compose struct {
	Kind    ComposeKind
	Of      mail.MessageID // what is answered, forwarded or edited
	Account mail.AccountID // preferred sender, "" = default
	Mailto  string         // the mailto: address (RFC 6068) of ComposeMailto
}

// Concern is something to ask before sending.
type Concern struct {
	Code   string // "attachment", "address", "size", "many", "no-recipient", "subject"
	Block  bool   // it cannot be sent like this
	Title  string
	Detail string
	Addr   string // the bad address
}

// Status is what the sidebar and the banners show.
type Status struct {
	Offline  bool
	Accounts []AccountStatus
	Waiting  int // messages in the outbox
	Changes  int // ops that have not reached a server
}

// AccountState is how an account is.
type AccountState string

// The states.
const (
	StateIdle     AccountState = "idle"     // in step, or about to be
	StateFetching AccountState = "fetching" // see Doing
	StateOffline  AccountState = "offline"  // the server cannot be had; tried again at Retry
	StateSignIn   AccountState = "sign-in"  // the server refuses the secret: the person must sign in
	StateError    AccountState = "error"    // see Err
	StatePaused   AccountState = "paused"   // by the person
)

// AccountStatus is one account's.
type AccountStatus struct {
	Account mail.AccountID
	State   AccountState
	Doing   string    // "Fetching Projects"
	Done    int       // of Total messages
	Total   int       // 0 = not known
	Checked time.Time // last time everything was in step
	Retry   time.Time // next try by itself
	Err     error     // a *fault.Error
	Push    bool      // the server tells of new mail by itself
}

// KeychainState tells where secrets are.
type KeychainState struct {
	Kind   string // "system", "file", "memory"
	State  string // "ok", "absent", "locked"
	Detail string
}

// Settings are the person's choices for the program.
type Settings struct {
	Theme       string   `json:"theme"` // "system", "light", "dark"
	Contrast    bool     `json:"contrast"`
	Density     string   `json:"density"`      // "comfortable", "standard", "compact", "table"
	ReadingSize int      `json:"reading_size"` // 12 to 20
	Threads     bool     `json:"threads"`
	MarkRead    int      `json:"mark_read"`    // seconds on screen; -1 = never
	AfterDelete string   `json:"after_delete"` // "older", "newer", "list"
	UndoSend    int      `json:"undo_send"`    // seconds
	ISPDB       bool     `json:"ispdb"`        // ask the online database during set-up, with the domain only
	SendAddress bool     `json:"send_address"` // the whole address may be sent to the domain's autoconfig server
	Quote       string   `json:"quote"`        // "above" or "below": where the answer goes
	PicturesOf  []string `json:"pictures_of"`  // senders whose remote pictures are always loaded, lower-case addresses
	PlainText   bool     `json:"plain_text"`   // new messages are written without formatting
	Notify      bool     `json:"notify"`       // new mail
	NotifyShows string   `json:"notify_shows"` // what a notification tells of a message: "subject" (and sender; "" too), "sender", "nothing"
	Sidebar     float32  `json:"sidebar"`      // its width in px, like those that follow
	List        float32  `json:"list"`
	Reader      string   `json:"reader"`      // where it is: "right" ("" too), "below", "off"
	ReaderPx    float32  `json:"reader_high"` // its height below the list; 0 = half
	Width       float32  `json:"width"`
	Height      float32  `json:"height"`
	KeepRunning bool     `json:"keep_running"` // when the window is closed
	SecondZone  string   `json:"second_zone"`  // IANA name of the zone whose hours the calendar shows too, "" = none
	Closed      []string `json:"closed"`       // accounts and mailboxes folded in the sidebar
}

// DefaultSettings are those of a new profile.
func DefaultSettings() Settings {
	return Settings{Theme: "system", Density: "standard", ReadingSize: 14, Threads: true, MarkRead: 1, AfterDelete: "older", UndoSend: 10,
		ISPDB: true, Quote: "above", Notify: true, NotifyShows: "subject", Sidebar: 236, List: 408, Width: 1440, Height: 900}
}
