package app

import (
	"container/list"
	"sync"

	"github.com/postrider/postrider/accounts/mail"
)

// bodyCache keeps the last messages that were taken apart, bounded by the bytes of their sources.
type bodyCache struct {
	mu    sync.Mutex
	limit int64
	size  int64
	order *list.List
	m     map[string]*list.Element
}

type cachedBody struct {
	digest string
	body   mail.Body
	size   int64
}

func newBodyCache(limit int64) *bodyCache {
	return &bodyCache{limit: limit, order: list.New(), m: map[string]*list.Element{}}
}

func (c *bodyCache) get(digest string) (mail.Body, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.m[digest]
	if !ok {
		return mail.Body{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedBody).body, true
}

func (c *bodyCache) put(digest string, b mail.Body, size int64) {
	if size > c.limit/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.m[digest]; ok {
		return
	}
	c.m[digest] = c.order.PushFront(&cachedBody{digest, b, size})
	c.size += size
	for c.size > c.limit {
		e := c.order.Back()
		v := e.Value.(*cachedBody)
		c.order.Remove(e)
		delete(c.m, v.digest)
		c.size -= v.size
	}
}
