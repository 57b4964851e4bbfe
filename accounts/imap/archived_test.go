package imap

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// gmail is a script of a Gmail mailbox: all are its messages, found what Gmail's search says is archived.
type gmail struct {
	all, found []uint32
	flags      map[uint32]string
	modseq     int
	changed    []uint32 // since the last pull
	searches   int
}

func (g *gmail) reply(tag, cmd string) (string, bool) {
	ok := tag + " OK\r\n"
	counters := fmt.Sprintf("%d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n* OK [HIGHESTMODSEQ %d] ok\r\n", len(g.all), g.all[len(g.all)-1]+1, g.modseq)
	told := func(uids []uint32, envelopes bool) string {
		var b strings.Builder
		for i, u := range g.all {
			if !slices.Contains(uids, u) {
				continue
			}
			fmt.Fprintf(&b, "* %d FETCH (UID %d FLAGS (%s)", i+1, u, g.flags[u])
			if envelopes {
				fmt.Fprintf(&b, " X-GM-MSGID %d RFC822.SIZE 50 %s", 9000+u, head(fmt.Sprint("m", u)))
			}
			b.WriteString(")\r\n")
		}
		return b.String()
	}
	switch {
	case strings.HasPrefix(cmd, "LIST"):
		return "* LIST (\\HasNoChildren) \"/\" \"INBOX\"\r\n* LIST (\\Noselect) \"/\" \"[Gmail]\"\r\n* LIST (\\All) \"/\" \"[Gmail]/All Mail\"\r\n" + ok, true
	case strings.HasPrefix(cmd, "SELECT"):
		return "* " + counters + ok, true
	case strings.HasPrefix(cmd, "STATUS"):
		return fmt.Sprintf("* STATUS \"[Gmail]/All Mail\" (MESSAGES %d UIDNEXT %d UIDVALIDITY 7 HIGHESTMODSEQ %d)\r\n", len(g.all), g.all[len(g.all)-1]+1, g.modseq) + ok, true
	case strings.Contains(cmd, "SEARCH"):
		g.searches++
		if !strings.Contains(cmd, `X-GM-RAW "has:nouserlabels -in:inbox`) || strings.Contains(cmd, "HEADER") {
			return tag + " BAD what\r\n", true
		}
		return "* SEARCH" + strings.Trim(strings.ReplaceAll(fmt.Sprint(" ", g.found), "[", ""), "]") + "\r\n" + ok, true
	case strings.Contains(cmd, "CHANGEDSINCE"):
		return told(g.changed, false) + ok, true
	case strings.Contains(cmd, "FETCH"):
		set, good := parseSet(strings.Fields(cmd)[2])
		if !good {
			return tag + " BAD set\r\n", true
		}
		uids, _ := expand(set, 0)
		return told(uids, true) + ok, true
	}
	return "", false
}

// Of Gmail's All Mail what was archived is pulled, and only that.
func TestGmailArchive(t *testing.T) {
	const box = "[Gmail]/All Mail"
	g := &gmail{modseq: 10, flags: map[uint32]string{}}
	for u := uint32(1); u <= 3000; u++ {
		g.all = append(g.all, u)
		if u%3 == 0 {
			g.found = append(g.found, u)
		}
	}
	s := &script{caps: "X-GM-EXT-1 SPECIAL-USE CONDSTORE UIDPLUS MOVE", reply: g.reply}
	o := s.start(t)
	c := mustOpen(t, o)
	first, err := c.Pull(context.Background(), box, "")
	if err != nil || len(first.Changed) != firstPage || !first.More || first.Changed[0].Ref != "7:3000" || first.Changed[0].Global != "12000" || first.Changed[0].Envelope.Subject != "m3000" {
		t.Fatalf("the newest: %v, %d, %+v", err, len(first.Changed), first.Changed[:min(1, len(first.Changed))])
	}
	rest := pullAll(t, c, box, first.Next)
	if len(rest.Changed) != 950 || !rest.Complete || len(rest.Members) != 1000 || g.searches != 1 {
		t.Fatalf("%d more, complete %v, %d members, %d searches", len(rest.Changed), rest.Complete, len(rest.Members), g.searches)
	}
	// Nothing changed; over another connection, which does not know the mailboxes yet, too.
	other := mustOpen(t, o)
	for _, c := range []*remote.Conn{c, other} {
		if d, err := c.Pull(context.Background(), box, rest.Next); err != nil || len(d.Changed)+len(d.Gone) != 0 || d.More || d.Complete || d.Next != rest.Next {
			t.Errorf("nothing changed: %v %+v", err, d)
		}
	}
	// One was labelled, one is new in All Mail but not archived, one was archived long after it came, one was starred; another was starred that is no concern of ours.
	g.all = append(g.all, 3001)
	g.found = slices.DeleteFunc(g.found, func(u uint32) bool { return u == 9 })
	i, _ := slices.BinarySearch(g.found, 10)
	g.found = slices.Insert(g.found, i, 10)
	g.flags[12], g.flags[13], g.changed, g.modseq = "\\Flagged", "\\Flagged", []uint32{12, 13}, 11
	d := pullAll(t, c, box, rest.Next)
	if len(d.Changed) != 2 || d.Changed[0].Ref != "7:10" || d.Changed[0].Envelope == nil || d.Changed[1].Ref != "7:12" || d.Changed[1].Flags != mail.Flagged || d.Changed[1].Envelope != nil || !slices.Equal(d.Gone, []remote.Ref{"7:9"}) || d.Complete {
		t.Errorf("changes: %+v, gone %v, complete %v", d.Changed, d.Gone, d.Complete)
	}
	// What the search has not found yet is not called gone.
	g.modseq, g.changed = 12, nil
	if d := pullAll(t, c, box, d.Next); len(d.Changed)+len(d.Gone) != 0 || d.Complete {
		t.Errorf("then: %+v", d)
	}
	// A token of another kind begins anew.
	if d, err := c.Pull(context.Background(), box, "1 7 10 3001 3000 0 0 0 0 0"); err != nil || !d.Reset || len(d.Changed) != firstPage {
		t.Errorf("another token: %v %+v", err, d.Reset)
	}
	// Other mailboxes are pulled as everywhere.
	g.searches = 0
	if ok, err := mustSession(t, c).isAllMail("INBOX"); err != nil || ok {
		t.Errorf("INBOX is taken for All Mail: %v", err)
	}
}

func mustSession(t *testing.T, c *remote.Conn) *session {
	t.Helper()
	s, err := c.Source.(*backend).session()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func FuzzArchivedToken(f *testing.F) {
	for _, s := range []string{"", "g 7 1 2 3 0 0 1", "g 7 1 2 3 1 1 1.2,3,a.zz", "g 7 1 2 3 0 0 ", "g 7 1 2 3 0 0 zzzzzzz.zzzzzz", "g 7 1 2 3 0 0 0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tok, ok := decodeArchived(remote.Token(s))
		if !ok {
			return
		}
		again, ok := decodeArchived(tok.encode())
		if !ok || !slices.Equal(again.Have, tok.Have) || again.Validity != tok.Validity || again.ModSeq != tok.ModSeq || again.More != tok.More || again.Whole != tok.Whole {
			t.Fatalf("%q became %q", s, tok.encode())
		}
		for i := 1; i < len(tok.Have); i++ {
			if tok.Have[i] <= tok.Have[i-1] {
				t.Fatal("not ascending")
			}
		}
	})
}
