package app

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// ArchiveRule archives an account's mail again and again, while the program runs: what has grown old goes into the same file.
type ArchiveRule struct {
	Account mail.AccountID `json:"account"`
	Plan    ArchivePlan    `json:"plan"`  // After and Before are set at each run
	Age     int            `json:"age"`   // messages older than so many days
	Every   int            `json:"every"` // days between two runs
	// Last is when it was looked at last, Run what it did then ("" = there was nothing), Problem why it could not be done.
	Last    time.Time `json:"last,omitzero"`
	Run     string    `json:"run,omitempty"`
	Problem string    `json:"problem,omitempty"`
}

// How often it is looked whether an archive is due, and how long after the start at the earliest; and after how long one that could not be done is tried again.
const (
	archiveEvery = 30 * time.Minute
	archiveAfter = time.Minute
	archiveAgain = 6 * time.Hour
)

const archiveRules = "archive-rules"

// ArchiveRules returns the rules, at most one an account.
func (a *App) ArchiveRules(ctx context.Context) ([]ArchiveRule, error) {
	var rs []ArchiveRule
	_, err := a.store.Setting(ctx, archiveRules, &rs)
	return rs, err
}

// SetArchiveRule puts the rule of an account in place of the one that it has; a rule without mailboxes removes it.
func (a *App) SetArchiveRule(ctx context.Context, r ArchiveRule) error {
	if len(r.Plan.Mailboxes) > 0 && (r.Account == "" || r.Plan.File == "" || r.Age < 1 || r.Every < 1) {
		return fault.New(fault.Usage, "rule", "The rule is not complete", "Say which mailboxes, how old, how often and into which file.")
	}
	if r.Plan.File != "" {
		p, err := filepath.Abs(r.Plan.File)
		if err != nil {
			return localFault(err, "The archive file cannot be found")
		}
		r.Plan.File = p
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	rs, err := a.ArchiveRules(ctx)
	if err != nil {
		return err
	}
	rs = slices.DeleteFunc(rs, func(x ArchiveRule) bool { return x.Account == r.Account })
	if len(r.Plan.Mailboxes) > 0 {
		rs = append(rs, r)
	}
	return a.store.PutSetting(ctx, archiveRules, rs)
}

// keepArchives deletes what is due in Trash and archives what has grown old, until ctx is done.
func (a *App) keepArchives(ctx context.Context) {
	wait := archiveAfter
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := a.KeepArchives(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.log.Warn("archives could not be kept", "err", err)
		}
		wait = archiveEvery
	}
}

// KeepArchives does once what the program does by itself while it runs: it goes on with archives that were cut off, deletes what earlier ones moved to Trash and is due, and
// carries out the rules that are due at now.
func (a *App) KeepArchives(ctx context.Context, now time.Time) error {
	runs, err := a.Archives(ctx)
	if err != nil {
		return err
	}
	var first error
	for _, r := range runs { // the newest first
		if !r.Done && !r.Paused {
			if err := a.carryOn(ctx, r.Run); err != nil && first == nil && !fault.Is(err, fault.Busy) {
				first = err
			}
			continue
		}
		if r.Due.IsZero() || now.Before(r.Due) {
			continue
		}
		if err := a.purgeArchive(ctx, r.Run, now); err != nil && first == nil {
			first = err
		}
	}
	rules, err := a.ArchiveRules(ctx)
	if err != nil {
		return err
	}
	for _, r := range rules {
		next := r.Last.AddDate(0, 0, r.Every)
		if r.Problem != "" {
			next = r.Last.Add(archiveAgain)
		}
		if now.Before(next) {
			continue
		}
		err := a.archiveByRule(ctx, &r, now)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if fault.Is(err, fault.Busy) {
			continue // a person archives; the next time
		}
		if err != nil && first == nil {
			first = err
		}
		r.Last = now
		if err := a.SetArchiveRule(ctx, r); err != nil {
			return err
		}
	}
	return first
}

// carryOn goes on with a run that the end of the program, or of the computer, cut off.
func (a *App) carryOn(ctx context.Context, run string) error {
	end, err := a.archiving()
	if err != nil {
		return err
	}
	defer end()
	_, err = a.resume(ctx, run, false, nil)
	return err
}

func (a *App) archiveByRule(ctx context.Context, r *ArchiveRule, now time.Time) error {
	p := r.Plan
	p.After, p.Before = time.Time{}, now.AddDate(0, 0, -r.Age)
	boxes, err := a.store.Mailboxes(ctx, r.Account)
	if err != nil {
		return err
	}
	p.Mailboxes = slices.DeleteFunc(slices.Clone(p.Mailboxes), func(id mail.MailboxID) bool {
		return !slices.ContainsFunc(boxes, func(b mail.Mailbox) bool { return b.ID == id })
	})
	r.Run, r.Problem = "", ""
	n := 0
	est, err := a.EstimateArchive(ctx, p)
	if err == nil {
		for _, e := range est {
			n += e.Messages
		}
		if n == 0 {
			return nil
		}
		if err = os.MkdirAll(filepath.Dir(p.File), 0o755); err != nil {
			err = localFault(err, "The archive's folder cannot be made")
		}
	}
	if err == nil {
		var s ArchiveState
		s, err = a.Archive(ctx, p, nil)
		r.Run = s.Run
	}
	if err != nil && !fault.Is(err, fault.Busy) {
		r.Problem = fault.Of(err).Title
	}
	return err
}
