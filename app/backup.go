package app

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/app/backup"
)

// Backup writes the whole profile as it is now into one file, which must not exist, reads it back and compares; the program goes on meanwhile. Passwords are not in it.
func (a *App) Backup(ctx context.Context, file string, progress func(backup.Done)) (backup.Done, error) {
	// The profile's own data file stands still meanwhile.
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return backup.Done{}, err
	}
	for _, x := range as {
		if isLocal(x) {
			defer a.engine.Hold(x.ID)()
		}
	}
	return backup.Live(ctx, a.store, file, progress)
}

// PrepareRestore makes a profile of a backup. It takes the place of this one when the program starts the next time; this one is kept in the folder that is returned.
func (a *App) PrepareRestore(ctx context.Context, file string, progress func(backup.Done)) (keep string, d backup.Done, err error) {
	return backup.Stage(ctx, file, a.o.Dir, time.Now(), progress)
}

// FileInfo counts what is in a data file.
type FileInfo = job.Info

// FileLoss is something in a data file that cannot be read.
type FileLoss = job.Loss

// DataFile is what is in an Outlook data file that is open.
type DataFile struct {
	Path     string
	ReadOnly bool // nothing can be written to it, so it cannot be made smaller either
	FileInfo
}

// DataFile opens every item of a data file and counts; see [job.GetInfo].
func (a *App) DataFile(ctx context.Context, id mail.AccountID) (DataFile, error) {
	path, err := a.dataFile(ctx, id)
	if err != nil {
		return DataFile{}, err
	}
	s, err := job.Open(path)
	if err != nil {
		return DataFile{}, err
	}
	defer s.Close()
	info, err := job.GetInfo(ctx, s)
	return DataFile{Path: path, ReadOnly: info.Format != "Unicode" || !writable(path), FileInfo: info}, err
}

// CompactFile makes a data file as small as what is in it; it is closed meanwhile. before and after are bytes.
func (a *App) CompactFile(ctx context.Context, id mail.AccountID) (before, after int64, err error) {
	path, err := a.dataFile(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	end, err := a.archiving()
	if err != nil {
		return 0, 0, err
	}
	defer end()
	defer a.engine.Hold(id)()
	return job.Compact(path)
}

func writable(path string) bool {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

func (a *App) dataFile(ctx context.Context, id mail.AccountID) (string, error) {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return "", err
	}
	for _, x := range as {
		if x.ID == id && x.Incoming.Protocol == mail.PST {
			return filepath.Clean(x.Incoming.Path), nil
		}
	}
	return "", fault.New(fault.NotFound, "file", "This file is not open", "")
}
