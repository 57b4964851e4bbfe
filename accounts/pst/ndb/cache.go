package ndb

import (
	"container/list"
	"sync"
)

// cache keeps the blocks and pages used last, up to a number of bytes. Cached bytes are never changed.
type cache struct {
	mu   sync.Mutex
	max  int
	used int
	at   map[uint64]*list.Element
	use  list.List
}

type cached struct {
	key uint64
	b   []byte
}

func newCache(max int) *cache { return &cache{max: max, at: map[uint64]*list.Element{}} }

func (c *cache) get(key uint64) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.at[key]
	if !ok {
		return nil, false
	}
	c.use.MoveToFront(e)
	return e.Value.(*cached).b, true
}

func (c *cache) put(key uint64, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.at[key]; ok {
		c.used += len(b) - len(e.Value.(*cached).b)
		e.Value.(*cached).b = b
		c.use.MoveToFront(e)
	} else {
		c.at[key] = c.use.PushFront(&cached{key, b})
		c.used += len(b) + 128
	}
	for c.used > c.max && c.use.Len() > 1 {
		c.drop(c.use.Back())
	}
}

func (c *cache) drop(e *list.Element) {
	v := c.use.Remove(e).(*cached)
	delete(c.at, v.key)
	c.used -= len(v.b) + 128
}

func (c *cache) remove(key uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.at[key]; ok {
		c.drop(e)
	}
}
