// Package auth proves who the person is: SASL mechanisms, OAuth 2.0 in the system browser and the keychain.
//
// A secret lives in the keychain and, while it is used, in a [Credential]. It is never written to a file, a log or a
// transcript; Credential prints as dots.
package auth

import (
	"context"

	"github.com/postrider/postrider/accounts/mail"
)

// Credential is what a server is given. Password is used when Token is "".
type Credential struct {
	User     string
	Password string
	Token    string // OAuth 2.0 access token
}

// String hides the secret.
func (c Credential) String() string { return c.User + " ••••" }

// GoString hides the secret from %#v.
func (c Credential) GoString() string { return c.String() }

// Source hands out the credential of one server of one account. It may block on the keychain or, for OAuth, on the network.
type Source interface {
	// Credential returns what to sign in with; fresh is set after a refusal: an OAuth token is then refreshed once, a password is
	// read again from the keychain.
	Credential(ctx context.Context, fresh bool) (Credential, error)
}

// Static is a Source of one credential, for tests and for the wizard before anything is stored.
type Static Credential

// Credential returns s.
func (s Static) Credential(context.Context, bool) (Credential, error) { return Credential(s), nil }

// Keychain keeps secrets. Calls block (a locked keychain waits for the person) and must not be made on the window's
// goroutine. Missing secrets are fault.Auth with Code "no-secret"; a keychain that is locked or absent is fault.Local with Code
// "keychain-locked" or "keychain-absent".
type Keychain interface {
	// Get returns a secret.
	Get(ctx context.Context, account mail.AccountID, purpose Purpose) (string, error)
	// Set stores a secret, in the place of the one that there is.
	Set(ctx context.Context, account mail.AccountID, purpose Purpose, secret string) error
	// Delete removes one secret; a missing one is no error.
	Delete(ctx context.Context, account mail.AccountID, purpose Purpose) error
	// Describe says where the secrets are, for people: "In the system keychain".
	Describe() string
}

// Purpose says what a secret is for.
type Purpose string

// The purposes.
const (
	ForIncoming Purpose = "incoming" // password; also used for outgoing where there is no own one
	ForOutgoing Purpose = "outgoing"
	ForRefresh  Purpose = "oauth-refresh"
	ForClient   Purpose = "oauth-client" // the person's own client id and secret, JSON
)
