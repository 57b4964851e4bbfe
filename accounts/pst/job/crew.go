package job

import (
	"context"
	"runtime"
	"sync"

	"github.com/postrider/postrider/accounts/pst"
)

// task is an item to export: its number in its folder, and where its file goes.
type task struct {
	ref pst.Ref
	n   int
	dir string
}

const (
	taskBatch = 16
	mostCrew  = 4
	crewCache = 6 << 20
)

// crew exports items with several hands: each has the file open for itself, renders items and makes their files.
type crew struct {
	tasks chan []task
	wait  sync.WaitGroup
	ctx   context.Context
	stop  context.CancelFunc
	batch []task

	mu    sync.Mutex
	err   error
	total Exported
	lost  []Loss
}

// newCrew starts a hand for each processor: more would wait for one another to make files in the same folder. A store that is no
// file on disk has one.
func newCrew(ctx context.Context, s *pst.Store, o ExportOptions) *crew {
	c := &crew{tasks: make(chan []task, 2*mostCrew)}
	c.ctx, c.stop = context.WithCancel(ctx)
	hands := min(mostCrew, runtime.GOMAXPROCS(0))
	if s.Path() == "" || s.Writable() {
		hands = 1
	}
	for i := range hands {
		own := s
		if i > 0 {
			var err error
			if own, err = pst.Open(s.Path(), pst.Options{Cache: crewCache}); err != nil {
				break // fewer hands
			}
		}
		c.wait.Add(1)
		go c.hand(own, o, i > 0)
	}
	return c
}

func (c *crew) hand(s *pst.Store, o ExportOptions, own bool) {
	defer c.wait.Done()
	if own {
		defer s.Close()
	}
	x := &exporter{s: s, o: o}
	for batch := range c.tasks {
		for _, t := range batch {
			if c.ctx.Err() != nil {
				break
			}
			if err := x.one(t); err != nil {
				c.fail(err)
				break
			}
		}
		c.mu.Lock()
		c.total.Items += x.r.Items
		c.total.Bytes += x.r.Bytes
		c.total.Failed += x.r.Failed
		x.r = Exported{}
		if o.Progress != nil {
			o.Progress(c.total.Items, c.total.Bytes)
		}
		c.mu.Unlock()
	}
	if own {
		ls := lossesOf(s, nil)
		c.mu.Lock()
		c.lost = append(c.lost, ls...)
		c.mu.Unlock()
	}
}

func (c *crew) fail(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	c.mu.Unlock()
	c.stop()
}

// do hands out an item.
func (c *crew) do(t task) error {
	if c.batch = append(c.batch, t); len(c.batch) < taskBatch {
		return nil
	}
	return c.flush()
}

func (c *crew) flush() error {
	b := c.batch
	c.batch = nil
	select {
	case c.tasks <- b:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// close waits until everything is done, and tells the first error.
func (c *crew) close() error {
	if len(c.batch) > 0 {
		c.flush()
	}
	close(c.tasks)
	c.wait.Wait()
	c.stop()
	return c.err
}
