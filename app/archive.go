package app

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/app/store"
)

// ArchivePlan says what goes into an archive.
type ArchivePlan struct {
	Mailboxes []mail.MailboxID `json:"mailboxes"`
	Before    time.Time        `json:"before"` // only messages older than this; zero = all
	MinSize   int64            `json:"min_size,omitempty"`
	Starred   bool             `json:"starred,omitempty"` // take starred ones too
	Unread    bool             `json:"unread,omitempty"`  // take unread ones too
	File      string           `json:"file"`
	Name      string           `json:"name,omitempty"` // of the file, for people
	// Keep: the originals stay where they are; else they are moved to Trash once the copy was read back and is the same.
	Keep bool `json:"keep,omitempty"`
}

// ArchiveBox is the estimate of one mailbox.
type ArchiveBox struct {
	Mailbox  mail.MailboxID
	Messages int
	Bytes    int64
	// Missing are those whose text is not on this computer yet: they are fetched first.
	Missing int
}

// ArchiveState is how far a run has come.
type ArchiveState struct {
	Run      string    `json:"run"` // names the run's ledger
	Started  time.Time `json:"started"`
	File     string    `json:"file"`
	Total    int       `json:"total"`
	Copied   int       `json:"copied"`
	Verified int       `json:"verified"`
	Moved    int       `json:"moved"`
	Back     int       `json:"back"` // moved back by undoing the run
	Bytes    int64     `json:"bytes"`
	Differs  []string  `json:"differs"` // subjects of messages whose copy was not the same: nothing happened to them
	Missing  []string  `json:"missing"` // subjects of messages that could not be fetched
	Done     bool      `json:"done"`
}

// An archive run never removes what it cannot prove. For each batch it notes what it is going to copy, copies, commits the file, reads the copies back from the disk,
// compares their digests with those of the stored messages, notes that, and only then moves the originals to Trash by the same durable operations as a
// person would. The notes are the run's ledger, a file of JSON lines that is flushed before each step: a run that was cut off is taken up where it was, without a second
// copy of anything, and a finished one can be looked at and undone.
type ledger struct {
	path string
	f    *os.File
	plan ArchivePlan
	at   time.Time
	rows map[mail.MessageID]*ledgerRow
	ids  []mail.MessageID // in the order of the ledger
	done bool
}

type ledgerRow struct {
	ID      mail.MessageID `json:"id"`
	State   string         `json:"state"` // want, copied, verified, moved, back, differs, missing
	Box     mail.MailboxID `json:"box,omitempty"`
	Folder  []string       `json:"folder,omitempty"`
	Digest  string         `json:"digest,omitempty"`
	Size    int64          `json:"size,omitempty"`
	Subject string         `json:"subject,omitempty"`
	Ref     string         `json:"ref,omitempty"`
}

type ledgerHead struct {
	Plan    *ArchivePlan `json:"plan,omitempty"`
	Started time.Time    `json:"started,omitzero"`
	Done    bool         `json:"done,omitempty"`
}

func (a *App) archiveDir() string { return filepath.Join(a.o.Dir, "archives") }

func localFault(err error, title string) error {
	return &fault.Error{Kind: fault.Local, Code: "archive", Op: "archive", Title: title, Detail: "Nothing was removed.", Err: err}
}

// newLedger begins a run.
func (a *App) newLedger(plan ArchivePlan, now time.Time) (*ledger, error) {
	if err := os.MkdirAll(a.archiveDir(), 0o700); err != nil {
		return nil, localFault(err, "The archive's ledger cannot be written")
	}
	var b [4]byte
	_, _ = rand.Read(b[:])
	l := &ledger{path: filepath.Join(a.archiveDir(), now.UTC().Format("20060102-150405-")+hex.EncodeToString(b[:])+".jsonl"), plan: plan, at: now, rows: map[mail.MessageID]*ledgerRow{}}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, localFault(err, "The archive's ledger cannot be written")
	}
	l.f = f
	return l, l.write(ledgerHead{Plan: &plan, Started: now})
}

// readLedger reads a run; a line that was cut off is left out.
func readLedger(path string) (*ledger, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	l := &ledger{path: path, rows: map[mail.MessageID]*ledgerRow{}}
	s := bufio.NewScanner(f)
	s.Buffer(make([]byte, 64<<10), 4<<20)
	for s.Scan() {
		var h ledgerHead
		if json.Unmarshal(s.Bytes(), &h) == nil && (h.Plan != nil || h.Done) {
			if h.Plan != nil {
				l.plan, l.at = *h.Plan, h.Started
			}
			l.done = l.done || h.Done
			continue
		}
		var r ledgerRow
		if json.Unmarshal(s.Bytes(), &r) != nil || r.ID == 0 {
			continue
		}
		l.put(r)
	}
	if l.plan.File == "" {
		return nil, errors.New("no plan")
	}
	return l, s.Err()
}

// put takes in a line: later ones add to earlier ones.
func (l *ledger) put(r ledgerRow) {
	old := l.rows[r.ID]
	if old == nil {
		l.rows[r.ID] = &r
		l.ids = append(l.ids, r.ID)
		return
	}
	old.State = r.State
	if r.Ref != "" {
		old.Ref, old.Digest = r.Ref, r.Digest
	}
}

// write appends lines and flushes them to the disk.
func (l *ledger) write(lines ...any) error {
	var b []byte
	for _, x := range lines {
		j, err := json.Marshal(x)
		if err != nil {
			return err
		}
		b = append(append(b, j...), '\n')
	}
	_, err := l.f.Write(b)
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		return localFault(err, "The archive's ledger cannot be written")
	}
	for _, x := range lines {
		if r, ok := x.(ledgerRow); ok {
			l.put(r)
		}
	}
	return nil
}

func (l *ledger) state() ArchiveState {
	s := ArchiveState{Run: strings.TrimSuffix(filepath.Base(l.path), ".jsonl"), Started: l.at, File: l.plan.File, Total: len(l.ids), Done: l.done, Differs: []string{}, Missing: []string{}}
	for _, id := range l.ids {
		r := l.rows[id]
		switch r.State {
		case "back":
			s.Back++
			fallthrough
		case "moved":
			s.Moved++
			fallthrough
		case "verified":
			s.Verified++
			s.Bytes += r.Size
			fallthrough
		case "copied":
			s.Copied++
		case "differs":
			s.Copied++
			s.Differs = append(s.Differs, r.Subject)
		case "missing":
			s.Missing = append(s.Missing, r.Subject)
		}
	}
	return s
}

// Archives returns the runs there were, the newest first.
func (a *App) Archives(context.Context) ([]ArchiveState, error) {
	list, err := os.ReadDir(a.archiveDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, localFault(err, "The archives' ledgers cannot be read")
	}
	out := []ArchiveState{}
	for _, e := range list {
		if l, err := readLedger(filepath.Join(a.archiveDir(), e.Name())); err == nil {
			out = append(out, l.state())
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Run > out[j].Run })
	return out, nil
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
			if !p.Before.IsZero() && !m.Date.Before(p.Before) || m.Size < p.MinSize || !p.Starred && m.Flags.Has(mail.Flagged) || !p.Unread && !m.Flags.Has(mail.Seen) || m.Flags.Has(mail.DraftFlag) {
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
			path = append([]string{x.Name}, path...)
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
	// What was cut off in this file is finished first, so that nothing is in it twice.
	runs, err := a.Archives(ctx)
	if err != nil {
		return ArchiveState{}, err
	}
	for _, r := range runs {
		if !r.Done && r.File == p.File {
			if s, err := a.ResumeArchive(ctx, r.Run, progress); err != nil {
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
		}
	}
	return a.archive(ctx, l, false, progress)
}

// ResumeArchive goes on with a run that was cut off.
func (a *App) ResumeArchive(ctx context.Context, run string, progress func(ArchiveState)) (ArchiveState, error) {
	l, err := a.openLedger(run)
	if err != nil {
		return ArchiveState{}, err
	}
	defer l.f.Close()
	return a.archive(ctx, l, true, progress)
}

func (a *App) openLedger(run string) (*ledger, error) {
	l, err := readLedger(filepath.Join(a.archiveDir(), filepath.Base(run)+".jsonl"))
	if err == nil {
		l.f, err = os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND, 0o600)
	}
	if err != nil {
		return nil, fault.New(fault.NotFound, "archive", "This archive run is not known here", "")
	}
	// A line that was cut off must not run into the next.
	if _, err := l.f.Write([]byte("\n")); err != nil {
		l.f.Close()
		return nil, localFault(err, "The archive's ledger cannot be written")
	}
	return l, nil
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
	file, err := job.OpenArchive(l.plan.File, l.plan.Name)
	if err != nil {
		return l.state(), err
	}
	defer file.Close()
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
	l.done = true
	if err := l.write(ledgerHead{Done: true}); err != nil {
		return l.state(), err
	}
	return l.state(), nil
}

// adopt finds copies that were committed to the file before the ledger could say so: they are known by their digests.
func (a *App) adopt(ctx context.Context, l *ledger, file *job.Archive) error {
	type place struct {
		path []string
		last string
	}
	open := map[string]*place{}
	for _, id := range l.ids {
		r := l.rows[id]
		k := strings.Join(r.Folder, "\x00")
		if open[k] == nil {
			open[k] = &place{path: r.Folder}
		}
		if len(r.Ref) > len(open[k].last) || len(r.Ref) == len(open[k].last) && r.Ref > open[k].last {
			open[k].last = r.Ref
		}
	}
	for k, p := range open {
		names, err := file.Names(p.path, p.last)
		if err != nil || len(names) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		sums, err := file.Sums(ctx, names)
		if err != nil {
			return err
		}
		by := map[string]string{}
		for n, s := range sums {
			by[s] = n
		}
		for _, id := range l.ids {
			r := l.rows[id]
			if r.State != "want" || strings.Join(r.Folder, "\x00") != k {
				continue
			}
			row, err := a.store.Row(ctx, id)
			if err != nil || row.Digest == "" {
				continue
			}
			if n, ok := by[row.Digest]; ok {
				delete(by, row.Digest)
				if err := l.write(ledgerRow{ID: id, State: "copied", Ref: n, Digest: row.Digest}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// archiveStep copies, proves and moves one batch.
func (a *App) archiveStep(ctx context.Context, l *ledger, file *job.Archive, batch []mail.MessageID) error {
	var lines []any
	digests := map[mail.MessageID]string{}
	var here []mail.MessageID
	for _, id := range batch {
		r := l.rows[id]
		row, err := a.store.Row(ctx, id)
		if err == nil && row.Digest == "" {
			_ = a.engine.FetchNow(ctx, id)
			row, err = a.store.Row(ctx, id)
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
		ref, err := file.Put(r.Folder, raw, row.Flags, row.Keywords, row.Date)
		if err != nil {
			return err
		}
		lines = append(lines, ledgerRow{ID: id, State: "copied", Ref: ref, Digest: row.Digest})
	}
	if err := file.Commit(); err != nil {
		return err
	}
	if len(lines) > 0 {
		if err := l.write(lines...); err != nil {
			return err
		}
	}
	lines = nil
	var names []string
	for _, id := range here {
		if r := l.rows[id]; r.State == "copied" || r.State == "verified" {
			names = append(names, r.Ref)
		}
	}
	sums, err := file.Sums(ctx, names)
	if err != nil {
		return err
	}
	var move []mail.MessageID
	for _, id := range here {
		r := l.rows[id]
		if r.State != "copied" && r.State != "verified" {
			continue
		}
		if sums[r.Ref] != digests[id] {
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
	lines = lines[:0]
	for _, id := range move {
		lines = append(lines, ledgerRow{ID: id, State: "moved"})
	}
	return l.write(lines...)
}

// UndoArchive moves what a run moved to Trash back to where it was, as far as it is still there. The copies stay in the file. It returns how many came back and how many
// are no longer in Trash: those are in the file.
func (a *App) UndoArchive(ctx context.Context, run string) (back, gone int, err error) {
	l, err := a.openLedger(run)
	if err != nil {
		return 0, 0, err
	}
	defer l.f.Close()
	by := map[mail.MailboxID][]mail.MessageID{}
	for _, id := range l.ids {
		r := l.rows[id]
		if r.State != "moved" {
			continue
		}
		row, err := a.store.Row(ctx, id)
		switch {
		case err != nil || row.Removed || row.Digest != r.Digest:
			gone++
		case row.Mailbox == r.Box:
			back++
		default:
			by[r.Box] = append(by[r.Box], id)
		}
	}
	for box, ids := range by {
		if _, err := a.Move(ctx, ids, box); err != nil {
			return back, gone, err
		}
		var lines []any
		for _, id := range ids {
			lines = append(lines, ledgerRow{ID: id, State: "back"})
		}
		if err := l.write(lines...); err != nil {
			return back, gone, err
		}
		back += len(ids)
	}
	return back, gone, nil
}
