package wire

import (
	"context"
	"errors"
	"testing"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
)

// changing hands out one credential, and another after a refusal.
type changing struct {
	first, fresh auth.Credential
	err          error // of the fresh one
}

func (c changing) Credential(_ context.Context, fresh bool) (auth.Credential, error) {
	if fresh {
		return c.fresh, c.err
	}
	return c.first, nil
}

func TestSignInAsksOnceMore(t *testing.T) {
	refused := fault.New(fault.Auth, "bad-password", "no", "")
	locked := fault.New(fault.Local, "keychain-locked", "locked", "")
	for name, x := range map[string]struct {
		src   changing
		right string // what the server takes
		fail  error  // instead of a refusal
		tries int
		want  error
	}{
		"at once":                    {src: changing{first: auth.Credential{Password: "a"}}, right: "a", tries: 1},
		"a refreshed token":          {src: changing{first: auth.Credential{Token: "old"}, fresh: auth.Credential{Token: "new"}}, right: "new", tries: 2},
		"the same password":          {src: changing{first: auth.Credential{Password: "a"}, fresh: auth.Credential{Password: "a"}}, right: "b", tries: 1, want: refused},
		"a password changed since":   {src: changing{first: auth.Credential{Password: "a"}, fresh: auth.Credential{Password: "b"}}, right: "b", tries: 2},
		"refused again":              {src: changing{first: auth.Credential{Token: "old"}, fresh: auth.Credential{Token: "new"}}, right: "x", tries: 2, want: refused},
		"a token that stays locked":  {src: changing{first: auth.Credential{Token: "old"}, err: locked}, right: "x", tries: 1, want: locked},
		"a password that is locked":  {src: changing{first: auth.Credential{Password: "a"}, err: locked}, right: "x", tries: 1, want: refused},
		"a fault that is no refusal": {src: changing{first: auth.Credential{Token: "old"}, fresh: auth.Credential{Token: "new"}}, fail: fault.New(fault.Network, "cut", "cut", ""), tries: 1, want: fault.New(fault.Network, "cut", "", "")},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			got, err := SignIn(context.Background(), Options{Creds: x.src}, func(c auth.Credential) (string, error) {
				tries++
				if x.fail != nil {
					return "", x.fail
				}
				if c.Password+c.Token != x.right {
					return "", refused
				}
				return c.Password + c.Token, nil
			})
			if tries != x.tries {
				t.Errorf("%d tries, want %d", tries, x.tries)
			}
			switch {
			case x.want == nil && (err != nil || got != x.right):
				t.Errorf("got %q, %v", got, err)
			case x.want != nil && (err == nil || fault.Of(err).Code != fault.Of(x.want).Code):
				t.Errorf("got %v, want %v", err, x.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err := SignIn(ctx, Options{Creds: changing{}}, func(auth.Credential) (string, error) {
		cancel()
		return "", refused
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended by its context it returns %v", err)
	}
}
