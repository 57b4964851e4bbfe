package app_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app"
)

const cards = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:11111111-1111-4111-8111-111111111111\r\nFN:Kari Nordmann\r\nN:Nordmann;Kari;;;\r\nEMAIL;TYPE=work:kari@example.com\r\nTEL;TYPE=cell:+47 900 00 000\r\nORG:Fjordlight\r\nNOTE:Grüße aus Bergen\r\nEND:VCARD\r\n" +
	"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:22222222-2222-4222-8222-222222222222\r\nFN:Sven Aalto\r\nN:Aalto;Sven;;;\r\nEMAIL:sven@example.org\r\nBDAY:19700102\r\nEND:VCARD\r\n"

const entries = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:choir@example.com\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260305T180000Z\r\nDTEND:20260305T193000Z\r\nSUMMARY:Choir\r\nLOCATION:Hall\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:ferry@example.com\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260410\r\nDTEND;VALUE=DATE:20260411\r\nSUMMARY:Ferry\r\nEND:VEVENT\r\n" +
	"BEGIN:VTODO\r\nUID:bollards@example.com\r\nDTSTAMP:20260101T000000Z\r\nDUE;VALUE=DATE:20260501\r\nSUMMARY:Order bollards\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"

// Contacts, appointments and tasks go into a data file that others read, and come out of it into another profile, once.
func TestShelvesIntoAFileAndBack(t *testing.T) {
	ctx := context.Background()
	fresh := func() *app.App {
		t.Helper()
		a, err := app.Open(ctx, app.Options{Dir: t.TempDir(), Keychain: keychain.Memory(), Idle: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.Close() })
		return a
	}
	a := fresh()
	if n, _, err := a.ImportContacts(ctx, 0, strings.NewReader(cards)); err != nil || n != 2 {
		t.Fatalf("%d %v", n, err)
	}
	if n, _, err := a.ImportCalendar(ctx, 0, strings.NewReader(entries)); err != nil || n != 3 {
		t.Fatalf("%d %v", n, err)
	}
	dir := t.TempDir()
	s, err := a.Export(ctx, app.ExportOptions{Format: "pst", Dir: dir, Shelves: []mail.AccountID{""}}, nil)
	if err != nil || s.Objects != 5 || len(s.Missing) != 0 {
		t.Fatalf("%+v %v", s, err)
	}
	file := filepath.Join(dir, "On this computer.pst")
	f, err := job.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if r := job.Check(f); !r.OK() {
		t.Errorf("the file breaks rules of its format: %+v", r)
	}
	info, err := job.GetInfo(ctx, f)
	f.Close()
	if err != nil || info.Items != 5 || info.Kinds["Contact"] != 2 || info.Kinds["Appointment"] != 2 || info.Kinds["Task"] != 1 {
		t.Errorf("in the file: %+v %v", info, err)
	}
	t.Run("readpst", func(t *testing.T) {
		other(t, "readpst", "pst-utils")
		out := t.TempDir()
		if b, err := exec.Command("readpst", "-D", "-o", out, "-r", "-cv", file).CombinedOutput(); err != nil {
			t.Errorf("readpst: %v %s", err, b)
		}
		all, err := exec.Command("grep", "-rh", "", out).Output()
		if err != nil {
			t.Error(err)
		}
		for _, want := range []string{"kari@example.com", "Sven", "Choir", "Ferry"} {
			if !bytes.Contains(all, []byte(want)) {
				t.Errorf("readpst does not find %q", want)
			}
		}
	})
	b := fresh()
	for i, want := range []app.ImportState{{Objects: 5}, {Same: 5}} {
		got, err := b.Import(ctx, []string{file}, app.ImportOptions{}, nil)
		if err != nil || got != want {
			t.Errorf("import %d: %+v %v", i, got, err)
		}
	}
	// The same from vCard and calendar files of a folder, into a third profile.
	folder := t.TempDir()
	for name, text := range map[string]string{"people.vcf": cards, "choir.ics": entries} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	third := fresh()
	for i, want := range []app.ImportState{{Objects: 5}, {Same: 5}} {
		got, err := third.Import(ctx, []string{folder}, app.ImportOptions{}, nil)
		if err != nil || got != want {
			t.Errorf("import %d of files: %+v %v", i, got, err)
		}
	}
	var out bytes.Buffer
	shelf := func(kind remote.Kind) int64 {
		t.Helper()
		cs, err := b.Store().PIMCollections(ctx, kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cs {
			if c.Count > 0 {
				return c.ID
			}
		}
		t.Fatal("nothing came in")
		return 0
	}
	if err := b.ExportContacts(ctx, pim.CollectionID(shelf(remote.Contacts)), nil, "vcf", &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Kari Nordmann", "kari@example.com", "+47 900 00 000", "Fjordlight", "Grüße aus Bergen", "sven@example.org", "19700102"} {
		if !strings.Contains(strings.ReplaceAll(out.String(), "1970-01-02", "19700102"), want) {
			t.Errorf("%q is not among the contacts that came back:\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := b.ExportCalendar(ctx, pim.CollectionID(shelf(remote.Calendar)), nil, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SUMMARY:Choir", "LOCATION:Hall", "COUNT=5", "SUMMARY:Ferry", "20260410", "SUMMARY:Order bollards", "20260501"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the calendar that came back:\n%s", want, out.String())
		}
	}
}
