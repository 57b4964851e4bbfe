package rfc822

import (
	"time"
)

// maxDate bounds how much of a date field is looked at.
const maxDate = 256

var zoneNames = map[string]int{ // minutes east of UTC
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
	"pst": -480, "pdt": -420, "cet": 60, "met": 60, "mez": 60, "cest": 120, "mest": 120, "mesz": 120, "bst": 60, "wet": 0, "west": 60,
	"eet": 120, "eest": 180, "msk": 180, "msd": 240, "jst": 540, "kst": 540, "ist": 330, "hst": -600, "akst": -540, "akdt": -480,
	"ast": -240, "adt": -180, "nst": -210, "ndt": -150, "aest": 600, "aedt": 660, "acst": 570, "awst": 480, "nzst": 720, "nzdt": 780,
	"sast": 120, "hkt": 480, "sgt": 480, "pht": 480, "brt": -180, "brst": -120, "art": -180,
}

var monthNames = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
	"mai": 5, "okt": 10, "dez": 12, "mrz": 3, "avr": 4, "fev": 2, "gen": 1, "mag": 5, "giu": 6, "lug": 7, "ago": 8, "set": 9, "ott": 10, "dic": 12, "ene": 1, "abr": 4,
}

func shortMonth(b []byte) time.Month {
	if len(b) < 3 {
		return 0
	}
	var k [3]byte
	for i := range k {
		k[i] = b[i] | 0x20
	}
	return monthNames[string(k[:])]
}

// ParseDate reads a Date field: RFC 5322 section 3.3 and 4.3, and the other orders and notations that are sent (asctime,
// ISO 8601, dashes, months in words, missing seconds, missing zone = UTC, AM and PM). ok is false where no day can be made out.
func ParseDate(v []byte) (t time.Time, ok bool) {
	if len(v) > maxDate {
		v = v[:maxDate]
	}
	var (
		nums     [3]int // day, year and the like, in order, with their number of digits
		digits   [3]int
		monthAt  = -1 // how many numbers stood before the month's name
		n        int
		month    time.Month
		h, m, s  = -1, 0, 0
		ns       int
		zone     int
		haveZone bool
		pm, am   bool
		paren    int
		iso      bool
	)
	num := func(i int) (val, j int) {
		j = i
		for j < len(v) && v[j] >= '0' && v[j] <= '9' {
			if j-i < 9 {
				val = val*10 + int(v[j]-'0')
			}
			j++
		}
		return
	}
	for i := 0; i < len(v); {
		c := v[i]
		switch {
		case c == '(':
			paren++
			i++
		case c == ')':
			if paren > 0 {
				paren--
			}
			i++
		case paren > 0:
			i++
		case c >= '0' && c <= '9':
			val, j := num(i)
			// hh:mm[:ss[.fff]], also with dots: 10.12.33 after the day is known.
			if h < 0 && j < len(v) && (v[j] == ':' || v[j] == '.' && n >= 2 && (month != 0 || n >= 3)) && j-i <= 2 && j+1 < len(v) && isDigit(v[j+1]) {
				h = val
				var k int
				m, k = num(j + 1)
				if k < len(v) && (v[k] == ':' || v[k] == '.') && k+1 < len(v) && isDigit(v[k+1]) {
					s, k = num(k + 1)
					if k < len(v) && (v[k] == '.' || v[k] == ',') && k+1 < len(v) && isDigit(v[k+1]) {
						f, e := num(k + 1)
						scale := 1
						for d := e - k - 1; d < 9; d++ {
							scale *= 10
						}
						if e-k-1 <= 9 {
							ns = f * scale
						}
						k = e
					}
				}
				i = k
				continue
			}
			if h >= 0 && !haveZone && j-i == 4 && n >= 3 { // zone without a sign
				zone, haveZone = (val/100)*60+val%100, true
			} else if n < 3 {
				nums[n], digits[n] = val, j-i
				n++
				if n == 1 && j-i == 8 && val > 19000000 { // 20261124
					nums = [3]int{val / 10000, val / 100 % 100, val % 100}
					digits = [3]int{4, 2, 2}
					n = 3
				}
			}
			i = j
		case (c == '+' || c == '-') && h >= 0 && i+1 < len(v) && isDigit(v[i+1]) && !haveZone && (n >= 2 || month != 0):
			val, j := num(i + 1)
			d := j - i - 1
			if j < len(v) && v[j] == ':' && j+1 < len(v) && isDigit(v[j+1]) {
				mm, k := num(j + 1)
				val, j, d = val*100+mm, k, 4
			}
			switch {
			case d <= 2:
				zone = val * 60
			case d <= 4:
				zone = (val/100)*60 + val%100
			default:
				zone = 0
			}
			if zone >= 24*60 {
				zone = 0
			}
			if c == '-' {
				zone = -zone
			}
			haveZone = true
			i = j
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			j := i
			for j < len(v) && v[j]|0x20 >= 'a' && v[j]|0x20 <= 'z' {
				j++
			}
			w := v[i:j]
			switch {
			case len(w) == 1 && (w[0] == 'T' || w[0] == 't') && n == 3 && h < 0:
				iso = true
			case h >= 0 && len(w) == 2 && (w[0]|0x20 == 'p') && w[1]|0x20 == 'm':
				pm = true
			case h >= 0 && len(w) == 2 && (w[0]|0x20 == 'a') && w[1]|0x20 == 'm':
				am = true
			case month == 0 && shortMonth(w) != 0 && !dayName(w):
				month, monthAt = shortMonth(w), n
			case h >= 0 && !haveZone && len(w) <= 5:
				var k [5]byte
				for x := range w {
					k[x] = w[x] | 0x20
				}
				if z, known := zoneNames[string(k[:len(w)])]; known {
					zone, haveZone = z, true
					if j+1 < len(v) && (v[j] == '+' || v[j] == '-') && isDigit(v[j+1]) { // GMT+0200
						haveZone = false
					}
				} else if len(w) == 1 { // military zones were defined backwards: unknown (RFC 5322 section 4.3)
					haveZone = true
				}
			}
			i = j
		default:
			i++
		}
	}
	var year, day int
	switch {
	case month != 0 && n >= 2:
		// day month year, month day year, year month day, month day (time) year
		switch {
		case digits[0] >= 3:
			year, day = nums[0], nums[1]
			digits[1] = digits[0]
		default:
			day, year = nums[0], nums[1]
		}
		_ = monthAt
		year = fullYear(year, digits[1])
	case month == 0 && n == 3:
		switch {
		case digits[0] == 4: // 2026-11-24
			year, month, day = nums[0], time.Month(nums[1]), nums[2]
		case digits[2] == 4 || !iso: // 24.11.2026, 11/24/2026, 24/11/26
			a, b := nums[0], nums[1]
			year = fullYear(nums[2], digits[2])
			if b > 12 || slashed(v) && a <= 12 {
				a, b = b, a
			}
			day, month = a, time.Month(b)
		default:
			return t, false
		}
	default:
		return t, false
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || year < 1900 || year > 9999 {
		return t, false
	}
	if h < 0 {
		h = 0
	}
	if pm && h < 12 {
		h += 12
	}
	if am && h == 12 {
		h = 0
	}
	if h > 24 || m > 59 || s > 61 {
		h, m, s, ns = 0, 0, 0, 0
	}
	loc := time.UTC
	if zone != 0 {
		loc = fixedZone(zone)
	}
	t = time.Date(year, month, day, h, m, s, ns, loc)
	return t, true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func slashed(v []byte) bool {
	for _, c := range v {
		if c == '/' {
			return true
		}
	}
	return false
}

// dayName keeps "Mar" of "Mardi" and the like from being a month; only the English names are sent in earnest.
func dayName(w []byte) bool {
	switch string(w) {
	case "Mardi", "mardi", "Martes", "martes", "Marted", "marted":
		return true
	}
	return false
}

// fullYear reads years of two and three digits as RFC 5322 section 4.3 says.
func fullYear(y, digits int) int {
	switch {
	case digits <= 2 && y < 50:
		return 2000 + y
	case digits <= 3 && y < 1000:
		return 1900 + y
	}
	return y
}

var zones = func() (z [2 * 24 * 4]*time.Location) {
	for i := range z {
		z[i] = time.FixedZone("", (i-24*4)*15*60)
	}
	return
}()

func fixedZone(minutes int) *time.Location {
	if i := minutes/15 + 24*4; minutes%15 == 0 && i >= 0 && i < len(zones) {
		return zones[i]
	}
	return time.FixedZone("", minutes*60)
}
