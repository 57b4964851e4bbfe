package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const (
	largeUser, largePassword = "bob@example.test", "bob-pw"
	// largeCut is how much of each message lies there: what is measured is the listing, and the server reads headers from its own index.
	largeCut = 2 << 10
)

// large measures the first screenful of a large inbox, from signing in until its rows are committed, which is when the window hears of them; and what the
// rest of such a sync takes.
func (b *bench) large(n int) {
	b.fillLarge(n)
	var first, listed, whole, rss []float64
	for range b.rounds {
		p, err := b.setUpFor(largeUser, largePassword, "large", fmt.Sprintf("imaps://localhost:%d", b.s.Port(993)))
		check(err)
		s, r, err := b.syncFor(largeUser, largePassword, p)
		check(err)
		if s.Added < n {
			check(fmt.Errorf("the program listed %d of %d messages", s.Added, n))
		}
		first, listed, whole, rss = append(first, s.First), append(listed, s.Listed), append(whole, r.wall.Seconds()), append(rss, float64(r.rss)/1024)
	}
	what := fmt.Sprintf("inbox of %d: ", n)
	b.row(what+"first screenful after login", median(first), "s", "", 0, 1)
	b.row(what+"all headers listed", median(listed), "s", "", 0, 0)
	b.row(what+"stored and indexed, 2 KB each", median(whole), "s", "", 0, 0)
	b.row(what+"largest memory while syncing", median(rss), "MB", "", 0, 150)
}

func (b *bench) fillLarge(n int) {
	uid, gid := owner(filepath.Dir(b.s.Maildir(largeUser)))
	cur := filepath.Join(b.s.Maildir(largeUser), "cur")
	for _, d := range []string{filepath.Dir(cur), cur, filepath.Join(cur, "../new"), filepath.Join(cur, "../tmp")} {
		check(os.MkdirAll(d, 0o700))
		if uid >= 0 {
			check(os.Chown(d, uid, gid))
		}
	}
	for i := range n {
		raw := b.gen.Message(i)
		name := filepath.Join(cur, fmt.Sprintf("%d.M%d.bench:2,S", 1_500_000_000+i*300, i))
		check(os.WriteFile(name, raw[:min(len(raw), largeCut)], 0o600))
		if uid >= 0 {
			check(os.Chown(name, uid, gid))
		}
	}
	for range 2 {
		c := dialFor(b.s, largeUser, largePassword)
		c.must("SELECT INBOX")
		c.must("FETCH 1:* " + metadata)
		c.close()
	}
}
