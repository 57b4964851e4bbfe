package engine

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

var day = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func row(id mail.MessageID, ref remote.Ref, iid string, size int64) store.Row {
	return store.Row{ID: id, Ref: ref, Base: 1, Mailbox: 1, InternetID: iid, Size: size, Digest: "d", Date: day}
}

func st(ref remote.Ref, iid string, size int64, f mail.Flags) remote.State {
	s := remote.State{Ref: ref, Size: size, Flags: f, Received: day}
	if iid != "-" {
		s.Envelope = &mail.Envelope{InternetID: iid, Date: day}
	}
	return s
}

// show is a plan in short words.
func show(p plan) []string {
	out := []string{}
	for _, n := range p.name {
		out = append(out, fmt.Sprintf("name %d %s op %d", n.row.ID, n.state.Ref, n.op))
	}
	for _, s := range p.insert {
		out = append(out, "insert "+string(s.Ref))
	}
	for _, f := range p.flag {
		out = append(out, fmt.Sprintf("flag %d %v", f.id, f.flags))
	}
	for _, id := range p.delete {
		out = append(out, fmt.Sprint("delete ", id))
	}
	for _, id := range p.kept {
		out = append(out, fmt.Sprint("keep ", id))
	}
	for _, o := range p.moved {
		out = append(out, fmt.Sprint("moved ", o.Message))
	}
	for _, r := range p.forget {
		out = append(out, "forget "+string(r))
	}
	if p.listed {
		out = append(out, "listed")
	}
	if p.full {
		out = append(out, "full")
	}
	return out
}

func rows(rs ...store.Row) map[remote.Ref]store.Row {
	m := map[remote.Ref]store.Row{}
	for _, r := range rs {
		m[r.Ref] = r
	}
	return m
}

func TestMerge(t *testing.T) {
	sentMove := map[mail.MessageID][]store.Op{1: {{ID: 9, Message: 1, Kind: store.OpMove, State: store.OpSent, Dest: 2}}}
	queuedMove := map[mail.MessageID][]store.Op{1: {{ID: 9, Message: 1, Kind: store.OpMove, State: store.OpQueued, Dest: 2}}}
	for _, c := range []struct {
		name string
		k    known
		d    remote.Delta
		want []string
	}{
		{"nothing", known{}, remote.Delta{}, []string{}},
		{"a new one", known{}, remote.Delta{Changed: []remote.State{st("a", "x", 5, 0)}}, []string{"insert a"}},
		{"the same new one twice", known{}, remote.Delta{Changed: []remote.State{st("a", "x", 5, 0), st("a", "x", 5, 0)}}, []string{"insert a"}},
		{"known, unchanged", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Changed: []remote.State{st("a", "-", 5, 0)}}, []string{}},
		{"flags", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Changed: []remote.State{st("a", "-", 5, mail.Seen)}}, []string{"flag 1 seen"}},
		{"flags that the server does not know", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Changed: []remote.State{{Ref: "a", FlagsUnknown: true, Flags: mail.Seen}}}, []string{}},
		{"unknown without a header", known{}, remote.Delta{Changed: []remote.State{st("a", "-", 5, 0)}}, []string{"full"}},
		{"gone", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Gone: []remote.Ref{"a", "never"}}, []string{"delete 1"}},
		{"gone and there in one delta", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Gone: []remote.Ref{"a"}, Changed: []remote.State{st("a", "-", 5, 0)}}, []string{}},
		{"gone, a flag is pending", known{rows: rows(row(1, "a", "x", 5)), ops: map[mail.MessageID][]store.Op{1: {{Kind: store.OpFlags, State: store.OpSent}}}}, remote.Delta{Gone: []remote.Ref{"a"}}, []string{"delete 1"}},
		{"gone, our move was sent", known{rows: rows(row(1, "a", "x", 5)), ops: sentMove}, remote.Delta{Gone: []remote.Ref{"a"}}, []string{}},
		{"gone, our move was not sent", known{rows: rows(row(1, "a", "x", 5)), ops: queuedMove}, remote.Delta{Gone: []remote.Ref{"a"}}, []string{"delete 1"}},
		{"missing from an incomplete list", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Changed: []remote.State{st("b", "y", 5, 0)}, More: true}, []string{"insert b"}},
		{"missing from a complete list", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Changed: []remote.State{st("b", "y", 5, 0)}, Complete: true}, []string{"insert b", "delete 1", "listed"}},
		{"complete by members", known{rows: rows(row(1, "a", "x", 5), row(2, "b", "y", 6))}, remote.Delta{Members: []remote.Ref{"b"}, Complete: true}, []string{"delete 1", "listed"}},
		{"complete and empty", known{rows: rows(row(1, "a", "x", 5))}, remote.Delta{Members: []remote.Ref{}, Complete: true}, []string{"delete 1", "listed"}},
		{"kept", known{keep: true, rows: rows(row(1, "a", "x", 5))}, remote.Delta{Complete: true}, []string{"keep 1", "listed"}},
		{"kept only when its body is here", known{keep: true, rows: rows(store.Row{ID: 1, Ref: "a", Base: 1})}, remote.Delta{Complete: true}, []string{"delete 1", "forget a", "listed"}},
		{"deleted here, still on the server", known{keep: true, marks: map[remote.Ref]store.POPMark{"a": {Deleted: true}}}, remote.Delta{Changed: []remote.State{st("a", "x", 5, 0)}, Complete: true}, []string{"listed"}},
		{"stored before", known{keep: true, marks: map[remote.Ref]store.POPMark{"a": {Stored: day}}}, remote.Delta{Changed: []remote.State{st("a", "x", 5, 0)}, Complete: true}, []string{"listed"}},
		{"kept under a new name", known{keep: true, rows: rows(row(1, "a", "x", 5))}, remote.Delta{Changed: []remote.State{st("b", "x", 5, 0)}, Complete: true}, []string{"name 1 b op 0", "forget a", "listed"}},
		{"renamed by us", known{unnamed: []store.Row{row(1, "", "x", 5)}}, remote.Delta{Changed: []remote.State{st("b", "x", 5, 0)}}, []string{"name 1 b op 0"}},
		{"same id, other size", known{unnamed: []store.Row{row(1, "", "x", 5)}}, remote.Delta{Changed: []remote.State{st("b", "x", 6, 0)}}, []string{"insert b", "full"}},
		{"same id, unknown size", known{unnamed: []store.Row{row(1, "", "x", 0)}}, remote.Delta{Changed: []remote.State{st("b", "x", 6, 0)}}, []string{"name 1 b op 0"}},
		{"two of the same", known{unnamed: []store.Row{row(1, "", "x", 5), row(2, "", "x", 5)}}, remote.Delta{Changed: []remote.State{st("b", "x", 5, 0), st("c", "x", 5, 0), st("d", "x", 5, 0)}}, []string{"name 1 b op 0", "name 2 c op 0", "insert d"}},
		{"no id, by size and date", known{unnamed: []store.Row{row(1, "", "", 5)}}, remote.Delta{Changed: []remote.State{st("b", "", 5, 0)}}, []string{"name 1 b op 0"}},
		{"no id, other size", known{unnamed: []store.Row{row(1, "", "", 5)}}, remote.Delta{Changed: []remote.State{st("b", "", 7, 0)}, More: true}, []string{"insert b"}},
		{"an add that was carried out", known{unnamed: []store.Row{row(1, "", "x", 5)}, adds: map[mail.MessageID]store.Op{1: {ID: 7}}}, remote.Delta{Changed: []remote.State{st("b", "x", 5, 0)}}, []string{"name 1 b op 7"}},
		{"an add that was not", known{unnamed: []store.Row{row(1, "", "x", 5)}, adds: map[mail.MessageID]store.Op{1: {ID: 7}}}, remote.Delta{Members: []remote.Ref{}, Complete: true}, []string{"listed"}},
		{"without a name after a complete list", known{unnamed: []store.Row{row(1, "", "x", 5)}}, remote.Delta{Members: []remote.Ref{}, Complete: true}, []string{"delete 1", "listed"}},
		{"without a name, something came meanwhile", known{unnamed: []store.Row{row(1, "", "x", 5)}}, remote.Delta{Members: []remote.Ref{"z"}, Complete: true}, []string{"listed"}},
		{"without a name, our move was sent", known{unnamed: []store.Row{row(1, "", "x", 5)}, ops: sentMove}, remote.Delta{Members: []remote.Ref{}, Complete: true}, []string{"moved 1", "listed"}},
	} {
		if got := show(merge(c.k, c.d)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Whatever the server says: nothing that it has is deleted, nothing gets two names, no name is given twice, and a page that is
// no complete list deletes nothing but what it names as gone.
func TestMergeHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		k := known{keep: r.IntN(4) == 0, rows: map[remote.Ref]store.Row{}, ops: map[mail.MessageID][]store.Op{}, marks: map[remote.Ref]store.POPMark{}, adds: map[mail.MessageID]store.Op{}}
		name := func() remote.Ref { return remote.Ref(rune('a' + r.IntN(8))) }
		iid := func() string { return []string{"", "x", "y", "z"}[r.IntN(4)] }
		for i := range mail.MessageID(r.IntN(6)) {
			if x := row(i+1, name(), iid(), int64(r.IntN(3))); r.IntN(3) > 0 {
				k.rows[x.Ref] = x
			} else {
				x.Ref = ""
				k.unnamed = append(k.unnamed, x)
				if r.IntN(2) == 0 {
					k.adds[x.ID] = store.Op{ID: int64(x.ID)}
				}
			}
		}
		d := remote.Delta{Complete: r.IntN(2) == 0}
		d.More = !d.Complete && r.IntN(2) == 0
		for range r.IntN(6) {
			id := iid()
			if r.IntN(4) == 0 {
				id = "-"
			}
			d.Changed = append(d.Changed, st(name(), id, int64(r.IntN(3)), mail.Flags(r.IntN(2))))
		}
		for range r.IntN(3) {
			d.Gone = append(d.Gone, name())
		}
		if d.Complete && r.IntN(2) == 0 {
			d.Members = []remote.Ref{}
			for _, s := range d.Changed {
				d.Members = append(d.Members, s.Ref)
			}
		}
		p := merge(k, d)
		has, gone := map[remote.Ref]bool{}, map[remote.Ref]bool{}
		for _, s := range d.Changed {
			has[s.Ref] = true
		}
		for _, g := range d.Gone {
			gone[g] = true
		}
		byID := map[mail.MessageID]store.Row{}
		for _, x := range k.rows {
			byID[x.ID] = x
		}
		for _, x := range k.unnamed {
			byID[x.ID] = x
		}
		named, used := map[mail.MessageID]bool{}, map[remote.Ref]bool{}
		for _, n := range p.name {
			if named[n.row.ID] || used[n.state.Ref] {
				t.Fatalf("named twice: %+v %+v %q", k, d, show(p))
			}
			named[n.row.ID], used[n.state.Ref] = true, true
		}
		for _, s := range p.insert {
			if _, ok := k.rows[s.Ref]; ok || used[s.Ref] {
				t.Fatalf("inserted although it is here: %+v %+v %q", k, d, show(p))
			}
			used[s.Ref] = true
		}
		for _, id := range p.delete {
			x := byID[id]
			_, adding := k.adds[id]
			if named[id] || adding || x.Ref != "" && has[x.Ref] || !d.Complete && !gone[x.Ref] || k.keep && x.Ref != "" && x.Digest != "" {
				t.Fatalf("deleted %d: %+v %+v %q", id, k, d, show(p))
			}
		}
	}
}
