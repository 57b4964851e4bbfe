package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/klauspost/compress/zstd"
)

// Bodies that are fetched lie in packs: files that grow at their end only. A frame is a head of [headSize] bytes and a zstd frame of the raw message:
//
//	magic 8 bytes, size of the raw message 8 bytes, length of the zstd frame 8 bytes (little endian both), SHA-256 of the raw message 32 bytes
//
// so a pack can be read without the database. Table packed says where each body lies.
//
// # Why nothing is lost
//
// A frame is appended outside of any transaction ([Store.Stow]) and means nothing before a row names it. The transaction that writes the row syncs
// every pack that has unsynced frames before its own commit, which is synced too: a row that is there after a crash or a power failure names bytes that
// are there. What a crash leaves behind the last named frame is dead space; it is never taken for a message, since only rows say where messages are,
// and never written over, since a pack is only ever continued behind its last byte. A pack whose sync failed once is not believed again: a system may
// drop the pages and say yes the second time, so that what is in it and not committed is fetched again, and it is not continued.
// A frame is compared with its head and its digest's place in it when it is read; zstd's own checksum covers the content.
//
// One commit in one file carries row and place together, where a database of bodies needed two that were ordered, and bytes are written once and in
// large sequential pieces.
const (
	packsDir  = "packs"
	packMagic = "PRpack1\n"
	headSize  = 56
	syncEvery = 16 << 20 // unsynced bytes after which the disk begins to work, so that a commit does not wait for all
)

// packLimit is the size that a pack is not continued beyond; tests have smaller ones.
var packLimit int64 = 256 << 20

// location is where a frame lies; pack 0 is nowhere.
type location struct{ pack, off, len int64 }

// packs are the files that bodies are appended to.
type packs struct {
	dir   string
	limit int64 // of all packs, bytes; 0 = none

	mu    sync.Mutex
	num   int64 // the pack that is continued, 0 = none yet
	f     *os.File
	size  int64
	fresh int64              // bytes since a sync was begun
	first int64              // packs before it are not appended to while the program runs
	dirty map[int64]*os.File // have frames that are not synced
	bad   map[int64]bool     // could not be synced
	total int64

	syncing sync.Mutex
	early   bool // a sync ahead of the commit is under way
	wg      sync.WaitGroup
}

func packPath(dir string, n int64) string { return filepath.Join(dir, fmt.Sprintf("%06d.pack", n)) }

// packFiles returns the numbers of the packs in dir and their sizes.
func packFiles(dir string) (map[int64]int64, error) {
	es, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	out := map[int64]int64{}
	for _, e := range es {
		name, ok := strings.CutSuffix(e.Name(), ".pack")
		n, err := strconv.ParseInt(name, 10, 64)
		if !ok || err != nil || n <= 0 {
			continue
		}
		if i, err := e.Info(); err == nil {
			out[n] = i.Size()
		}
	}
	return out, nil
}

func openPacks(dir string, limit int64) (*packs, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	p := &packs{dir: dir, limit: limit, dirty: map[int64]*os.File{}, bad: map[int64]bool{}}
	files, err := packFiles(dir)
	if err != nil {
		return nil, err
	}
	for n, size := range files {
		p.total += size
		if n > p.num {
			p.num, p.size = n, size
		}
	}
	p.first = p.num
	if p.num == 0 {
		return p, nil
	}
	if p.f, err = os.OpenFile(packPath(dir, p.num), os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	return p, nil
}

// next begins a new pack.
func (p *packs) next() error {
	f, err := os.OpenFile(packPath(p.dir, p.num+1), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	// The names are durable before anything can be said to lie there.
	syncDir(p.dir)
	syncDir(filepath.Dir(p.dir))
	p.drop()
	p.num, p.f, p.size = p.num+1, f, 0
	return nil
}

// drop closes the pack that was continued, unless a sync is still to come.
func (p *packs) drop() {
	if p.f != nil && p.dirty[p.num] == nil {
		p.f.Close()
	}
	p.f = nil
}

// append writes a frame whose head is filled in and returns where it lies.
func (p *packs) append(frame []byte) (location, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := int64(len(frame))
	if p.limit > 0 && p.total+n > p.limit {
		return location{}, syscall.ENOSPC
	}
	if p.f == nil || p.bad[p.num] || p.size > 0 && p.size+n > packLimit {
		if err := p.next(); err != nil {
			return location{}, err
		}
	}
	if _, err := p.f.WriteAt(frame, p.size); err != nil {
		return location{}, err // the next frame is written over what came of this one
	}
	at := location{p.num, p.size, n}
	p.size, p.total, p.fresh = p.size+n, p.total+n, p.fresh+n
	p.dirty[p.num] = p.f
	if p.fresh >= syncEvery && !p.early {
		p.early, p.fresh = true, 0
		p.wg.Add(1)
		go func() {
			defer p.wg.Done()
			p.sync() // whoever commits hears of an error by ok
			p.mu.Lock()
			p.early = false
			p.mu.Unlock()
		}()
	}
	return at, nil
}

// sync makes every frame that was appended before the call durable.
func (p *packs) sync() error {
	p.syncing.Lock() // one that is under way may be what makes ours durable: it has to end first
	defer p.syncing.Unlock()
	p.mu.Lock()
	todo := p.dirty
	p.dirty = map[int64]*os.File{}
	p.mu.Unlock()
	var first error
	for n, f := range todo {
		err := f.Sync()
		p.mu.Lock()
		if err != nil {
			p.bad[n] = true
			if first == nil {
				first = err
			}
		}
		if f != p.f && p.dirty[n] == nil {
			f.Close()
		}
		p.mu.Unlock()
	}
	return first
}

// ok reports whether a pack may be named in a row.
func (p *packs) ok(pack int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.bad[pack]
}

func (p *packs) close() error {
	p.wg.Wait()
	err := p.sync()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
	return err
}

// bytes is the size of all packs.
func (p *packs) bytes() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total
}

// Stow compresses a body that was fetched and appends it to a pack, outside the write lock; several goroutines may do so at a time. Raw and Packed are
// let go, so that a body that waits for its transaction takes no room. It is durable, and there at all, when a transaction has stored it
// ([Tx.PutBodies], [Tx.Insert]).
func (s *Store) Stow(b *Body) error {
	if b.at.pack != 0 {
		return nil
	}
	sum, err := hex.DecodeString(b.Digest)
	if err != nil || len(sum) != 32 {
		return noDigest()
	}
	if b.Size == 0 {
		b.Size = int64(len(b.Raw))
	}
	p := scratch.Get().(*[]byte)
	var head [headSize]byte
	frame := append((*p)[:0], head[:]...)
	if len(b.Packed) > 0 {
		frame = append(frame, b.Packed...)
	} else {
		frame = encoder.EncodeAll(b.Raw, frame)
	}
	copy(frame, packMagic)
	binary.LittleEndian.PutUint64(frame[8:], uint64(b.Size))
	binary.LittleEndian.PutUint64(frame[16:], uint64(len(frame)-headSize))
	copy(frame[24:], sum)
	b.at, err = s.packs.append(frame)
	*p = frame
	if cap(*p) <= fileSize {
		scratch.Put(p)
	}
	if err != nil {
		return local("store", err)
	}
	b.Raw, b.Packed = nil, nil
	return nil
}

// stowed is a row of packed on its way.
type stowed struct {
	digest []byte
	size   int64
	at     location
}

// putStowed notes where a body lies.
func (tx *Tx) putStowed(b *Body) error {
	if !tx.s.packs.ok(b.at.pack) {
		return syscall.EIO
	}
	if tx.packs == nil {
		tx.packs = map[int64]bool{}
	}
	tx.packs[b.at.pack] = true
	d, _ := hex.DecodeString(b.Digest)
	if tx.stowed = append(tx.stowed, stowed{d, b.Size, b.at}); len(tx.stowed) >= 500 {
		return tx.flushStowed()
	}
	return nil
}

// flushStowed writes the rows of stowed bodies. One that is here already keeps its place, and counts as new for [Store.Compact].
func (tx *Tx) flushStowed() error {
	q := tx.stowed
	tx.stowed = tx.stowed[:0]
	if len(q) == 0 {
		return nil
	}
	// In the order of digests: neighbours share pages.
	sort.Slice(q, func(i, j int) bool { return bytes.Compare(q[i].digest, q[j].digest) < 0 })
	at := tx.s.now().Unix()
	for len(q) > 0 {
		n := 50
		if len(q) < n {
			n = 1
		}
		args := make([]any, 0, 6*n)
		for _, x := range q[:n] {
			args = append(args, x.digest, x.at.pack, x.at.off, x.at.len, x.size, at)
		}
		if _, err := tx.w.exec("INSERT INTO packed(digest,pack,off,len,size,at) VALUES "+tuples(n, 6)+" ON CONFLICT(digest) DO UPDATE SET at=excluded.at", args...); err != nil {
			return err
		}
		q = q[n:]
	}
	return nil
}

// syncPacks makes durable what the transaction names.
func (tx *Tx) syncPacks() error {
	if len(tx.packs) == 0 {
		return nil
	}
	if err := tx.s.packs.sync(); err != nil {
		return err
	}
	for n := range tx.packs {
		if !tx.s.packs.ok(n) { // an earlier sync has failed
			return syscall.EIO
		}
	}
	return nil
}

// findPacked returns where a body lies; ok is false when it is in no pack.
func (s *Store) findPacked(ctx context.Context, digest string) (at location, size int64, ok bool, err error) {
	ok, err = s.reads.row(ctx, "SELECT pack, off, len, size FROM packed WHERE digest=?", []any{packDigest(digest)}, &at.pack, &at.off, &at.len, &size)
	return at, size, ok, err
}

// openPacked reads a body of a pack. gone is set when the pack is not there (any more).
func (s *Store) openPacked(digest string, at location, size int64) (r io.ReadCloser, gone bool, err error) {
	f, err := os.Open(packPath(s.packs.dir, at.pack))
	if err != nil {
		return nil, os.IsNotExist(err), damagedBlob(err)
	}
	if at.len < headSize || at.len > maxBlob {
		f.Close()
		return nil, false, damagedBlob(fmt.Errorf("a frame of %d bytes", at.len))
	}
	small := at.len <= fileSize
	n := int64(headSize)
	if small {
		n = at.len
	}
	b := make([]byte, n)
	if _, err = f.ReadAt(b, at.off); err == nil {
		err = checkHead(b, digest, size, at.len)
	}
	if err != nil {
		f.Close()
		return nil, false, damagedBlob(err)
	}
	if !small {
		z, err := zstd.NewReader(io.NewSectionReader(f, at.off+headSize, at.len-headSize), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlob))
		if err != nil {
			f.Close()
			return nil, false, damagedBlob(err)
		}
		return &fileBlob{z, f}, false, nil
	}
	f.Close()
	data, err := unpack(b[headSize:], size)
	if err != nil {
		return nil, false, damagedBlob(err)
	}
	return io.NopCloser(bytes.NewReader(data)), false, nil
}

func checkHead(b []byte, digest string, size, length int64) error {
	if string(b[:8]) != packMagic || hex.EncodeToString(b[24:headSize]) != digest || binary.LittleEndian.Uint64(b[8:]) != uint64(size) ||
		binary.LittleEndian.Uint64(b[16:]) != uint64(length-headSize) {
		return fmt.Errorf("the frame is of another message")
	}
	return nil
}
