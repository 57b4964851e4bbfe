package doors

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// lay writes files below dir.
func lay(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// found reads a folder and returns "folder/folder: subject flags" of each message.
func found(t *testing.T, dir string) (out []string, items []Item) {
	t.Helper()
	if err := Read(context.Background(), dir, "", func(i Item) error {
		if i.Err != nil {
			t.Errorf("%s: %v", i.Name, i.Err)
			return nil
		}
		_, subject, _ := strings.Cut(string(i.Raw), "Subject: ")
		subject, _, _ = strings.Cut(subject, "\r\n")
		out = append(out, fmt.Sprintf("%s: %s %d", strings.Join(i.Folder, "/"), subject, i.Flags))
		items = append(items, i)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out, items
}

func moz(status, subject string) string {
	return "From - Mon Jan  1 00:00:00 2024\r\nX-Mozilla-Status: " + status + "\r\nX-Mozilla-Status2: 00000000\r\nX-Mozilla-Keys:                  \r\nFrom: ada@example.com\r\nSubject: " + subject + "\r\n\r\ntext\r\n\r\n"
}

func TestThunderbird(t *testing.T) {
	home := t.TempDir()
	root := ".thunderbird/k3x9q2.default-release/"
	lay(t, home, map[string]string{
		root + "prefs.js": "user_pref(1);", root + "Mail/pop.example.com/Inbox": moz("0001", "Read") + moz("0000", "New") + moz("0009", "Deleted"), root + "Mail/pop.example.com/Inbox.msf": "x",
		root + "ImapMail/imap.example.com/INBOX": moz("0003", "Answered"), root + "ImapMail/imap.example.com/INBOX.msf": "x",
		root + "ImapMail/imap.example.com/Projects.sbd/Pier 4": moz("0005", "Starred"), root + "ImapMail/imap.example.com/Projects.sbd/Pier 4.msf": "x",
		root + "ImapMail/imap.example.com/msgFilterRules.dat": "no mail", root + "calendar-data/local.sqlite": "From here on it is no mail",
		".thunderbird/profiles.ini": "[Profile0]", ".thunderbird/empty.other/prefs.js": "",
	})
	ps := Profiles(home)
	if len(ps) != 1 || ps[0].Program != "Thunderbird" || ps[0].Name != "default-release" || ps[0].Bytes == 0 {
		t.Fatalf("%+v", ps)
	}
	got, items := found(t, ps[0].Dir)
	want := []string{
		fmt.Sprintf("imap.example.com/INBOX: Answered %d", mail.Seen|mail.Answered),
		fmt.Sprintf("imap.example.com/Projects/Pier 4: Starred %d", mail.Seen|mail.Flagged),
		fmt.Sprintf("pop.example.com/Inbox: Read %d", mail.Seen), "pop.example.com/Inbox: New 0",
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q, want %q", got, want)
	}
	// It is as it came: without what Thunderbird writes in front.
	if string(items[0].Raw) != "From: ada@example.com\r\nSubject: Answered\r\n\r\ntext\r\n" {
		t.Errorf("%q", items[0].Raw)
	}
}

func emlx(flags uint64, subject string) string {
	m := "From: ada@example.com\nSubject: " + subject + "\n\ntext\n"
	return fmt.Sprintf("%-10d\n%s<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict>\n<key>date-received</key>\n<real>1704103200.5</real>\n<key>flags</key>\n<integer>%d</integer>\n</dict></plist>\n", len(m), m, flags)
}

func TestAppleMail(t *testing.T) {
	home := t.TempDir()
	const account = "8C0E6E2A-1111-2222-3333-444455556666"
	root := "Library/Mail/V10/" + account + "/"
	lay(t, home, map[string]string{
		root + "INBOX.mbox/" + account + "/Data/Messages/1.emlx":                emlx(1, "Read"),
		root + "INBOX.mbox/" + account + "/Data/3/2/Messages/2.partial.emlx":    emlx(1<<4|1, "Starred"),
		root + "Projects.mbox/Pier 4.mbox/" + account + "/Data/Messages/3.emlx": emlx(1<<2|8589934592, "Answered"),
		root + "INBOX.mbox/" + account + "/Data/Attachments/2/2/plan.pdf":       "no mail",
		"Library/Mail/V2/MailData/old.txt":                                      "left behind",
	})
	ps := Profiles(home)
	if len(ps) != 1 || ps[0].Program != "Apple Mail" || filepath.Base(ps[0].Dir) != "V10" {
		t.Fatalf("%+v", ps)
	}
	got, items := found(t, ps[0].Dir)
	want := []string{fmt.Sprintf("INBOX: Starred %d", mail.Seen|mail.Flagged), fmt.Sprintf("INBOX: Read %d", mail.Seen), fmt.Sprintf("Projects/Pier 4: Answered %d", mail.Answered)}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q, want %q", got, want)
	}
	if !items[0].Received.Equal(time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("received %v", items[0].Received)
	}
}

func TestMaildirFolders(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"cur/1:2,S": one, "new/.keep": "", ".Work.Pier 4/cur/2:2,": strings.Replace(one, "One", "Two", 1), ".Work.Pier 4/new/.keep": "", ".Work.Pier 4/tmp/3": one, "tmp/4": one})
	os.Remove(filepath.Join(dir, "new/.keep"))
	os.Remove(filepath.Join(dir, ".Work.Pier 4/new/.keep"))
	got, _ := found(t, dir)
	want := []string{"Work/Pier 4: Two 0", fmt.Sprintf(": One %d", mail.Seen)}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzAppleMessage(f *testing.F) {
	f.Add([]byte(emlx(1, "x")))
	f.Add([]byte("99999\nshort"))
	f.Add([]byte("-1\nx"))
	f.Add([]byte("5\nab\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		raw, _, _, err := appleMessage(b)
		if err == nil && len(raw) > len(b) {
			t.Error("more came out than was there")
		}
		out, _, _ := mozilla(b)
		if len(out) > len(b) {
			t.Error("more came out than was there")
		}
	})
}
