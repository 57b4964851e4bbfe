package reader

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/html/gate"
	"github.com/postrider/postrider/views/viewtest"
)

// On paper is what the reader would show: remote pictures only where the person allowed them, trackers never.
func TestTrackersAreNamed(t *testing.T) {
	got := trackerLines([]gate.Tracker{{Host: "t.example", Why: "Invisible picture"}, {Host: "t.example", Why: "Invisible picture"}, {Host: "count.example", Why: "Known tracker"}})
	if strings.Join(got, "; ") != "t.example: invisible picture; count.example: known tracker" {
		t.Error(got)
	}
}

func TestPrintFetchesWhatWasAllowed(t *testing.T) {
	test.NewTempApp(t)
	c := viewtest.New(viewtest.Options{})
	c.OnPicture = func(string) ([]byte, error) { return []byte("picture"), nil }
	p := New(test.NewTempWindow(t, nil), c, func(f func()) { f() }, c.Now)
	const photo, spy = "https://example.com/photo.jpg", "https://example.com/open?u=8f14e45fceea167a5a36dedd4bea2543"
	m := paper{s: mail.Summary{ID: 1}, body: &mail.Body{HTML: `<img src="` + photo + `" width=300 height=200><img src="` + spy + `" width=1 height=1>`}}
	try := func(address string) error {
		_, err := p.printPictures(context.Background(), m)(context.Background(), address)
		return err
	}
	if err := try(photo); !errors.Is(err, errBlocked) || len(c.Asked) != 0 {
		t.Errorf("not allowed: %v, asked for %v", err, c.Asked)
	}
	m.load = true
	if err := try(photo); err != nil || len(c.Asked) != 1 {
		t.Errorf("allowed: %v, asked for %v", err, c.Asked)
	}
	if err := try(spy); !errors.Is(err, errBlocked) || len(c.Asked) != 1 {
		t.Errorf("a tracker: %v, asked for %v", err, c.Asked)
	}
	if err := try("cid:none"); !errors.Is(err, errBlocked) || len(c.Asked) != 1 {
		t.Errorf("missing part: %v, asked for %v", err, c.Asked)
	}
}
