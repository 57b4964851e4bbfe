package store

import (
	"context"

	"github.com/postrider/postrider/accounts/mail"
)

func (s *Store) searchSource(v View, t *tree, boxes []*box) (source, error) {
	cmp, dir := v.order()
	in := map[mail.MailboxID]bool{}
	for _, b := range boxes {
		in[b.id] = true
	}
	_ = cmp
	_ = dir
	return func(ctx context.Context, after mail.MessageID, n int) ([]entry, error) { return nil, nil }, nil
}
