package pst

import (
	"io"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// recipients stores the table of recipients.
func (x *writing) recipients(m *prop.Message) (n ndb.Node, size int64, err error) {
	cols := append([]prop.Tag(nil), recipientTemplate...)
	have := map[prop.Tag]bool{}
	for _, t := range cols {
		have[t] = true
	}
	rows := make([]prop.Map, len(m.Recipients))
	for i, r := range m.Recipients {
		row := prop.Map{}
		cp := prop.CodepageOf(r)
		for _, t := range r.Tags() {
			v, ok := r.Get(t)
			if !ok || v == nil || t.IsNamed() || t.Type() == prop.Object || t == ltp.TagRowID || t == ltp.TagRowVer {
				continue
			}
			if t, v, ok = unicode(t, v, cp); !ok {
				continue
			}
			if _, twice := row[t]; twice {
				continue
			}
			row[t] = v
			if !have[t] && len(cols) < 200 {
				have[t] = true
				cols = append(cols, t)
			}
			size += int64(t.Type().Size())
			if s, ok := v.(string); ok {
				size += int64(2 * len(s))
			}
		}
		row[prop.PidTagResponsibility] = true
		for t, v := range (prop.Map{prop.PidTagRecipientType: int32(1), prop.PidTagObjectType: int32(6), prop.PidTagDisplayType: int32(0)}) {
			if _, ok := row[t]; !ok {
				row[t] = v
			}
		}
		rows[i] = row
	}
	t, err := ltp.NewTC(x.w, cols)
	if err != nil {
		return n, 0, err
	}
	for i, row := range rows {
		if err := t.Add(uint32(i), x.version(), row); err != nil {
			return n, 0, err
		}
	}
	n.NID = nidRecipient
	n.Data, n.Sub, err = t.Flush()
	return n, size, err
}

// attachments stores the attachments as subnodes of a message, and returns their table's node.
func (x *writing) attachments(p *ltp.PCWriter, m *prop.Message, depth int) (n ndb.Node, size int64, err error) {
	if len(m.Attachments) == 0 {
		return n, 0, nil
	}
	cols := append(append([]prop.Tag(nil), attachmentTemplate...), prop.PidTagAttachLongFilename, prop.PidTagAttachMimeTag, prop.PidTagDisplayName, prop.PidTagAttachExtension)
	t, err := ltp.NewTC(x.w, cols)
	if err != nil {
		return n, 0, err
	}
	for i := range m.Attachments {
		nid := ndb.MakeNID(ndb.TypeAttachment, 0x401+uint32(i))
		node, row, k, err := x.attachment(nid, i, m, depth)
		if err != nil {
			return n, 0, err
		}
		p.Subs = append(p.Subs, node)
		size += k
		if err := t.Add(uint32(nid), x.version(), row); err != nil {
			return n, 0, err
		}
	}
	n.NID = nidAttach
	n.Data, n.Sub, err = t.Flush()
	return n, size, err
}

func (x *writing) attachment(nid ndb.NID, i int, m *prop.Message, depth int) (n ndb.Node, row prop.Map, size int64, err error) {
	a := m.Attachments[i]
	p := ltp.NewPC(x.w)
	set, err := x.properties(a.Bag, m.Namer)
	if err != nil {
		return n, nil, 0, err
	}
	for t := range set {
		if t.ID() == prop.PidTagAttachDataBinary.ID() || t.ID() == prop.PidTagAttachSize.ID() || t.ID() == prop.PidTagAttachNumber.ID() {
			delete(set, t)
		}
	}
	if _, ok := set[prop.PidTagRenderingPosition]; !ok {
		set[prop.PidTagRenderingPosition] = int32(-1)
	}
	method, _ := set[prop.PidTagAttachMethod].(int32)
	switch {
	case a.Embedded != nil:
		method = 5
		e, err := a.Embedded()
		if err != nil {
			return n, nil, 0, err
		}
		b, err := x.build(e, nil, depth+1)
		if err != nil {
			return n, nil, 0, err
		}
		size = b.size
		// Its id is one that no other message of the file has: libpff looks for it among those too.
		err = p.SetObject(prop.PidTagAttachDataObject, ndb.Node{NID: x.w.NextNID(ndb.TypeMessage), Data: b.data, Sub: b.sub}, b.size)
		if err != nil {
			return n, nil, 0, err
		}
	case a.Open != nil:
		data, k, err := x.content(a)
		if err != nil {
			return n, nil, 0, err
		}
		size = k
		if method == 6 { // OLE
			err = p.SetObject(prop.PidTagAttachDataObject, ndb.Node{NID: ndb.MakeNID(ndb.TypeLTP, 0x400), Data: data}, k)
		} else {
			if method == 0 {
				method = 1
			}
			if k <= ltp.MaxItem && data != 0 {
				err = x.inline(p, data)
			} else {
				err = p.SetData(prop.PidTagAttachDataBinary, data, k)
			}
		}
		if err != nil {
			return n, nil, 0, err
		}
	}
	set[prop.PidTagAttachMethod] = method
	set[prop.PidTagAttachNumber] = int32(i)
	for _, t := range set.Tags() {
		if err := p.Set(t, set[t]); err != nil {
			return n, nil, 0, err
		}
	}
	size = max(size, p.Size())
	set[prop.PidTagAttachSize] = int32(min(size, 1<<31-1))
	if err := p.Set(prop.PidTagAttachSize, set[prop.PidTagAttachSize]); err != nil {
		return n, nil, 0, err
	}
	n.NID = nid
	n.Data, n.Sub, err = p.Finish()
	row = prop.Map{}
	for t, v := range set {
		if s, ok := v.(string); ok {
			v = cut(s)
		}
		row[t] = v
	}
	return n, row, size, err
}

// content stores an attachment's content.
func (x *writing) content(a prop.Attachment) (ndb.BID, int64, error) {
	r, _, err := a.Open()
	if err != nil {
		return 0, 0, err
	}
	defer r.Close()
	d := x.w.NewData()
	if _, err := io.Copy(d, r); err != nil {
		return 0, 0, err
	}
	id, err := d.Finish()
	return id, d.Size(), err
}

// inline takes small content that was stored as a block onto the heap.
func (x *writing) inline(p *ltp.PCWriter, data ndb.BID) error {
	b, err := x.w.Block(data)
	if err != nil {
		return err
	}
	if err := p.Set(prop.PidTagAttachDataBinary, append([]byte(nil), b...)); err != nil {
		return err
	}
	return x.w.FreeData(data)
}
