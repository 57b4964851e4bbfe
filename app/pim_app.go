package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	pmail "github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim/contentline"
	"github.com/postrider/postrider/app/compose"
)

// appNet is what the shelves of a running program reach the outside by.
type appNet struct{ a *App }

func (n appNet) raw(ctx context.Context, id pmail.MessageID) ([]byte, error) {
	b, err := n.a.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	part := -1
	for _, p := range b.Parts {
		if p.Type == "text/calendar" && p.Method != "" {
			part = p.ID
			break
		}
		if part < 0 && (p.Type == "text/calendar" || p.Type == "application/ics" || strings.HasSuffix(strings.ToLower(p.Name), ".ics")) {
			part = p.ID
		}
	}
	if part < 0 {
		return nil, nil
	}
	r, _, err := n.a.OpenPart(ctx, id, part)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, contentline.MaxSize))
	if err != nil {
		return nil, fault.Of(err)
	}
	return raw, nil
}

func (n appNet) from(ctx context.Context, id pmail.MessageID) (pmail.AccountID, string, error) {
	r, err := n.a.store.Row(ctx, id)
	if err != nil {
		return "", "", err
	}
	b, err := n.a.Read(ctx, id)
	if err != nil {
		return r.Account, "", err
	}
	if len(b.Envelope.From) == 0 {
		return r.Account, "", nil
	}
	return r.Account, b.Envelope.From[0].Addr, nil
}

// send mails a scheduling message (RFC 6047 section 2.4): the text for people and the object for programs, as alternatives.
func (n appNet) send(ctx context.Context, account pmail.AccountID, from pmail.Address, to []pmail.Address, subject, text, method string, object []byte) error {
	var b bytes.Buffer
	addr := func(a pmail.Address) string { return (&mail.Address{Name: a.Name, Address: a.Addr}).String() }
	var rcpt []string
	for _, a := range to {
		rcpt = append(rcpt, addr(a))
	}
	boundary := "=_" + strings.ReplaceAll(newUID(), "-", "")
	clean := strings.NewReplacer("\r", " ", "\n", " ")
	for _, h := range [][2]string{{"From", addr(from)}, {"To", strings.Join(rcpt, ",\r\n ")}, {"Subject", mime.QEncoding.Encode("utf-8", clean.Replace(subject))}, {"Date", time.Now().Format("Mon, 2 Jan 2006 15:04:05 -0700")},
		{"Message-ID", "<" + strings.Trim(compose.NewID(from.Addr), "<>") + ">"}, {"MIME-Version", "1.0"}, {"Content-Type", `multipart/alternative; boundary="` + boundary + `"`}} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	part := func(typ string, body []byte) {
		b.WriteString("--" + boundary + "\r\nContent-Type: " + typ + "\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		e := base64.StdEncoding.EncodeToString(body)
		for len(e) > 76 {
			b.WriteString(e[:76] + "\r\n")
			e = e[76:]
		}
		b.WriteString(e + "\r\n")
	}
	part("text/plain; charset=utf-8", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	part("text/calendar; charset=utf-8; method="+method, object)
	b.WriteString("--" + boundary + "--\r\n")
	_, err := n.a.SendRaw(ctx, account, b.Bytes())
	return err
}

// maxFetch is the largest calendar that is read from an address.
const maxFetch = contentline.MaxSize

// fetch reads a calendar from its https address.
func (n appNet) fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || rq.URL.Scheme != "https" {
		return nil, fault.New(fault.Usage, "address", "This is not the address of a calendar", "It begins with webcal:// or https://.")
	}
	rq.Header.Set("Accept", "text/calendar, */*;q=0.5")
	rs, err := n.a.httpClient().Do(rq)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err // the address may hold a key
		}
		return nil, fault.Of(err)
	}
	defer rs.Body.Close()
	if rs.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Refused, "status", "The calendar cannot be read", "The server answered "+rs.Status+".")
	}
	b, err := io.ReadAll(io.LimitReader(rs.Body, maxFetch+1))
	if err != nil {
		return nil, fault.Of(err)
	}
	if len(b) > maxFetch {
		return nil, errTooBig
	}
	return b, nil
}

// httpClient makes a client over the program's dialler; redirects stay with https and drop nothing secret, since nothing secret is sent.
func (a *App) httpClient() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: a.dialer.TLSConfig(""), DialContext: a.dialer.Context, Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true},
		CheckRedirect: func(rq *http.Request, via []*http.Request) error {
			if len(via) > 5 || rq.URL.Scheme != "https" {
				return http.ErrUseLastResponse
			}
			return nil
		}}
}
