package app

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
)

func TestPublicAddresses(t *testing.T) {
	for s, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "127.0.0.1": false, "10.1.2.3": false, "172.20.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "fe80::1": false, "fd00::1": false, "::ffff:127.0.0.1": false, "64:ff9b::a00:1": false, "64:ff9b::5db8:d822": true,
		"2001:db8::1": false, "2002:7f00:1::": false, "198.18.0.1": false, "192.0.2.1": false, "::": false,
	} {
		if got := public(netip.MustParseAddr(s)); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func pngBytes(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPrivateServersAreNotAsked: a server of this computer gets no connection, whatever name it is asked by.
func TestPrivateServersAreNotAsked(t *testing.T) {
	var conns atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pngBytes(t)) }))
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	r := NewRemote(t.TempDir(), nil, nil)
	for _, u := range []string{"http://127.0.0.1:" + port + "/x.png", "http://localhost:" + port + "/x.png", "http://[::1]:" + port + "/", "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://localhost./x.png",
		"file:///etc/passwd", "ftp://example.com/x.png", "http://ada:secret@example.com/x.png", "http://example.com:25/", "data:image/png;base64,xx", "", "://", "http://router.local/"} {
		if b, err := r.Picture(context.Background(), u); err == nil {
			t.Errorf("%s gives %d bytes", u, len(b))
		}
	}
	if n := conns.Load(); n != 0 {
		t.Errorf("the server got %d connections", n)
	}
}

// far is a server that looks like one of the internet: every name leads to it.
func far(t *testing.T, h http.HandlerFunc) *Remote {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return NewRemote(t.TempDir(), nil, func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	})
}

func TestPictures(t *testing.T) {
	var asked atomic.Int32
	var bad atomic.Value
	r := far(t, func(w http.ResponseWriter, q *http.Request) {
		asked.Add(1)
		for _, h := range []string{"Cookie", "Referer", "Authorization", "Origin", "From"} {
			if q.Header.Get(h) != "" {
				bad.Store(h + ": " + q.Header.Get(h))
			}
		}
		if ua := q.Header.Get("User-Agent"); strings.Contains(ua, "Go-http") || strings.Contains(strings.ToLower(ua), "postrider") {
			bad.Store(ua)
		}
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		switch q.URL.Path {
		case "/moved":
			http.Redirect(w, q, "https-not:/x", http.StatusFound)
		case "/hop":
			http.Redirect(w, q, "/p.png", http.StatusFound)
		case "/inside":
			http.Redirect(w, q, "http://192.168.1.1/p.png", http.StatusFound)
		case "/loop":
			http.Redirect(w, q, "/loop", http.StatusFound)
		case "/page":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<html><script>"))
		case "/gone":
			http.NotFound(w, q)
		case "/big":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(pngBytes(t))
			junk := make([]byte, 1<<20)
			for range 14 {
				_, _ = w.Write(junk)
			}
		default:
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(pngBytes(t))
		}
	})
	ctx := context.Background()
	for range 3 {
		b, err := r.Picture(ctx, "http://pictures.example/p.png")
		if err != nil || !bytes.Equal(b, pngBytes(t)) {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
	}
	if asked.Load() != 1 || r.Requests() != 1 {
		t.Errorf("one picture was asked for %d times", asked.Load())
	}
	if _, err := r.Picture(ctx, "http://pictures.example/hop"); err != nil {
		t.Errorf("after a redirect: %v", err)
	}
	for _, p := range []string{"/moved", "/inside", "/loop", "/page", "/gone", "/big"} {
		if b, err := r.Picture(ctx, "http://pictures.example"+p); err == nil {
			t.Errorf("%s gives %d bytes", p, len(b))
		}
	}
	if v := bad.Load(); v != nil {
		t.Errorf("the server was told %v", v)
	}
}
