package pop3

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/postrider/postrider/accounts/remote"
)

// entry is one message of a session, by its number.
type entry struct {
	num  int
	size int64 // of LIST, 0 where unknown
	ref  remote.Ref
}

// listing is the mailbox as a session shows it, oldest first.
type listing struct {
	entries []entry
	byRef   map[remote.Ref]int // index in entries
	digest  string             // of refs in their order
	partial bool               // lines could not be read: not the whole membership
	nouidl  bool
}

// Limits of a listing: a million messages with long names.
const (
	maxEntries   = 1_000_000
	maxListBytes = 128 << 20
)

// list reads the mailbox once a session.
func (s *session) list() (*listing, error) {
	if s.listing != nil {
		return s.listing, nil
	}
	l := &listing{}
	sizes := map[int]int64{}
	s.put("LIST")
	uidlToo := s.window > 1
	if uidlToo {
		s.put("UIDL")
	}
	if err := s.flush(); err != nil {
		return nil, err
	}
	text, ok, err := s.status()
	if err != nil {
		return nil, err
	}
	if ok {
		var nums []int
		if err := s.lines(maxListBytes, func(b []byte) {
			n, rest, good := parseNumbered(b)
			size, sized := parseSize(rest)
			if !good || !sized || len(nums) >= maxEntries {
				l.partial = l.partial || len(bytes.TrimSpace(b)) > 0
				return
			}
			if _, twice := sizes[n]; !twice {
				nums = append(nums, n)
			}
			sizes[n] = size
		}); err != nil {
			return nil, err
		}
		for _, n := range nums {
			l.entries = append(l.entries, entry{num: n, size: sizes[n]})
		}
	} else if code, _ := responseCode(text); code == "SYS/TEMP" || code == "IN-USE" {
		return nil, s.refused("list", text)
	}
	listed := ok
	if !uidlToo {
		s.put("UIDL")
		if err := s.flush(); err != nil {
			return nil, err
		}
	}
	if text, ok, err = s.status(); err != nil {
		return nil, err
	}
	switch {
	case ok:
		err = s.readUIDL(l, sizes)
	case !listed:
		return nil, s.refused("list", text)
	default:
		l.nouidl = true
		err = s.nameByDigest(l)
	}
	if err != nil {
		return nil, err
	}
	l.index()
	s.listing = l
	return l, nil
}

// readUIDL takes the names from UIDL. What only LIST knows cannot be named and is left out; it makes the listing partial.
func (s *session) readUIDL(l *listing, sizes map[int]int64) error {
	known := len(l.entries)
	l.entries = make([]entry, 0, known)
	seen := make(map[string]bool, known)
	nums := make(map[int]bool, known)
	var twins []int
	if err := s.lines(maxListBytes, func(b []byte) {
		n, rest, good := parseNumbered(b)
		if !good || len(rest) > 1000 || bytes.IndexByte(rest, ' ') >= 0 || nums[n] || len(l.entries) >= maxEntries {
			l.partial = l.partial || len(bytes.TrimSpace(b)) > 0
			return
		}
		nums[n] = true
		uid := string(rest)
		if seen[uid] {
			twins = append(twins, len(l.entries))
		}
		seen[uid] = true
		l.entries = append(l.entries, entry{num: n, size: sizes[n], ref: remote.Ref(uid)})
	}); err != nil {
		return err
	}
	for n := range sizes {
		if !nums[n] {
			l.partial = true
		}
	}
	return s.splitTwins(l, twins)
}

// splitTwins gives a name of its own to each but the first of those with the same UIDL.
func (s *session) splitTwins(l *listing, twins []int) error {
	if len(twins) == 0 {
		return nil
	}
	digests := make(map[int]string, len(twins))
	if err := s.headers(numbers(l, twins), func(i int, block []byte) { digests[i] = headerDigest(block) }); err != nil {
		return err
	}
	taken := map[remote.Ref]int{}
	for i, at := range twins {
		e := &l.entries[at]
		ref := e.ref + " " + remote.Ref(digests[i])
		if taken[ref]++; taken[ref] > 1 {
			ref += remote.Ref(" " + strconv.Itoa(taken[ref]))
		}
		e.ref = ref
	}
	return nil
}

func numbers(l *listing, at []int) []int {
	nums := make([]int, len(at))
	for i, k := range at {
		nums[i] = l.entries[k].num
	}
	return nums
}

// nameByDigest names every message by its header block.
func (s *session) nameByDigest(l *listing) error {
	all := make([]int, len(l.entries))
	for i := range all {
		all[i] = l.entries[i].num
	}
	names := make([]string, len(all))
	if err := s.headers(all, func(i int, block []byte) { names[i] = headerDigest(block) }); err != nil {
		return err
	}
	kept := l.entries[:0]
	taken := make(map[string]int, len(all))
	for i, e := range l.entries {
		if names[i] == "" {
			l.partial = true
			continue
		}
		e.ref = remote.Ref("top:" + names[i])
		if taken[names[i]]++; taken[names[i]] > 1 {
			e.ref += remote.Ref(" " + strconv.Itoa(taken[names[i]]))
		}
		kept = append(kept, e)
	}
	l.entries = kept
	return nil
}

func (l *listing) index() {
	l.byRef = make(map[remote.Ref]int, len(l.entries))
	h := sha256.New()
	for i, e := range l.entries {
		l.byRef[e.ref] = i
		io.WriteString(h, string(e.ref))
		h.Write([]byte{'\n'})
	}
	if l.partial {
		io.WriteString(h, "partial")
	}
	l.digest = short(h)
}

func short(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:12]) }

// headerDigest names a message by its header block, without the fields that servers change by themselves.
func headerDigest(block []byte) string {
	h := sha256.New()
	skip := false
	for len(block) > 0 {
		line := block
		if i := bytes.IndexByte(block, '\n'); i >= 0 {
			line, block = block[:i], block[i+1:]
		} else {
			block = nil
		}
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			skip = false
			for _, f := range []string{"Status", "X-Status", "X-UID", "X-IMAP", "X-IMAPbase", "X-Keywords"} {
				skip = skip || bytes.EqualFold(name, []byte(f))
			}
		}
		if !skip {
			fmt.Fprintf(h, "%d:", len(line))
			h.Write(line)
		}
	}
	return short(h)
}
