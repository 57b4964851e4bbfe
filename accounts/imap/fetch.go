package imap

import (
	"context"
	"errors"
	"io"
	"sort"

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
	got      map[uint32]bool // messages that were delivered
	odd      []uint32        // messages that a reply named without their body
	drained  int64
}

// body is one message on its way from a command's goroutine to the caller's.
type body struct {
	uid  uint32
	size int64
	lit  io.Reader
	done chan struct{}
}

// run keeps fetchDeep commands under way. Each is drained by a goroutine of its own: go-imap's reader stands still while a message that arrived is not
// taken, so draining them one after another would hang. All messages are handed to each here, in one goroutine.
func (f *fetcher) run(ctx context.Context, uids []uint32) error {
	bodies := make(chan body)
	ends := make(chan error)
	under, at, size := 0, 0, fetchFirst
	var first error
	for {
		for first == nil && under < fetchDeep && at < len(uids) && ctx.Err() == nil {
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
					f.deliver(m, bodies)
				}
				ends <- cmd.Close()
			}()
		}
		if under == 0 {
			break
		}
		select {
		case m := <-bodies:
			if first == nil {
				first = f.take(m)
			}
			f.drain(m)
			close(m.done)
		case err := <-ends:
			under--
			if err != nil && first == nil {
				first = err
			}
		}
	}
	if first != nil {
		return first
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.again()
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

// deliver hands the body of m over and waits until it was read.
func (f *fetcher) deliver(m *imapclient.FetchMessageData, to chan<- body) {
	var uid uint32
	sent := false
	for {
		switch it := m.Next().(type) {
		case nil:
			if !sent {
				to <- body{uid: uid, done: make(chan struct{})}
			}
			return
		case imapclient.FetchItemDataUID:
			uid = uint32(it.UID)
		case imapclient.FetchItemDataBodySection:
			if it.Literal == nil || sent {
				continue
			}
			sent = true
			d := make(chan struct{})
			to <- body{uid: uid, size: it.Literal.Size(), lit: it.Literal, done: d}
			<-d
		}
	}
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
