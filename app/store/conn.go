package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"syscall"

	"github.com/postrider/postrider/accounts/fault"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

func openDB(path string, conns int, pragmas ...string) (*sql.DB, error) {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(10000)")
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// writer1 is the one writing connection of a file with its prepared statements. It is used under the write lock only.
// Statements run without the caller's context: the driver starts a goroutine for each statement that can be interrupted.
type writer1 struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newWriter(ctx context.Context, db *sql.DB) (*writer1, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &writer1{conn: c, stmts: map[string]*sql.Stmt{}}, nil
}

// maxStmts bounds the cache: multi-row statements of odd lengths would fill it.
const maxStmts = 400

func (w *writer1) stmt(q string) (*sql.Stmt, error) {
	if st, ok := w.stmts[q]; ok {
		return st, nil
	}
	if len(w.stmts) >= maxStmts {
		for k, st := range w.stmts {
			st.Close()
			delete(w.stmts, k)
		}
	}
	st, err := w.conn.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, err
	}
	w.stmts[q] = st
	return st, nil
}

func (w *writer1) exec(q string, args ...any) (sql.Result, error) {
	st, err := w.stmt(q)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(context.Background(), args...)
}

// rows calls each for every row; scan reads the row.
func (w *writer1) rows(q string, args []any, each func(scan func(...any) error) error) error {
	st, err := w.stmt(q)
	if err != nil {
		return err
	}
	rs, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	return eachRow(rs, each)
}

func eachRow(rs *sql.Rows, each func(scan func(...any) error) error) error {
	defer rs.Close()
	for rs.Next() {
		if err := each(rs.Scan); err != nil {
			return err
		}
	}
	return rs.Err()
}

// row reads one row; false when there is none.
func (w *writer1) row(q string, args []any, dest ...any) (bool, error) {
	st, err := w.stmt(q)
	if err != nil {
		return false, err
	}
	err = st.QueryRowContext(context.Background(), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (w *writer1) close() error {
	for _, st := range w.stmts {
		st.Close()
	}
	return w.conn.Close()
}

// stmts caches prepared statements of the reading pool.
type stmts struct {
	db *sql.DB
	mu sync.Mutex
	m  map[string]*sql.Stmt
}

func (p *stmts) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if st, ok := p.m[q]; ok {
		return st, nil
	}
	if p.m == nil {
		p.m = map[string]*sql.Stmt{}
	}
	st, err := p.db.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(p.m) < maxStmts {
		p.m[q] = st
	}
	return st, nil
}

func (p *stmts) rows(ctx context.Context, q string, args []any, each func(scan func(...any) error) error) error {
	st, err := p.stmt(ctx, q)
	if err != nil {
		return err
	}
	rs, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rs, each)
}

func (p *stmts) row(ctx context.Context, q string, args []any, dest ...any) (bool, error) {
	st, err := p.stmt(ctx, q)
	if err != nil {
		return false, err
	}
	err = st.QueryRowContext(ctx, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (p *stmts) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, st := range p.m {
		st.Close()
	}
	p.m = nil
}

// marks returns "?,?,?" for n parameters.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// tuples returns rows of parameters for a multi-row insert.
func tuples(rows, cols int) string {
	return strings.TrimSuffix(strings.Repeat("("+marks(cols)+"),", rows), ",")
}

func missing(what string) error {
	return &fault.Error{Kind: fault.NotFound, Op: "store", Code: what, Title: "It is not here any more",
		Detail: "The " + what + " was removed or never stored in this profile."}
}

// local turns an error of the database or the file system into what a person can act on.
func local(op string, err error) error {
	if err == nil {
		return nil
	}
	var fe *fault.Error
	if errors.As(err, &fe) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	f := &fault.Error{Kind: fault.Local, Op: op, Code: "store", Title: "The mail store could not be used",
		Detail: "Nothing was changed. Copy the report from Technical details if it happens again.", Err: err}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case lib.SQLITE_FULL:
			return diskFull(op, err)
		case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
			f.Code, f.Title = "damaged", "The mail store is damaged"
			f.Detail = "Your mail on the servers is not affected. Close Postrider and restore the profile folder from a backup, or begin a new profile and let it fetch the mail again."
		case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
			f.Code, f.Title, f.Detail = "files", "A file of the profile cannot be used", "Check that the disk is there and that you may write to it."
		case lib.SQLITE_INTERRUPT:
			return context.Canceled
		case lib.SQLITE_IOERR:
			f.Code, f.Title, f.Detail = "files", "The disk did not answer", "The profile's disk reports an error. Check the disk and the room on it."
		}
		return f
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return diskFull(op, err)
	}
	if o := fault.Of(err); o.Kind == fault.Local {
		return o
	}
	return f
}

// ours does the same with an error that may be the caller's own, which passes as it is.
func ours(op string, err error) error {
	var se *sqlite.Error
	var pe *fs.PathError
	if errors.As(err, &se) || errors.As(err, &pe) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return local(op, err)
	}
	return err
}

func diskFull(op string, err error) error {
	return &fault.Error{Kind: fault.Local, Op: op, Code: "disk-full", Title: "The disk is full",
		Detail: "No new mail can be stored until there is room. Nothing was lost: what is on the server stays there.", Err: err}
}
