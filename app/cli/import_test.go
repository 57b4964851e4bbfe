package cli

import (
	"os"
	"path/filepath"
	"testing"
)

func TestImportRefusals(t *testing.T) {
	p := filepath.Join(t.TempDir(), "profile")
	f := filepath.Join(t.TempDir(), "a.eml")
	if err := os.WriteFile(f, []byte("Subject: a\n\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		args   []string
	}{
		{2, []string{"import"}},
		{2, []string{"import", f, "--mbox", "mboxx"}},
		{0, []string{"import", f}}, // without an account: on this computer
		{19, []string{"import", f, "--mailbox", "Nowhere"}},
		{2, []string{"export"}},
		{2, []string{"export", "--out", t.TempDir(), "--format", "doc"}},
	} {
		if r := run(t, "", "", append(c.args, "--profile", p, "--json")...); r.status != c.status {
			t.Errorf("%q: status %d, want %d\n%s", c.args, r.status, c.status, r.out)
		}
	}
}
