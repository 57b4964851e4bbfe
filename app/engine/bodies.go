package engine

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

var epoch time.Time // MissingBodies: all

// Bounds of the writer's batches.
const (
	batchMessages = 2000
	batchBytes    = 8 << 20 // of what is kept of them in memory: the messages themselves lie in packs
	batchWait     = 300 * time.Millisecond
	// maxMessage is the largest message that is brought; what is larger than that is no mail.
	maxMessage = 512 << 20
)

type raw struct {
	row  store.Row
	keep bool
	b    *bytes.Buffer
	held int64 // of the budget
}

type cooked struct {
	row  store.Row
	keep bool
	body store.Body
}

// fetchOne brings one body now.
func (s *session) fetchOne(id mail.MessageID) error {
	row, err := s.e.s.Row(s.ctx, id)
	if err != nil || row.Digest != "" {
		return err
	}
	if row.Base == 0 || row.Ref == "" {
		return fault.New(fault.NotFound, "body", "This message is not here yet", "Its place on the server is not known yet. Open it again in a moment.")
	}
	p, err := s.e.s.Place(s.ctx, row.Base)
	if err != nil {
		return err
	}
	pl := s.pipeline()
	err = s.fetchInto(pl, p, []store.Row{row})
	if e := pl.end(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if row, err = s.e.s.Row(s.ctx, id); err == nil && row.Digest == "" {
		s.mark(p.ID) // the server does not have it any more; the next pull says so
		return fault.New(fault.NotFound, "body", "This message is gone from the server", "It was removed with another program.")
	}
	return nil
}

// fetchBodies brings missing bodies, newest first over all mailboxes, until none is missing or something more pressing waits.
func (s *session) fetchBodies() error {
	boxes, err := s.e.s.Mailboxes(s.ctx, s.a.id)
	if err != nil {
		return err
	}
	places := map[mail.MailboxID]store.Place{}
	for _, b := range boxes {
		if p, err := s.e.s.Place(s.ctx, b.ID); err == nil && !b.Local && p.Ref != "" && !s.skip[b.ID] {
			places[b.ID] = p
		}
	}
	pl := s.pipeline()
	finish := func(err error) error {
		if e := pl.end(); e != nil && (err == nil || isContext(err)) {
			err = e
		}
		if len(s.onServer) > 0 && err == nil {
			for id := range s.onServer {
				if s.conn.Pusher != nil {
					s.leave = append(s.leave, id)
				}
			}
		}
		return err
	}
	for s.ctx.Err() == nil {
		if s.a.pressing() || s.ready() {
			return finish(nil)
		}
		chunk, err := s.nextBodies(places)
		if err != nil {
			return finish(err)
		}
		if len(chunk) == 0 {
			err := finish(nil)
			if err == nil {
				s.bodies = false
				s.cursor = map[mail.MailboxID]mail.MessageID{}
				s.e.kickIndex()
			}
			return err
		}
		for len(chunk) > 0 { // runs of one mailbox
			box := chunk[0].Base
			var run, rest []store.Row
			for _, r := range chunk {
				if r.Base == box {
					run = append(run, r)
				} else {
					rest = append(rest, r)
				}
			}
			if err := s.fetchInto(pl, places[box], run); err != nil {
				if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Refused) {
					s.skip[box] = true
					delete(places, box)
				} else {
					return finish(err)
				}
			}
			chunk = rest
		}
	}
	return finish(s.ctx.Err())
}

// ready reports whether an op waits that can be pushed now.
func (s *session) ready() bool {
	ops, err := s.e.s.Ops(s.ctx, s.a.id)
	if err != nil {
		return true
	}
	now := s.e.o.Now()
	for _, o := range ops {
		if o.State == store.OpQueued && !o.Next.After(now) && !s.stuck(o) {
			return true
		}
	}
	return false
}

// nextBodies returns the newest missing bodies over all mailboxes, about as many as come in half a second.
func (s *session) nextBodies(places map[mail.MailboxID]store.Place) ([]store.Row, error) {
	var all []store.Row
	limit := 2000
	for id, p := range places {
		since := epoch
		if s.a.m.KeepDays > 0 && !p.Keep {
			since = s.e.o.Now().AddDate(0, 0, -s.a.m.KeepDays)
		}
		rows, err := s.e.s.MissingBodies(s.ctx, id, since, s.cursor[id], limit)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.Ref != "" {
				all = append(all, r)
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID > all[j].ID })
	want := int64(min(max(s.speed/2, 1<<20), 64<<20))
	var n int64
	for i, r := range all {
		n += max(r.Size, 1<<10)
		if i+1 == limit || n >= want {
			all = all[:i+1]
			break
		}
	}
	for _, r := range all {
		if c := s.cursor[r.Base]; c == 0 || r.ID < c {
			s.cursor[r.Base] = r.ID
		}
	}
	return all, nil
}

// fetchInto streams the bodies of rows of one mailbox into the pipeline.
func (s *session) fetchInto(pl *pipeline, p store.Place, rows []store.Row) error {
	byRef := make(map[remote.Ref]store.Row, len(rows))
	refs := make([]remote.Ref, 0, len(rows))
	for _, r := range rows {
		byRef[r.Ref] = r
		refs = append(refs, r.Ref)
	}
	began, bytes := time.Now(), int64(0)
	s.tell("Fetching " + p.Name)
	err := s.conn.Fetch(s.ctx, p.Ref, refs, remote.WantBody, func(it remote.Item) error {
		row, ok := byRef[it.Ref]
		if !ok {
			return nil // not asked for
		}
		delete(byRef, it.Ref)
		if err := pl.failed(); err != nil {
			return err
		}
		size := it.Size
		if size < 0 {
			size = row.Size
		}
		if size > maxMessage {
			s.e.log.Warn("a message is too large to be stored", "bytes", size)
			return nil
		}
		held := min(max(size, 1<<10), s.e.o.BodyBudget)
		if err := s.e.budget.Acquire(pl.ctx, held); err != nil {
			if e := pl.failed(); e != nil {
				return e
			}
			return err
		}
		b, err := readAll(it.Body, size)
		if err == nil && it.Size >= 0 && int64(b.Len()) != it.Size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			s.e.budget.Release(held)
			return err
		}
		bytes += int64(b.Len())
		select {
		case pl.in <- raw{row, p.Keep, b, held}:
			return nil
		case <-pl.ctx.Done():
			s.e.budget.Release(held)
			if e := pl.failed(); e != nil {
				return e
			}
			return pl.ctx.Err()
		}
	})
	s.report.Bytes += bytes
	if d := time.Since(began).Seconds(); bytes > 0 && d > 0 {
		s.speed = float64(bytes) / d
	}
	s.done += len(rows)
	return err
}

// buffers are those of messages of usual sizes that were packed: a first sync need not make half a gigabyte of them.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const usualSize = 256 << 10

func readAll(r io.Reader, size int64) (*bytes.Buffer, error) {
	b := new(bytes.Buffer)
	if size <= usualSize {
		b = buffers.Get().(*bytes.Buffer)
		b.Reset()
	}
	if size > 0 && size < 64<<20 {
		b.Grow(int(size) + bytes.MinRead)
	}
	_, err := b.ReadFrom(io.LimitReader(r, maxMessage+1))
	return b, err
}

// letGo gives the buffer of a packed message back.
func letGo(b *bytes.Buffer) {
	if b.Cap() <= 2*usualSize {
		buffers.Put(b)
	}
}

// pipeline is workers that take messages apart and a writer that stores them in batches.
type pipeline struct {
	ctx    context.Context
	cancel context.CancelFunc
	in     chan raw
	out    chan cooked
	wg     sync.WaitGroup
	done   chan struct{}
	known  map[mail.MailboxID]*reborn // Keep: as it was when the first batch was stored; of the storing goroutine
	mu     sync.Mutex
	err    error
}

func (s *session) pipeline() *pipeline {
	pl := &pipeline{in: make(chan raw, 4), out: make(chan cooked, 64), done: make(chan struct{}), known: map[mail.MailboxID]*reborn{}}
	pl.ctx, pl.cancel = context.WithCancel(s.ctx)
	for range s.e.o.Workers {
		pl.wg.Add(1)
		go func() {
			defer pl.wg.Done()
			for r := range pl.in {
				body := s.e.ingest(r.b.Bytes())
				if pl.failed() == nil {
					pl.fail(s.e.s.Stow(&body))
				}
				letGo(r.b)
				s.e.budget.Release(r.held)
				if pl.failed() == nil {
					pl.out <- cooked{r.row, r.keep, body}
				}
			}
		}()
	}
	go func() {
		defer close(pl.done)
		s.store(pl)
	}()
	return pl
}

func (pl *pipeline) failed() error {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	return pl.err
}

// fail ends the pipeline with its first error; what was not stored is fetched again.
func (pl *pipeline) fail(err error) {
	if err == nil {
		return
	}
	pl.mu.Lock()
	if pl.err == nil {
		pl.err = err
	}
	pl.mu.Unlock()
	pl.cancel()
}

// end waits until everything is stored.
func (pl *pipeline) end() error {
	close(pl.in)
	pl.wg.Wait()
	close(pl.out)
	<-pl.done
	pl.cancel()
	return pl.failed()
}

// store collects batches until out is closed, while another goroutine writes the one before. After an error it only takes what comes.
func (s *session) store(pl *pipeline) {
	batches, done := make(chan []cooked), make(chan struct{})
	go func() {
		defer close(done)
		s.write(pl, batches)
	}()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var batch []cooked
	size, due := 0, false
	for {
		in, to := pl.out, chan<- []cooked(nil)
		if full := len(batch) >= batchMessages || size >= batchBytes; full || due {
			to = batches
			if full {
				in = nil
			}
		}
		select {
		case c, ok := <-in:
			if !ok {
				if len(batch) > 0 {
					batches <- batch
				}
				close(batches)
				<-done
				return
			}
			if len(batch) == 0 {
				timer.Reset(batchWait)
			}
			batch = append(batch, c)
			size += len(c.body.Text) + 1<<10
		case to <- batch:
			batch, size, due = nil, 0, false
		case <-timer.C:
			due = len(batch) > 0
		}
	}
}

// write stores batches.
func (s *session) write(pl *pipeline, batches <-chan []cooked) {
	whole := false
	// When the goroutine is ended from outside (a test's crash), the others must not wait for it.
	defer func() {
		if !whole {
			pl.fail(context.Canceled)
		}
		for range batches {
		}
	}()
	for b := range batches {
		if pl.failed() != nil {
			continue
		}
		if err := s.putBodies(b, pl.known); err != nil {
			pl.fail(err)
		} else {
			s.e.kickIndex()
		}
	}
	whole = true
}

// putBodies stores a batch in one transaction. Rows that went meanwhile are passed over.
func (s *session) putBodies(batch []cooked, known map[mail.MailboxID]*reborn) error {
	return s.e.write(s.ctx, "bodies", func(tx *store.Tx) error {
		bs := make(map[mail.MessageID]store.Body, len(batch))
		var again *reborn
		ids := make([]mail.MessageID, len(batch))
		for i, c := range batch {
			ids[i] = c.row.ID
		}
		rows, err := tx.Rows(ids)
		if err != nil {
			return err
		}
		for _, c := range batch {
			row, ok := rows[c.row.ID]
			if !ok || bs[row.ID].Digest != "" {
				continue
			}
			if row.Base != c.row.Base || row.Ref != c.row.Ref || row.Digest != "" {
				if row.Digest != "" || row.Base != 0 && row.InternetID != c.body.Envelope.InternetID {
					continue // it has one, or the name now means something else
				}
			}
			if c.keep && row.Base != 0 {
				if other, err := misplaced(tx, row, c.body); err != nil {
					return err
				} else if other {
					s.e.log.Warn("another message came than was asked for", "account", string(s.a.id), "bytes", c.body.Size)
					continue // the next session asks again
				}
				if known[row.Base] == nil {
					if known[row.Base], err = newReborn(tx, s, row.Base); err != nil {
						return err
					}
				}
				// Names do not become void while bodies are fetched, so what was void at the start is all there is. Whether it was deleted meanwhile is
				// looked up when it matters.
				if _, maybe := known[row.Base].marks[c.body.Digest]; maybe {
					if again == nil {
						if again, err = newReborn(tx, s, row.Base); err != nil {
							return err
						}
					}
					if met, err := again.meet(tx, row, c.body); met || err != nil {
						if err != nil {
							return err
						}
						continue
					}
				}
				if err := tx.SetPOPSeen(row.Base, row.Ref, c.body.Digest, s.e.o.Now()); err != nil {
					return err
				}
			}
			bs[row.ID] = c.body
		}
		return tx.PutBodies(bs)
	})
}

// misplaced reports whether a body is not that of its row but of another one in the mailbox: with one answer too many, a server that is asked for
// several messages at a time gives each the next one's.
func misplaced(tx *store.Tx, row store.Row, b store.Body) (bool, error) {
	id := b.Envelope.InternetID
	if row.InternetID == "" || id == row.InternetID {
		return false, nil
	}
	if row.Size > 0 && b.Size != row.Size {
		return true, nil
	}
	others, err := tx.ByInternetID(row.Account, id)
	return slices.ContainsFunc(others, func(o store.Row) bool { return o.Base == row.Base && o.ID != row.ID }), err
}
