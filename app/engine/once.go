package engine

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Report is what a whole run of one account did.
type Report struct {
	Account   mail.AccountID
	Mailboxes int
	Added     int
	Changed   int
	Removed   int
	Bytes     int64 // of bodies
	Seconds   float64
}

// Progress is told while SyncOnce works.
type Progress struct {
	Doing string
	Added int
	Done  int // bodies
	Bytes int64
}

func (s *session) tell(doing string) {
	if s.progress != nil {
		s.progress(Progress{Doing: doing, Added: s.report.Added, Done: s.done, Bytes: s.report.Bytes})
	}
	done := s.done
	s.a.status(func(st *AccountStatus) { st.State, st.Doing, st.Done, st.Total = StateFetching, doing, done, s.total })
}

// SyncOnce does everything there is to do for an account and returns: what is due is sent, changes pushed, mailboxes pulled, bodies brought, the
// index brought up to date. It waits while the supervisor holds the connection.
func (e *Engine) SyncOnce(ctx context.Context, id mail.AccountID, progress func(Progress)) (Report, error) {
	began := time.Now()
	a, err := e.account(ctx, id)
	if err != nil {
		return Report{Account: id}, err
	}
	if err := e.recover(ctx); err != nil {
		return Report{Account: id}, err
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
	if err == nil {
		for {
			var left int
			if left, err = e.s.Index(ctx, indexSlice); err != nil || left == 0 {
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
