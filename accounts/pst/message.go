package pst

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Message opens an item. Parts of it that are lost are missing in it, and told to OnLoss.
func (s *Store) Message(r Ref) (*prop.Message, error) {
	if t := ndb.NID(r).Type(); t != ndb.TypeMessage && t != ndb.TypeAssocMessage {
		return nil, notFound("item", r)
	}
	n, err := s.F.Node(ndb.NID(r))
	if errors.Is(err, ndb.ErrNoNode) {
		return nil, notFound("item", r)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	s.reading(r)
	defer s.reading(0)
	left := maxWithin
	m, err := s.message(n, r, 0, &left)
	if err != nil {
		s.lose(r, "an item", err)
		return nil, unreadable(err)
	}
	return m, nil
}

// ItemProps opens the properties of an item alone.
func (s *Store) ItemProps(r Ref) (prop.Bag, error) {
	n, err := s.F.Node(ndb.NID(r))
	if err != nil {
		return nil, err
	}
	s.reading(r)
	defer s.reading(0)
	p, err := ltp.OpenPC(s.F, n)
	if err != nil {
		return nil, err
	}
	return &bag{PC: p}, nil
}

// Bounds of messages within messages: how deep, and how many are opened for one item. Files that were made to do harm lead from
// many places to the same.
const (
	maxEmbedded = 32
	maxWithin   = 20000
)

// message opens a message. left is how many messages within it may still be opened.
func (s *Store) message(n ndb.Node, of Ref, depth int, left *int) (*prop.Message, error) {
	p, err := ltp.OpenPC(s.F, n)
	if err != nil {
		return nil, err
	}
	if p.Lost {
		s.lose(of, "some properties of an item", nil)
	}
	b := &bag{PC: p}
	m := &prop.Message{Bag: b, Namer: s.names}
	cp := prop.CodepageOf(b)
	if x, ok := p.Node.Sub.Node(nidRecipient); ok {
		t, err := ltp.OpenTC(s.F, x)
		if err != nil || t.Lost {
			s.lose(of, "recipients of an item", err)
		}
		if t != nil {
			for i := range t.Len() {
				m.Recipients = append(m.Recipients, prop.InCodepage(t.Row(i), cp))
			}
		}
	}
	m.Attachments = s.attachments(p, of, cp, depth, left)
	return m, nil
}

// attachments are the attachments of a message: those of the table, and where it is damaged all attachment nodes.
func (s *Store) attachments(p *ltp.PC, of Ref, cp, depth int, left *int) (out []prop.Attachment) {
	var ids []ndb.NID
	whole := false
	if x, ok := p.Node.Sub.Node(nidAttach); ok {
		t, err := ltp.OpenTC(s.F, x)
		if err == nil {
			for i := range t.Len() {
				ids = append(ids, ndb.NID(t.Row(i).ID))
			}
			whole = !t.Lost
		}
		if !whole {
			s.lose(of, "the list of an item's attachments", err)
		}
		whole = whole && !s.F.Damaged() // in a damaged file the nodes are asked too
	} else {
		whole = true // no table: no attachments, unless nodes say otherwise
	}
	if !whole {
		have := map[ndb.NID]bool{}
		for _, n := range ids {
			have[n] = true
		}
		for _, n := range p.Node.Sub.Nodes() {
			if n.NID.Type() == ndb.TypeAttachment && !have[n.NID] {
				ids = append(ids, n.NID)
			}
		}
	}
	for _, id := range ids {
		n, ok := p.Node.Sub.Node(id)
		if !ok {
			s.lose(of, "an attachment", fmt.Errorf("%w: subnode %#x", ndb.ErrLost, id))
			continue
		}
		a, err := s.attachment(n, of, cp, depth, left)
		if err != nil {
			s.lose(of, "an attachment", err)
			continue
		}
		out = append(out, a)
	}
	return out
}

func (s *Store) attachment(n ndb.Node, of Ref, cp, depth int, left *int) (a prop.Attachment, err error) {
	p, err := ltp.OpenPC(s.F, n)
	if err != nil {
		return a, err
	}
	if p.Lost {
		s.lose(of, "some properties of an attachment", nil)
	}
	a.Bag = prop.InCodepage(p, cp)
	method := prop.Int(p, prop.PidTagAttachMethod)
	if obj, ok := p.Object(prop.PidTagAttachDataObject); ok {
		if method == 5 {
			a.Embedded = func() (*prop.Message, error) {
				if *left--; depth >= maxEmbedded || *left < 0 {
					return nil, unreadable(fmt.Errorf("%w: too many messages within messages", ndb.ErrLost))
				}
				m, err := s.message(obj, of, depth+1, left)
				if err != nil {
					s.lose(of, "an attached message", err)
					return nil, unreadable(err)
				}
				return m, nil
			}
			return a, nil
		}
		a.Open = func() (io.ReadCloser, int64, error) {
			d, err := s.F.Data(obj.Data)
			if err != nil {
				s.lose(of, "an attachment's content", err)
				return nil, 0, unreadable(err)
			}
			return s.stream(d.Reader(), of), d.Size(), nil
		}
		return a, nil
	}
	if p.Has(prop.PidTagAttachDataBinary) {
		a.Open = func() (io.ReadCloser, int64, error) {
			r, size, err := p.Open(prop.PidTagAttachDataBinary)
			if err != nil {
				s.lose(of, "an attachment's content", err)
				return nil, 0, unreadable(err)
			}
			return s.stream(r, of), size, nil
		}
	}
	return a, nil
}

// stream is the content of an attachment; a part that is lost ends it with a fault.
func (s *Store) stream(r io.Reader, of Ref) io.ReadCloser { return &stream{r, s, of} }

type stream struct {
	r  io.Reader
	s  *Store
	of Ref
}

func (x *stream) Read(p []byte) (int, error) {
	n, err := x.r.Read(p)
	return n, x.told(err)
}

func (x *stream) WriteTo(w io.Writer) (int64, error) {
	n, err := io.Copy(w, x.r)
	return n, x.told(err)
}

func (x *stream) told(err error) error {
	if errors.Is(err, ndb.ErrLost) {
		x.s.lose(x.of, "a part of an attachment's content", err)
		return unreadable(err)
	}
	return err
}

func (x *stream) Close() error { return nil }

// bag is the properties of a message. PST files mark the prefix of a subject ("Re: ") with a control character and a
// length before it ([MS-PST] 2.5.3.1.1.1); here a subject is just the subject.
type bag struct{ *ltp.PC }

func (b *bag) Get(t prop.Tag) (prop.Value, bool) {
	v, ok := b.PC.Get(t)
	switch t.ID() {
	case prop.PidTagSubject.ID():
		if s, is := v.(string); is {
			_, _, v = splitSubject(s)
		} else if s, is := v.([]byte); is && len(s) >= 2 && s[0] == 1 {
			v = s[2:]
		}
		return v, ok
	case prop.PidTagNormalizedSubject.ID(), prop.PidTagSubjectPrefix.ID():
		if ok {
			return v, ok
		}
		s, is := b.PC.Get(prop.PidTagSubject)
		if text, isText := s.(string); is && isText && t.Type() == prop.Unicode {
			prefix, rest, _ := splitSubject(text)
			if t.ID() == prop.PidTagSubjectPrefix.ID() {
				return prefix, prefix != ""
			}
			return rest, true
		}
	}
	return v, ok
}

// splitSubject takes a stored subject apart.
func splitSubject(s string) (prefix, rest, whole string) {
	if !strings.HasPrefix(s, "\x01") {
		return "", s, s
	}
	n, whole := 0, ""
	for i, r := range s[1:] {
		if i == 0 {
			n = int(r) - 1
			continue
		}
		whole = s[1+i:]
		break
	}
	for i := range whole {
		if n <= 0 {
			return whole[:i], whole[i:], whole
		}
		n--
	}
	if n > 0 {
		return "", whole, whole
	}
	return whole, "", whole
}
