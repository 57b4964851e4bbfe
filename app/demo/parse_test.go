package demo

import (
	"bytes"
	netmail "net/mail"
	"sort"
	"strings"
	"testing"
	"time"

	assets "github.com/postrider/postrider/assets/demo"
)

func TestDemoMailIsSound(t *testing.T) {
	now := time.Date(2026, 3, 12, 10, 30, 0, 0, time.UTC)
	ms, err := Parse(assets.Mail, now)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	boxes := map[string]int{}
	for _, m := range ms {
		p, err := netmail.ReadMessage(bytes.NewReader(m.Raw))
		if err != nil {
			t.Fatalf("%s %s: %v", m.Account, m.Mailbox, err)
		}
		id := p.Header.Get("Message-ID")
		if ids[id] {
			t.Errorf("Message-ID %s twice", id)
		}
		ids[id] = true
		if _, err := p.Header.AddressList("From"); err != nil {
			t.Errorf("%s: From: %v", id, err)
		}
		if m.Date.After(now) {
			t.Errorf("%s is dated %v, after now", id, m.Date)
		}
		boxes[m.Account+" "+m.Mailbox]++
		for _, l := range bytes.Split(m.Raw, []byte("\r\n")) {
			if len(l) > 998 {
				t.Errorf("%s: a line of %d bytes", id, len(l))
			}
		}
	}
	if boxes["studio INBOX"] < 15 || boxes["personal INBOX"] < 5 || boxes["studio Projects/Harbour Terminal"] == 0 {
		t.Errorf("mailboxes are filled thus: %v", boxes)
	}
	if _, err := Parse("@@ studio INBOX 0d 10:00 purple\nFrom: a@b.example\nId: x\n\ntext", now); err == nil {
		t.Error("an unknown flag passed")
	}
}

// TestOrderAtAnyTime: the messages of the demonstration are in the same order whatever the time of the day is, and none is of the future.
func TestOrderAtAnyTime(t *testing.T) {
	order := func(now time.Time) (out string) {
		ms, err := Parse(assets.Mail, now)
		if err != nil {
			t.Fatal(err)
		}
		sort.SliceStable(ms, func(i, j int) bool { return ms[i].Date.After(ms[j].Date) })
		for _, m := range ms {
			if m.Date.After(now) {
				t.Errorf("at %v there is mail of %v", now, m.Date)
			}
			head, _, _ := strings.Cut(string(m.Raw), "\r\n\r\n")
			for line := range strings.Lines(head) {
				if strings.HasPrefix(line, "Subject:") {
					out += line
				}
			}
		}
		return out
	}
	want := order(time.Date(2026, 3, 11, 23, 59, 0, 0, time.Local))
	for m := 0; m < 24*60; m += 7 {
		now := time.Date(2026, 3, 11, 0, m, 0, 0, time.Local)
		if got := order(now); got != want {
			t.Fatalf("at %v the order is\n%s\nwant\n%s", now, got, want)
		}
	}
}
