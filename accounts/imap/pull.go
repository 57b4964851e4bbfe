package imap

import (
	"context"
	"io"
	"slices"
	"sort"
	"strings"

	imap2 "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/rfc822"
)

const (
	firstPage = 50    // a screenful, to show soon
	listPage  = 2000  // messages with envelopes in a page
	scanPage  = 20000 // messages whose flags are read again in a page
	goneLimit = 1 << 20
	// maxHeader bounds the header fields of one message that are kept for its envelope.
	maxHeader = 256 << 10
)

// envelopeFields are the header fields that an envelope is made of. They are asked for by name: whole headers are several times as large, and the
// server's own ENVELOPE has no References and is often wrongly decoded.
var envelopeFields = &imap2.FetchItemBodySection{Peek: true, Specifier: imap2.PartSpecifierHeader, HeaderFields: []string{"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc",
	"Subject", "Message-ID", "In-Reply-To", "References", "List-ID", "Content-Type", "Content-Disposition"}}

var globalItem = &imap2.FetchItemBodySection{Peek: true, Specifier: imap2.PartSpecifierMIME, Part: []int{globalPart}}

// Pull implements remote.Source.
func (b *backend) Pull(ctx context.Context, c remote.Ref, since remote.Token) (d remote.Delta, err error) {
	s, err := b.session()
	if err != nil {
		return d, err
	}
	if err := s.compress(ctx); err != nil {
		return d, err
	}
	t, known := decodeToken(since)
	err = s.do(ctx, "list", func() error {
		box := string(c)
		if all, err := s.isAllMail(box); err != nil {
			return err
		} else if all {
			d, err = b.pullArchived(s, box, since)
			return err
		}
		if known && t.Low == 0 && t.Scan == 0 && t.ModSeq != 0 && s.condstore && s.box != box {
			st, err := s.status(box)
			if err != nil {
				return err
			}
			if st.UIDValidity == t.Validity && uint32(st.UIDNext) == t.Next && st.NumMessages != nil && *st.NumMessages == t.Count && st.HighestModSeq == t.ModSeq {
				d = remote.Delta{Next: since}
				return nil
			}
		}
		// A listing that goes on needs no new look at the mailbox.
		anew := !known || t.Low == 0 || b.listing.box != box || b.listing.validity != t.Validity
		sel, err := s.openBox(box, false, anew)
		if err != nil {
			return err
		}
		switch {
		case !known || t.Validity != sel.UIDValidity:
			d, err = b.begin(s, sel)
			d.Reset = known && t.Validity != sel.UIDValidity
		case t.Low != 0:
			d, err = b.goOn(ctx, s, box, t)
		default:
			d, err = b.changes(ctx, s, box, sel, t)
			if n, ok := decodeToken(d.Next); err == nil && ok && !d.More {
				count := int(n.Count)
				d.Count = &count
			}
		}
		return err
	})
	if err != nil {
		return remote.Delta{}, err
	}
	d.Ahead = d.More
	return d, nil
}

// listing is what is still to come of a listing, kept between two pages so that the search need not be made again.
type listing struct {
	box      string
	validity uint32
	floor    uint32
	uids     []uint32 // ascending; those below the token's Low
}

// begin lists the newest screenful.
func (b *backend) begin(s *session, sel *imap2.SelectData) (d remote.Delta, err error) {
	b.listing = listing{}
	t := token{Validity: sel.UIDValidity, ModSeq: sel.HighestModSeq, Next: uint32(sel.UIDNext), Count: sel.NumMessages, Floor: 1, Whole: true}
	if sel.NumMessages == 0 {
		t.Whole = false
		return remote.Delta{Complete: true, Next: t.encode()}, nil
	}
	first := uint32(1)
	if sel.NumMessages > firstPage {
		first = sel.NumMessages - firstPage + 1
	}
	low := t.Next
	states, err := s.list(imap2.SeqSet{{Start: first, Stop: sel.NumMessages}}, true, 0, t.Validity, func(uid uint32) bool {
		low = min(low, uid)
		return uid < t.Next
	})
	if err != nil {
		return d, err
	}
	if uint32(len(states)) < sel.NumMessages-first+1 {
		uids, err := s.search(&imap2.SearchCriteria{SeqNum: []imap2.SeqSet{{{Start: first, Stop: sel.NumMessages}}}})
		if err != nil {
			return d, err
		}
		if states, err = s.fill(states, uids, t.Next, t.Validity); err != nil {
			return d, err
		}
		for _, st := range states {
			_, u, _ := splitRef(st.Ref)
			low = min(low, u)
		}
	}
	newestFirst(states)
	d.Changed = states
	t.Low = low
	t.add(states)
	d.More, d.Next = true, t.encode()
	if first == 1 && uint32(len(states)) == sel.NumMessages {
		// All of it was on the first page.
		uids := make([]uint32, 0, len(states))
		for i := len(states) - 1; i >= 0; i-- {
			_, u, _ := splitRef(states[i].Ref)
			uids = append(uids, u)
		}
		t.Low, t.Floor, t.Whole = 0, 0, false
		d.More, d.Complete, d.Members, d.Next = false, true, refs(t.Validity, uids), t.encode()
	}
	return d, nil
}

// goOn lists the next page of a listing.
func (b *backend) goOn(ctx context.Context, s *session, box string, t token) (d remote.Delta, err error) {
	l := &b.listing
	if l.box != box || l.validity != t.Validity || l.floor != t.Floor {
		*l = listing{box: box, validity: t.Validity, floor: t.Floor}
		if t.Low > t.Floor {
			if l.uids, err = s.search(&imap2.SearchCriteria{UID: []imap2.UIDSet{wholeSet(t.Floor, t.Low-1)}}); err != nil {
				return d, err
			}
		}
	}
	// "n:m" with n beyond the last message means the last message (RFC 9051 section 9: seq-range), so the bounds are checked again.
	hi := sort.Search(len(l.uids), func(i int) bool { return l.uids[i] >= t.Low })
	lo := max(0, hi-listPage)
	for lo < hi && l.uids[lo] < t.Floor {
		lo++
	}
	page := l.uids[lo:hi]
	if len(page) > 0 {
		if d.Changed, err = s.listPage(page, t.Validity); err != nil {
			return d, err
		}
		newestFirst(d.Changed)
		t.Low = page[0]
		t.add(d.Changed)
	}
	if len(page) > 0 && lo > 0 && l.uids[lo-1] >= t.Floor {
		d.More, d.Next = true, t.encode()
		return d, nil
	}
	*l = listing{}
	if t.Whole {
		uids, ok, err := s.members(ctx, box, t.Next)
		if err != nil {
			return remote.Delta{}, err
		}
		if ok {
			d.Complete, d.Members = true, refs(t.Validity, uids)
			t.Count = uint32(len(uids))
		}
	}
	t.Low, t.Floor, t.Whole = 0, 0, false
	d.Next = t.encode()
	return d, nil
}

// newestFirst turns a list round. Servers answer in ascending order, or nearly so.
func newestFirst(st []remote.State) {
	// All names have the same UIDVALIDITY before the colon: the longer, or else the greater one, is newer.
	older := func(a, b remote.State) int {
		if d := len(a.Ref) - len(b.Ref); d != 0 {
			return d
		}
		return strings.Compare(string(a.Ref), string(b.Ref))
	}
	if !slices.IsSortedFunc(st, older) {
		slices.SortFunc(st, older)
	}
	slices.Reverse(st)
}

// changes brings a known mailbox up to date.
func (b *backend) changes(ctx context.Context, s *session, box string, sel *imap2.SelectData, t token) (d remote.Delta, err error) {
	next := uint32(sel.UIDNext)
	n := t
	n.ModSeq = sel.HighestModSeq
	if next < t.Next { // it cannot fall (RFC 9051 section 2.3.1.1): the server lost its counter. What is known stays until the counts say more.
		next = t.Next
	}
	flagsKnown := t.ModSeq != 0 && sel.HighestModSeq != 0 && s.condstore
	if flagsKnown && sel.HighestModSeq == t.ModSeq && next == t.Next && sel.NumMessages == t.Count {
		return remote.Delta{Next: n.encode()}, nil
	}

	if !flagsKnown && t.Next > 1 && t.Count > 0 {
		states, done, scan, err := b.rescan(s, t)
		if err != nil {
			return d, err
		}
		if !done { // what is new comes with the last page of the round
			t.Scan = scan
			return remote.Delta{Changed: states, More: true, Next: t.encode()}, nil
		}
		whole := t.Scan == 0 // the round had one page
		n.Scan, n.Sum = 0, 0
		if whole {
			n.Sum = sum(states)
		}
		if !whole || n.Sum != t.Sum {
			d.Changed = states
		}
	}

	// New messages.
	var fresh []uint32
	if next > t.Next {
		all, err := s.search(&imap2.SearchCriteria{UID: []imap2.UIDSet{wholeSet(t.Next, next-1)}})
		if err != nil {
			return d, err
		}
		for _, u := range all {
			if u >= t.Next && u < next {
				fresh = append(fresh, u)
			}
		}
	}
	page := fresh[max(0, len(fresh)-listPage):]
	if len(page) > 0 {
		states, err := s.listPage(page, t.Validity)
		if err != nil {
			return d, err
		}
		newestFirst(states)
		d.Changed = append(states, d.Changed...)
		if n.Sum != 0 || t.Count == 0 {
			n.add(states)
		}
	}

	// Changed flags, and messages that are gone.
	old := int64(sel.NumMessages) - int64(len(fresh)) // how many of the known ones must be left
	missing := int64(t.Count) - old
	if t.Next > 1 && t.Count > 0 && flagsKnown && sel.HighestModSeq != t.ModSeq {
		s.filter.takeGone()
		changed, err := s.list(wholeSet(1, t.Next-1), false, t.ModSeq, t.Validity, func(uid uint32) bool { return uid < t.Next })
		if err != nil {
			return d, err
		}
		d.Changed = append(d.Changed, changed...)
		if uids, ok := vanished(s.filter.takeGone(), t.Next, int64(t.Count)+goneLimit); ok && len(uids) > 0 {
			d.Gone = refs(t.Validity, uids)
		}
	}
	n.Next = next
	n.Count = uint32(max(0, old)) + uint32(len(fresh))
	if missing > int64(len(d.Gone)) || missing < 0 {
		uids, ok, err := s.members(ctx, box, next)
		if err != nil {
			return d, err
		}
		if ok && len(page) == len(fresh) {
			d.Complete, d.Members = true, refs(t.Validity, uids)
			n.Count = uint32(len(uids))
		} else if ok {
			// More new messages than fit in a page: the list is repeated when they are all here.
			n.Whole = true
			n.Count = uint32(len(uids))
		}
	}
	if len(page) < len(fresh) {
		n.Floor, n.Low = t.Next, page[0]
		b.listing = listing{box: box, validity: t.Validity, floor: n.Floor, uids: fresh[:len(fresh)-len(page)]}
		d.More = true
	}
	d.Next = n.encode()
	return d, nil
}

// rescan reads a page of the flags of known messages again, oldest first. done is set with the last page.
func (b *backend) rescan(s *session, t token) (states []remote.State, done bool, scan uint32, err error) {
	from := max(1, t.Scan)
	uids, err := s.search(&imap2.SearchCriteria{UID: []imap2.UIDSet{wholeSet(from, t.Next-1)}})
	if err != nil {
		return nil, false, 0, err
	}
	lo := sort.Search(len(uids), func(i int) bool { return uids[i] >= from })
	hi := sort.Search(len(uids), func(i int) bool { return uids[i] >= t.Next })
	uids = uids[lo:hi]
	if len(uids) == 0 {
		return nil, true, 0, nil
	}
	page := uids[:min(len(uids), scanPage)]
	last := page[len(page)-1]
	states, err = s.list(wholeSet(page[0], page[len(page)-1]), false, 0, t.Validity, func(uid uint32) bool { return uid >= from && uid <= last })
	if err != nil {
		return nil, false, 0, err
	}
	return states, len(page) == len(uids), last + 1, nil
}

// vanished joins the sets of VANISHED replies, up to next. ok is false when they name more than limit messages: then the list of what is left is shorter.
func vanished(sets []string, next uint32, limit int64) ([]uint32, bool) {
	var all imap2.UIDSet
	for _, g := range sets {
		set, ok := parseSet(g)
		if !ok {
			return nil, false
		}
		for _, r := range set {
			if uint32(r.Start) >= next {
				continue
			}
			if uint32(r.Stop) >= next {
				r.Stop = imap2.UID(next - 1)
			}
			all = append(all, r)
		}
	}
	uids, err := expand(all, uint64(limit))
	return uids, err == nil
}

// listPage lists the messages of a page, which has all messages between its first and its last.
func (s *session) listPage(page []uint32, validity uint32) ([]remote.State, error) {
	want := make(map[uint32]bool, len(page))
	for _, u := range page {
		want[u] = true
	}
	states, err := s.list(wholeSet(page[0], page[len(page)-1]), true, 0, validity, func(uid uint32) bool { return want[uid] })
	if err != nil || len(states) == len(page) {
		return states, err
	}
	return s.fill(states, page, page[len(page)-1]+1, validity)
}

// fill adds messages whose header the server does not give: they are shown when their body is here. Those that are gone stay away.
func (s *session) fill(states []remote.State, uids []uint32, next, validity uint32) ([]remote.State, error) {
	missing := make(map[uint32]bool)
	for _, u := range uids {
		missing[u] = u < next
	}
	for _, st := range states {
		_, u, _ := splitRef(st.Ref)
		delete(missing, u)
	}
	var ask []uint32
	for u, ok := range missing {
		if ok {
			ask = append(ask, u)
		}
	}
	for _, set := range chunks(ask) {
		more, err := s.fetchStates(set, &imap2.FetchOptions{UID: true, Flags: true, InternalDate: true, RFC822Size: true}, validity, func(u uint32) bool { return missing[u] })
		if err != nil {
			return nil, err
		}
		for i := range more {
			more[i].Envelope = &mail.Envelope{}
		}
		states = append(states, more...)
	}
	return states, nil
}

// list fetches the states of a set, with envelopes for new messages. Messages that want refuses, and replies that nobody asked for,
// are left out, each message is told once.
func (s *session) list(set imap2.NumSet, envelopes bool, changedSince uint64, validity uint32, want func(uid uint32) bool) ([]remote.State, error) {
	opt := &imap2.FetchOptions{UID: true, Flags: true, ChangedSince: changedSince}
	if envelopes {
		opt.InternalDate, opt.RFC822Size = true, true
		opt.BodySection = []*imap2.FetchItemBodySection{envelopeFields}
		if s.filter.hasGlobal() {
			opt.BodySection = append(opt.BodySection, globalItem)
		}
	}
	return s.fetchStates(set, opt, validity, want)
}

func (s *session) fetchStates(set imap2.NumSet, opt *imap2.FetchOptions, validity uint32, want func(uid uint32) bool) ([]remote.State, error) {
	envelopes := len(opt.BodySection) > 0
	cmd := s.client.Fetch(set, opt)
	var out []remote.State
	seen := map[uint32]bool{}
	var block []byte
	for {
		m := cmd.Next()
		if m == nil {
			break
		}
		st, uid, hasFlags := readState(m, envelopes, &block)
		if uid == 0 || !hasFlags || seen[uid] || !want(uid) {
			continue
		}
		if envelopes && st.Envelope == nil {
			st.Envelope = &mail.Envelope{} // its header could not be had; it is shown when the body is here
		}
		seen[uid] = true
		st.Ref = ref(validity, uid)
		out = append(out, st)
	}
	if err := cmd.Close(); err != nil {
		return nil, err
	}
	return out, nil
}

func (f *filter) hasGlobal() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.global != ""
}

// readState reads a FETCH reply; block is room for its header fields.
func readState(m *imapclient.FetchMessageData, envelopes bool, block *[]byte) (st remote.State, uid uint32, hasFlags bool) {
	for {
		switch it := m.Next().(type) {
		case nil:
			return st, uid, hasFlags
		case imapclient.FetchItemDataUID:
			uid = uint32(it.UID)
		case imapclient.FetchItemDataFlags:
			st.Flags, st.Keywords = readFlags(it.Flags)
			hasFlags = true
		case imapclient.FetchItemDataInternalDate:
			st.Received = it.Time
		case imapclient.FetchItemDataRFC822Size:
			st.Size = it.Size
		case imapclient.FetchItemDataBodySection:
			if it.Literal == nil || !envelopes {
				continue
			}
			if len(it.Section.Part) == 1 && it.Section.Part[0] == globalPart {
				b, _ := io.ReadAll(io.LimitReader(it.Literal, 256))
				st.Global = string(b)
				continue
			}
			n := min(it.Literal.Size(), maxHeader)
			if int64(cap(*block)) < n {
				*block = make([]byte, n+n/2)
			}
			b := (*block)[:n]
			if _, err := io.ReadFull(it.Literal, b); err != nil {
				continue
			}
			if e, err := rfc822.ParseHeader(b); err == nil {
				st.Envelope = &e
			}
		}
	}
}
