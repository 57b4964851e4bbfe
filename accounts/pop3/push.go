package pop3

import (
	"context"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/wire"
)

// Push removes. All edits are one session: nothing is removed before QUIT, and unless the server answers QUIT with yes the whole Push is an
// error without a Done, to be pushed again.
//
// Before it removes a message it compares what the edit says of it with what the server has: Sizes with LIST and InternetIDs with
// the Message-ID by TOP. One that differs is another message under the same name: it stays, the others of the edit are removed, and
// the edit's Done has fault.Conflict with Code "other-message". Items that are gone are done.
func (c *conn) Push(ctx context.Context, col remote.Ref, _ remote.Token, edits []remote.Edit) (remote.Ack, error) {
	if err := c.check(col); err != nil {
		return remote.Ack{}, err
	}
	done := make([]remote.Done, len(edits))
	work := false
	for i, e := range edits {
		switch e.Verb {
		case remote.SetFlags:
		case remote.Remove:
			work = work || len(e.Items) > 0
		default:
			done[i].Err = &fault.Error{Kind: fault.Refused, Code: "cannot", Op: string(e.Verb), Service: wire.Addr(c.o.Server), Title: "A POP3 server cannot do that",
				Detail: "Mail can only be read there and removed. An IMAP account can."}
		}
	}
	if !work {
		return remote.Ack{Done: done}, nil
	}
	err := c.with(ctx, true, func(s *session) error {
		l, err := s.list()
		if err != nil {
			return &stale{err}
		}
		for i, e := range edits {
			if e.Verb != remote.Remove {
				continue
			}
			fit, other, err := s.verify(l, e)
			if err != nil {
				return err
			}
			refused, text, err := s.dele(fit)
			if err != nil {
				return err
			}
			switch {
			case other > 0:
				done[i].Err = &fault.Error{Kind: fault.Conflict, Code: "other-message", Op: "remove", Service: wire.Addr(c.o.Server),
					Title: "Another message has this name on the server", Detail: "It was not removed, since it is not the one that is stored here."}
			case refused > 0:
				done[i].Err = &fault.Error{Kind: fault.Refused, Code: "not-removed", Op: "remove", Service: wire.Addr(c.o.Server),
					Title: "The server did not remove a message", Detail: "It stays there. The server gives its reason in its own words.", ServerText: clean(text)}
			}
		}
		text, ok, err := s.quit(ctx)
		if err != nil {
			return err
		}
		if !ok {
			return &fault.Error{Kind: fault.Busy, Code: "not-removed", Op: "remove", Service: wire.Addr(c.o.Server), Title: "The server did not remove everything",
				Detail: "Postrider tries again by itself.", ServerText: clean(text)}
		}
		return nil
	})
	if err != nil {
		return remote.Ack{}, err
	}
	return remote.Ack{Done: done}, nil
}

// verify returns the numbers of the edit's messages that are what the edit says, and how many are not.
func (s *session) verify(l *listing, e remote.Edit) (fit []int, other int, err error) {
	type claim struct {
		num int
		id  string
	}
	var ask []claim
	for i, r := range e.Items {
		at, ok := l.byRef[r]
		if !ok {
			continue
		}
		m := l.entries[at]
		if i < len(e.Sizes) && e.Sizes[i] > 0 && m.size > 0 && e.Sizes[i] != m.size {
			other++
			continue
		}
		if i < len(e.InternetIDs) && e.InternetIDs[i] != "" && s.hasTop() {
			ask = append(ask, claim{m.num, e.InternetIDs[i]})
			continue
		}
		fit = append(fit, m.num)
	}
	nums := make([]int, len(ask))
	for i, a := range ask {
		nums[i] = a.num
	}
	same := make([]bool, len(ask))
	if err := s.headers(nums, func(i int, block []byte) {
		env, err := rfc822.ParseHeader(block)
		same[i] = err == nil && env.InternetID == ask[i].id
	}); err != nil {
		return nil, 0, err
	}
	for i, ok := range same {
		if ok {
			fit = append(fit, nums[i])
		} else {
			other++
		}
	}
	return fit, other, nil
}

// dele marks messages, with as many commands in flight as the server takes.
func (s *session) dele(nums []int) (refused int, text string, err error) {
	sent := 0
	for i := range nums {
		if sent == i {
			for sent < len(nums) && sent-i < s.window {
				s.put("DELE", nums[sent])
				sent++
			}
			if err := s.flush(); err != nil {
				return 0, "", err
			}
		}
		t, ok, err := s.status()
		if err != nil {
			return 0, "", err
		}
		if !ok {
			refused++
			text = t
		}
	}
	return refused, text, nil
}
