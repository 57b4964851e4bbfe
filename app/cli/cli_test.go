package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
)

// asProgram makes the test binary the program: the system's trust store is read once a process, so each run is one of its own.
const asProgram = "POSTRIDER_CLI_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Run(os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	os.Exit(m.Run())
}

type result struct {
	status   int
	out, err string
}

func run(t *testing.T, ca, stdin string, args ...string) result {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1", "SSL_CERT_FILE="+ca, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "HOME="+t.TempDir())
	c.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	r := result{out: out.String(), err: errs.String()}
	if x, ok := err.(*exec.ExitError); ok {
		r.status = x.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return r
}

func decode(t *testing.T, r result, into any) {
	t.Helper()
	if r.status != 0 {
		t.Fatalf("status %d\n%s\n%s", r.status, r.out, r.err)
	}
	if err := json.Unmarshal([]byte(r.out), into); err != nil {
		t.Fatalf("%v in %s", err, r.out)
	}
}

func TestAccountSyncListShowSearchSend(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	const user = "ada@example.test"
	raw := "From: Bob Å <bob@example.test>\r\nTo: ada@example.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from the quay\r\nMessage-ID: <one@example.test>\r\nDate: Wed, 04 Mar 2026 10:00:00 +0000\r\n\r\nThe lantern is lit.\r\n.dot\r\n"
	if err := s.Deliver(user, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(t.TempDir(), "profile")
	in := fmt.Sprintf("imaps://%s@localhost:%d", "ada%40example.test", s.Port(993))
	out := fmt.Sprintf("smtp+starttls://%s@localhost:%d", "ada%40example.test", s.Port(587))
	do := func(stdin string, args ...string) result {
		return run(t, s.CA, stdin, append(args, "--profile", p, "--json")...)
	}
	// A wrong password: the kind is the status, nothing is stored, the password is nowhere.
	r := do("wrong-pw-123\n", "accounts", "add", user, "--incoming", in, "--outgoing", out, "--password-stdin")
	if r.status != 10 || !strings.Contains(r.out, `"kind": "auth"`) || strings.Contains(r.out+r.err, "wrong-pw-123") {
		t.Errorf("wrong password: %+v", r)
	}
	var list []map[string]any
	decode(t, do("", "accounts", "list"), &list)
	if len(list) != 0 {
		t.Errorf("after a failed test there are %d accounts", len(list))
	}
	if r := do("ada-pw\n", "accounts", "add", user, "--incoming", in, "--outgoing", out, "--password-stdin"); r.status != 0 {
		t.Fatalf("add: %+v", r)
	}
	var y syncJSON
	decode(t, do("ada-pw\n", "sync", "--account", user, "--password-stdin"), &y)
	if y.Account != user || y.Added != 1 || y.Mailboxes < 5 || y.Bytes < 100 {
		t.Errorf("first sync: %+v", y)
	}
	decode(t, do("ada-pw\n", "sync", "--account", user, "--password-stdin"), &y)
	if y.Added+y.Changed+y.Removed != 0 {
		t.Errorf("second sync: %+v", y)
	}
	var boxes []map[string]any
	decode(t, do("", "mailboxes"), &boxes)
	if len(boxes) < 6 {
		t.Errorf("%d mailboxes", len(boxes))
	}
	var rows []rowJSON
	decode(t, do("", "list", "--mailbox", "inbox"), &rows)
	if len(rows) != 1 || rows[0].Subject != "Grüße from the quay" || rows[0].From != "Bob Å <bob@example.test>" || rows[0].To != "ada@example.test" || rows[0].InternetID != "one@example.test" || rows[0].Mailbox != "Inbox" && rows[0].Mailbox != "INBOX" || !rows[0].Date.Equal(time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)) {
		t.Fatalf("list: %+v", rows)
	}
	id := fmt.Sprint(rows[0].ID)
	for expr, n := range map[string]int{"lantern": 1, "from:bob lant": 1, "subject:quay is:unread": 1, "lantern is:starred": 0, "before:2026-01-01 lantern": 0, `"lantern is lit"`: 1} {
		decode(t, do("", "search", expr), &rows)
		if len(rows) != n {
			t.Errorf("search %q finds %d, want %d", expr, len(rows), n)
		}
	}
	b := run(t, s.CA, "", "show", id, "--raw", "--profile", p)
	if !strings.HasSuffix(b.out, raw) {
		t.Errorf("show --raw:\n%q\nwant it to end with\n%q", b.out, raw)
	}
	var shown struct{ Text, Subject string }
	decode(t, do("", "show", id), &shown)
	if !strings.Contains(shown.Text, ".dot") || shown.Subject != "Grüße from the quay" {
		t.Errorf("show: %+v", shown)
	}
	eml := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(eml, []byte("From: ada@example.test\r\nTo: bob@example.test\r\nBcc: jane.doe@example.com\r\nSubject: by hand\r\nMessage-ID: <hand@example.test>\r\nDate: Wed, 04 Mar 2026 11:00:00 +0000\r\n\r\nexact  bytes\t\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var sent struct{ InternetID, State string }
	decode(t, do("ada-pw\n", "send", eml, "--password-stdin"), &sent)
	if sent.State != string(mail.OutSent) {
		t.Errorf("send: %+v", sent)
	}
	for _, who := range []string{"bob@example.test", "jane.doe@example.com"} {
		var got []byte
		for end := time.Now().Add(30 * time.Second); len(got) == 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			fs, _ := filepath.Glob(s.Maildir(who) + "/new/*")
			if len(fs) == 1 {
				got, _ = os.ReadFile(fs[0])
			}
		}
		if !strings.Contains(string(got), "Subject: by hand") || !strings.HasSuffix(string(got), "\nexact  bytes\t\n") || strings.Contains(strings.ToLower(string(got)), "bcc:") {
			t.Errorf("%s received %q", who, got)
		}
	}
	if r := do("", "show", "12345"); r.status != 19 {
		t.Errorf("show of nothing: status %d", r.status)
	}
	if r := do("", "search", "before:yesterdayish"); r.status != 2 {
		t.Errorf("a wrong search: status %d, %s", r.status, r.out)
	}
	if r := do("", "list", "--mailbox", "nowhere"); r.status != 19 {
		t.Errorf("a wrong mailbox: status %d", r.status)
	}
	if r := do("", "doctor"); !strings.Contains(r.out, `"profile"`) {
		t.Errorf("doctor: %+v", r)
	}
	if r := do("", "accounts", "remove", user); r.status != 0 {
		t.Errorf("remove: %+v", r)
	}
	decode(t, do("", "accounts", "list"), &list)
	if len(list) != 0 {
		t.Errorf("after removal there are %d accounts", len(list))
	}
	// No secret is in the profile.
	filepath.Walk(p, func(path string, fi os.FileInfo, err error) error {
		if err == nil && fi.Mode().IsRegular() {
			if d, err := os.ReadFile(path); err == nil && bytes.Contains(d, []byte("ada-pw")) {
				t.Errorf("the password is in %s", path)
			}
		}
		return nil
	})
}

func TestSecretsFileWithoutKeychain(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	p := filepath.Join(t.TempDir(), "profile")
	in := fmt.Sprintf("pop3s://localhost:%d", s.Port(995))
	r := run(t, s.CA, "open sesame\nbob-pw\n", "accounts", "add", "bob@example.test", "--incoming", in, "--outgoing", "smtps://localhost:1", "--profile", p, "--keychain", "file", "--passphrase-stdin", "--password-stdin", "--untested")
	if r.status != 0 {
		t.Fatalf("add: %+v", r)
	}
	if r := run(t, s.CA, "open sesame\n", "sync", "--profile", p, "--passphrase-stdin"); r.status != 0 {
		t.Errorf("sync with the passphrase: %+v", r)
	}
	if r := run(t, s.CA, "wrong\n", "sync", "--profile", p, "--passphrase-stdin"); r.status != 10 {
		t.Errorf("sync with a wrong passphrase: %+v", r)
	}
	if r := run(t, s.CA, "", "sync", "--profile", p); r.status != 18 {
		t.Errorf("sync without the passphrase: %+v", r)
	}
}

func TestStray(t *testing.T) {
	f := filepath.Join(t.TempDir(), "letter")
	if err := os.WriteFile(f, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(f))
	for _, ok := range [][]string{nil, {"mailto:ada@example.com"}, {"missing.eml"}, {f}, {"letter"}, {"file:///x/y.eml", "./z"}} {
		if err := Stray(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range [][]string{{"lsit"}, {"letter", "sync"}, {"list"}} {
		if f := fault.Of(Stray(bad)); f == nil || f.Kind != fault.Usage || f.Policy().Exit != 2 {
			t.Errorf("%q: %v", bad, f)
		}
	}
}

func TestProvidersWithoutPasswords(t *testing.T) {
	offer := func(ms ...mail.AuthMethod) mail.Discovery {
		return mail.Discovery{Name: "Outlook.com", Incoming: []mail.Offer{{Server: mail.Server{Host: "imap.example.com"}, Methods: ms}}}
	}
	for _, ok := range []mail.Discovery{offer(), offer(mail.Password), offer(mail.OAuth2, mail.Password)} {
		if err := needsBrowser(ok); err != nil {
			t.Error(err)
		}
	}
	if f := fault.Of(needsBrowser(offer(mail.OAuth2))); f == nil || f.Policy().Exit != 10 || !strings.HasPrefix(f.Title, "Outlook.com takes no passwords") {
		t.Errorf("%+v", f)
	}
}

func TestParseServer(t *testing.T) {
	for in, want := range map[string]mail.Server{
		"imaps://ada@mail.example.com":             {Protocol: mail.IMAP, Host: "mail.example.com", Port: 993, Security: mail.TLS, User: "ada", Auth: mail.Password},
		"imap+starttls://mail.example.com:1143":    {Protocol: mail.IMAP, Host: "mail.example.com", Port: 1143, Security: mail.STARTTLS, Auth: mail.Password},
		"pop3s://mail.example.com":                 {Protocol: mail.POP3, Host: "mail.example.com", Port: 995, Security: mail.TLS, Auth: mail.Password},
		"pop3+starttls://mail.example.com":         {Protocol: mail.POP3, Host: "mail.example.com", Port: 110, Security: mail.STARTTLS, Auth: mail.Password},
		"smtps://a%40example.com@mail.example.com": {Protocol: mail.SMTP, Host: "mail.example.com", Port: 465, Security: mail.TLS, User: "a@example.com", Auth: mail.Password},
		"smtp+starttls://mail.example.com":         {Protocol: mail.SMTP, Host: "mail.example.com", Port: 587, Security: mail.STARTTLS, Auth: mail.Password},
	} {
		if got, err := parseServer(in); err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", "imap://mail.example.com", "http://x", "imaps://", "imaps://x:0", "imaps://x:99999", "smtps://a:secret@x"} {
		if got, err := parseServer(bad); err == nil {
			t.Errorf("%s: taken as %+v", bad, got)
		}
	}
}
