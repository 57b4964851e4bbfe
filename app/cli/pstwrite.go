package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pst/job"
)

// progress says how far a job is, once a second.
func (k *call) progress() func(int, int64) {
	last := time.Now()
	return func(items int, bytes int64) {
		if now := time.Now(); now.Sub(last) >= time.Second {
			last = now
			k.say("%d items, %d MB", items, bytes>>20)
		}
	}
}

func (k *call) pstExport(path string, o job.ExportOptions) error {
	if o.Dir == "" {
		o.Dir = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	s, err := job.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	o.Progress = k.progress()
	began := time.Now()
	r, err := job.Export(k.ctx, s, o)
	if err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	if k.json {
		k.print(map[string]any{"dir": o.Dir, "folders": r.Folders, "items": r.Items, "bytes": r.Bytes, "failed": r.Failed, "losses": r.Losses, "seconds": took})
		return nil
	}
	fmt.Fprintf(k.Out, "%d items of %d folders, %d bytes, in %s\n", r.Items, r.Folders, r.Bytes, o.Dir)
	k.losses(r.Losses)
	return nil
}

func (k *call) pstCreate(path, name string) error {
	s, err := job.Create(path, name)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if k.json {
		k.print(map[string]any{"file": path, "name": name})
	} else {
		k.say("%s is made", path)
	}
	return nil
}

func (k *call) pstAppend(path string, o job.AppendOptions) error {
	if len(o.From) == 0 {
		return fault.New(fault.Usage, "args", "pst append takes what is to be copied", "Name .eml files, mbox files, folders of .eml files, or other PST files after the file.")
	}
	if _, err := os.Stat(path); err != nil {
		return fault.New(fault.NotFound, "no-file", "There is no file "+path, "The command pst create makes one.")
	}
	s, err := job.OpenWrite(path)
	if err != nil {
		return err
	}
	o.Progress = k.progress()
	began := time.Now()
	r, err := job.Append(k.ctx, s, o)
	if e := s.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	if k.json {
		k.print(map[string]any{"file": path, "items": r.Items, "bytes": r.Bytes, "failed": r.Failed, "losses": r.Losses, "seconds": took})
		return nil
	}
	fmt.Fprintf(k.Out, "%d items, %d bytes\n", r.Items, r.Bytes)
	k.losses(r.Losses)
	return nil
}

func (k *call) pstCompact(path string) error {
	before, after, err := job.Compact(path)
	if err != nil {
		return err
	}
	if k.json {
		k.print(map[string]any{"file": path, "before": before, "after": after})
	} else {
		fmt.Fprintf(k.Out, "%d bytes, %d before\n", after, before)
	}
	return nil
}
