package auth

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/emersion/go-sasl"
)

// plain is RFC 4616. The bytes go out as they are: preparing them is the server's part there.
type plain struct{ cred Credential }

func (p *plain) Start() (string, []byte, error) {
	return Plain, []byte("\x00" + p.cred.User + "\x00" + p.cred.Password), nil
}

func (p *plain) Next([]byte) ([]byte, error) { return nil, sasl.ErrUnexpectedServerChallenge }

// login answers two questions whatever they say: their texts differ from server to server ("Username:", "User Name").
type login struct {
	cred Credential
	step int
}

func (l *login) Start() (string, []byte, error) { return Login, nil, nil }

func (l *login) Next([]byte) ([]byte, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte(l.cred.User), nil
	case 2:
		return []byte(l.cred.Password), nil
	}
	return nil, sasl.ErrUnexpectedServerChallenge
}

// cramMD5 is RFC 2195.
type cramMD5 struct {
	cred Credential
	done bool
}

func (m *cramMD5) Start() (string, []byte, error) { return CramMD5, nil, nil }

func (m *cramMD5) Next(challenge []byte) ([]byte, error) {
	if m.done {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	m.done = true
	h := hmac.New(md5.New, []byte(m.cred.Password))
	h.Write(challenge)
	return []byte(m.cred.User + " " + hex.EncodeToString(h.Sum(nil))), nil
}

// bearer is OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2. A refusal comes as a challenge with a JSON error; the client has
// to answer it, 0x01 there and nothing here, before the server says no.
type bearer struct {
	name   string
	cred   Credential
	reason string
	done   bool
}

func (b *bearer) Start() (string, []byte, error) {
	if b.name == XOAuth2 {
		return XOAuth2, []byte("user=" + b.cred.User + "\x01auth=Bearer " + b.cred.Token + "\x01\x01"), nil
	}
	// "," and "=" of a name are escaped (RFC 5801 section 4).
	name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(b.cred.User)
	return OAuthBearer, []byte("n,a=" + name + ",\x01auth=Bearer " + b.cred.Token + "\x01\x01"), nil
}

func (b *bearer) Next(challenge []byte) ([]byte, error) {
	if b.done {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	b.done = true
	var e struct{ Status, Scope string }
	if len(challenge) <= 8<<10 && json.Unmarshal(challenge, &e) == nil {
		b.reason = strings.TrimSpace(e.Status + " " + e.Scope)
	}
	if b.name == XOAuth2 {
		return []byte{}, nil
	}
	return []byte{1}, nil
}
