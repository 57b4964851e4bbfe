package text

import (
	"hash/maphash"
	"sync"
	"unsafe"
)

// runKey is everything that the result of shaping depends on.
type runKey struct {
	text               string
	lang               string
	stack              uint32
	size, letter, word float32
	rtl, caps          bool
}

// kept is an entry with its own copy of the key: that of a look-up would keep the whole mail that its text is a part of.
type kept struct {
	key  runKey
	runs []Run
}

const (
	shards      = 16
	maxKeptText = 64 << 10
)

// runCache keeps shaped text in two generations: what was used since the last change of generation, and what was used before it. What a whole generation did
// not need is dropped.
type runCache struct {
	seed  maphash.Seed
	limit int // bytes of one generation of one shard
	shard [shards]struct {
		mu       sync.Mutex
		new, old map[runKey]kept
		size     int
	}
}

func newRunCache(bytes int) *runCache {
	return &runCache{seed: maphash.MakeSeed(), limit: bytes / shards / 2}
}

func (c *runCache) get(k runKey) ([]Run, bool) {
	if len(k.text) > maxKeptText {
		return nil, false
	}
	s := &c.shard[maphash.Comparable(c.seed, k)%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.new[k]; ok {
		return e.runs, true
	}
	if e, ok := s.old[k]; ok {
		c.keep(e)
		return e.runs, true
	}
	return nil, false
}

func (c *runCache) put(k runKey, r []Run) {
	if len(k.text) > maxKeptText || len(r) == 0 {
		return
	}
	s := &c.shard[maphash.Comparable(c.seed, k)%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	c.keep(kept{k, r})
}

// keep is called with the shard's lock.
func (c *runCache) keep(e kept) {
	k, r := e.key, e.runs
	s := &c.shard[maphash.Comparable(c.seed, k)%shards]
	n := int(unsafe.Sizeof(k)) + len(k.text) + 64
	for i := range r {
		n += int(unsafe.Sizeof(r[i])) + len(r[i].Glyphs)*int(unsafe.Sizeof(Glyph{}))
	}
	if s.new == nil || s.size+n > c.limit {
		s.old, s.new, s.size = s.new, map[runKey]kept{}, 0
	}
	s.new[k] = e
	s.size += n
}
