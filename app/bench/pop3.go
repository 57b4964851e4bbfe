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

// index compares the full-text index with notmuch over the same messages.
func (b *bench) index() {
	if !installed("notmuch") {
		fmt.Fprintln(os.Stderr, "notmuch is not installed: its figure is left out")
		return
	}
	p := filepath.Join(b.dir, "notmuch")
	check(os.MkdirAll(p, 0o700))
	check(b.gen.WriteMaildir(p+"/md", 0, b.n, -1, -1))
	check(os.WriteFile(p+"/rc", fmt.Appendf(nil, "[database]\npath=%s/md\n[user]\nname=Ada\nprimary_email=%s\n[new]\ntags=new\n[search]\n[maildir]\nsynchronize_flags=false\n", p, userName), 0o600))
	r, err := b.exec("", []string{"NOTMUCH_CONFIG=" + p + "/rc"}, "notmuch", "new", "--quiet")
	check(err)
	prof, err := b.setUp("index", fmt.Sprintf("imaps://localhost:%d", b.s.Port(993)))
	check(err)
	s, whole, err := b.sync(prof)
	check(err)
	ours := whole.wall.Seconds() - s.Stored
	// notmuch reads files and builds threads; ours reads what the sync just stored. Attachments' bytes are indexed by neither (the generator's are PDFs).
	b.row("full-text index of stored messages", ours, "s", fmt.Sprintf("notmuch %.2f s", r.wall.Seconds()), ours/r.wall.Seconds(), 0.2)
}
