package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/assets/providers"
)

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return string(f.Kind) + "/" + f.Code
	}
	return fmt.Sprint(err)
}

func TestSignIn(t *testing.T) {
	p := startIDP(t)
	for _, loopback := range []string{"127.0.0.1", "localhost"} {
		var opened string
		in := p.signIn("ada@example.test", "ada-pw")
		f := p.flow("Ada@Example.test", func(u string) error { opened = u; return in(u) })
		f.Provider.Loopback = loopback
		tok, err := f.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if tok.Access == "" || tok.Refresh == "" || tok.Email != "ada@example.test" || time.Until(tok.Expiry) < 4*time.Minute || time.Until(tok.Expiry) > 6*time.Minute {
			t.Errorf("%v", tok)
		}
		if s := fmt.Sprintf("%v %+v %#v", tok, tok, tok); strings.Contains(s, tok.Access) || strings.Contains(s, tok.Refresh) {
			t.Error("printing a token shows it")
		}
		q := mustQuery(t, opened)
		if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) != 43 || q.Get("response_type") != "code" || q.Get("login_hint") != "Ada@Example.test" {
			t.Error(q)
		}
		if !strings.HasPrefix(q.Get("redirect_uri"), "http://"+loopback+":") {
			t.Error(q.Get("redirect_uri"))
		}
		if _, err := http.Get(q.Get("redirect_uri")); err == nil {
			t.Error("the port is still open after the sign-in")
		}
	}
}

func mustQuery(t *testing.T, u string) url.Values {
	t.Helper()
	p, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	return p.Query()
}

func TestAWrongPasswordStaysInTheBrowser(t *testing.T) {
	p := startIDP(t)
	f := p.flow("ada@example.test", func(u string) error {
		go func() {
			if _, page := p.browser(u, "ada@example.test", "wrong", false); strings.Contains(page, "You are signed in") {
				t.Error("signed in with a wrong password")
			}
			p.signIn("ada@example.test", "ada-pw")(u)
		}()
		return nil
	})
	if _, err := f.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Only the answer with the right state, at the right place, by the right method counts; the sign-in goes on behind the others.
func TestForeignRequestsAreRefused(t *testing.T) {
	p := startIDP(t)
	f := p.flow("ada@example.test", func(u string) error {
		go func() {
			q := mustQuery(t, u)
			back := q.Get("redirect_uri")
			try := func(method, to, host string) {
				r, _ := http.NewRequest(method, to, nil)
				if host != "" {
					r.Host = host
				}
				rs, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				b, _ := io.ReadAll(rs.Body)
				rs.Body.Close()
				if rs.StatusCode != 400 || !strings.Contains(string(b), "not the answer") {
					t.Errorf("%s %s: %d", method, host, rs.StatusCode)
				}
			}
			try("GET", back+"?code=stolen&state=wrong", "")
			try("GET", back+"?code=stolen", "")
			try("GET", back+"?error=access_denied", "")
			try("POST", back+"?code=x&state="+q.Get("state"), "")
			try("GET", back+"elsewhere?code=x&state="+q.Get("state"), "")
			try("GET", back+"?code=x&state="+q.Get("state"), "rebound.example")
			p.signIn("ada@example.test", "ada-pw")(u)
		}()
		return nil
	})
	if _, err := f.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A code that somebody else got hold of is worth nothing without the verifier, which never leaves the program before the end.
func TestPKCE(t *testing.T) {
	p := startIDP(t)
	f := p.flow("ada@example.test", func(u string) error {
		go func() {
			back, _ := p.browser(u, "ada@example.test", "ada-pw", true)
			q := mustQuery(t, back)
			for _, verifier := range []string{"", "guessed-guessed-guessed-guessed-guessed-guess"} {
				form := url.Values{"grant_type": {"authorization_code"}, "code": {q.Get("code")}, "redirect_uri": {mustQuery(t, u).Get("redirect_uri")}, "client_id": {"postrider"}}
				if verifier != "" {
					form.Set("code_verifier", verifier)
				}
				rs, err := http.PostForm(p.base+"oauth/token", form)
				if err != nil || rs.StatusCode == 200 {
					t.Error("the server gave a token for a stolen code:", err)
				}
			}
			rs, err := http.Get(back)
			if err == nil {
				rs.Body.Close()
			}
		}()
		return nil
	})
	if _, err := f.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := p.last.Load().(url.Values).Get("code_verifier"); len(v) != 43 {
		t.Errorf("verifier of %d letters", len(v))
	}
}

// answered runs a flow whose browser comes back with the given query instead of signing in.
func answered(t *testing.T, p *idp, query url.Values) error {
	f := p.flow("ada@example.test", func(u string) error {
		go func() {
			q := mustQuery(t, u)
			query.Set("state", q.Get("state"))
			if rs, err := http.Get(q.Get("redirect_uri") + "?" + query.Encode()); err == nil {
				rs.Body.Close()
			}
		}()
		return nil
	})
	_, err := f.Run(t.Context())
	return err
}

func TestRefusals(t *testing.T) {
	p := startIDP(t)
	for _, c := range []struct{ err, text, want, detail string }{
		{"access_denied", "", "auth/declined", "declined or closed"},
		{"access_denied", "AADSTS65004: User declined to consent to access the app.", "auth/declined", ""},
		{"invalid_client", "AADSTS65001: The user or administrator has not consented to use the application", "auth/admin-consent", "administrator"},
		{"access_denied", "AADSTS90094: The grant requires admin permission.", "auth/admin-consent", "IMAP.AccessAsUser.All"},
		{"invalid_request", "AADSTS50020: User account from identity provider does not exist in tenant", "auth/wrong-tenant", "ada@example.test"},
		{"unauthorized_client", "AADSTS700016: Application was not found in the directory", "auth/wrong-tenant", ""},
		{"unauthorized_client", "", "auth/no-client", "client id"},
		{"invalid_scope", "", "auth/scope", ""},
		{"server_error", "", "busy/server", ""},
		{"temporarily_unavailable", "", "busy/busy", ""},
		{"something_new", "bad\r\nthing\x00", "auth/refused", ""},
	} {
		err := answered(t, p, url.Values{"error": {c.err}, "error_description": {c.text}})
		f := fault.Of(err)
		if code(err) != c.want || !strings.Contains(f.Detail, c.detail) || f.Title == "" {
			t.Errorf("%s %s: %s %q", c.err, c.text, code(err), f.Detail)
		}
		if strings.ContainsAny(f.ServerText, "\r\n\x00") || !strings.Contains(f.ServerText, c.err) {
			t.Errorf("%q", f.ServerText)
		}
	}
	if err := answered(t, p, url.Values{"code": {"made-up"}}); code(err) != "auth/sign-in-again" && code(err) != "auth/refused" {
		t.Error(err)
	}
	if err := answered(t, p, url.Values{"code": {"x"}, "iss": {"https://evil.example"}}); code(err) != "protocol/oauth" || !strings.Contains(fault.Of(err).Detail, "Another server") {
		t.Error(err)
	}
}

func TestTheWrongAccountIsNoticed(t *testing.T) {
	p := startIDP(t)
	f := p.flow("ada@example.test", p.signIn("bob@example.test", "bob-pw"))
	_, err := f.Run(t.Context())
	if code(err) != "auth/wrong-account" || !strings.Contains(fault.Of(err).Detail, "bob@example.test") {
		t.Error(err)
	}
	f.AnyAccount = true
	if tok, err := f.Run(t.Context()); err != nil || tok.Email != "bob@example.test" {
		t.Error(tok, err)
	}
}

func TestCancelAndTimeout(t *testing.T) {
	p := startIDP(t)
	var opened string
	f := p.flow("ada@example.test", func(u string) error { opened = u; return nil })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := f.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := http.Get(mustQuery(t, opened).Get("redirect_uri")); err == nil {
		t.Error("the port is still open")
	}
	f.Timeout = 50 * time.Millisecond
	if _, err := f.Run(t.Context()); code(err) != "auth/timeout" {
		t.Error(err)
	}
	f.Open = func(string) error { return errors.New("no display") }
	if _, err := f.Run(t.Context()); code(err) != "local/no-browser" || !strings.HasPrefix(fault.Of(err).URL, p.base+"auth?") {
		t.Error(err)
	}
	f.Client.ID = ""
	if _, err := f.Run(t.Context()); code(err) != "auth/no-client" {
		t.Error(err)
	}
}

func TestPlainEndpointsAreRefused(t *testing.T) {
	f := Flow{Provider: &providers.OAuth{Authorize: "http://login.example.com/auth", Token: "https://login.example.com/token"}, Client: Client{ID: "x"}, Open: func(string) error {
		t.Error("the browser was sent to plain http")
		return errors.New("no")
	}}
	if _, err := f.Run(t.Context()); err == nil {
		t.Error("accepted")
	}
	for u, ok := range map[string]bool{"https://a.example/x": true, "http://a.example/": false, "http://127.0.0.1:1/": true, "http://localhost:1/": true, "http://localhost.evil.example/": false, "https://u:p@a.example/": false, "ftp://a.example/": false, "": false} {
		if secure(u) != ok {
			t.Errorf("%q: %v", u, !ok)
		}
	}
}
