package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAges(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for age, want := range map[string]time.Time{"": {}, "90d": now.AddDate(0, 0, -90), "18m": now.AddDate(0, -18, 0), "2y": now.AddDate(-2, 0, 0)} {
		if got, err := before(age, now); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v (%v)", age, got, err)
		}
	}
	for _, age := range []string{"d", "-3d", "0y", "7", "3w", "x", "1d2m"} {
		if got, err := before(age, now); err == nil {
			t.Errorf("%q is %v", age, got)
		}
	}
}

// TestArchiveAndExport: what was brought in is archived and exported, and what goes wrong is told by the exit status.
func TestArchiveAndExport(t *testing.T) {
	dir := t.TempDir()
	p, f := filepath.Join(dir, "profile"), filepath.Join(dir, "a.eml")
	if err := os.WriteFile(f, []byte("From: a@example.com\r\nSubject: One\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		says   string
		args   []string
	}{
		{0, `"added": 1`, []string{"import", f}},
		{0, `"messages": 1`, []string{"export", "--out", filepath.Join(dir, "all"), "--format", "eml"}},
		{0, `"messages": 1`, []string{"export", "--out", filepath.Join(dir, "one"), "--mailbox", "Imported"}},
		{19, "", []string{"export", "--out", filepath.Join(dir, "none"), "--mailbox", "Nowhere"}},
		{0, `"verified": 1`, []string{"archive", "--file", filepath.Join(dir, "x.pst"), "--mailbox", "Imported", "--keep"}},
		{19, "", []string{"archive", "--file", filepath.Join(dir, "x.pst"), "--mailbox", "Nowhere"}},
		{19, "", []string{"archive", "--file", filepath.Join(dir, "missing", "x.pst"), "--mailbox", "Imported", "--keep"}},
		{19, "", []string{"archive", "--resume", "none"}},
		{2, "", []string{"archive", "--file", filepath.Join(dir, "y.pst"), "--older", "9z"}},
		{2, "", []string{"archive"}},
	} {
		if r := run(t, "", "", append(c.args, "--profile", p, "--json")...); r.status != c.status || !strings.Contains(r.out, c.says) {
			t.Errorf("%q: status %d, want %d\n%s", c.args, r.status, c.status, r.out)
		}
	}
}
