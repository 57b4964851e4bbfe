package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/app/thread"
)

type forest struct {
	File     []string
	ID       string
	Children []forest
}

func (f forest) walk(each func(forest)) {
	each(f)
	for _, c := range f.Children {
		c.walk(each)
	}
}

// TestThreadsOfAList compares real list mail with another program's forest, in several orders of arrival: what the ids tie together is together
// whatever the order, and what we join beyond that has one subject.
func TestThreadsOfAList(t *testing.T) {
	dir := corpora.Dir(t, "thread-aerc")
	data, err := os.ReadFile(filepath.Join(dir, "_oracle", "notmuch-threads.json"))
	if err != nil {
		t.Fatal(err)
	}
	var oracle [][]forest
	if err := json.Unmarshal(data, &oracle); err != nil {
		t.Fatal(err)
	}
	group := map[string]int{}
	for i, trees := range oracle {
		for _, tree := range trees {
			tree.walk(func(f forest) {
				for _, file := range f.File {
					group[file] = i
				}
			})
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
	type message struct {
		file, subject string
		env           mail.Envelope
	}
	var ms []message
	for _, f := range files {
		r, err := os.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(r)
		r.Close()
		if err != nil {
			continue
		}
		e := mail.Envelope{Subject: m.Header.Get("Subject"), InternetID: thread.Clean(m.Header.Get("Message-Id")), InReplyTo: idsIn(m.Header.Get("In-Reply-To")), References: strings.Fields(m.Header.Get("References"))}
		e.Date, _ = m.Header.Date()
		for to, field := range map[*[]mail.Address]string{&e.From: "From", &e.To: "To", &e.Cc: "Cc"} {
			as, _ := m.Header.AddressList(field)
			for _, a := range as {
				*to = append(*to, mail.Address{Name: a.Name, Addr: a.Address})
			}
		}
		ms = append(ms, message{filepath.Base(f), e.Subject, e})
	}
	if len(ms) < 85 {
		t.Fatalf("only %d messages could be read", len(ms))
	}
	for order := range 4 {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			ms := slices.Clone(ms)
			switch order {
			case 1:
				slices.Reverse(ms)
			case 2, 3:
				r := rand.New(rand.NewPCG(uint64(order), 9))
				r.Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
			}
			s := open(t, Options{})
			box := ada(t, s)["Inbox"]
			ours := map[int]mail.ThreadID{} // notmuch's to ours
			subjects := map[mail.ThreadID]map[int]string{}
			ids := make([]mail.MessageID, len(ms))
			for i := 0; i < len(ms); i += 7 {
				write(t, s, func(tx *Tx) error {
					var news []NewMessage
					for j := i; j < min(i+7, len(ms)); j++ {
						news = append(news, NewMessage{Account: "ada", Mailbox: box, Ref: remote.Ref(ms[j].file), Envelope: &ms[j].env})
					}
					got, err := tx.Insert(news)
					copy(ids[i:], got)
					return err
				})
			}
			for i, m := range ms {
				r, err := s.Row(ctx, ids[i])
				if err != nil {
					t.Fatal(err)
				}
				g, ok := group[m.file]
				if !ok {
					t.Fatalf("%s is not in the oracle", m.file)
				}
				if x, ok := ours[g]; ok && x != r.Thread {
					t.Errorf("%s (%s) is apart from its conversation", m.file, m.subject)
				}
				ours[g] = r.Thread
				if subjects[r.Thread] == nil {
					subjects[r.Thread] = map[int]string{}
				}
				base, _ := thread.Subject(m.subject)
				subjects[r.Thread][g] = base
			}
			joined := 0
			for _, gs := range subjects {
				if len(gs) < 2 {
					continue
				}
				joined++
				bases := map[string]bool{}
				for _, b := range gs {
					bases[b] = true
				}
				if len(bases) > 1 {
					t.Errorf("joined without a common subject: %v", gs)
				}
			}
			if bad := s.Check(ctx); len(bad) > 0 {
				t.Error(bad)
			}
			t.Logf("%d messages, %d conversations (notmuch: %d), %d joined by subject", len(ms), len(subjects), len(oracle), joined)
		})
	}
}

// idsIn takes the last id out of an In-Reply-To field that may hold prose and addresses before it.
func idsIn(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 0 {
			return s[i+1 : i+j]
		}
	}
	return ""
}

// TestThreadsMerge joins two conversations when the message that ties them arrives last, and counts the result.
func TestThreadsMerge(t *testing.T) {
	s := open(t, Options{})
	boxes := ada(t, s)
	put := func(box, id, subject string, n int, refs ...string) mail.MessageID {
		e := envelope(n, subject)
		e.InternetID, e.References = id, refs
		var got []mail.MessageID
		write(t, s, func(tx *Tx) (err error) {
			got, err = tx.Insert([]NewMessage{{Account: "ada", Mailbox: boxes[box], Ref: remote.Ref(id), Envelope: e}})
			return err
		})
		return got[0]
	}
	a := put("Inbox", "alpha@x", "First", 1)
	c := put("Inbox", "gamma@x", "Re: First", 3, "beta@x")
	d := put("Archive", "delta@x", "Re: First", 4, "gamma@x")
	if n, _, _ := s.Count(ctx, View{Mailbox: boxes["Inbox"], Threads: true}, 0); n != 2 {
		t.Fatalf("%d conversations before the link", n)
	}
	b := put("Inbox", "beta@x", "Re: First", 2, "alpha@x")
	if n, u, _ := s.Count(ctx, View{Mailbox: boxes["Inbox"], Threads: true}, 0); n != 1 || u != 1 {
		t.Fatalf("%d conversations, %d unread after the link", n, u)
	}
	ms, err := s.ThreadMembers(ctx, c)
	if err != nil || len(ms) != 4 || ms[0].ID != a || ms[1].ID != b || ms[2].ID != c || ms[3].ID != d {
		t.Fatalf("members: %v %v", ms, err)
	}
	sl, err := s.List(ctx, View{Mailbox: boxes["Inbox"], Threads: true}, 0, 10)
	if err != nil || len(sl.Rows) != 1 || sl.Rows[0].ID != c || sl.Rows[0].Count != 3 || sl.Rows[0].Unread != 3 {
		t.Fatalf("row: %+v %v", sl.Rows, err)
	}
	// A later message that names only a joined one comes to the same place.
	e := put("Inbox", "epsilon@x", "Re: First", 5, "gamma@x")
	x, _ := s.Row(ctx, a)
	y, _ := s.Row(ctx, e)
	if x.Thread != y.Thread {
		t.Fatal("a message that names a joined conversation is apart")
	}
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Fatal(bad)
	}
}

// TestThreadsBySubject ties an answer without ids to what it answers, whichever comes first.
func TestThreadsBySubject(t *testing.T) {
	for _, first := range []bool{true, false} {
		s := open(t, Options{})
		box := ada(t, s)["Inbox"]
		asked, answer := envelope(1, "Planks of oak"), envelope(2, "Re: Planks of oak")
		answer.From, answer.To = asked.To, asked.From
		es := []*mail.Envelope{asked, answer}
		if !first {
			slices.Reverse(es)
		}
		var ids []mail.MessageID
		for i, e := range es {
			write(t, s, func(tx *Tx) error {
				got, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: remote.Ref(fmt.Sprint(i)), Envelope: e}})
				ids = append(ids, got...)
				return err
			})
		}
		a, _ := s.Row(ctx, ids[0])
		b, _ := s.Row(ctx, ids[1])
		if a.Thread != b.Thread {
			t.Errorf("first=%v: the answer is apart", first)
		}
		if bad := s.Check(ctx); len(bad) > 0 {
			t.Error(bad)
		}
	}
}
