package list

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/views/viewtest"
)

func TestLongListFollowsChangesWithoutReadingItsOrder(t *testing.T) {
	p, c, w := openLong(t, 200_000)
	p.m.full = time.Minute // reading it is dear, whatever this machine does
	c.orders = 0
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		var ids []mail.MessageID
		switch i % 3 {
		case 0:
			ids = c.arrive(1 + r.IntN(30))
		case 1:
			for range 1 + r.IntN(5) {
				ids = append(ids, c.remove(r.IntN(len(c.ids))))
			}
		case 2:
			ids = append(c.arrive(2), c.remove(150_000), c.ids[7])
		}
		p.Note(bus.Changed{Mailboxes: []mail.MailboxID{viewtest.FjordInbox}, Messages: ids})
		w.until("the change", func() bool { return len(p.m.ids) == len(c.ids) && !p.m.running })
		if !slices.Equal(p.m.ids, c.ids) {
			t.Fatalf("after change %d the order differs", i)
		}
		if n := p.m.groups[len(p.m.groups)-1].First; n >= len(p.m.ids) {
			t.Fatalf("a group begins at %d of %d", n, len(p.m.ids))
		}
	}
	if c.orders != 0 {
		t.Errorf("the whole order was read %d times", c.orders)
	}
}

// A change that does not name its messages, or names other ones than those that changed, leads to the whole order.
func TestLongListReadsItsOrderWhenInDoubt(t *testing.T) {
	p, c, w := openLong(t, 5_000)
	for what, ch := range map[string]bus.Changed{
		"unnamed": {Mailboxes: []mail.MailboxID{viewtest.FjordInbox}},
		"wrong":   {Mailboxes: []mail.MailboxID{viewtest.FjordInbox}, Messages: []mail.MessageID{c.ids[9]}},
		"resync":  {Resync: true},
	} {
		p.m.full, c.orders = time.Minute, 0
		c.remove(3000)
		p.Note(ch)
		w.until(what, func() bool { return len(p.m.ids) == len(c.ids) && !p.m.running })
		if !slices.Equal(p.m.ids, c.ids) || c.orders != 1 {
			t.Errorf("%s: read %d times, equal %t", what, c.orders, slices.Equal(p.m.ids, c.ids))
		}
	}
}

// Rows on screen stay here while pages and new mail come in.
func TestRowsOnScreenAreKept(t *testing.T) {
	p, c, w := openLong(t, 50_000)
	p.list.ScrollTo(1_000_000)
	first, end := p.list.Range()
	w.until("the rows", func() bool { return p.m.row(first, false) != nil && p.m.row(end-1, false) != nil })
	id := p.m.ids[first]
	for i := range 2 * keptPages {
		p.m.keep([]mail.Summary{c.row(p.m.ids[i*pageRows]), c.row(p.m.ids[i*pageRows+1])})
	}
	if _, ok := p.m.rows[id]; !ok {
		t.Error("a row on screen was forgotten")
	}
	if n := len(p.m.batches); n > keptPages {
		t.Errorf("%d pages are kept", n)
	}
}

// All of a long view is selected at once; what leaves the view leaves the selection, and one row can be taken out and in again.
func TestAllOfALongListIsSelected(t *testing.T) {
	p, c, w := openLong(t, 200_000)
	p.SelectAll()
	if p.Selected() != 200_000 || len(p.SelectedIDs()) != 200_000 {
		t.Fatalf("%d are selected", p.Selected())
	}
	p.toggle(3)
	if out := p.m.ids[3]; p.Selected() != 199_999 || p.selected.has(out) || !p.selected.has(p.m.ids[4]) || c.ids[3] != out || p.m.ids[4] == out {
		t.Fatal("taking one row out took another, or changed the view")
	}
	p.toggle(3)
	gone := c.remove(100_000)
	fresh := c.arrive(2)
	p.Note(bus.Changed{Mailboxes: []mail.MailboxID{viewtest.FjordInbox}, Messages: append(fresh, gone)})
	w.until("the change", func() bool { return len(p.m.ids) == len(c.ids) && !p.m.running })
	if p.Selected() != 199_999 || p.selected.has(gone) || p.selected.has(fresh[0]) || !p.selected.has(c.ids[len(c.ids)-1]) {
		t.Errorf("%d are selected after one went and two came", p.Selected())
	}
	p.extend(2)
	if ids := p.SelectedIDs(); len(ids) != 4 || ids[0] != p.m.ids[2] || ids[3] != p.m.ids[5] {
		t.Errorf("%v is selected between two rows", ids)
	}
}
