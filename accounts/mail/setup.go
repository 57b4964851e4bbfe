package mail

import "time"

// Protocol is how a server is spoken to.
type Protocol string

// The protocols.
const (
	IMAP       Protocol = "imap"
	POP3       Protocol = "pop3"
	SMTP       Protocol = "smtp"
	ActiveSync Protocol = "activesync"
	Exchange   Protocol = "exchange" // MAPI over HTTP, or EWS as discovery finds it
	CardDAV    Protocol = "carddav"
	CalDAV     Protocol = "caldav"
	Sieve      Protocol = "sieve"
	JMAP       Protocol = "jmap"
	PST        Protocol = "pst" // an Outlook data file on this computer: Server.Path is the file, and there is no host
)

// Security says how a connection is protected. There is no "none": plain-text logins are never made.
type Security string

// The securities (RFC 8314).
const (
	TLS      Security = "tls"      // TLS from the first byte
	STARTTLS Security = "starttls" // upgraded, required
)

// AuthMethod says how the person proves who they are.
type AuthMethod string

// The methods.
const (
	Password AuthMethod = "password"
	OAuth2   AuthMethod = "oauth2"
)

// Server is one service of an account. It holds no secret.
type Server struct {
	Protocol Protocol   `json:"protocol"`
	Host     string     `json:"host"`
	Port     int        `json:"port"`
	Security Security   `json:"security"`
	User     string     `json:"user,omitempty"`
	Auth     AuthMethod `json:"auth,omitempty"` // "" = Password
	Path     string     `json:"path,omitempty"` // of a URL, for DAV and ActiveSync
}

// Leave is the POP3 rule for copies on the server.
type Leave struct {
	// Mode is "days" (removed Days after they were stored here), "deleted" (removed when deleted here) or "now".
	Mode string `json:"mode"`
	Days int    `json:"days,omitempty"`
}

// Identity is a name and address that the person writes as.
type Identity struct {
	Name      string `json:"name"`
	Addr      string `json:"addr"`
	ReplyTo   string `json:"reply_to,omitempty"`
	Signature string `json:"signature,omitempty"` // plain text
}

// Account is the person's settings of one account. Its secrets are in the keychain under its ID.
type Account struct {
	ID         AccountID  `json:"id"`
	Name       string     `json:"name"`
	Address    string     `json:"address"`
	Hue        string     `json:"hue"` // name of a hue of the theme: petrol, blue, indigo, violet, rose, red, orange, amber, green, slate
	Incoming   Server     `json:"incoming"`
	Outgoing   Server     `json:"outgoing"` // Host "": cannot send
	Also       []Server   `json:"also,omitempty"`
	Identities []Identity `json:"identities"`         // at least one; the first is the default
	Provider   string     `json:"provider,omitempty"` // id in the provider table, for hints, OAuth and who files Sent
	OAuth      string     `json:"oauth,omitempty"`    // id in the provider table's OAuth endpoints

	Paused     bool  `json:"paused,omitempty"`
	KeepDays   int   `json:"keep_days,omitempty"`  // bodies of the last N days are fetched by themselves; 0 = all
	PollEvery  int   `json:"poll_every,omitempty"` // seconds; 0 = push where offered, else 300
	Leave      Leave `json:"leave"`
	HideInAll  bool  `json:"hide_in_all,omitempty"` // leave it out of "All inboxes"
	Mute       bool  `json:"mute,omitempty"`        // no notifications
	IsDefault  bool  `json:"default,omitempty"`
	ServerSent bool  `json:"server_sent,omitempty"` // the provider files sent mail itself (Gmail, Exchange)
}

// Offer is one server that discovery found, with the methods it takes.
type Offer struct {
	Server
	Methods []AuthMethod // best first
	Source  string       // where it was found, for people: "autoconfig.fjordlight.example"
	Proven  bool         // a probe reached it and its certificate was verified
}

// Also is a further service that discovery found.
type Also struct {
	Protocol Protocol
	Host     string
	URL      string
	Source   string
}

// Discovery is what is known of an address's servers. Offers are best first; never a plain-text one.
type Discovery struct {
	Address  string
	Provider string // id in the provider table, "" = unknown
	Name     string // of the provider, for people
	OAuth    string
	Incoming []Offer
	Outgoing []Offer
	Also     []Also
	Hints    []Hint
	Steps    []Step
	// Suggest is another spelling of the domain, when nothing was found ("gmail.com").
	Suggest string
	Offline bool
}

// Hint is something the person must know or do at their provider before it works.
type Hint struct {
	Kind string // "app-password", "enable", "browser", "bridge", "note", "unsupported"
	Text string
	URL  string
}

// Step is one line of the looking-up screen.
type Step struct {
	ID     string // "provider", "autoconfig", "ispdb", "mx", "srv", "probe", "autodiscover", "activesync", "dav"
	Title  string // for people
	State  StepState
	Detail string // what was found or why not
	Took   time.Duration
}

// StepState is how far a step is.
type StepState int

// The states of a step.
const (
	StepWaiting StepState = iota
	StepRunning
	StepFound
	StepNothing
	StepFailed
)

// TestLine is one line of the live test: one service, tried with the person's secret.
type TestLine struct {
	Protocol Protocol
	Server   Server // as it worked, or as it was tried last
	State    StepState
	Summary  string // "Signed in. 24 folders, 18,402 messages"
	Detail   string // "imap.fjordlight.example:993, TLS 1.3"
	Took     time.Duration
	Err      error  // a *fault.Error; nil when it worked
	Push     bool   // IMAP IDLE is offered
	MaxSize  int64  // SMTP SIZE, 0 = unknown
	Messages int    // in the inbox, 0 = not counted
	Folders  int    // 0 = not counted
	Note     string // what is peculiar about the server and what that means, for people; "" = nothing
}
