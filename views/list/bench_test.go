package list

import (
	"context"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/viewtest"
)

// longInbox is a door to one mailbox of many messages whose words differ from row to row.
type longInbox struct {
	*viewtest.Client
	mu     sync.Mutex
	ids    []mail.MessageID // newest first
	orders int              // how often the whole order was asked for
	mark   map[mail.MessageID]mail.Flags
}

func newLongInbox(n int) *longInbox {
	c := &longInbox{Client: viewtest.New(viewtest.Options{}), ids: make([]mail.MessageID, n), mark: map[mail.MessageID]mail.Flags{}}
	t := c.Now().Unix()
	for i := range c.ids {
		c.ids[i] = mail.MessageID((t - 60 - int64(i)*97) << 20)
	}
	return c
}

// arrive puts n messages on top.
func (c *longInbox) arrive(n int) []mail.MessageID {
	c.mu.Lock()
	defer c.mu.Unlock()
	top := int64(c.ids[0])
	fresh := make([]mail.MessageID, n)
	for i := range fresh {
		fresh[i] = mail.MessageID(top + int64(n-i))
	}
	c.ids = append(slices.Clone(fresh), c.ids...)
	return fresh
}

func (c *longInbox) remove(i int) mail.MessageID {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.ids[i]
	c.ids = slices.Delete(slices.Clone(c.ids), i, i+1)
	return id
}

func (c *longInbox) has(id mail.MessageID) bool {
	i := sort.Search(len(c.ids), func(i int) bool { return c.ids[i] <= id })
	return i < len(c.ids) && c.ids[i] == id
}

var benchWords = strings.Fields(`delivery of the sample luminaires notes from site meeting question about ticket hall weekly harbour news proofs brochure
	nightly drawings ready timesheet last week bridge survey concrete order revised budget plan answer needed before Friday lunch invoice photographs`)

func (c *longInbox) row(id mail.MessageID) mail.Summary {
	h := uint64(id) * 0x9E3779B97F4A7C15
	say := func(n int) string {
		var b strings.Builder
		for range n {
			h = h*6364136223846793005 + 1442695040888963407
			b.WriteString(benchWords[(h>>33)%uint64(len(benchWords))])
			b.WriteByte(' ')
		}
		return strings.TrimSpace(b.String())
	}
	from := mail.Address{Name: say(2), Addr: say(1) + "@example.com"}
	return mail.Summary{ID: id, Account: viewtest.Fjord, Mailbox: viewtest.FjordInbox, Thread: mail.ThreadID(id), From: []mail.Address{from}, Senders: []mail.Address{from},
		Subject: say(6), Snippet: say(25), Date: id.Time(), Flags: mail.Seen | c.mark[id], Count: 1 + int(h>>60&1), HasBody: true, Attachments: h>>50&3 == 0}
}

func (c *longInbox) List(ctx context.Context, v store.View, after mail.MessageID, limit int) (store.Slice, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var s store.Slice
	from := 0
	if after != 0 {
		from = sort.Search(len(c.ids), func(i int) bool { return c.ids[i] < after })
	}
	end := min(from+limit, len(c.ids))
	for _, id := range c.ids[from:end] {
		s.Rows = append(s.Rows, c.row(id))
	}
	s.More = end < len(c.ids)
	return s, ctx.Err()
}

func (c *longInbox) Count(ctx context.Context, v store.View) (int, int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.ids), 0, ctx.Err()
}

func (c *longInbox) Order(ctx context.Context, v store.View, chunk int, each func([]mail.MessageID) error) error {
	c.mu.Lock()
	ids := c.ids
	c.orders++
	c.mu.Unlock()
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		if err := each(slices.Clone(ids[:n])); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return ctx.Err()
}

func (c *longInbox) Summaries(ctx context.Context, v store.View, ids []mail.MessageID) ([]mail.Summary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]mail.Summary, 0, len(ids))
	for _, id := range ids {
		if c.has(id) {
			out = append(out, c.row(id))
		}
	}
	return out, ctx.Err()
}

func (c *longInbox) Thread(ctx context.Context, id mail.MessageID) ([]mail.Summary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.has(id) {
		return nil, fault.New(fault.NotFound, "message", "It is not here any more", "")
	}
	return []mail.Summary{c.row(id)}, ctx.Err()
}

// window stands for the window's goroutine: what is done on it is measured.
type window struct {
	tb    testing.TB
	queue chan func()
	worst time.Duration
}

func (w *window) until(what string, ok func() bool) {
	w.tb.Helper()
	end := time.After(30 * time.Second)
	for !ok() {
		select {
		case f := <-w.queue:
			start := time.Now()
			f()
			w.worst = max(w.worst, time.Since(start))
		case <-end:
			w.tb.Fatalf("%s did not come", what)
		}
	}
}

func openLong(tb testing.TB, n int) (*Pane, *longInbox, *window) {
	tb.Helper()
	test.NewTempApp(tb)
	c, w := newLongInbox(n), &window{tb: tb, queue: make(chan func(), 1024)}
	p := New(c, func(f func()) { w.queue <- f }, c.Now)
	win := test.NewTempWindow(tb, p)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(408, 900))
	p.SetAccounts([]mail.Account{{ID: viewtest.Fjord, Address: "marta@fjordlight.example"}})
	p.SetLooks(c.Settings())
	p.Open("Inbox", store.View{Mailbox: viewtest.FjordInbox}, false)
	w.until("the order", func() bool { return p.m.whole && !p.m.running })
	if len(p.m.ids) != n {
		tb.Fatalf("%d rows of %d", len(p.m.ids), n)
	}
	w.worst = 0
	return p, c, w
}

const million = 1_000_000

// frames scrolls by step px and reports the time that a frame took of our own: placing rows and filling those that come in with words that
// were never measured. Pages of rows are fetched between the frames.
func frames(b *testing.B, step float64) {
	p, _, w := openLong(b, million)
	p.list.ScrollTo(30_000_000)
	here := func() bool {
		first, end := p.list.Range()
		for i := first; i < end; i++ {
			if p.m.row(i, false) == nil {
				return false
			}
		}
		return true
	}
	w.until("the rows", here)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		p.list.ScrollTo(p.list.Top() + step)
		took = append(took, time.Since(start))
		b.StopTimer()
		w.until("the rows", here)
		b.StartTimer()
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*95/100]), "p95-ms")
	b.ReportMetric(ms(w.worst), "worst-batch-ms")
}

func BenchmarkScrollFrameMillion(b *testing.B) {
	b.Run("wheel", func(b *testing.B) { frames(b, 40) })
	b.Run("fast", func(b *testing.B) { frames(b, 200) })
	b.Run("page", func(b *testing.B) { frames(b, 771) })
}

// The whole order comes in while the first rows are shown; 8 bytes a message stay.
func BenchmarkOrderMillion(b *testing.B) {
	p, _, w := openLong(b, million)
	for b.Loop() {
		p.m.open(p.m.view)
		w.until("the order", func() bool { return p.m.whole && !p.m.running })
	}
	b.ReportMetric(float64(cap(p.m.ids)*8)/million, "B/message")
	b.ReportMetric(float64(w.worst.Microseconds())/1000, "worst-batch-ms")
}

// One message changes in a list of a million.
func BenchmarkLiveUpdateMillion(b *testing.B) {
	p, c, w := openLong(b, million)
	c.orders = 0
	for b.Loop() {
		id := p.m.ids[3]
		c.mu.Lock()
		c.mark[id] ^= mail.Flagged
		want := mail.Seen | c.mark[id]
		c.mu.Unlock()
		p.Note(bus.Changed{Mailboxes: []mail.MailboxID{viewtest.FjordInbox}, Messages: []mail.MessageID{id}})
		w.until("the change", func() bool { return p.m.rows[id].Flags == want && !p.m.running })
	}
	b.ReportMetric(float64(c.orders)/float64(b.N), "orders/op")
	b.ReportMetric(float64(w.worst.Microseconds())/1000, "worst-batch-ms")
}

// A thousand messages arrive one by one.
func BenchmarkBurstMillion(b *testing.B) {
	p, c, w := openLong(b, million)
	c.orders = 0
	for b.Loop() {
		for range 1000 {
			p.Note(bus.Changed{Mailboxes: []mail.MailboxID{viewtest.FjordInbox}, Messages: c.arrive(1)})
			select {
			case f := <-w.queue:
				start := time.Now()
				f()
				w.worst = max(w.worst, time.Since(start))
			default:
			}
		}
		w.until("the messages", func() bool { return len(p.m.ids) == len(c.ids) && !p.m.running })
	}
	b.ReportMetric(float64(c.orders)/float64(b.N), "orders/op")
	b.ReportMetric(float64(w.worst.Microseconds())/1000, "worst-batch-ms")
}

// All that is on screen is shown again, as when a page of rows comes in.
func BenchmarkRedraw(b *testing.B) {
	p, _, _ := openLong(b, million)
	for b.Loop() {
		p.redraw()
	}
}

// Everything is selected while mail arrives: the time that it takes on the window's goroutine.
func BenchmarkSelectAllMillion(b *testing.B) {
	p, c, w := openLong(b, million)
	for b.Loop() {
		start := time.Now()
		p.SelectAll()
		w.worst = max(w.worst, time.Since(start))
		p.Note(bus.Changed{Mailboxes: []mail.MailboxID{viewtest.FjordInbox}, Messages: c.arrive(1)})
		w.until("the message", func() bool { return len(p.m.ids) == len(c.ids) && !p.m.running })
	}
	b.ReportMetric(float64(w.worst.Microseconds())/1000, "worst-batch-ms")
}
