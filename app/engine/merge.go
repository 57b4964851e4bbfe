package engine

import (
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// known is what is here of a mailbox before a page of changes.
type known struct {
	keep    bool
	rows    map[remote.Ref]store.Row      // the rows of all refs in the delta and, when it is complete, of all that are here and not in it
	here    map[remote.Ref]mail.MessageID // when it is complete: all that are here
	on      map[remote.Ref]bool           // the delta's members, nil: not asked for yet
	unnamed []store.Row                   // in this mailbox on the server under a name not yet known
	adds    map[mail.MessageID]store.Op   // of unnamed: those that an op is still adding
	ops     map[mail.MessageID][]store.Op // pending ops of rows and unnamed
	marks   map[remote.Ref]store.POPMark  // Keep: what is remembered of refs
}

// naming gives a row the name that the server has for it.
type naming struct {
	row   store.Row
	state remote.State
	op    int64 // the op that is settled by it, 0 = none
}

type flagging struct {
	id    mail.MessageID
	flags mail.Flags
	words []string
}

// plan is what a page of changes does here.
type plan struct {
	name    []naming
	insert  []remote.State
	flag    []flagging
	delete  []mail.MessageID
	kept    []mail.MessageID // stay here, gone on the server
	moved   []store.Op       // sent moves whose message left the source for good
	forget  []remote.Ref     // marks of names that are void
	listed  bool             // a complete listing has ended
	full    bool             // a listing from scratch is needed to be sure
	changed int
}

// merge is pure.
func merge(k known, d remote.Delta) plan {
	var p plan
	in := make(map[remote.Ref]bool, len(d.Changed))
	for _, s := range d.Changed {
		in[s.Ref] = true
	}
	// What the server does not have any more.
	gone := map[remote.Ref]store.Row{}
	for _, r := range d.Gone {
		if row, ok := k.rows[r]; ok && !in[r] {
			gone[r] = row
		}
	}
	on := k.on
	if on == nil {
		on = members(&d)
	}
	if d.Complete {
		for r, row := range k.rows {
			if !on[r] {
				gone[r] = row
			}
		}
	}
	pool := newPool(k.unnamed)
	if k.keep {
		for _, row := range gone {
			pool.add(row)
		}
	}
	fresh := map[remote.Ref]bool{}
	for _, s := range d.Changed {
		row, ok := k.rows[s.Ref]
		if ok {
			if !s.FlagsUnknown && (row.BaseFlags != s.Flags || !sameWords(row.BaseKW, s.Keywords)) {
				p.flag = append(p.flag, flagging{row.ID, s.Flags, s.Keywords})
			}
			continue
		}
		if fresh[s.Ref] {
			continue
		}
		fresh[s.Ref] = true
		if m, ok := k.marks[s.Ref]; k.keep && ok && (m.Deleted || !m.Stored.IsZero()) {
			continue // it was here
		}
		if row, ok := pool.take(s); ok {
			if row.Ref != "" {
				delete(gone, row.Ref)
				p.forget = append(p.forget, row.Ref)
			}
			p.name = append(p.name, naming{row, s, k.adds[row.ID].ID})
			continue
		}
		if s.Envelope == nil && !k.keep {
			p.full = true // the token promises a message that is not here
			continue
		}
		p.insert = append(p.insert, s)
	}
	for r, row := range gone {
		if slices.ContainsFunc(k.ops[row.ID], func(o store.Op) bool { return o.Kind == store.OpMove && o.State == store.OpSent }) {
			continue // it was perhaps moved by us: the repeated push finds out
		}
		switch {
		case !k.keep:
			p.delete = append(p.delete, row.ID)
		case row.Digest != "":
			p.kept = append(p.kept, row.ID)
		default:
			p.delete = append(p.delete, row.ID)
			p.forget = append(p.forget, r)
		}
	}
	left := pool.rest()
	if d.Complete {
		p.listed = true
		sure := true
		for r := range on {
			_, known := k.rows[r]
			if !known {
				_, known = k.here[r]
			}
			if !known && !in[r] && !(k.keep && k.marks[r] != store.POPMark{}) {
				sure = false // something came during the listing: it may be one of those without a name
				break
			}
		}
		for _, row := range left {
			if _, adding := k.adds[row.ID]; adding || row.Ref != "" {
				continue
			}
			i := slices.IndexFunc(k.ops[row.ID], func(o store.Op) bool { return o.Kind == store.OpMove && o.State == store.OpSent })
			switch {
			case !sure:
			case i >= 0:
				p.moved = append(p.moved, k.ops[row.ID][i])
			default:
				p.delete = append(p.delete, row.ID)
			}
		}
	} else if !d.More {
		for _, row := range left {
			if _, adding := k.adds[row.ID]; !adding && row.Ref == "" {
				p.full = true
			}
		}
	}
	slices.Sort(p.delete)
	slices.Sort(p.kept)
	return p
}

// members is what a complete delta says is there.
func members(d *remote.Delta) map[remote.Ref]bool {
	on := make(map[remote.Ref]bool, max(len(d.Members), len(d.Changed)))
	if d.Members == nil {
		for _, s := range d.Changed {
			on[s.Ref] = true
		}
	}
	for _, r := range d.Members {
		on[r] = true
	}
	return on
}

func sameWords(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, w := range a {
		if !slices.Contains(b, w) {
			return false
		}
	}
	return true
}

// pool holds rows that wait for a name, findable by what the server says of a message.
type pool struct {
	rows     []store.Row
	taken    []bool
	byGlobal map[string][]int
	byID     map[string][]int
	bySize   map[int64][]int
}

func newPool(rows []store.Row) *pool {
	p := &pool{byGlobal: map[string][]int{}, byID: map[string][]int{}, bySize: map[int64][]int{}}
	for _, r := range rows {
		p.add(r)
	}
	return p
}

func (p *pool) add(r store.Row) {
	i := len(p.rows)
	p.rows, p.taken = append(p.rows, r), append(p.taken, false)
	if r.Global != "" {
		p.byGlobal[r.Global] = append(p.byGlobal[r.Global], i)
	}
	if r.InternetID != "" {
		p.byID[r.InternetID] = append(p.byID[r.InternetID], i)
	} else if r.Size > 0 {
		p.bySize[r.Size] = append(p.bySize[r.Size], i)
	}
}

// take finds the row that s is, each at most once: by the server's own word, by Message-ID with the same size (or the only one whose size
// nobody knows), and without a Message-ID by size and date.
func (p *pool) take(s remote.State) (store.Row, bool) {
	pick := func(is []int, ok func(store.Row) bool) (store.Row, bool) {
		for _, i := range is {
			if !p.taken[i] && ok(p.rows[i]) {
				p.taken[i] = true
				return p.rows[i], true
			}
		}
		return store.Row{}, false
	}
	if s.Global != "" {
		if r, ok := pick(p.byGlobal[s.Global], func(store.Row) bool { return true }); ok {
			return r, true
		}
	}
	if s.Envelope == nil {
		return store.Row{}, false
	}
	if id := s.Envelope.InternetID; id != "" {
		is := p.byID[id]
		if r, ok := pick(is, func(r store.Row) bool { return r.Size == s.Size && s.Size > 0 }); ok {
			return r, true
		}
		return pick(is, func(r store.Row) bool { return r.Size == 0 || s.Size == 0 })
	}
	if s.Size <= 0 {
		return store.Row{}, false
	}
	return pick(p.bySize[s.Size], func(r store.Row) bool { return near(r.Date, s.Envelope.Date) || near(r.Date, s.Received) })
}

func near(a, b time.Time) bool {
	return !a.IsZero() && !b.IsZero() && a.Unix() == b.Unix()
}

// rest returns the rows that found no name.
func (p *pool) rest() []store.Row {
	var out []store.Row
	for i, r := range p.rows {
		if !p.taken[i] {
			out = append(out, r)
		}
	}
	return out
}
