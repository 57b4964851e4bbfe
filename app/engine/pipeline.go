package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
)

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
