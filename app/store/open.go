package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/bus"
	_ "modernc.org/sqlite" // the database/sql driver
)

// Options say how a profile is opened.
type Options struct {
	Bus *bus.Bus // gets what changed after each commit; nil = nobody listens
	// Extract takes the words for the index (text, attachment names) out of a raw message. It is asked only when a body is stored whose
	// words were not handed over: one shared with a message that was indexed before. nil = such a message is found by its header alone.
	Extract func(raw []byte) (text, names string)
	// Now replaces the clock in tests.
	Now func() time.Time
	// MaxPages bounds index.db and bodies.db each, in pages, and the packs to as many of 8 KB; 0 = no bound. Tests fill the disk with it.
	MaxPages int
}

// Store is a profile's database.
type Store struct {
	dir  string
	bus  *bus.Bus
	now  func() time.Time
	lock *lockFile

	extract func(raw []byte) (text, names string)

	db     *sql.DB // readers of index.db
	bdb    *sql.DB // readers of bodies.db
	wdb    *sql.DB // the writer of index.db, one connection
	bwdb   *sql.DB // the writer of bodies.db, one connection
	reads  stmts
	breads stmts

	keeping sync.RWMutex  // held for reading while no file may be removed, see Freeze
	wmu     chan struct{} // capacity 1: the write lock, given up when a context ends
	w, bw   *writer1
	cached  cache
	orphans orphanSet
	packs   *packs
	words   spool
	waiting atomic.Int32      // who wants to write
	named   map[string]string // under the write lock: see flushPeople

	closing chan struct{}
	sweepC  chan struct{}
	wg      sync.WaitGroup
	once    sync.Once
}

// File names in a profile folder.
const (
	indexFile  = "index.db"
	bodiesFile = "bodies.db"
	blobsDir   = "blobs"
	lockName   = "lock"
)

// Open opens the profile in dir and makes it when it is not there. A second program on the same profile gets fault.Local with Code
// "profile-in-use"; a file that is not a database, or a broken one, "damaged".
func Open(dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, local("open", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, blobsDir), 0o700); err != nil {
		return nil, local("open", err)
	}
	lock, err := hold(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, named: map[string]string{}, bus: o.Bus, now: o.Now, extract: o.Extract, lock: lock, wmu: make(chan struct{}, 1), closing: make(chan struct{}), sweepC: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.open(o); err != nil {
		s.closeFiles()
		return nil, local("open", err)
	}
	s.wg.Add(1)
	go s.sweeper()
	s.wake()
	return s, nil
}

func (s *Store) open(o Options) error {
	ctx := context.Background()
	index, bodies := filepath.Join(s.dir, indexFile), filepath.Join(s.dir, bodiesFile)
	var err error
	if s.packs, err = openPacks(filepath.Join(s.dir, packsDir), int64(o.MaxPages)*8192); err != nil {
		return err
	}
	s.words.dir = s.dir
	s.words.clean()
	// A page size must be set before WAL mode makes the file.
	if s.wdb, err = openDB(index, 1, "page_size(4096)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-12000)", "temp_store(MEMORY)", "wal_autocheckpoint(4000)", "journal_size_limit(33554432)"); err != nil {
		return err
	}
	// Bodies are only ever added at the end. A rollback journal holds what is changed of the old pages, which is little, where a write-ahead log would
	// have every byte written twice. A reader of a body waits for a commit that is under way.
	if s.bwdb, err = openDB(bodies, 1, "page_size(8192)", "journal_mode(PERSIST)", "synchronous(FULL)", "cache_size(-2000)", "journal_size_limit(16777216)"); err != nil {
		return err
	}
	if s.w, err = newWriter(ctx, s.wdb); err != nil {
		return err
	}
	if s.bw, err = newWriter(ctx, s.bwdb); err != nil {
		return err
	}
	if err := migrate(ctx, s.w, index, indexMigrations); err != nil {
		return err
	}
	if err := migrate(ctx, s.bw, bodies, bodyMigrations); err != nil {
		return err
	}
	if err := tuneIndex(s.w); err != nil {
		return err
	}
	if o.MaxPages > 0 {
		for _, w := range []*writer1{s.w, s.bw} {
			if _, err := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count=%d", o.MaxPages)); err != nil {
				return err
			}
		}
	}
	const readers = 4 // a slow search must not keep the list waiting
	if s.db, err = openDB(index, readers, "query_only(1)", "cache_size(-6000)", "temp_store(MEMORY)"); err != nil {
		return err
	}
	if s.bdb, err = openDB(bodies, 2, "query_only(1)", "cache_size(-1000)"); err != nil {
		return err
	}
	s.reads.db, s.breads.db = s.db, s.bdb
	if err := s.reads.rows(ctx, "SELECT DISTINCT sh FROM orphans", nil, func(scan func(...any) error) error {
		var h int64
		err := scan(&h)
		s.orphans.add(h)
		return err
	}); err != nil {
		return err
	}
	return s.loadCache(ctx)
}

// Dir is the profile's folder.
func (s *Store) Dir() string { return s.dir }

// Close ends the background work, waits for the write transaction that is under way and closes the files.
func (s *Store) Close() error {
	var err error
	s.once.Do(func() {
		close(s.closing)
		s.wg.Wait()
		s.wmu <- struct{}{}
		err = s.closeFiles()
	})
	return err
}

func (s *Store) closeFiles() error {
	s.reads.close()
	s.breads.close()
	var errs []error
	for _, db := range []*sql.DB{s.db, s.bdb} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.bw != nil {
		s.bw.conn.ExecContext(context.Background(), "PRAGMA journal_mode=DELETE") // an empty journal need not stay behind
	}
	for _, w := range []*writer1{s.w, s.bw} {
		if w != nil {
			errs = append(errs, w.close())
		}
	}
	for _, db := range []*sql.DB{s.wdb, s.bwdb} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.packs != nil {
		errs = append(errs, s.packs.close())
	}
	s.words.close()
	errs = append(errs, s.lock.release())
	if err := errors.Join(errs...); err != nil {
		return local("close", err)
	}
	return nil
}

// account is what the store keeps in memory of an account.
type account struct {
	num  int64
	id   mail.AccountID
	name string
	hide bool
	gone bool
	mine map[string]bool // lower-case addresses of its identities
}

// box is what the store keeps in memory of a mailbox.
type box struct {
	id      mail.MailboxID
	account int64
	role    mail.Role
	name    string
	path    string
	virtual bool
	keep    bool
}

// cache is rebuilt after each commit that changed accounts or the tree; readers take a pointer that never changes.
type cache struct {
	mu sync.RWMutex
	v  *tree
}

type tree struct {
	byID  map[mail.AccountID]*account
	byNum map[int64]*account
	boxes map[mail.MailboxID]*box // living ones
	order []*box
	gone  []mail.MailboxID // being swept
}

func (s *Store) tree() *tree {
	s.cached.mu.RLock()
	defer s.cached.mu.RUnlock()
	return s.cached.v
}

// hold takes the lock of a profile, so that one program at a time uses it.
func hold(dir string) (*lockFile, error) {
	lock, err := takeLock(filepath.Join(dir, lockName))
	if errors.Is(err, errLocked) {
		return nil, &fault.Error{Kind: fault.Local, Op: "open", Code: "profile-in-use", Title: "Another Postrider uses this profile",
			Detail: "The profile in " + dir + " can be used by one program at a time. Close the other one or choose another profile.", Err: err}
	}
	if err != nil {
		return nil, local("open", err)
	}
	return lock, nil
}

// Hold keeps every program from opening a profile until release is called: its files stand still as long.
func Hold(dir string) (release func() error, err error) {
	l, err := hold(dir)
	if err != nil {
		return nil, err
	}
	return l.release, nil
}

// LockName is the file in a profile that says that it is in use; it holds nothing.
const LockName = lockName
