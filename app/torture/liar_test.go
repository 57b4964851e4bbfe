package torture

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

// tongue changes what a server says, line by line; literals pass as they are. It is made anew for each connection.
type tongue func(line []byte) []byte

// lie carries a connection whose TLS ends here, at either side with the server's own certificate, so that words can be changed on their way.
func (w *wall) lie(l *link, say tongue) {
	defer l.reset()
	cert, err := tls.LoadX509KeyPair(filepath.Join(w.s.Dir, "tls.pem"), filepath.Join(w.s.Dir, "tls.key"))
	if err != nil {
		w.t.Error(err)
		return
	}
	client := tls.Server(l.client, &tls.Config{Certificates: []tls.Certificate{cert}})
	server := tls.Client(l.server, &tls.Config{RootCAs: w.s.Roots, ServerName: "localhost"})
	go func() {
		defer l.reset()
		io.Copy(server, client)
	}()
	r := bufio.NewReaderSize(server, 1<<16)
	literal := regexp.MustCompile(`\{(\d+)\}\r\n$`)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		if m := literal.FindSubmatch(line); m != nil {
			n, _ := strconv.ParseInt(string(m[1]), 10, 64)
			if _, err := client.Write(line); err != nil {
				return
			}
			if _, err := io.CopyN(client, r, n); err != nil {
				return
			}
			continue
		}
		if _, err := client.Write(say(bytes.Clone(line))); err != nil {
			return
		}
	}
}

// swap makes a tongue that changes numbers in what matches; f gets the number of the match's first group.
func swap(pattern string, f func(n int) int) func() tongue {
	re := regexp.MustCompile(pattern)
	return func() tongue {
		return func(line []byte) []byte {
			m := re.FindSubmatchIndex(line)
			if m == nil {
				return line
			}
			n, err := strconv.Atoi(string(line[m[2]:m[3]]))
			if err != nil {
				return line
			}
			return fmt.Appendf(nil, "%s%d%s", line[:m[2]], f(n), line[m[3]:])
		}
	}
}

// some makes a tongue that changes every k-th line of those that match.
func some(pattern string, k int, f func(line []byte) []byte) func() tongue {
	re := regexp.MustCompile(pattern)
	return func() tongue {
		n := 0
		return func(line []byte) []byte {
			if !re.Match(line) {
				return line
			}
			if n++; n%k != 0 {
				return line
			}
			return f(line)
		}
	}
}

// keep makes one tongue for all connections: a lie of one is not repeated in the same place by the next.
func keep(f func() tongue) func() tongue {
	var mu sync.Mutex
	say := f()
	return func() tongue {
		return func(line []byte) []byte {
			mu.Lock()
			defer mu.Unlock()
			return say(line)
		}
	}
}

func plus(d int) func(int) int { return func(n int) int { return max(n+d, 0) } }

func onlyOnce(pattern string, at int, f func(line []byte) []byte) func() tongue {
	re := regexp.MustCompile(pattern)
	return func() tongue {
		n := 0
		return func(line []byte) []byte {
			if re.Match(line) {
				if n++; n == at {
					return f(line)
				}
			}
			return line
		}
	}
}

func nothing([]byte) []byte { return nil }

func double(line []byte) []byte { return append(bytes.Clone(line), line...) }

func before(words string) func([]byte) []byte {
	return func(line []byte) []byte { return append([]byte(words), line...) }
}

// hear brings an account up to date through a liar: in time, and with a clear word when it fails.
func (w *world) hear(x *wall, port int, say func() tongue, at string, act func(a *app.App)) {
	w.t.Helper()
	x.mu.Lock()
	x.s = w.s
	x.mangle = func(p int) func([]byte) []byte {
		if p != port {
			return nil
		}
		return say()
	}
	x.mu.Unlock()
	a := w.through(x)
	defer a.Close()
	if act != nil {
		act(a)
	}
	for range 2 {
		ctx, cancel := context.WithTimeout(bg, 20*time.Second)
		_, err := a.Engine().SyncOnce(ctx, w.acc(a, 0).ID, nil)
		if ctx.Err() != nil {
			w.t.Errorf("%s: it does not end", at)
		}
		cancel()
		if f := fault.Of(err); f != nil && (f.Title == "" || f.Kind == fault.Auth || f.Kind == fault.TLS || f.Kind == fault.Local) {
			w.t.Errorf("%s: the liar is reported as %v", at, err)
		}
	}
	sound(w.t, a, at)
}

func TestIMAPServerLies(t *testing.T) {
	t.Parallel()
	const n = 14
	for _, synced := range []bool{false, true} {
		name := "new profile"
		if synced {
			name = "known mailbox"
		}
		t.Run(name, func(t *testing.T) {
			var names []string
			w := newWorld(t, 0, []int{993}, nil, synced, func(w *world) { names = w.deliver(0, n, 20) })
			if synced { // there is news, so that the lies are listened to
				if err := w.s.Deliver(w.people[0], message("late", 3)); err != nil {
					t.Fatal(err)
				}
				names = append(names, "late")
				o := dialIMAP(t, w.s, w.people[0])
				o.flag(t, "m3", `\Answered`)
				o.close()
				time.Sleep(50 * time.Millisecond)
				w.copyAll(w.saved, true)
			}
			for _, x := range []struct {
				name string
				say  func() tongue
				held bool // what is here is not to be given up for this lie
			}{
				{"more messages than there are", swap(`^\* (\d+) EXISTS`, plus(3)), true},
				{"fewer messages than there are", swap(`^\* (\d+) EXISTS`, plus(-2)), true},
				{"no messages at all", swap(`^\* (\d+) EXISTS`, func(int) int { return 0 }), true},
				{"a count of four thousand million", swap(`^\* (\d+) EXISTS`, func(int) int { return 4294967295 }), true},
				{"more by STATUS", swap(`^\* STATUS .*MESSAGES (\d+)`, plus(5)), true},
				{"none by STATUS", swap(`^\* STATUS .*MESSAGES (\d+)`, func(int) int { return 0 }), true},
				{"lines of FETCH are missing", some(`^\* \d+ FETCH`, 3, nothing), true},
				{"lines of FETCH come twice", some(`^\* \d+ FETCH`, 2, double), true},
				{"sizes are too large", swap(`RFC822\.SIZE (\d+)`, plus(1000)), true},
				{"sizes are too small", swap(`RFC822\.SIZE (\d+)`, plus(-100)), true},
				{"UIDNEXT is too small", swap(`UIDNEXT (\d+)`, plus(-3)), true},
				{"UIDNEXT is too large", swap(`UIDNEXT (\d+)`, plus(100)), true},
				{"HIGHESTMODSEQ goes back", swap(`HIGHESTMODSEQ (\d+)`, func(int) int { return 1 }), true},
				{"a message is gone that is not", some(`^\S+ OK Fetch`, 1, before("* 1 EXPUNGE\r\n")), true},
				{"an expunge of what never was", some(`^\S+ OK`, 3, before("* 9999 EXPUNGE\r\n")), true},
				{"flags of what never was", some(`^\S+ OK`, 2, before("* 9999 FETCH (UID 9999 FLAGS (\\Deleted))\r\n")), true},
				{"VANISHED of everything", some(`^\S+ OK Fetch`, 1, before("* VANISHED (EARLIER) 1:4294967295\r\n")), false},
				{"nonsense between the lines", some(`^\S+ OK`, 2, before("* BANANA (((\r\n* 12\r\n")), true},
				{"a search that finds nothing", some(`^\* (ESEARCH|SEARCH)`, 1, func(l []byte) []byte {
					return regexp.MustCompile(` (ALL|COUNT|[\d:,]+) ?[\d:,]*\r\n`).ReplaceAll(l, []byte("\r\n"))
				}), false},
			} {
				t.Run(x.name, func(t *testing.T) {
					outer := w.t
					w.t = t
					defer func() { w.t = outer }()
					w.copyAll(w.saved, false)
					at := name + ", " + x.name
					w.hear(newWall(t, 0), w.s.Port(993), x.say, at, nil)
					a := w.open()
					defer a.Close()
					if got := bodies(t, a, w.acc(a, 0).ID); synced && x.held && got < n {
						t.Errorf("%s: %d of %d messages are still here", at, got, n)
					}
					// The server tells the truth again.
					for range 2 {
						if _, err := a.Engine().SyncOnce(bg, w.acc(a, 0).ID, nil); err != nil {
							t.Fatalf("%s: afterwards: %v", at, err)
						}
					}
					rest(t, w.s, a, at)
					once(t, same(t, w.s, a, w.acc(a, 0), at), at, names...)
					sound(t, a, at)
				})
			}
		})
	}
}

// A server that lies about what it did with changes.
func TestIMAPServerLiesAboutChanges(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{993}, nil, true, func(w *world) { names = w.deliver(0, 6, 3) })
	for _, x := range []struct {
		name string
		say  func() tongue
	}{
		{"COPYUID names other messages", swap(`COPYUID \d+ [\d:,]+ (\d+)`, plus(50))},
		{"COPYUID is not said", some(`COPYUID`, 1, func(l []byte) []byte {
			return regexp.MustCompile(`\[COPYUID [^\]]*\] `).ReplaceAll(l, nil)
		})},
		{"APPENDUID names another message", swap(`APPENDUID \d+ (\d+)`, plus(50))},
		{"APPENDUID of another age", swap(`APPENDUID (\d+) \d+`, plus(7))},
		{"APPENDUID is not said", some(`APPENDUID`, 1, func(l []byte) []byte {
			return regexp.MustCompile(`\[APPENDUID [^\]]*\] `).ReplaceAll(l, nil)
		})},
		{"no to a move that was done", some(`^\S+ OK .*Move`, 1, func(l []byte) []byte {
			return append(bytes.Fields(l)[0], " NO it was not moved\r\n"...)
		})},
		{"no to an append that was done", some(`^\S+ OK .*Append`, 1, func(l []byte) []byte {
			return append(bytes.Fields(l)[0], " NO it was not added\r\n"...)
		})},
	} {
		t.Run(x.name, func(t *testing.T) {
			outer := w.t
			w.t = t
			defer func() { w.t = outer }()
			w.copyAll(w.saved, false)
			at := x.name
			w.hear(newWall(t, 0), w.s.Port(993), x.say, at, func(a *app.App) {
				id := map[string]mail.MessageID{}
				for _, m := range here(t, a, box(t, a, w.acc(a, 0).ID, mail.RoleInbox, "").ID) {
					id[m.Subject] = m.ID
				}
				w.must(a.MoveToRole(bg, []mail.MessageID{id["m0"], id["m1"]}, mail.RoleArchive))
				w.must(a.SetFlags(bg, []mail.MessageID{id["m1"], id["m2"]}, mail.Flagged, 0))
				d, err := a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: w.acc(a, 0).ID})
				if err != nil {
					t.Fatal(err)
				}
				d.Subject, d.Text = "the draft", "words\n"
				if _, err := a.SaveDraft(bg, d); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Millisecond)
			})
			a := w.open()
			defer a.Close()
			for range 2 {
				if _, err := a.Engine().SyncOnce(bg, w.acc(a, 0).ID, nil); err != nil {
					t.Fatalf("%s: afterwards: %v", at, err)
				}
			}
			rest(t, w.s, a, at)
			if x.name == "no to an append that was done" {
				// Its word counts: the refused copy stays here, and the one on the server is another. Too many is better than none.
				once(t, letters(t, w.s, w.people[0]), at, append(names, "the draft")...)
				sound(t, a, at)
				return
			}
			ls := same(t, w.s, a, w.acc(a, 0), at)
			once(t, ls, at, names...)
			once(t, ls, at, "the draft")
			sound(t, a, at)
		})
	}
}

// A POP3 server that lies while it is emptied: what is not here must still be there.
func TestPOP3ServerLies(t *testing.T) {
	t.Parallel()
	const n = 7
	var names []string
	w := newWorld(t, 0, []int{995}, func(acc *mail.Account) { acc.Leave.Mode = "now" }, false, func(w *world) { names = w.deliver(0, n, 40) })
	original := letters(t, w.s, w.people[0])
	list := `^\d+ \d+\r\n`
	uidl := `^\d+ \S*[A-Za-z\-]\S*\r\n|^\d+ [0-9a-f]{16}\r\n`
	for _, x := range []struct {
		name string
		say  func() tongue
	}{
		{"more by STAT", swap(`^\+OK (\d+) \d+\r\n`, plus(3))},
		{"fewer by STAT", swap(`^\+OK (\d+) \d+\r\n`, plus(-3))},
		{"sizes are too large", swap(`^\d+ (\d+)\r\n`, plus(500))},
		{"sizes are too small", swap(`^\d+ (\d+)\r\n`, plus(-500))},
		{"lines of LIST are missing", some(list, 2, nothing)},
		{"lines of UIDL are missing", some(uidl, 2, nothing)},
		{"lines of UIDL come twice", some(uidl, 2, double)},
		{"all have one name", some(uidl, 1, func(l []byte) []byte { return append(bytes.Fields(l)[0], " theSameName\r\n"...) })},
		{"two have one name", some(uidl, 3, func(l []byte) []byte { return append(bytes.Fields(l)[0], " theSameName\r\n"...) })},
		{"numbers of what never was", some(uidl, 1, func(l []byte) []byte { return append(bytes.Clone(l), "99 other99\r\n"...) })},
		{"no to every removal", some(`^\+OK Marked`, 1, func([]byte) []byte { return []byte("-ERR no\r\n") })},
		{"no to the farewell", some(`^\+OK Logging out`, 1, func([]byte) []byte { return []byte("-ERR some deleted messages not removed\r\n") })},
		// Once: a server that always ends a message there is taken at its word.
		{"a message ends too early", keep(onlyOnce(`^Line 20 of`, 3, before(".\r\n+OK\r\n")))},
		{"a message is cut short", keep(onlyOnce(`^Line 20 of`, 5, nothing))},
		{"nonsense in answers", some(`^\+OK`, 4, func([]byte) []byte { return []byte("BANANA\r\n") })},
	} {
		t.Run(x.name, func(t *testing.T) {
			outer := w.t
			w.t = t
			defer func() { w.t = outer }()
			w.copyAll(w.saved, false)
			at := x.name
			w.hear(newWall(t, 0), w.s.Port(995), x.say, at, nil)
			check := func(at string, end bool) {
				a := w.open()
				defer a.Close()
				if end {
					for range 2 {
						if _, err := a.Engine().SyncOnce(bg, w.acc(a, 0).ID, nil); err != nil {
							t.Fatalf("%s: %v", at, err)
						}
					}
				}
				left := letters(t, w.s, w.people[0])
				count := map[string]int{}
				for _, m := range here(t, a, box(t, a, w.acc(a, 0).ID, mail.RoleInbox, "").ID) {
					raw, err := a.Raw(bg, m.ID)
					for _, l := range original {
						if l.name == m.Subject && err == nil && bytes.Equal(l.raw, raw) {
							count[l.name]++
						}
					}
				}
				for _, name := range names {
					there := len(where(left, name))
					if count[name]+there == 0 {
						t.Errorf("%s: %s is neither here nor there", at, name)
					}
					// What came cut is kept as it came; the whole of it stays on the server.
					if count[name] > 1 || end && count[name] != 1 && (!strings.HasPrefix(x.name, "a message") || there == 0) {
						t.Errorf("%s: %s is here %d times", at, name, count[name])
					}
				}
				sound(t, a, at)
			}
			check(at, false)
			check(at+", and then the truth", true)
		})
	}
}

// A server that takes a message and then says something that nobody understands: it is not sent again by itself.
func TestSMTPServerLies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 465, []int{993}, nil, true, func(w *world) {})
	for _, x := range []struct{ name, answer string }{
		{"nonsense", "banana\r\n"}, {"a code of no kind", "999 what\r\n"}, {"an empty line", "\r\n"}, {"half a line", "250-2.0.0 Ok: queued\r\n"}, {"goodbye", "421 4.3.2 closing\r\n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			outer := w.t
			w.t = t
			defer func() { w.t = outer }()
			w.copyAll(w.saved, false)
			w.hear(newWall(t, 0), w.s.Port(465), some(`^250 2\.0\.0 Ok: .*queued`, 1, func([]byte) []byte { return []byte(x.answer) }), x.name, func(a *app.App) {
				d, err := a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: w.acc(a, 0).ID})
				if err != nil {
					t.Fatal(err)
				}
				d.To, d.Subject, d.Text = []mail.Address{{Addr: w.to}}, "the letter", "words\n"
				if _, err := a.Send(bg, d, time.Now()); err != nil {
					t.Fatal(err)
				}
			})
			delivered(t, w.s)
			a := w.open()
			defer a.Close()
			time.Sleep(5 * time.Millisecond)
			rest(t, w.s, a, x.name)
			got := len(where(letters(t, w.s, w.to), "the letter"))
			out, err := a.Outbox(bg)
			if err != nil {
				t.Fatal(err)
			}
			if x.name == "goodbye" { // 421 in place of an answer says that it was not taken (RFC 5321, 3.8): it may go out again
				if got < 1 || got > 2 || len(out) != 0 {
					t.Errorf("it arrived %d times, the outbox holds %+v", got, out)
				}
				return
			}
			if got != 1 || len(out) != 1 || out[0].State != mail.OutUnsure {
				t.Errorf("it arrived %d times, the outbox holds %+v", got, out)
			}
		})
	}
}
