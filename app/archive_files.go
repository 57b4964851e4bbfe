package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
)

// archiveFiles are the files of one run: the one that the plan names, and those after it.
type archiveFiles struct {
	plan ArchivePlan
	open map[int]*job.Archive
	last int // that is written to
}

type inPart struct {
	part int
	ref  string
}

// partPath is the path of the nth file of a run, from 0.
func partPath(file string, n int) string {
	if n == 0 {
		return file
	}
	ext := filepath.Ext(file)
	return fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(file, ext), n+1, ext)
}

// isPart tells whether a path is one of the files of a run.
func isPart(file, path string) bool {
	for n := range 64 {
		p := partPath(file, n)
		if p == path {
			return true
		}
		if q, err := realPath(p); err == nil && q == path {
			return true
		}
	}
	return false
}

// part returns a file of the run, open; nil where it is behind the last and was never begun.
func (f *archiveFiles) part(n int) (*job.Archive, error) {
	if x := f.open[n]; x != nil {
		return x, nil
	}
	path, name := partPath(f.plan.File, n), f.plan.Name
	if _, err := os.Stat(path); n > f.last && err != nil {
		return nil, nil
	}
	f.last = max(f.last, n)
	if n > 0 && name != "" {
		name = fmt.Sprintf("%s (%d)", name, n+1)
	}
	x, err := job.OpenArchive(path, name)
	if err != nil {
		return nil, err
	}
	f.open[n] = x
	return x, nil
}

// current returns the file that is written to; one that is full is followed by the next. What an earlier run put into the first may be in a second one, too.
func (f *archiveFiles) current() (*job.Archive, int, error) {
	limit := f.plan.MaxFile
	if limit <= 0 {
		limit = maxArchive
	}
	for {
		x, err := f.part(f.last)
		if err != nil {
			return nil, 0, err
		}
		if st, err := os.Stat(partPath(f.plan.File, f.last)); err != nil || st.Size() < limit {
			return x, f.last, err
		}
		f.last++
	}
}

// sums reads messages back; see [job.Archive.Sums].
func (f *archiveFiles) sums(ctx context.Context, names map[int][]string) (map[inPart]string, error) {
	out := map[inPart]string{}
	for n, list := range names {
		x, err := f.part(n)
		if err != nil {
			return nil, err
		}
		got, err := x.Sums(ctx, list)
		if err != nil {
			return nil, err
		}
		for name, sum := range got {
			out[inPart{n, name}] = sum
		}
	}
	return out, nil
}

func (f *archiveFiles) close() {
	for _, x := range f.open {
		x.Close()
	}
}

// borrow takes the data files of a plan that are open beside the accounts for itself: a file has one writer.
func (a *App) borrow(ctx context.Context, p ArchivePlan) (release func(), err error) {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var held []func()
	for _, x := range as {
		if x.Incoming.Protocol == mail.PST && isPart(p.File, x.Incoming.Path) {
			held = append(held, a.engine.Hold(x.ID))
		}
	}
	return func() {
		for _, f := range held {
			f()
		}
	}, nil
}

// adopt finds copies that were committed to the file before the ledger could say so: they are known by their digests.
func (a *App) adopt(ctx context.Context, l *ledger, files *archiveFiles) error {
	for part := 0; part <= files.last+1; part++ { // the next file may have been begun
		file, err := files.part(part)
		if err != nil {
			return err
		}
		if file == nil {
			continue
		}
		if err := a.adoptFrom(ctx, l, file, part); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) adoptFrom(ctx context.Context, l *ledger, file *job.Archive, part int) error {
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
		if r.Part == part && (len(r.Ref) > len(open[k].last) || len(r.Ref) == len(open[k].last) && r.Ref > open[k].last) {
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
				if err := l.write(ledgerRow{ID: id, State: "copied", Ref: n, Digest: row.Digest, Part: part}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
