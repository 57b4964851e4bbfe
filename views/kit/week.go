package kit

import (
	"os"
	"strings"
	"time"
)

// sunday are the countries where weeks begin on Sunday, saturday those where they begin on Saturday (CLDR, weekData); all others begin on Monday.
const (
	sunday   = "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW"
	saturday = "AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY"
)

// WeekStart is the first day of the week where the person is, by the locale.
func WeekStart() time.Weekday {
	for _, k := range []string{"LC_ALL", "LC_TIME", "LANG"} {
		v := os.Getenv(k)
		if v == "" {
			continue
		}
		v, _, _ = strings.Cut(v, ".")
		v, _, _ = strings.Cut(v, "@")
		_, country, _ := strings.Cut(v, "_")
		switch {
		case len(country) != 2:
			return time.Monday
		case strings.Contains(sunday, country):
			return time.Sunday
		case strings.Contains(saturday, country):
			return time.Saturday
		}
		return time.Monday
	}
	return time.Monday
}
