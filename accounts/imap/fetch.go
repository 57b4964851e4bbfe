package imap

import (
	"context"
	"errors"
	"io"
	"sort"
	"sync"

	imap2 "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

const (
	fetchFirst = 25  // messages of the first command, so that the newest are here soon
	fetchBatch = 200 // messages of the others
	fetchDeep  = 2   // commands under way at a time
	// drainLimit is how much of what was asked for is read and thrown away when the caller wants no more; beyond it the connection is closed.
	drainLimit = 16 << 20
)

var errEnough = errors.New("imap: nothing more is wanted")

// Fetch implements remote.Source: newest batches first, each batch in the server's order. Bodies stream; no message is held in memory.
func (b *backend) Fetch(ctx context.Context, c remote.Ref, items []remote.Ref, want remote.Want, each func(remote.Item) error) error {
	s, err := b.session()
	if err != nil {
		return err
	}
	if err := s.compress(ctx); err != nil {
		return err
	}
	var mine error // of each
	err = s.do(ctx, "fetch", func() error {
		sel, err := s.openBox(string(c), false, s.sel == nil)
		if err != nil {
			return err
		}
		var uids []uint32
		for _, r := range items {
			if v, u, ok := splitRef(r); ok && v == sel.UIDValidity {
				uids = append(uids, u)
			}
		}
		sort.Slice(uids, func(i, j int) bool { return uids[i] > uids[j] })
		f := &fetcher{s: s, validity: sel.UIDValidity, section: &imap2.FetchItemBodySection{Peek: true}, got: map[uint32]bool{}}
		if want == remote.WantHeader {
			f.section.Specifier = imap2.PartSpecifierHeader
		}
		f.each = func(it remote.Item) error {
			if mine == nil {
				mine = each(it)
			}
			return mine
		}
		err = f.run(ctx, uids)
		if mine != nil && !s.dead() {
			return nil // the connection is in order
		}
		return err
	})
	if mine != nil && (ctx.Err() == nil || !s.dead()) {
		return mine
	}
	return err
}

type fetcher struct {
	s        *session
	validity uint32
	section  *imap2.FetchItemBodySection
	each     func(remote.Item) error

	mu      sync.Mutex      // held while each is called, and of what follows
	first   error           // why nothing more is wanted
	got     map[uint32]bool // messages that were delivered
	odd     []uint32        // messages that a reply named without their body
	drained int64
}

// body is one message.
type body struct {
	uid  uint32
	size int64
	lit  io.Reader
}

// run keeps fetchDeep commands under way. Each is drained by a goroutine of its own: go-imap's reader stands still while a message that arrived is not
// taken, so draining them one after another would hang. They call each one at a time; handing the messages to one goroutine would cost as much again as
// reading them.
func (f *fetcher) run(ctx context.Context, uids []uint32) error {
	ends := make(chan error, fetchDeep)
	under, at, size := 0, 0, fetchFirst
	for {
		for f.failed() == nil && under < fetchDeep && at < len(uids) && ctx.Err() == nil {
			n := min(size, len(uids)-at)
			batch := append([]uint32(nil), uids[at:at+n]...)
			at, size = at+n, fetchBatch
			sort.Slice(batch, func(i, j int) bool { return batch[i] < batch[j] })
			under++
			cmd := f.s.client.Fetch(makeSet(unique(batch)), &imap2.FetchOptions{UID: true, BodySection: []*imap2.FetchItemBodySection{f.section}})
			go func() {
				for {
					m := cmd.Next()
					if m == nil {
						break
					}
					f.deliver(m)
				}
				ends <- cmd.Close()
			}()
		}
		if under == 0 {
			break
		}
		err := <-ends
		under--
		f.fail(err)
	}
	if err := f.failed(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.again()
}

func (f *fetcher) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first
}

func (f *fetcher) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
}

func unique(asc []uint32) []uint32 {
	out := asc[:0]
	for i, u := range asc {
		if i == 0 || u != asc[i-1] {
			out = append(out, u)
		}
	}
	return out
}

// deliver reads a message.
func (f *fetcher) deliver(m *imapclient.FetchMessageData) {
	var uid uint32
	sent := false
	for {
		switch it := m.Next().(type) {
		case nil:
			if !sent {
				f.hand(body{uid: uid})
			}
			return
		case imapclient.FetchItemDataUID:
			uid = uint32(it.UID)
		case imapclient.FetchItemDataBodySection:
			if it.Literal == nil || sent {
				continue
			}
			sent = true
			f.hand(body{uid: uid, size: it.Literal.Size(), lit: it.Literal})
		}
	}
}

// hand takes a message while something is wanted, and reads it to its end.
func (f *fetcher) hand(m body) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = f.take(m)
	}
	f.drain(m)
}

// take calls each for a message.
func (f *fetcher) take(m body) error {
	if m.uid == 0 || f.got[m.uid] {
		return nil
	}
	if m.lit == nil {
		f.odd = append(f.odd, m.uid)
		return nil
	}
	cut := &cutReader{r: m.lit, f: f.s.filter}
	if err := f.each(remote.Item{Ref: ref(f.validity, m.uid), Size: m.size, Body: cut}); err != nil {
		return errors.Join(errEnough, err)
	}
	if _, err := io.Copy(io.Discard, cut); err != nil {
		return err
	}
	f.got[m.uid] = true
	return nil
}

// drain reads the rest of a message that nobody wants, up to a limit for the whole of Fetch.
func (f *fetcher) drain(m body) {
	if m.lit == nil {
		return
	}
	n, _ := io.Copy(io.Discard, m.lit)
	if f.drained += n; f.drained > drainLimit {
		f.s.conn.Close()
	}
}

// again fetches alone the messages that a reply named without their body: an unasked FETCH with new flags may have come in
// between and taken the place of the real one.
func (f *fetcher) again() error {
	for _, u := range f.odd {
		if f.got[u] {
			continue
		}
		cmd := f.s.client.Fetch(wholeSet(u, u), &imap2.FetchOptions{UID: true, BodySection: []*imap2.FetchItemBodySection{f.section}})
		var err error
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			for it := m.Next(); it != nil; it = m.Next() {
				sec, ok := it.(imapclient.FetchItemDataBodySection)
				if !ok || sec.Literal == nil || err != nil || f.got[u] {
					continue
				}
				err = f.take(body{uid: u, size: sec.Literal.Size(), lit: sec.Literal})
			}
		}
		if cerr := cmd.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cutReader reads a literal and refuses what the filter made up after the connection ended.
type cutReader struct {
	r io.Reader
	f *filter
}

func (c *cutReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.f.broken.Load() {
		return 0, fault.Of(io.ErrUnexpectedEOF)
	}
	return n, err
}
