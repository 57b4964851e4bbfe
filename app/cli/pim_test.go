package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestContactsAndEvents(t *testing.T) {
	dir := t.TempDir()
	vcf, ics := filepath.Join(dir, "a.vcf"), filepath.Join(dir, "a.ics")
	if err := os.WriteFile(vcf, []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Kari Nordmann\r\nN:Nordmann;Kari;;;\r\nEMAIL:kari@fjordlight.example\r\nX-KEEP:1\r\nEND:VCARD\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ics, []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:e\r\nDTSTART;VALUE=DATE:20260310\r\nRRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:Row\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	profile := []string{"--json", "--profile", filepath.Join(dir, "profile")}
	var n struct{ Added, Same int }
	for i, want := range []int{1, 0} {
		decode(t, run(t, "", "", append([]string{"contacts", "import", vcf}, profile...)...), &n)
		if n.Added != want || n.Same != i {
			t.Errorf("import %d: %+v", i, n)
		}
	}
	decode(t, run(t, "", "", append([]string{"events", "import", ics}, profile...)...), &n)
	if n.Added != 1 {
		t.Errorf("%+v", n)
	}
	var cs []struct{ Name, Email string }
	decode(t, run(t, "", "", append([]string{"contacts", "list", "nord"}, profile...)...), &cs)
	if len(cs) != 1 || cs[0].Name != "Kari Nordmann" || cs[0].Email != "kari@fjordlight.example" {
		t.Errorf("%+v", cs)
	}
	var es []struct {
		Summary, Start string
		AllDay         bool
	}
	decode(t, run(t, "", "", append([]string{"events", "list", "--from", "2026-03-11", "--to", "2026-03-12"}, profile...)...), &es)
	if len(es) != 2 || es[0].Start != "2026-03-11" || !es[0].AllDay || es[1].Start != "2026-03-12" {
		t.Errorf("%+v", es)
	}
	r := run(t, "", "", "contacts", "export", "--profile", filepath.Join(dir, "profile"))
	if !strings.Contains(r.out, "X-KEEP:1\r\n") {
		t.Errorf("%+v", r)
	}
	if r := run(t, "", "", "events", "export", "--profile", filepath.Join(dir, "profile")); !strings.Contains(r.out, "RRULE:FREQ=DAILY;COUNT=3\r\n") {
		t.Errorf("%+v", r)
	}
	for _, words := range [][]string{{"contacts", "import"}, {"events", "sing"}} {
		if r := run(t, "", "", append(words, profile...)...); r.status != 2 {
			t.Errorf("%q: %+v", words, r)
		}
	}
	if r := run(t, "", "", append([]string{"events", "list", "--from", "soon"}, profile...)...); r.status != 2 {
		t.Errorf("%+v", r)
	}
}
