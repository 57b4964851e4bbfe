package store

import (
	"context"

	"github.com/postrider/postrider/accounts/mail"
)

// Sequence returns the sequence number that the next message gets: a mark for [Since].
func (s *Store) Sequence(ctx context.Context) (int64, error) {
	var n int64
	_, err := s.reads.row(ctx, "SELECT value FROM counters WHERE key='message'", nil, &n)
	return n, local("sequence", err)
}

// Since reports whether a message was stored from mark after to before mark next, whatever its date says.
func Since(id mail.MessageID, after, next int64) bool {
	if next-after >= seqSpan {
		return true
	}
	behind := (int64(id) - after) % seqSpan // how far behind the first mark it was stored, on the circle of the sequence numbers
	if behind < 0 {
		behind += seqSpan
	}
	return behind < next-after
}
