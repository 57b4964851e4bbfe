package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// signedIn returns a source after a sign-in as ada.
func signedIn(t *testing.T, p *idp, k auth.Keychain) *Source {
	t.Helper()
	tok, err := p.flow("ada@example.test", p.signIn("ada@example.test", "ada-pw")).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := p.source(k)
	if err := s.Adopt(t.Context(), tok); err != nil {
		t.Fatal(err)
	}
	return s
}

func (p *idp) source(k auth.Keychain) *Source {
	return &Source{User: "ada@example.test", Account: "a1", Provider: p.provider(), Client: Client{ID: "postrider"}, Keychain: k}
}

// valid asks the server whether a token is good.
func (p *idp) valid(token string) bool {
	return userinfo(context.Background(), nil, p.base+"userinfo", token) == "ada@example.test"
}

func (p *idp) answer(f func(http.ResponseWriter, *http.Request) bool) { p.break_.Store(f) }

func TestSourceRefreshesOnceWhenRefused(t *testing.T) {
	p, k := startIDP(t), keychain.Memory()
	s := signedIn(t, p, k)
	ctx := t.Context()
	first, err := s.Credential(ctx, false)
	if err != nil || first.User != "ada@example.test" || first.Password != "" || !p.valid(first.Token) {
		t.Fatal(first, err)
	}
	if again, _ := s.Credential(ctx, false); again.Token != first.Token || p.refreshes.Load() != 0 {
		t.Error("a good token was renewed")
	}
	before, _ := k.Get(ctx, "a1", auth.ForRefresh)
	second, err := s.Credential(ctx, true)
	if err != nil || second.Token == first.Token || !p.valid(second.Token) || p.refreshes.Load() != 1 {
		t.Error(err, p.refreshes.Load())
	}
	after, _ := k.Get(ctx, "a1", auth.ForRefresh)
	if before == after || after == "" {
		t.Error("the rotated refresh token is not in the keychain")
	}
	// The server is not asked over and over for a mail server that refuses every token.
	if third, _ := s.Credential(ctx, true); third.Token != second.Token || p.refreshes.Load() != 1 {
		t.Error("refreshed again at once")
	}
	// After a restart the keychain is all there is.
	fresh, err := p.source(k).Credential(ctx, false)
	if err != nil || !p.valid(fresh.Token) {
		t.Error(err)
	}
	if s := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(s, second.Token) || strings.Contains(s, after) {
		t.Error("printing shows a token")
	}
}

func TestSourceRefreshesEarly(t *testing.T) {
	p, k := startIDP(t), keychain.Memory()
	s := signedIn(t, p, k)
	first, _ := s.Credential(t.Context(), false)
	s.mu.Lock()
	s.tok.Expiry = time.Now().Add(early - time.Second)
	s.mu.Unlock()
	second, err := s.Credential(t.Context(), false)
	if err != nil || second.Token == first.Token || p.refreshes.Load() != 1 {
		t.Error(err, p.refreshes.Load())
	}
}

func TestSourceManyAtOnce(t *testing.T) {
	p, k := startIDP(t), keychain.Memory()
	s := signedIn(t, p, k)
	tokens := make([]string, 20)
	var wg sync.WaitGroup
	for i := range tokens {
		wg.Go(func() {
			c, err := s.Credential(t.Context(), true)
			if err != nil {
				t.Error(err)
			}
			tokens[i] = c.Token
		})
	}
	wg.Wait()
	for _, tok := range tokens {
		if tok != tokens[0] {
			t.Error("different tokens were given")
		}
	}
	if n := p.refreshes.Load(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
}

func TestSourceRevoked(t *testing.T) {
	p, k := startIDP(t), keychain.Memory()
	s := signedIn(t, p, k)
	refresh, _ := k.Get(t.Context(), "a1", auth.ForRefresh)
	p.revoke(refresh)
	_, err := s.Credential(t.Context(), true)
	f := fault.Of(err)
	if code(err) != "auth/sign-in-again" || f.Policy().Offered != fault.ActSignIn || !f.Policy().Pause {
		t.Fatal(err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, f), refresh) {
		t.Error("the error shows the token")
	}
	// A new sign-in repairs it.
	tok, err := p.flow("ada@example.test", p.signIn("ada@example.test", "ada-pw")).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Adopt(t.Context(), tok); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Credential(t.Context(), false); err != nil || !p.valid(c.Token) {
		t.Error(err)
	}
	// Nothing in the keychain at all is the same to the person.
	if _, err := p.source(keychain.Memory()).Credential(t.Context(), false); code(err) != "auth/sign-in-again" {
		t.Error(err)
	}
}

func TestSourceNetworkTroubleIsNoRefusal(t *testing.T) {
	p, k := startIDP(t), keychain.Memory()
	s := signedIn(t, p, k)
	for name, c := range map[string]struct {
		f    func(http.ResponseWriter, *http.Request) bool
		want string
	}{
		"cut":  {func(w http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) }, "network/cut"},
		"down": {func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }, "busy/busy"},
		"page": {func(w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, "<html>TOKEN-abc</html>")
			return true
		}, "protocol/oauth"},
		"empty": {func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, "{}"); return true }, "protocol/oauth"},
		"long": {func(w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, strings.Repeat(" ", maxAnswer+1))
			return true
		}, "protocol/oauth"},
		"not printed": {func(w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, `{"access_token":"a\u0001b"}`)
			return true
		}, "protocol/oauth"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http://evil.example/", 307)
			return true
		}, "protocol/oauth"},
	} {
		p.answer(c.f)
		_, err := s.Credential(t.Context(), true)
		if code(err) != c.want || strings.Contains(err.Error(), "TOKEN-abc") {
			t.Errorf("%s: %s", name, code(err))
		}
	}
	p.answer(func(http.ResponseWriter, *http.Request) bool { return false })
	if c, err := s.Credential(t.Context(), true); err != nil || !p.valid(c.Token) {
		t.Error("not well again afterwards:", err)
	}
}

// A connection that is given up in the middle of a refresh does not lose the rotated token.
func TestSourceCancelledInTheMiddle(t *testing.T) {
	p, k := startIDP(t), keychain.Memory()
	s := signedIn(t, p, k)
	ctx, cancel := context.WithCancel(t.Context())
	p.answer(func(http.ResponseWriter, *http.Request) bool {
		cancel()
		time.Sleep(100 * time.Millisecond)
		return false
	})
	if _, err := s.Credential(ctx, true); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if c, err := s.Credential(t.Context(), true); err != nil || !p.valid(c.Token) || p.refreshes.Load() != 1 {
		t.Error(err, p.refreshes.Load())
	}
	if c, err := p.source(k).Credential(t.Context(), false); err != nil || !p.valid(c.Token) {
		t.Error("the keychain does not have the new refresh token:", err)
	}
}

// stubborn is a keychain that is locked for a while.
type stubborn struct {
	auth.Keychain
	mu     sync.Mutex
	locked bool
}

func (s *stubborn) Set(ctx context.Context, a mail.AccountID, p auth.Purpose, v string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locked {
		return fault.New(fault.Local, "keychain-locked", "The keychain is locked", "")
	}
	return s.Keychain.Set(ctx, a, p, v)
}

// A rotated token that cannot be stored is not used and not lost: it is stored as soon as the keychain opens.
func TestSourceKeychainLockedAtRotation(t *testing.T) {
	p, k := startIDP(t), &stubborn{Keychain: keychain.Memory()}
	s := signedIn(t, p, k)
	k.locked = true
	for range 2 {
		if _, err := s.Credential(t.Context(), true); code(err) != "local/keychain-locked" {
			t.Error(err)
		}
	}
	if p.refreshes.Load() != 1 {
		t.Errorf("%d refreshes", p.refreshes.Load())
	}
	k.mu.Lock()
	k.locked = false
	k.mu.Unlock()
	if c, err := s.Credential(t.Context(), false); err != nil || !p.valid(c.Token) {
		t.Error(err)
	}
	if c, err := p.source(k).Credential(t.Context(), false); err != nil || !p.valid(c.Token) {
		t.Error("the stored token is not the rotated one:", err)
	}
}

func TestAccounts(t *testing.T) {
	ctx, k := t.Context(), keychain.Memory()
	was := builtIn
	defer func() { builtIn = was }()
	builtIn = ""
	google := mail.Account{ID: "a1", Address: "ada@fjordlight.example", Provider: "google", OAuth: "google"}
	other := mail.Account{ID: "a2", Address: "ada@fjordlight.example"}
	if Ready(google, k) || Ready(other, k) {
		t.Error("ready without a client")
	}
	if err := SetClient(ctx, k, "google", "mine", "s"); err != nil || !Ready(google, k) {
		t.Error(err)
	}
	if err := SetClient(ctx, k, "nobody", "mine", ""); code(err) != "usage/provider" {
		t.Error(err)
	}
	if _, err := ForAccount(other, k).Credential(ctx, false); code(err) != "auth/no-client" {
		t.Error(err)
	}
	if _, _, err := SignIn(ctx, other, k, nil); code(err) != "auth/no-client" {
		t.Error(err)
	}
	if _, err := ForAccount(google, k).Credential(ctx, false); code(err) != "auth/sign-in-again" {
		t.Error(err)
	}
	stop := errors.New("enough")
	if _, _, err := SignIn(ctx, google, k, func(u string) error {
		q := mustQuery(t, u)
		if q.Get("client_id") != "mine" || q.Get("access_type") != "offline" || !strings.HasPrefix(u, "https://accounts.google.com/") || q.Get("scope") != "openid email" {
			t.Error(u)
		}
		return stop
	}); !errors.Is(err, stop) {
		t.Error(err)
	}
	google.Incoming.Protocol, google.Outgoing = mail.IMAP, mail.Server{Protocol: mail.SMTP, Host: "smtp.gmail.com"}
	SignIn(ctx, google, k, func(u string) error {
		if s := mustQuery(t, u).Get("scope"); s != "https://mail.google.com/ openid email" {
			t.Error(s)
		}
		return stop
	})
}

// The live test before an account is added may renew the token: what is stored then is the newest.
func TestSignInForANewAccount(t *testing.T) {
	p := startIDP(t)
	acc := mail.Account{Address: "ada@example.test", Incoming: mail.Server{Protocol: mail.IMAP, User: "ada"}}
	src, refresh, err := signIn(t.Context(), acc, p.provider(), Client{ID: "postrider"}, p.signIn("ada@example.test", "ada-pw"))
	if err != nil || refresh == "" {
		t.Fatal(err)
	}
	c, err := src.Credential(t.Context(), true)
	if err != nil || c.User != "ada" || !p.valid(c.Token) {
		t.Fatal(c, err)
	}
	newest := RefreshOf(src, refresh)
	if newest == refresh {
		t.Error("the rotated token is not given")
	}
	k := keychain.Memory()
	k.Set(t.Context(), "a1", auth.ForRefresh, newest)
	if c, err := p.source(k).Credential(t.Context(), false); err != nil || !p.valid(c.Token) {
		t.Error(err)
	}
	if RefreshOf(auth.Static{}, "x") != "x" {
		t.Error("another source's token was changed")
	}
}

func TestClients(t *testing.T) {
	ctx, k := t.Context(), keychain.Memory()
	was := builtIn
	defer func() { builtIn = was }()
	builtIn = ""
	if _, err := ClientFor(ctx, k, "a1", "google"); code(err) != "auth/no-client" || fault.Of(err).Policy().Offered != fault.ActAppPassword {
		t.Error(err)
	}
	builtIn = "google=gid:gsecret microsoft=mid"
	if c, err := ClientFor(ctx, k, "a1", "google"); err != nil || c != (Client{"gid", "gsecret"}) {
		t.Error(c, err)
	}
	if c, err := ClientFor(ctx, nil, "", "microsoft"); err != nil || c != (Client{ID: "mid"}) {
		t.Error(c, err)
	}
	if err := SaveClient(ctx, k, "google", Client{" mine ", "my-secret"}); err != nil {
		t.Fatal(err)
	}
	if c, err := ClientFor(ctx, k, "a1", "google"); err != nil || c != (Client{"mine", "my-secret"}) {
		t.Error(c, err)
	} else if s := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(s, "my-secret") {
		t.Error("printing shows the secret")
	}
	if err := SaveClient(ctx, k, "google", Client{}); err != nil {
		t.Fatal(err)
	}
	if c, _ := ClientFor(ctx, k, "a1", "google"); c.ID != "gid" {
		t.Error(c)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", []byte(`{"access_token":"a","refresh_token":"r","expires_in":"3599","token_type":"Bearer","id_token":"x.eyJlbWFpbCI6ImFkYUBleGFtcGxlLnRlc3QifQ.y"}`))
	f.Add(400, "application/json", []byte(`{"error":"invalid_grant","error_description":"AADSTS70008: \u0000"}`))
	f.Add(503, "text/html", []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, kind string, b []byte) {
		tok, err := answer(status, kind, b, time.Unix(1e9, 0))
		if err == nil {
			if tok.Access == "" || !printable(tok.Access) || !printable(tok.Refresh) || tok.Expiry.Before(time.Unix(1e9, 0)) || strings.ContainsAny(tok.Email, "\r\n") {
				t.Fatalf("%#v %q", tok, tok.Email)
			}
			return
		}
		var r refusal
		if errors.As(err, &r) {
			if e := words(r, "ada@example.test"); e.Title == "" || e.Kind == "" || strings.ContainsAny(e.ServerText, "\r\n\x00") {
				t.Fatalf("%+v", e)
			}
		}
	})
}
