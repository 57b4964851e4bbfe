package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app/store"
)

const (
	headName     = "postrider-backup"
	manifestName = "manifest"
	prefix       = "profile/"
	layout       = 1
	// maxFiles and maxManifest bound what a foreign file makes us keep in memory.
	maxFiles    = 1 << 20
	maxManifest = 256 << 20
)

// Done is what a run has copied so far.
type Done struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"` // of the profile's files
}

type head struct {
	Layout int       `json:"layout"`
	Made   time.Time `json:"made"`
}

type entry struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// left says which files of a profile are not copied: the lock, secrets, what a database makes anew.
func left(rel string) bool {
	return rel == store.LockName || strings.HasPrefix(rel, "secrets.sealed") || strings.HasSuffix(rel, "-shm")
}

func failed(what string, err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	return &fault.Error{Kind: fault.Local, Op: what, Code: what, Title: map[string]string{"backup": "The backup could not be made", "restore": "The backup could not be restored"}[what],
		Detail: err.Error() + ". Nothing was changed.", Err: err}
}

// Make writes the profile in dir, which nothing uses, to file, which must not exist. progress may be nil.
func Make(ctx context.Context, dir, file string, progress func(Done)) (d Done, err error) {
	defer func() { err = failed("backup", err) }()
	if _, err := os.Stat(filepath.Join(dir, "index.db")); err != nil {
		return d, fault.New(fault.NotFound, "no-profile", "There is no profile to back up", "There is none in "+dir+".")
	}
	release, err := store.Hold(dir)
	if err != nil {
		return d, err
	}
	defer release()
	return made(ctx, source{dir: dir}, file, progress)
}

// Live writes the profile that st has open to file, as it is at one moment. progress may be nil.
func Live(ctx context.Context, st *store.Store, file string, progress func(Done)) (d Done, err error) {
	defer func() { err = failed("backup", err) }()
	dir := filepath.Dir(file)
	in, err := os.MkdirTemp(dir, filepath.Base(file)+".part-*")
	if err != nil {
		return d, err
	}
	defer os.RemoveAll(in)
	release, names, err := st.Freeze(ctx, in)
	if err != nil {
		return d, err
	}
	defer release()
	s := source{dir: st.Dir(), frozen: map[string]string{}}
	for _, n := range names {
		s.frozen[n] = filepath.Join(in, n)
	}
	return made(ctx, s, file, progress)
}

// source is where the files of a profile are: frozen ones somewhere else.
type source struct {
	dir    string
	frozen map[string]string // nil: nothing uses the profile
}

func made(ctx context.Context, src source, file string, progress func(Done)) (d Done, err error) {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return d, fault.New(fault.Local, "exists", "There is a file of that name already", "A backup does not write over "+file+". Choose another name.")
	}
	part, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".part-*")
	if err != nil {
		return d, err
	}
	defer func() {
		part.Close()
		os.Remove(part.Name()) // after it was given its name this finds nothing
	}()
	list, err := write(ctx, part, src, &d, progress)
	if err != nil {
		return d, err
	}
	if err := part.Sync(); err != nil {
		return d, err
	}
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return d, err
	}
	seen := 0
	err = read(ctx, part, func(e entry, r io.Reader) (string, error) {
		if seen >= len(list) || list[seen].Path != e.Path {
			return "", errors.New("the backup that was read back differs from what was written")
		}
		seen++
		return digest(io.Discard, r)
	}, nil)
	if err == nil && seen != len(list) {
		err = errors.New("the backup that was read back is not whole")
	}
	if err != nil {
		return d, err
	}
	if err := os.Link(part.Name(), file); err != nil { // unlike a renaming this writes over nothing
		if errors.Is(err, fs.ErrExist) {
			return d, err
		}
		if err := os.Rename(part.Name(), file); err != nil {
			return d, err
		}
	}
	return d, syncDir(filepath.Dir(file))
}

func write(ctx context.Context, to io.Writer, src source, d *Done, progress func(Done)) ([]entry, error) {
	z, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(z)
	now := time.Now().UTC().Truncate(time.Second)
	put := func(name string, b []byte) error {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), ModTime: now, Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err := t.Write(b)
		return err
	}
	h, err := json.Marshal(head{layout, now})
	if err != nil {
		return nil, err
	}
	if err := put(headName, h); err != nil {
		return nil, err
	}
	var list []entry
	err = filepath.WalkDir(src.dir, func(p string, e fs.DirEntry, err error) error {
		live := src.frozen != nil
		if live && errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile: nothing that the databases name is
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(src.dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if !e.Type().IsRegular() || left(rel) || live && store.Passing(rel) {
			return nil
		}
		if q := src.frozen[rel]; q != "" {
			p = q
		}
		f, err := os.Open(p)
		if live && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			return err
		}
		if err := t.WriteHeader(&tar.Header{Name: prefix + rel, Mode: 0o600, Size: st.Size(), ModTime: st.ModTime(), Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		sum, err := digest(t, io.LimitReader(f, st.Size()))
		if err != nil {
			return err
		}
		list = append(list, entry{rel, st.Size(), sum})
		d.Files, d.Bytes = d.Files+1, d.Bytes+st.Size()
		if progress != nil {
			progress(*d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var lines []byte
	for _, e := range list {
		b, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		lines = append(append(lines, b...), '\n')
	}
	if err := put(manifestName, lines); err != nil {
		return nil, err
	}
	return list, errors.Join(t.Close(), z.Close())
}

// digest copies r and returns its SHA-256, hex.
func digest(w io.Writer, r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(io.MultiWriter(w, h), r)
	return hex.EncodeToString(h.Sum(nil)), err
}
