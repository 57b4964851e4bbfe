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
)

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

	done   bool
	ended  time.Time
	paused bool // by the person
}

type ledgerRow struct {
	ID      mail.MessageID `json:"id"`
	State   string         `json:"state"` // want, copied, verified, moved, back, deleted, differs, missing
	Box     mail.MailboxID `json:"box,omitempty"`
	Folder  []string       `json:"folder,omitempty"`
	Digest  string         `json:"digest,omitempty"`
	Size    int64          `json:"size,omitempty"`
	Subject string         `json:"subject,omitempty"`
	Ref     string         `json:"ref,omitempty"`
	Part    int            `json:"part,omitempty"` // of the run's files, from 0
}

type ledgerHead struct {
	Plan    *ArchivePlan `json:"plan,omitempty"`
	Started time.Time    `json:"started,omitzero"`
	Done    bool         `json:"done,omitempty"`
	Ended   time.Time    `json:"ended,omitzero"`
	Paused  bool         `json:"paused,omitempty"`  // by the person
	Resumed bool         `json:"resumed,omitempty"` // after that
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
		if json.Unmarshal(s.Bytes(), &h) == nil && (h.Plan != nil || h.Done || h.Paused || h.Resumed) {
			if h.Plan != nil {
				l.plan, l.at = *h.Plan, h.Started
			}
			if h.Paused || h.Resumed {
				l.paused = h.Paused
			}
			if h.Done {
				l.done, l.ended = true, h.Ended
			}
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
		old.Ref, old.Digest, old.Part = r.Ref, r.Digest, r.Part
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
	s := ArchiveState{Run: strings.TrimSuffix(filepath.Base(l.path), ".jsonl"), Started: l.at, Ended: l.ended, File: l.plan.File, Files: []string{l.plan.File}, Total: len(l.ids), Done: l.done, Keep: l.plan.Keep, Paused: l.paused && !l.done, Differs: []string{}, Missing: []string{}}
	inTrash := false
	for _, id := range l.ids {
		r := l.rows[id]
		for r.Part >= len(s.Files) && r.Part < 64 {
			s.Files = append(s.Files, partPath(l.plan.File, len(s.Files)))
		}
		switch r.State {
		case "back", "deleted", "moved":
			switch r.State {
			case "back":
				s.Back++
			case "deleted":
				s.Deleted++
			default:
				inTrash = true
			}
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
	if l.plan.Grace > 0 && l.done && inTrash && !l.ended.IsZero() {
		s.Due = l.ended.AddDate(0, 0, l.plan.Grace)
	}
	return s
}

// ArchiveItem is what became of one message of a run.
type ArchiveItem struct {
	ID      mail.MessageID `json:"id"`
	State   string         `json:"state"`  // want, copied, verified, moved, back, deleted, differs, missing
	Folder  []string       `json:"folder"` // in the file, from the top
	Subject string         `json:"subject"`
	Size    int64          `json:"size"`             // bytes
	Digest  string         `json:"digest,omitempty"` // SHA-256 of the message, hex
	File    string         `json:"file"`             // that it is in
}

// ArchiveRun returns the ledger of a run, a message each, in the order in which they were taken.
func (a *App) ArchiveRun(_ context.Context, run string) (ArchiveState, []ArchiveItem, error) {
	l, err := readLedger(filepath.Join(a.archiveDir(), filepath.Base(run)+".jsonl"))
	if err != nil {
		return ArchiveState{}, nil, fault.New(fault.NotFound, "archive", "This archive run is not known here", "")
	}
	out := make([]ArchiveItem, 0, len(l.ids))
	for _, id := range l.ids {
		r := l.rows[id]
		out = append(out, ArchiveItem{ID: id, State: r.State, Folder: r.Folder, Subject: r.Subject, Size: r.Size, Digest: r.Digest, File: partPath(l.plan.File, r.Part)})
	}
	return l.state(), out, nil
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
