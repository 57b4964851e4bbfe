package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// searchStore holds a handful of messages that differ in what can be asked for.
func searchStore(t testing.TB) (*Store, map[string]mail.MessageID) {
	t.Helper()
	s := open(t, Options{Now: func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.Local) }})
	boxes := ada(t, s)
	named := map[string]mail.MessageID{}
	n := 0
	put := func(name, box, subject, from, text string, day int, f mail.Flags, size int64, names string) {
		e := mail.Envelope{InternetID: name + "@example.test", Date: time.Date(2026, 3, day, 9, 0, n, 0, time.Local), Subject: subject,
			From: []mail.Address{{Name: from, Addr: strings.ToLower(strings.Fields(from)[0]) + "@fjordlight.example"}}, To: []mail.Address{{Name: "Ada", Addr: "ada@example.test"}}, Cc: []mail.Address{{Addr: "carol@example.test"}}}
		b := body(text)
		b.Envelope, b.Names, b.Attachments = e, names, names != ""
		n++
		write(t, s, func(tx *Tx) error {
			ids, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: boxes[box], Ref: remote.Ref(name), Flags: f, Envelope: &e, Body: &b, Size: size}})
			named[name] = ids[0]
			return err
		})
	}
	put("heron", "Inbox", "The heron returned", "Bob Møller", "It stood in the reeds by the old bridge all morning.", 1, 0, 1000, "")
	put("invoice", "Inbox", "Invoice for March", "Shop GmbH", "Your order of three oak planks. heron-shaped hinges", 2, mail.Seen|mail.Flagged, 3<<20, "rechnung-2026.pdf plan.txt")
	put("tokyo", "Archive", "東京都の天気", "山田 太郎", "明日の天気は晴れです。日本語の検索を試す", 3, mail.Seen|mail.Answered, 500, "")
	put("café", "Projects/Bridge", "Café in the old town", "Zoë", "Über die Brücke gehen. returned heron", 9, mail.Seen, 700, "")
	if _, err := s.Index(ctx, 100); err != nil {
		t.Fatal(err)
	}
	return s, named
}

func TestSearch(t *testing.T) {
	s, named := searchStore(t)
	for _, c := range []struct{ expr, want string }{
		{"heron", "café invoice heron"}, {"her", "café invoice heron"}, {"her ", ""}, {"her* ", "café invoice heron"}, {"HERON bridge ", "heron"},
		{`"heron returned"`, "heron"}, {`"returned heron"`, "café"}, {"heron -planks", "café heron"}, {"-heron", "tokyo"}, {"NOT heron ", "tokyo"},
		{"from:bob", "heron"}, {"from:moller", ""}, {"from:bob@fjordlight.example", "heron"}, {"to:me", "café tokyo invoice heron"}, {"from:me", ""}, {"cc:carol", "café tokyo invoice heron"},
		{"subject:heron", "heron"}, {`subject:"old town"`, "café"}, {"cafe", "café"}, {"brucke", "café"},
		{"has:attachment", "invoice"}, {"filename:pdf", "invoice"}, {"filename:rechnung", "invoice"}, {"rechnung-2026.pdf", "invoice"},
		{"is:unread", "heron"}, {"is:read ", "café tokyo invoice"}, {"is:starred", "invoice"}, {"is:answered", "tokyo"}, {"heron is:unread", "heron"},
		{"in:archive", "tokyo"}, {"in:bridge", "café"}, {`in:"projects/bridge"`, "café"}, {"heron in:inbox", "invoice heron"}, {"account:ada heron", "café invoice heron"}, {"account:nobody heron", ""},
		{"before:2026-03-02", "heron"}, {"after:2026-03-03", "café tokyo"}, {"on:2026-03-02", "invoice"}, {"on:yesterday", "café"}, {"on:2026-03", "café tokyo invoice heron"}, {"after:2027", ""}, {"heron after:2d", "café"}, {"before:2d heron", "invoice heron"},
		{"larger:1M", "invoice"}, {"smaller:1k", "café tokyo heron"},
		{"planks OR morning", "invoice heron"}, {"(planks OR morning) heron", "invoice heron"}, {"is:starred OR is:answered", "tokyo invoice"}, {"(天気 OR is:starred)", "tokyo invoice"}, {"-is:read", "heron"}, {"-(is:read OR is:starred)", "heron"},
		{"東京", "tokyo"}, {"東京都", "tokyo"}, {"京都", "tokyo"}, {"京東", ""}, {"検索", "tokyo"}, {"晴", "tokyo"}, {"山田", "tokyo"}, {"日本語の検索", "tokyo"}, {"語検", ""}, {"from:太郎 天気", "tokyo"},
		{"---", ""}, {"", "café tokyo invoice heron"}, {"   ", "café tokyo invoice heron"}, {"xyzzy", ""},
	} {
		if c.expr == "" {
			continue
		}
		var got []string
		for _, id := range ordered(t, s, View{Search: c.expr}, 2) {
			for name, x := range named {
				if x == id {
					got = append(got, name)
				}
			}
		}
		if !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%q finds %v, want %v", c.expr, got, c.want)
		}
	}
}

// TestSearchWithin asks within a mailbox, a role and an account.
func TestSearchWithin(t *testing.T) {
	s, named := searchStore(t)
	boxes, _ := s.Mailboxes(ctx, "ada")
	for _, c := range []struct {
		v    View
		want []string
	}{{View{Search: "heron ", Mailbox: boxes[0].ID}, []string{"invoice", "heron"}}, {View{Search: "heron ", Role: mail.RoleArchive}, nil}, {View{Search: "-planks ", Mailbox: boxes[0].ID}, []string{"heron"}},
		{View{Search: "heron ", Account: "ada", OnlyUnread: true}, []string{"heron"}}, {View{Search: "heron ", Account: "eve"}, nil}, {View{Search: "heron after:2026-03-02 ", Mailbox: boxes[0].ID}, []string{"invoice"}}} {
		var want []mail.MessageID
		for _, n := range c.want {
			want = append(want, named[n])
		}
		if got := ordered(t, s, c.v, 1); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", c.v, got, want)
		}
		c.v.Oldest = true
		slices.Reverse(want)
		if got := ordered(t, s, c.v, 1); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", c.v, got, want)
		}
		if n, _, err := s.Count(ctx, c.v, 100); err != nil || n != len(want) {
			t.Errorf("%+v counts %d %v", c.v, n, err)
		}
	}
}

// TestSearchFollows asks again after moves, flags, bodies and deletions: the index itself is not touched by the first two.
func TestSearchFollows(t *testing.T) {
	s, named := searchStore(t)
	find := func(expr string) int { t.Helper(); return len(ordered(t, s, View{Search: expr}, 10)) }
	write(t, s, func(tx *Tx) error { return tx.SetShown(named["heron"], mail.Seen, nil) })
	if n := find("heron is:unread"); n != 0 {
		t.Errorf("a read message is found as unread: %d", n)
	}
	b := body("A different text about otters")
	write(t, s, func(tx *Tx) error { return tx.PutBodies(map[mail.MessageID]Body{named["heron"]: b}) })
	if _, err := s.Index(ctx, 10); err != nil {
		t.Fatal(err)
	}
	if find("otters ") != 1 || find("reeds ") != 0 || find("subject:heron ") != 1 {
		t.Errorf("after a new body: otters %d, reeds %d, subject %d", find("otters "), find("reeds "), find("subject:heron "))
	}
	write(t, s, func(tx *Tx) error { return tx.Delete([]mail.MessageID{named["heron"]}) })
	if find("otters ") != 0 {
		t.Error("a deleted message is found")
	}
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Error(bad)
	}
}

// FuzzSearch: nothing that can be typed makes the index's own language fail.
func FuzzSearch(f *testing.F) {
	for _, x := range []string{`heron`, `"`, `"a`, `a*b*`, `from:`, `from:"`, `(((`, `)`, `a OR`, `OR OR`, `-`, `--a`, `NOT`, `NEAR(a b)`, `a AND -b`, `col:a`, `{subject}:a`, `^a`, `a+b`, "a\x00b", `in:`, `before:9999999`, `larger:99999999999999g`,
		`日`, `日本 OR ไทย`, `(from:me OR is:read) -"x y"`, `'; DROP TABLE messages; --`, `👍`, `ा`, `"*"*`, `a""b`, `subject:-x`, `-(a OR is:read) b`} {
		f.Add(x)
	}
	s, _ := searchStore(f)
	f.Fuzz(func(t *testing.T, expr string) {
		v := View{Search: expr, Threads: true}
		if _, err := s.List(ctx, v, 0, 10); err != nil {
			t.Fatal(fmt.Sprintf("%q: ", expr), err)
		}
	})
}
