package imap

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/testserver"
)

// Dovecot asks an introspection service of ours about each token: "good" is ada's.
func TestTokensOnDovecot(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tok := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if tok == "" || r.URL.Query().Get("access_token") != "" {
			tok = r.URL.Query().Get("access_token")
		}
		w.Header().Set("Content-Type", "application/json")
		if tok != "good" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_token"}`)
			return
		}
		fmt.Fprint(w, `{"email":"ada@example.test","active":true}`)
	}))
	defer h.Close()
	s := testserver.Start(t, testserver.Options{NoSMTP: true, OAuth: "tokeninfo_url = " + h.URL + "/tokeninfo?access_token=\nintrospection_mode = auth\nintrospection_url = " + h.URL + "/userinfo\nusername_attribute = email\ntimeout_msecs = 3000\n"})
	o := serverOptions(s, 993, "ada@example.test")
	var asked []bool
	token := map[bool]string{false: "expired", true: "good"}
	o.Creds = source(func(fresh bool) auth.Credential {
		asked = append(asked, fresh)
		return auth.Credential{User: "ada@example.test", Token: token[fresh]}
	})
	c := mustOpen(t, o)
	if fmt.Sprint(asked) != "[false true]" {
		t.Errorf("asked %v", asked)
	}
	if _, err := c.Collections(context.Background()); err != nil {
		t.Error(err)
	}
	token[true] = "revoked"
	_, err := Open(context.Background(), o)
	if f := fault.Of(err); f == nil || f.Kind != fault.Auth || f.Code != auth.CodeOAuthRefused || strings.Contains(f.Error(), "revoked") {
		t.Errorf("%v", err)
	}
}
