package app

import (
	"context"
	"time"
)

// How often what nothing refers to any more is collected, and how long after the start at the earliest.
const (
	tidyEvery = 24 * time.Hour
	tidyAfter = 10 * time.Minute
)

// tidy compacts the store once a day.
func (a *App) tidy(ctx context.Context) {
	wait := tidyAfter
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		var last time.Time
		if _, err := a.store.Setting(ctx, "compacted", &last); err == nil && time.Since(last) >= tidyEvery {
			if err := a.store.Compact(ctx); err != nil {
				a.log.Warn("the store could not be compacted", "err", err)
			} else if err := a.store.PutSetting(ctx, "compacted", time.Now()); err != nil {
				a.log.Warn("the store could not be compacted", "err", err)
			}
		}
		wait = time.Hour
	}
}
