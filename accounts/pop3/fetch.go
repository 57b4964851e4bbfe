package pop3

import (
	"bytes"
	"context"
	"slices"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

// Fetch brings messages newest first, which is the highest number first. A message that the server lists but does not hand over is
// skipped and logged. When the server loses its way with several commands in flight, what is left is asked for one by one in a new session.
func (c *conn) Fetch(ctx context.Context, col remote.Ref, items []remote.Ref, want remote.Want, each func(remote.Item) error) error {
	if err := c.check(col); err != nil {
		return err
	}
	done := make(map[remote.Ref]bool, len(items))
	for {
		begun := false
		alone := false
		var own error // of each
		err := c.with(ctx, false, func(s *session) error {
			l, err := s.list()
			if err != nil {
				return &stale{err}
			}
			alone = s.window == 1
			entries := make([]entry, 0, len(items))
			asked := make(map[remote.Ref]bool, len(items))
			for _, r := range items {
				if i, ok := l.byRef[r]; ok && !done[r] && !asked[r] {
					asked[r] = true
					entries = append(entries, l.entries[i])
				}
			}
			slices.SortFunc(entries, func(a, b entry) int { return b.num - a.num })
			nums := make([]int, len(entries))
			for i, e := range entries {
				nums[i] = e.num
			}
			if want == remote.WantHeader {
				err = s.headers(nums, func(i int, block []byte) {
					if own != nil {
						return
					}
					begun = true
					done[entries[i].ref] = true
					own = each(remote.Item{Ref: entries[i].ref, Size: int64(len(block)), Body: bytes.NewReader(block)})
					if own != nil {
						s.broken = fault.Of(own)
					}
				})
			} else {
				err = s.retrieve("RETR", nums, func(i int, b *body) error {
					begun = true
					done[entries[i].ref] = true
					own = each(remote.Item{Ref: entries[i].ref, Size: -1, Body: b})
					return own
				})
			}
			if err != nil && !begun {
				return &stale{err}
			}
			return err
		})
		switch {
		case own != nil && err == nil:
			return own
		case err == nil || own != nil || ctx.Err() != nil || alone:
			return err
		case fault.Is(err, fault.Protocol) && fault.Of(err).Code == "bad-status":
			c.window = 1 // and once more
		default:
			return err
		}
	}
}
