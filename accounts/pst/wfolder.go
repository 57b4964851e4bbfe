package pst

import (
	"errors"
	"slices"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Top is the folder that a person's folders are in, the IPM subtree; 0 where the file does not say.
func (s *Store) Top() Ref { return s.entry(prop.PidTagIpmSubtreeEntryId) }

// Deleted is the folder of deleted items; 0 where the file does not say.
func (s *Store) Deleted() Ref { return s.entry(prop.PidTagIpmWastebasketEntryId) }

// Finder is the folder of search folders; 0 where the file does not say.
func (s *Store) Finder() Ref { return s.entry(prop.PidTagFinderEntryId) }

// entry is the folder that an entry id of the store names.
func (s *Store) entry(t prop.Tag) Ref {
	b := prop.Bytes(s.Props(), t)
	if len(b) < 24 {
		return 0
	}
	n := ndb.NID(le.Uint32(b[20:]))
	if _, err := s.F.Node(n); err != nil {
		return 0
	}
	return Ref(n)
}

// CreateFolder makes a folder in another (0 = Top) and returns it. class is its container class, "" = "IPF.Note". A folder of that
// name is no error: it may be there twice, as in Outlook it may not; callers look first.
func (s *Store) CreateFolder(parent Ref, name, class string) (Ref, error) {
	x, err := s.writer()
	if err != nil {
		return 0, err
	}
	if parent == 0 {
		if parent = s.Top(); parent == 0 {
			parent = Ref(nidRoot)
		}
	}
	if class == "" {
		class = "IPF.Note"
	}
	if name == "" {
		return 0, fault.New(fault.Usage, "name", "A folder needs a name", "")
	}
	p := ndb.NID(parent)
	if p.Type() != ndb.TypeFolder {
		return 0, notFound("folder", parent)
	}
	if _, err := x.w.Node(p); err != nil {
		return 0, notFound("folder", parent)
	}
	nid, err := x.createFolder(p, name, class)
	if err != nil {
		return 0, writeFault(s.path, x.fail(err))
	}
	s.children = nil
	return Ref(nid), nil
}

func (x *writing) createFolder(parent ndb.NID, name, class string) (ndb.NID, error) {
	nid := x.w.NextNID(ndb.TypeFolder)
	m := prop.Map{prop.PidTagDisplayName: name, prop.PidTagContentCount: int32(0), prop.PidTagContentUnreadCount: int32(0),
		prop.PidTagSubfolders: false, prop.PidTagContainerClass: class}
	data, sub, err := writePC(x.w, m)
	if err != nil {
		return 0, err
	}
	if err := x.w.SetNode(ndb.Node{NID: nid, Data: data, Sub: sub, Parent: parent}); err != nil {
		return 0, err
	}
	if err := x.emptyTable(nid.With(ndb.TypeHierarchy), nidHierTemplate, hierarchyColumns); err != nil {
		return 0, err
	}
	t, err := ltp.NewTC(x.w, contentsColumns)
	if err != nil {
		return 0, err
	}
	x.tables[nid.With(ndb.TypeContents)] = &openTable{ndb.Node{NID: nid.With(ndb.TypeContents)}, t}
	if err := x.emptyTable(nid.With(ndb.TypeAssoc), nidAssoTemplate, nil); err != nil {
		return 0, err
	}
	if t, err = x.table(parent.With(ndb.TypeHierarchy)); err != nil {
		return 0, err
	}
	if err := t.Add(uint32(nid), x.version(), m); err != nil {
		return 0, err
	}
	p, err := x.s.pc(parent)
	if err != nil {
		return 0, err
	}
	if !prop.Bool(p, prop.PidTagSubfolders) {
		err = x.setFolder(parent, prop.Map{prop.PidTagSubfolders: true})
	}
	return nid, err
}

// emptyTable gives a node an empty table: the template's where the file has one.
func (x *writing) emptyTable(nid, template ndb.NID, cols []prop.Tag) error {
	if n, err := x.w.Node(template); err == nil && n.Data != 0 && n.Sub == 0 {
		return shareTable(x.w, nid, template)
	}
	if cols == nil {
		i := slices.IndexFunc(templates, func(t struct {
			nid  ndb.NID
			cols []prop.Tag
		}) bool {
			return t.nid == template
		})
		cols = templates[i].cols
	}
	t, err := ltp.NewTC(x.w, cols)
	if err != nil {
		return err
	}
	data, sub, err := t.Flush()
	if err != nil {
		return err
	}
	return x.w.SetNode(ndb.Node{NID: nid, Data: data, Sub: sub})
}

// RenameFolder gives a folder another name, another parent, or both (parent 0 = Top).
func (s *Store) RenameFolder(r, parent Ref, name string) error {
	x, n, err := s.changeFolder(r)
	if err != nil {
		return err
	}
	if parent == 0 {
		parent = s.Top()
	}
	p := ndb.NID(parent)
	for up, i := p, 0; i < maxDepth; i++ {
		if up == n.NID {
			return fault.New(fault.Refused, "into-itself", "A folder cannot be moved into itself", "")
		}
		u, err := x.w.Node(up)
		if err != nil {
			return notFound("folder", parent)
		}
		if up == nidRoot || u.Parent == up {
			break
		}
		up = u.Parent
	}
	do := func() error {
		if n.Parent == p {
			return x.setFolder(n.NID, prop.Map{prop.PidTagDisplayName: name})
		}
		old := n.Parent
		n.Parent = p
		if err := x.setProps(&n, prop.Map{prop.PidTagDisplayName: name}); err != nil {
			return err
		}
		if err := x.unlist(old, n.NID); err != nil {
			return err
		}
		b, err := x.s.pc(n.NID)
		if err != nil {
			return err
		}
		t, err := x.table(p.With(ndb.TypeHierarchy))
		if err != nil {
			return err
		}
		if err := t.Add(uint32(n.NID), x.version(), b); err != nil {
			return err
		}
		return x.setFolder(p, prop.Map{prop.PidTagSubfolders: true})
	}
	s.children = nil
	if err := do(); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	return nil
}

// unlist takes a folder out of its parent's table.
func (x *writing) unlist(parent, nid ndb.NID) error {
	t, err := x.table(parent.With(ndb.TypeHierarchy))
	if err != nil {
		return err
	}
	if _, err := t.Delete(uint32(nid)); err != nil || t.Len() > 0 {
		return err
	}
	return x.setFolder(parent, prop.Map{prop.PidTagSubfolders: false})
}

// changeFolder finds a folder that may be changed: not one of those every file must have.
func (s *Store) changeFolder(r Ref) (*writing, ndb.Node, error) {
	x, err := s.writer()
	if err != nil {
		return nil, ndb.Node{}, err
	}
	if t := ndb.NID(r).Type(); t != ndb.TypeFolder {
		return nil, ndb.Node{}, notFound("folder", r)
	}
	n, err := x.w.Node(ndb.NID(r))
	if err != nil {
		return nil, ndb.Node{}, notFound("folder", r)
	}
	if n.NID == nidRoot || r == s.Top() || r == s.Deleted() || r == s.Finder() {
		return nil, ndb.Node{}, fault.New(fault.Refused, "system-folder", "This folder belongs to the file", "It can be neither renamed nor deleted.")
	}
	return x, n, nil
}

// DeleteFolder deletes a folder with everything in it.
func (s *Store) DeleteFolder(r Ref) error {
	x, n, err := s.changeFolder(r)
	if err != nil {
		return err
	}
	// What is in it is read from the trees, so what is kept open has to be there.
	if err := x.flush(); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	s.children = nil
	if err := errors.Join(x.dropFolder(n.NID, 0), x.unlist(n.Parent, n.NID)); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	s.children = nil
	return nil
}

func (x *writing) dropFolder(nid ndb.NID, depth int) error {
	if depth > maxDepth {
		return ndb.ErrLost
	}
	for _, k := range slices.Clone(x.s.below(nid)) {
		var err error
		switch k.NID.Type() {
		case ndb.TypeFolder:
			if k.NID != nid {
				err = x.dropFolder(k.NID, depth+1)
			}
		case ndb.TypeMessage, ndb.TypeAssocMessage:
			err = x.w.DeleteNode(k.NID)
		}
		if err != nil {
			return err
		}
	}
	for _, t := range []byte{ndb.TypeHierarchy, ndb.TypeContents, ndb.TypeAssoc} {
		if err := x.w.DeleteNode(nid.With(t)); err != nil && !errors.Is(err, ndb.ErrNoNode) {
			return err
		}
	}
	delete(x.counts, nid)
	return x.w.DeleteNode(nid)
}

// SetFolderClass says what a folder holds ("IPF.Contact").
func (s *Store) SetFolderClass(r Ref, class string) error {
	return s.SetFolder(r, prop.Map{prop.PidTagContainerClass: class})
}
