package picture

import (
	"container/list"
	"image"
	"sync"
)

// CacheBytes bounds the scaled pictures that all mails keep together.
const CacheBytes = 40 << 20

type key struct {
	set     *Set
	address string
	w, h    int
}

type entry struct {
	key key
	m   *image.RGBA // nil = cannot be decoded
}

// cache drops what was not used for longest.
type cache struct {
	mu    sync.Mutex
	size  int
	order list.List
	at    map[key]*list.Element
}

var scaledCache = &cache{at: map[key]*list.Element{}}

func (e entry) bytes() int {
	n := 200 + len(e.key.address)
	if e.m != nil {
		n += len(e.m.Pix)
	}
	return n
}

func (c *cache) get(k key) (*image.RGBA, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.at[k]; e != nil {
		c.order.MoveToFront(e)
		return e.Value.(entry).m, true
	}
	return nil, false
}

func (c *cache) put(k key, m *image.RGBA) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at[k] != nil {
		return
	}
	e := entry{k, m}
	c.at[k] = c.order.PushFront(e)
	c.size += e.bytes()
	for c.size > CacheBytes && c.order.Len() > 1 {
		c.remove(c.order.Back())
	}
}

func (c *cache) remove(e *list.Element) {
	v := c.order.Remove(e).(entry)
	delete(c.at, v.key)
	c.size -= v.bytes()
}

func (c *cache) drop(s *Set) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.order.Front(); e != nil; {
		next := e.Next()
		if e.Value.(entry).key.set == s {
			c.remove(e)
		}
		e = next
	}
}
