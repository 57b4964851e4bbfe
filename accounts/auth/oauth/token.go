package oauth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/assets/providers"
)

const maxAnswer = 256 << 10

// Token is what a sign-in gives.
type Token struct {
	Access  string
	Refresh string // "" where the server gave none
	Expiry  time.Time
	Email   string // who signed in, "" where the server does not say
	Scope   string
}

// String hides the secrets.
func (t Token) String() string {
	return "token of " + t.Email + " until " + t.Expiry.Format(time.RFC3339) + " ••••"
}

// GoString hides the secrets from %#v.
func (t Token) GoString() string { return t.String() }

// secure reports whether secrets may be sent to u: https, or loopback (which only tests use).
func secure(u string) bool {
	p, err := url.Parse(u)
	if err != nil || p.User != nil {
		return false
	}
	if p.Scheme == "https" && p.Host != "" {
		return true
	}
	h := p.Hostname()
	ip := net.ParseIP(h)
	return p.Scheme == "http" && (h == "localhost" || ip != nil && ip.IsLoopback())
}

// client refuses redirects: a token endpoint has no reason for one, and a secret must not follow it.
func client(c *http.Client) *http.Client {
	out := http.Client{Timeout: 30 * time.Second}
	if c != nil {
		out = *c
	}
	out.Jar = nil
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &out
}

// redeem asks the token endpoint (RFC 6749 section 3.2). An answer that refuses is a refusal.
func redeem(ctx context.Context, hc *http.Client, p *providers.OAuth, c Client, form url.Values) (Token, error) {
	if !secure(p.Token) {
		return Token{}, errors.New("the token endpoint is not https")
	}
	form.Set("client_id", c.ID)
	if c.Secret != "" {
		form.Set("client_secret", c.Secret)
	}
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, err
	}
	rq.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rq.Header.Set("Accept", "application/json")
	rq.Header.Set("User-Agent", "Postrider")
	began := time.Now()
	rs, err := client(hc).Do(rq)
	if err != nil {
		return Token{}, err
	}
	defer rs.Body.Close()
	b, err := io.ReadAll(io.LimitReader(rs.Body, maxAnswer+1))
	if err != nil {
		return Token{}, err
	}
	if len(b) > maxAnswer {
		return Token{}, errAnswer("the answer is too long")
	}
	return answer(rs.StatusCode, rs.Header.Get("Content-Type"), b, began)
}

// errAnswer says what is wrong with an answer. It never holds the answer, which may hold a token.
type errAnswer string

func (e errAnswer) Error() string { return string(e) }

// answer reads what a token endpoint said (RFC 6749 section 5).
func answer(status int, contentType string, b []byte, at time.Time) (Token, error) {
	var v struct {
		Access      string          `json:"access_token"`
		Type        string          `json:"token_type"`
		Refresh     string          `json:"refresh_token"`
		Expires     json.RawMessage `json:"expires_in"`
		Scope       string          `json:"scope"`
		ID          string          `json:"id_token"`
		Error       string          `json:"error"`
		Description string          `json:"error_description"`
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	if err := json.Unmarshal(b, &v); err != nil {
		if status == http.StatusTooManyRequests || status >= 500 {
			return Token{}, refusal{"temporarily_unavailable", "status " + strconv.Itoa(status)}
		}
		return Token{}, errAnswer("the answer is not what a token endpoint says (status " + strconv.Itoa(status) + ", " + oneLine(kind, 60) + ")")
	}
	switch {
	case v.Error != "":
		return Token{}, refusal{v.Error, v.Description}
	case status == http.StatusTooManyRequests || status >= 500:
		return Token{}, refusal{"temporarily_unavailable", "status " + strconv.Itoa(status)}
	case status != http.StatusOK:
		return Token{}, errAnswer("status " + strconv.Itoa(status))
	case v.Access == "" || !printable(v.Access) || !printable(v.Refresh):
		return Token{}, errAnswer("the answer has no usable token")
	case v.Type != "" && !strings.EqualFold(v.Type, "bearer"):
		return Token{}, errAnswer("the token is of an unknown type")
	}
	t := Token{Access: v.Access, Refresh: v.Refresh, Scope: oneLine(v.Scope, 2000), Email: identity(v.ID)}
	// Some servers write the number as text; what makes no sense counts as an hour, which a refusal by the mail server shortens.
	n, err := strconv.ParseFloat(strings.Trim(string(v.Expires), `"`), 64)
	if err != nil || n <= 0 || n > 366*24*3600 {
		n = 3600
	}
	t.Expiry = at.Add(time.Duration(n * float64(time.Second)))
	return t, nil
}

// printable: a token travels in SASL messages (RFC 6750 section 2.1), where a control character would end it.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// identity reads the address from an ID token. It came over verified TLS from the token endpoint, so its signature need not be checked (OpenID
// Connect Core section 3.1.3.7).
func identity(id string) string {
	f := strings.Split(id, ".")
	if len(f) != 3 {
		return ""
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(f[1], "="))
	if err != nil {
		return ""
	}
	return claimed(b)
}

// userinfo asks whose a token is (OpenID Connect Core section 5.3). Not to know is no error: the mail server will tell.
func userinfo(ctx context.Context, hc *http.Client, u, access string) string {
	if !secure(u) {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return ""
	}
	rq.Header.Set("Authorization", "Bearer "+access)
	rq.Header.Set("Accept", "application/json")
	rs, err := client(hc).Do(rq)
	if err != nil {
		return ""
	}
	defer rs.Body.Close()
	b, err := io.ReadAll(io.LimitReader(rs.Body, maxAnswer))
	if err != nil || rs.StatusCode != http.StatusOK {
		return ""
	}
	return claimed(b)
}

// claimed takes the address from a set of claims.
func claimed(b []byte) string {
	var v struct {
		Email string `json:"email"`
		Name  string `json:"preferred_username"`
		UPN   string `json:"upn"`
	}
	if json.Unmarshal(b, &v) != nil {
		return ""
	}
	for _, s := range []string{v.Email, v.UPN, v.Name} {
		if strings.Contains(s, "@") && len(s) < 320 {
			return oneLine(s, 320)
		}
	}
	return ""
}
