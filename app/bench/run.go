package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// run is one finished program.
type run struct {
	wall time.Duration
	rss  int64 // kB, the largest of the process
	cpu  time.Duration
	out  []byte
}

func (b *bench) exec(stdin string, env []string, name string, args ...string) (run, error) {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), append(env, "SSL_CERT_FILE="+b.s.CA)...)
	c.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	t := time.Now()
	err := c.Run()
	r := run{wall: time.Since(t), out: out.Bytes()}
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.rss = u.Maxrss
		r.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	}
	if err != nil {
		return r, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, tail(errs.String(), 2000))
	}
	return r, nil
}

func tail(s string, n int) string {
	if len(s) > n {
		return s[len(s)-n:]
	}
	return s
}

func installed(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

func median(ds []float64) float64 {
	if len(ds) == 0 {
		return 0
	}
	s := slices.Clone(ds)
	slices.Sort(s)
	return s[len(s)/2]
}

// program runs Postrider with the password on its standard input.
func (b *bench) program(password string, env []string, args ...string) (run, error) {
	return b.exec(password+"\n", env, b.cmd[0], slices.Concat(b.cmd[1:], args)...)
}

type synced struct {
	Added, Changed, Removed int
	Bytes                   int64
	Seconds                 float64
	Stored                  float64 // seconds until every body was durably stored
	First                   float64 // seconds from signing in until the first screenful could be listed
	Listed                  float64 // seconds from signing in until all headers could be listed
}

// sync runs the program once on a profile.
func (b *bench) sync(profile string) (synced, run, error) {
	return b.syncFor(userName, password, profile)
}

func (b *bench) syncFor(user, password, profile string) (synced, run, error) {
	r, err := b.program(password, nil, "sync", "--json", "--account", user, "--profile", profile, "--password-stdin")
	if err != nil {
		return synced{}, r, err
	}
	var s synced
	if err := json.Unmarshal(r.out, &s); err != nil {
		return s, r, errors.Join(err, fmt.Errorf("printed %q", tail(string(r.out), 400)))
	}
	return s, r, nil
}

// setUp makes a profile with the account and returns its folder.
func (b *bench) setUp(name, incoming string) (string, error) {
	return b.setUpFor(userName, password, name, incoming)
}

func (b *bench) setUpFor(user, password, name, incoming string) (string, error) {
	p := b.dir + "/" + name
	os.RemoveAll(p)
	_, err := b.program(password, []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}, "accounts", "add", user, "--incoming", incoming, "--outgoing", "smtps://localhost:9", "--profile", p, "--keychain", "memory", "--untested", "--password-stdin")
	return p, err
}

func (b *bench) row(what string, value float64, unit, peer string, ratio, limit float64) {
	l := line{what: what, value: fmt.Sprintf("%.2f %s", value, unit), peer: peer}
	if ratio > 0 {
		l.ratio = fmt.Sprintf("%.2f", ratio)
	}
	if limit > 0 {
		l.goal = fmt.Sprintf("<= %g", limit)
		got := ratio
		if ratio == 0 {
			got = value
		}
		if got <= limit {
			l.verdict = "met"
		} else {
			l.verdict = fmt.Sprintf("missed by %.0f %%", (got/limit-1)*100)
		}
	}
	b.lines = append(b.lines, l)
	fmt.Fprintf(os.Stderr, "%s: %s %s %s %s\n", l.what, l.value, l.ratio, l.goal, l.verdict)
}

func (b *bench) table() {
	fmt.Printf("%d messages, %.0f MB, medians of %d rounds\n", b.n, float64(b.bytes)/1e6, b.rounds)
	fmt.Printf("%-58s %14s  %-22s %6s  %-8s %s\n", "what", "Postrider", "peer", "ratio", "goal", "")
	for _, l := range b.lines {
		fmt.Printf("%-58s %14s  %-22s %6s  %-8s %s\n", l.what, l.value, l.peer, l.ratio, l.goal, l.verdict)
	}
	for _, l := range b.lines {
		if strings.HasPrefix(l.verdict, "missed") {
			r := reason(l.what)
			if r == "" {
				r = "Where the time goes was not looked into."
			}
			fmt.Printf("%s, %s. %s\n", l.what, l.verdict, r)
		}
	}
}
