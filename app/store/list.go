package store

import (
	"context"
	"slices"
	"sort"

	"github.com/postrider/postrider/accounts/mail"
)

// A view is read as ids by key: each source (a mailbox, the starred ones, a search) gives its next ids in order, sources are merged, and rows are read
// for the page only. Nothing is sorted and nothing is skipped by counting, so a page costs the same anywhere.

const (
	first mail.MessageID = 1<<63 - 1
	last  mail.MessageID = -1 << 63
)

// source gives up to n ids behind after, in the view's order.
type source func(ctx context.Context, after mail.MessageID, n int) ([]entry, error)

type entry struct {
	id     mail.MessageID
	thread mail.ThreadID // of conversations only
	box    mail.MailboxID
}

// views returns the mailboxes that a view is over; nil = all living ones.
func (t *tree) views(v View) []*box {
	var out []*box
	var num int64
	if v.Account != "" {
		a := t.byID[v.Account]
		if a == nil {
			return out
		}
		num = a.num
	}
	for _, b := range t.order {
		switch {
		case num != 0 && b.account != num && v.Mailbox == 0:
		case v.Mailbox != 0:
			if b.id == v.Mailbox {
				out = append(out, b)
			}
		case v.Role != "":
			if b.role == v.Role && (v.Role != mail.RoleInbox || num != 0 || !t.byNum[b.account].hide) {
				out = append(out, b)
			}
		case v.Flagged:
			if b.role != mail.RoleTrash && b.role != mail.RoleJunk {
				out = append(out, b)
			}
		default:
			out = append(out, b)
		}
	}
	return out
}

// threaded reports whether rows of v stand for conversations: of mailboxes only. Starred messages and what a search finds are shown one by one.
func (v View) threaded() bool { return v.Threads && v.Search == "" && (v.Mailbox != 0 || v.Role != "") }

func (v View) start(after mail.MessageID) mail.MessageID {
	if after != 0 {
		return after
	}
	if v.Oldest {
		return last
	}
	return first
}

func (v View) order() (cmp, dir string) {
	if v.Oldest {
		return ">", "ASC"
	}
	return "<", "DESC"
}

func (s *Store) source(v View) (source, error) {
	t := s.tree()
	boxes := t.views(v)
	if v.Search != "" {
		return s.searchSource(v, t, boxes)
	}
	if v.Mailbox == 0 && v.Role == "" {
		return s.wideSource(v, t, boxes), nil
	}
	srcs := make([]source, len(boxes))
	for i, b := range boxes {
		srcs[i] = s.boxSource(v, b)
	}
	if len(srcs) == 1 {
		return srcs[0], nil
	}
	return s.merge(v, boxes, srcs), nil
}

func (s *Store) boxSource(v View, b *box) source {
	cmp, dir := v.order()
	var q string
	if v.threaded() {
		q = "SELECT head, thread FROM convs WHERE mailbox=? AND head" + cmp + "?"
		for _, f := range []struct {
			on  bool
			sql string
		}{{v.OnlyUnread, " AND unread>0"}, {v.OnlyFlagged || v.Flagged, " AND flagged>0"}, {v.OnlyAttachments, " AND attach>0"}, {v.OnlyToMe, " AND tome>0"}} {
			if f.on {
				q += f.sql
			}
		}
		q += " ORDER BY head " + dir + " LIMIT ?"
	} else {
		q = "SELECT id, 0 FROM messages WHERE mailbox=? AND hide=0 AND id" + cmp + "?" + v.filters() + " ORDER BY id " + dir + " LIMIT ?"
	}
	return func(ctx context.Context, after mail.MessageID, n int) ([]entry, error) {
		out := make([]entry, 0, min(n, 1<<16))
		err := s.reads.rows(ctx, q, []any{int64(b.id), int64(after), n}, func(scan func(...any) error) error {
			var id, th int64
			if err := scan(&id, &th); err != nil {
				return err
			}
			out = append(out, entry{mail.MessageID(id), mail.ThreadID(th), b.id})
			return nil
		})
		return out, err
	}
}

// filters are the conditions on rows of messages, in the words of the partial indexes.
func (v View) filters() string {
	q := ""
	if v.OnlyUnread {
		q += " AND flags&1=0"
	}
	if v.OnlyFlagged || v.Flagged {
		q += " AND flags&4<>0"
	}
	if v.OnlyAttachments {
		q += " AND attach<>0"
	}
	if v.OnlyToMe {
		q += " AND tome<>0"
	}
	return q
}

// wideSource is over many mailboxes by one scan in the order of ids.
func (s *Store) wideSource(v View, t *tree, boxes []*box) source {
	cmp, dir := v.order()
	in := map[mail.MailboxID]bool{}
	for _, b := range boxes {
		in[b.id] = true
	}
	q := "SELECT id, mailbox FROM messages WHERE hide=0 AND id" + cmp + "?" + v.filters() + " ORDER BY id " + dir + " LIMIT ?"
	return func(ctx context.Context, after mail.MessageID, n int) ([]entry, error) {
		return s.among(ctx, in, q, nil, after, n)
	}
}

// among reads pages of a query (columns id and mailbox, arguments args, the id it goes on behind, and how many) until n rows are of the mailboxes in.
func (s *Store) among(ctx context.Context, in map[mail.MailboxID]bool, sql string, args []any, after mail.MessageID, n int) ([]entry, error) {
	var out []entry
	for len(out) < n {
		want, got := max(n-len(out), 64), 0
		err := s.reads.rows(ctx, sql, append(slices.Clone(args), int64(after), want), func(scan func(...any) error) error {
			var id, box int64
			if err := scan(&id, &box); err != nil {
				return err
			}
			got++
			after = mail.MessageID(id)
			if in[mail.MailboxID(box)] && len(out) < n {
				out = append(out, entry{after, 0, mail.MailboxID(box)})
			}
			return nil
		})
		if err != nil || got < want {
			return out, err
		}
	}
	return out, nil
}

// merge joins sources by id. A conversation in several of the mailboxes is shown once, where its newest message is.
func (s *Store) merge(v View, boxes []*box, srcs []source) source {
	return func(ctx context.Context, after mail.MessageID, n int) ([]entry, error) {
		var out []entry
		for len(out) < n {
			var all []entry
			full := false
			bound := last
			if v.Oldest {
				bound = first
			}
			for _, src := range srcs {
				es, err := src(ctx, after, n)
				if err != nil {
					return nil, err
				}
				all = append(all, es...)
				if len(es) == n { // what is behind its last id is not known yet
					full = true
					if v.Oldest {
						bound = min(bound, es[n-1].id)
					} else {
						bound = max(bound, es[n-1].id)
					}
				}
			}
			sort.Slice(all, func(i, j int) bool {
				if v.Oldest {
					return all[i].id < all[j].id
				}
				return all[i].id > all[j].id
			})
			for _, e := range all {
				if full && (v.Oldest && e.id > bound || !v.Oldest && e.id < bound) {
					break
				}
				after = e.id
				if e.thread != 0 {
					newer, err := s.newerElsewhere(ctx, e, boxes)
					if err != nil {
						return nil, err
					}
					if newer {
						continue
					}
				}
				if out = append(out, e); len(out) == n {
					return out, nil
				}
			}
			if !full {
				return out, nil
			}
		}
		return out, nil
	}
}

func (s *Store) newerElsewhere(ctx context.Context, e entry, boxes []*box) (bool, error) {
	for _, b := range boxes {
		if b.id == e.box {
			continue
		}
		var head int64
		ok, err := s.reads.row(ctx, "SELECT head FROM convs WHERE mailbox=? AND thread=?", []any{int64(b.id), int64(e.thread)}, &head)
		if err != nil {
			return false, err
		}
		if ok && mail.MessageID(head) > e.id {
			return true, nil
		}
	}
	return false, nil
}

// List returns rows behind after.
func (s *Store) List(ctx context.Context, v View, after mail.MessageID, limit int) (Slice, error) {
	if limit <= 0 {
		return Slice{}, nil
	}
	src, err := s.source(v)
	if err != nil {
		return Slice{}, local("list", err)
	}
	es, err := src(ctx, v.start(after), limit+1)
	if err != nil {
		return Slice{}, local("list", err)
	}
	var sl Slice
	if len(es) > limit {
		es, sl.More = es[:limit], true
	}
	ids := make([]mail.MessageID, len(es))
	for i, e := range es {
		ids[i] = e.id
	}
	sl.Rows, err = s.Summaries(ctx, v, ids)
	return sl, err
}

// Order streams the ids of the whole view in chunks.
func (s *Store) Order(ctx context.Context, v View, chunk int, each func([]mail.MessageID) error) error {
	if chunk <= 0 {
		chunk = 20000
	}
	src, err := s.source(v)
	if err != nil {
		return local("list", err)
	}
	for after := v.start(0); ; {
		es, err := src(ctx, after, chunk)
		if err != nil {
			return local("list", err)
		}
		if len(es) > 0 {
			ids := make([]mail.MessageID, len(es))
			for i, e := range es {
				ids[i] = e.id
			}
			if err := each(ids); err != nil {
				return err
			}
			after = ids[len(ids)-1]
		}
		if len(es) < chunk {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Count returns kept numbers where there are, else it counts up to limit.
func (s *Store) Count(ctx context.Context, v View, limit int) (total, unread int, err error) {
	if v.Search == "" && !v.OnlyFlagged && !v.OnlyAttachments && !v.OnlyToMe && !v.Flagged && (v.Mailbox != 0 || v.Role != "") {
		q := "SELECT total, unread FROM mailboxes WHERE id=?"
		if v.threaded() {
			q = "SELECT threads, tunread FROM mailboxes WHERE id=?"
		}
		for _, b := range s.tree().views(v) {
			var n, u int
			if _, err := s.reads.row(ctx, q, []any{int64(b.id)}, &n, &u); err != nil {
				return 0, 0, local("count", err)
			}
			total, unread = total+n, unread+u
		}
		if v.OnlyUnread {
			total = unread
		}
		return total, unread, nil
	}
	count := func(v View) (int, error) {
		src, err := s.source(v)
		if err != nil {
			return 0, err
		}
		n := 0
		for after := v.start(0); n < limit; {
			es, err := src(ctx, after, min(limit-n, 5000))
			if err != nil {
				return 0, err
			}
			n += len(es)
			if len(es) < min(limit-n+len(es), 5000) {
				break
			}
			after = es[len(es)-1].id
		}
		return n, nil
	}
	if total, err = count(v); err != nil {
		return 0, 0, local("count", err)
	}
	v.OnlyUnread = true
	unread, err = count(v)
	return total, unread, local("count", err)
}
