package pst

import (
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Folder is a folder of a store.
type Folder struct {
	s      *Store
	Ref    Ref
	Parent Ref // 0 = at the top, below the root folder
	Name   string
	Class  string // container class, "IPF.Note"; "" where it has none
	Search bool   // holds no items of its own: it shows what a search finds
	Path   []string
}

// maxDepth bounds the nesting of folders.
const maxDepth = 128

// Folders lists all folders below the root folder, parents before children, in the order the file has them.
func (s *Store) Folders() []*Folder {
	var out []*Folder
	seen := map[ndb.NID]bool{nidRoot: true}
	var walk func(parent ndb.NID, path []string, depth int)
	walk = func(parent ndb.NID, path []string, depth int) {
		for _, n := range s.subfolders(parent) {
			if seen[n] || depth > maxDepth || len(out) > 1<<20 {
				continue
			}
			seen[n] = true
			f := s.folder(n)
			if parent != nidRoot {
				f.Parent = Ref(parent)
			}
			f.Path = append(path[:len(path):len(path)], f.Name)
			out = append(out, f)
			walk(n, f.Path, depth+1)
		}
	}
	walk(nidRoot, nil, 0)
	if s.F.Damaged() {
		// Folders that no table leads to any more.
		for _, n := range s.orphans(seen) {
			f := s.folder(n)
			f.Path = []string{f.Name}
			seen[n] = true
			out = append(out, f)
			walk(n, f.Path, 1)
		}
	}
	return out
}

// Folder opens one folder, without its path and parent.
func (s *Store) Folder(r Ref) (*Folder, error) {
	if t := ndb.NID(r).Type(); t != ndb.TypeFolder && t != ndb.TypeSearchFolder {
		return nil, notFound("folder", r)
	}
	if _, err := s.F.Node(ndb.NID(r)); err != nil {
		return nil, notFound("folder", r)
	}
	return s.folder(ndb.NID(r)), nil
}

func (s *Store) folder(n ndb.NID) *Folder {
	f := &Folder{s: s, Ref: Ref(n), Search: n.Type() == ndb.TypeSearchFolder}
	s.reading(f.Ref)
	defer s.reading(0)
	p, err := s.pc(n)
	if err != nil {
		s.lose(f.Ref, "the properties of a folder", err)
		return f
	}
	f.Name, f.Class = prop.Text(p, prop.PidTagDisplayName), prop.Text(p, prop.PidTagContainerClass)
	return f
}

// Props are the folder's properties.
func (f *Folder) Props() (prop.Bag, error) { return f.s.pc(ndb.NID(f.Ref)) }

func (s *Store) pc(n ndb.NID) (*ltp.PC, error) {
	x, err := s.F.Node(n)
	if err != nil {
		return nil, err
	}
	return ltp.OpenPC(s.F, x)
}

// table opens a table of a folder. A folder may be without one, which is no loss: nil, nil.
func (s *Store) table(folder ndb.NID, kind byte) (*ltp.TC, error) {
	n, err := s.F.Node(folder.With(kind))
	if err == ndb.ErrNoNode {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if n.Data == 0 {
		return nil, nil
	}
	return ltp.OpenTC(s.F, n)
}

// subfolders are the ids of a folder's children: from its hierarchy table, or where that is lost from the node tree.
func (s *Store) subfolders(parent ndb.NID) []ndb.NID {
	s.reading(Ref(parent))
	defer s.reading(0)
	t, err := s.table(parent, ndb.TypeHierarchy)
	var out []ndb.NID
	if err == nil && t != nil {
		for i := range t.Len() {
			out = append(out, ndb.NID(t.Row(i).ID))
		}
	}
	lost := err != nil || t == nil && parent == nidRoot || t != nil && t.Lost
	if lost {
		s.lose(Ref(parent), "the list of a folder's subfolders", err)
	}
	if lost || s.F.Damaged() {
		// In a damaged file the node tree is asked too: a table may say what is not, and be silent about what is.
		out = s.agree(out, parent, func(t byte) bool { return t == ndb.TypeFolder || t == ndb.TypeSearchFolder })
	}
	return out
}

// agree brings a table's list of what is in a folder in agreement with the node tree: in the order of the table, and what it does
// not have after that.
func (s *Store) agree(list []ndb.NID, parent ndb.NID, kind func(byte) bool) []ndb.NID {
	there := map[ndb.NID]bool{}
	for _, n := range s.below(parent) {
		if kind(n.NID.Type()) && n.NID != parent {
			there[n.NID] = true
		}
	}
	var out []ndb.NID
	for _, n := range list {
		if there[n] {
			out = append(out, n)
			delete(there, n)
		}
	}
	for _, n := range s.below(parent) {
		if there[n.NID] {
			out = append(out, n.NID)
		}
	}
	return out
}

// below are the nodes whose parent is n.
func (s *Store) below(n ndb.NID) []ndb.Node {
	if s.children == nil {
		s.children = map[ndb.NID][]ndb.Node{}
		s.F.Nodes(0, func(n ndb.Node) bool {
			switch n.NID.Type() {
			case ndb.TypeFolder, ndb.TypeSearchFolder, ndb.TypeMessage, ndb.TypeAssocMessage:
				s.children[n.Parent] = append(s.children[n.Parent], n)
			}
			return true
		})
	}
	return s.children[n]
}

// orphans are the folders that are not in seen and whose parent is no folder of the file.
func (s *Store) orphans(seen map[ndb.NID]bool) (out []ndb.NID) {
	s.below(0)
	all := map[ndb.NID]ndb.NID{}
	for p, ns := range s.children {
		for _, n := range ns {
			if n.NID.Type() == ndb.TypeFolder {
				all[n.NID] = p
			}
		}
	}
	s.F.Nodes(0, func(n ndb.Node) bool {
		if p, ok := all[n.NID]; ok && !seen[n.NID] {
			if _, parent := all[p]; !parent || p == n.NID || seen[p] {
				out = append(out, n.NID)
			}
		}
		return true
	})
	return out
}

// Items lists the items of the folder in the order of its contents table, without those associated with the folder (views,
// rules). Where the table is damaged the rest comes from the node tree.
func (f *Folder) Items() []Ref { return f.list(ndb.TypeContents, ndb.TypeMessage) }

// Associated lists the items associated with the folder.
func (f *Folder) Associated() []Ref { return f.list(ndb.TypeAssoc, ndb.TypeAssocMessage) }

func (f *Folder) list(table, kind byte) []Ref {
	if f.Search {
		return nil
	}
	s := f.s
	s.reading(f.Ref)
	defer s.reading(0)
	t, err := s.table(ndb.NID(f.Ref), table)
	var ids []ndb.NID
	have := map[ndb.NID]bool{}
	if t != nil {
		for i := range t.Len() {
			if n := ndb.NID(t.Row(i).ID); n.Type() == kind && !have[n] {
				ids, have[n] = append(ids, n), true
			}
		}
	}
	lost := err != nil || t != nil && t.Lost
	if lost {
		s.lose(f.Ref, "the list of a folder's items", err)
	}
	if lost || s.F.Damaged() {
		ids = s.agree(ids, ndb.NID(f.Ref), func(t byte) bool { return t == kind })
	}
	out := make([]Ref, len(ids))
	for i, n := range ids {
		out[i] = Ref(n)
	}
	return out
}
