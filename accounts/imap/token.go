package imap

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/remote"
)

// token is what a [remote.Token] of this package says.
type token struct {
	Validity uint32 // UIDVALIDITY
	ModSeq   uint64 // HIGHESTMODSEQ up to which flags are known; 0: the mailbox has none
	Next     uint32 // UIDs from here on are unknown
	Count    uint32 // messages below Next

	// A listing under way: messages in [Floor, Low) are still to come. Low is 0 when nothing is.
	Floor, Low uint32
	// Whole: the listing began from scratch, so its last page says what the membership is.
	Whole bool
	// Scan: flags below it have been read again in this round (mailboxes without ModSeq). 0: no round is under way.
	Scan uint32
	// Sum is the sum of the digests of the messages' flags, so that a round that finds nothing new says nothing (mailboxes without ModSeq). 0: unknown.
	Sum uint64
}

func (t token) encode() remote.Token {
	whole := 0
	if t.Whole {
		whole = 1
	}
	return remote.Token(fmt.Sprintf("1 %d %d %d %d %d %d %d %d %d", t.Validity, t.ModSeq, t.Next, t.Count, t.Floor, t.Low, whole, t.Scan, t.Sum))
}

// decodeToken reads a token; ok is false for "" and for one that this version did not make, which both mean from scratch.
func decodeToken(s remote.Token) (t token, ok bool) {
	w := strings.Fields(string(s))
	if len(w) != 10 || w[0] != "1" {
		return token{}, false
	}
	var v [9]uint64
	for i := range v {
		n, err := strconv.ParseUint(w[i+1], 10, 64)
		if err != nil || i != 1 && i != 8 && n > 1<<32-1 {
			return token{}, false
		}
		v[i] = n
	}
	t = token{Validity: uint32(v[0]), ModSeq: v[1], Next: uint32(v[2]), Count: uint32(v[3]), Floor: uint32(v[4]), Low: uint32(v[5]), Whole: v[6] == 1, Scan: uint32(v[7]), Sum: v[8]}
	return t, t.Validity != 0 && t.Next != 0
}

// ref names a message.
func ref(validity, uid uint32) remote.Ref {
	b := make([]byte, 0, 21)
	b = strconv.AppendUint(b, uint64(validity), 10)
	b = append(b, ':')
	b = strconv.AppendUint(b, uint64(uid), 10)
	return remote.Ref(b)
}

// refs names many messages, in one piece of memory.
func refs(validity uint32, uids []uint32) []remote.Ref {
	var b strings.Builder
	b.Grow(len(uids) * 18)
	head := strconv.FormatUint(uint64(validity), 10) + ":"
	ends := make([]int, len(uids))
	var num [10]byte
	for i, u := range uids {
		b.WriteString(head)
		b.Write(strconv.AppendUint(num[:0], uint64(u), 10))
		ends[i] = b.Len()
	}
	all := b.String()
	out := make([]remote.Ref, len(uids))
	at := 0
	for i, e := range ends {
		out[i] = remote.Ref(all[at:e])
		at = e
	}
	return out
}

// splitRef reads a message's name.
func splitRef(r remote.Ref) (validity, uid uint32, ok bool) {
	a, b, found := strings.Cut(string(r), ":")
	v, err1 := strconv.ParseUint(a, 10, 32)
	u, err2 := strconv.ParseUint(b, 10, 32)
	return uint32(v), uint32(u), found && err1 == nil && err2 == nil && u != 0
}

// add takes the flags of newly listed messages into Sum, where it is needed.
func (t *token) add(states []remote.State) {
	if t.ModSeq == 0 {
		t.Sum += sum(states)
	}
}

// sum adds up the digests of the flags of messages; the order of messages and of flags does not matter.
func sum(states []remote.State) (total uint64) {
	for _, st := range states {
		h := fnv.New64a()
		io.WriteString(h, string(st.Ref))
		fmt.Fprint(h, " ", uint32(st.Flags))
		k := slices.Clone(st.Keywords)
		slices.Sort(k)
		for _, w := range k {
			io.WriteString(h, " "+w)
		}
		total += h.Sum64()
	}
	return total
}
