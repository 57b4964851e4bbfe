package pst

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
	"github.com/postrider/postrider/accounts/remote"
)

// Push implements remote.Pusher: all edits are one commit.
func (c *conn) Push(ctx context.Context, r remote.Ref, at remote.Token, edits []remote.Edit) (remote.Ack, error) {
	s, err := c.enter(ctx)
	if err != nil {
		return remote.Ack{}, err
	}
	defer c.leave()
	f, err := mailbox(s, r)
	if err != nil {
		return remote.Ack{}, err
	}
	var ack remote.Ack
	touched := []remote.Ref{r}
	for _, e := range edits {
		if err := ctx.Err(); err != nil {
			break
		}
		var d remote.Done
		switch e.Verb {
		case remote.SetFlags:
			d.Err = each(e.Items, func(id Ref) error { return s.setFlags(f, id, e) })
		case remote.Remove:
			d.Err = each(e.Items, func(id Ref) error {
				if !s.in(f, id) {
					return nil
				}
				return s.Delete(id)
			})
		case remote.Move:
			d.Refs, d.Err = s.moveAll(f, e)
			touched = append(touched, e.Dest)
		case remote.Add:
			d.Refs, d.Err = s.addOne(f, e)
		default:
			d.Err = fault.New(fault.Refused, "verb", "This cannot be done in a file", "")
		}
		if s.w.broken != nil {
			return remote.Ack{}, writeFault(s.path, s.w.broken)
		}
		ack.Done = append(ack.Done, d)
	}
	if err := s.Commit(); err != nil {
		return remote.Ack{}, err
	}
	c.tell(touched...)
	if len(ack.Done) < len(edits) {
		return ack, ctx.Err()
	}
	return ack, nil
}

func each(items []remote.Ref, do func(Ref) error) error {
	for _, it := range items {
		id, ok := parseRef(it)
		if !ok {
			continue // no name of ours: gone
		}
		if err := do(id); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// in reports whether an item is in a folder.
func (s *Store) in(f *Folder, id Ref) bool {
	n, err := s.F.Node(ndb.NID(id))
	return err == nil && n.NID.Type() == ndb.TypeMessage && n.Parent == ndb.NID(f.Ref)
}

func (s *Store) setFlags(f *Folder, id Ref, e remote.Edit) error {
	if !s.in(f, id) {
		return nil
	}
	m, err := s.Message(id)
	if err != nil {
		return err
	}
	return s.SetFlags(id, itemFlags(m)&^e.DropFlags|e.AddFlags, changeWords(cmail.Categories(m), e.AddKeywords, e.DropKeywords))
}

func changeWords(have, add, drop []string) []string {
	out := slices.DeleteFunc(slices.Clone(have), func(w string) bool {
		return slices.ContainsFunc(drop, func(d string) bool { return strings.EqualFold(w, d) })
	})
	for _, w := range add {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(w, o) }) {
			out = append(out, w)
		}
	}
	return out
}

// SetFlags gives an item flags and keywords (its categories).
func (s *Store) SetFlags(id Ref, flags mail.Flags, keywords []string) error {
	x, n, err := s.changeItem(id)
	if err != nil {
		return err
	}
	p, err := ltp.OpenPC(x.w.File, n)
	if err != nil {
		return writeFault(s.path, err)
	}
	bits := int32(prop.Int(p, prop.PidTagMessageFlags)) &^ (flagRead | flagUnsent)
	if flags.Has(mail.Seen) {
		bits |= flagRead
	}
	if flags.Has(mail.DraftFlag) {
		bits |= flagUnsent
	}
	set := prop.Map{prop.PidTagMessageFlags: bits, prop.PidTagRead: nil, prop.PidTagFlagStatus: nil, prop.PidTagLastVerbExecuted: nil}
	if flags.Has(mail.Flagged) {
		set[prop.PidTagFlagStatus] = int32(2)
	}
	icon := prop.Int(p, prop.PidTagIconIndex)
	if icon == 0x105 || icon == 0x106 {
		set[prop.PidTagIconIndex] = nil
	}
	switch {
	case flags.Has(mail.Answered):
		set[prop.PidTagLastVerbExecuted], set[prop.PidTagIconIndex] = int32(102), int32(0x105)
	case flags.Has(mail.Forwarded):
		set[prop.PidTagLastVerbExecuted], set[prop.PidTagIconIndex] = int32(104), int32(0x106)
	}
	own, ok := s.names.add(nameFlags.Name)
	if ok {
		const said = mail.Seen | mail.DraftFlag | mail.Flagged | mail.Answered | mail.Forwarded
		t := prop.Of(own, prop.Int32)
		set[t] = nil
		if flags&^said != 0 || flags.Has(mail.Answered|mail.Forwarded) {
			set[t] = int32(flags)
		}
	}
	if words, ok := s.names.add(prop.PidNameKeywords.Name); ok {
		t := prop.Of(words, prop.MultiUnicode)
		set[t] = nil
		if len(keywords) > 0 {
			set[t] = keywords
		}
	}
	return s.Set(id, set)
}

// moveAll moves items. Those that are not here any more may have been moved by an earlier try: they are looked for.
func (s *Store) moveAll(f *Folder, e remote.Edit) ([]remote.Ref, error) {
	to, err := mailbox(s, e.Dest)
	if err != nil {
		return nil, err
	}
	refs := make([]remote.Ref, len(e.Items))
	for i, it := range e.Items {
		id, ok := parseRef(it)
		if ok && s.in(f, id) {
			r, err := s.Move(id, to.Ref)
			if err != nil {
				return nil, err
			}
			refs[i] = refOf(r)
			continue
		}
		if e.Again && i < len(e.InternetIDs) && e.InternetIDs[i] != "" {
			if r, err := s.findID(to, e.InternetIDs[i]); err == nil && r != 0 {
				refs[i] = refOf(r)
			}
		}
	}
	return refs, nil
}

// findID finds an item by its Message-ID, 0 where there is none.
func (s *Store) findID(f *Folder, id string) (Ref, error) {
	if err := s.w.flush(); err != nil {
		return 0, s.w.fail(err)
	}
	id = strings.Trim(id, "<> ")
	t, err := s.table(ndb.NID(f.Ref), ndb.TypeContents)
	if err != nil || t == nil {
		return 0, err
	}
	column := slices.Contains(t.Columns(), prop.PidTagInternetMessageId)
	for i := t.Len() - 1; i >= 0; i-- { // what was added last is what is looked for
		r := t.Row(i)
		var b prop.Bag = r
		if !column {
			if b, err = s.ItemProps(Ref(r.ID)); err != nil {
				continue
			}
		}
		if strings.Trim(prop.Text(b, prop.PidTagInternetMessageId), "<> ") == id {
			return Ref(r.ID), nil
		}
	}
	return 0, nil
}

func (s *Store) addOne(f *Folder, e remote.Edit) ([]remote.Ref, error) {
	if e.Again && e.InternetID != "" {
		r, err := s.findID(f, e.InternetID)
		if err != nil {
			return nil, writeFault(s.path, err)
		}
		if r != 0 {
			return []remote.Ref{refOf(r)}, nil
		}
	}
	body, size, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	if size > maxMessage {
		return nil, fault.New(fault.Quota, "too-large", "This does not fit into an Outlook data file", "A message may have up to 1 GB.")
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxMessage+1))
	if err != nil {
		return nil, err
	}
	if m, err := pimObject(raw); m != nil || err != nil {
		var r Ref
		if err == nil {
			r, err = s.addPIM(f.Ref, m, raw)
		}
		if err != nil {
			return nil, err
		}
		return []remote.Ref{refOf(r)}, nil
	}
	received := e.Received
	if received.IsZero() {
		received = time.Now().Truncate(time.Second)
	}
	r, err := s.AddMIME(f.Ref, raw, e.AddFlags, e.AddKeywords, received)
	if err != nil {
		return nil, err
	}
	return []remote.Ref{refOf(r)}, nil
}
