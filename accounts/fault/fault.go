// Package fault names what can go wrong between the program and a server, and what each kind means to a person.
// Every error that leaves accounts/ or app/ is a *[Error] or a context error; a view shows [Error.Title],
// [Error.Detail] and the offered [Action], never Err.
package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Kind decides what is done about an error.
type Kind string

// The kinds, see Policies.
const (
	Auth     Kind = "auth"     // the server refused who we say we are
	TLS      Kind = "tls"      // the server cannot prove who it is
	Network  Kind = "network"  // no connection
	Busy     Kind = "busy"     // the server asks to wait
	Quota    Kind = "quota"    // no room on the server
	Refused  Kind = "refused"  // the server understood and said no
	Protocol Kind = "protocol" // the server said what it must not
	Conflict Kind = "conflict" // both sides changed
	Local    Kind = "local"    // disk full, keychain locked, store damaged
	Usage    Kind = "usage"    // what was asked makes no sense (command line, form)
	NotFound Kind = "notfound" // no such account, mailbox, message
)

// Policy is what the engine does about a kind and what a person is offered.
type Policy struct {
	Retry   bool   // try again by itself, with back-off
	Pause   bool   // stop the account until the person acts
	Drop    bool   // roll the operation back, visibly
	Offered Action // what the person is offered
	Exit    int    // exit status of the command line
}

// Action is something a person can do about an error.
type Action string

// The actions.
const (
	ActNone        Action = ""
	ActSignIn      Action = "sign-in"
	ActAppPassword Action = "app-password"
	ActCertificate Action = "certificate"
	ActRetry       Action = "retry"
	ActUsage       Action = "usage"
	ActEdit        Action = "edit"
	ActReport      Action = "report"
	ActChoose      Action = "choose"
	ActFix         Action = "fix"
	ActOpenPage    Action = "open-page"
	ActPort587     Action = "use-587"
	ActUnlock      Action = "unlock"
)

// Policies is the one table of what follows from a kind.
var Policies = map[Kind]Policy{
	Auth:     {Pause: true, Offered: ActSignIn, Exit: 10},
	TLS:      {Pause: true, Offered: ActCertificate, Exit: 11},
	Network:  {Retry: true, Offered: ActRetry, Exit: 12},
	Busy:     {Retry: true, Exit: 13},
	Quota:    {Drop: false, Offered: ActUsage, Exit: 14},
	Refused:  {Drop: true, Offered: ActEdit, Exit: 15},
	Protocol: {Retry: true, Offered: ActReport, Exit: 16},
	Conflict: {Offered: ActChoose, Exit: 17},
	Local:    {Pause: true, Offered: ActFix, Exit: 18},
	NotFound: {Drop: true, Exit: 19},
	Usage:    {Exit: 2},
}

// Error is the one error type that people get to see.
type Error struct {
	Kind       Kind
	Op         string        // "sign in", "fetch", "send": a verb, for logs
	Account    string        // account id or address
	Service    string        // "imap.example.com:993"
	Code       string        // machine-readable reason within the kind: "app-password", "bad-password", "expired", "wrong-name", "port25" ...
	Title      string        // what happened
	Detail     string        // what it means and what to do
	URL        string        // page that helps, for ActOpenPage and ActAppPassword
	Action     Action        // overrides the kind's
	ServerText string        // the server's own words
	RetryAfter time.Duration // the server wants so long a wait before the next try; 0 = it does not say
	Err        error         // what was behind it, for logs only
}

// Error is for logs.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", e.Kind)
	if e.Code != "" {
		fmt.Fprintf(&b, "/%s", e.Code)
	}
	if e.Op != "" {
		fmt.Fprintf(&b, " %s", e.Op)
	}
	if e.Service != "" {
		fmt.Fprintf(&b, " %s", e.Service)
	}
	if e.Title != "" {
		fmt.Fprintf(&b, ": %s", e.Title)
	}
	if e.ServerText != "" {
		fmt.Fprintf(&b, " [%s]", e.ServerText)
	} else if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Policy returns what follows from the error.
func (e *Error) Policy() Policy {
	p := Policies[e.Kind]
	if e.Action != ActNone {
		p.Offered = e.Action
	}
	return p
}

// New makes an error with words for people.
func New(k Kind, code, title, detail string) *Error {
	return &Error{Kind: k, Code: code, Title: title, Detail: detail}
}

// Of returns err as an *Error. Network and local causes are recognised; a cancelled context stays recognisable by
// errors.Is. It returns nil for nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	var ne net.Error
	var de *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Kind: Network, Code: "cancelled", Title: "Stopped", Err: err}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &Error{Kind: Local, Code: "disk-full", Title: "The disk is full", Detail: "No new mail can be stored until there is room. Nothing was lost: what is on the server stays there.", Err: err}
	case errors.As(err, &de) && de.IsNotFound:
		return &Error{Kind: Network, Code: "no-such-host", Title: "There is no server named " + de.Name, Detail: "The name may be misspelt, or this computer is offline.", Err: err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{Kind: Network, Code: "refused", Title: "The server has no such service", Detail: "The computer answered, but nothing listens on that port.", Err: err}
	case errors.As(err, &ne) && ne.Timeout(), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: Network, Code: "timeout", Title: "The server did not answer in time", Detail: "The network or a firewall may block this port. Postrider tries again by itself.", Err: err}
	case errors.As(err, &ne), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), isEOF(err):
		return &Error{Kind: Network, Code: "cut", Title: "The connection was cut", Detail: "Postrider tries again by itself.", Err: err}
	case errors.Is(err, os.ErrPermission), errors.Is(err, os.ErrNotExist):
		return &Error{Kind: Local, Code: "files", Title: "A file of the profile cannot be used", Detail: "Check that the disk is there and that you may write to it.", Err: err}
	}
	return &Error{Kind: Protocol, Code: "unexpected", Title: "Something unexpected happened", Detail: "Copy the report from Technical details if it happens again.", Err: err}
}

func isEOF(err error) bool {
	s := err.Error()
	return errors.Is(err, io.ErrUnexpectedEOF) || strings.HasSuffix(s, "EOF") || strings.Contains(s, "use of closed network connection")
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}
