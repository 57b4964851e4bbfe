package discover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

const maxRedirects = 3

var (
	errRedirect = errors.New("the server sends elsewhere than to https, or too often")
	errTooLong  = errors.New("the answer is too long")
)

// client makes the client for https: no cookies, no referrer, few redirects, each to https.
func (f *finder) client() *http.Client {
	c := http.Client{}
	if f.o.HTTP != nil {
		c = *f.o.HTTP
	} else {
		t := &http.Transport{
			DialContext:            f.dial.Context,
			TLSClientConfig:        f.dial.TLSConfig(""),
			TLSHandshakeTimeout:    httpLimit,
			ResponseHeaderTimeout:  httpLimit,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
			DisableKeepAlives:      true,
		}
		if f.o.Resolver == nil && (f.o.Dialer == nil || f.o.Dialer.Context == nil) {
			t.Proxy = http.ProxyFromEnvironment
		}
		c.Transport = t
	}
	c.Jar = nil
	c.Timeout = alsoLimit
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		r.Header.Del("Referer") // the query may hold the address
		if len(via) > maxRedirects || r.URL.Scheme != "https" || r.URL.User != nil {
			return errRedirect
		}
		return nil
	}
	return &c
}

// request sends one request and returns the answer with at most limit bytes of its body.
func (f *finder) request(ctx context.Context, c *http.Client, method, url string, body io.Reader, limit int64, header ...string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, nil, err
	}
	if r.URL.Scheme != "https" {
		return nil, nil, errRedirect
	}
	r.Header.Set("User-Agent", "Postrider")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rs, err := c.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer rs.Body.Close()
	f.answered.Store(true)
	f.positive.Store(true)
	b, err := io.ReadAll(io.LimitReader(rs.Body, limit+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(b)) > limit {
		return nil, nil, errTooLong
	}
	return rs, b, nil
}

// get returns the body of a page that is there.
func (f *finder) get(ctx context.Context, url string, limit int64) ([]byte, error) {
	rs, b, err := f.request(ctx, f.http, http.MethodGet, url, nil, limit)
	if err != nil {
		return nil, err
	}
	if rs.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", rs.StatusCode)
	}
	return b, nil
}

// first runs tries at the same time and returns the value of the first in order that succeeds. Once one has, those before it get a second more.
func first[T any](ctx context.Context, tries []func(context.Context) (T, error)) (T, error) {
	type answer struct {
		i   int
		v   T
		err error
	}
	var zero T
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	got := make(chan answer, len(tries))
	for i, try := range tries {
		go func() {
			v, err := try(ctx)
			got <- answer{i, v, err}
		}()
	}
	best := answer{i: len(tries)}
	open := make([]bool, len(tries)) // true = has answered
	var errs []error
	var late <-chan time.Time
	for {
		if !slices.Contains(open[:best.i], false) {
			if best.i < len(tries) {
				return best.v, nil
			}
			return zero, errors.Join(errs...)
		}
		select {
		case a := <-got:
			open[a.i] = true
			switch {
			case a.err != nil:
				errs = append(errs, a.err)
			case a.i < best.i:
				best = a
				if late == nil {
					late = time.After(time.Second)
				}
			}
			continue
		case <-late:
		case <-ctx.Done():
		}
		if best.i < len(tries) {
			return best.v, nil
		}
		return zero, ctx.Err()
	}
}
