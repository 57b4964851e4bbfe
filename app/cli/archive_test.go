package cli

import (
	"testing"
	"time"
)

func TestAges(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for age, want := range map[string]time.Time{"": {}, "90d": now.AddDate(0, 0, -90), "18m": now.AddDate(0, -18, 0), "2y": now.AddDate(-2, 0, 0)} {
		if got, err := before(age, now); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v (%v)", age, got, err)
		}
	}
	for _, age := range []string{"d", "-3d", "0y", "7", "3w", "x", "1d2m"} {
		if got, err := before(age, now); err == nil {
			t.Errorf("%q is %v", age, got)
		}
	}
}
