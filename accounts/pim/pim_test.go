package pim

import (
	"testing"
	"time"
)

func TestALocalTimeHasItsZone(t *testing.T) {
	was := time.Local
	defer func() { time.Local = was }()
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata"} {
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		if !sameClock(l, l) || sameClock(l, time.UTC) {
			t.Errorf("%s compares wrong", name)
		}
		w := At(time.Date(2026, 7, 1, 10, 0, 0, 0, l))
		if w.Zone != name || w.In(time.UTC).Hour() == 10 {
			t.Errorf("%+v", w)
		}
	}
	if w := At(time.Date(2026, 7, 1, 10, 0, 0, 0, time.Local)); !w.Time.Equal(time.Date(2026, 7, 1, 10, 0, 0, 0, time.Local)) {
		t.Errorf("another instant: %+v", w)
	}
}

func TestDates(t *testing.T) {
	for d, want := range map[Date]string{{1980, 2, 29}: "1980-02-29", {0, 5, 7}: "--05-07", {}: ""} {
		if got := d.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	c := Contact{Name: Name{Given: "Kari", Family: "Nordmann"}}
	if c.Display() != "Kari Nordmann" || c.Sort() != "Nordmann Kari" {
		t.Errorf("%s %s", c.Display(), c.Sort())
	}
	if w := Day(2026, 3, 1); w.In(time.UTC).Day() != 1 || !w.Date {
		t.Errorf("%+v", w)
	}
}
