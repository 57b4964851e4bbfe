package imap

import (
	"context"
	"errors"
	"io"
	"sort"
	"strings"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

// setBytes bounds the length of a UID set in a command (RFC 7162 section 4 asks servers for 8,192 octets a line).
const setBytes = 6000

// Push implements remote.Pusher.
func (b *backend) Push(ctx context.Context, c remote.Ref, _ remote.Token, edits []remote.Edit) (remote.Ack, error) {
	var ack remote.Ack
	s, err := b.session()
	if err != nil {
		return ack, err
	}
	for _, e := range edits {
		var refs []remote.Ref
		err := s.do(ctx, string(e.Verb), func() (err error) {
			switch e.Verb {
			case remote.SetFlags:
				return s.pushFlags(string(c), e)
			case remote.Add:
				refs, err = s.pushAdd(string(c), e)
			case remote.Remove:
				return s.pushRemove(string(c), e)
			case remote.Move:
				refs, err = s.pushMove(string(c), e)
			default:
				err = fault.New(fault.Refused, "verb", "This cannot be done on the server", "")
			}
			return err
		})
		if err != nil && (s.dead() || ctx.Err() != nil) {
			return ack, err
		}
		if err != nil {
			refs = nil
		}
		ack.Done = append(ack.Done, remote.Done{Err: err, Refs: refs})
	}
	return ack, nil
}

// uidsOf reads the names of an edit's messages; 0 stands for one that is no name of this package, which is as good as gone. Names of before
// a UIDVALIDITY change mean nothing any more: that is an error, so that the edit is not taken for done.
func uidsOf(items []remote.Ref, validity uint32) ([]uint32, error) {
	out := make([]uint32, len(items))
	for i, r := range items {
		v, u, ok := splitRef(r)
		if ok && v != validity {
			return nil, fault.New(fault.NotFound, "stale", "The message is not where it was on the server", "The server numbered its messages anew. They are matched again with the next look at the mailbox.")
		}
		if ok {
			out[i] = u
		}
	}
	return out, nil
}

// chunks cuts UIDs into sets that fit into a command line.
func chunks(uids []uint32) (out []imap2.UIDSet) {
	asc := make([]uint32, 0, len(uids))
	for _, u := range uids {
		if u != 0 {
			asc = append(asc, u)
		}
	}
	sort.Slice(asc, func(i, j int) bool { return asc[i] < asc[j] })
	asc = unique(asc)
	set := makeSet(asc)
	for len(set) > 0 {
		n := min(len(set), setBytes/22)
		out = append(out, set[:n])
		set = set[n:]
	}
	return out
}

func (s *session) pushFlags(box string, e remote.Edit) error {
	sel, err := s.openBox(box, true, false)
	if err != nil {
		return err
	}
	uids, err := uidsOf(e.Items, sel.UIDValidity)
	if err != nil {
		return err
	}
	add := setFlags(sel.PermanentFlags, e.AddFlags, e.AddKeywords)
	drop := dropFlags(append(append([]imap2.Flag(nil), sel.Flags...), sel.PermanentFlags...), sel.PermanentFlags, e.DropFlags, e.DropKeywords)
	for _, set := range chunks(uids) {
		if err := s.store(set, imap2.StoreFlagsAdd, add); err != nil {
			return err
		}
		if err := s.store(set, imap2.StoreFlagsDel, drop); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) store(set imap2.UIDSet, op imap2.StoreFlagsOp, flags []imap2.Flag) error {
	if len(flags) == 0 || len(set) == 0 {
		return nil
	}
	return s.client.Store(set, &imap2.StoreFlags{Op: op, Silent: true, Flags: flags}, nil).Close()
}

// pushAdd files a message. After an earlier try it first looks for the message in the mailbox.
func (s *session) pushAdd(box string, e remote.Edit) ([]remote.Ref, error) {
	if e.Again && e.InternetID != "" {
		sel, err := s.openBox(box, false, true)
		if err != nil {
			return nil, err
		}
		found, err := s.byID(e.InternetID)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return []remote.Ref{ref(sel.UIDValidity, found[len(found)-1])}, nil
		}
	}
	var permanent []imap2.Flag
	if s.box == box && s.sel != nil {
		permanent = s.sel.PermanentFlags
	}
	flags := setFlags(permanent, e.AddFlags, e.AddKeywords)
	data, err := s.append(box, e, flags)
	var no *imap2.Error
	if errors.As(err, &no) && !s.dead() && no.Code == "" {
		// The mailbox may not take some keyword: only system flags are certain.
		var plain []imap2.Flag
		for _, f := range flags {
			if f[0] == '\\' {
				plain = append(plain, f)
			}
		}
		if len(plain) < len(flags) {
			data, err = s.append(box, e, plain)
		}
	}
	if err != nil {
		return nil, err
	}
	if data.UID == 0 || data.UIDValidity == 0 {
		return []remote.Ref{""}, nil
	}
	return []remote.Ref{ref(data.UIDValidity, uint32(data.UID))}, nil
}

func (s *session) append(box string, e remote.Edit, flags []imap2.Flag) (*imap2.AppendData, error) {
	r, size, err := e.Open()
	if err != nil {
		return nil, fault.Of(err)
	}
	defer r.Close()
	if limit, ok := s.caps.AppendLimit(); ok && limit != nil && size > int64(*limit) {
		return nil, fault.New(fault.Refused, "too-big", "The message is larger than the server takes", "It keeps messages of up to a certain size only.")
	}
	cmd := s.client.Append(box, size, &imap2.AppendOptions{Flags: flags, Time: e.Received})
	n, err := io.Copy(cmd, io.LimitReader(r, size))
	if n < size && !s.dead() {
		// A literal cannot be taken back: the only way out is to hang up before its end.
		s.conn.Close()
		cmd.Close()
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return nil, &fault.Error{Kind: fault.Local, Code: "read", Op: "add", Title: "The message could not be read on this computer", Detail: "It was not filed on the server.", Err: err}
	}
	cerr := cmd.Close()
	data, werr := cmd.Wait()
	if werr != nil {
		return nil, werr
	}
	return data, errors.Join(err, cerr)
}

// byID finds messages by Message-ID in the selected mailbox, ascending. The search is for a part of the field, so the brackets belong to it:
// without them the id of another message may hold this one.
func (s *session) byID(id string) ([]uint32, error) {
	id = "<" + strings.Trim(id, "<>") + ">"
	return s.search(&imap2.SearchCriteria{Header: []imap2.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id}}})
}

func (s *session) pushRemove(box string, e remote.Edit) error {
	sel, err := s.openBox(box, true, false)
	if err != nil {
		return err
	}
	uids, err := uidsOf(e.Items, sel.UIDValidity)
	if err != nil {
		return err
	}
	return s.remove(uids)
}

// remove deletes messages of the selected mailbox and nothing else.
func (s *session) remove(uids []uint32) error {
	deleted := []imap2.Flag{imap2.FlagDeleted}
	if s.caps.Has(imap2.CapUIDPlus) {
		for _, set := range chunks(uids) {
			if err := s.store(set, imap2.StoreFlagsAdd, deleted); err != nil {
				return err
			}
			if err := s.client.UIDExpunge(set).Close(); err != nil {
				return err
			}
		}
		return nil
	}
	// EXPUNGE takes everything that is marked: what others marked is unmarked while it runs. Should it be cut short, those
	// messages are there with their mark gone, which loses nothing.
	mine := map[uint32]bool{}
	for _, u := range uids {
		mine[u] = true
	}
	marked, err := s.search(&imap2.SearchCriteria{Flag: deleted})
	if err != nil {
		return err
	}
	var others []uint32
	for _, u := range marked {
		if !mine[u] {
			others = append(others, u)
		}
	}
	for _, set := range chunks(others) {
		if err := s.store(set, imap2.StoreFlagsDel, deleted); err != nil {
			return err
		}
	}
	for _, set := range chunks(uids) {
		if err := s.store(set, imap2.StoreFlagsAdd, deleted); err != nil {
			return err
		}
	}
	if err := s.client.Expunge().Close(); err != nil {
		return err
	}
	for _, set := range chunks(others) {
		if err := s.store(set, imap2.StoreFlagsAdd, deleted); err != nil {
			return err
		}
	}
	return nil
}

// pushMove moves messages to another mailbox.
func (s *session) pushMove(box string, e remote.Edit) ([]remote.Ref, error) {
	sel, err := s.openBox(box, true, e.Again)
	if err != nil {
		return nil, err
	}
	uids, err := uidsOf(e.Items, sel.UIDValidity)
	if err != nil {
		return nil, err
	}
	out := make([]remote.Ref, len(uids))
	dest := string(e.Dest)
	if dest == box {
		copy(out, e.Items)
		return out, nil
	}
	todo := uids
	var copied []uint32 // copies are there already, the originals are left
	if e.Again {
		if todo, copied, err = s.probe(box, dest, uids, e.InternetIDs, out); err != nil {
			return nil, err
		}
	}
	index := map[uint32]int{}
	for i, u := range uids {
		index[u] = i
	}
	note := func(validity uint32, from, to imap2.NumSet) {
		src, ok1 := from.(imap2.UIDSet)
		dst, ok2 := to.(imap2.UIDSet)
		if !ok1 || !ok2 || validity == 0 {
			return
		}
		a, err1 := expand(src, 1e6)
		b, err2 := expand(dst, 1e6)
		if err1 != nil || err2 != nil || len(a) != len(b) {
			return
		}
		for i := range a {
			if k, ok := index[a[i]]; ok {
				out[k] = ref(validity, b[i])
			}
		}
	}
	for _, set := range chunks(todo) {
		if s.caps.Has(imap2.CapMove) {
			data, err := s.client.Move(set, dest).Wait()
			if err != nil {
				return nil, err
			}
			note(data.UIDValidity, data.SourceUIDs, data.DestUIDs)
			continue
		}
		data, err := s.client.Copy(set, dest).Wait()
		if err != nil {
			return nil, err
		}
		note(data.UIDValidity, data.SourceUIDs, data.DestUIDs)
		done, err := expand(set, 0)
		if err != nil {
			return nil, err
		}
		if err := s.remove(done); err != nil {
			return nil, err
		}
	}
	if len(copied) > 0 {
		if err := s.remove(copied); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// probe finds out how far an earlier try of a move came: it returns the messages that are still to be moved, and those whose copy is at dest while
// the original is left (only without MOVE, which is one step), and fills in the names of those that have arrived.
func (s *session) probe(box, dest string, uids []uint32, ids []string, out []remote.Ref) (todo, copied []uint32, err error) {
	left := map[uint32]bool{}
	for _, set := range chunks(uids) {
		there, err := s.search(&imap2.SearchCriteria{UID: []imap2.UIDSet{set}})
		if err != nil {
			return nil, nil, err
		}
		for _, u := range there {
			left[u] = true
		}
	}
	atomic := s.caps.Has(imap2.CapMove)
	var look []int
	for i, u := range uids {
		if u == 0 {
			continue
		}
		if left[u] && atomic {
			todo = append(todo, u)
			continue
		}
		look = append(look, i)
	}
	if len(look) > 0 {
		there, err := s.openBox(dest, false, true)
		if err != nil {
			return nil, nil, err
		}
		validity := there.UIDValidity
		for _, i := range look {
			var found []uint32
			if i < len(ids) && ids[i] != "" {
				if found, err = s.byID(ids[i]); err != nil {
					return nil, nil, err
				}
			}
			switch {
			case len(found) > 0:
				out[i] = ref(validity, found[len(found)-1])
				if left[uids[i]] {
					copied = append(copied, uids[i])
				}
			case left[uids[i]]:
				todo = append(todo, uids[i])
			}
		}
		if _, err := s.openBox(box, true, true); err != nil {
			return nil, nil, err
		}
	}
	return todo, copied, nil
}
