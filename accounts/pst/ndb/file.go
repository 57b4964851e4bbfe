package ndb

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Options of Open.
type Options struct {
	// Cache is how many bytes of blocks and pages are kept; 0 = 16 MiB.
	Cache int
	// OnLoss is told what cannot be read, once for each place. It may be called from any goroutine that reads.
	OnLoss func(Loss)
}

// Loss is something of the file that cannot be read, or was read though its checksum is wrong.
type Loss struct {
	What string // "header", "page", "block", "checksum"
	BID  BID
	At   uint64 // offset in the file
	Err  string
}

// ErrLost says that a page or block is not where it must be, or is not what it must be.
var ErrLost = errors.New("damaged or missing part of the file")

// ErrNoNode says that there is no node with an id.
var ErrNoNode = errors.New("no such node")

// File is an open file. It may be used by several goroutines.
type File struct {
	r    io.ReaderAt
	size int64
	lay  *layout
	hdr  Header
	opt  Options

	pages, blocks *cache
	ahead         ahead

	mu    sync.Mutex
	told  map[Loss]bool
	found *found // what a scan of the whole file found; nil before the first damage
	// trees, when a writer is at work: the B-trees as they are in memory
	trees treeSource
}

// treeSource answers from trees in memory that the header on disk does not lead to yet.
type treeSource interface {
	node(NID) (Node, bool, error)
	block(BID) (blockEntry, bool, error)
	walkNodes(from NID, each func(Node) bool) error
	walkBlocks(each func(blockEntry) bool) error
}

// Node is an entry of the node B-tree ([MS-PST] 2.2.2.7.7.4) or of a subnode tree.
type Node struct {
	NID    NID
	Data   BID
	Sub    BID
	Parent NID
}

// blockEntry is an entry of the block B-tree ([MS-PST] 2.2.2.7.7.3).
type blockEntry struct {
	Ref
	size     int // bytes of data stored
	inflated int // bytes of data; more than size when compressed
	refs     uint16
}

// Open reads the header of a file of size bytes. Everything else is read when it is asked for.
func Open(r io.ReaderAt, size int64, o Options) (*File, error) {
	if o.Cache <= 0 {
		o.Cache = 16 << 20
	}
	f := &File{r: r, size: size, opt: o, told: map[Loss]bool{}}
	f.pages, f.blocks = newCache(o.Cache/4), newCache(o.Cache-o.Cache/4)
	b := make([]byte, headerSize)
	n, err := r.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	f.hdr, err = parseHeader(b[:n])
	if err != nil {
		h, ok := guessHeader(r, size)
		if !ok {
			return nil, err
		}
		f.hdr = h
		f.loss(Loss{What: "header", Err: "the header is unreadable; the file was searched for what it leads to"})
	} else if f.hdr.BadCRC {
		f.loss(Loss{What: "header", Err: "checksum"})
	}
	f.lay = layouts[f.hdr.Format]
	return f, nil
}

// guessHeader finds the format of a file whose header is gone by its first allocation map.
func guessHeader(r io.ReaderAt, size int64) (h Header, ok bool) {
	for _, l := range []*layout{layouts[Unicode], layouts[ANSI], layouts[Unicode4K]} {
		b := make([]byte, l.page)
		if int64(l.firstMap)+int64(l.page) > size {
			continue
		}
		if _, err := r.ReadAt(b, int64(l.firstMap)); err != nil {
			continue
		}
		if t, ok := l.parseTrailer(b); ok && t.kind == pageAMap {
			return Header{Format: l.format, Client: "SM", Crypt: CryptPermute, BadCRC: true}, true
		}
	}
	return h, false
}

// Header returns the header as it was read, or as the writer has it now.
func (f *File) Header() Header { return f.hdr }

// Size is the size of the file in bytes.
func (f *File) Size() int64 { return f.size }

// Format is the variant of the format.
func (f *File) Format() Format { return f.hdr.Format }

// Damaged reports whether anything could not be read yet.
func (f *File) Damaged() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.told) > 0
}

func (f *File) loss(l Loss) {
	f.mu.Lock()
	again := f.told[l]
	if !again && len(f.told) < 1<<16 {
		f.told[l] = true
	}
	f.mu.Unlock()
	if !again && f.opt.OnLoss != nil {
		f.opt.OnLoss(l)
	}
}

func lost(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrLost, fmt.Sprintf(format, a...))
}

// Stale reports whether another program has written to the file since it was opened: what is read may be neither the old nor
// the new.
func (f *File) Stale() bool {
	if f.trees != nil {
		return false
	}
	b := make([]byte, headerSize)
	n, err := f.r.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return false
	}
	h, err := parseHeader(b[:n])
	return err == nil && h.Unique != f.hdr.Unique
}
