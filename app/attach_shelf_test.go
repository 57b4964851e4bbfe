package app_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/remote"
)

// TestShelvesOfADataFile: the contacts and appointments of an opened file are among the others, cannot be changed, do not ring, follow the file, and go with it.
func TestShelvesOfADataFile(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "Old.pst")
	f, err := pst.Create(path, pst.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	people, err := f.CreateFolder(0, "People", "IPF.Contact")
	if err != nil {
		t.Fatal(err)
	}
	days, err := f.CreateFolder(0, "Days", "IPF.Appointment")
	if err != nil {
		t.Fatal(err)
	}
	soon := time.Now().UTC().Truncate(time.Minute).Add(5 * time.Minute)
	event := fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:old@example.com\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT1H\r\nSUMMARY:Rehearsal\r\n"+
		"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", soon.Format("20060102T150405Z"))
	for r, raw := range map[pst.Ref]string{people: "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:kari\r\nFN:Kari Nordmann\r\nEMAIL:kari@example.com\r\nEND:VCARD\r\n", days: event} {
		if _, err := f.AddPIM(r, []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	a := alone(t)
	id, err := a.AttachFile(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	count := func(kind remote.Kind) (n int) {
		cs, err := a.Store().PIMCollections(ctx, kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cs {
			if c.Account == id {
				n += c.Count
			}
		}
		return n
	}
	waitFor(t, "what is in the file", func() bool { return count(remote.Contacts) == 1 && count(remote.Calendar) == 1 })
	found := false
	cals, err := a.Calendars(ctx)
	for _, c := range cals {
		if c.Account == string(id) {
			found = c.Name == "Days" && c.Source == "Old.pst" && c.Rights == pim.Rights{} && !c.Default
		}
	}
	if err != nil || !found {
		t.Errorf("%+v %v", cals, err)
	}
	os, err := a.Events(ctx, pim.Window{Start: soon.Add(-time.Hour), End: soon.Add(time.Hour)}, nil)
	if err != nil || len(os) != 1 || os[0].Summary != "Rehearsal" {
		t.Errorf("%+v %v", os, err)
	}
	if rs, err := a.Reminders(ctx, soon); err != nil || len(rs) != 0 {
		t.Errorf("an archive rings: %+v %v", rs, err)
	}
	if err := a.DetachFile(ctx, id); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the file's things to go", func() bool { return count(remote.Contacts)+count(remote.Calendar) == 0 })
	// Another program may have it now.
	waitFor(t, "the file to be let go", func() bool {
		w, err := pst.OpenWrite(path, pst.Options{})
		if err != nil {
			return false
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return true
	})
}
