package imap

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

func options(roots *x509.CertPool, s mail.Server, password string) wire.Options {
	return wire.Options{Server: s, Dialer: &wire.Dialer{Roots: roots, Timeout: 10 * time.Second, Idle: 20 * time.Second}, Creds: auth.Static{User: s.User, Password: password}}
}

func serverOptions(s *testserver.Server, port int, user string) wire.Options {
	return options(s.Roots, s.Server(port, user), testserver.Users[user])
}

func mustOpen(t testing.TB, o wire.Options) *remote.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestConformsOnDovecot(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	for _, port := range []int{993, 143} {
		t.Run(fmt.Sprint(port), func(t *testing.T) {
			remotetest.Run(t, remotetest.Env{
				Open: func(t testing.TB) *remote.Conn { return mustOpen(t, serverOptions(s, port, "ada@example.test")) },
				Renumber: func(t testing.TB, c remote.Ref) {
					renumber(t, s, "ada@example.test", string(c))
				},
			})
		})
	}
}

// renumber makes Dovecot forget its UIDs, as a restored backup does.
func renumber(t testing.TB, s *testserver.Server, user, box string) {
	t.Helper()
	dir := filepath.Join(s.Maildir(user), "."+strings.ReplaceAll(encodeUTF7(box), "/", "."))
	if box == "INBOX" {
		dir = s.Maildir(user)
	}
	time.Sleep(1100 * time.Millisecond) // UIDVALIDITY is a time in seconds
	names, err := filepath.Glob(filepath.Join(dir, "dovecot*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no index in %s: %v", dir, err)
	}
	for _, n := range names {
		os.Remove(n)
	}
	os.Remove(filepath.Join(s.Maildir(user), "dovecot.list.index"))
	os.Remove(filepath.Join(s.Maildir(user), "dovecot.list.index.log"))
}

func TestTestTellsWhatWorked(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	ctx := context.Background()
	for _, port := range []int{993, 143} {
		l := Test(ctx, serverOptions(s, port, "ada@example.test"))
		if l.Err != nil || l.State != mail.StepFound || l.Folders != 6 || l.Messages != 0 || !l.Push {
			t.Errorf("port %d: %+v", port, l)
		}
		if l.Summary != "Signed in. 6 folders, 0 messages" || !strings.HasSuffix(l.Detail, ", TLS 1.3") {
			t.Errorf("words: %q %q", l.Summary, l.Detail)
		}
	}
	// A password of any characters.
	if l := Test(ctx, serverOptions(s, 993, "eve@example.test")); l.Err != nil {
		t.Errorf("an awkward password: %v", l.Err)
	}
}

func TestRefusalsOfDovecot(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	wrong := options(s.Roots, s.Server(993, "ada@example.test"), "not it")
	plainTLS := s.Server(993, "ada@example.test")
	plainTLS.Security = mail.STARTTLS
	startTLS := s.Server(143, "ada@example.test")
	startTLS.Security = mail.TLS
	pop := s.Server(995, "ada@example.test")
	pop.Protocol = mail.IMAP
	popPlain := s.Server(110, "ada@example.test")
	popPlain.Security = mail.TLS
	closed := s.Server(993, "ada@example.test")
	closed.Port = 1
	quick := func(o wire.Options) wire.Options { o.Dialer.Timeout = time.Second; return o }
	for name, c := range map[string]struct {
		o    wire.Options
		kind fault.Kind
		code string
	}{
		"wrong password":           {wrong, fault.Auth, auth.CodeBadPassword},
		"TLS on the STARTTLS port": {options(s.Roots, startTLS, "x"), fault.TLS, "not-tls"},
		"STARTTLS on the TLS port": {quick(options(s.Roots, plainTLS, "x")), fault.Network, "timeout"},
		"POP3 with TLS":            {options(s.Roots, pop, "x"), fault.Protocol, auth.CodeWrongProtocol},
		"POP3 without TLS":         {options(s.Roots, popPlain, "x"), fault.Protocol, auth.CodeWrongProtocol},
		"nothing there":            {options(s.Roots, closed, "x"), fault.Network, "refused"},
		"unknown issuer":           {options(x509.NewCertPool(), s.Server(993, "ada@example.test"), "x"), fault.TLS, "unknown-issuer"},
	} {
		l := Test(context.Background(), c.o)
		f := fault.Of(l.Err)
		if f == nil || f.Kind != c.kind || f.Code != c.code {
			t.Errorf("%s: %v, want %s/%s", name, l.Err, c.kind, c.code)
			continue
		}
		if l.Summary == "" || strings.Contains(f.Error(), "not it") {
			t.Errorf("%s: %q", name, f.Error())
		}
	}
}

func TestCertificateOfAnotherName(t *testing.T) {
	for cert, code := range map[string]string{"wronghost": "wrong-name", "expired": "expired", "selfsigned": "unknown-issuer"} {
		s := testserver.Start(t, testserver.Options{NoSMTP: true, Cert: cert})
		for _, port := range []int{993, 143} {
			_, err := Open(context.Background(), serverOptions(s, port, "ada@example.test"))
			if f := fault.Of(err); f == nil || f.Kind != fault.TLS || f.Code != code {
				t.Errorf("%s on %d: %v", cert, port, err)
			}
		}
		s.Stop()
	}
}

func TestFreshCredentialOnce(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	o := serverOptions(s, 993, "ada@example.test")
	var asked []bool
	o.Creds = source(func(fresh bool) auth.Credential {
		asked = append(asked, fresh)
		if fresh {
			return auth.Credential{User: "ada@example.test", Password: "ada-pw"}
		}
		return auth.Credential{User: "ada@example.test", Password: "old"}
	})
	mustOpen(t, o)
	if fmt.Sprint(asked) != "[false true]" {
		t.Errorf("asked %v", asked)
	}
}

type source func(bool) auth.Credential

func (s source) Credential(_ context.Context, fresh bool) (auth.Credential, error) {
	return s(fresh), nil
}

func TestCollectionsOfDovecot(t *testing.T) {
	dict, err := os.MkdirTemp("", "imapshare") // where Dovecot, as another user, notes who shares with whom
	if err != nil || os.Chmod(dict, 0o777) != nil {
		t.Fatal("no folder to share in: ", err)
	}
	t.Cleanup(func() { os.RemoveAll(dict) })
	s := testserver.Start(t, testserver.Options{NoSMTP: true, Extra: "plugin {\n  acl_shared_dict = file:" + dict + "/shared\n}\n"})
	bob := mustOpen(t, serverOptions(s, 993, "bob@example.test"))
	ctx := context.Background()
	box, err := bob.Organizer.Create(ctx, "", "Projekte & Pläne 日本")
	if err != nil {
		t.Fatal(err)
	}
	put(t, bob, box.Ref, letter("shared with ada"), 0)
	share(t, bob, string(box.Ref), "ada@example.test", "lrs")

	c := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
	put(t, c, "INBOX", letter("unread"), 0)
	put(t, c, "INBOX", letter("read"), mail.Seen)
	cs, err := c.Collections(ctx)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[mail.Role]string{}
	var shared *remote.Collection
	for i, col := range cs {
		if col.Role != "" {
			roles[col.Role] = col.Name
		}
		if col.Ref == "INBOX" && (col.Total != 2 || col.Unseen != 1 || col.Rights.Has(mail.MayDelete)) {
			t.Errorf("inbox %+v", col)
		}
		if strings.HasSuffix(string(col.Ref), string(box.Ref)) {
			shared = &cs[i]
		}
	}
	for r, n := range map[mail.Role]string{mail.RoleInbox: "INBOX", mail.RoleSent: "Sent", mail.RoleDrafts: "Drafts", mail.RoleTrash: "Trash", mail.RoleJunk: "Junk", mail.RoleArchive: "Archive"} {
		if roles[r] != n {
			t.Errorf("role %s is %q, want %q", r, roles[r], n)
		}
	}
	if shared == nil {
		t.Fatalf("the shared mailbox is missing: %+v", cs)
	}
	if !shared.Shared || shared.Name != "Projekte & Pläne 日本" || shared.Role != "" || shared.Rights.Has(mail.MayAdd) || !shared.Rights.Has(mail.MayRead|mail.MayFlag) {
		t.Errorf("shared: %+v", *shared)
	}
	d := pullAll(t, c, shared.Ref, "")
	if len(d.Changed) != 1 || d.Changed[0].Envelope.Subject != "shared with ada" {
		t.Errorf("pull of a shared mailbox: %+v", d)
	}
	a, err := c.Pusher.Push(ctx, shared.Ref, "", []remote.Edit{{Verb: remote.Remove, Items: []remote.Ref{d.Changed[0].Ref}}, addEdit(letter("not allowed"), 0)})
	if err != nil || len(a.Done) != 2 || a.Done[1].Err == nil {
		t.Errorf("pushing without the right: %v %+v", err, a)
	}
	if d := pullAll(t, c, shared.Ref, ""); len(d.Changed) != 1 {
		t.Errorf("after that %d messages", len(d.Changed))
	}
}

// share grants rights by SETACL.
func share(t *testing.T, c *remote.Conn, box, user, rights string) {
	t.Helper()
	s, err := c.Source.(*backend).session()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.filter.command(context.Background(), "SETACL "+quote(encodeUTF7(box))+" "+quote(user)+" "+rights, false); err != nil {
		t.Fatal(err)
	}
}

func letter(subject string) []byte {
	raw, _ := remotetest.Message(subject)
	return raw
}

func addEdit(raw []byte, f mail.Flags) remote.Edit {
	id := ""
	for l := range strings.SplitSeq(string(raw), "\r\n") {
		if v, ok := strings.CutPrefix(l, "Message-ID: <"); ok {
			id = strings.TrimSuffix(v, ">")
		}
	}
	return remote.Edit{Verb: remote.Add, AddFlags: f, InternetID: id, Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(raw)), int64(len(raw)), nil
	}}
}

func put(t testing.TB, c *remote.Conn, box remote.Ref, raw []byte, f mail.Flags) remote.Ref {
	t.Helper()
	a, err := c.Pusher.Push(context.Background(), box, "", []remote.Edit{addEdit(raw, f)})
	if err != nil || a.Done[0].Err != nil {
		t.Fatalf("add: %v %+v", err, a)
	}
	return a.Done[0].Refs[0]
}

// pullAll joins the pages since a token.
func pullAll(t testing.TB, c *remote.Conn, box remote.Ref, since remote.Token) (all remote.Delta) {
	t.Helper()
	for range 10000 {
		d, err := c.Pull(context.Background(), box, since)
		if err != nil {
			t.Fatal(err)
		}
		all.Changed = append(all.Changed, d.Changed...)
		all.Gone = append(all.Gone, d.Gone...)
		all.Complete, all.Members, all.Next, all.Reset = d.Complete, d.Members, d.Next, all.Reset || d.Reset
		if !d.More {
			return all
		}
		since = d.Next
	}
	t.Fatal("no end")
	return all
}

func TestQuota(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	c := mustOpen(t, serverOptions(s, 993, "full@example.test"))
	ctx := context.Background()
	u, err := c.Meter.Usage(ctx)
	if err != nil || u.Limit != 20*1024 {
		t.Errorf("usage %+v, %v", u, err)
	}
	big := append(letter("big"), bytes.Repeat([]byte("0123456789abcdef\r\n"), 3000)...)
	for range 2 { // the connection lives on after a refusal
		a, err := c.Pusher.Push(ctx, "INBOX", "", []remote.Edit{addEdit(big, 0), addEdit(letter("small"), 0)})
		if err != nil || len(a.Done) != 2 {
			t.Fatalf("%v %+v", err, a)
		}
		if f := fault.Of(a.Done[0].Err); f == nil || f.Kind != fault.Quota {
			t.Errorf("over quota: %v", a.Done[0].Err)
		}
		if a.Done[1].Err != nil {
			t.Errorf("the small one: %v", a.Done[1].Err)
		}
	}
	a, err := c.Pusher.Push(ctx, "No such mailbox", "", []remote.Edit{addEdit(big, 0)})
	if err != nil || !fault.Is(a.Done[0].Err, fault.NotFound) {
		t.Errorf("no such mailbox: %v %+v", err, a)
	}
}

func TestChangesByAnotherClient(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	for _, mode := range []string{"qresync", "condstore", "plain"} {
		t.Run(mode, func(t *testing.T) {
			ctx := context.Background()
			other := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
			box, err := other.Organizer.Create(ctx, "", "changes-"+mode)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 120 {
				put(t, other, box.Ref, letter(fmt.Sprint("number ", i)), 0)
			}
			c := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
			weaken(t, c, mode)
			d := pullAll(t, c, box.Ref, "")
			if len(d.Changed) != 120 || !d.Complete || len(d.Members) != 120 {
				t.Fatalf("first: %d, complete %v", len(d.Changed), d.Complete)
			}
			items := d.Changed
			if _, err := other.Pusher.Push(ctx, box.Ref, "", []remote.Edit{
				{Verb: remote.Remove, Items: []remote.Ref{items[3].Ref, items[7].Ref, items[100].Ref}},
				{Verb: remote.SetFlags, Items: []remote.Ref{items[5].Ref}, AddFlags: mail.Flagged | mail.Forwarded | mail.Junk, AddKeywords: []string{"work"}},
			}); err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				put(t, other, box.Ref, letter(fmt.Sprint("new ", i)), mail.Seen)
			}
			e := pullAll(t, c, box.Ref, d.Next)
			fresh, flagged := 0, false
			for _, st := range e.Changed {
				if st.Envelope != nil {
					fresh++
				}
				if st.Ref == items[5].Ref {
					flagged = st.Flags == mail.Flagged|mail.Forwarded|mail.Junk && len(st.Keywords) == 1 && st.Keywords[0] == "work"
				}
			}
			if fresh != 3 || !flagged {
				t.Errorf("%d new, flagged %v", fresh, flagged)
			}
			gone := map[remote.Ref]bool{}
			for _, r := range e.Gone {
				gone[r] = true
			}
			if e.Complete {
				for _, st := range items {
					gone[st.Ref] = true
				}
				for _, r := range e.Members {
					delete(gone, r)
				}
			}
			if len(gone) != 3 || !gone[items[3].Ref] || !gone[items[7].Ref] || !gone[items[100].Ref] {
				t.Errorf("gone %v", gone)
			}
			if mode == "qresync" && (e.Complete || len(e.Changed) != 4) {
				t.Errorf("VANISHED was not used: complete %v, %d states", e.Complete, len(e.Changed))
			}
			if mode == "condstore" && len(e.Changed) != 4 {
				t.Errorf("CHANGEDSINCE was not used: %d states", len(e.Changed))
			}
			f := pullAll(t, c, box.Ref, e.Next)
			if mode != "plain" && (len(f.Changed)+len(f.Gone) != 0 || f.Complete) {
				t.Errorf("nothing changed, but %+v", f)
			}
		})
	}
}

// weaken takes extensions from a session, so that it works as with a server that lacks them.
func weaken(t testing.TB, c *remote.Conn, mode string) {
	t.Helper()
	s, err := c.Source.(*backend).session()
	if err != nil {
		t.Fatal(err)
	}
	if mode == "qresync" {
		if !s.qresync {
			t.Fatal("QRESYNC is not on")
		}
		return
	}
	s.filter.wmu.Lock()
	s.filter.vanished = false
	s.filter.wmu.Unlock()
	s.qresync = false
	if mode == "plain" {
		s.condstore = false
		delete(s.caps, "CONDSTORE")
		delete(s.caps, "QRESYNC")
		delete(s.caps, "ESEARCH")
		delete(s.caps, "UIDPLUS")
		delete(s.caps, "MOVE")
	}
}

func TestRemoveWithoutUIDPlusSparesOthers(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	ctx := context.Background()
	c := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
	a := put(t, c, "INBOX", letter("mine"), 0)
	b := put(t, c, "INBOX", letter("marked by another"), mail.Deleted)
	m := put(t, c, "INBOX", letter("to move"), 0)
	weaken(t, c, "plain")
	ack, err := c.Pusher.Push(ctx, "INBOX", "", []remote.Edit{{Verb: remote.Remove, Items: []remote.Ref{a}}, {Verb: remote.Move, Items: []remote.Ref{m}, Dest: "Archive"}})
	if err != nil || ack.Done[0].Err != nil || ack.Done[1].Err != nil {
		t.Fatalf("%v %+v", err, ack)
	}
	d := pullAll(t, c, "INBOX", "")
	if len(d.Changed) != 1 || d.Changed[0].Ref != b || !d.Changed[0].Flags.Has(mail.Deleted) {
		t.Errorf("left: %+v", d.Changed)
	}
	if d := pullAll(t, c, "Archive", ""); len(d.Changed) != 1 || d.Changed[0].Ref != ack.Done[1].Refs[0] {
		t.Errorf("moved: %+v, named %v", d.Changed, ack.Done[1].Refs)
	}
}

func TestMoveIsFinishedNotRepeated(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	ctx := context.Background()
	for _, mode := range []string{"qresync", "plain"} {
		c := mustOpen(t, serverOptions(s, 993, "bob@example.test"))
		box, err := c.Organizer.Create(ctx, "", "from-"+mode)
		if err != nil {
			t.Fatal(err)
		}
		dest, err := c.Organizer.Create(ctx, "", "to-"+mode)
		if err != nil {
			t.Fatal(err)
		}
		var items []remote.Ref
		var ids []string
		for i := range 3 {
			raw := letter(fmt.Sprint("move ", i))
			items = append(items, put(t, c, box.Ref, raw, 0))
			ids = append(ids, addEdit(raw, 0).InternetID)
		}
		weaken(t, c, mode)
		// The first was moved whole by the try before; without MOVE the second was copied only.
		if _, err := c.Pusher.Push(ctx, box.Ref, "", []remote.Edit{{Verb: remote.Move, Items: items[:1], Dest: dest.Ref}}); err != nil {
			t.Fatal(err)
		}
		if mode == "plain" {
			ss, _ := c.Source.(*backend).session()
			_, u, _ := splitRef(items[1])
			if _, err := ss.client.Copy(wholeSet(u, u), string(dest.Ref)).Wait(); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			ack, err := c.Pusher.Push(ctx, box.Ref, "", []remote.Edit{{Verb: remote.Move, Items: items, InternetIDs: ids, Dest: dest.Ref, Again: true}})
			if err != nil || ack.Done[0].Err != nil {
				t.Fatalf("%v %+v", err, ack)
			}
			got := pullAll(t, c, dest.Ref, "")
			if len(got.Changed) != 3 {
				t.Fatalf("%s: %d at the destination", mode, len(got.Changed))
			}
			for i, id := range ids {
				found := false
				for _, st := range got.Changed {
					found = found || st.Envelope.InternetID == id && st.Ref == ack.Done[0].Refs[i]
				}
				if !found {
					t.Errorf("%s: name of %d is wrong: %v", mode, i, ack.Done[0].Refs[i])
				}
			}
			if left := pullAll(t, c, box.Ref, ""); len(left.Changed) != 0 {
				t.Errorf("%s: %d left", mode, len(left.Changed))
			}
		}
	}
}

func TestServerKilledIsANetworkFault(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	c := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
	put(t, c, "INBOX", letter("one"), 0)
	ended := make(chan error, 1)
	hinted := make(chan bool, 10)
	go func() {
		ended <- c.Watcher.Watch(context.Background(), []remote.Ref{"INBOX"}, func(remote.Ref) { hinted <- true })
	}()
	<-hinted
	s.Kill()
	if _, err := c.Pull(context.Background(), "INBOX", ""); !fault.Is(err, fault.Network) {
		t.Errorf("pull: %v", err)
	}
	select {
	case err := <-ended:
		if !fault.Is(err, fault.Network) {
			t.Errorf("watch: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("watch did not notice")
	}
	if _, err := c.Collections(context.Background()); !fault.Is(err, fault.Network) {
		t.Errorf("a broken connection must stay broken: %v", err)
	}
}

func TestWatchTellsOfSeveralMailboxes(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	c := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
	other := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
	ctx, cancel := context.WithCancel(context.Background())
	hints := make(chan remote.Ref, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- c.Watcher.Watch(ctx, []remote.Ref{"Archive", "INBOX"}, func(r remote.Ref) { hints <- r })
	}()
	expect := func(want remote.Ref) {
		t.Helper()
		for {
			select {
			case r := <-hints:
				if r == want {
					return
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("no hint for %s", want)
			}
		}
	}
	expect("INBOX")
	time.Sleep(300 * time.Millisecond)
	for len(hints) > 0 {
		<-hints
	}
	r := put(t, other, "INBOX", letter("new"), 0)
	expect("INBOX")
	put(t, other, "Archive", letter("filed"), 0)
	expect("Archive")
	for len(hints) > 0 {
		<-hints
	}
	if _, err := other.Pusher.Push(ctx, "INBOX", "", []remote.Edit{{Verb: remote.Remove, Items: []remote.Ref{r}}}); err != nil {
		t.Fatal(err)
	}
	expect("INBOX")
	// Pulls go on meanwhile.
	if d := pullAll(t, c, "Archive", ""); len(d.Changed) != 1 {
		t.Errorf("pull while watching: %d", len(d.Changed))
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("watch ended with %v", err)
	}
}

func TestCancelledFetchReturnsSoon(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	c := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
	for i := range 5 {
		put(t, c, "INBOX", append(letter(fmt.Sprint(i)), bytes.Repeat([]byte("0123456789abcdef\r\n"), 100000)...), 0)
	}
	d := pullAll(t, c, "INBOX", "")
	var refs []remote.Ref
	for _, st := range d.Changed {
		refs = append(refs, st.Ref)
	}
	ctx, cancel := context.WithCancel(context.Background())
	start := time.Now()
	err := c.Fetch(ctx, "INBOX", refs, remote.WantBody, func(it remote.Item) error {
		cancel()
		time.Sleep(50 * time.Millisecond)
		_, err := io.Copy(io.Discard, it.Body)
		return err
	})
	if err == nil || time.Since(start) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	if !errors.Is(err, context.Canceled) {
		if f := fault.Of(err); f.Kind != fault.Network {
			t.Errorf("error %v", err)
		}
	}
}

func TestCompression(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true, Extra: "protocol imap {\n  mail_plugins = $mail_plugins imap_zlib\n}\n"})
	ctx := context.Background()
	c := mustOpen(t, serverOptions(s, 993, "ada@example.test"))
	ss, err := c.Source.(*backend).session()
	if err != nil {
		t.Fatal(err)
	}
	if !ss.caps.Has("COMPRESS=DEFLATE") {
		t.Skip("this Dovecot does not compress")
	}
	put(t, c, "INBOX", letter("before"), 0)
	pullAll(t, c, "INBOX", "")
	if ss.compressed {
		t.Error("compression is on although the link was not measured")
	}
	if err := ss.startCompression(ctx); err != nil {
		t.Fatal(err)
	}
	if ss.filter.deflate == nil {
		t.Fatal("compression did not begin")
	}
	big := append(letter("after"), bytes.Repeat([]byte("0123456789abcdef\r\n"), 50000)...)
	r := put(t, c, "INBOX", big, mail.Seen)
	if d := pullAll(t, c, "INBOX", ""); len(d.Changed) != 2 {
		t.Fatalf("%d", len(d.Changed))
	}
	var got []byte
	err = c.Fetch(ctx, "INBOX", []remote.Ref{r}, remote.WantBody, func(it remote.Item) (err error) { got, err = io.ReadAll(it.Body); return err })
	if err != nil || !bytes.Equal(got, big) {
		t.Errorf("%v, %d bytes of %d", err, len(got), len(big))
	}
}

func TestSlowLinkIsCompressed(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true, Extra: "protocol imap {\n  mail_plugins = $mail_plugins imap_zlib\n}\n"})
	o := serverOptions(s, 993, "ada@example.test")
	c := mustOpen(t, o)
	ss, _ := c.Source.(*backend).session()
	if !ss.caps.Has("COMPRESS=DEFLATE") {
		t.Skip("this Dovecot does not compress")
	}
	t.Cleanup(func() { linkSpeed.Delete(o.Server.Host) })
	ss.filter.bytes.Store(4 << 20)
	ss.filter.blocked.Store(int64(10 * time.Millisecond)) // 400 MB/s
	pullAll(t, c, "INBOX", "")
	if ss.compressed {
		t.Error("a fast link is compressed")
	}
	ss.filter.blocked.Store(int64(2 * time.Second)) // 2 MB/s
	pullAll(t, c, "INBOX", "")
	if ss.filter.deflate == nil {
		t.Error("a slow link is not compressed")
	}
	// The next connection to that host compresses from its first pull on.
	d := mustOpen(t, o)
	pullAll(t, d, "INBOX", "")
	if ds, _ := d.Source.(*backend).session(); ds.filter.deflate == nil {
		t.Error("the speed was forgotten")
	}
}
