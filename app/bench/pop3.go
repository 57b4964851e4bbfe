package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func (b *bench) pop3() {
	peer := installed("mpop")
	if !peer {
		fmt.Fprintln(os.Stderr, "mpop is not installed: its figures are left out")
	}
	var floor, mpop, stored, rss []float64
	for range b.rounds {
		floor = append(floor, b.floorPOP(32))
		if peer {
			p := filepath.Join(b.dir, "mpop")
			os.RemoveAll(p)
			for _, d := range []string{"cur", "new", "tmp"} {
				check(os.MkdirAll(filepath.Join(p, "md", d), 0o700))
			}
			check(os.WriteFile(p+"/rc", fmt.Appendf(nil, "account a\nhost localhost\nport %d\ntls on\ntls_starttls off\ntls_trust_file %s\nuser %s\npasswordeval \"echo %s\"\nauth user\nkeep on\nuidls_file %s/uidls\ndelivery maildir %s/md\n",
				b.s.Port(995), b.s.CA, userName, password, p, p), 0o600))
			r, err := b.exec("", nil, "mpop", "-q", "-C", p+"/rc", "a")
			check(err)
			mpop = append(mpop, r.wall.Seconds())
		}
		p, err := b.setUp("pop3", fmt.Sprintf("pop3s://localhost:%d", b.s.Port(995)))
		check(err)
		s, r, err := b.sync(p)
		check(err)
		if s.Added < b.n {
			check(fmt.Errorf("POP3: the program fetched %d of %d messages", s.Added, b.n))
		}
		stored, rss = append(stored, s.Stored), append(rss, float64(r.rss)/1024)
	}
	b.row("POP3, bare client, 32 ahead (floor)", median(floor), "s", "", 0, 0)
	if peer {
		b.row("POP3 stored", median(stored), "s", fmt.Sprintf("mpop %.2f s", median(mpop)), median(stored)/median(mpop), 0.6)
	} else {
		b.row("POP3 stored", median(stored), "s", "", 0, 0)
	}
	b.row("POP3 stored, beside the floor", median(stored), "s", fmt.Sprintf("floor %.2f s", median(floor)), median(stored)/median(floor), 0)
	b.row("POP3, largest memory while syncing", median(rss), "MB", "", 0, 150)
}
