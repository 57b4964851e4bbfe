package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// TestReceived: when a message came is kept beside its date; messages of a profile that did not keep it came when they are dated.
func TestReceived(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	box := ada(t, s)["Inbox"]
	came := time.Unix(1800000000, 0)
	var ids []mail.MessageID
	write(t, s, func(tx *Tx) error {
		var err error
		ids, err = tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: "1", Envelope: envelope(1, "dated"), Received: came}, {Account: "ada", Mailbox: box, Ref: "2", Envelope: envelope(2, "not known")}})
		return err
	})
	check := func(s *Store, want ...time.Time) {
		t.Helper()
		for i, id := range ids {
			var row Row
			write(t, s, func(tx *Tx) (err error) { row, err = tx.Row(id); return err })
			ms, err := s.Summaries(ctx, View{Mailbox: box}, []mail.MessageID{id})
			if err != nil || len(ms) != 1 {
				t.Fatal(ms, err)
			}
			m := ms[0]
			if !row.Received.Equal(want[i]) || !m.Received.Equal(want[i]) || !m.Date.Equal(envelope(i+1, "").Date) {
				t.Errorf("%d came %v and %v, dated %v; want %v", i, row.Received, m.Received, m.Date, want[i])
			}
		}
	}
	check(s, came, envelope(2, "").Date)
	// A profile of before.
	step := slices.IndexFunc(indexMigrations, func(m string) bool { return strings.Contains(m, "ADD COLUMN received") })
	if _, err := s.w.conn.ExecContext(ctx, fmt.Sprintf("ALTER TABLE messages DROP COLUMN received; PRAGMA user_version=%d", step)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	check(s, envelope(1, "").Date, envelope(2, "").Date)
}
