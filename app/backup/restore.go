package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/postrider/postrider/accounts/fault"
)

var errDamaged = errors.New("the backup is damaged or was cut short")

// read walks through a backup: each gets every file of the profile and returns the SHA-256 of what it read. All of them have to be as the manifest says.
func read(ctx context.Context, from io.Reader, each func(e entry, r io.Reader) (string, error), made func(head)) error {
	z, err := zstd.NewReader(bufio.NewReaderSize(from, 256<<10), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return err
	}
	defer z.Close()
	t := tar.NewReader(z)
	first, err := t.Next()
	if err != nil || first.Name != headName || first.Size > 1<<10 {
		return fault.New(fault.Usage, "no-backup", "This is no backup of Postrider", "Choose a file that postrider backup has made.")
	}
	var h head
	if err := json.NewDecoder(t).Decode(&h); err != nil {
		return errDamaged
	}
	if h.Layout != layout {
		return fault.New(fault.Usage, "newer-backup", "This backup was made by another version", fmt.Sprintf("Its layout is %d; this version reads %d.", h.Layout, layout))
	}
	if made != nil {
		made(h)
	}
	got := map[string]entry{}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, err := t.Next()
		if err != nil {
			return errDamaged // the manifest ends a whole one
		}
		if e.Name == manifestName {
			if err := agree(t, e.Size, got); err != nil {
				return err
			}
			// Only at its end does the stream tell whether its own checksum is right.
			if _, err := t.Next(); err != io.EOF {
				return errDamaged
			}
			if n, err := io.Copy(io.Discard, io.LimitReader(z, 1<<20)); err != nil || n == 1<<20 {
				return errDamaged
			}
			return nil
		}
		rel, ok := strings.CutPrefix(e.Name, prefix)
		if _, twice := got[rel]; twice || !ok || e.Typeflag != tar.TypeReg || rel == "" || left(rel) || !filepath.IsLocal(filepath.FromSlash(rel)) || len(got) >= maxFiles {
			return errDamaged
		}
		x := entry{Path: rel, Size: e.Size}
		if x.SHA256, err = each(x, t); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zstd.ErrCRCMismatch) {
				return errDamaged
			}
			return err
		}
		got[rel] = x
	}
}

// agree compares what was read with the manifest.
func agree(r io.Reader, size int64, got map[string]entry) error {
	if size > maxManifest {
		return errDamaged
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return errDamaged
	}
	n := 0
	for line := range bytes.Lines(b) {
		var e entry
		if json.Unmarshal(line, &e) != nil || got[e.Path] != e {
			return errDamaged
		}
		n++
	}
	if n != len(got) {
		return errDamaged
	}
	return nil
}

// Restore makes the profile dir of a backup. dir must not exist or be empty. progress may be nil.
func Restore(ctx context.Context, file, dir string, progress func(Done)) (d Done, err error) {
	defer func() { err = failed("restore", err) }()
	if es, err := os.ReadDir(dir); err == nil && len(es) > 0 {
		return d, fault.New(fault.Local, "not-empty", "There is a profile already", "A backup is restored into an empty place only. Choose another one with --profile.")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	tmp, d, err := unpacked(ctx, file, dir, progress)
	if err != nil {
		return d, err
	}
	defer os.RemoveAll(tmp)                                                   // after it was given its name this finds nothing
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty one
		return d, err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return d, err
	}
	return d, syncDir(filepath.Dir(dir))
}

// unpacked puts a backup together in a new folder beside dir.
func unpacked(ctx context.Context, file, dir string, progress func(Done)) (tmp string, d Done, err error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", d, fault.New(fault.NotFound, "no-file", "There is no file "+file, "")
	}
	if err != nil {
		return "", d, err
	}
	defer f.Close()
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", d, err
	}
	in, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".restoring-*")
	if err != nil {
		return "", d, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(in)
		}
	}()
	err = read(ctx, f, func(e entry, r io.Reader) (string, error) {
		p := filepath.Join(in, filepath.FromSlash(e.Path))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			return "", err
		}
		w, err := os.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return "", err
		}
		sum, err := digest(w, r)
		if err = errors.Join(err, w.Sync(), w.Close()); err != nil {
			return "", err
		}
		d.Files, d.Bytes = d.Files+1, d.Bytes+e.Size
		if progress != nil {
			progress(d)
		}
		return sum, nil
	}, nil)
	if err != nil {
		return "", d, err
	}
	if _, err := os.Stat(filepath.Join(in, "index.db")); err != nil {
		return "", d, errDamaged
	}
	err = filepath.WalkDir(in, func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return syncDir(p)
	})
	if err != nil {
		return "", d, err
	}
	return in, d, nil
}
