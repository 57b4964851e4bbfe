package store

import (
	"context"
	"io/fs"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/search"
)

// maxText is how much of a message's text is indexed.
const maxText = 256 << 10

type queued struct {
	id    int64
	names string
	text  []byte
}

// queueIndex notes that the full-text index needs this message; the text, which is of no body, waits compressed in the same transaction.
func (tx *Tx) queueIndex(id mail.MessageID, names, text string) error {
	return tx.queueText(id, names, packText(text))
}

// queueBody notes that the full-text index needs this message; the words wait in the spool.
func (tx *Tx) queueBody(id mail.MessageID, b *Body) error {
	if b.Digest == "" {
		return tx.queueText(id, "", nil)
	}
	tx.s.words.put(int64(id), b.Digest, clean(b.Names, 8000), cut(b.Text, maxText))
	return tx.queueText(id, "", nil)
}

func (tx *Tx) queueText(id mail.MessageID, names string, packed []byte) error {
	tx.queue = append(tx.queue, queued{int64(id), clean(names, 8000), packed})
	if len(tx.queue) >= 200 {
		return tx.flushIndexQueue()
	}
	return nil
}

func (tx *Tx) flushIndexQueue() error {
	q := tx.queue
	tx.queue = tx.queue[:0]
	for len(q) > 0 {
		n := 50
		if len(q) < n {
			n = 1
		}
		args := make([]any, 0, 3*n)
		bare := true
		for _, x := range q[:n] {
			bare = bare && x.text == nil
			var text any
			if x.text != nil {
				text = x.text
			}
			args = append(args, x.id, x.names, text)
		}
		if bare { // most wait already since their header came
			ids := make([]any, n)
			for i, x := range q[:n] {
				ids[i] = x.id
			}
			if _, err := tx.w.exec("INSERT INTO unindexed(id,names) VALUES "+strings.TrimSuffix(strings.Repeat("(?,''),", n), ",")+" ON CONFLICT(id) DO UPDATE SET names='', text=NULL WHERE text IS NOT NULL", ids...); err != nil {
				return err
			}
			q = q[n:]
			continue
		}
		if _, err := tx.w.exec("INSERT INTO unindexed(id,names,text) VALUES "+tuples(n, 3)+" ON CONFLICT(id) DO UPDATE SET names=excluded.names, text=excluded.text", args...); err != nil {
			return err
		}
		q = q[n:]
	}
	return nil
}

// requeueIndex notes that a message's header changed; a text that waits already stays.
func (tx *Tx) requeueIndex(id mail.MessageID) error {
	_, err := tx.w.exec("INSERT OR IGNORE INTO unindexed(id,names) VALUES(?,'')", int64(id))
	return err
}

// Bounds of one transaction of the index. Each commit adds a segment that has to be merged with others later, so they are as large as others who
// want to write can wait for, and larger while nobody does.
const (
	indexSlice = 3000
	indexTime  = 250 * time.Millisecond // what is left is done in the next one, when somebody waits
	indexLong  = 5 * time.Second        // the same when nobody does
)

// indexTuning: the words of a transaction are sorted in memory and make one segment; segments are merged sixteen at a time instead of four, which
// halves the work and leaves a search a few more to look into.
var indexTuning = map[string]int{"hashsize": 16 << 20, "automerge": 16, "crisismerge": 32}

// tuneIndex sets what differs; the values are kept in the file.
func tuneIndex(w *writer1) error {
	for k, v := range indexTuning {
		var is int
		if _, err := w.row("SELECT v FROM fts_config WHERE k=?", []any{k}, &is); err != nil {
			return err
		}
		if is == v {
			continue
		}
		if _, err := w.exec("INSERT INTO fts(fts,rank) VALUES(?,?)", k, v); err != nil {
			return err
		}
	}
	return nil
}

// Index brings the full-text index up to date, the newest first, at most max messages, and returns what is left.
func (s *Store) Index(ctx context.Context, max int) (int, error) {
	var ahead chan int64 // gives the last id whose words are there
	last := int64(first)
	defer func() {
		if ahead != nil {
			<-ahead
		}
	}()
	for done := 0; done < max; {
		n := min(indexSlice, max-done)
		got := 0
		if ahead == nil {
			last = s.readWords(ctx, last, n)
		} else {
			last = <-ahead
		}
		ahead = nil
		if last != 0 { // the words of the next slice are read while this one is written
			ahead = make(chan int64, 1)
			go func(after int64) { ahead <- s.readWords(ctx, after, indexSlice) }(last)
		}
		err := s.writeSoon(ctx, func(tx *Tx) (err error) {
			got, err = tx.indexSome(n)
			return err
		})
		if err != nil {
			return 0, err
		}
		if done += got; got == 0 {
			break
		}
	}
	var left int
	_, err := s.reads.row(ctx, "SELECT count(*) FROM unindexed", nil, &left)
	return left, local("index", err)
}

// readWords reads the words of messages that wait, of up to n behind after, where the spool does not have them, on all processors and without the write
// lock. It returns the id of the last, 0 when there are no more.
func (s *Store) readWords(ctx context.Context, after int64, n int) int64 {
	if s.extract == nil {
		return 0
	}
	type job struct {
		id     int64
		digest string
	}
	var jobs []job
	got := 0
	err := s.reads.rows(ctx, "SELECT u.id, m.digest FROM unindexed u JOIN messages m ON m.id=u.id WHERE u.id<? AND u.text IS NULL ORDER BY u.id DESC LIMIT ?", []any{after, n}, func(scan func(...any) error) error {
		var id int64
		var d []byte
		if err := scan(&id, &d); err != nil {
			return err
		}
		got, after = got+1, id
		if len(d) > 0 {
			if digest := unpackDigest(d); !s.words.has(id, digest) {
				jobs = append(jobs, job{id, digest})
			}
		}
		return nil
	})
	if err != nil {
		return 0 // who writes the index says so
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := next.Add(1) - 1; i < int64(len(jobs)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if text, names, ok := s.extractWords(ctx, jobs[i].digest); ok {
					s.words.put(jobs[i].id, jobs[i].digest, names, text)
				}
			}
		}()
	}
	wg.Wait()
	if got < n {
		return 0
	}
	return after
}

// extractWords reads a body's words again. One that cannot be read is no reason to leave the rest unfound.
func (s *Store) extractWords(ctx context.Context, digest string) (text, names string, ok bool) {
	raw, err := s.readBlob(ctx, digest)
	if err != nil {
		return "", "", false
	}
	text, names = s.extract(raw)
	return cut(text, maxText), clean(names, 8000), true
}

type indexRow struct {
	id                               int64
	reread                           bool // the words are not here but in the body
	digest                           []byte
	mailbox                          mail.MailboxID
	date                             int64
	again                            bool // it is in the index already
	subject, sender, rcpt, cc, names string
	text                             []byte
}

// indexSome indexes the newest that wait, at most n, and returns how many it did; 0 only when none waits.
func (tx *Tx) indexSome(n int) (int, error) {
	began := time.Now()
	rows := make([]indexRow, 0, n)
	err := tx.w.rows(`SELECT u.id, u.text IS NULL AND m.digest IS NOT NULL, m.digest, m.mailbox, m.date, EXISTS(SELECT 1 FROM fts_docsize d WHERE d.id=u.id), m.subject, m.sender, m.rcpt, m.cc, u.names, u.text FROM unindexed u JOIN messages m ON m.id=u.id ORDER BY u.id DESC LIMIT ?`, []any{n},
		func(scan func(...any) error) error {
			var r indexRow
			if err := scan(&r.id, &r.reread, &r.digest, &r.mailbox, &r.date, &r.again, &r.subject, &r.sender, &r.rcpt, &r.cc, &r.names, &r.text); err != nil {
				return err
			}
			rows = append(rows, r)
			return nil
		})
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		tx.s.words.empty()
		return 0, nil
	}
	// Ascending: the index wants growing row ids.
	sort.Slice(rows, func(i, j int) bool { return rows[i].id < rows[j].id })
	// But should the time not suffice for all, what was done is not lost, and the rest comes with the next slice.
	done := 0
	for i := range rows {
		if took := time.Since(began); done > 0 && (took > indexLong || took > indexTime && tx.s.waiting.Load() > 0) {
			break
		}
		done++
		r := &rows[i]
		text, err := unpackText(r.text)
		if err != nil {
			return 0, err
		}
		if r.reread {
			text, r.names = tx.wordsOf(r)
		}
		verb := "INSERT"
		if r.again {
			verb = "INSERT OR REPLACE"
		} else {
			tx.heardFrom(r.mailbox, r.sender, r.date)
		}
		if _, err := tx.w.exec(verb+" INTO fts(rowid,subject,sender,rcpt,cc,body,names) VALUES(?,?,?,?,?,?,?)", r.id, search.Grams(r.subject), gramPeople(r.sender), gramPeople(r.rcpt),
			gramPeople(r.cc), search.Grams(text), search.Grams(r.names)); err != nil {
			return 0, err
		}
	}
	return done, tx.indexed(rows[:done])
}

// wordsOf returns the words of a message whose body is here.
func (tx *Tx) wordsOf(r *indexRow) (text, names string) {
	digest := unpackDigest(r.digest)
	if text, names, ok := tx.s.words.get(r.id, digest); ok || tx.s.extract == nil {
		return text, names
	}
	text, names, _ = tx.s.extractWords(context.Background(), digest)
	return text, names
}

// Reindex forgets the full-text index and queues all messages for it. Whom was heard from is counted again with them.
func (s *Store) Reindex(ctx context.Context) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, q := range []string{"INSERT INTO fts(fts) VALUES('delete-all')", "UPDATE people SET received=0", "INSERT OR IGNORE INTO unindexed(id,names) SELECT id,'' FROM messages WHERE hide&2=0"} {
			if _, err := tx.w.exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// indexed takes messages out of the queue.
func (tx *Tx) indexed(rows []indexRow) error {
	for i := range rows {
		tx.done = append(tx.done, rows[i].id)
	}
	for i := 0; i < len(rows); {
		n := 100
		if len(rows)-i < n {
			n = 1
		}
		ids := make([]any, n)
		for j := range ids {
			ids[j] = rows[i+j].id
		}
		if _, err := tx.w.exec("DELETE FROM unindexed WHERE id IN ("+marks(n)+")", ids...); err != nil {
			return err
		}
		i += n
	}
	return nil
}

func gramPeople(packed string) string {
	if packed == "" {
		return ""
	}
	return search.Grams(strings.NewReplacer(unitSep, " ", recordSep, " ").Replace(packed))
}

// Stats returns the sizes of the profile.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	_, err := s.reads.row(ctx, "SELECT coalesce(sum(total),0) FROM mailboxes WHERE gone=0", nil, &st.Messages)
	if err == nil {
		_, err = s.reads.row(ctx, "SELECT count(*) FROM unindexed", nil, &st.Unindexed)
	}
	if err == nil {
		_, err = s.reads.row(ctx, "SELECT (SELECT page_count FROM pragma_page_count)*(SELECT page_size FROM pragma_page_size)", nil, &st.IndexBytes)
	}
	if err == nil {
		_, err = s.breads.row(ctx, "SELECT (SELECT page_count FROM pragma_page_count)*(SELECT page_size FROM pragma_page_size)", nil, &st.Bodies)
	}
	st.Bodies += s.packs.bytes()
	// The files are counted where they lie: a look at all rows of bodies.db would keep the writer waiting.
	filepath.WalkDir(filepath.Join(s.dir, blobsDir), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if i, err := d.Info(); err == nil {
				st.Bodies += i.Size()
			}
		}
		return nil
	})
	return st, local("stats", err)
}
