package gate

import (
	"context"
	"reflect"
	"testing"

	"github.com/postrider/postrider/views/html/dom"
)

func judge(t *testing.T, src string) *Verdict {
	t.Helper()
	d, err := dom.ParseBytes(context.Background(), []byte(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return Judge(d)
}

const newsletter = `<link rel=stylesheet href="https://css.example/a.css"><style>@import "https://css.example/b.css"; @font-face{font-family:x;src:url(https://fonts.example/x.woff)}</style>
<body background="https://pics.example/back.png"><img src="https://pics.example/logo.png"><img src="//pics.example/two.png"><img src="cid:part1@example.com">
<img src="ftp://pics.example/three.png"><img src="file:///etc/hostname"><img src="https://user:secret@pics.example/four.png">
<img src="https://news.example/open/7f3a9" width=1 height=1><img src="https://mailing.list-manage.com/track/open.php?u=1&id=2" width=40 height=40>
<iframe src="https://frame.example/"></iframe><video src="https://video.example/v.mp4" poster="https://pics.example/poster.jpg"></video>`

func TestOnlyPicturesOfTheMail(t *testing.T) {
	v := judge(t, newsletter)
	for a, want := range map[string]bool{
		"https://pics.example/logo.png": true, " //pics.example/two.png": true, "https://pics.example/back.png": true, "https://pics.example/back.png#part": true,
		"https://news.example/open/7f3a9": false, "https://mailing.list-manage.com/track/open.php?u=1&id=2": false, "https://css.example/a.css": false, "https://css.example/b.css": false,
		"https://fonts.example/x.woff": false, "https://frame.example/": false, "https://video.example/v.mp4": false, "https://elsewhere.example/x.png": false, "file:///etc/hostname": false,
		"ftp://pics.example/three.png": false, "https://user:secret@pics.example/four.png": false, "cid:part1@example.com": false, "": false, "https://": false,
	} {
		if got := v.Allows(a); got != want {
			t.Errorf("%q: %v", a, got)
		}
	}
	if v.Pictures() < 3 || v.Others < 5 {
		t.Errorf("%d pictures, %d others", v.Pictures(), v.Others)
	}
	if h := v.Hosts(); !reflect.DeepEqual(h, []string{"pics.example"}) {
		t.Errorf("hosts: %v", h)
	}
}

func TestTrackersAreNamed(t *testing.T) {
	v := judge(t, newsletter)
	hosts := map[string]bool{}
	for _, tr := range v.Trackers {
		hosts[tr.Host] = tr.Why != ""
	}
	if !hosts["news.example"] || !hosts["mailing.list-manage.com"] || len(hosts) != 2 {
		t.Errorf("trackers: %+v", v.Trackers)
	}
}

func TestAddressOfATrackerIsOneEverywhere(t *testing.T) {
	if v := judge(t, `<img src="https://x.example/p" width=1 height=1><div style="background:url(https://x.example/p)">x</div>`); v.Allows("https://x.example/p") {
		t.Error("a tracker may be loaded as a background")
	}
}
