package pop3

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/wire"
)

// Inbox is the ref of the one collection.
const Inbox remote.Ref = "INBOX"

// linger is how long a session that nothing is asked of is kept: long enough for the Fetch behind a Pull, short enough not to keep
// other programs out of the mailbox.
const linger = 5 * time.Second

// Sizes of the pages of a Pull, and for how many of the newest messages the envelopes are asked for one by one.
const (
	firstPage = 50
	nextPage  = 1000
	withTop   = 1000
)

type conn struct {
	o      wire.Options
	spare  wire.Spare[session]
	plan   plan
	window int // 1 once the server got into trouble with more
}

// plan is what the pages of a Pull that has begun still have to bring.
type plan struct {
	digest string
	todo   []entry // newest first
	at     int
	tops   int  // of todo, how many get an envelope
	all    bool // todo is the whole listing
	known  map[remote.Ref]bool
}

// Open connects and signs in. The Conn has a Pusher that can remove.
func Open(ctx context.Context, o wire.Options) (*remote.Conn, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &conn{o: o, window: pipeline}
	c.park(s)
	return &remote.Conn{Source: c, Pusher: c}, nil
}

// take returns a session to work with: the parked one, or a new one where there is none or fresh is set. reused tells which.
func (c *conn) take(ctx context.Context, fresh bool) (s *session, reused bool, err error) {
	s, ok := c.spare.Take()
	if !ok {
		return nil, false, errClosed(c.o.Server)
	}
	if s != nil && (!fresh || s.listing == nil) { // without a listing nothing was seen of it yet
		return s, true, nil
	}
	if s != nil {
		c.spare.Use(nil)
		s.quit(ctx) // its lock on the mailbox must be gone before the next
	}
	if s, err = open(ctx, c.o); err != nil {
		return nil, false, err
	}
	s.window = min(s.window, c.window)
	if !c.spare.Use(s) {
		s.drop()
		return nil, false, errClosed(c.o.Server)
	}
	return s, false, nil
}

// park keeps a session for the next call, or closes what is left of it.
func (c *conn) park(s *session) {
	if !c.spare.Park(s, s.broken == nil, linger, end) {
		s.drop()
	}
}

func end(s *session) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	s.quit(ctx)
}

// with calls do with a session. When a parked session turns out to be dead before anything happened it takes a new one.
func (c *conn) with(ctx context.Context, fresh bool, do func(*session) error) error {
	if err := ctx.Err(); err != nil {
		return err // guard would notice it, but perhaps only after a short exchange
	}
	for {
		s, reused, err := c.take(ctx, fresh)
		if err != nil {
			return err
		}
		stop := s.guard(ctx)
		err = do(s)
		stop()
		if ctx.Err() != nil && s.broken == nil {
			s.broken = ctx.Err()
		}
		c.park(s)
		var again *stale
		if errors.As(err, &again) {
			if err = again.err; reused && ctx.Err() == nil && fault.Is(err, fault.Network) {
				continue
			}
		}
		return wire.OrDone(ctx, err)
	}
}

// stale marks an error that came before anything happened in the call.
type stale struct{ err error }

func (s *stale) Error() string { return s.err.Error() }
func (s *stale) Unwrap() error { return s.err }

func errClosed(srv mail.Server) error {
	return &fault.Error{Kind: fault.Network, Code: "closed", Service: wire.Addr(srv), Title: "The connection is closed", Err: net.ErrClosed}
}

// Close ends the session in good order when nobody uses it, else at once.
func (c *conn) Close() error {
	idle, busy := c.spare.Close()
	if busy != nil {
		busy.drop()
	}
	if idle != nil {
		end(idle)
	}
	return nil
}

// Collections returns the inbox.
func (c *conn) Collections(context.Context) ([]remote.Collection, error) {
	if c.spare.Closed() {
		return nil, errClosed(c.o.Server)
	}
	return []remote.Collection{{Ref: Inbox, Name: "Inbox", Kind: remote.Mail, Role: mail.RoleInbox, Rights: mail.MayRead | mail.MayRemove,
		Subscribed: true, Keep: true, Total: -1, Unseen: -1}}, nil
}

func (c *conn) check(col remote.Ref) error {
	if col != Inbox {
		return &fault.Error{Kind: fault.NotFound, Code: "no-mailbox", Service: wire.Addr(c.o.Server), Title: "There is no such mailbox", Detail: "A POP3 account has an inbox only."}
	}
	return nil
}

// Pull compares the listing with the token. Tokens are "list:DIGEST:COUNT:DIGEST of the newest ref", and "page:DIGEST:AT:KIND" while there
// is more; KIND is "all" when the pages go through the whole listing, so that another connection can go on with them.
func (c *conn) Pull(ctx context.Context, col remote.Ref, since remote.Token) (out remote.Delta, err error) {
	if err := c.check(col); err != nil {
		return out, err
	}
	digest, at, all, paging := pageToken(since)
	mine := paging && digest == c.plan.digest && at == c.plan.at && c.plan.todo != nil
	err = c.with(ctx, !mine, func(s *session) error {
		l, err := s.list()
		if err != nil {
			return &stale{err}
		}
		switch {
		case mine && l.digest == digest:
		case paging && all && l.digest == digest:
			c.begin(l, "")
			c.plan.at = min(at, len(c.plan.todo))
		case since != "" && since == listToken(l):
			out = remote.Delta{Next: since}
			c.remember(l)
			return nil
		case paging:
			c.begin(l, "")
		default:
			c.begin(l, since)
		}
		mine = false
		if out, err = c.page(s, l); err != nil {
			return &stale{err} // nothing has left yet
		}
		return nil
	})
	return out, err
}

func listToken(l *listing) remote.Token {
	last := remote.Ref("")
	if n := len(l.entries); n > 0 {
		last = l.entries[n-1].ref
	}
	return remote.Token("list:" + l.digest + ":" + strconv.Itoa(len(l.entries)) + ":" + headerDigest([]byte(last)))
}

func pageToken(t remote.Token) (digest string, at int, all, ok bool) {
	f := strings.Split(string(t), ":")
	if len(f) != 4 || f[0] != "page" {
		return "", 0, false, false
	}
	at, err := strconv.Atoi(f[2])
	return f[1], at, f[3] == "all", err == nil && at > 0
}

func (c *conn) remember(l *listing) {
	if c.plan.digest == l.digest && c.plan.known != nil {
		return
	}
	known := make(map[remote.Ref]bool, len(l.entries))
	for _, e := range l.entries {
		known[e.ref] = true
	}
	c.plan = plan{digest: l.digest, known: known}
}

// begin plans what the pages since a token bring. The listing of that token is in memory, or only its end is in the token: then what stands
// behind that end is new and gets envelopes, and the rest is listed without.
func (c *conn) begin(l *listing, since remote.Token) {
	old := c.plan
	c.plan = plan{digest: l.digest}
	f := strings.Split(string(since), ":")
	listed := len(f) == 4 && f[0] == "list"
	var fresh, rest []entry
	switch {
	case listed && f[1] == old.digest && old.known != nil && old.todo == nil:
		for _, e := range l.entries {
			if !old.known[e.ref] {
				fresh = append(fresh, e)
			}
		}
	case listed:
		from := len(l.entries)
		for from > 0 && headerDigest([]byte(l.entries[from-1].ref)) != f[3] {
			from--
		}
		fresh, rest = l.entries[from:], l.entries[:from]
	default:
		fresh = l.entries
	}
	todo := append(slices.Clone(rest), fresh...)
	slices.Reverse(todo)
	c.plan.todo, c.plan.all = todo, len(todo) == len(l.entries)
	if c.plan.tops = len(fresh); c.o.Account.KeepDays == 0 {
		c.plan.tops = min(c.plan.tops, withTop)
	}
}

// page brings the next page of the plan.
func (c *conn) page(s *session, l *listing) (remote.Delta, error) {
	p := &c.plan
	n := nextPage
	if p.at == 0 {
		n = firstPage
	}
	if p.at >= p.tops { // the rest costs nothing
		n = len(p.todo)
	}
	part := p.todo[p.at:min(p.at+n, len(p.todo))]
	states := make([]remote.State, len(part))
	for i, e := range part {
		states[i] = remote.State{Ref: e.ref, Size: e.size, FlagsUnknown: true}
	}
	if want := min(p.tops-p.at, len(part)); want > 0 && s.hasTop() {
		nums := make([]int, want)
		for i := range nums {
			nums[i] = l.entries[l.byRef[part[i].ref]].num // those of this session
		}
		if err := s.headers(nums, func(i int, block []byte) {
			if env, err := rfc822.ParseHeader(block); err == nil {
				states[i].Envelope = &env
			}
		}); err != nil {
			return remote.Delta{}, err
		}
	}
	p.at += len(part)
	d := remote.Delta{Changed: states}
	if p.at < len(p.todo) {
		d.More = true
		kind := "some"
		if p.all {
			kind = "all"
		}
		d.Next = remote.Token("page:" + p.digest + ":" + strconv.Itoa(p.at) + ":" + kind)
		return d, nil
	}
	d.Next = listToken(l)
	if !l.partial {
		d.Complete = true
		d.Members = make([]remote.Ref, len(l.entries))
		for i, e := range l.entries {
			d.Members[i] = e.ref
		}
	}
	c.plan = plan{}
	c.remember(l)
	return d, nil
}

func (s *session) hasTop() bool { return !s.caps.known || s.caps.has("TOP") }
