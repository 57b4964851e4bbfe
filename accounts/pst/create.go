package pst

import (
	"crypto/rand"
	"os"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// CreateOptions say what a new file is.
type CreateOptions struct {
	// Name is the store's name for people; "" = "Outlook Data File".
	Name string
	// Crypt is the encoding; Outlook's own choice is ndb.CryptPermute, which is the zero value's meaning too. Plain leaves
	// the contents as they are.
	Cyclic, Plain bool
	// Storage, when not nil, is written to instead of a file at the path.
	Storage ndb.Storage
}

// Create makes a new Unicode PST and opens it for writing. A file that is there already is an error.
func Create(path string, o CreateOptions) (*Store, error) {
	if o.Name == "" {
		o.Name = "Outlook Data File"
	}
	crypt := ndb.CryptPermute
	if o.Cyclic {
		crypt = ndb.CryptCyclic
	}
	if o.Plain {
		crypt = ndb.CryptNone
	}
	var lock *ndb.Lock
	storage := o.Storage
	var file *os.File
	if storage == nil {
		var err error
		if lock, err = ndb.TakeLock(path); err != nil {
			return nil, writeFault(path, err)
		}
		if file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			lock.Release()
			return nil, writeFault(path, err)
		}
		storage = file
	}
	w, err := ndb.Create(storage, crypt)
	if err == nil {
		err = furnish(w, o.Name)
	}
	if err == nil {
		err = w.Commit()
	}
	if err != nil {
		if file != nil {
			file.Close()
			os.Remove(path)
		}
		lock.Release()
		return nil, writeFault(path, err)
	}
	s := &Store{F: w.File, path: path}
	if file != nil {
		s.close = file
	}
	s.load()
	s.w = newWriting(s, w, lock)
	return s, nil
}

// furnish puts into an empty file what every PST must have ([MS-PST] 2.7).
func furnish(w *ndb.Writer, name string) error {
	f := &furnisher{w: w}
	var key [16]byte
	rand.Read(key[:])
	entry := func(n ndb.NID) []byte { return entryID(key[:], n) }

	version := append([]byte{1, 0, 0, 0}, make([]byte, 16)...)
	rand.Read(version[4:])
	version = append(version, 1, 0, 0, 0)
	f.pc(nidStore, 0, prop.Map{
		0x0E340102:                       version,
		0x0E380003:                       int32(0),
		prop.PidTagRecordKey:             key[:],
		prop.PidTagDisplayName:           name,
		prop.PidTagValidFolderMask:       int32(0x89), // IPM subtree, Deleted Items, search root
		prop.PidTagIpmSubtreeEntryId:     entry(nidSubtree),
		prop.PidTagIpmWastebasketEntryId: entry(nidDeleted),
		prop.PidTagFinderEntryId:         entry(nidFinder),
		0x6633000B:                       true,              // PidTagPstSubTreeContainer
		0x66FA0003:                       int32(0x000E000D), // PidTagLatestPstEnsure
		0x67FF0003:                       int32(0),          // PidTagPstPassword: none
	})
	f.names()
	for _, t := range templates {
		f.table(t.nid, t.cols, nil)
	}
	f.table(nidReceive, receiveColumns, func(t *ltp.TCEdit) error {
		return t.Add(1, 2, prop.Map{0x66050003: int32(nidRoot), 0x001A001F: ""})
	})
	f.folder(nidRoot, nidRoot, prop.Map{prop.PidTagDisplayName: "", prop.PidTagSubfolders: true}, nil)
	f.folder(nidSubtree, nidRoot, prop.Map{prop.PidTagDisplayName: "Top of Outlook data file", prop.PidTagSubfolders: true}, nil)
	f.folder(nidFinder, nidRoot, prop.Map{prop.PidTagDisplayName: "Search Root"}, nil)
	f.folder(nidDeleted, nidSubtree, prop.Map{prop.PidTagDisplayName: "Deleted Items"}, contentsColumns)
	f.spam()
	f.rows(nidRoot, nidSubtree, nidFinder, nidSpamSearch)
	f.rows(nidSubtree, nidDeleted)

	// The queues of searches, all empty but for the one search folder that Outlook makes in every file.
	f.raw(nidSearchQueue, nil)
	f.raw(nidSearchActive, le.AppendUint32(nil, uint32(nidSpamSearch)))
	f.raw(nidSearchDomain, nil)
	return f.err
}

// entryID names an object of a store ([MS-PST] 2.4.3.2).
func entryID(key []byte, n ndb.NID) []byte {
	return le.AppendUint32(append(make([]byte, 4, 24), key...), uint32(n))
}

// furnisher puts nodes into a new file, and remembers the first error.
type furnisher struct {
	w    *ndb.Writer
	err  error
	bags map[ndb.NID]prop.Map
}

func (f *furnisher) node(n ndb.Node) {
	if f.err == nil {
		f.err = f.w.SetNode(n)
	}
}

func (f *furnisher) raw(nid ndb.NID, b []byte) {
	if f.err != nil {
		return
	}
	var data ndb.BID
	if data, f.err = f.w.Put(b); f.err == nil {
		f.node(ndb.Node{NID: nid, Data: data})
	}
}

func (f *furnisher) pc(nid, parent ndb.NID, m prop.Map) {
	if f.err != nil {
		return
	}
	data, sub, err := writePC(f.w, m)
	if f.err = err; err == nil {
		f.node(ndb.Node{NID: nid, Data: data, Sub: sub, Parent: parent})
	}
}

func writePC(w *ndb.Writer, m prop.Bag) (data, sub ndb.BID, err error) {
	p := ltp.NewPC(w)
	for _, t := range m.Tags() {
		v, _ := m.Get(t)
		if err := p.Set(t, v); err != nil {
			return 0, 0, err
		}
	}
	return p.Finish()
}

func (f *furnisher) names() {
	if f.err == nil {
		var data, sub ndb.BID
		x := &names{}
		for _, n := range usualNames {
			x.add(n)
		}
		if data, sub, f.err = writeNames(f.w, x); f.err == nil {
			f.node(ndb.Node{NID: nidNames, Data: data, Sub: sub})
		}
	}
}

func (f *furnisher) table(nid ndb.NID, cols []prop.Tag, fill func(*ltp.TCEdit) error) {
	if f.err != nil {
		return
	}
	t, err := ltp.NewTC(f.w, cols)
	if err == nil && fill != nil {
		err = fill(t)
	}
	var data, sub ndb.BID
	if err == nil {
		data, sub, err = t.Flush()
	}
	if f.err = err; err == nil {
		f.node(ndb.Node{NID: nid, Data: data, Sub: sub})
	}
}

// share gives a node the table of a template.
func (f *furnisher) share(nid, template ndb.NID) {
	if f.err == nil {
		f.err = shareTable(f.w, nid, template)
	}
}

func shareTable(w *ndb.Writer, nid, template ndb.NID) error {
	n, err := w.Node(template)
	if err != nil {
		return err
	}
	if err := w.Share(n.Data); err != nil {
		return err
	}
	return w.SetNode(ndb.Node{NID: nid, Data: n.Data})
}

// folder makes a folder's four nodes. cols are those of its contents table, nil for the template's.
func (f *furnisher) folder(nid, parent ndb.NID, m prop.Map, cols []prop.Tag) {
	for _, t := range []prop.Tag{prop.PidTagContentCount, prop.PidTagContentUnreadCount} {
		if _, ok := m[t]; !ok {
			m[t] = int32(0)
		}
	}
	if _, ok := m[prop.PidTagSubfolders]; !ok {
		m[prop.PidTagSubfolders] = false
	}
	if f.bags == nil {
		f.bags = map[ndb.NID]prop.Map{}
	}
	f.bags[nid] = m
	f.pc(nid, parent, m)
	f.share(nid.With(ndb.TypeHierarchy), nidHierTemplate)
	if cols == nil {
		f.share(nid.With(ndb.TypeContents), nidContTemplate)
	} else {
		f.table(nid.With(ndb.TypeContents), cols, nil)
	}
	f.share(nid.With(ndb.TypeAssoc), nidAssoTemplate)
	f.w.UseNID(nid)
}

// spam makes the search folder for junk mail ([MS-PST] 2.7.3.4 and 2.4.8.6).
func (f *furnisher) spam() {
	m := prop.Map{prop.PidTagDisplayName: "SPAM Search Folder 2", prop.PidTagContentCount: int32(0), prop.PidTagContentUnreadCount: int32(0), prop.PidTagSubfolders: false}
	f.bags[nidSpamSearch] = m
	f.pc(nidSpamSearch, nidRoot, m)
	f.raw(nidSpamSearch.With(ndb.TypeSearchQueue), nil)
	f.pc(nidSpamSearch.With(ndb.TypeSearchCrit), 0, prop.Map{0x660B0003: int32(0)})
	f.share(nidSpamSearch.With(ndb.TypeSearchContent), nidSeaTemplate)
}

// rows puts folders into the hierarchy table of their parent.
func (f *furnisher) rows(parent ndb.NID, kids ...ndb.NID) {
	if f.err != nil {
		return
	}
	n, err := f.w.Node(parent.With(ndb.TypeHierarchy))
	var t *ltp.TCEdit
	if err == nil {
		t, err = ltp.EditTC(f.w, n)
	}
	for i, k := range kids {
		if err == nil {
			err = t.Add(uint32(k), uint32(i+3), f.bags[k])
		}
	}
	if err == nil {
		n.Data, n.Sub, err = t.Flush()
	}
	if f.err = err; err == nil {
		f.node(n)
	}
}
