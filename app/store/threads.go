package store

import (
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/thread"
)

// threadNew gives each record its conversation. The table links maps the hash of every Message-ID that was ever named to a conversation;
// merged maps conversations that were joined to the one they are in.
func (tx *Tx) threadNew(recs []record) error {
	hashes := make([][]int64, len(recs))
	links := map[int64]mail.ThreadID{}
	var ask []any
	for i := range recs {
		if recs[i].env == nil {
			continue
		}
		for _, id := range thread.IDs(recs[i].env) {
			h := hash63(id)
			hashes[i] = append(hashes[i], h)
			if _, ok := links[h]; !ok {
				links[h] = 0
				ask = append(ask, h)
			}
		}
	}
	for i := 0; i < len(ask); {
		n := 128
		if len(ask)-i < n {
			n = 1
		}
		err := tx.w.rows("SELECT h, thread FROM links WHERE h IN ("+marks(n)+")", ask[i:i+n], func(scan func(...any) error) error {
			var h int64
			var t mail.ThreadID
			if err := scan(&h, &t); err != nil {
				return err
			}
			links[h] = t
			return nil
		})
		if err != nil {
			return err
		}
		i += n
	}
	known := map[int64]bool{} // in the table already
	for h, t := range links {
		if t != 0 {
			known[h] = true
			root, err := tx.root(t)
			if err != nil {
				return err
			}
			links[h] = root
		}
	}
	fresh := map[mail.ThreadID]bool{}
	joined := map[mail.ThreadID]mail.ThreadID{} // in this batch
	root := func(t mail.ThreadID) mail.ThreadID {
		for joined[t] != 0 {
			t = joined[t]
		}
		return t
	}
	var pending []any
	for i := range recs {
		r := &recs[i]
		if r.env == nil {
			r.thread, r.fresh = mail.ThreadID(r.id), true
			fresh[r.thread] = true
			continue
		}
		var found []mail.ThreadID
		for _, h := range hashes[i] {
			if t := links[h]; t != 0 {
				t = root(t)
				dup := false
				for _, x := range found {
					dup = dup || x == t
				}
				if !dup {
					found = append(found, t)
				}
			}
		}
		base, answer := thread.Subject(r.env.Subject)
		r.sh = hash63(base)
		linked := thread.Linked(r.env)
		if r.sh != 0 && (answer && !linked || tx.s.orphans.has(r.sh)) {
			t, err := tx.bySubject(recs[:i], r, answer, linked)
			if err != nil {
				return err
			}
			if t != 0 {
				if t = root(t); len(found) == 0 || found[0] != t {
					found = append(found, t)
				}
			}
			if answer && !linked {
				if _, err := tx.w.exec("INSERT OR REPLACE INTO orphans(id,sh) VALUES(?,?)", int64(r.id), r.sh); err != nil {
					return err
				}
				tx.s.orphans.add(r.sh)
			}
		}
		if len(found) == 0 {
			r.thread, r.fresh = mail.ThreadID(r.id), true
			fresh[r.thread] = true
		} else {
			into := found[0]
			for _, t := range found[1:] {
				into = min(into, t)
			}
			for _, t := range found {
				if t != into {
					if err := tx.join(recs[:i], t, into); err != nil {
						return err
					}
					joined[t] = into
				}
			}
			r.thread, r.fresh = into, fresh[into]
		}
		for _, h := range hashes[i] {
			if !known[h] {
				if links[h] == 0 {
					pending = append(pending, h, nil)
				}
			}
			if links[h] == 0 {
				links[h] = r.thread
			}
		}
	}
	for i := 0; i < len(pending); i += 2 {
		pending[i+1] = int64(root(links[pending[i].(int64)]))
	}
	for i := 0; i < len(pending); {
		n := 128
		if (len(pending)-i)/2 < n {
			n = 1
		}
		if _, err := tx.w.exec("INSERT OR IGNORE INTO links(h,thread) VALUES "+tuples(n, 2), pending[i:i+2*n]...); err != nil {
			return err
		}
		i += 2 * n
	}
	return nil
}

// root follows merged to the conversation that t is in now.
func (tx *Tx) root(t mail.ThreadID) (mail.ThreadID, error) {
	for n := 0; n < 1000; n++ {
		var to int64
		ok, err := tx.w.row("SELECT new FROM merged WHERE old=?", []any{int64(t)}, &to)
		if err != nil || !ok {
			return t, err
		}
		t = mail.ThreadID(to)
	}
	return t, nil
}

// join puts the conversation from into another. Rows of this batch that are not in the table yet are changed in place.
func (tx *Tx) join(batch []record, from, into mail.ThreadID) error {
	for i := range batch {
		if batch[i].thread == from {
			batch[i].thread, batch[i].fresh = into, false
		}
	}
	var boxes []int64
	if err := tx.w.rows("SELECT DISTINCT mailbox FROM messages WHERE thread=?", []any{int64(from)}, collect(&boxes)); err != nil {
		return err
	}
	for _, b := range boxes {
		tx.redo[convKey{mail.MailboxID(b), from}] = true
		tx.redo[convKey{mail.MailboxID(b), into}] = true
	}
	if _, err := tx.w.exec("UPDATE messages SET thread=? WHERE thread=?", int64(into), int64(from)); err != nil {
		return err
	}
	_, err := tx.w.exec("INSERT OR REPLACE INTO merged(old,new) VALUES(?,?)", int64(from), int64(into))
	tx.changed.Resync = true
	return err
}

// maxSubjects bounds how many messages of one subject are compared.
const maxSubjects = 20

// bySubject finds the conversation of a message that no id ties to another, or that an answer without ids waits for.
func (tx *Tx) bySubject(batch []record, r *record, answer, linked bool) (mail.ThreadID, error) {
	near := int64(thread.Near / time.Second)
	one := thread.One{Date: time.Unix(r.date, 0), Answer: answer, Linked: linked, From: r.env.From, To: append(append([]mail.Address{}, r.env.To...), r.env.Cc...)}
	for i := len(batch) - 1; i >= 0 && i >= len(batch)-256; i-- {
		b := &batch[i]
		if b.sh != r.sh || b.env == nil || b.id == r.id {
			continue
		}
		_, ans := thread.Subject(b.env.Subject)
		other := thread.One{Date: time.Unix(b.date, 0), Answer: ans, Linked: thread.Linked(b.env), From: b.env.From, To: append(append([]mail.Address{}, b.env.To...), b.env.Cc...)}
		if thread.Same(one, other) {
			return b.thread, nil
		}
	}
	type candidate struct {
		thread mail.ThreadID
		one    thread.One
	}
	var found []candidate
	err := tx.w.rows(`SELECT m.thread, m.date, m.subject, m.sender, m.rcpt, m.cc, o.id IS NULL FROM messages m INDEXED BY m_sh LEFT JOIN orphans o ON o.id=m.id
		WHERE m.date>>20 IN (?,?,?) AND m.sh=? AND m.sh<>0 AND m.id<>? AND m.date BETWEEN ? AND ? LIMIT ?`,
		[]any{r.date>>20 - 1, r.date >> 20, r.date>>20 + 1, r.sh, int64(r.id), r.date - near, r.date + near, maxSubjects},
		func(scan func(...any) error) error {
			var c candidate
			var date int64
			var subject, from, to, cc string
			var known bool
			if err := scan(&c.thread, &date, &subject, &from, &to, &cc, &known); err != nil {
				return err
			}
			_, ans := thread.Subject(subject)
			c.one = thread.One{Date: time.Unix(date, 0), Answer: ans, Linked: known, From: unpackAddrs(from), To: append(unpackAddrs(to), unpackAddrs(cc)...)}
			found = append(found, c)
			return nil
		})
	if err != nil {
		return 0, err
	}
	for _, c := range found {
		if thread.Same(one, c.one) {
			return c.thread, nil
		}
	}
	return 0, nil
}
