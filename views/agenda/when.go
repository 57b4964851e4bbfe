package agenda

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
)

// spanText says when an entry is, in words.
func spanText(start, end time.Time, allDay bool) string {
	if allDay {
		last := plan.AddDays(end, -1)
		if !last.After(start) {
			return start.Format("Monday 2 January 2006")
		}
		return start.Format("Mon 2 January") + " to " + last.Format("Mon 2 January 2006")
	}
	if plan.Day(start).Equal(plan.Day(end)) {
		return start.Format("Monday 2 January 2006, 15:04") + " to " + end.Format("15:04")
	}
	return start.Format("Mon 2 January, 15:04") + " to " + end.Format("Mon 2 January 2006, 15:04")
}

// The ways of repeating that the editor offers; anything else is shown in words and kept.
var repeats = []string{"Does not repeat", "Every day", "Every weekday", "Every week", "Every two weeks", "Every month", "Every year"}

var workdays = []pim.WeekdayNum{{Day: time.Monday}, {Day: time.Tuesday}, {Day: time.Wednesday}, {Day: time.Thursday}, {Day: time.Friday}}

// ruleOf makes the rule of a choice; nil for none.
func ruleOf(i int) *pim.Rule {
	switch i {
	case 1:
		return &pim.Rule{Freq: "DAILY"}
	case 2:
		return &pim.Rule{Freq: "WEEKLY", ByDay: workdays}
	case 3:
		return &pim.Rule{Freq: "WEEKLY"}
	case 4:
		return &pim.Rule{Freq: "WEEKLY", Interval: 2}
	case 5:
		return &pim.Rule{Freq: "MONTHLY"}
	case 6:
		return &pim.Rule{Freq: "YEARLY"}
	}
	return nil
}

// repeatOf is the choice that a rule is, -1 when it is another one.
func repeatOf(r *pim.Rule, start time.Time) int {
	if r == nil {
		return 0
	}
	if r.Count != 0 || !r.Until.IsZero() || len(r.BySetPos)+len(r.ByYearDay)+len(r.ByWeekNo)+len(r.ByHour)+len(r.ByMinute)+len(r.BySecond)+len(r.Extra) > 0 {
		return -1
	}
	n := max(1, r.Interval)
	plainDay := len(r.ByDay) == 0 || len(r.ByDay) == 1 && r.ByDay[0].N == 0 && r.ByDay[0].Day == start.Weekday()
	plainMonthDay := len(r.ByMonthDay) == 0 || len(r.ByMonthDay) == 1 && r.ByMonthDay[0] == start.Day()
	plainMonth := len(r.ByMonth) == 0 || len(r.ByMonth) == 1 && r.ByMonth[0] == int(start.Month())
	switch {
	case r.Freq == "DAILY" && n == 1 && len(r.ByDay)+len(r.ByMonth)+len(r.ByMonthDay) == 0:
		return 1
	case r.Freq == "WEEKLY" && n == 1 && len(r.ByDay) == 5 && len(r.ByMonth) == 0:
		for _, d := range r.ByDay {
			if d.Day == time.Saturday || d.Day == time.Sunday || d.N != 0 {
				return -1
			}
		}
		return 2
	case r.Freq == "WEEKLY" && n <= 2 && plainDay && len(r.ByMonth) == 0:
		return 2 + n
	case r.Freq == "MONTHLY" && n == 1 && len(r.ByDay) == 0 && plainMonthDay && len(r.ByMonth) == 0:
		return 5
	case r.Freq == "YEARLY" && n == 1 && len(r.ByDay) == 0 && plainMonthDay && plainMonth:
		return 6
	}
	return -1
}

// ruleText says how an event repeats.
func ruleText(r *pim.Rule, start time.Time) string {
	if r == nil {
		return ""
	}
	var s string
	if i := repeatOf(&pim.Rule{Freq: r.Freq, Interval: r.Interval, ByDay: r.ByDay, ByMonth: r.ByMonth, ByMonthDay: r.ByMonthDay, BySetPos: r.BySetPos}, start); i > 0 {
		s = repeats[i]
	} else {
		unit := map[string]string{"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour", "MINUTELY": "minute", "SECONDLY": "second"}[r.Freq]
		if r.Interval > 1 {
			s = fmt.Sprintf("Every %d %ss", r.Interval, unit)
		} else {
			s = "Every " + unit
		}
		var days []string
		for _, d := range r.ByDay {
			name := d.Day.String()
			switch {
			case d.N == -1:
				name = "last " + name
			case d.N > 0 && d.N < 6:
				name = []string{"", "first", "second", "third", "fourth", "fifth"}[d.N] + " " + name
			case d.N != 0:
				name = strconv.Itoa(d.N) + ". " + name
			}
			days = append(days, name)
		}
		if len(days) > 0 {
			s += " on " + strings.Join(days, ", ")
		}
		var nums []string
		for _, d := range r.ByMonthDay {
			if d < 0 {
				nums = append(nums, "last day")
			} else {
				nums = append(nums, "day "+strconv.Itoa(d))
			}
		}
		if len(nums) > 0 {
			s += " on " + strings.Join(nums, ", ")
		}
	}
	switch {
	case r.Count > 0:
		s += fmt.Sprintf(", %d times", r.Count)
	case !r.Until.IsZero():
		s += " until " + r.Until.In(start.Location()).Format("2 January 2006")
	}
	return s
}

// The reminders that the editor offers.
var alarmTexts = []string{"No reminder", "When it begins", "5 minutes before", "15 minutes before", "30 minutes before", "1 hour before", "1 day before"}

var alarmTimes = []time.Duration{-1, 0, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 24 * time.Hour}

func alarmOf(as []pim.Alarm) int {
	as = pim.Set(as)
	if len(as) == 0 {
		return 0
	}
	if len(as) == 1 && as[0].At.IsZero() && !as[0].FromEnd {
		for i, d := range alarmTimes {
			if i > 0 && as[0].Before == d {
				return i
			}
		}
	}
	return -1
}
