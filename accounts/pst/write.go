package pst

import (
	"errors"
	"os"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// writing is what a store that is open for writing has more. Changes of messages are in the file's trees at once; rows of
// folders' tables and counts are kept open and go there with Commit.
type writing struct {
	s      *Store
	w      *ndb.Writer
	lock   *ndb.Lock
	tables map[ndb.NID]*openTable
	counts map[ndb.NID]*delta
	ver    uint32
	broken error
}

type openTable struct {
	node ndb.Node
	t    *ltp.TCEdit
}

// delta is how the counts of a folder change with the next commit.
type delta struct{ items, unread int32 }

func newWriting(s *Store, w *ndb.Writer, lock *ndb.Lock) *writing {
	return &writing{s: s, w: w, lock: lock, tables: map[ndb.NID]*openTable{}, counts: map[ndb.NID]*delta{}, ver: w.Header().Unique}
}

// OpenWrite opens a Unicode PST for reading and writing. Files of other formats, damaged files and files that another
// program writes to are refused with a fault that says so.
func OpenWrite(path string, o Options) (*Store, error) {
	lock, err := ndb.TakeLock(path)
	if err != nil {
		return nil, writeFault(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		lock.Release()
		return nil, openFault(path, err)
	}
	st, err := f.Stat()
	var s *Store
	if err == nil {
		s, err = openWrite(f, st.Size(), o)
	}
	if err != nil {
		f.Close()
		lock.Release()
		return nil, writeFault(path, err)
	}
	s.path, s.close, s.w.lock = path, f, lock
	return s, nil
}

func openWrite(f ndb.Storage, size int64, o Options) (*Store, error) {
	s := &Store{onLoss: o.OnLoss}
	w, err := ndb.OpenWriter(f, size, ndb.Options{Cache: o.Cache, OnLoss: s.ndbLoss})
	if err != nil {
		return nil, err
	}
	s.F = w.File
	s.load()
	if s.props == nil {
		return nil, ndb.ErrLost
	}
	s.w = newWriting(s, w, nil)
	return s, nil
}

// Writable reports whether the store was opened for writing.
func (s *Store) Writable() bool { return s.w != nil }

func (s *Store) writer() (*writing, error) {
	if s.w == nil {
		return nil, writeFault(s.path, ndb.ErrReadOnly)
	}
	if s.w.broken != nil {
		return nil, writeFault(s.path, s.w.broken)
	}
	return s.w, nil
}

// fail breaks the writer: what was not committed is lost, what was is in the file.
func (x *writing) fail(err error) error {
	if err != nil && x.broken == nil {
		x.broken = err
		x.w.Break(err)
	}
	return err
}

// version gives out a number for a row.
func (x *writing) version() uint32 { x.ver++; return x.ver }

// table opens a table for changing, or the one that is open.
func (x *writing) table(nid ndb.NID) (*ltp.TCEdit, error) {
	if t := x.tables[nid]; t != nil {
		return t.t, nil
	}
	n, err := x.w.Node(nid)
	if err != nil {
		return nil, err
	}
	var t *ltp.TCEdit
	if n.Data == 0 {
		cols := hierarchyColumns
		if nid.Type() != ndb.TypeHierarchy {
			cols = contentsColumns
		}
		t, err = ltp.NewTC(x.w, cols)
	} else {
		t, err = ltp.EditTC(x.w, n)
	}
	if err != nil {
		return nil, err
	}
	x.tables[nid] = &openTable{n, t}
	return t, nil
}

// contents opens the contents table of a folder. The first item gives a table that only has the template's columns more.
func (x *writing) contents(folder ndb.NID) (*ltp.TCEdit, error) {
	nid := folder.With(ndb.TypeContents)
	t, err := x.table(nid)
	if errors.Is(err, ndb.ErrNoNode) {
		t, err = ltp.NewTC(x.w, contentsColumns)
		if err == nil {
			x.tables[nid] = &openTable{ndb.Node{NID: nid}, t}
		}
		return t, err
	}
	if err != nil || t.Len() > 0 || len(t.Columns()) > len(contentsTemplate)+2 {
		return t, err
	}
	old := x.tables[nid].node
	n, err := ltp.NewTC(x.w, contentsColumns)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(x.w.FreeData(old.Data), x.w.FreeSub(old.Sub)); err != nil {
		return nil, err
	}
	x.tables[nid] = &openTable{ndb.Node{NID: nid}, n}
	return n, nil
}

func (x *writing) count(folder ndb.NID, items, unread int32) {
	d := x.counts[folder]
	if d == nil {
		d = &delta{}
		x.counts[folder] = d
	}
	d.items += items
	d.unread += unread
}

// Commit makes everything done until now safe on disk.
func (s *Store) Commit() error {
	x, err := s.writer()
	if err != nil {
		return err
	}
	if err := x.flush(); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	x.w.AtLeast(x.ver)
	if err := x.w.Commit(); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	x.ver = x.w.Header().Unique
	return nil
}

// flush puts what is kept open into the trees.
func (x *writing) flush() error {
	for folder, d := range x.counts {
		if *d == (delta{}) {
			continue
		}
		p, err := x.s.pc(folder)
		if err != nil {
			return err
		}
		set := prop.Map{
			prop.PidTagContentCount:       max(0, int32(prop.Int(p, prop.PidTagContentCount))+d.items),
			prop.PidTagContentUnreadCount: max(0, int32(prop.Int(p, prop.PidTagContentUnreadCount))+d.unread),
		}
		if err := x.setFolder(folder, set); err != nil {
			return err
		}
	}
	clear(x.counts)
	for nid, t := range x.tables {
		var err error
		if t.node.Data, t.node.Sub, err = t.t.Flush(); err != nil {
			return err
		}
		if err := x.w.SetNode(t.node); err != nil {
			return err
		}
		delete(x.tables, nid)
	}
	if n := x.s.names; n.dirty {
		old, err := x.w.Node(nidNames)
		if err != nil {
			return err
		}
		data, sub, err := writeNames(x.w, n)
		if err != nil {
			return err
		}
		if err := errors.Join(x.w.FreeData(old.Data), x.w.FreeSub(old.Sub)); err != nil {
			return err
		}
		old.Data, old.Sub = data, sub
		if err := x.w.SetNode(old); err != nil {
			return err
		}
		n.dirty = false
	}
	return nil
}

// setFolder changes properties of a folder, in its own node and in its parent's table.
func (x *writing) setFolder(folder ndb.NID, set prop.Map) error {
	n, err := x.w.Node(folder)
	if err != nil {
		return err
	}
	if err := x.setProps(&n, set); err != nil {
		return err
	}
	if n.Parent == folder || n.Parent == 0 {
		return nil
	}
	t, err := x.table(n.Parent.With(ndb.TypeHierarchy))
	if err != nil {
		return err
	}
	_, err = t.Set(uint32(folder), x.version(), set)
	return err
}

// setProps changes properties of a node that has a property context.
func (x *writing) setProps(n *ndb.Node, set prop.Map) error {
	ids := map[uint16]bool{}
	for t := range set {
		ids[t.ID()] = true
	}
	p, err := ltp.EditPC(x.w, *n, func(t prop.Tag) bool { return ids[t.ID()] })
	if err != nil {
		return err
	}
	for _, t := range set.Tags() {
		if set[t] == nil {
			continue // only taken out
		}
		if err := p.Set(t, set[t]); err != nil {
			return err
		}
	}
	if n.Data, n.Sub, err = p.Finish(); err != nil {
		return err
	}
	return x.w.SetNode(*n)
}

// close commits and gives the lock back.
func (x *writing) close() error {
	var err error
	if x.broken == nil {
		if err = x.s.Commit(); err == nil {
			if e := x.w.Close(); e != nil {
				err = writeFault(x.s.path, e)
			}
		}
	}
	x.broken = errors.New("the file is closed")
	return errors.Join(err, x.lock.Release())
}

func writeFault(path string, err error) error {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, ndb.ErrLocked):
		f = fault.New(fault.Busy, "locked", "The file is in use", "Another program, or another window, is writing to this Outlook data file. Close it there first.")
	case errors.Is(err, ndb.ErrReadOnly):
		f = fault.New(fault.Refused, "read-only", "This file can only be read", "OST files and the older format of Outlook 97 to 2002 are not written. Copy what is in it into a new file.")
	case errors.Is(err, ndb.ErrTooLarge):
		f = fault.New(fault.Quota, "too-large", "This does not fit into an Outlook data file", "A single item may hold up to 4 GB.")
	case errors.Is(err, os.ErrExist):
		f = fault.New(fault.Conflict, "exists", "There is a file of this name already", "Choose another name.")
	case errors.Is(err, ndb.ErrLost):
		f = fault.New(fault.Local, "damaged", "The file is damaged and is not written to", "What can be read of it can be copied into a new file.")
	case errors.Is(err, ndb.ErrNotPST), errors.Is(err, os.ErrNotExist):
		return openFault(path, err)
	default:
		f = fault.Of(err)
		if f.Kind != fault.Protocol {
			return f
		}
		f = fault.New(fault.Local, "write", "The file cannot be written", "Nothing that was confirmed before is lost. Check the disk the file is on.")
	}
	f.Op, f.Err = "write", err
	if path != "" {
		f.Service = path
	}
	return f
}
