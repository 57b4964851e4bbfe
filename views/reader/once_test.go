package reader

import (
	"fmt"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
)

func TestOnce(t *testing.T) {
	rows := []mail.Summary{
		{ID: 1, Account: "file", Mailbox: 9, InternetID: "a", Size: 10}, {ID: 2, Account: "studio", Mailbox: 1, InternetID: "a", Size: 10},
		{ID: 3, Account: "studio", Mailbox: 2, InternetID: "b", Size: 10}, {ID: 4, Account: "file", Mailbox: 8, InternetID: "b", Size: 10},
		{ID: 5, Account: "file", Mailbox: 8, InternetID: "b", Size: 11},                                // not the same
		{ID: 6, Account: "studio", Mailbox: 1, Size: 3}, {ID: 7, Account: "file", Mailbox: 9, Size: 3}, // who knows
		{ID: 8, Account: "studio", Mailbox: 1, InternetID: "c", Size: 5}, {ID: 9, Account: "studio", Mailbox: 3, InternetID: "c", Size: 5}, // two of one account are two
	}
	for shown, want := range map[int]string{1: "[2 3 5 6 7 8 9]", 0: "[1 4 5 6 7 8 9]"} {
		var got []mail.MessageID
		for _, m := range once(rows, rows[shown]) {
			got = append(got, m.ID)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("beside %d: %v, want %s", rows[shown].ID, got, want)
		}
	}
}
