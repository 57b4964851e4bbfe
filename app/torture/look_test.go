package torture

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// letter is a message in a Maildir, found without any of the program's code.
type letter struct {
	box   string // "" = the inbox
	id    string // the Message-ID
	name  string // the subject
	flags string // letters of D F R S
	raw   []byte // CRLF
}

var (
	idField      = regexp.MustCompile(`(?mi)^message-id:\s*(<[^>\r\n]+>)`)
	subjectField = regexp.MustCompile(`(?mi)^subject:[ \t]*([^\r\n]*)`)
)

// letters reads all mail of a person from the server's disk.
func letters(t testing.TB, s *testserver.Server, user string) []letter {
	t.Helper()
	var out []letter
	root := s.Maildir(user)
	es, err := os.ReadDir(root)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	boxes := []string{""}
	for _, e := range es {
		if e.IsDir() && strings.HasPrefix(e.Name(), ".") {
			boxes = append(boxes, e.Name()[1:])
		}
	}
	for _, box := range boxes {
		dir := root
		if box != "" {
			dir = filepath.Join(root, "."+box)
		}
		for _, sub := range []string{"new", "cur"} {
			files, _ := os.ReadDir(filepath.Join(dir, sub))
			for _, f := range files {
				raw, err := os.ReadFile(filepath.Join(dir, sub, f.Name()))
				if os.IsNotExist(err) {
					continue // renamed just now: the caller looks at rest only
				}
				if err != nil {
					t.Fatal(err)
				}
				l := letter{box: box, raw: bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))}
				head, _, _ := bytes.Cut(l.raw, []byte("\r\n\r\n"))
				if m := idField.FindSubmatch(head); m != nil {
					l.id = string(m[1])
				}
				if m := subjectField.FindSubmatch(head); m != nil {
					l.name = string(m[1])
				}
				if _, fl, ok := strings.Cut(f.Name(), ":2,"); ok {
					for _, c := range fl {
						if strings.ContainsRune("DFRS", c) {
							l.flags += string(c)
						}
					}
				}
				out = append(out, l)
			}
		}
	}
	return out
}

// where lists the mailboxes that hold a message of this subject.
func where(ls []letter, name string) []string {
	out := []string{}
	for _, l := range ls {
		if l.name == name {
			b := l.box
			if b == "" {
				b = "INBOX"
			}
			out = append(out, b)
		}
	}
	slices.Sort(out)
	return out
}

func bare(id string) string { return strings.Trim(id, "<> ") }

// here lists a mailbox of the program.
func here(t testing.TB, a *app.App, box mail.MailboxID) []mail.Summary {
	t.Helper()
	p, err := a.List(bg, store.View{Mailbox: box}, 0, 100000)
	if err != nil {
		t.Fatal(err)
	}
	return p.Rows
}

// box finds a mailbox by its role, or by its path.
func box(t testing.TB, a *app.App, acc mail.AccountID, r mail.Role, path string) mail.Mailbox {
	t.Helper()
	ms, err := a.Mailboxes(bg)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		if m.Account == acc && (r != "" && m.Role == r || path != "" && m.Path == path) {
			return m
		}
	}
	return mail.Mailbox{}
}

func marks(f mail.Flags) string {
	s := ""
	for _, x := range []struct {
		f mail.Flags
		c string
	}{{mail.DraftFlag, "D"}, {mail.Flagged, "F"}, {mail.Answered, "R"}, {mail.Seen, "S"}} {
		if f.Has(x.f) {
			s += x.c
		}
	}
	return s
}

// same compares an IMAP account's mailboxes here with the server's disk: every message once, its flags and bytes equal.
func same(t testing.TB, s *testserver.Server, a *app.App, acc mail.Account, at string) []letter {
	t.Helper()
	ls := letters(t, s, acc.Address)
	var there, ours []string
	raws := map[string][]byte{}
	for _, l := range ls {
		b := l.box
		if b == "" {
			b = "INBOX"
		}
		key := fmt.Sprintf("%s %s %s", strings.ReplaceAll(b, ".", "/"), bare(l.id), l.flags)
		there = append(there, key)
		raws[key] = l.raw
	}
	ms, err := a.Mailboxes(bg)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		if m.Account != acc.ID {
			continue
		}
		path := m.Path
		if m.Role == mail.RoleInbox {
			path = "INBOX"
		}
		for _, r := range here(t, a, m.ID) {
			key := fmt.Sprintf("%s %s %s", path, bare(r.InternetID), marks(r.Flags))
			ours = append(ours, key)
			if !r.HasBody {
				t.Errorf("%s: %s has no body", at, key)
				continue
			}
			raw, err := a.Raw(bg, r.ID)
			if err != nil {
				t.Errorf("%s: %s: %v", at, key, err)
			} else if want, ok := raws[key]; ok && !bytes.Equal(raw, want) {
				t.Errorf("%s: %s differs from the server's (%d bytes here, %d there)", at, key, len(raw), len(want))
			}
		}
	}
	slices.Sort(there)
	slices.Sort(ours)
	if h, o := strings.Join(there, "\n"), strings.Join(ours, "\n"); h != o {
		t.Errorf("%s: %s is not in step:\n--- there\n%s\n--- here\n%s", at, acc.Address, h, o)
	}
	return ls
}

// once demands that each message is in exactly one mailbox.
func once(t testing.TB, ls []letter, at string, names ...string) {
	t.Helper()
	for _, n := range names {
		if w := where(ls, n); len(w) != 1 {
			t.Errorf("%s: %q is in %v, want it exactly once", at, n, w)
		}
	}
}

var queueID = regexp.MustCompile(`\bwith (?:UTF8)?E?SMTPS?A? id ([0-9A-Z]+)`)

// notByItself leaves out what a server that was killed while it delivered has delivered again after its start: it has the queue's name of the first.
// A message that we sent twice has two.
func notByItself(ls []letter) (out []letter) {
	seen := map[string]bool{}
	for _, l := range ls {
		if m := queueID.FindSubmatch(l.raw); m != nil {
			k := l.id + " " + string(m[1])
			if seen[k] {
				continue
			}
			seen[k] = true
		}
		out = append(out, l)
	}
	return out
}

// sound demands that the store finds no fault with itself.
func sound(t testing.TB, a *app.App, at string) {
	t.Helper()
	ps := a.Store().Check(bg)
	for _, p := range ps {
		t.Errorf("%s: the store: %s", at, p)
	}
	if keep := os.Getenv("POSTRIDER_TORTURE_KEEP"); len(ps) > 0 && keep != "" {
		t.Logf("again: %q", a.Store().Check(bg))
		exec.Command("cp", "-a", a.Store().Dir(), filepath.Join(keep, fmt.Sprint(time.Now().UnixNano()))).Run()
	}
}

// rest brings every account to rest: one run does all there is to do, the next one must have nothing left.
func rest(t testing.TB, s *testserver.Server, a *app.App, at string) {
	t.Helper()
	as, err := a.Accounts(bg)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		for _, acc := range as {
			r, err := a.Engine().SyncOnce(bg, acc.ID, nil)
			if err != nil {
				t.Fatalf("%s: run %d of %s: %v", at, round+1, acc.Address, err)
			}
			if round == 1 && r.Added+r.Changed+r.Removed != 0 {
				t.Errorf("%s: the second run of %s had something to do: %+v", at, acc.Address, r)
			}
			if tt, ok := t.(*testing.T); ok {
				delivered(tt, s)
			}
		}
	}
	for _, acc := range as {
		ops, err := a.Store().Ops(bg, acc.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range ops {
			t.Errorf("%s: left in the journal: %+v", at, o)
		}
	}
}
