package plan

import (
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

func TestFree(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	busy := []pim.Busy{{Start: at("2026-03-12 09:00"), End: at("2026-03-12 12:00"), Kind: "busy"}, {Start: at("2026-03-12 12:30"), End: at("2026-03-12 17:00"), Kind: "busy"},
		{Start: at("2026-03-13 09:00"), End: at("2026-03-13 10:00"), Kind: "tentative"}, {Start: at("2026-03-16 00:00"), End: at("2026-03-25 00:00"), Kind: "busy"}}
	for _, c := range []struct {
		from  string
		takes time.Duration
		want  string
	}{
		{"2026-03-12 08:00", 30 * time.Minute, "2026-03-12 12:00"},
		{"2026-03-12 08:00", time.Hour, "2026-03-13 09:00"}, // tentative is no hindrance
		{"2026-03-13 13:10", time.Hour, "2026-03-13 13:15"},
		{"2026-03-13 16:30", time.Hour, "2026-03-25 09:00"}, // over the weekend and the days that are busy
		{"2026-03-12 08:00", 9 * time.Hour, ""},
		{"2026-03-12 08:00", 0, ""},
	} {
		got := Free(busy, at(c.from), c.takes, 9, 17, 14)
		want := time.Time{}
		if c.want != "" {
			want = at(c.want)
		}
		if !got.Equal(want) {
			t.Errorf("from %s for %v: %v, not %v", c.from, c.takes, got, want)
		}
	}
	if got := Free([]pim.Busy{{Start: at("2026-01-01 00:00"), End: at("2027-01-01 00:00"), Kind: "busy"}}, at("2026-03-12 08:00"), time.Hour, 9, 17, 14); !got.IsZero() {
		t.Errorf("there is no such time, but %v", got)
	}
}
