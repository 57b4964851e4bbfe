package cli

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/postrider/postrider/accounts/testserver"
)

// TestBackupAndRestore: after a backup was restored the server has nothing new to say, and what is shown is the same.
func TestBackupAndRestore(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	const user = "ada@example.test"
	for i := range 5 {
		raw := fmt.Sprintf("From: bob@example.test\r\nSubject: letter %d\r\nMessage-ID: <%d@example.test>\r\nDate: Wed, 04 Mar 2026 10:00:00 +0000\r\n\r\nText %d.\r\n", i, i, i)
		if err := s.Deliver(user, []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	p, q, file := filepath.Join(dir, "one"), filepath.Join(dir, "two"), filepath.Join(dir, "all.backup")
	do := func(profile, stdin string, args ...string) result {
		return run(t, s.CA, stdin, append(args, "--profile", profile, "--json")...)
	}
	in := fmt.Sprintf("imaps://%s@localhost:%d", "ada%40example.test", s.Port(993))
	if r := do(p, "ada-pw\n", "accounts", "add", user, "--incoming", in, "--outgoing", fmt.Sprintf("smtps://%s@localhost:%d", "ada%40example.test", s.Port(465)), "--untested", "--password-stdin"); r.status != 0 {
		t.Fatalf("add: %+v", r)
	}
	var y syncJSON
	decode(t, do(p, "ada-pw\n", "sync", "--password-stdin"), &y)
	if y.Added != 5 {
		t.Fatalf("%+v", y)
	}
	var made struct{ Files, Bytes int64 }
	decode(t, do(p, "", "backup", file), &made)
	if made.Files < 2 || made.Bytes < 1000 {
		t.Errorf("%+v", made)
	}
	if r := do(p, "", "backup", file); r.status != 18 {
		t.Errorf("over an older backup: %+v", r)
	}
	if r := do(p, "", "restore", file); r.status != 18 {
		t.Errorf("over a profile: %+v", r)
	}
	if r := do(q, "", "restore", filepath.Join(dir, "nothing")); r.status != 19 {
		t.Errorf("of nothing: %+v", r)
	}
	decode(t, do(q, "", "restore", file), &made)
	decode(t, do(q, "ada-pw\n", "sync", "--password-stdin"), &y)
	if y.Added+y.Changed+y.Removed != 0 || y.Bytes != 0 {
		t.Errorf("the sync after it: %+v", y)
	}
	var rows []rowJSON
	decode(t, do(q, "", "list"), &rows)
	if len(rows) != 5 {
		t.Fatalf("%d messages", len(rows))
	}
	for _, r := range rows {
		a, b := do(p, "", "show", fmt.Sprint(r.ID), "--raw"), do(q, "", "show", fmt.Sprint(r.ID), "--raw")
		if a.out != b.out || a.status != 0 {
			t.Errorf("message %d differs:\n%q\n%q", r.ID, a.out, b.out)
		}
	}
}
