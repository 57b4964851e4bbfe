package list

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
)

const (
	firstRows = 100
	pageRows  = 128
	keptPages = 16
)

// model is what the list knows of its view. Everything in it belongs to the window's goroutine; the work goes on in others that bring their
// results through do.
type model struct {
	c   app.Client
	do  func(func())
	now func() time.Time

	view   store.View
	turn   int // of the view; results of an older one are dropped
	ids    []mail.MessageID
	groups []kit.Group
	total  int
	unread int
	ready  bool // something is known of the view
	whole  bool // ids is the whole order
	err    error

	rows    map[mail.MessageID]mail.Summary
	batches [][]mail.MessageID     // as they came, the oldest first
	held    map[mail.MessageID]int // in how many of them
	asked   map[int]bool           // pages under way
	cancel  context.CancelFunc

	again   bool // a refresh is wanted
	running bool
	full    time.Duration // of the last refresh that read the whole order
	counted int           // what Count said in the last one

	touched []mail.MessageID // changed since the last refresh began
	unsure  bool             // and so may have others

	changed func()                  // the list must be drawn again
	seen    func() (first, end int) // the rows on screen; nil = none
}

func newModel(c app.Client, do func(func()), now func() time.Time, changed func()) *model {
	return &model{c: c, do: do, now: now, changed: changed, rows: map[mail.MessageID]mail.Summary{}, held: map[mail.MessageID]int{}, asked: map[int]bool{}}
}

// open shows another view from its start.
func (m *model) open(v store.View) {
	m.turn++
	m.view = v
	m.ids, m.groups, m.total, m.unread, m.ready, m.whole, m.err = nil, nil, 0, 0, false, false, nil
	clear(m.asked)
	m.rows, m.batches, m.held = map[mail.MessageID]mail.Summary{}, nil, map[mail.MessageID]int{}
	m.touched, m.unsure, m.full = nil, true, 0
	if m.cancel != nil {
		m.cancel()
	}
	m.running, m.again = false, false
	m.changed()
	m.refresh()
}

// refresh asks for the view again and keeps what is shown until the answer is here. Refreshes that are wanted while one runs become one.
func (m *model) refresh() {
	if m.running {
		m.again = true
		return
	}
	m.running, m.again = true, false
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	turn, v, first := m.turn, m.view, !m.ready
	was := order{m.ids, m.counted, m.whole, m.full}
	var touched []mail.MessageID
	if !m.unsure {
		touched = m.touched
	}
	m.touched, m.unsure = nil, false
	cost := m.full
	if len(touched) > 0 && was.whole {
		cost = min(cost, time.Duration(len(touched))*eachPatch)
	}
	pause := min(2*cost, 2*time.Second)
	now := m.now()
	go func() {
		defer cancel()
		if !first && pause > 20*time.Millisecond {
			// A refresh of a very long view may not take all of a processor while mail streams in.
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
		start := time.Now()
		s, err := m.c.List(ctx, v, 0, firstRows)
		if err != nil {
			m.do(func() { m.failed(turn, err) })
			return
		}
		head := make([]mail.MessageID, len(s.Rows))
		for i := range s.Rows {
			head[i] = s.Rows[i].ID
		}
		gs := groups(head, now)
		if first {
			gs := gs // the other one changes below, perhaps before this is done
			m.do(func() {
				if turn == m.turn {
					m.keep(s.Rows)
					m.ids, m.groups, m.ready, m.whole, m.err = head, gs, true, !s.More, nil
					m.changed()
				}
			})
		}
		total, unread, counted := len(head), 0, -1
		if v.Search == "" { // what a search finds is not counted apart from reading its order
			if t, u, err := m.c.Count(ctx, v); err == nil {
				total, unread, counted = t, u, t
			}
		}
		if counted < 0 {
			touched = nil
		}
		ids, patched := patch(ctx, m.c, v, was, s.Rows, total, touched)
		switch {
		case patched:
			gs = groups(ids, now)
		case !s.More:
			ids = head
		default:
			ids = make([]mail.MessageID, 0, max(total, firstRows))
			err = m.c.Order(ctx, v, 1<<14, func(part []mail.MessageID) error {
				ids = append(ids, part...)
				return ctx.Err()
			})
			if err != nil {
				m.do(func() { m.failed(turn, err) })
				return
			}
			if cap(ids)-len(ids) > len(ids)/8 {
				ids = slices.Clone(ids)
			}
			gs = groups(ids, now)
		}
		took := time.Since(start)
		m.do(func() {
			if turn != m.turn {
				return
			}
			m.keep(s.Rows)
			m.ids, m.groups, m.total, m.unread, m.ready, m.whole, m.err = ids, gs, max(total, len(ids)), unread, true, true, nil
			m.running, m.counted = false, counted
			if !patched {
				m.full = took
			}
			clear(m.asked)
			m.changed()
			if m.again {
				m.refresh()
			}
		})
	}()
}

func (m *model) failed(turn int, err error) {
	if turn != m.turn {
		return
	}
	m.running, m.unsure = false, true
	if e := fault.Of(err); e.Code != "cancelled" {
		m.err, m.ready = e, true
	}
	m.changed()
}

// keep remembers rows and forgets the oldest pages.
func (m *model) keep(rows []mail.Summary) {
	if len(rows) == 0 {
		return
	}
	ids := make([]mail.MessageID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		m.rows[r.ID] = r
		m.held[r.ID]++
	}
	m.batches = append(m.batches, ids)
	for k := 0; k < len(m.batches)-1 && len(m.batches) > keptPages; {
		old := m.batches[k]
		if slices.ContainsFunc(old, m.visible) {
			k++
			continue
		}
		m.batches = slices.Delete(m.batches, k, k+1)
		for _, id := range old {
			if m.held[id]--; m.held[id] <= 0 {
				delete(m.held, id)
				delete(m.rows, id)
			}
		}
	}
}

// visible reports whether a row is on screen.
func (m *model) visible(id mail.MessageID) bool {
	if m.seen == nil {
		return false
	}
	first, end := m.seen()
	for i := first; i < min(end, len(m.ids)); i++ {
		if m.ids[i] == id {
			return true
		}
	}
	return false
}

// row returns row i, nil while it is not here; it is asked for unless skip is set (the thumb is dragged past).
func (m *model) row(i int, skip bool) *mail.Summary {
	if i < 0 || i >= len(m.ids) {
		return nil
	}
	if r, ok := m.rows[m.ids[i]]; ok {
		return &r
	}
	if !skip {
		m.ask(i / pageRows)
	}
	return nil
}

// ask fetches a page of rows.
func (m *model) ask(page int) {
	if m.asked[page] {
		return
	}
	m.asked[page] = true
	turn, v := m.turn, m.view
	from := page * pageRows
	ids := slices.Clone(m.ids[from:min(from+pageRows, len(m.ids))])
	go func() {
		rows, err := m.c.Summaries(context.Background(), v, ids)
		m.do(func() {
			if turn != m.turn {
				return
			}
			delete(m.asked, page)
			if err != nil {
				m.err = fault.Of(err)
				return
			}
			m.keep(rows)
			m.changed()
		})
	}()
}

// note takes in what changed in the store.
func (m *model) note(ch bus.Changed) {
	switch {
	case ch.Resync || ch.Tree || len(ch.Messages) == 0 && len(ch.Mailboxes) > 0:
		m.touched, m.unsure = nil, true
	case !m.unsure && len(ch.Mailboxes) > 0: // messages that come or go change the numbers of their mailboxes
		if m.touched = append(m.touched, ch.Messages...); len(m.touched) > 1<<14 {
			m.touched, m.unsure = nil, true
		}
	}
	if !m.ready && len(m.ids) == 0 && m.running {
		m.again = true
		return
	}
	if ch.Resync || ch.Tree || len(ch.Mailboxes) > 0 {
		if ch.Resync {
			m.stale(nil)
		}
		m.refresh()
	}
	if len(ch.Messages) > 0 {
		m.stale(ch.Messages)
	}
}

// stale reads rows again that are kept: ids, or all when nil. What is shown stays until they are here.
func (m *model) stale(ids []mail.MessageID) {
	var want []mail.MessageID
	if ids == nil {
		for id := range m.rows {
			want = append(want, id)
		}
	} else {
		for _, id := range ids {
			if _, ok := m.rows[id]; ok {
				want = append(want, id)
			}
		}
		if len(want) == 0 && m.view.Threads {
			// A member of a conversation may have changed that its row does not name: read what is kept of the first page.
			for i := 0; i < min(firstRows, len(m.ids)); i++ {
				want = append(want, m.ids[i])
			}
		}
	}
	if len(want) == 0 {
		return
	}
	sort.Slice(want, func(i, j int) bool { return want[i] > want[j] })
	turn, v := m.turn, m.view
	go func() {
		for len(want) > 0 {
			n := min(pageRows, len(want))
			rows, err := m.c.Summaries(context.Background(), v, want[:n])
			want = want[n:]
			if err != nil {
				return
			}
			m.do(func() {
				if turn != m.turn {
					return
				}
				for _, r := range rows {
					if _, ok := m.rows[r.ID]; ok {
						m.rows[r.ID] = r
					}
				}
				m.changed()
			})
		}
	}()
}

// index returns where an id is, -1 = nowhere. Ids are sorted in either order.
func (m *model) index(id mail.MessageID) int {
	i := sort.Search(len(m.ids), func(i int) bool {
		if m.view.Oldest {
			return m.ids[i] >= id
		}
		return m.ids[i] <= id
	})
	if i < len(m.ids) && m.ids[i] == id {
		return i
	}
	return -1
}
