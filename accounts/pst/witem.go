package pst

import (
	"errors"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// changeItem finds an item that is to be changed.
func (s *Store) changeItem(r Ref) (*writing, ndb.Node, error) {
	x, err := s.writer()
	if err != nil {
		return nil, ndb.Node{}, err
	}
	if ndb.NID(r).Type() != ndb.TypeMessage {
		return nil, ndb.Node{}, notFound("item", r)
	}
	n, err := x.w.Node(ndb.NID(r))
	if errors.Is(err, ndb.ErrNoNode) {
		return nil, ndb.Node{}, notFound("item", r)
	}
	if err != nil {
		return nil, ndb.Node{}, writeFault(s.path, err)
	}
	return x, n, nil
}

// Set changes properties of an item; a nil value takes one away. Named properties are given by their ids in this file.
func (s *Store) Set(r Ref, set prop.Map) error {
	x, n, err := s.changeItem(r)
	if err != nil {
		return err
	}
	old, err := ltp.OpenPC(x.w.File, n)
	if err != nil {
		return writeFault(s.path, err)
	}
	unread := func(v prop.Value) int32 {
		if f, ok := v.(int32); ok && f&flagRead == 0 {
			return 1
		}
		return 0
	}
	was, _ := old.Get(prop.PidTagMessageFlags)
	do := func() error {
		if err := x.setProps(&n, set); err != nil {
			return err
		}
		t, err := x.contents(n.Parent)
		if err != nil {
			return err
		}
		if f, ok := set[prop.PidTagMessageFlags]; ok {
			x.count(n.Parent, 0, unread(f)-unread(was))
		}
		_, err = t.Set(uint32(r), x.version(), set)
		return err
	}
	if err := do(); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	return nil
}

// Delete deletes an item.
func (s *Store) Delete(r Ref) error {
	x, n, err := s.changeItem(r)
	if err != nil {
		return err
	}
	do := func() error {
		if err := x.unfile(n); err != nil {
			return err
		}
		return x.w.DeleteNode(n.NID)
	}
	if err := do(); err != nil {
		return writeFault(s.path, x.fail(err))
	}
	return nil
}

// unfile takes an item out of its folder's table.
func (x *writing) unfile(n ndb.Node) error {
	p, err := ltp.OpenPC(x.w.File, n)
	if err != nil {
		return err
	}
	t, err := x.contents(n.Parent)
	if err != nil {
		return err
	}
	if _, err := t.Delete(uint32(n.NID)); err != nil {
		return err
	}
	x.count(n.Parent, -1, -unreadOf(p))
	x.s.children = nil
	return nil
}

// Move moves an item to another folder. It gets a new name, which is returned: names in a folder only grow, so that what is new
// in it can be told.
func (s *Store) Move(r, to Ref) (Ref, error) {
	x, n, err := s.changeItem(r)
	if err != nil {
		return 0, err
	}
	f := ndb.NID(to)
	if f.Type() != ndb.TypeFolder {
		return 0, notFound("folder", to)
	}
	if _, err := x.w.Node(f); err != nil {
		return 0, notFound("folder", to)
	}
	if n.Parent == f {
		return r, nil
	}
	do := func() error {
		p, err := ltp.OpenPC(x.w.File, n)
		if err != nil {
			return err
		}
		row := prop.Map{}
		for _, t := range contentsColumns {
			v, ok := p.Get(t)
			if s, is := v.(string); is {
				v = cut(s)
			}
			if b, is := v.([]byte); !ok || is && len(b) > 1024 {
				continue
			}
			row[t] = v
		}
		if err := x.unfile(n); err != nil {
			return err
		}
		if err := x.w.Unlink(n.NID); err != nil {
			return err
		}
		n.Parent = f
		n.NID = x.w.NextNID(ndb.TypeMessage)
		return x.file(n, row)
	}
	if err := do(); err != nil {
		return 0, writeFault(s.path, x.fail(err))
	}
	return Ref(n.NID), nil
}
