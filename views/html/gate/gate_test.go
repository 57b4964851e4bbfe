package gate

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/postrider/postrider/views/html/dom"
)

func document(t *testing.T, src string) *dom.Document {
	t.Helper()
	d, err := dom.ParseBytes(context.Background(), []byte(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// asked records what a gate loads.
type asked struct {
	mu   sync.Mutex
	list []string
}

func (a *asked) load(_ context.Context, address string) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, address)
	if address == "https://pics.example/gone.png" {
		return nil, errors.New("gone")
	}
	return []byte("picture of " + address), nil
}

const newsletter = `<link rel=stylesheet href="https://css.example/a.css"><style>@import "https://css.example/b.css"; @font-face{font-family:x;src:url(https://fonts.example/x.woff)}</style>
<body background="https://pics.example/back.png"><img src="https://pics.example/logo.png"><img src="//pics.example/two.png"><img src="cid:part1@example.com">
<img src="https://pics.example/gone.png"><img src="ftp://pics.example/three.png"><img src="file:///etc/hostname">
<img src="https://news.example/open/7f3a9" width=1 height=1><img src="https://mailing.list-manage.com/track/open.php?u=1&id=2" width=40 height=40>
<iframe src="https://frame.example/"></iframe><video src="https://video.example/v.mp4" poster="https://pics.example/poster.jpg"></video>`

func TestNothingUntilAllowed(t *testing.T) {
	var a asked
	g := New(document(t, newsletter), func(id string) []byte { return []byte(id) }, a.load)
	all := []string{"https://pics.example/logo.png", "//pics.example/two.png", "https://pics.example/back.png", "https://pics.example/gone.png", "https://news.example/open/7f3a9", "https://mailing.list-manage.com/track/open.php?u=1&id=2", "https://css.example/a.css", "https://elsewhere.example/x.png", "file:///etc/hostname"}
	if n := g.Load(context.Background(), all, nil); n != 0 || len(a.list) != 0 {
		t.Fatalf("a closed gate loaded %v", a.list)
	}
	if g.Blocked() < 4 {
		t.Errorf("%d pictures are counted", g.Blocked())
	}
	if string(g.Bytes("cid:part1@example.com")) != "part1@example.com" || string(g.Bytes("CID:<a%20b>")) != "a b" {
		t.Error("a picture of the message itself is not given")
	}
	g.Allow(true)
	var came []string
	var mu sync.Mutex
	g.Load(context.Background(), all, func(s string) { mu.Lock(); came = append(came, s); mu.Unlock() })
	slices.Sort(a.list)
	slices.Sort(came)
	want := []string{"https://pics.example/back.png", "https://pics.example/gone.png", "https://pics.example/logo.png", "https://pics.example/two.png"}
	if !reflect.DeepEqual(a.list, want) {
		t.Errorf("asked for %v", a.list)
	}
	if !reflect.DeepEqual(came, []string{want[0], want[2], want[3]}) {
		t.Errorf("came %v", came)
	}
	if g.Bytes("//pics.example/two.png") == nil || g.Bytes("https://elsewhere.example/x.png") != nil {
		t.Error("what was loaded is not what is given")
	}
	g.Load(context.Background(), all, nil)
	if len(a.list) != 4 {
		t.Errorf("asked again: %v", a.list)
	}
	g.Allow(false)
	if g.Bytes("//pics.example/two.png") != nil {
		t.Error("a gate that was closed again gives what it loaded")
	}
}

func TestTrackersAreNamed(t *testing.T) {
	g := New(document(t, newsletter), nil, nil)
	hosts := map[string]bool{}
	for _, tr := range g.Trackers() {
		hosts[tr.Host] = tr.Why != ""
	}
	if !hosts["news.example"] || !hosts["mailing.list-manage.com"] || len(hosts) != 2 {
		t.Errorf("trackers: %+v", g.Trackers())
	}
	if g.Others() < 3 {
		t.Errorf("%d other references", g.Others())
	}
	if h := g.Hosts(); !reflect.DeepEqual(h, []string{"pics.example"}) {
		t.Errorf("hosts: %v", h)
	}
}

func TestAddressOfATrackerIsOneEverywhere(t *testing.T) {
	var a asked
	g := New(document(t, `<img src="https://x.example/p" width=1 height=1><div style="background:url(https://x.example/p)">x</div>`), nil, a.load)
	g.Allow(true)
	g.Load(context.Background(), []string{"https://x.example/p"}, nil)
	if len(a.list) != 0 {
		t.Errorf("loaded %v", a.list)
	}
}
