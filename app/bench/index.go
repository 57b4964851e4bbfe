package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// index compares the full-text index with notmuch's over the same messages, both from the messages as they lie on the disk: notmuch reads files, takes them
// apart, indexes their text and makes conversations; this program reads its packs, unpacks the messages, takes them apart and indexes the same parts. Both
// wait for the disk at the end. The words of attachments are indexed by neither: the generator's are PDFs.
func (b *bench) index() {
	if !installed("notmuch") {
		fmt.Fprintln(os.Stderr, "notmuch is not installed: its figure is left out")
		return
	}
	prof, err := b.setUp("index", fmt.Sprintf("imaps://localhost:%d", b.s.Port(993)))
	check(err)
	_, _, err = b.sync(prof)
	check(err)
	exe, err := os.Executable() // the command line has no word for this
	check(err)
	p := filepath.Join(b.dir, "notmuch")
	check(os.MkdirAll(p, 0o700))
	check(b.gen.WriteMaildir(p+"/md", 0, b.n, -1, -1))
	check(os.WriteFile(p+"/rc", fmt.Appendf(nil, "[database]\npath=%s/md\n[user]\nname=Ada\nprimary_email=%s\n[new]\ntags=new\n[search]\n[maildir]\nsynchronize_flags=false\n", p, userName), 0o600))
	theirs, err := b.exec("", []string{"NOTMUCH_CONFIG=" + p + "/rc"}, "notmuch", "new", "--quiet") // minutes: once is enough
	check(err)
	var ours, cpu []float64
	for range b.rounds {
		r, err := b.exec("", nil, exe, selfWord, reindexWord, prof)
		check(err)
		d, err := strconv.ParseFloat(strings.TrimSpace(string(r.out)), 64)
		check(err)
		ours, cpu = append(ours, d), append(cpu, r.cpu.Seconds())
	}
	tw, tc := theirs.wall.Seconds(), theirs.cpu.Seconds()
	b.row("full-text index of stored messages", median(ours), "s", fmt.Sprintf("notmuch %.2f s", tw), median(ours)/tw, 0.2)
	b.row("full-text index, processor time", median(cpu), "s", fmt.Sprintf("notmuch %.2f s", tc), median(cpu)/tc, 0)
}
