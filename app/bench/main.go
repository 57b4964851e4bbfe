// Command bench measures Postrider beside other programs, in one run on one machine: the same Dovecot, the same generated messages, TLS. It prints each
// figure, the ratio to its peer and whether the goal is met. Absolute times depend on the machine; the ratios are what counts.
//
// The first screenful of an inbox of 100,000 messages is measured without a peer; so are a mailbox of a million, by the benchmarks of package store, and the window on it.
//
// The peers are a bare client that fetches the same and throws it away (the floor), mbsync with and without fsync, mpop and notmuch. A peer that is not
// installed is left out with a message. Every client gets the mailbox after it was SELECTed twice read-write: a fresh Maildir that was only EXAMINEd makes
// Dovecot rescan the folder all the time.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/testserver/mailgen"
)

type bench struct {
	n      int
	rounds int
	cmd    []string // the program under measurement and its first arguments
	dir    string
	s      *testserver.Server
	gen    *mailgen.Gen
	bytes  int64
	lines  []line
	next   int // next message to generate
}

type line struct{ what, value, peer, ratio, goal, verdict string }

func main() {
	if len(os.Args) > 2 && os.Args[1] == selfWord {
		self(os.Args[2:])
	}
	n := flag.Int("n", 20000, "messages")
	rounds := flag.Int("rounds", 3, "rounds of each; medians are printed")
	bin := flag.String("bin", "", "the program; without it this one serves as its command line")
	only := flag.String("only", "", "imap, pop3, index, large or store; without it all")
	large := flag.Int("large", 100000, "messages in the inbox whose first screenful is measured; 0 = leave out")
	million := flag.Int("million", 1000000, "messages in the store for the list and search figures; 0 = leave out")
	flag.Parse()
	if miss := testserver.Missing(testserver.Options{NoSMTP: true}); miss != "" {
		fmt.Fprintln(os.Stderr, "bench:", miss)
		os.Exit(1)
	}
	dir, err := os.MkdirTemp("", "prb")
	check(err)
	defer os.RemoveAll(dir)
	check(os.Chmod(dir, 0o755))
	s, err := testserver.Run("", testserver.Options{NoSMTP: true})
	check(err)
	defer s.Close()
	cmd := []string{}
	if *bin == "" {
		exe, err := os.Executable()
		check(err)
		cmd = append(cmd, exe, selfWord)
	} else {
		abs, err := filepath.Abs(*bin)
		check(err)
		cmd = append(cmd, abs)
	}
	b := &bench{n: *n, rounds: *rounds, cmd: cmd, dir: dir, s: s, gen: mailgen.New(1, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), next: *n}
	do := func(what string) bool { return *only == "" || *only == what }
	if do("imap") || do("pop3") || do("index") {
		b.fill()
	}
	if do("imap") {
		b.imap()
	}
	if do("pop3") {
		b.pop3()
	}
	if do("index") {
		b.index()
	}
	if *large > 0 && do("large") {
		b.large(*large)
	}
	if *million > 0 && do("store") {
		profile := filepath.Join(dir, "million")
		b.store(profile, *million)
		b.window(filepath.Join(profile, strconv.Itoa(*million)), *million) // where the benchmarks put it
	}
	b.table()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const userName, password = "ada@example.test", "ada-pw"

// owner makes a mail folder and returns whom the server wants as its owner; -1 where that is who runs this.
func owner(home string) (uid, gid int) {
	check(os.MkdirAll(home, 0o700))
	if os.Geteuid() != 0 {
		return -1, -1
	}
	u, err := user.Lookup("mail")
	check(err)
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	check(os.Chown(home, uid, gid))
	return uid, gid
}

// fill writes the mailbox and lets Dovecot index it.
func (b *bench) fill() {
	uid, gid := owner(filepath.Dir(b.s.Maildir(userName)))
	t := time.Now()
	check(b.gen.WriteMaildir(b.s.Maildir(userName), 0, b.n, uid, gid))
	fmt.Fprintf(os.Stderr, "wrote %d messages in %.1f s\n", b.n, time.Since(t).Seconds())
	for range 2 {
		c := dialIMAP(b.s)
		c.must("SELECT INBOX")
		c.must("FETCH 1:* " + metadata)
		c.must("UID FETCH 1:* (FLAGS RFC822.SIZE INTERNALDATE ENVELOPE BODY.PEEK[HEADER.FIELDS (REFERENCES)])")
		c.close()
	}
}

// add delivers a share of new messages straight into the Maildir and changes flags of as many.
func (b *bench) change(share float64) {
	k := int(float64(b.n) * share)
	for i := range k {
		check(b.s.Deliver(userName, b.gen.Message(b.next+i)))
	}
	b.next += k
	c := dialIMAP(b.s)
	c.must("SELECT INBOX")
	step := max(b.n/k, 1)
	set := ""
	for i := 0; i < k; i++ {
		if i > 0 {
			set += ","
		}
		set += strconv.Itoa(1 + i*step)
	}
	flag := "+FLAGS.SILENT"
	if b.next/k%2 == 0 {
		flag = "-FLAGS.SILENT"
	}
	c.must("STORE " + set + " " + flag + " (\\Flagged)")
	c.close()
}
