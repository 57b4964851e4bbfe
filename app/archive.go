package app

import (
	"context"
	"path/filepath"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/app/store"
)

// ArchivePlan says what goes into an archive.
type ArchivePlan struct {
	Mailboxes []mail.MailboxID `json:"mailboxes"`
	After     time.Time        `json:"after,omitzero"`     // only messages of this time and later; zero = all
	Before    time.Time        `json:"before"`             // only messages older than this; zero = all
	MinSize   int64            `json:"min_size,omitempty"` // only messages of so many bytes and more
	Starred   bool             `json:"starred,omitempty"`  // take starred ones too
	Unread    bool             `json:"unread,omitempty"`   // take unread ones too
	drafts    bool             // and drafts, which stay where they are in an archive
	File      string           `json:"file"`           // path of the data file, made where it is missing
	Name      string           `json:"name,omitempty"` // of the file, for people
	// Keep: the originals stay where they are; else they are moved to Trash once the copy was read back and is the same.
	Keep bool `json:"keep,omitempty"`
	// Grace: days after the end of the run after which originals that are still in Trash are deleted there for good, each after its copy was read back and compared once
	// more. 0 = never: emptying Trash is the person's.
	Grace int `json:"grace,omitempty"`
	// MaxFile is the size at which another file is begun ("Name (2).pst"), in bytes; 0 = 40 GB, below what Outlook opens.
	MaxFile int64 `json:"max_file,omitempty"`
}

// maxArchive is the MaxFile of plans that do not say.
const maxArchive = 40 << 30

// ArchiveBox is the estimate of one mailbox.
type ArchiveBox struct {
	Mailbox  mail.MailboxID
	Messages int
	Bytes    int64 // as the server tells their sizes
	// Missing are those whose text is not on this computer yet: they are fetched first.
	Missing int
}

// ArchiveState is how far a run has come.
type ArchiveState struct {
	Run      string    `json:"run"` // names the run's ledger
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Due      time.Time `json:"due,omitzero"` // when what is in Trash is deleted; zero = it is not
	File     string    `json:"file"`         // of the plan; the first of Files
	Files    []string  `json:"files"`        // all of them, where one was not enough
	Total    int       `json:"total"`        // messages
	Copied   int       `json:"copied"`       // of Total
	Verified int       `json:"verified"`     // read back from the file, and the same
	Moved    int       `json:"moved"`        // to Trash
	Back     int       `json:"back"`         // moved back by undoing the run
	Deleted  int       `json:"deleted"`      // from Trash, when the days of grace were over
	Bytes    int64     `json:"bytes"`        // of the messages that were copied
	Differs  []string  `json:"differs"`      // subjects of messages whose copy was not the same: nothing happened to them
	Missing  []string  `json:"missing"`      // subjects of messages that could not be fetched
	Done     bool      `json:"done"`
	Keep     bool      `json:"keep"` // the originals stay where they are
	// Paused: a person stopped it. One that was cut off otherwise goes on by itself.
	Paused bool `json:"paused"`
}

// candidates streams what a plan takes of a mailbox, the oldest first.
func (a *App) candidates(ctx context.Context, p ArchivePlan, box mail.MailboxID, each func(mail.Summary) error) error {
	after := mail.MessageID(0)
	for {
		s, err := a.store.List(ctx, store.View{Mailbox: box, Oldest: true}, after, 500)
		if err != nil {
			return err
		}
		for _, m := range s.Rows {
			after = m.ID
			if !p.Before.IsZero() && !m.Date.Before(p.Before) || !p.After.IsZero() && m.Date.Before(p.After) || m.Size < p.MinSize || !p.Starred && m.Flags.Has(mail.Flagged) || !p.Unread && !m.Flags.Has(mail.Seen) || !p.drafts && m.Flags.Has(mail.DraftFlag) {
				continue
			}
			if err := each(m); err != nil {
				return err
			}
		}
		if !s.More || len(s.Rows) == 0 {
			return nil
		}
	}
}

// EstimateArchive says what a plan would take.
func (a *App) EstimateArchive(ctx context.Context, p ArchivePlan) ([]ArchiveBox, error) {
	var out []ArchiveBox
	for _, id := range p.Mailboxes {
		b := ArchiveBox{Mailbox: id}
		if err := a.candidates(ctx, p, id, func(m mail.Summary) error {
			b.Messages++
			b.Bytes += m.Size
			if !m.HasBody {
				b.Missing++
			}
			return nil
		}); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// paths returns the folders of mailboxes in the file: the account's name, then the path of the mailbox.
func (a *App) paths(ctx context.Context) (map[mail.MailboxID][]string, error) {
	boxes, err := a.store.Mailboxes(ctx, "")
	if err != nil {
		return nil, err
	}
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	names := map[mail.AccountID]string{}
	for _, x := range as {
		names[x.ID] = x.Name
		if x.Name == "" {
			names[x.ID] = x.Address
		}
	}
	by := map[mail.MailboxID]mail.Mailbox{}
	for _, b := range boxes {
		by[b.ID] = b
	}
	out := map[mail.MailboxID][]string{}
	for _, b := range boxes {
		var path []string
		for x, ok := b, true; ok && len(path) < 64; x, ok = by[x.Parent] {
			name := x.Name
			if x.Role == mail.RoleInbox && name == "INBOX" {
				name = "Inbox"
			}
			path = append([]string{name}, path...)
			if x.Parent == 0 {
				break
			}
		}
		out[b.ID] = append([]string{names[b.Account]}, path...)
	}
	return out, nil
}

// Archive carries a plan out. progress is called from this goroutine after each
// batch. It waits for the network only to fetch messages that are not here.
func (a *App) Archive(ctx context.Context, p ArchivePlan, progress func(ArchiveState)) (ArchiveState, error) {
	if p.File == "" || len(p.Mailboxes) == 0 {
		return ArchiveState{}, fault.New(fault.Usage, "archive", "Nothing is chosen to be archived", "Choose mailboxes and a file.")
	}
	var err error
	if p.File, err = filepath.Abs(p.File); err != nil {
		return ArchiveState{}, localFault(err, "The archive file cannot be found")
	}
	end, err := a.archiving()
	if err != nil {
		return ArchiveState{}, err
	}
	defer end()
	// What was cut off in this file is finished first, so that nothing is in it twice.
	runs, err := a.Archives(ctx)
	if err != nil {
		return ArchiveState{}, err
	}
	for _, r := range runs {
		if !r.Done && r.File == p.File {
			if s, err := a.resume(ctx, r.Run, true, progress); err != nil {
				return s, err
			}
		}
	}
	l, err := a.newLedger(p, time.Now())
	if err != nil {
		return ArchiveState{}, err
	}
	defer l.f.Close()
	paths, err := a.paths(ctx)
	if err != nil {
		return ArchiveState{}, err
	}
	for _, box := range p.Mailboxes {
		var rows []any
		if err := a.candidates(ctx, p, box, func(m mail.Summary) error {
			rows = append(rows, ledgerRow{ID: m.ID, State: "want", Box: box, Folder: paths[box], Size: m.Size, Subject: m.Subject})
			return nil
		}); err != nil {
			return l.state(), err
		}
		if len(rows) > 0 {
			if err := l.write(rows...); err != nil {
				return l.state(), err
			}
			a.crash("wanted")
		}
	}
	s, err := a.archive(ctx, l, false, progress)
	return a.paused(ctx, l, s, err)
}

// paused notes that a person stopped a run.
func (a *App) paused(ctx context.Context, l *ledger, s ArchiveState, err error) (ArchiveState, error) {
	if err != nil && ctx.Err() != nil && !l.done {
		l.paused = true
		if e := l.write(ledgerHead{Paused: true}); e != nil {
			return s, e
		}
		s.Paused = true
	}
	return s, err
}

// ResumeArchive goes on with a run that was cut off.
func (a *App) ResumeArchive(ctx context.Context, run string, progress func(ArchiveState)) (ArchiveState, error) {
	end, err := a.archiving()
	if err != nil {
		return ArchiveState{}, err
	}
	defer end()
	return a.resume(ctx, run, true, progress)
}

// archiving makes sure that one run at a time writes.
func (a *App) archiving() (end func(), err error) {
	if !a.archives.TryLock() {
		return nil, fault.New(fault.Busy, "archiving", "Another archive is being written", "Wait until it is done.")
	}
	return a.archives.Unlock, nil
}

func (a *App) resume(ctx context.Context, run string, person bool, progress func(ArchiveState)) (ArchiveState, error) {
	l, err := a.openLedger(run)
	if err != nil {
		return ArchiveState{}, err
	}
	defer l.f.Close()
	if l.paused {
		l.paused = false
		if err := l.write(ledgerHead{Resumed: true}); err != nil {
			return l.state(), err
		}
	}
	s, err := a.archive(ctx, l, true, progress)
	if person {
		return a.paused(ctx, l, s, err)
	}
	return s, err
}

// archiveBatch is how many messages, and archiveBytes how much, is copied before the file is committed and read back.
const (
	archiveBatch = 64
	archiveBytes = 32 << 20
)

func (a *App) archive(ctx context.Context, l *ledger, again bool, progress func(ArchiveState)) (ArchiveState, error) {
	if progress == nil {
		progress = func(ArchiveState) {}
	}
	release, err := a.borrow(ctx, l.plan)
	if err != nil {
		return l.state(), err
	}
	defer release()
	file := &archiveFiles{plan: l.plan, open: map[int]*job.Archive{}}
	defer file.close()
	for _, id := range l.ids {
		file.last = max(file.last, l.rows[id].Part)
	}
	if _, err := file.part(file.last); err != nil {
		return l.state(), err
	}
	if again {
		if err := a.adopt(ctx, l, file); err != nil {
			return l.state(), err
		}
	}
	for i := 0; i < len(l.ids); {
		if err := ctx.Err(); err != nil {
			return l.state(), err
		}
		var batch []mail.MessageID
		size := int64(0)
		for ; i < len(l.ids) && len(batch) < archiveBatch && size < archiveBytes; i++ {
			if s := l.rows[l.ids[i]].State; s == "want" || s == "copied" || s == "verified" {
				batch = append(batch, l.ids[i])
				size += l.rows[l.ids[i]].Size
			}
		}
		if len(batch) == 0 {
			continue
		}
		if err := a.archiveStep(ctx, l, file, batch); err != nil {
			return l.state(), err
		}
		progress(l.state())
	}
	l.done, l.ended = true, time.Now()
	if err := l.write(ledgerHead{Done: true, Ended: l.ended}); err != nil {
		return l.state(), err
	}
	a.crash("done")
	return l.state(), nil
}

func (a *App) crash(point string) {
	if a.o.Crash != nil {
		a.o.Crash(point)
	}
}

// archiveStep copies, proves and moves one batch.
func (a *App) archiveStep(ctx context.Context, l *ledger, files *archiveFiles, batch []mail.MessageID) error {
	file, part, err := files.current()
	if err != nil {
		return err
	}
	var lines []any
	digests := map[mail.MessageID]string{}
	var here []mail.MessageID
	for _, id := range batch {
		r := l.rows[id]
		row, err := a.store.Row(ctx, id)
		if err == nil && row.Digest == "" {
			ferr := a.engine.FetchNow(ctx, id)
			row, err = a.store.Row(ctx, id)
			if err == nil && row.Digest == "" && (fault.Is(ferr, fault.Network) || fault.Is(ferr, fault.Auth) || fault.Is(ferr, fault.TLS) || fault.Is(ferr, fault.Busy)) {
				return ferr // it is the server that cannot be had, not the message: the run goes on later
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || row.Digest == "" || row.Removed {
			lines = append(lines, ledgerRow{ID: id, State: "missing"})
			continue
		}
		digests[id] = row.Digest
		here = append(here, id)
		if r.State != "want" {
			continue
		}
		raw, err := a.store.Raw(ctx, id)
		if err != nil {
			lines = append(lines, ledgerRow{ID: id, State: "missing"})
			digests[id] = ""
			continue
		}
		ref, err := file.Put(r.Folder, raw, row.Flags, row.Keywords, row.Received)
		if err != nil {
			return err
		}
		lines = append(lines, ledgerRow{ID: id, State: "copied", Ref: ref, Digest: row.Digest, Part: part})
		a.crash("put")
	}
	if err := file.Commit(); err != nil {
		return err
	}
	a.crash("committed")
	if len(lines) > 0 {
		if err := l.write(lines...); err != nil {
			return err
		}
	}
	a.crash("copied")
	lines = nil
	names := map[int][]string{}
	for _, id := range here {
		if r := l.rows[id]; r.State == "copied" || r.State == "verified" {
			names[r.Part] = append(names[r.Part], r.Ref)
		}
	}
	sums, err := files.sums(ctx, names)
	if err != nil {
		return err
	}
	a.crash("read back")
	var move []mail.MessageID
	for _, id := range here {
		r := l.rows[id]
		if r.State != "copied" && r.State != "verified" {
			continue
		}
		if sums[inPart{r.Part, r.Ref}] != digests[id] {
			lines = append(lines, ledgerRow{ID: id, State: "differs"})
			continue
		}
		if r.State == "copied" {
			lines = append(lines, ledgerRow{ID: id, State: "verified"})
		}
		move = append(move, id)
	}
	if len(lines) > 0 {
		if err := l.write(lines...); err != nil {
			return err
		}
	}
	a.crash("verified")
	if l.plan.Keep || len(move) == 0 {
		return nil
	}
	// Those that are in Trash already (a run that was cut off here) are not touched: deleting there would be for good.
	var still []mail.MessageID
	for _, id := range move {
		if row, err := a.store.Row(ctx, id); err == nil && row.Mailbox == l.rows[id].Box {
			still = append(still, id)
		}
	}
	if len(still) > 0 {
		if _, err := a.MoveToRole(ctx, still, mail.RoleTrash); err != nil {
			return err
		}
	}
	a.crash("moved")
	lines = lines[:0]
	for _, id := range move {
		lines = append(lines, ledgerRow{ID: id, State: "moved"})
	}
	return l.write(lines...)
}
