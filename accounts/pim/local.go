package pim

import (
	"os"
	"strings"
	"sync"
	"time"
)

// localZone is the zone of this computer under its name, found once. A repeating event needs the name: the instant alone would stay the same over a clock change.
var localZone = sync.OnceValue(func() *time.Location {
	var names []string
	if tz := strings.TrimPrefix(os.Getenv("TZ"), ":"); tz != "" {
		names = append(names, tz)
	}
	if p, err := os.Readlink("/etc/localtime"); err == nil {
		if _, n, ok := strings.Cut(p, "zoneinfo/"); ok {
			names = append(names, n)
		}
	}
	if b, err := os.ReadFile("/etc/timezone"); err == nil && len(b) < 100 {
		names = append(names, strings.TrimSpace(string(b)))
	}
	// Where the system does not say it by such a name, one of the zones whose clocks go the same this year will do.
	for _, n := range append(names, commonZones...) {
		if n == "" || n == "Local" || n == "UTC" || strings.HasPrefix(n, "/") {
			continue
		}
		if l, err := time.LoadLocation(n); err == nil && sameClock(l, time.Local) {
			return l
		}
	}
	return time.UTC
})

var commonZones = []string{"Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Athens", "Europe/Helsinki", "Europe/Istanbul", "Europe/Moscow", "Africa/Lagos", "Africa/Johannesburg", "Africa/Cairo", "Asia/Dubai",
	"Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bangkok", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Asia/Jerusalem", "Asia/Tehran", "Australia/Perth", "Australia/Adelaide",
	"Australia/Brisbane", "Australia/Sydney", "Pacific/Auckland", "America/St_Johns", "America/Halifax", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage",
	"Pacific/Honolulu", "America/Mexico_City", "America/Bogota", "America/Caracas", "America/Santiago", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Atlantic/Azores", "Atlantic/Cape_Verde"}

// sameClock reports whether two zones have the same offsets in this year and the next.
func sameClock(a, b *time.Location) bool {
	start := time.Date(time.Now().Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	for d := range 2 * 366 {
		t := start.AddDate(0, 0, d)
		_, x := t.In(a).Zone()
		if _, y := t.In(b).Zone(); x != y {
			return false
		}
	}
	return true
}
