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
	batchMessages = 256
	batchBytes    = 8 << 20
	batchWait     = 100 * time.Millisecond
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
	held int64
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

// nextBodies returns the newest missing bodies over all mailboxes, about as many as come in a second.
func (s *session) nextBodies(places map[mail.MailboxID]store.Place) ([]store.Row, error) {
	var all []store.Row
	limit := 512
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
	want := int64(min(max(s.speed, 1<<20), 16<<20))
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
				if body.Packed != nil {
					body.Raw = nil
					letGo(r.b)
				}
				pl.out <- cooked{r.row, r.keep, body, r.held}
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

// end waits until everything is stored.
func (pl *pipeline) end() error {
	close(pl.in)
	pl.wg.Wait()
	close(pl.out)
	<-pl.done
	pl.cancel()
	return pl.failed()
}

// store writes batches until out is closed. After an error it only gives the budget back.
func (s *session) store(pl *pipeline) {
	var batch []cooked
	var size int64
	flush := func() {
		if len(batch) == 0 {
			return
		}
		if pl.failed() == nil {
			if err := s.putBodies(batch, pl.known); err != nil {
				pl.mu.Lock()
				pl.err = err
				pl.mu.Unlock()
				pl.cancel()
			} else {
				s.e.kickIndex()
			}
		}
		for _, c := range batch {
			s.e.budget.Release(c.held)
		}
		batch, size = batch[:0], 0
	}
	// When the goroutine is ended from outside (a test's crash), the others must not wait for it.
	defer func() {
		pl.mu.Lock()
		if pl.err == nil && len(batch) > 0 {
			pl.err = context.Canceled
		}
		pl.mu.Unlock()
		for _, c := range batch {
			s.e.budget.Release(c.held)
		}
		pl.cancel()
		for c := range pl.out {
			s.e.budget.Release(c.held)
		}
	}()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case c, ok := <-pl.out:
			if !ok {
				flush()
				return
			}
			if len(batch) == 0 {
				timer.Reset(batchWait)
			}
			batch = append(batch, c)
			size += c.body.Size
			if len(batch) >= batchMessages || size >= batchBytes {
				flush()
			}
		case <-timer.C:
			flush()
		}
	}
}

// putBodies stores a batch in one transaction. Rows that went meanwhile are passed over.
func (s *session) putBodies(batch []cooked, known map[mail.MailboxID]*reborn) error {
	return s.e.write(s.ctx, "bodies", func(tx *store.Tx) error {
		bs := make(map[mail.MessageID]store.Body, len(batch))
		var again *reborn
		for _, c := range batch {
			row, err := tx.Row(c.row.ID)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
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
