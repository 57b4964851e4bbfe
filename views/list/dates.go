package list

import (
	"strconv"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// When is a date as the rows show it: 10:12 today, Mon within the last week, 4 Mar this year, 4 Mar 2024 before.
func When(t, now time.Time) string {
	t = t.In(now.Location())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case !t.Before(today) && t.Before(today.AddDate(0, 0, 1)):
		return t.Format("15:04")
	case !t.Before(today.AddDate(0, 0, -1)) && t.Before(today):
		return t.Format("15:04")
	case !t.Before(today.AddDate(0, 0, -6)) && t.Before(today):
		return t.Format("Mon")
	case t.Year() == now.Year():
		return t.Format("2 Jan")
	}
	return t.Format("2 Jan 2006")
}

func dayTitle(day, now time.Time) string {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case day.Equal(today):
		return "Today"
	case day.Equal(today.AddDate(0, 0, -1)):
		return "Yesterday"
	case day.Year() == now.Year():
		return day.Format("Monday 2 January")
	}
	return day.Format("Monday 2 January 2006")
}

// groups divides ids, in either order, into days of now's zone.
func groups(ids []mail.MessageID, now time.Time) []kit.Group {
	var out []kit.Group
	var from, to int64 // the current day in seconds
	for i, id := range ids {
		s := int64(id) >> 20
		if len(out) > 0 && s >= from && s < to {
			continue
		}
		t := time.Unix(s, 0).In(now.Location())
		day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, now.Location())
		from, to = day.Unix(), day.AddDate(0, 0, 1).Unix()
		out = append(out, kit.Group{First: i, Title: dayTitle(day, now)})
	}
	for g := range out {
		end := len(ids)
		if g+1 < len(out) {
			end = out[g+1].First
		}
		out[g].Count = strconv.Itoa(end - out[g].First)
	}
	return out
}
