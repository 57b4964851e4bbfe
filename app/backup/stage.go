package backup

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app/store"
)

// pending names the folder that waits to be the profile, and what the former one will be called.
type pending struct {
	From string `json:"from"`
	Keep string `json:"keep"`
}

func marker(dir string) string {
	return strings.TrimRight(dir, string(filepath.Separator)) + ".restore"
}

// Stage makes a profile of a backup beside the one in dir, which may be in use. It takes its place with [Adopt]; the former one is kept under the name that is returned. One that
// was staged before and did not take its place is given up. progress may be nil.
func Stage(ctx context.Context, file, dir string, now time.Time, progress func(Done)) (keep string, d Done, err error) {
	defer func() { err = failed("restore", err) }()
	if dir, err = filepath.Abs(dir); err != nil {
		return "", d, err
	}
	tmp, d, err := unpacked(ctx, file, dir, progress)
	if err != nil {
		return "", d, err
	}
	p := pending{From: filepath.Base(tmp), Keep: filepath.Base(dir) + now.Format(".before-20060102-150405")}
	b, err := json.Marshal(p)
	if err == nil {
		var old pending
		if raw, err := os.ReadFile(marker(dir)); err == nil && json.Unmarshal(raw, &old) == nil && old.From == filepath.Base(old.From) && strings.HasPrefix(old.From, filepath.Base(dir)+".restoring-") {
			defer os.RemoveAll(filepath.Join(filepath.Dir(dir), old.From))
		}
		err = write1(marker(dir), b)
	}
	if err != nil {
		os.RemoveAll(tmp)
		return "", d, err
	}
	return filepath.Join(filepath.Dir(dir), p.Keep), d, nil
}

// write1 puts a small file in its place, whole or not at all.
func write1(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// Adopt gives a restored profile that waits beside dir its place. It is called before the profile is opened, does nothing while a program has it open, and goes on where it was
// cut off.
func Adopt(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil // whoever opens it will say so
	}
	raw, err := os.ReadFile(marker(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return failed("restore", err)
	}
	var p pending
	base := filepath.Base(dir)
	if json.Unmarshal(raw, &p) != nil || p.From != filepath.Base(p.From) || p.Keep != filepath.Base(p.Keep) || !strings.HasPrefix(p.From, base+".restoring-") || !strings.HasPrefix(p.Keep, base+".before-") {
		return failed("restore", os.Remove(marker(dir)))
	}
	from, keep := filepath.Join(filepath.Dir(dir), p.From), filepath.Join(filepath.Dir(dir), p.Keep)
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return failed("restore", os.Remove(marker(dir))) // done already, or taken away
	}
	if _, err := os.Stat(dir); err == nil {
		release, err := store.Hold(dir)
		if fault.Of(err) != nil && fault.Of(err).Code == "profile-in-use" {
			return nil
		}
		if err != nil {
			return failed("restore", err)
		}
		if err := release(); err != nil {
			return failed("restore", err)
		}
		if err := os.Rename(dir, keep); err != nil {
			return failed("restore", err)
		}
	}
	if err := os.Rename(from, dir); err != nil {
		return failed("restore", err)
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return failed("restore", err)
	}
	return failed("restore", os.Remove(marker(dir)))
}
