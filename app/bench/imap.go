package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func (b *bench) mbsyncrc(fsync bool) string {
	name := "mbsync-nofsync"
	sync := "FSync no\n"
	if fsync {
		name, sync = "mbsync-fsync", "FSync yes\n"
	}
	p := filepath.Join(b.dir, name)
	os.RemoveAll(p)
	check(os.MkdirAll(p, 0o700))
	check(os.WriteFile(p+"/rc", fmt.Appendf(nil, sync+`
IMAPAccount a
Host localhost
Port %d
User %s
PassCmd "echo %s"
SSLType IMAPS
CertificateFile %s

IMAPStore far
Account a

MaildirStore near
Path %s/
Inbox %s/INBOX

Channel c
Far :far:
Near :near:
Patterns INBOX
Create Near
Expunge None
SyncState *
`, b.s.Port(993), userName, password, b.s.CA, p, p), 0o600))
	return p
}

func (b *bench) mbsync(p string) float64 {
	r, err := b.exec("", nil, "mbsync", "-q", "-c", p+"/rc", "c")
	check(err)
	return r.wall.Seconds()
}

func (b *bench) imap() {
	peer := installed("mbsync")
	if !peer {
		fmt.Fprintln(os.Stderr, "mbsync is not installed (Debian: isync): its figures are left out")
	}
	var floor, meta, fs, nofs, mNo, mChange []float64
	var stored, whole, first, listed, no, change, rss, cpu []float64
	incoming := fmt.Sprintf("imaps://localhost:%d", b.s.Port(993))
	for range b.rounds {
		f, total := b.floorBodies(b.n)
		b.bytes = total
		floor = append(floor, f)
		meta = append(meta, b.floorMeta())
		var pn string
		if peer {
			fs = append(fs, b.mbsync(b.mbsyncrc(true)))
			pn = b.mbsyncrc(false)
			nofs = append(nofs, b.mbsync(pn))
			mNo = append(mNo, b.mbsync(pn))
		}
		p, err := b.setUp("imap", incoming)
		check(err)
		s, r, err := b.sync(p)
		check(err)
		if s.Added < b.n {
			check(fmt.Errorf("the program fetched %d of %d messages", s.Added, b.n))
		}
		whole, rss, cpu = append(whole, r.wall.Seconds()), append(rss, float64(r.rss)/1024), append(cpu, r.cpu.Seconds())
		stored, first, listed = append(stored, s.Stored), append(first, s.First), append(listed, s.Listed)
		s, r, err = b.sync(p)
		check(err)
		if s.Added+s.Changed+s.Removed != 0 {
			check(fmt.Errorf("the second run was not a no-op: %+v", s))
		}
		no = append(no, s.Seconds)
		b.change(0.01)
		if peer {
			mChange = append(mChange, b.mbsync(pn))
		}
		s, _, err = b.sync(p)
		check(err)
		change = append(change, s.Seconds)
		last := func(ds []float64) float64 {
			if len(ds) == 0 {
				return 0
			}
			return ds[len(ds)-1]
		}
		fmt.Fprintf(os.Stderr, "round %d: floor %.2f, mbsync %.2f with fsync and %.2f without; stored %.2f, all %.2f, listed %.2f s\n", len(floor), f, last(fs), last(nofs), last(stored), last(whole), last(listed))
	}
	b.row("bodies, bare client (floor)", median(floor), "s", "", 0, 0)
	b.row("metadata, bare client (floor)", median(meta), "s", "", 0, 0)
	b.row("first screenful after login", median(first), "s", "", 0, 1)
	b.row("all headers listed", median(listed), "s", fmt.Sprintf("bare metadata %.2f s", median(meta)), median(listed)/median(meta), 2)
	if peer {
		b.row("all bodies durably stored", median(stored), "s", fmt.Sprintf("mbsync no fsync %.2f s", median(nofs)), median(stored)/median(nofs), 1)
		b.row("the same compressed, threaded and indexed", median(whole), "s", fmt.Sprintf("mbsync fsync %.2f s", median(fs)), median(whole)/median(fs), 0.75)
		b.row("sync with nothing new", median(no), "s", fmt.Sprintf("mbsync %.2f s", median(mNo)), 0, 0.3)
		b.row("sync after 1 % new and 1 % changed", median(change), "s", fmt.Sprintf("mbsync %.2f s", median(mChange)), median(change)/median(mChange), 2)
	} else {
		b.row("all bodies durably stored", median(stored), "s", "", 0, 0)
		b.row("the same compressed, threaded and indexed", median(whole), "s", "", 0, 0)
		b.row("sync with nothing new", median(no), "s", "", 0, 0.3)
		b.row("sync after 1 % new and 1 % changed", median(change), "s", "", 0, 0)
	}
	b.row("stored, beside the floor", median(stored), "s", fmt.Sprintf("floor %.2f s", median(floor)), median(stored)/median(floor), 0)
	b.row("processor time of the first sync", median(cpu), "s", "", 0, 0)
	b.row("largest memory while syncing", median(rss), "MB", "", 0, 150)
}
