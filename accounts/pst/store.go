package pst

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// The nodes with fixed ids ([MS-PST] 2.4.1).
const (
	nidStore     ndb.NID = 0x21
	nidNames     ndb.NID = 0x61
	nidRoot      ndb.NID = 0x122
	nidAttach    ndb.NID = 0x671 // in a message: the table of attachments
	nidRecipient ndb.NID = 0x692 // in a message: the table of recipients
)

// Options of Open.
type Options struct {
	// Cache is how many bytes of the file are kept in memory; 0 = 16 MiB.
	Cache int
	// OnLoss is told of each thing that is lost, as it is found.
	OnLoss func(Loss)
}

// Loss is something that cannot be read.
type Loss struct {
	Item Ref    // the folder or item it was read for; 0 where it is of none
	What string // what is lost, for people: "a part of the message's properties"
	At   uint64 // offset in the file, 0 where it is not known
	Err  string
}

// Ref names a folder or item in its file: its node id.
type Ref uint32

// String is the name in hexadecimal digits.
func (r Ref) String() string { return strconv.FormatUint(uint64(r), 16) }

// Store is an open PST or OST. It may be used by one goroutine at a time; readers of attachments that it has given out may
// be read by another.
type Store struct {
	F     *ndb.File
	path  string
	close io.Closer
	names *names
	props *ltp.PC

	mu     sync.Mutex
	losses []Loss
	onLoss func(Loss)
	cur    Ref // what is being read, for losses

	children map[ndb.NID][]ndb.Node // nodes by parent, built when a table is damaged
	odd      map[Ref]odds           // what is no message, by folder
	w        *writing
}

// Open opens a file for reading.
func Open(path string, o Options) (*Store, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, openFault(path, err)
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = ndb.ErrNotPST
	}
	if err != nil {
		f.Close()
		return nil, openFault(path, err)
	}
	s, err := read(f, st.Size(), o)
	if err != nil {
		f.Close()
		return nil, openFault(path, err)
	}
	s.path, s.close = path, f
	return s, nil
}

// OpenReader opens a file that is somewhere else than on a disk.
func OpenReader(r io.ReaderAt, size int64, o Options) (*Store, error) {
	s, err := read(r, size, o)
	if err != nil {
		return nil, openFault("", err)
	}
	return s, nil
}

func read(r io.ReaderAt, size int64, o Options) (*Store, error) {
	s := &Store{onLoss: o.OnLoss}
	f, err := ndb.Open(r, size, ndb.Options{Cache: o.Cache, OnLoss: s.ndbLoss})
	if err != nil {
		return nil, err
	}
	s.F = f
	s.load()
	return s, nil
}

// load reads what every use needs.
func (s *Store) load() {
	s.names = &names{}
	if n, err := s.F.Node(nidNames); err == nil {
		s.names = readNames(s.F, n)
	} else {
		s.lose(0, "the names of named properties", err)
	}
	s.props = nil
	if n, err := s.F.Node(nidStore); err == nil {
		if s.props, err = ltp.OpenPC(s.F, n); err != nil {
			s.lose(0, "the properties of the store", err)
		}
	} else {
		s.lose(0, "the properties of the store", err)
	}
}

// Close closes the file.
func (s *Store) Close() error {
	var err error
	if s.w != nil {
		err = s.w.close()
	}
	if s.close != nil {
		err = errors.Join(err, s.close.Close())
		s.close = nil
	}
	return err
}

// Path is the file's path.
func (s *Store) Path() string { return s.path }

// Props are the properties of the message store; an empty bag where they are lost.
func (s *Store) Props() prop.Bag {
	if s.props == nil {
		return prop.Map{}
	}
	return s.props
}

// Name is the store's name for people.
func (s *Store) Name() string { return prop.Text(s.Props(), prop.PidTagDisplayName) }

// Names gives the named properties of the file.
func (s *Store) Names() prop.Namer { return s.names }

// Losses is what could not be read until now.
func (s *Store) Losses() []Loss {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Loss(nil), s.losses...)
}

const maxLosses = 1 << 16

func (s *Store) lose(item Ref, what string, err error) {
	l := Loss{Item: item, What: what}
	if err != nil {
		l.Err = err.Error()
	}
	s.addLoss(l)
}

func (s *Store) ndbLoss(l ndb.Loss) {
	s.mu.Lock()
	cur := s.cur
	s.mu.Unlock()
	what := map[string]string{"header": "the header of the file", "page": "a page of the index", "block": "a block of data", "checksum": "a block of data has a wrong checksum"}[l.What]
	s.addLoss(Loss{Item: cur, What: what, At: l.At, Err: l.Err})
}

func (s *Store) addLoss(l Loss) {
	s.mu.Lock()
	if len(s.losses) < maxLosses {
		s.losses = append(s.losses, l)
	}
	s.mu.Unlock()
	if s.onLoss != nil {
		s.onLoss(l)
	}
}

// reading says for which item the next reads are.
func (s *Store) reading(r Ref) {
	s.mu.Lock()
	s.cur = r
	s.mu.Unlock()
}

func openFault(path string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	if errors.Is(err, ndb.ErrNotPST) {
		f = fault.New(fault.Usage, "not-pst", "This is not an Outlook data file", "PST and OST files can be opened. The file is something else, or its beginning is destroyed.")
	} else if errors.Is(err, os.ErrNotExist) {
		f = fault.New(fault.NotFound, "no-file", "There is no such file", "It may have been moved, or the disk it is on is not connected.")
	} else if errors.Is(err, os.ErrPermission) {
		f = fault.New(fault.Local, "no-permission", "The file may not be read", "Check who may read it.")
	} else {
		f = fault.New(fault.Local, "unreadable", "The file cannot be opened", "Check that the disk it is on is connected.")
	}
	f.Op, f.Err = "open", err
	if path != "" {
		f.Service = path
	}
	return f
}

func notFound(what string, r Ref) error {
	return &fault.Error{Kind: fault.NotFound, Op: "open", Title: "There is no such " + what + " in the file", Err: fmt.Errorf("node %#x", uint32(r))}
}
