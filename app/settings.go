package app

import (
	"context"
	"time"

	"github.com/postrider/postrider/app/bus"
)

// Settings returns the person's choices.
func (a *App) Settings() Settings {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settings
}

// SetSettings stores the person's choices.
func (a *App) SetSettings(ctx context.Context, s Settings) error {
	if err := a.store.PutSetting(ctx, "settings", s); err != nil {
		return err
	}
	a.mu.Lock()
	a.settings = s
	a.mu.Unlock()
	a.bus.Publish(bus.Changed{Settings: true})
	return nil
}

// Status of all accounts.
func (a *App) Status() Status {
	s := Status{Waiting: int(a.waiting.Load()), Changes: int(a.changes.Load())}
	live, down := 0, 0
	for _, e := range a.engine.Status() {
		s.Accounts = append(s.Accounts, AccountStatus{Account: e.Account, State: AccountState(e.State), Doing: e.Doing, Done: e.Done, Total: e.Total,
			Checked: e.Checked, Retry: e.Retry, Err: e.Err, Push: e.Push})
		switch AccountState(e.State) {
		case StateOffline:
			down++
			live++
		case StateIdle, StateFetching, StateSignIn, StateError:
			live++
		}
	}
	s.Offline = live > 0 && down == live
	return s
}

// count keeps the numbers of what waits for a server, so that Status needs no query.
func (a *App) count(ctx context.Context) {
	sub := a.bus.Subscribe()
	defer sub.Close()
	for {
		a.countOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-sub.C:
			sub.Take()
		}
		select { // a burst of changes is counted once
		case <-ctx.Done():
			return
		case <-time.After(countEvery):
		}
	}
}

const countEvery = 100 * time.Millisecond

func (a *App) countOnce(ctx context.Context) {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return
	}
	changes := 0
	for _, x := range as {
		ops, err := a.store.Ops(ctx, x.ID)
		if err != nil {
			return
		}
		changes += len(ops)
	}
	out, err := a.store.Outbox(ctx)
	if err != nil {
		return
	}
	if a.waiting.Swap(int64(len(out))) != int64(len(out)) || a.changes.Swap(int64(changes)) != int64(changes) {
		a.bus.Publish(bus.Changed{Status: true})
	}
}
