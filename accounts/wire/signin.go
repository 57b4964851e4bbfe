package wire

import (
	"context"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
)

// SignIn opens a session with the account's credential. After a refusal the credential is asked for once more: an OAuth token is refreshed by that,
// and a password that is the same as before is not tried a second time. When a token cannot be refreshed, the reason is returned and not the server's
// refusal: no network or a locked keychain is no wrong password.
func SignIn[S any](ctx context.Context, o Options, open func(auth.Credential) (S, error)) (S, error) {
	var none S
	c, err := o.Creds.Credential(ctx, false)
	if err != nil {
		return none, OrDone(ctx, err)
	}
	s, err := open(c)
	if err == nil || !fault.Is(err, fault.Auth) || fault.Of(err).Code == "no-mechanism" || ctx.Err() != nil {
		return s, OrDone(ctx, err)
	}
	fresh, ferr := o.Creds.Credential(ctx, true)
	switch {
	case ferr != nil && c.Token != "":
		return none, OrDone(ctx, ferr)
	case ferr != nil || fresh == c:
		return none, OrDone(ctx, err)
	}
	s, err = open(fresh)
	return s, OrDone(ctx, err)
}
