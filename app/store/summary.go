package store

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

const summaryColumns = `m.id, m.account, m.mailbox, m.thread, m.iid, m.sender, m.rcpt, m.subject, m.snippet, m.date, m.flags, m.kw, m.size, m.attach, m.invite, m.digest IS NOT NULL, m.received,
	EXISTS(SELECT 1 FROM ops WHERE ops.message=m.id AND ops.message<>0), coalesce((SELECT d.id FROM drafts d WHERE d.message=m.id AND d.message<>0),0)`

func scanSummary(t *tree, scan func(...any) error) (mail.Summary, error) {
	var m mail.Summary
	var num, date, received int64
	var from, to, kw string
	err := scan(&m.ID, &num, &m.Mailbox, &m.Thread, &m.InternetID, &from, &to, &m.Subject, &m.Snippet, &date, &m.Flags, &kw, &m.Size, &m.Attachments, &m.Invitation, &m.HasBody, &received, &m.Pending, &m.DraftID)
	if a := t.byNum[num]; a != nil {
		m.Account = a.id
	}
	m.From, m.To, m.Keywords, m.Date, m.Received, m.Count = unpackAddrs(from), unpackAddrs(to), unpackWords(kw), time.Unix(date, 0), receivedOf(received, date), 1
	if m.Flags&mail.Seen == 0 {
		m.Unread = 1
	}
	m.Senders = m.From
	if len(m.Senders) > 4 {
		m.Senders = m.Senders[:4]
	}
	return m, err
}

// Summaries returns rows for ids, in their order; those that are gone are left out.
func (s *Store) Summaries(ctx context.Context, v View, ids []mail.MessageID) ([]mail.Summary, error) {
	t := s.tree()
	byID := make(map[mail.MessageID]mail.Summary, len(ids))
	for i := 0; i < len(ids); {
		n := 50
		if len(ids)-i < n {
			n = 1
		}
		args := make([]any, n)
		for j := range args {
			args[j] = int64(ids[i+j])
		}
		err := s.reads.rows(ctx, "SELECT "+summaryColumns+" FROM messages m WHERE m.hide=0 AND m.id IN ("+marks(n)+")", args, func(scan func(...any) error) error {
			m, err := scanSummary(t, scan)
			if err == nil && t.boxes[m.Mailbox] != nil {
				byID[m.ID] = m
			}
			return err
		})
		if err != nil {
			return nil, local("list", err)
		}
		i += n
	}
	out := make([]mail.Summary, 0, len(ids))
	for _, id := range ids {
		m, ok := byID[id]
		if !ok {
			continue
		}
		out = append(out, m)
	}
	if v.threaded() {
		if err := s.fillConversations(ctx, out); err != nil {
			return nil, local("list", err)
		}
	}
	return out, nil
}

// fillConversations fills the columns of the conversations that rows stand for, each in its mailbox.
func (s *Store) fillConversations(ctx context.Context, ms []mail.Summary) error {
	at := make(map[convKey][]*mail.Summary, len(ms))
	boxes := map[mail.MailboxID][]any{} // threads
	for i := range ms {
		m := &ms[i]
		k := convKey{m.Mailbox, m.Thread}
		if at[k] == nil {
			boxes[m.Mailbox] = append(boxes[m.Mailbox], int64(m.Thread))
		}
		at[k] = append(at[k], m)
	}
	var many []*mail.Summary
	for box, ids := range boxes {
		for len(ids) > 0 {
			n := some(len(ids), 50, 10)
			err := s.reads.rows(ctx, "SELECT thread, count, unread, attach FROM convs WHERE mailbox=? AND thread IN ("+marks(n)+")", append([]any{int64(box)}, ids[:n]...), func(scan func(...any) error) error {
				var th mail.ThreadID
				var count, unread, attach int
				if err := scan(&th, &count, &unread, &attach); err != nil {
					return err
				}
				for _, m := range at[convKey{box, th}] {
					m.Count, m.Unread = count, unread
					if count > 1 {
						m.Attachments = attach > 0
						many = append(many, m)
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			ids = ids[n:]
		}
	}
	for len(many) > 0 {
		n := some(len(many), 10, 5)
		if err := s.fillSenders(ctx, many[:n]); err != nil {
			return err
		}
		many = many[n:]
	}
	return nil
}

// some is how many of n things one statement takes: one of few sizes, so that few statements are kept prepared.
func some(n int, sizes ...int) int {
	for _, k := range sizes {
		if n >= k {
			return k
		}
	}
	return 1
}

// fillSenders names who wrote the newest messages of conversations, the newest last.
func (s *Store) fillSenders(ctx context.Context, ms []*mail.Summary) error {
	const one = "SELECT ? AS n, sender FROM (SELECT sender FROM messages INDEXED BY m_thread WHERE thread=? AND mailbox=? AND hide=0 ORDER BY id DESC LIMIT 20)"
	args := make([]any, 0, 3*len(ms))
	for i, m := range ms {
		args = append(args, i, int64(m.Thread), int64(m.Mailbox))
		m.Senders = nil
	}
	err := s.reads.rows(ctx, one+strings.Repeat(" UNION ALL "+one, len(ms)-1), args, func(scan func(...any) error) error {
		var i int
		var from string
		if err := scan(&i, &from); err != nil {
			return err
		}
		for _, a := range unpackAddrs(from) {
			known := false
			for _, x := range ms[i].Senders {
				known = known || strings.EqualFold(x.Addr, a.Addr)
			}
			if !known && len(ms[i].Senders) < 4 {
				ms[i].Senders = append(ms[i].Senders, a)
			}
		}
		return nil
	})
	for _, m := range ms {
		slices.Reverse(m.Senders)
	}
	return err
}

// maxMembers bounds a conversation that is shown at once; the newest are kept.
const maxMembers = 1000

// ThreadMembers returns the conversation of id, oldest first.
func (s *Store) ThreadMembers(ctx context.Context, id mail.MessageID) ([]mail.Summary, error) {
	t := s.tree()
	var thread, boxID int64
	ok, err := s.reads.row(ctx, "SELECT thread, mailbox FROM messages WHERE id=?", []any{int64(id)}, &thread, &boxID)
	if err != nil {
		return nil, local("list", err)
	}
	own := t.boxes[mail.MailboxID(boxID)]
	if !ok || own == nil {
		return nil, missing("message")
	}
	out := []mail.Summary{}
	err = s.reads.rows(ctx, "SELECT "+summaryColumns+" FROM messages m INDEXED BY m_thread WHERE m.thread=? AND m.hide=0 ORDER BY m.id DESC LIMIT ?", []any{thread, maxMembers}, func(scan func(...any) error) error {
		m, err := scanSummary(t, scan)
		if err != nil {
			return err
		}
		b := t.boxes[m.Mailbox]
		if b == nil || (b.role == mail.RoleTrash || b.role == mail.RoleJunk) && b.role != own.role {
			return nil
		}
		out = append(out, m)
		return nil
	})
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, local("list", err)
}
