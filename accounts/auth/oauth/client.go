package oauth

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// builtIn are the client ids of this build: "google=ID:SECRET microsoft=ID". A builder who has registered the program sets it with
//
//	-ldflags "-X 'github.com/postrider/postrider/accounts/auth/oauth.builtIn=microsoft=...'"
var builtIn string

// Client is how the program is known to an authorisation server. The secret of a desktop program is none (RFC 8252 section 8.5), but it is kept
// like one.
type Client struct {
	ID     string `json:"id"`
	Secret string `json:"secret,omitempty"`
}

// String hides the secret.
func (c Client) String() string { return c.ID }

// GoString hides the secret from %#v.
func (c Client) GoString() string { return c.ID }

// BuiltIn returns this build's client of an oauth entry of the provider table.
func BuiltIn(id string) (Client, bool) {
	for _, f := range strings.Fields(builtIn) {
		k, v, ok := strings.Cut(f, "=")
		if ok && k == id && v != "" {
			c := Client{}
			c.ID, c.Secret, _ = strings.Cut(v, ":")
			return c, true
		}
	}
	return Client{}, false
}

// Own is the keychain's name for the person's own client of an oauth entry, for all their accounts there.
func Own(id string) mail.AccountID { return mail.AccountID("oauth:" + id) }

// SaveClient keeps the person's own client of an oauth entry; an empty ID removes it.
func SaveClient(ctx context.Context, k auth.Keychain, id string, c Client) error {
	c.ID, c.Secret = strings.TrimSpace(c.ID), strings.TrimSpace(c.Secret)
	if c.ID == "" {
		return k.Delete(ctx, Own(id), auth.ForClient)
	}
	b, err := json.Marshal(c)
	if err != nil {
		return fault.Of(err)
	}
	return k.Set(ctx, Own(id), auth.ForClient, string(b))
}

// ClientFor returns the client to use for an account: the account's own, else the person's own, else this build's. Where there is none the
// error is fault.Auth with Code "no-client": the account has to use an app password, or the person enters an id of their own.
func ClientFor(ctx context.Context, k auth.Keychain, account mail.AccountID, id string) (Client, error) {
	for _, who := range []mail.AccountID{account, Own(id)} {
		if who == "" || k == nil {
			continue
		}
		s, err := k.Get(ctx, who, auth.ForClient)
		if keychain.Missing(err) {
			continue
		}
		if err != nil {
			return Client{}, err
		}
		var c Client
		if json.Unmarshal([]byte(s), &c) == nil && c.ID != "" {
			return c, nil
		}
	}
	if c, ok := BuiltIn(id); ok {
		return c, nil
	}
	return Client{}, &fault.Error{Kind: fault.Auth, Code: "no-client", Op: "sign in", Title: "This build of Postrider cannot sign in with the browser here",
		Detail: "It is not registered with this provider. Use an app password, or enter a client id of your own under Details.", Action: fault.ActAppPassword}
}
