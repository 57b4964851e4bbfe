package store

import (
	"encoding/hex"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// record is a row of messages while it is made.
type record struct {
	id             mail.MessageID
	account        int64
	box            mail.MailboxID
	thread         mail.ThreadID
	hide           int64
	flags          mail.Flags
	ref            remote.Ref
	attach, invite bool
	tome           bool
	size           int64
	date           int64
	received       int64 // when it came to its mailbox; 0 = not known
	env            *mail.Envelope
	sh             int64
	digest         string
	kw             string
	global         string
	snippet        string
	fresh          bool // its conversation was made for it in this transaction
}

const messageColumns = "id,account,mailbox,thread,hide,flags,base,ref,bflags,attach,invite,tome,size,date,gh,sh,digest,kw,bkw,iid,global,subject,sender,rcpt,cc,snippet,received"
const messageColumnCount = 27

// Insert stores new messages, threads them and keeps counters.
func (tx *Tx) Insert(ms []NewMessage) ([]mail.MessageID, error) {
	ids := make([]mail.MessageID, 0, len(ms))
	for len(ms) > 0 {
		n := min(256, len(ms))
		part, err := tx.insert(ms[:n])
		if err != nil {
			return nil, err
		}
		ids = append(ids, part...)
		ms = ms[n:]
	}
	return ids, nil
}

func (tx *Tx) insert(ms []NewMessage) ([]mail.MessageID, error) {
	now := tx.s.now()
	recs := make([]record, len(ms))
	ids := make([]mail.MessageID, len(ms))
	for i := range ms {
		m := &ms[i]
		a := tx.t.byID[m.Account]
		if a == nil {
			return nil, missing("account")
		}
		b := tx.t.boxes[m.Mailbox]
		if b == nil {
			return nil, missing("mailbox")
		}
		r := &recs[i]
		*r = record{account: a.num, box: m.Mailbox, flags: m.Flags, ref: m.Ref, size: m.Size, env: m.Envelope, kw: packWords(m.Keywords), global: m.Global}
		if m.Body != nil {
			if r.env == nil {
				r.env = &m.Body.Envelope
			}
			r.digest, r.attach, r.invite, r.snippet = m.Body.Digest, m.Body.Attachments, m.Body.Invitation, cut(m.Body.Snippet, 800)
			if r.size == 0 {
				r.size = m.Body.Size
			}
			if err := tx.putBlob(m.Body); err != nil {
				return nil, err
			}
		} else if r.env != nil {
			r.attach = r.env.Attachments
		}
		if r.env == nil {
			r.hide = 2
		} else {
			r.tome = toMe(a.mine, r.env.To, r.env.Cc)
		}
		date := dateOf(r.env, m.Received, now)
		r.date = date.Unix()
		if u := m.Received.Unix(); u > 0 {
			r.received = u
		}
		var err error
		if r.id, err = tx.newID(date); err != nil {
			return nil, err
		}
		ids[i] = r.id
	}
	if err := tx.threadNew(recs); err != nil {
		return nil, err
	}
	if err := tx.insertRows(recs); err != nil {
		return nil, err
	}
	for i := range recs {
		r := &recs[i]
		if r.hide == 0 {
			body := ms[i].Body
			if body == nil {
				body = &Body{}
			}
			if err := tx.queueBody(r.id, body); err != nil {
				return nil, err
			}
		}
		tx.touch(r.id)
	}
	return ids, tx.flushIndexQueue()
}

func (tx *Tx) insertRows(recs []record) error {
	const chunk = 64
	for i := 0; i < len(recs); {
		n := chunk
		if len(recs)-i < chunk {
			n = 1
		}
		args := make([]any, 0, n*messageColumnCount)
		for j := i; j < i+n; j++ {
			r := &recs[j]
			e := r.env
			if e == nil {
				e = &mail.Envelope{}
			}
			base := int64(0)
			if r.ref != "" {
				base = int64(r.box)
			}
			args = append(args, int64(r.id), r.account, int64(r.box), int64(r.thread), r.hide, int64(r.flags), base, string(r.ref), int64(r.flags),
				b2i(r.attach), b2i(r.invite), b2i(r.tome), r.size, r.date, hash63(r.global), r.sh, packDigest(r.digest), r.kw, r.kw,
				clean(e.InternetID, 998), r.global, clean(e.Subject, 2000), packAddrs(e.From), packAddrs(e.To), packAddrs(e.Cc), r.snippet, r.received)
			tx.count(r)
		}
		if _, err := tx.w.exec("INSERT INTO messages("+messageColumns+") VALUES "+tuples(n, messageColumnCount), args...); err != nil {
			return err
		}
		i += n
	}
	return nil
}

// count adds a new row to the counters.
func (tx *Tx) count(r *record) {
	if r.hide != 0 {
		return
	}
	k := convKey{r.box, r.thread}
	unread := b2i(r.flags&mail.Seen == 0)
	d := tx.box(r.box)
	d.total++
	d.unread += unread
	if !r.fresh {
		tx.redo[k] = true
		return
	}
	c := tx.convs[k]
	if c == nil {
		c = &conv{}
		tx.convs[k] = c
	}
	c.head = max(c.head, r.id)
	c.count++
	c.unread += unread
	c.flagged += b2i(r.flags&mail.Flagged != 0)
	c.attach += b2i(r.attach)
	c.tome += b2i(r.tome)
}

// seqSpan is how many sequence numbers there are.
const seqSpan = 1 << 20

// newID makes an id for a date. The sequence number is one counter for all seconds; until it has gone round once no id can meet an older one,
// after that ids in use and those of deleted messages are asked for.
func (tx *Tx) newID(date time.Time) (mail.MessageID, error) {
	if !tx.seqOK {
		if _, err := tx.w.row("SELECT value FROM counters WHERE key='message'", nil, &tx.seq); err != nil {
			return 0, err
		}
		tx.seq0, tx.seqOK = tx.seq, true
	}
	sec := date.Unix()
	for {
		id := sec<<20 | tx.seq%seqSpan
		tx.seq++
		if tx.seq <= seqSpan {
			return mail.MessageID(id), nil
		}
		var one int64
		used, err := tx.w.row("SELECT 1 FROM messages WHERE id=? UNION ALL SELECT 1 FROM tombs WHERE id=?", []any{id, id}, &one)
		if err != nil {
			return 0, err
		}
		if !used {
			return mail.MessageID(id), nil
		}
	}
}

// SetEnvelope fills in the header data of a message inserted without; it is shown from now on. The id stays.
func (tx *Tx) SetEnvelope(id mail.MessageID, e mail.Envelope) error {
	r, err := tx.load(id)
	if err != nil {
		return err
	}
	if err := tx.setEnvelope(r, e); err != nil {
		return err
	}
	if r.hide == 0 {
		return tx.requeueIndex(id)
	}
	return nil
}

// setEnvelope brings r to what the row is afterwards; that the index needs the message is left to the caller.
func (tx *Tx) setEnvelope(r *state, e mail.Envelope) error {
	was := r.shown()
	a := tx.t.byNum[r.account]
	if a == nil {
		return missing("account")
	}
	rec := []record{{id: r.id, account: r.account, box: r.mailbox, flags: r.flags, env: &e, date: dateOf(&e, time.Unix(r.date, 0), tx.s.now()).Unix(), hide: r.hide &^ 2}}
	if err := tx.threadNew(rec); err != nil {
		return err
	}
	// A conversation made in this call is counted by recount: the row is there already.
	r.thread, r.hide, r.tome = rec[0].thread, r.hide&^2, toMe(a.mine, e.To, e.Cc)
	r.attach = r.attach || e.Attachments
	r.date, r.iid = rec[0].date, clean(e.InternetID, 998)
	_, err := tx.w.exec(`UPDATE messages SET thread=?, hide=?, attach=?, tome=?, date=?, sh=?, iid=?, subject=?, sender=?, rcpt=?, cc=? WHERE id=?`,
		int64(r.thread), r.hide, b2i(r.attach), b2i(r.tome), r.date, rec[0].sh, r.iid,
		clean(e.Subject, 2000), packAddrs(e.From), packAddrs(e.To), packAddrs(e.Cc), int64(r.id))
	if err != nil {
		return err
	}
	tx.moved(was, r.shown())
	tx.touch(r.id)
	return nil
}

func hexDigest(b [32]byte) string { return hex.EncodeToString(b[:]) }
