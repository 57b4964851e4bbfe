package prop

import "time"

// The FILETIME of the Unix epoch, and the last one that is taken for a time (the year 4500 and later mean "none" in Outlook).
const (
	unixEpoch = 116444736000000000
	tick      = 100 // nanoseconds
)

// Filetime is the time of a FILETIME; the zero time for 0 and for what is out of range.
func Filetime(v uint64) time.Time {
	if v == 0 || v >= 0x7FFFFFFFFFFFFFFF {
		return time.Time{}
	}
	d := int64(v) - unixEpoch
	sec, rest := d/(1e9/tick), d%(1e9/tick)
	if rest < 0 {
		sec, rest = sec-1, rest+1e9/tick
	}
	return time.Unix(sec, rest*tick).UTC()
}

// ToFiletime is the FILETIME of a time; 0 for the zero time and for times before 1601.
func ToFiletime(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	v := t.Unix()*(1e9/tick) + int64(t.Nanosecond()/tick) + unixEpoch
	if v < 0 || t.Year() > 29000 {
		return 0
	}
	return uint64(v)
}

// Minutes is the time of a count of minutes since 1601-01-01, as recurrence blobs have it ([MS-OXOCAL] 2.2.1.44.1); in no
// particular zone, given as UTC.
func Minutes(m uint32) time.Time { return time.Unix(minutesEpoch.Unix()+int64(m)*60, 0).UTC() }

// ToMinutes is the way back; the zone of t is not looked at.
func ToMinutes(t time.Time) uint32 {
	t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	d := (t.Unix() - minutesEpoch.Unix()) / 60
	if d < 0 || d > 0xFFFFFFFF {
		return 0
	}
	return uint32(d)
}

var minutesEpoch = time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)
