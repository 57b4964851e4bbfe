package agenda

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// What the editors of events and of tasks are made of.

func labelled(text string, o fyne.CanvasObject) fyne.CanvasObject {
	return kit.Col(4, kit.NewLabel(text, kit.Small12M, kit.Text2), o)
}

// halves puts two things beside each other in a wide dialog.
func halves(a, b fyne.CanvasObject) fyne.CanvasObject {
	return kit.Free(func() fyne.Size { return fyne.NewSize(kit.WideDialog-48, a.MinSize().Height) }, func(s fyne.Size) {
		kit.Place(a, 0, 0, (s.Width-12)/2, s.Height)
		kit.Place(b, (s.Width+12)/2, 0, (s.Width-12)/2, s.Height)
	}, a, b)
}

// dayAndClock puts a time beside its day, and leaves it out while whole is on (nil = never).
func dayAndClock(day, clock *kit.Field, whole *kit.Check) fyne.CanvasObject {
	return kit.Free(func() fyne.Size { return fyne.NewSize(200, 36) }, func(s fyne.Size) {
		if whole != nil && whole.On {
			kit.Place(day, 0, 0, s.Width, 36)
			return
		}
		kit.Place(day, 0, 0, s.Width-92, 36)
		kit.Place(clock, s.Width-84, 0, 84, 36)
	}, day, clock)
}

func setMoment(day, clock *kit.Field, t time.Time) {
	day.SetText(t.Format("2 Jan 2006"))
	clock.SetText(t.Format("15:04"))
}

// calendarChoice offers calendars, at the one that is named, or at the first.
func calendarChoice(cals []pim.Calendar, at pim.CollectionID) *kit.Choice {
	names := make([]string, len(cals))
	for i, c := range cals {
		names[i] = c.Name
	}
	c := kit.NewChoice(names, max(0, slices.IndexFunc(cals, func(c pim.Calendar) bool { return c.ID == at })), nil)
	c.Name = "Calendar"
	return c
}

// alarmChoice offers reminders, at a place among the texts; below 0 = at what is set, which is none of them.
func alarmChoice(texts []string, at int, set []pim.Alarm) *kit.Choice {
	if at < 0 {
		texts = append(slices.Clone(texts), kit.Plural(len(pim.Set(set)), "reminder", "reminders")+", as they are")
		at = len(texts) - 1
	}
	c := kit.NewChoice(texts, at, nil)
	c.Name = "Reminder"
	return c
}
