package pst

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// pimSamples say more than an object has places for.
var pimSamples = []string{
	"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:5f0b7bd0-0000-4000-8000-000000000001\r\nFN:Kari Nordmann\r\nN:Nordmann;Kari;;;\r\nEMAIL;PREF=1:a@example.com\r\nEMAIL:b@example.com\r\nEMAIL:c@example.com\r\nEMAIL:d@example.com\r\n" +
		"GENDER:F;she\r\nX-SHOE-SIZE:38\r\nitem1.TEL:+47 900 00 000\r\nitem1.X-ABLabel:boat\r\nNOTE:Grüße\\, aus Bergen\r\nEND:VCARD\r\n",
	"BEGIN:VCARD\nVERSION:3.0\nUID:plain-line-ends\nFN:Sven Aalto\nN:Aalto;Sven;;;\nEND:VCARD\n",
	"BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nUID:urn:uuid:5f0b7bd0-0000-4000-8000-000000000002\r\nFN:Choir\r\nMEMBER:mailto:a@example.com\r\nMEMBER:urn:uuid:5f0b7bd0-0000-4000-8000-000000000001\r\nEND:VCARD\r\n",
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:choir@example.com\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Oslo:20260305T180000\r\nDURATION:PT90M\r\nSUMMARY:Choir\r\nRRULE:FREQ=MONTHLY;BYDAY=2TU,4TU\r\n" +
		"X-ROW:3\r\nBEGIN:VALARM\r\nACTION:EMAIL\r\nTRIGGER:-PT2H\r\nSUMMARY:x\r\nDESCRIPTION:y\r\nATTENDEE:mailto:a@example.com\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:bollards@example.com\r\nDTSTAMP:20260101T000000Z\r\nDUE;VALUE=DATE:20260501\r\nSUMMARY:Order bollards\r\nPRIORITY:3\r\nRELATED-TO:choir@example.com\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
}

// foreignPIM are the vCard and iCalendar files of the corpora, where they are here.
func foreignPIM(t *testing.T) (out [][]byte) {
	sets, _ := filepath.Glob(filepath.Join(corpora.Root(), "vcf-*"))
	more, _ := filepath.Glob(filepath.Join(corpora.Root(), "ics-*"))
	for _, s := range append(sets, more...) {
		filepath.WalkDir(s, func(path string, d fs.DirEntry, err error) error {
			if ext := filepath.Ext(path); err == nil && (ext == ".vcf" || ext == ".ics") {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, b)
			}
			return nil
		})
	}
	return out
}

// TestPIMThereAndBack: a contact or appointment comes out of a file as the bytes that went in.
func TestPIMThereAndBack(t *testing.T) {
	w, folder, path := newFile(t, "All", "IPF.Contact")
	var all [][]byte
	for _, s := range pimSamples {
		all = append(all, []byte(s))
	}
	own := len(all)
	all = append(all, foreignPIM(t)...)
	put := map[Ref][]byte{}
	refused := 0
	for i, raw := range all {
		r, err := w.AddPIM(folder, raw)
		if err != nil {
			if i < own {
				t.Errorf("%.200q: %v", raw, err)
			}
			refused++
			continue
		}
		put[r] = raw
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	t.Logf("%d of %d, %d refused", len(put), len(all), refused)
	for r, raw := range put {
		m, err := s.Message(r)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := PIM(m); err != nil || !bytes.Equal(b, raw) {
			t.Errorf("%v: %.1500q came back as %.1500q", err, raw, b)
		}
	}
}

// TestPIMChangedByOutlook: when the object no longer says what its bytes do, it counts.
func TestPIMChangedByOutlook(t *testing.T) {
	m, err := pimObject([]byte(pimSamples[0]))
	if err != nil {
		t.Fatal(err)
	}
	w, folder, _ := newFile(t, "All", "IPF.Contact")
	r, err := w.addPIM(folder, m, []byte(pimSamples[0]))
	if err != nil {
		t.Fatal(err)
	}
	back, err := w.Message(r)
	if err != nil {
		t.Fatal(err)
	}
	back.Bag = changed{back.Bag, prop.PidTagCompanyName, "Fjordlight"}
	b, err := PIM(back)
	if err != nil || !bytes.Contains(b, []byte("ORG:Fjordlight")) || bytes.Contains(b, []byte("SHOE")) {
		t.Errorf("%v %s", err, b)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// changed is a bag in which one property is another.
type changed struct {
	prop.Bag
	tag prop.Tag
	v   prop.Value
}

func (c changed) Get(t prop.Tag) (prop.Value, bool) {
	if t == c.tag {
		return c.v, true
	}
	return c.Bag.Get(t)
}

// TestShelf: what is no mail is on the shelf, whatever folder it is in, and nowhere else; it follows changes of the file.
func TestShelf(t *testing.T) {
	ctx := context.Background()
	w, inbox, path := newFile(t, "Inbox", "")
	book, err := w.CreateFolder(0, "Contacts", "IPF.Contact")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.CreateFolder(0, "Calendar", "IPF.Appointment"); err != nil {
		t.Fatal(err)
	}
	for i, f := range []Ref{book, inbox, book, inbox, inbox} {
		if _, err := w.AddPIM(f, []byte(pimSamples[i])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	o := &Opener{Path: path}
	box, err := o.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	c, err := o.Shelf().Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Pusher != nil || c.Shelf != nil || c.Organizer != nil {
		t.Error("the shelf can be written to")
	}
	mailRef := refOf(inbox)
	raw := "From: a@example.com\r\nSubject: hello\r\nMessage-ID: <1@example.com>\r\n\r\nHi\r\n"
	ack, err := box.Pusher.Push(ctx, mailRef, "", []remote.Edit{{Verb: remote.Add, InternetID: "1@example.com", Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(strings.NewReader(raw)), int64(len(raw)), nil
	}}})
	if err != nil || ack.Done[0].Err != nil {
		t.Fatal(err, ack)
	}
	// The mailbox has its message alone.
	d, err := box.Pull(ctx, mailRef, "")
	if err != nil || len(d.Members) != 1 || len(d.Changed) != 1 || d.Changed[0].Envelope.Subject != "hello" {
		t.Errorf("in the mailbox: %+v %v", d, err)
	}
	cs, err := box.Collections(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range cs {
		if x.Name == "Inbox" && (x.Kind != remote.Mail || x.Total != 1) || x.Name == "Contacts" && x.Kind != remote.Contacts {
			t.Errorf("%+v", x)
		}
	}
	look := func() string {
		t.Helper()
		cs, err := c.Collections(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, x := range cs {
			d, err := c.Pull(ctx, x.Ref, "")
			if err != nil || !d.Complete {
				t.Fatal(d, err)
			}
			var refs []remote.Ref
			for _, s := range d.Changed {
				if s.Rev == "" {
					t.Error("no version")
				}
				refs = append(refs, s.Ref)
			}
			var said []string
			if err := c.Fetch(ctx, x.Ref, refs, remote.WantBody, func(it remote.Item) error {
				b, err := io.ReadAll(it.Body)
				for i, s := range pimSamples {
					if string(b) == s {
						said = append(said, fmt.Sprint(i))
					}
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%s %s %d events %v tasks %v: %s", x.Name, x.Kind, x.Total, x.Events, x.Tasks, strings.Join(said, " ")))
		}
		return strings.Join(out, "\n")
	}
	want := "Inbox contacts 1 events false tasks false: 1\nInbox calendar 2 events true tasks true: 3 4\nContacts contacts 2 events false tasks false: 0 2"
	if got := look(); got != want {
		t.Errorf("on the shelf:\n%s\nwant\n%s", got, want)
	}
	bookRef := remote.Ref(bookPrefix) + refOf(book)
	before, err := c.Pull(ctx, bookRef, "")
	if err != nil {
		t.Fatal(err)
	}
	if d, err := c.Pull(ctx, bookRef, before.Next); err != nil || d.Complete || d.Next != before.Next {
		t.Errorf("nothing changed: %+v %v", d, err)
	}
	// A contact is removed and another changed, through the other connection.
	if _, err := box.Pusher.Push(ctx, refOf(book), "", []remote.Edit{{Verb: remote.Remove, Items: []remote.Ref{before.Changed[0].Ref}},
		{Verb: remote.SetFlags, Items: []remote.Ref{before.Changed[1].Ref}, AddFlags: 0, AddKeywords: []string{"Choir"}}}); err != nil {
		t.Fatal(err)
	}
	after, err := c.Pull(ctx, bookRef, before.Next)
	if err != nil || len(after.Changed) != 1 || after.Changed[0].Ref != before.Changed[1].Ref || after.Changed[0].Rev == before.Changed[1].Rev {
		t.Errorf("%+v\nafter\n%+v %v", after, before, err)
	}
	if _, err := c.Pull(ctx, "x", ""); err == nil {
		t.Error("a collection that is none")
	}
}

// FuzzPIM: no file of a contact or appointment panics on its way in and out.
func FuzzPIM(f *testing.F) {
	for _, s := range pimSamples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := pimObject(raw)
		if err != nil || m == nil {
			return
		}
		if _, err := made(m); err != nil && !strings.Contains(err.Error(), cmail.ErrRecurrence.Error()) {
			t.Error(err)
		}
	})
}
