package imap

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// Gmail keeps a message once and shows it under each of its labels; All Mail has them all. What was archived has no label and is nowhere else: of All Mail
// these messages are pulled and no others, so that nothing is here twice. Gmail's own search tells which they are. Its index may be behind the mailbox for a
// moment: a message is called gone only when it was found before and is not found any more, never because it has not been found yet.

// archivedQuery is in the language of Gmail's search field (X-GM-RAW). Trash and Junk are not in All Mail.
const archivedQuery = "has:nouserlabels -in:inbox -in:sent -in:draft -in:chat"

// archivedToken is the token of All Mail.
type archivedToken struct {
	Validity uint32
	ModSeq   uint64 // up to which flags are known; 0: the mailbox has none
	Next     uint32 // of the whole mailbox, with Count: nothing changed when they are the same
	Count    uint32
	More     bool     // a listing is under way
	Whole    bool     // it began from scratch
	Have     []uint32 // told as being there, ascending
}

const archivedMost = 5_000_000 // messages in a token

func (t archivedToken) encode() remote.Token {
	var b strings.Builder
	flag := func(on bool) int {
		if on {
			return 1
		}
		return 0
	}
	fmt.Fprintf(&b, "g %d %d %d %d %d %d ", t.Validity, t.ModSeq, t.Next, t.Count, flag(t.More), flag(t.Whole))
	at := uint32(0)
	for i, r := range makeSet(t.Have) { // how far it is to the next run, and how much longer than one it is
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatUint(uint64(uint32(r.Start)-at), 36))
		if r.Stop > r.Start {
			b.WriteByte('.')
			b.WriteString(strconv.FormatUint(uint64(r.Stop-r.Start), 36))
		}
		at = uint32(r.Stop)
	}
	return remote.Token(b.String())
}

func decodeArchived(s remote.Token) (t archivedToken, ok bool) {
	w := strings.Split(string(s), " ")
	if len(w) != 8 || w[0] != "g" {
		return t, false
	}
	var v [6]uint64
	for i := range v {
		n, err := strconv.ParseUint(w[i+1], 10, 64)
		if err != nil || i != 1 && n > 1<<32-1 {
			return t, false
		}
		v[i] = n
	}
	t = archivedToken{Validity: uint32(v[0]), ModSeq: v[1], Next: uint32(v[2]), Count: uint32(v[3]), More: v[4] == 1, Whole: v[5] == 1}
	at := uint64(0)
	for run := range strings.SplitSeq(w[7], ",") {
		if run == "" {
			continue
		}
		gap, long, _ := strings.Cut(run, ".")
		g, err1 := strconv.ParseUint(gap, 36, 32)
		l, err2 := uint64(0), error(nil)
		if long != "" {
			l, err2 = strconv.ParseUint(long, 36, 32)
		}
		if err1 != nil || err2 != nil || g == 0 || at+g+l > 1<<32-1 || uint64(len(t.Have))+l >= archivedMost {
			return archivedToken{}, false
		}
		for u := at + g; u <= at+g+l; u++ {
			t.Have = append(t.Have, uint32(u))
		}
		at += g + l
	}
	return t, t.Validity != 0
}

// archivedListing is what Gmail's search found, kept between the pages of a listing.
type archivedListing struct {
	validity uint32
	uids     []uint32
}

// isAllMail reports whether box is Gmail's All Mail.
func (s *session) isAllMail(box string) (bool, error) {
	if !s.gmail {
		return false, nil
	}
	if !s.allKnown {
		boxes, err := s.client.List("", "*", nil).Collect()
		if err != nil {
			return false, err
		}
		s.noteAllMail(boxes)
	}
	return s.all != "" && s.all == box, nil
}

func (s *session) noteAllMail(boxes []*imap2.ListData) {
	s.all, s.allKnown = "", true
	for _, b := range boxes {
		if hasAttr(b.Attrs, imap2.MailboxAttrAll, `\AllMail`) {
			s.all = b.Mailbox
		}
	}
}

// pullArchived is Pull for Gmail's All Mail.
func (b *backend) pullArchived(s *session, box string, since remote.Token) (d remote.Delta, err error) {
	t, known := decodeArchived(since)
	if known && !t.More && t.ModSeq != 0 && s.condstore && s.box != box {
		st, err := s.status(box)
		if err != nil {
			return d, err
		}
		if st.UIDValidity == t.Validity && uint32(st.UIDNext) == t.Next && st.NumMessages != nil && *st.NumMessages == t.Count && st.HighestModSeq == t.ModSeq {
			return remote.Delta{Next: since}, nil
		}
	}
	sel, err := s.openBox(box, false, !t.More)
	if err != nil {
		return d, err
	}
	if !known || t.Validity != sel.UIDValidity {
		d.Reset = known || since != ""
		t, known = archivedToken{Validity: sel.UIDValidity, Whole: true}, false
	}
	if known && !t.More && t.ModSeq != 0 && sel.HighestModSeq == t.ModSeq && uint32(sel.UIDNext) == t.Next && sel.NumMessages == t.Count {
		return remote.Delta{Next: since}, nil
	}
	found := b.archived.uids
	if !t.More || b.archived.validity != t.Validity {
		if found, err = s.search(&imap2.SearchCriteria{Header: []imap2.SearchCriteriaHeaderField{{Key: rawSearchKey, Value: archivedQuery}}}); err != nil {
			return d, err
		}
	}
	n := t
	if !t.More { // flags that change while pages are listed are told by the pull after them
		n.ModSeq, n.Next, n.Count = sel.HighestModSeq, uint32(sel.UIDNext), sel.NumMessages
	}
	fresh, left, gone := compare(t.Have, found)
	most := listPage
	if !known {
		most = firstPage
	}
	page := fresh[max(0, len(fresh)-most):]
	if len(page) > 0 {
		want := make(map[uint32]bool, len(page))
		for _, u := range page {
			want[u] = true
		}
		for _, set := range chunks(page) {
			states, err := s.list(set, true, 0, t.Validity, func(u uint32) bool { return want[u] })
			if err != nil {
				return d, err
			}
			d.Changed = append(d.Changed, states...)
		}
		if d.Changed, err = s.fill(d.Changed, page, page[len(page)-1]+1, t.Validity); err != nil {
			return d, err
		}
		newestFirst(d.Changed)
	}
	if known && !t.More && len(left) > 0 {
		changed, err := s.archivedFlags(left, t, sel)
		if err != nil {
			return d, err
		}
		d.Changed = append(d.Changed, changed...)
	}
	d.Gone = refs(t.Validity, gone)
	n.Have = append(left, page...)
	slices.Sort(n.Have)
	n.More = len(page) < len(fresh)
	b.archived = archivedListing{}
	switch {
	case n.More:
		b.archived = archivedListing{validity: t.Validity, uids: found}
	case n.Whole:
		d.Complete, d.Members, n.Whole = true, refs(t.Validity, n.Have), false
	}
	d.More, d.Next = n.More, n.encode()
	return d, nil
}

// archivedFlags reads what changed of the flags of messages.
func (s *session) archivedFlags(uids []uint32, t archivedToken, sel *imap2.SelectData) (out []remote.State, err error) {
	if t.ModSeq != 0 && sel.HighestModSeq == t.ModSeq {
		return nil, nil
	}
	mine := func(u uint32) bool { _, ok := slices.BinarySearch(uids, u); return ok }
	if t.ModSeq != 0 && s.condstore {
		defer s.filter.takeGone()
		return s.list(wholeSet(1, max(1, t.Next-1)), false, t.ModSeq, t.Validity, mine)
	}
	for _, set := range chunks(uids) {
		states, err := s.list(set, false, 0, t.Validity, mine)
		if err != nil {
			return nil, err
		}
		out = append(out, states...)
	}
	return out, nil
}

// compare parts two ascending lists: what is only in found, what is in both, what is only in have.
func compare(have, found []uint32) (fresh, both, gone []uint32) {
	i := 0
	for _, u := range found {
		for i < len(have) && have[i] < u {
			gone = append(gone, have[i])
			i++
		}
		if i < len(have) && have[i] == u {
			both = append(both, u)
			i++
			continue
		}
		fresh = append(fresh, u)
	}
	return fresh, both, append(gone, have[i:]...)
}

// gmailRoles gives Gmail's mailboxes their places: All Mail, of which only what was archived is pulled, is the archive.
func gmailRole(c *remote.Collection) {
	switch c.Role {
	case mail.RoleAll:
		c.Role, c.Total, c.Unseen = mail.RoleArchive, -1, -1 // its counters are those of everything
	case mail.RoleFlagged, mail.RoleImportant: // their messages are in other mailboxes as well
		c.Virtual = true
	}
}
