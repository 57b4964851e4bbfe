package mail

import "time"

// Body is a message taken apart for reading.
type Body struct {
	Envelope    Envelope
	Header      []HeaderField // in the order of the message, decoded
	Text        string        // best plain text, decoded to UTF-8, "\n" line ends; made from HTML where there is none
	HTML        string        // decoded HTML part, "" where there is none
	Blocks      []Block       // what the reader draws
	Parts       []Part        // attachments and inline parts, in order
	Remote      int           // pictures and the like that would be fetched from the net
	Trackers    int           // of those, the ones that only report back
	Unsubscribe Unsubscribe
	Problems    []string // what was damaged or cut, for people
	Trust       Trust    // set by app: who received it and who is known counts
}

// HeaderField is one header field, decoded and unfolded.
type HeaderField struct{ Name, Value string }

// Part is a part of a message that can be opened or saved.
type Part struct {
	ID        int    // position in the message's tree, depth first
	Name      string // file name, safe for every file system; never empty
	Type      string // media type, lower case
	ContentID string // without angle brackets
	Inline    bool   // referred to by the HTML or marked inline
	Size      int64  // decoded bytes
	Method    string // of text/calendar
	Charset   string // of text, as the sender names it; "" = not said
}

// Unsubscribe is what List-Unsubscribe offers (RFC 2369, RFC 8058).
type Unsubscribe struct {
	URL      string
	Mailto   string
	OneClick bool
}

// BlockKind is the kind of a block.
type BlockKind int

// The kinds of blocks.
const (
	Paragraph BlockKind = iota
	Heading             // Level 1 to 6
	ListItem            // Marker "•" or "1."; Level is the nesting, from 1
	Preformatted
	Rule
	Picture   // Spans[0].Text is the alternative text; URL or cid in Spans[0].Link
	TableRow  // Spans separated by cells: a Span with Cell true begins a new cell
	Signature // from "-- " on
)

// Block is a paragraph of a message as the reader draws it.
type Block struct {
	Kind   BlockKind
	Quote  int    // depth of quotation
	Level  int    // of a heading, 1 the highest; of a list item how deep it is, from 1
	Marker string // of a list item: "•", "3."
	RTL    bool   // first strong character is right-to-left
	Spans  []Span
}

// Span is a run of text in one style.
type Span struct {
	Text      string
	Bold      bool
	Italic    bool
	Underline bool
	Strike    bool
	Mono      bool
	Cell      bool
	Link      string // target, "" = none
}

// Draft is a message being written.
type Draft struct {
	ID         DraftID
	Account    AccountID
	From       Identity
	To         []Address
	Cc         []Address
	Bcc        []Address
	Subject    string
	Text       string // what the person writes, plain text with "\n"
	Quoted     string // quoted history below it, already marked with "> "; folded in the composer
	HTML       string // with formatting, history included: the inside of body. Text is then its plain version and Quoted is empty; "" = plain text
	Attach     []Attachment
	InReply    string // InternetID answered
	Refs       []string
	Source     MessageID // the message that is answered or forwarded; gets Answered or Forwarded when sent
	Forward    bool
	InternetID string // fixed when the draft is made, so that it is never sent under two ids
	Changed    time.Time
	Receipt    bool // ask for a delivery notice (DSN)
	Flag       string
}

// Attachment is a file of a draft. Data is held in the profile, so that the file may go.
type Attachment struct {
	Name    string    // of the file, without a path
	Type    string    // media type
	Size    int64     // bytes, decoded
	Digest  string    // of the stored blob
	Message MessageID // forwarded as message/rfc822
	// ContentID names a picture that Draft.HTML shows by cid:, without angle brackets; "" = an attachment like others.
	ContentID string `json:",omitempty"`
}

// OutboxState is where a message is on its way.
type OutboxState string

// The states of the outbox.
const (
	OutWaiting OutboxState = "waiting" // for its time (undo, send later) or for a connection
	OutSending OutboxState = "sending" // handed to the network; durable before the first byte
	OutFailed  OutboxState = "failed"  // refused for good; the server's words are in Error
	OutUnsure  OutboxState = "unsure"  // the connection ended before the answer: the person decides
	OutSent    OutboxState = "sent"
)

// OutboxItem is one message of the Outbox.
type OutboxItem struct {
	ID         OutboxID
	Account    AccountID
	InternetID string
	From       Address
	To         []Address // all recipients
	Subject    string
	Size       int64     // bytes of the message
	Due        time.Time // not before
	State      OutboxState
	Attempts   int       // to hand it over, so far
	Next       time.Time // the next attempt is not before; zero = none was needed
	Error      string    // for people
	Recipients []RecipientResult
}

// RecipientResult is what the server said of one recipient.
type RecipientResult struct {
	Addr string
	OK   bool
	Code int    // of the reply (RFC 5321 section 4.2), 0 = none came
	Text string // the server's words
}
