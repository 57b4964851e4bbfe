package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// maxProblems bounds what Check reports of one kind.
const maxProblems = 20

// checks give a line of text for each thing that must not be.
var checks = []string{
	`SELECT 'mailbox '||b.id||' counts '||b.total||' messages, '||b.unread||' unread, has '||coalesce(x.n,0)||', '||coalesce(x.u,0) FROM mailboxes b LEFT JOIN
		(SELECT mailbox, count(*) n, sum(flags&1=0) u FROM messages WHERE hide=0 GROUP BY mailbox) x ON x.mailbox=b.id
		WHERE b.gone=0 AND (b.total<>coalesce(x.n,0) OR b.unread<>coalesce(x.u,0))`,
	`SELECT 'mailbox '||b.id||' counts '||b.threads||' conversations, '||b.tunread||' unread, has '||coalesce(x.n,0)||', '||coalesce(x.u,0) FROM mailboxes b LEFT JOIN
		(SELECT mailbox, count(*) n, sum(unread>0) u FROM convs GROUP BY mailbox) x ON x.mailbox=b.id
		WHERE b.gone=0 AND (b.threads<>coalesce(x.n,0) OR b.tunread<>coalesce(x.u,0))`,
	`SELECT 'conversation '||c.thread||' in mailbox '||c.mailbox||' is counted wrongly' FROM convs c JOIN mailboxes b ON b.id=c.mailbox AND b.gone=0 LEFT JOIN
		(SELECT mailbox, thread, max(id) head, count(*) n, sum(flags&1=0) u, sum(flags&4<>0) f, sum(attach) a, sum(tome) t FROM messages WHERE hide=0 GROUP BY mailbox, thread) x
		ON x.mailbox=c.mailbox AND x.thread=c.thread
		WHERE x.n IS NULL OR c.head<>x.head OR c.count<>x.n OR c.unread<>x.u OR c.flagged<>x.f OR c.attach<>x.a OR c.tome<>x.t`,
	`SELECT 'message '||m.id||' is in no conversation' FROM messages m JOIN mailboxes b ON b.id=m.mailbox AND b.gone=0
		WHERE m.hide=0 AND NOT EXISTS(SELECT 1 FROM convs c WHERE c.mailbox=m.mailbox AND c.thread=m.thread)`,
	`SELECT 'message '||m.id||' is in no mailbox' FROM messages m WHERE NOT EXISTS(SELECT 1 FROM mailboxes b WHERE b.id=m.mailbox)`,
	`SELECT 'message '||m.id||' belongs to another account than its mailbox' FROM messages m JOIN mailboxes b ON b.id=m.mailbox WHERE m.account<>b.account`,
	`SELECT 'message '||m.id||' is neither indexed nor waiting' FROM messages m WHERE m.hide&2=0
		AND NOT EXISTS(SELECT 1 FROM unindexed u WHERE u.id=m.id) AND NOT EXISTS(SELECT 1 FROM fts_docsize d WHERE d.id=m.id)`,
	`SELECT 'the index holds message '||d.id||' that is gone' FROM fts_docsize d WHERE NOT EXISTS(SELECT 1 FROM messages m WHERE m.id=d.id)`,
	`SELECT 'two messages are called '||ref||' in mailbox '||base FROM messages WHERE base<>0 AND ref<>'' GROUP BY base, ref HAVING count(*)>1`,
	`SELECT 'message '||m.id||' has the id of a deleted one' FROM messages m JOIN tombs t ON t.id=m.id`,
	`SELECT 'op '||o.id||' is of message '||o.message||' that is gone' FROM ops o WHERE o.message<>0 AND NOT EXISTS(SELECT 1 FROM messages m WHERE m.id=o.message)`,
	`SELECT 'draft '||d.id||' stands for message '||d.message||' that is gone' FROM drafts d WHERE d.message<>0 AND NOT EXISTS(SELECT 1 FROM messages m WHERE m.id=d.message)`,
	`SELECT 'conversation '||m.thread||' was joined to another but has messages' FROM messages m JOIN merged g ON g.old=m.thread GROUP BY m.thread`,
}

// Check looks for what must not be: kept numbers that differ from counted ones, messages without their body, index or conversation, damaged
// pages. It reads everything and is for doctor and tests.
func (s *Store) Check(ctx context.Context) []string {
	var out []string
	say := func(rs *stmts, q string) {
		n := 0
		err := rs.rows(ctx, q, nil, func(scan func(...any) error) error {
			var line string
			if err := scan(&line); err != nil {
				return err
			}
			if n++; n <= maxProblems && line != "ok" {
				out = append(out, line)
			}
			return nil
		})
		if err != nil {
			out = append(out, "check: "+err.Error())
		}
	}
	for _, name := range []string{indexFile, bodiesFile} {
		// Over a connection of its own: one that has read the index before holds its segments in memory, and the check of the index does not look
		// whether they are still the present ones.
		db, err := openDB(filepath.Join(s.dir, name), 1, "query_only(1)")
		if err != nil {
			out = append(out, "check: "+err.Error())
			continue
		}
		fresh := stmts{db: db}
		say(&fresh, "PRAGMA quick_check(20)")
		fresh.close()
		db.Close()
	}
	for _, q := range checks {
		say(&s.reads, q)
	}
	n := 0
	files, err := packFiles(s.packs.dir)
	if err != nil {
		out = append(out, "check: "+err.Error())
	}
	err = s.eachDigest(ctx, func(digest string) error {
		var file bool
		at, _, packed, err := s.findPacked(ctx, digest)
		if err != nil {
			return err
		}
		if packed {
			if files[at.pack] < at.off+at.len {
				if n++; n <= maxProblems {
					out = append(out, fmt.Sprintf("the body %s is not in its pack", digest))
				}
			}
			return nil
		}
		ok, err := s.breads.row(ctx, "SELECT data IS NULL FROM blobs WHERE digest=?", []any{packDigest(digest)}, &file)
		if err != nil {
			return err
		}
		if ok && file {
			_, err := os.Stat(s.blobPath(digest))
			ok = err == nil
		}
		if !ok {
			if n++; n <= maxProblems {
				out = append(out, fmt.Sprintf("the body %s is not here", digest))
			}
		}
		return nil
	})
	if err != nil {
		out = append(out, "check: "+err.Error())
	}
	return out
}

// eachDigest calls each for every blob that something names.
func (s *Store) eachDigest(ctx context.Context, each func(string) error) error {
	type named struct {
		id     int64
		digest []byte
	}
	var part []named
	for after := int64(last); ; {
		part = part[:0]
		err := s.reads.rows(ctx, "SELECT id, digest FROM messages WHERE id>? ORDER BY id LIMIT 5000", []any{after}, func(scan func(...any) error) error {
			var n named
			err := scan(&n.id, &n.digest)
			part = append(part, n)
			return err
		})
		if err != nil {
			return err
		}
		for _, n := range part {
			after = n.id
			if len(n.digest) > 0 {
				if err := each(unpackDigest(n.digest)); err != nil {
					return err
				}
			}
		}
		if len(part) < 5000 {
			break
		}
	}
	var others []string
	if err := s.reads.rows(ctx, "SELECT digest FROM refs WHERE digest<>'-' UNION SELECT digest FROM ops WHERE digest<>''", nil, collect(&others)); err != nil {
		return err
	}
	for _, d := range others {
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}
