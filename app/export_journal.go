package app

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/postrider/postrider/accounts/mail"
)

// exportJournal notes in the folder of an export which mailboxes are written, so that the same export, begun again after it was cut off, goes on where it was. It is gone when
// the export is done.
type exportJournal struct {
	path    string
	f       *os.File
	done    map[mail.MailboxID]exportDone
	resumed bool // a journal was there
}

type exportDone struct {
	Mailbox  mail.MailboxID `json:"mailbox"`
	Messages int            `json:"messages"`
	Bytes    int64          `json:"bytes"`
	Missing  []string       `json:"missing,omitempty"`
}

func openExportJournal(o ExportOptions) (*exportJournal, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, exportFailed(err)
	}
	sum := sha256.Sum256(fmt.Append(nil, o.Format, o.Mailboxes, o.Shelves))
	j := &exportJournal{path: filepath.Join(o.Dir, ".postrider-export-"+hex.EncodeToString(sum[:6])), done: map[mail.MailboxID]exportDone{}}
	if f, err := os.Open(j.path); err == nil {
		j.resumed = true
		s := bufio.NewScanner(f)
		s.Buffer(make([]byte, 64<<10), 16<<20)
		for s.Scan() {
			var d exportDone
			if json.Unmarshal(s.Bytes(), &d) == nil && d.Mailbox != 0 { // a line that was cut off does not count
				j.done[d.Mailbox] = d
			}
		}
		f.Close()
		if err := s.Err(); err != nil {
			return nil, exportFailed(err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, exportFailed(err)
	}
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, exportFailed(err)
	}
	if _, err := f.Write([]byte("\n")); err != nil {
		f.Close()
		return nil, exportFailed(err)
	}
	j.f = f
	return j, nil
}

// note says that a mailbox is written, durably.
func (j *exportJournal) note(d exportDone) error {
	b, err := json.Marshal(d)
	if err == nil {
		_, err = j.f.Write(append(b, '\n'))
	}
	if err == nil {
		err = j.f.Sync()
	}
	if err != nil {
		return exportFailed(err)
	}
	j.done[d.Mailbox] = d
	return nil
}

// close ends it; whole: all is written.
func (j *exportJournal) close(whole bool) {
	j.f.Close()
	if whole {
		os.Remove(j.path)
	}
}

// settle gives a file that was written under another name its own, over nothing.
func settle(part, path string) error {
	if err := os.Link(part, path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, serr := os.Lstat(path); serr == nil {
			return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		}
		return os.Rename(part, path)
	}
	return os.Remove(part)
}
