package archive

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// TestProgress: each step says how far it is, and what stays on the server is told.
func TestProgress(t *testing.T) {
	d := viewtest.NewDesk(t, kit.ModeLight)
	d.Win.Resize(fyne.NewSize(1200, 800))
	c := viewtest.New(viewtest.Options{})
	now := c.Now()
	h := Hooks{Do: d.Do, Now: func() time.Time { return now }, Failed: func(err error) { t.Error(err) }, Toast: func(_, s string) {}}
	words := func() string { return strings.Join(d.Texts(), "|") }
	tell, end := make(chan app.ArchiveState), make(chan app.ArchiveState)
	go func() {
		d.Do(func() {
			run(d.Win, c, h, "/x/Old.pst", false, func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error) {
				for {
					select {
					case s := <-tell:
						progress(s)
					case s := <-end:
						return s, nil
					}
				}
			})
		})
	}()
	d.Until("the dialog", func() bool { return strings.Contains(words(), "Copy to the file") })
	d.Do(func() { now = now.Add(time.Minute) })
	tell <- app.ArchiveState{Run: "1", Total: 400, Copied: 200, Verified: 100, Moved: 40, Bytes: 3 << 20, Differs: []string{"Pier 4"}}
	d.Until("the numbers", func() bool { return strings.Contains(words(), "200 of 400") })
	for _, want := range []string{"100 of 400, 3 min left", "40 of 400", "3.0 MB", "1 of 101", "Show them", "Pause"} {
		if !strings.Contains(words(), want) {
			t.Errorf("%q is not said: %s", want, words())
		}
	}
	if _, ok := viewtest.Has[*kit.Banner](d, "1 message could not be archived and will stay on the server. The copy differs: Pier 4"); !ok {
		t.Error("it is not told that a message stays")
	}
	end <- app.ArchiveState{Run: "1", Total: 400, Copied: 400, Verified: 399, Moved: 399, Bytes: 9 << 20, Differs: []string{"Pier 4"}, Done: true}
	d.Until("the end", func() bool { return strings.Contains(words(), "Archived") })
	for _, want := range []string{"400 messages", "399 of 400", "1 of 400", "Undo", "Open the archive", "Close"} {
		if !strings.Contains(words(), want) {
			t.Errorf("at the end %q is not said: %s", want, words())
		}
	}
	if w := words(); strings.Contains(w, "left") || strings.Contains(w, "Pause") {
		t.Errorf("at the end: %s", w)
	}
}

func TestPace(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	slow := paceOf([]app.ArchiveState{{Done: true, Started: at, Ended: at.Add(100 * time.Second), Verified: 1000, Bytes: 1 << 20}, {Done: true, Started: at, Ended: at.Add(48 * time.Hour), Verified: 5}, {Started: at, Ended: at.Add(time.Hour), Verified: 10}})
	for _, x := range []struct {
		p     pace
		n     int
		bytes int64
		want  string
	}{{slow, 0, 0, "0 min"}, {slow, 100, 1 << 10, "< 1 min"}, {slow, 3000, 3 << 20, "5 min"}, {slow, 10, 100 << 20, "2 h 46 min"}, {paceOf(nil), 12000, 1 << 20, "1 min"}, {paceOf(nil), 10, 12 << 30, "10 min"}} {
		if got := x.p.words(x.n, x.bytes); got != x.want {
			t.Errorf("%d messages, %d bytes: %q, want %q", x.n, x.bytes, got, x.want)
		}
	}
}
