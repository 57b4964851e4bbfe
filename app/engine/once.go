package engine

import (
	"context"
	"errors"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Report is what a whole run of one account did.
type Report struct {
	Account   mail.AccountID
	Mailboxes int // that were looked at
	Added     int // messages, as the two that follow
	Changed   int
	Removed   int
	Bytes     int64   // of bodies
	Seconds   float64 // until everything was indexed too
	First     float64 // seconds from signing in until the first messages were committed, 0 when none were new
	Listed    float64 // seconds from signing in until all mailboxes were listed
	Stored    float64 // seconds until every body was durably stored
}

// Progress is told while SyncOnce works.
type Progress struct {
	Doing string
	Added int   // messages that were listed
	Done  int   // bodies
	Bytes int64 // of bodies
}

func (s *session) tell(doing string) {
	if s.progress != nil {
		s.progress(Progress{Doing: doing, Added: s.report.Added, Done: s.done, Bytes: s.report.Bytes})
	}
	done, total := s.done, 0
	if s.report.Added >= done { // else bodies of an earlier run are brought: how many is not known
		total = s.report.Added
	}
	s.a.status(func(st *AccountStatus) { st.State, st.Doing, st.Done, st.Total = StateFetching, doing, done, total })
}

// SyncOnce does everything there is to do for an account and returns: what is due is sent, changes pushed, mailboxes pulled, bodies brought, the
// index brought up to date. Where a supervisor runs it is asked to look at everything, and waited for.
func (e *Engine) SyncOnce(ctx context.Context, id mail.AccountID, progress func(Progress)) (Report, error) {
	began := time.Now()
	a, err := e.account(ctx, id)
	if err != nil {
		return Report{Account: id}, err
	}
	if err := e.recover(ctx); err != nil {
		return Report{Account: id}, err
	}
	e.mu.Lock()
	running := a.cancel != nil
	e.mu.Unlock()
	if running {
		return Report{Account: id, Seconds: time.Since(began).Seconds()}, e.await(ctx, a, progress)
	}
	a.sendDue(ctx)
	rep := Report{Account: id}
	err = a.alone(ctx, func(s *session) error {
		s.progress = progress
		defer func() { rep = *s.report }()
		for {
			did, err := s.step()
			if err != nil {
				return err
			}
			if !did {
				a.status(func(st *AccountStatus) {
					st.State, st.Doing, st.Done, st.Total, st.Checked = StateIdle, "", 0, 0, e.o.Now()
				})
				return nil
			}
		}
	})
	if errors.Is(err, errSupervised) { // it was started a moment ago
		return Report{Account: id, Seconds: time.Since(began).Seconds()}, e.await(ctx, a, progress)
	}
	rep.Stored = time.Since(began).Seconds()
	if err == nil {
		for {
			var left int
			if left, err = e.s.Index(ctx, 10*indexSlice); err != nil || left == 0 {
				break
			}
			if progress != nil {
				progress(Progress{Doing: "Indexing", Added: rep.Added, Bytes: rep.Bytes})
			}
		}
	}
	rep.Seconds = time.Since(began).Seconds()
	return rep, err
}

// await asks a running supervisor for everything and waits until it is at rest, or until it has failed.
func (e *Engine) await(ctx context.Context, a *account, progress func(Progress)) error {
	began := e.o.Now()
	e.Sync(a.id)
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		for _, s := range e.Status() {
			if s.Account != a.id {
				continue
			}
			if s.State == StateIdle && s.Checked.After(began) {
				return nil
			}
			if s.Err != nil && (s.State == StateOffline || s.State == StateError || s.State == StateSignIn) && (s.Retry.IsZero() || s.Retry.After(began)) {
				return s.Err
			}
			if progress != nil {
				progress(Progress{Doing: s.Doing, Done: s.Done})
			}
		}
	}
}
