package oauth

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/postrider/postrider/assets/providers"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// idp is a real authorisation server on loopback.
type idp struct {
	t         *testing.T
	base      string
	refreshes atomic.Int32
	last      atomic.Value // url.Values of the last token request
	break_    atomic.Value // func(http.ResponseWriter, *http.Request) bool: true = answered
}

const idpUsers = `{"ada@example.test":{"ID":"ada@example.test","Username":"ada@example.test","Password":"ada-pw","FirstName":"Ada","LastName":"L","Email":"ada@example.test","EmailVerified":true,"PreferredLanguage":"en"},
"bob@example.test":{"ID":"bob@example.test","Username":"bob@example.test","Password":"bob-pw","FirstName":"Bob","LastName":"M","Email":"bob@example.test","EmailVerified":true,"PreferredLanguage":"en"}}`

var registered = sync.OnceFunc(func() {
	storage.RegisterClients(storage.NativeClient("postrider", "http://127.0.0.1/", "http://localhost/"))
})

func startIDP(t *testing.T) *idp {
	registered()
	users := filepath.Join(t.TempDir(), "users.json")
	if err := os.WriteFile(users, []byte(idpUsers), 0o600); err != nil {
		t.Fatal(err)
	}
	us, err := storage.StoreFromFile(users)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	p := &idp{t: t, base: "http://localhost:" + port + "/"}
	p.break_.Store(func(http.ResponseWriter, *http.Request) bool { return false })
	was := slog.Default() // the library sets its own
	h := exampleop.SetupServer(p.base, storage.NewStorage(us), slog.New(slog.NewTextHandler(io.Discard, nil)), false)
	t.Cleanup(func() { slog.SetDefault(was) })
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			r.ParseForm()
			p.last.Store(r.PostForm)
			if r.PostForm.Get("grant_type") == "refresh_token" {
				p.refreshes.Add(1)
			}
			if p.break_.Load().(func(http.ResponseWriter, *http.Request) bool)(w, r) {
				return
			}
		}
		if r.URL.Path == "/tokeninfo" {
			p.tokeninfo(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})}
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	return p
}

func (p *idp) provider() *providers.OAuth {
	return &providers.OAuth{ID: "test", Authorize: p.base + "auth", Token: p.base + "oauth/token", Userinfo: p.base + "userinfo", Issuer: p.base, Loopback: "127.0.0.1",
		Scopes: map[string]string{"identity": "openid email profile offline_access"}}
}

func (p *idp) flow(address string, open func(string) error) Flow {
	return Flow{Provider: p.provider(), Client: Client{ID: "postrider"}, Scopes: []string{"openid", "email", "profile", "offline_access"}, LoginHint: address, Open: open}
}

var loginID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// browser is a person at a browser: it opens the page, enters name and password and follows where it is sent. It returns the address and text of the last
// page. With stop, the way back to the program is not taken, and its address is returned.
func (p *idp) browser(u, user, password string, stop bool) (string, string) {
	jar, _ := cookiejar.New(nil)
	b := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if stop && r.URL.Query().Get("code") != "" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	rs, err := b.Get(u)
	if err != nil {
		p.t.Error(err)
		return "", ""
	}
	page, _ := io.ReadAll(rs.Body)
	rs.Body.Close()
	id := loginID.FindSubmatch(page)
	if id == nil {
		return rs.Request.URL.String(), string(page)
	}
	if rs, err = b.PostForm(p.base+"login/username", url.Values{"id": {string(id[1])}, "username": {user}, "password": {password}}); err != nil {
		p.t.Error(err)
		return "", ""
	}
	page, _ = io.ReadAll(rs.Body)
	rs.Body.Close()
	if to := rs.Header.Get("Location"); to != "" {
		return to, ""
	}
	return rs.Request.URL.String(), string(page)
}

// signIn is an Open that signs in.
func (p *idp) signIn(user, password string) func(string) error {
	return func(u string) error {
		go func() {
			if at, page := p.browser(u, user, password, false); !strings.Contains(page, "You are signed in") {
				p.t.Errorf("the browser ended at %s: %s", strings.SplitN(at, "?", 2)[0], page)
			}
		}()
		return nil
	}
}

// revoke takes a refresh token back, as a person does in the provider's settings.
func (p *idp) revoke(token string) {
	rs, err := http.PostForm(p.base+"revoke", url.Values{"token": {token}, "token_type_hint": {"refresh_token"}, "client_id": {"postrider"}})
	if err != nil || rs.StatusCode != 200 {
		p.t.Fatal("revoke:", err, rs)
	}
	rs.Body.Close()
}
