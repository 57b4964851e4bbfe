package engine

import (
	"bytes"
	"io"
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
