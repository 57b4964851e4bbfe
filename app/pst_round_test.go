package app_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

// foreignFiles unpacks the data files that other programs wrote.
func foreignFiles(t *testing.T) (out []string) {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(corpora.Dir(t, "pst"), "*.pst.gz"))
	if err != nil || len(list) == 0 {
		t.Fatal("no data files", err)
	}
	to := t.TempDir()
	for _, p := range list {
		name := filepath.Join(to, strings.TrimSuffix(filepath.Base(p), ".gz"))
		if err := os.WriteFile(name, corpora.Unpack(t, p), 0o400); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	return out
}

// said is what an item of a data file says to a person, in lines.
func said(t *testing.T, m *prop.Message) []string {
	t.Helper()
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	kind := job.FileKind(prop.Text(m, prop.PidTagMessageClass))
	out := []string{"kind " + kind, "subject " + words(cmail.Subject(m))}
	switch kind {
	case "contact":
		for _, l := range strings.Split(strings.ReplaceAll(string(cmail.VCard(m, 4)), "\r\n ", ""), "\r\n") {
			if !strings.HasPrefix(l, "REV:") && !strings.HasPrefix(l, "PRODID:") {
				out = append(out, l)
			}
		}
		slices.Sort(out[2:])
		return out
	case "event":
		b, _, err := cmail.Calendar(m)
		if err != nil {
			t.Errorf("%q: %v", cmail.Subject(m), err)
		}
		for _, l := range strings.Split(strings.ReplaceAll(string(b), "\r\n ", ""), "\r\n") {
			if !strings.HasPrefix(l, "DTSTAMP:") && !strings.HasPrefix(l, "LAST-MODIFIED:") && !strings.HasPrefix(l, "CREATED:") && !strings.HasPrefix(l, "PRODID:") {
				out = append(out, l)
			}
		}
		slices.Sort(out[2:])
		return out
	}
	if a, ok := cmail.Sender(m); ok {
		out = append(out, "from "+a.Name+" <"+a.Addr+">")
	}
	// The header of the internet, where there is one, is what comes out: it may call recipients otherwise than Outlook's address book did, or not at all.
	header := prop.Text(m, prop.PidTagTransportMessageHeaders) != ""
	for _, r := range m.Recipients {
		if a, typ, ok := cmail.Recipient(r); ok && typ > 0 {
			if header {
				a.Name = ""
			}
			out = append(out, fmt.Sprintf("to %d %s <%s>", typ, a.Name, strings.ToLower(a.Addr)))
		}
	}
	// An item that says neither has been made at some time: a message has to have dates.
	made := prop.When(m, prop.PidTagCreationTime)
	sent, came := prop.When(m, prop.PidTagClientSubmitTime), prop.When(m, prop.PidTagMessageDeliveryTime)
	if came.IsZero() {
		came = made
	}
	if sent.IsZero() {
		sent = came
	}
	out = append(out, "sent "+sent.Truncate(time.Second).Format(time.RFC3339), "came "+came.Truncate(time.Second).Format(time.RFC3339))
	text, page := cmail.Body(m)
	out = append(out, "text "+words(text), "html "+words(page), fmt.Sprint("flags ", pst.Flags(m)))
	for _, a := range m.Attachments {
		switch {
		case a.Embedded != nil:
			e, err := a.Embedded()
			if err != nil {
				t.Errorf("%q: %v", cmail.Subject(m), err)
				continue
			}
			for _, l := range said(t, e) {
				out = append(out, "attached "+l)
			}
		case a.Open != nil:
			r, _, err := a.Open()
			if err != nil {
				t.Errorf("%q: %v", cmail.Subject(m), err)
				continue
			}
			h := sha256.New()
			n, err := io.Copy(h, r)
			r.Close()
			if err != nil {
				t.Errorf("%q: %v", cmail.Subject(m), err)
			}
			out = append(out, fmt.Sprintf("file %s %d %s", cmail.AttachmentName(a), n, hex.EncodeToString(h.Sum(nil))))
		}
	}
	return out
}

// differing are the lines that one has and the other has not.
func differing(got, want string) (out string) {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for _, l := range w {
		if !slices.Contains(g, l) {
			out += fmt.Sprintf("\t- %.300s\n", strings.TrimSpace(l))
		}
	}
	for _, l := range g {
		if !slices.Contains(w, l) {
			out += fmt.Sprintf("\t+ %.300s\n", strings.TrimSpace(l))
		}
	}
	return out
}

// inventory is everything that a data file says, by folder below under and item; contacts and appointments without their folder. What lies beside the folders is in one that is
// called loose.
func inventory(t *testing.T, path string, under []string, loose string) (out []string) {
	t.Helper()
	s, err := pst.Open(path, pst.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	parents := map[pst.Ref]*pst.Folder{}
	for _, f := range s.Folders() {
		parents[f.Ref] = f
		if f.Search {
			continue
		}
		var names []string
		for x := f; x != nil && x.Ref != s.Top(); x = parents[x.Parent] {
			names = append([]string{x.Name}, names...)
		}
		if len(names) >= len(under) && slices.Equal(names[:len(under)], under) {
			names = names[len(under):]
		}
		for _, r := range f.Items() {
			m, err := s.Message(r)
			if err != nil {
				t.Fatal(err)
			}
			kind := job.FileKind(prop.Text(m, prop.PidTagMessageClass))
			if kind == "" {
				continue
			}
			at := cmp.Or(strings.Join(names, "/"), loose)
			if kind != "message" {
				at = kind
			}
			out = append(out, at+"\n\t"+strings.Join(said(t, m), "\n\t"))
		}
	}
	slices.Sort(out)
	return out
}

func topName(t *testing.T, path string) string {
	t.Helper()
	s, err := pst.Open(path, pst.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f, err := s.Folder(s.Top())
	if err != nil {
		return ""
	}
	return f.Name
}

// TestForeignFileThereAndBack takes what is in data files that Outlook wrote into the store and out of it into new data files: what they say is the same. Both ways in are gone:
// opened in its place, and imported.
func TestForeignFileThereAndBack(t *testing.T) {
	ctx := context.Background()
	for _, file := range foreignFiles(t) {
		name := filepath.Base(file)
		var want []string
		same := func(t *testing.T, to string, under []string) {
			t.Helper()
			made, _ := filepath.Glob(filepath.Join(to, "*.pst"))
			var got []string
			for _, p := range made {
				s, err := pst.Open(p, pst.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if r := job.Check(s); !r.OK() {
					t.Errorf("%s breaks rules of its format: %+v", filepath.Base(p), r)
				}
				s.Close()
				got = append(got, inventory(t, p, under, "")...)
				t.Run("pffinfo", func(t *testing.T) {
					other(t, "pffinfo", "pff-tools")
					if b, err := exec.Command("pffinfo", p).CombinedOutput(); err != nil || strings.Contains(string(b), "orrupt") {
						t.Errorf("pffinfo: %v %s", err, b)
					}
				})
			}
			slices.Sort(got)
			if len(got) != len(want) {
				t.Errorf("%d items came out, want %d", len(got), len(want))
			}
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Errorf("%.80q differs:\n%s", want[i], differing(got[i], want[i]))
				}
			}
		}
		out := func(t *testing.T, a *app.App, to string, acc mail.AccountID) {
			t.Helper()
			bs, err := a.Mailboxes(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var boxes []mail.MailboxID
			for _, b := range bs {
				if b.Total > 0 && (acc == "" || b.Account == acc) {
					boxes = append(boxes, b.ID)
				}
			}
			s, err := a.Export(ctx, app.ExportOptions{Format: "pst", Dir: to, Mailboxes: boxes, Shelves: []mail.AccountID{acc}}, nil)
			if err != nil || len(s.Missing) > 0 || s.Messages+s.Objects != len(want) {
				t.Fatalf("%+v of %d, %v", s, len(want), err)
			}
		}
		t.Run("opened "+name, func(t *testing.T) {
			want = inventory(t, file, nil, topName(t, file)) // which gets a mailbox
			a := alone(t)
			id, err := a.AttachFile(ctx, file)
			if err != nil {
				t.Fatal(err)
			}
			waitFor(t, "everything of the file", func() bool {
				n := 0
				for _, x := range a.Engine().Status() {
					if x.Account == id && x.State != engine.StateIdle {
						return false
					}
				}
				for _, b := range boxesOf(t, a, id) {
					for _, r := range rows(t, a, store.View{Mailbox: b.ID}) {
						if !r.HasBody {
							return false
						}
						n++
					}
				}
				for _, k := range []remote.Kind{remote.Contacts, remote.Calendar} {
					cs, err := a.Store().PIMCollections(ctx, k)
					if err != nil {
						t.Fatal(err)
					}
					for _, c := range cs {
						if c.Account == id {
							n += c.Count
						}
					}
				}
				return n == len(want)
			})
			to := t.TempDir()
			out(t, a, to, id)
			same(t, to, nil)
		})
		t.Run("imported "+name, func(t *testing.T) {
			a := alone(t)
			want = inventory(t, file, nil, "")
			copies := len(want)
			want = slices.Compact(want) // what is there several times comes in once
			copies -= len(want)
			s, err := a.Import(ctx, []string{file}, app.ImportOptions{}, nil)
			if err != nil || s.Failed != 0 || s.Added+s.Objects != len(want) || s.Same != copies {
				t.Fatalf("%+v of %d, %v", s, len(want), err)
			}
			to := t.TempDir()
			out(t, a, to, "")
			same(t, to, []string{"Imported"})
		})
	}
}
