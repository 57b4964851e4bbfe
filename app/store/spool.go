package store

import (
	"os"
	"path/filepath"
	"sync"
)

// spool holds the words of bodies that were just stored until the index takes them: in memory, and above a few megabytes in a file that is never
// synced. The rows of table unindexed promise that a message will be indexed; what the spool lost (a restart, too much at once) is read again from the
// body. So the words of a first sync are not written into the database, its log, and out of both again.
type spool struct {
	dir string

	mu   sync.Mutex
	at   map[int64]spooled
	tail []byte // what follows what is in the file
	base int64  // length of the file
	f    *os.File
}

type spooled struct {
	off    int64
	len    int
	names  string
	digest string
}

const (
	spoolName   = "words.tmp"
	spoolMemory = 2 << 20
	spoolFile   = 512 << 20
	spoolMax    = 200_000 // messages
)

// clean removes what a crash left.
func (p *spool) clean() { os.Remove(filepath.Join(p.dir, spoolName)) }

// put keeps the words of a message, or not, when there is no room.
func (p *spool) put(id int64, digest, names, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.at) >= spoolMax || p.base+int64(len(p.tail)+len(text)) > spoolFile {
		delete(p.at, id)
		return
	}
	if p.at == nil {
		p.at = map[int64]spooled{}
	}
	p.at[id] = spooled{p.base + int64(len(p.tail)), len(text), names, digest}
	p.tail = append(p.tail, text...)
	if len(p.tail) >= spoolMemory {
		p.spill()
	}
}

// share gives a message the words of another one.
func (p *spool) share(id, from int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if x, ok := p.at[from]; ok {
		p.at[id] = x
	}
}

// spill moves the tail to the file; where that fails, what is in the tail is forgotten.
func (p *spool) spill() {
	var err error
	if p.f == nil {
		p.f, err = os.OpenFile(filepath.Join(p.dir, spoolName), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	}
	if err == nil {
		_, err = p.f.WriteAt(p.tail, p.base)
	}
	if err != nil {
		for id, x := range p.at {
			if x.off >= p.base {
				delete(p.at, id)
			}
		}
		p.tail = p.tail[:0]
		return
	}
	p.base += int64(len(p.tail))
	p.tail = p.tail[:0]
}

// has reports whether the words of a message with that body are here.
func (p *spool) has(id int64, digest string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at[id].digest == digest
}

// get returns the words of a message with that body.
func (p *spool) get(id int64, digest string) (text, names string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.at[id]
	if !ok || x.digest != digest {
		return "", "", false
	}
	if x.off >= p.base {
		return string(p.tail[x.off-p.base:][:x.len]), x.names, true
	}
	b := make([]byte, x.len)
	if _, err := p.f.ReadAt(b, x.off); err != nil {
		return "", "", false
	}
	return string(b), x.names, true
}

// drop forgets messages that are indexed.
func (p *spool) drop(ids []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		delete(p.at, id)
	}
	if len(p.at) == 0 {
		p.reset()
	}
}

// empty forgets everything: nothing waits for the index.
func (p *spool) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reset()
}

func (p *spool) reset() {
	p.at, p.base = nil, 0
	if cap(p.tail) > 1<<20 {
		p.tail = nil
	}
	p.tail = p.tail[:0]
	if p.f != nil {
		p.f.Close()
		p.f = nil
		p.clean()
	}
}

func (p *spool) close() { p.empty() }
