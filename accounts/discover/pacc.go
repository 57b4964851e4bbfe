package discover

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
)

// paccFile is a configuration file of draft-ietf-mailmaint-pacc-02. Ports are not in it: they are always those of TLS from the first byte.
type paccFile struct {
	Protocols map[string]struct {
		Host string `json:"host"`
		URL  string `json:"url"`
	} `json:"protocols"`
	Authentication struct {
		OAuth *struct {
			Issuer string `json:"issuer"`
		} `json:"oauth-public"`
		Password *bool `json:"password"`
	} `json:"authentication"`
	Info struct {
		Provider struct {
			Name string `json:"name"`
		} `json:"provider"`
	} `json:"info"`
}

// pacc asks for the domain's configuration file and believes it only if its digest stands in the domain's TXT record.
func (f *finder) pacc(ctx context.Context) (result, error) {
	host := "ua-auto-config." + f.a.Domain
	b, err := f.get(ctx, "https://"+host+"/.well-known/user-agent-configuration.json", maxAnswer)
	if err != nil {
		return result{}, err
	}
	txt, err := f.res.LookupTXT(ctx, "_"+host+".")
	f.noted(err)
	if err != nil {
		return result{}, err
	}
	if !digestNamed(b, txt) {
		return result{}, errors.New("the file is not the one that the domain vouches for")
	}
	c, err := parsePACC(b, f.a.String())
	if err != nil {
		return result{}, err
	}
	return f.fromConfig(c, host)
}

// digestNamed reports whether one of the records "v=UAAC1; a=sha256; d=BASE64" holds the digest of b.
func digestNamed(b []byte, txt []string) bool {
	sum := sha256.Sum256(b)
	for _, t := range txt {
		tags := map[string]string{}
		for tag := range strings.SplitSeq(t, ";") {
			k, v, _ := strings.Cut(strings.TrimSpace(tag), "=")
			tags[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
		d, err := base64.StdEncoding.DecodeString(tags["d"])
		if err == nil && tags["v"] == "UAAC1" && strings.EqualFold(tags["a"], "sha256") && bytes.Equal(d, sum[:]) {
			return true
		}
	}
	return false
}

func parsePACC(b []byte, address string) (Config, error) {
	var v paccFile
	if err := json.Unmarshal(b, &v); err != nil {
		return Config{}, errors.New("the file is not a configuration")
	}
	c := Config{Name: cut(clean(v.Info.Provider.Name), 100)}
	var methods []mail.AuthMethod
	if o := v.Authentication.OAuth; o != nil {
		c.Issuer = httpsOnly(o.Issuer)
		methods = append(methods, mail.OAuth2)
	}
	if p := v.Authentication.Password; p == nil || *p {
		methods = append(methods, mail.Password)
	}
	if len(methods) == 0 {
		return c, errors.New("the file names no way to sign in")
	}
	for _, s := range []mail.Server{{Protocol: mail.IMAP, Port: 993}, {Protocol: mail.POP3, Port: 995}, {Protocol: mail.SMTP, Port: 465}} {
		s.Host = strings.ToLower(strings.TrimSuffix(v.Protocols[string(s.Protocol)].Host, "."))
		if !isHost(s.Host) || !strings.Contains(s.Host, ".") {
			continue
		}
		s.Security, s.User, s.Auth = mail.TLS, address, methods[0]
		o := mail.Offer{Server: s, Methods: append([]mail.AuthMethod(nil), methods...)}
		if s.Protocol == mail.SMTP {
			c.Outgoing = append(c.Outgoing, o)
		} else {
			c.Incoming = append(c.Incoming, o)
		}
	}
	for _, p := range []mail.Protocol{mail.CalDAV, mail.CardDAV, mail.JMAP} {
		if u := httpsOnly(v.Protocols[string(p)].URL); u != "" {
			c.Also = append(c.Also, mail.Also{Protocol: p, Host: hostOf(u), URL: u})
		}
	}
	return c, nil
}
