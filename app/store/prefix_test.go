package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// TestPrefix finds the same messages whether the words that begin so are looked up or, being too many, left to the full-text engine.
func TestPrefix(t *testing.T) {
	s := open(t, Options{})
	box := ada(t, s)["Inbox"]
	var all, few, many, head []mail.MessageID
	for i := range 120 {
		e := envelope(i, fmt.Sprintf("zebra%d", i%3))
		b := body(fmt.Sprintf("raw %d", i))
		b.Text = fmt.Sprintf("heronry%d and Plankton%d, naïveté", i, i%4)
		write(t, s, func(tx *Tx) error {
			ids, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: remote.Ref(fmt.Sprint(i)), Envelope: e, Body: &b}})
			all = append(all, ids...)
			if i%4 == 1 {
				few = append(few, ids...)
			}
			if i%3 == 1 {
				head = append(head, ids...)
			}
			if i >= 10 && i < 20 || i == 1 || i >= 100 {
				many = append(many, ids...)
			}
			return err
		})
		if i%30 == 29 {
			if _, err := s.Index(ctx, 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, x := range [][]mail.MessageID{all, few, many, head} {
		slices.Reverse(x)
	}
	var union []mail.MessageID
	for _, id := range all {
		if slices.Contains(head, id) || slices.Contains(few, id) {
			union = append(union, id)
		}
	}
	if ws, ok, err := s.wordsFrom(ctx, "plankton"); !ok || err != nil || len(ws) != 4 {
		t.Fatalf("few words: %v %v %v", ws, ok, err)
	}
	if ws, ok, err := s.wordsFrom(ctx, "heronry"); ok || err != nil {
		t.Fatalf("many words: %v %v", ws, err)
	}
	for _, c := range []struct {
		expr string
		want []mail.MessageID
	}{{"plank", all}, {"PLANKTON", all}, {"plankton1", few}, {"plankton4", nil}, {"heron", all}, {"heronry1", many}, {"subject:zebra1", head}, {"body:zebra1", nil}, {"zebra1 plank", head}, {"naïve", all}, {"naive", all},
		{"-zebra0 -zebra2 plank", head}, {"zebra1 OR plankton1", union}, {"zebra1 OR plan", all}, {"zeb", all}} {
		if got := ordered(t, s, View{Search: c.expr}, 7); !slices.Equal(got, c.want) {
			t.Errorf("%s finds %d, want %d", c.expr, len(got), len(c.want))
		}
	}
}
