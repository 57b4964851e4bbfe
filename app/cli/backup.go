package cli

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/backup"
)

func backupCommand() command {
	return command{name: "backup", args: "FILE", about: "copy the whole profile into one file, without passwords; nothing else may use it meanwhile",
		run: func(k *call, w []string) error {
			return k.whole(w, "backup takes the file to write", func(dir string, say func(backup.Done)) (backup.Done, error) {
				return backup.Make(k.ctx, dir, w[0], say)
			})
		}}
}

func restoreCommand() command {
	return command{name: "restore", args: "FILE", about: "make a profile of a backup, where there is none yet; passwords are asked for afterwards",
		run: func(k *call, w []string) error {
			return k.whole(w, "restore takes the backup to read", func(dir string, say func(backup.Done)) (backup.Done, error) {
				return backup.Restore(k.ctx, w[0], dir, say)
			})
		}}
}

// whole runs what works on a profile as a whole and prints what it did.
func (k *call) whole(w []string, usage string, run func(dir string, say func(backup.Done)) (backup.Done, error)) error {
	if len(w) != 1 {
		return fault.New(fault.Usage, "args", usage, "")
	}
	dir := k.profile
	if dir == "" {
		var err error
		if dir, err = app.DefaultDir(); err != nil {
			return err
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	last := time.Now()
	d, err := run(dir, func(d backup.Done) {
		if time.Since(last) >= time.Second {
			last = time.Now()
			k.say("%d files, %d MB", d.Files, d.Bytes>>20)
		}
	})
	if err != nil {
		return err
	}
	if k.json {
		k.print(map[string]any{"file": w[0], "profile": dir, "files": d.Files, "bytes": d.Bytes})
		return nil
	}
	fmt.Fprintf(k.Out, "%d files, %d bytes, compared\n", d.Files, d.Bytes)
	return nil
}
