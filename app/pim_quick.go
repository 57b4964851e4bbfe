package app

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

var (
	quickSpan  = regexp.MustCompile(`(?i)\b(?:from\s+|at\s+|@\s*)?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?\s*(?:-|–|\bto\b|\buntil\b)\s*(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?(?:\s|$|,)`)
	quickTime  = regexp.MustCompile(`(?i)(?:\bat\s+|@\s*)?\b(\d{1,2})(?:[:.](\d{2})\s*(am|pm)?|\s*(am|pm))(?:\s|$|,)|\bat\s+(\d{1,2})(?:\s|$|,)`)
	quickNoon  = regexp.MustCompile(`(?i)\b(?:at\s+)?(noon|midday|midnight)\b`)
	quickFor   = regexp.MustCompile(`(?i)\bfor\s+(\d{1,3}|an|a|half an)\s*(minutes?|mins?|hours?|h|days?)\b`)
	quickDate  = regexp.MustCompile(`(?i)\b(?:on\s+)?(\d{4})-(\d{2})-(\d{2})\b`)
	quickMonth = regexp.MustCompile(`(?i)\b(?:on\s+)?(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+(\d{4}))?\b`)
	quickUS    = regexp.MustCompile(`(?i)\b(?:on\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?\b`)
	quickDay   = regexp.MustCompile(`(?i)\b(?:on\s+)?(next\s+|this\s+)?(today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun)\b`)
	quickIn    = regexp.MustCompile(`(?i)\bin\s+(\d{1,3}|an|a)\s+(minutes?|hours?|days?|weeks?)\b`)
	quickEvery = regexp.MustCompile(`(?i)\b(?:every\s+(day|weekday|week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(daily|weekly|monthly|yearly))\b`)
	quickPlace = regexp.MustCompile(`(?i)\b(?:at|in)\s+((?:the\s+)?[^,]+?)\s*(?:,|$)`)
	quickMons  = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	quickDays  = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
)

// QuickEvent reads an entry of one line. What was understood is taken out of the title.
func (s *Shelves) QuickEvent(text string, now time.Time) pim.Event {
	if len(text) > 1000 {
		text = strings.ToValidUTF8(text[:1000], "")
	}
	q := &quick{left: " " + text + " ", now: now}
	q.repeat()
	q.date()
	q.time()
	e := pim.Event{Rule: q.rule}
	if q.hasTime || q.inTime {
		if q.day.IsZero() {
			q.day = now
			if t := q.at(q.day, q.from); !q.inTime && t.Before(now) {
				q.day = now.AddDate(0, 0, 1)
			}
		}
		start := q.at(q.day, q.from)
		end := start.Add(time.Hour)
		switch {
		case q.hasEnd:
			if end = q.at(q.day, q.to); !end.After(start) {
				end = end.AddDate(0, 0, 1)
			}
		case q.length > 0:
			end = start.Add(q.length)
		}
		e.Start, e.End = pim.At(start), pim.At(end)
	} else {
		d := q.day
		if d.IsZero() && q.rule == nil && q.length == 0 { // it says nothing of when: it is a title
			return pim.Event{Summary: strings.TrimSpace(text)}
		}
		if d.IsZero() {
			d = now
		}
		e.Start = pim.Day(d.Year(), d.Month(), d.Day())
		days := max(1, int(q.length/(24*time.Hour)))
		e.End = pim.Day(d.Year(), d.Month(), d.Day()+days)
	}
	if m := quickPlace.FindStringSubmatchIndex(q.left); m != nil {
		if p := strings.TrimSpace(q.left[m[2]:m[3]]); p != "" && strings.TrimSpace(q.left[:m[0]]) != "" {
			e.Location = p
			q.left = q.left[:m[0]] + " " + q.left[m[1]:]
		}
	}
	e.Summary = q.title()
	return e
}

// QuickTask reads a task of one line.
func (s *Shelves) QuickTask(text string, now time.Time) pim.Task {
	if len(text) > 1000 {
		text = strings.ToValidUTF8(text[:1000], "")
	}
	q := &quick{left: " " + text + " ", now: now}
	q.repeat()
	q.date()
	q.time()
	t := pim.Task{Summary: q.title(), Rule: q.rule}
	if t.Summary == "" { // "Tomorrow" alone is what is to be done, not when
		return pim.Task{Summary: strings.TrimSpace(text)}
	}
	if q.day.IsZero() && (q.hasTime || q.inTime || q.rule != nil) {
		q.day = now
		if (q.hasTime || q.inTime) && q.at(q.day, q.from).Before(now) && !q.inTime {
			q.day = now.AddDate(0, 0, 1)
		}
	}
	switch {
	case q.hasTime || q.inTime:
		t.Due = pim.At(q.at(q.day, q.from))
	case !q.day.IsZero():
		t.Due = pim.Day(q.day.Year(), q.day.Month(), q.day.Day())
	}
	return t
}

// title is what is left of the text.
func (q *quick) title() string {
	return strings.Trim(strings.ReplaceAll(strings.Join(strings.Fields(q.left), " "), " ,", ","), " ,.-–")
}

type quick struct {
	left            string
	now             time.Time
	day             time.Time
	from, to        int // minutes of the day
	hasTime, hasEnd bool
	inTime          bool
	length          time.Duration
	rule            *pim.Rule
}

// cut takes the first match out and returns its groups.
func (q *quick) cut(re *regexp.Regexp) []string {
	m := re.FindStringSubmatchIndex(q.left)
	if m == nil {
		return nil
	}
	out := make([]string, len(m)/2)
	for i := range out {
		if m[2*i] >= 0 {
			out[i] = strings.ToLower(q.left[m[2*i]:m[2*i+1]])
		}
	}
	q.left = q.left[:m[0]] + " " + q.left[m[1]:]
	return out
}

func (q *quick) at(day time.Time, minutes int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), minutes/60, minutes%60, 0, 0, q.now.Location())
}

func (q *quick) repeat() {
	g := q.cut(quickEvery)
	if g == nil {
		return
	}
	switch w := g[1] + g[2]; w {
	case "day", "daily":
		q.rule = &pim.Rule{Freq: "DAILY"}
	case "weekday":
		q.rule = &pim.Rule{Freq: "WEEKLY", ByDay: []pim.WeekdayNum{{Day: 1}, {Day: 2}, {Day: 3}, {Day: 4}, {Day: 5}}}
	case "week", "weekly":
		q.rule = &pim.Rule{Freq: "WEEKLY"}
	case "month", "monthly":
		q.rule = &pim.Rule{Freq: "MONTHLY"}
	case "year", "yearly":
		q.rule = &pim.Rule{Freq: "YEARLY"}
	default:
		q.rule = &pim.Rule{Freq: "WEEKLY"}
		q.left += w + " "
	}
}

func (q *quick) date() {
	if g := q.cut(quickDate); g != nil {
		if t, err := time.ParseInLocation("2006-01-02", g[1]+"-"+g[2]+"-"+g[3], q.now.Location()); err == nil {
			q.day = t
		}
		return
	}
	var day, month, year string
	if g := q.cut(quickMonth); g != nil {
		day, month, year = g[1], g[2], g[3]
	} else if g := q.cut(quickUS); g != nil {
		day, month, year = g[2], g[1], g[3]
	}
	if month != "" {
		d, _ := strconv.Atoi(day)
		m := time.Month(slices.Index(quickMons, month) + 1)
		y := q.now.Year()
		if year != "" {
			y, _ = strconv.Atoi(year)
		} else if time.Date(y, m, d, 23, 59, 0, 0, q.now.Location()).Before(q.now) {
			y++
		}
		if t := time.Date(y, m, d, 0, 0, 0, 0, q.now.Location()); t.Day() == d {
			q.day = t
		}
		return
	}
	if g := q.cut(quickIn); g != nil {
		n, err := strconv.Atoi(g[1])
		if err != nil {
			n = 1
		}
		switch g[2][0] {
		case 'd':
			q.day = q.now.AddDate(0, 0, n)
		case 'w':
			q.day = q.now.AddDate(0, 0, 7*n)
		default:
			d := time.Duration(n) * time.Minute
			if g[2][0] == 'h' {
				d *= 60
			}
			t := q.now.Add(d).Truncate(time.Minute)
			q.day, q.from, q.inTime = t, t.Hour()*60+t.Minute(), true
		}
		return
	}
	if g := q.cut(quickDay); g != nil {
		switch g[2] {
		case "today":
			q.day = q.now
		case "tonight":
			q.day, q.from, q.hasTime = q.now, 20*60, true
		case "tomorrow":
			q.day = q.now.AddDate(0, 0, 1)
		default:
			w := slices.Index(quickDays, g[2][:3])
			n := (w - int(q.now.Weekday()) + 7) % 7
			if n == 0 || strings.HasPrefix(g[1], "next") && n < 7-int(q.now.Weekday()) {
				n += 7
			}
			q.day = q.now.AddDate(0, 0, n)
		}
	}
}

func (q *quick) time() {
	minutes := func(h, m, half string) (int, bool) {
		hh, err := strconv.Atoi(h)
		if err != nil || hh > 24 {
			return 0, false
		}
		mm, _ := strconv.Atoi(m)
		if mm > 59 {
			return 0, false
		}
		if half == "pm" && hh < 12 {
			hh += 12
		} else if half == "am" && hh == 12 {
			hh = 0
		}
		return hh*60 + mm, hh <= 24
	}
	if m := quickSpan.FindStringSubmatch(q.left); m != nil {
		h1, h2 := strings.ToLower(m[3]), strings.ToLower(m[6])
		if h1 == "" && h2 == "pm" {
			a, _ := strconv.Atoi(m[1])
			b, _ := strconv.Atoi(m[4])
			if a <= b || b == 12 {
				h1 = "pm"
			}
		}
		a, ok1 := minutes(m[1], m[2], h1)
		b, ok2 := minutes(m[4], m[5], h2)
		if ok1 && ok2 && (m[2] != "" || m[3] != "" || m[5] != "" || m[6] != "" || a/60 >= 6) {
			q.cut(quickSpan)
			q.from, q.to, q.hasTime, q.hasEnd = a, b, true, true
		}
	}
	if !q.hasEnd {
		if g := q.cut(quickTime); g != nil {
			h, half := g[1]+g[5], g[3]+g[4]
			if v, ok := minutes(h, g[2], half); ok {
				if g[5] != "" && v <= 7*60 { // "at 3" is in the afternoon
					v += 12 * 60
				}
				q.from, q.hasTime = v, true
			}
		} else if g := q.cut(quickNoon); g != nil {
			q.from, q.hasTime = 12*60, true
			if g[1] == "midnight" {
				q.from = 0
			}
		}
	}
	if g := q.cut(quickFor); g != nil {
		n, err := strconv.Atoi(g[1])
		if err != nil {
			n = 1
		}
		switch {
		case g[1] == "half an":
			q.length = 30 * time.Minute
		case strings.HasPrefix(g[2], "m"):
			q.length = time.Duration(n) * time.Minute
		case strings.HasPrefix(g[2], "h"):
			q.length = time.Duration(n) * time.Hour
		default:
			q.length = time.Duration(n) * 24 * time.Hour
		}
	}
}
