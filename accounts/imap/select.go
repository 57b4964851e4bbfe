package imap

import (
	"context"
	"errors"
	"sort"
	"strconv"
	"strings"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/fault"
)

// status asks for a mailbox's counters.
func (s *session) status(box string) (*imap2.StatusData, error) {
	return s.client.Status(box, &imap2.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true, HighestModSeq: s.condstore}).Wait()
}

// openBox selects box, read-write unless that is refused or not wanted. When it is open already and anew is unset nothing is sent.
func (s *session) openBox(box string, write, anew bool) (*imap2.SelectData, error) {
	if s.box == box && s.sel != nil && !anew && (!write || !s.readOnly) {
		return s.sel, nil
	}
	s.box, s.sel = "", nil
	data, err := s.client.Select(box, &imap2.SelectOptions{CondStore: s.condstore}).Wait()
	var bad *imap2.Error
	if errors.As(err, &bad) && bad.Type == imap2.StatusResponseTypeBad && s.condstore {
		// It offers CONDSTORE and does not know its parameter.
		s.condstore = false
		data, err = s.client.Select(box, nil).Wait()
	}
	readOnly := false
	if err != nil && !s.dead() && !write {
		first := err
		if data, err = s.client.Select(box, &imap2.SelectOptions{CondStore: s.condstore, ReadOnly: true}).Wait(); err != nil {
			return nil, first
		}
		readOnly = true
	}
	if err != nil {
		return nil, err
	}
	if data.UIDValidity == 0 {
		// RFC 2060 servers may leave it out: STATUS may know, else there is only one.
		if st, err := s.client.Status(box, &imap2.StatusOptions{UIDValidity: true}).Wait(); err == nil {
			data.UIDValidity = st.UIDValidity
		} else if s.dead() {
			return nil, err
		}
		if data.UIDValidity == 0 {
			data.UIDValidity = 1
		}
	}
	if data.UIDNext == 0 {
		if data.UIDNext, err = s.nextUID(data.NumMessages); err != nil {
			return nil, err
		}
	}
	s.box, s.sel, s.readOnly = box, data, readOnly
	return data, nil
}

// nextUID finds out UIDNEXT where the server does not say.
func (s *session) nextUID(exists uint32) (imap2.UID, error) {
	if exists == 0 {
		return 1, nil
	}
	uids, err := s.search(&imap2.SearchCriteria{SeqNum: []imap2.SeqSet{{{Start: exists, Stop: 0}}}})
	if err != nil {
		return 0, err
	}
	next := uint32(1)
	for _, u := range uids {
		next = max(next, u+1)
	}
	return imap2.UID(next), nil
}

// search returns the UIDs that match, ascending.
func (s *session) search(c *imap2.SearchCriteria) ([]uint32, error) {
	var opt *imap2.SearchOptions
	if s.caps.Has(imap2.CapESearch) {
		opt = &imap2.SearchOptions{ReturnAll: true}
	}
	data, err := s.client.UIDSearch(c, opt).Wait()
	if err != nil {
		return nil, err
	}
	set, _ := data.All.(imap2.UIDSet)
	return expand(set, 0)
}

// expand lists the UIDs of set, ascending and each once; limit bounds their number, 0 = 50 million.
func expand(set imap2.UIDSet, limit uint64) ([]uint32, error) {
	if limit == 0 {
		limit = 50e6
	}
	var n uint64
	for _, r := range set {
		lo, hi := r.Start, r.Stop
		if lo > hi {
			lo, hi = hi, lo
		}
		if lo == 0 {
			return nil, protocolFault("A list of messages has no end")
		}
		n += uint64(hi-lo) + 1
	}
	if n > limit {
		return nil, protocolFault("A list of messages is longer than any mailbox")
	}
	out := make([]uint32, 0, n)
	sorted := true
	for _, r := range set {
		lo, hi := r.Start, r.Stop
		if lo > hi {
			lo, hi = hi, lo
		}
		if len(out) > 0 && uint32(lo) <= out[len(out)-1] {
			sorted = false
		}
		for u := uint64(lo); u <= uint64(hi); u++ {
			out = append(out, uint32(u))
		}
	}
	if !sorted {
		sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
		k := 0
		for i, u := range out {
			if i == 0 || u != out[k-1] {
				out[k] = u
				k++
			}
		}
		out = out[:k]
	}
	return out, nil
}

func protocolFault(what string) *fault.Error {
	return fault.New(fault.Protocol, "reply", "The server answered in a way that Postrider does not understand", what+".")
}

// parseSet reads a UID set of a VANISHED reply.
func parseSet(s string) (imap2.UIDSet, bool) {
	var set imap2.UIDSet
	for _, r := range strings.Split(s, ",") {
		a, b, ranged := strings.Cut(r, ":")
		if !ranged {
			b = a
		}
		lo, err1 := strconv.ParseUint(a, 10, 32)
		hi, err2 := strconv.ParseUint(b, 10, 32)
		if err1 != nil || err2 != nil || lo == 0 || hi == 0 {
			return nil, false
		}
		set = append(set, imap2.UIDRange{Start: imap2.UID(min(lo, hi)), Stop: imap2.UID(max(lo, hi))})
	}
	return set, true
}

// makeSet joins ascending UIDs into ranges.
func makeSet(uids []uint32) imap2.UIDSet {
	var set imap2.UIDSet
	for _, u := range uids {
		if n := len(set); n > 0 && uint32(set[n-1].Stop)+1 == u {
			set[n-1].Stop = imap2.UID(u)
			continue
		}
		set = append(set, imap2.UIDRange{Start: imap2.UID(u), Stop: imap2.UID(u)})
	}
	return set
}

// wholeSet is the range lo to hi without asking whether all of it exists.
func wholeSet(lo, hi uint32) imap2.UIDSet {
	return imap2.UIDSet{{Start: imap2.UID(lo), Stop: imap2.UID(hi)}}
}

// members lists all UIDs below next. ok is false where the list does not agree with the number of messages the server gave, so that
// nothing may be concluded from what is missing in it.
func (s *session) members(ctx context.Context, box string, next uint32) (uids []uint32, ok bool, err error) {
	for try := 0; try < 2; try++ {
		sel := s.sel
		if try > 0 {
			if sel, err = s.openBox(box, false, true); err != nil {
				return nil, false, err
			}
		}
		all, err := s.search(&imap2.SearchCriteria{})
		if err != nil {
			return nil, false, err
		}
		// Messages may have come since, but fewer than the server counted cannot be.
		exists := sel.NumMessages
		if m := s.client.Mailbox(); m != nil {
			exists = min(exists, m.NumMessages)
		}
		if uint32(len(all)) >= exists {
			k := sort.Search(len(all), func(i int) bool { return all[i] >= next })
			return all[:k], true, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
	}
	s.o.Logger().Warn("imap: the server's list of messages is shorter than its count; nothing is taken for deleted")
	return nil, false, nil
}
