package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/assets/providers"
)

// Limit is how long the person has in the browser.
const Limit = 5 * time.Minute

// Flow is one sign-in in the browser.
type Flow struct {
	Provider  *providers.OAuth
	Client    Client
	Scopes    []string // see [providers.OAuth.ScopesFor]
	LoginHint string   // the address; also compared with who signed in
	// AnyAccount takes whoever signed in, for addresses that are aliases of the account's own.
	AnyAccount bool
	// Open opens the browser; the URL may also be shown for copying. An error ends the flow.
	Open    func(url string) error
	HTTP    *http.Client  // nil: the default transport
	Timeout time.Duration // 0 = [Limit]
}

func secret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Run signs in and returns the tokens, which the caller stores ([Source.Adopt]). It blocks until the person is done in the browser, ctx is done or the time
// is up. Errors are *fault.Error or context.Canceled.
func (f Flow) Run(ctx context.Context) (Token, error) {
	p := f.Provider
	if !secure(p.Authorize) || f.Client.ID == "" {
		return Token{}, words(refusal{"invalid_client", "no client id, or the endpoint is not https"}, f.LoginHint)
	}
	limit := f.Timeout
	if limit == 0 {
		limit = Limit
	}
	wctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	state, verifier := secret(), secret()
	l, err := listen(p.Loopback, state)
	if err != nil {
		return Token{}, &fault.Error{Kind: fault.Local, Code: "loopback", Op: "sign in", Title: "The browser’s answer cannot be received", Detail: "No port of this computer could be opened for it. A firewall program may be in the way.", Err: err}
	}
	defer l.close()

	u, err := f.url(l.redirect, state, verifier)
	if err != nil {
		return Token{}, protocol(f.LoginHint, "", err)
	}
	if err := f.Open(u); err != nil {
		return Token{}, &fault.Error{Kind: fault.Local, Code: "no-browser", Op: "sign in", Title: "No browser could be opened", Detail: "Copy the link into a browser of this computer.", URL: u, Err: err}
	}

	var q url.Values
	select {
	case q = <-l.got:
	case <-wctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return Token{}, ctx.Err()
		}
		return Token{}, &fault.Error{Kind: fault.Auth, Code: "timeout", Op: "sign in", Account: f.LoginHint, Title: "Nobody signed in",
			Detail: "The browser did not come back within " + strconv.Itoa(int(limit.Minutes())) + " minutes. Try again.", Action: fault.ActSignIn, Err: wctx.Err()}
	}
	l.close()
	if iss := q.Get("iss"); iss != "" && p.Issuer != "" && strings.TrimSuffix(iss, "/") != strings.TrimSuffix(p.Issuer, "/") {
		return Token{}, protocol(f.LoginHint, "Another server than the provider’s answered.", errAnswer("iss is not the issuer (RFC 9207)"))
	}
	if e := q.Get("error"); e != "" {
		return Token{}, words(refusal{e, q.Get("error_description")}, f.LoginHint)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {q.Get("code")}, "redirect_uri": {l.redirect}}
	if !p.NoPKCE {
		form.Set("code_verifier", verifier)
	}
	t, err := redeem(ctx, f.HTTP, p, f.Client, form)
	if err != nil {
		return Token{}, failed(err, p, f.LoginHint)
	}
	if t.Refresh == "" {
		return Token{}, protocol(f.LoginHint, "It gave no lasting access, so that you would have to sign in every hour.", nil)
	}
	if t.Email == "" && p.Userinfo != "" {
		t.Email = userinfo(ctx, f.HTTP, p.Userinfo, t.Access)
	}
	if !f.AnyAccount && f.LoginHint != "" && t.Email != "" && !strings.EqualFold(t.Email, f.LoginHint) {
		return t, wrongAccount(f.LoginHint, t.Email)
	}
	return t, nil
}

// failed words an error of the token endpoint.
func failed(err error, p *providers.OAuth, address string) error {
	var r refusal
	var a errAnswer
	switch {
	case errors.As(err, &r):
		return words(r, address)
	case errors.As(err, &a):
		return protocol(address, "", err)
	}
	u, _ := url.Parse(p.Token)
	return networked(err, u.Host)
}

// url is the authorisation request (RFC 6749 section 4.1.1).
func (f Flow) url(redirect, state, verifier string) (string, error) {
	u, err := url.Parse(f.Provider.Authorize)
	if err != nil {
		return "", err
	}
	q := u.Query()
	for k, v := range f.Provider.Params {
		q.Set(k, v)
	}
	q.Set("response_type", "code")
	q.Set("client_id", f.Client.ID)
	q.Set("redirect_uri", redirect)
	q.Set("state", state)
	if len(f.Scopes) > 0 {
		q.Set("scope", strings.Join(f.Scopes, " "))
	}
	if f.LoginHint != "" {
		q.Set("login_hint", f.LoginHint)
	}
	if !f.Provider.NoPKCE {
		sum := sha256.Sum256([]byte(verifier))
		q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
		q.Set("code_challenge_method", "S256")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// listener receives the browser's one answer.
type listener struct {
	redirect string
	got      chan url.Values
	srv      *http.Server
}

func listen(host, state string) (*listener, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	if host == "" {
		host = "127.0.0.1"
	}
	l := &listener{redirect: "http://" + host + ":" + port + "/", got: make(chan url.Values, 1)}
	taken := make(chan struct{}, 1)
	l.srv = &http.Server{
		ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
			h.Set("Referrer-Policy", "no-referrer") // the address line holds the code
			h.Set("Cache-Control", "no-store")
			h.Set("Connection", "close")
			q := r.URL.Query()
			// The host is checked against pages that point a name of theirs at loopback, the state against those that only guess the port.
			if r.Method != http.MethodGet || r.URL.Path != "/" || r.Host != host+":"+port || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
				w.WriteHeader(http.StatusBadRequest)
				w.Write(page("This is not the answer that Postrider waits for", "Go back to Postrider and try again."))
				return
			}
			if q.Get("error") == "" && q.Get("code") == "" {
				q.Set("error", "server_error")
			}
			select {
			case taken <- struct{}{}:
			default:
				w.WriteHeader(http.StatusGone)
				w.Write(page("This sign-in is over", "You can close this page."))
				return
			}
			if q.Get("error") != "" {
				w.Write(page("Postrider was not given access", "You can close this page and go back to Postrider."))
			} else {
				w.Write(page("You are signed in", "You can close this page and go back to Postrider."))
			}
			http.NewResponseController(w).Flush()
			l.got <- q
		}),
	}
	go l.srv.Serve(ln)
	if host == "localhost" { // browsers may try IPv6 first
		if ln6, err := net.Listen("tcp6", "[::1]:"+port); err == nil {
			go l.srv.Serve(ln6)
		}
	}
	return l, nil
}

// close lets the page go out, and then frees the port.
func (l *listener) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if l.srv.Shutdown(ctx) != nil {
		l.srv.Close()
	}
}

func page(title, text string) []byte {
	return []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Postrider</title>` +
		`<style>body{font:16px/1.5 system-ui,sans-serif;max-width:30em;margin:20vh auto;padding:0 1em;text-align:center}</style><h1>` + title + `</h1><p>` + text + `</p></html>`)
}
