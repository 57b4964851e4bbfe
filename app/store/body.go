package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// How a blob is kept.
const (
	encRaw  = 0
	encZstd = 1
	// fileSize: what is larger lies in a file of its own; the database would write it twice.
	fileSize = 1 << 20
	// maxBlob bounds what is unpacked in memory.
	maxBlob = 1 << 30
)

// The encoder is stateless in use and shared; one goroutine a call keeps the memory small.
var (
	encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
	decoder, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxBlob))
)

// scratch holds buffers that messages are compressed into: what is kept gets a slice of its exact size.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// Pack compresses a message for Body.Packed; the engine calls it outside the write lock.
func Pack(raw []byte) []byte {
	p := scratch.Get().(*[]byte)
	*p = encoder.EncodeAll(raw, (*p)[:0])
	out := append(make([]byte, 0, len(*p)), *p...)
	if cap(*p) <= fileSize {
		scratch.Put(p)
	}
	return out
}

func unpack(packed []byte, size int64) ([]byte, error) {
	if size < 0 || size > maxBlob {
		size = 0
	}
	return decoder.DecodeAll(packed, make([]byte, 0, size))
}

// Prepare compresses a body, so that the write transaction need not. Raw is let go. What is fetched is stowed instead, see [Store.Stow].
func (b *Body) Prepare() {
	if len(b.Packed) == 0 {
		if b.Size == 0 {
			b.Size = int64(len(b.Raw))
		}
		b.Packed, b.Raw = Pack(b.Raw), nil
	}
}

// packText compresses the words that wait for the index: for a short while, so lightly. The first byte tells the format from that of a zstd frame.
func packText(text string) []byte {
	if text == "" {
		return nil
	}
	text = cut(text, maxText)
	p := scratch.Get().(*[]byte)
	if n := s2.MaxEncodedLen(len(text)); cap(*p) < n {
		*p = make([]byte, n)
	}
	b := s2.Encode((*p)[:cap(*p)], []byte(text))
	out := append(append(make([]byte, 0, 1+len(b)), 0), b...)
	if cap(*p) <= fileSize {
		scratch.Put(p)
	}
	return out
}

func unpackText(packed []byte) (string, error) {
	if len(packed) == 0 {
		return "", nil
	}
	if packed[0] != 0 {
		b, err := unpack(packed, int64(4*len(packed)))
		return string(b), err
	}
	n, err := s2.DecodedLen(packed[1:])
	if err != nil || n > maxText {
		return "", damagedBlob(err)
	}
	b, err := s2.Decode(nil, packed[1:])
	return string(b), err
}

// putBlob stores a body; one that is here already is shared.
func (tx *Tx) putBlob(b *Body) error {
	packed, size := b.Packed, b.Size
	if size == 0 {
		size = int64(len(b.Raw))
	}
	if b.Digest == "" {
		return noDigest()
	}
	if b.at.pack != 0 {
		return tx.putStowed(b)
	}
	d := packDigest(b.Digest)
	var one int
	// A body that nobody named may be about to be collected: it counts as new.
	if ok, err := tx.w.row("UPDATE packed SET at=? WHERE digest=? RETURNING 1", []any{tx.s.now().Unix(), d}, &one); err != nil || ok {
		return err
	}
	if err := tx.beginBodies(); err != nil {
		return err
	}
	if len(packed) > 0 && len(packed) <= fileSize {
		_, err := tx.s.bw.exec("INSERT INTO blobs(digest,size,enc,at,data) VALUES(?,?,?,?,?) ON CONFLICT(digest) DO UPDATE SET at=excluded.at", d, size, encZstd, tx.s.now().Unix(), packed)
		return err
	}
	if ok, err := tx.s.bw.row("UPDATE blobs SET at=? WHERE digest=? RETURNING 1", []any{tx.s.now().Unix(), d}, &one); err != nil || ok {
		return err
	}
	if len(packed) == 0 {
		packed = Pack(b.Raw)
	}
	return tx.putPacked(b.Digest, packed, size, encZstd)
}

func noDigest() error {
	return &fault.Error{Kind: fault.Usage, Op: "store", Code: "digest", Title: "A body without a digest cannot be stored"}
}

func (tx *Tx) putPacked(digest string, packed []byte, size int64, enc int) error {
	var data any = packed
	if len(packed) > fileSize {
		if _, err := tx.s.writeFile(digest, bytes.NewReader(packed)); err != nil {
			return err
		}
		tx.files = append(tx.files, digest)
		data = nil
	}
	_, err := tx.s.bw.exec("INSERT INTO blobs(digest,size,enc,at,data) VALUES(?,?,?,?,?)", packDigest(digest), size, enc, tx.s.now().Unix(), data)
	return err
}

func (s *Store) blobPath(digest string) string {
	return filepath.Join(s.dir, blobsDir, digest[:2], digest)
}

// writeFile stores what r has under the digest's name: complete, or not at all.
func (s *Store) writeFile(digest string, r io.Reader) (int64, error) {
	path := s.blobPath(digest)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(filepath.Join(s.dir, blobsDir), "new-*")
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return 0, err
	}
	syncDir(filepath.Dir(path))
	return n, nil
}

// syncDir makes a new name durable where the system can; elsewhere renames are.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}

func (s *Store) dropFiles(digests []string) {
	for _, d := range digests {
		os.Remove(s.blobPath(d))
	}
}

// PutBodies stores bodies of messages; those that are gone are passed over.
func (tx *Tx) PutBodies(bs map[mail.MessageID]Body) error {
	// In the order of ids: neighbours share pages.
	ids := slices.Sorted(maps.Keys(bs))
	rows := make(map[mail.MessageID]*state, len(ids))
	if err := tx.eachState(ids, func(r *state) { rows[r.id] = r }); err != nil {
		return err
	}
	for _, id := range ids {
		r, b := rows[id], bs[id]
		if r == nil { // it went while its body was fetched
			continue
		}
		if err := tx.putBlob(&b); err != nil {
			return err
		}
		if err := tx.attachBody(r, &b); err != nil {
			return err
		}
	}
	return tx.flushIndexQueue()
}

// attachBody gives a row its body's digest and what the body told of it.
func (tx *Tx) attachBody(r *state, b *Body) error {
	if r.hide&2 != 0 {
		if err := tx.setEnvelope(r, b.Envelope); err != nil {
			return err
		}
	}
	size := r.size
	if size == 0 {
		size = b.Size
	}
	was := r.shown()
	r.attach = b.Attachments
	_, err := tx.w.exec("UPDATE messages SET digest=?, snippet=?, attach=?, invite=?, size=? WHERE id=?", packDigest(b.Digest), cut(b.Snippet, 800), b2i(b.Attachments), b2i(b.Invitation), size, int64(r.id))
	if err != nil {
		return err
	}
	if was.attach != r.attach {
		tx.moved(was, r.shown())
	}
	tx.touch(r.id)
	return tx.queueBody(r.id, b)
}

// ShareBody gives id the body that another message has.
func (tx *Tx) ShareBody(id, from mail.MessageID) error {
	r, err := tx.load(id)
	if err != nil {
		return err
	}
	f, err := tx.load(from)
	if err != nil {
		return err
	}
	if len(f.digest) == 0 {
		return missing("body")
	}
	if r.hide&2 != 0 {
		var e mail.Envelope
		var sender, rcpt, cc string
		if _, err := tx.w.row("SELECT iid, subject, sender, rcpt, cc, date FROM messages WHERE id=?", []any{int64(from)}, &e.InternetID, &e.Subject, &sender, &rcpt, &cc, new(int64)); err != nil {
			return err
		}
		e.From, e.To, e.Cc, e.Date = unpackAddrs(sender), unpackAddrs(rcpt), unpackAddrs(cc), time.Unix(f.date, 0)
		if err := tx.SetEnvelope(id, e); err != nil {
			return err
		}
		if r, err = tx.load(id); err != nil {
			return err
		}
	}
	was := r.shown()
	r.attach = f.attach
	_, err = tx.w.exec(`UPDATE messages SET (digest,snippet,attach,invite,size)=(SELECT digest,snippet,attach,invite,CASE WHEN messages.size=0 THEN o.size ELSE messages.size END FROM messages o WHERE o.id=?)
		WHERE id=?`, int64(from), int64(id))
	if err != nil {
		return err
	}
	if was.attach != r.attach {
		tx.moved(was, r.shown())
	}
	tx.touch(id)
	tx.s.words.share(int64(id), int64(from))
	// The words are those of the other message: waiting beside it, or to be read again from the body.
	_, err = tx.w.exec(`INSERT INTO unindexed(id,names,text) VALUES(?,coalesce((SELECT names FROM unindexed WHERE id=?),''),(SELECT text FROM unindexed WHERE id=?))
		ON CONFLICT(id) DO UPDATE SET names=excluded.names, text=excluded.text`, int64(id), int64(from), int64(from))
	return err
}

// Raw returns the exact bytes of a message.
func (s *Store) Raw(ctx context.Context, id mail.MessageID) ([]byte, error) {
	var d []byte
	ok, err := s.reads.row(ctx, "SELECT digest FROM messages WHERE id=?", []any{int64(id)}, &d)
	if err != nil {
		return nil, local("read", err)
	}
	if !ok {
		return nil, missing("message")
	}
	if len(d) == 0 {
		return nil, missing("body")
	}
	return s.readBlob(ctx, unpackDigest(d))
}

func (s *Store) readBlob(ctx context.Context, digest string) ([]byte, error) {
	r, size, err := s.Blob(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	buf := bytes.NewBuffer(make([]byte, 0, min(size, maxBlob)+512))
	if _, err := io.Copy(buf, r); err != nil {
		return nil, damagedBlob(err)
	}
	return buf.Bytes(), nil
}

func damagedBlob(err error) error {
	return &fault.Error{Kind: fault.Local, Op: "read", Code: "damaged", Title: "This message is damaged on the disk",
		Detail: "Its stored copy cannot be read. If it is still on the server it can be fetched again.", Err: err}
}

// Blob returns a stored body or attachment and its size.
func (s *Store) Blob(ctx context.Context, digest string) (io.ReadCloser, int64, error) {
	for try := 0; ; try++ {
		at, size, ok, err := s.findPacked(ctx, digest)
		if err != nil {
			return nil, 0, local("read", err)
		}
		if !ok {
			break
		}
		r, gone, err := s.openPacked(digest, at, size)
		if gone && try == 0 {
			continue // it was moved to another pack meanwhile
		}
		return r, size, err
	}
	var size int64
	var enc int
	var data []byte
	ok, err := s.breads.row(ctx, "SELECT size, enc, data FROM blobs WHERE digest=?", []any{packDigest(digest)}, &size, &enc, &data)
	if err != nil {
		return nil, 0, local("read", err)
	}
	if !ok {
		return nil, 0, missing("body")
	}
	if data == nil && size > 0 {
		f, err := os.Open(s.blobPath(digest))
		if err != nil {
			return nil, 0, damagedBlob(err)
		}
		if enc == encRaw {
			return f, size, nil
		}
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlob))
		if err != nil {
			f.Close()
			return nil, 0, damagedBlob(err)
		}
		return &fileBlob{z, f}, size, nil
	}
	if enc == encZstd {
		if data, err = unpack(data, size); err != nil {
			return nil, 0, damagedBlob(err)
		}
	}
	return io.NopCloser(bytes.NewReader(data)), size, nil
}

type fileBlob struct {
	z *zstd.Decoder
	f *os.File
}

func (b *fileBlob) Read(p []byte) (int, error) { return b.z.Read(p) }

func (b *fileBlob) Close() error {
	b.z.Close()
	return b.f.Close()
}

// PutBlob stores what r has, an attachment or a message to send, in its exact bytes. It is kept for a day at least; after that a draft, an op
// or an item of the outbox must name it.
func (s *Store) PutBlob(ctx context.Context, r io.Reader) (string, int64, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, blobsDir), "new-*")
	if err != nil {
		return "", 0, local("store", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	h := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, h), &ctxReader{ctx, r})
	if err != nil {
		return "", 0, local("store", err)
	}
	digest := hex.EncodeToString(h.Sum(nil))
	err = s.Write(ctx, func(tx *Tx) error {
		var one int
		if ok, err := tx.w.row("UPDATE packed SET at=? WHERE digest=? RETURNING 1", []any{s.now().Unix(), packDigest(digest)}, &one); err != nil || ok {
			return err
		}
		if err := tx.beginBodies(); err != nil {
			return err
		}
		res, err := s.bw.exec("UPDATE blobs SET at=? WHERE digest=?", s.now().Unix(), packDigest(digest))
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n > 0 {
			return nil
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if size > fileSize {
			if _, err := s.writeFile(digest, f); err != nil {
				return err
			}
			tx.files = append(tx.files, digest)
			_, err := s.bw.exec("INSERT INTO blobs(digest,size,enc,at,data) VALUES(?,?,?,?,NULL)", packDigest(digest), size, encRaw, s.now().Unix())
			return err
		}
		raw, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		return tx.putPacked(digest, Pack(raw), size, encZstd)
	})
	return digest, size, err
}

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// HasBlob reports whether a body is here already.
func (s *Store) HasBlob(ctx context.Context, digest string) (bool, error) {
	if _, _, ok, err := s.findPacked(ctx, digest); ok || err != nil {
		return ok, local("read", err)
	}
	var one int
	ok, err := s.breads.row(ctx, "SELECT 1 FROM blobs WHERE digest=?", []any{packDigest(digest)}, &one)
	return ok, local("read", err)
}

// MissingBodies returns messages whose body is not here, newest first.
func (s *Store) MissingBodies(ctx context.Context, box mail.MailboxID, since time.Time, after mail.MessageID, limit int) ([]Row, error) {
	if after == 0 {
		after = 1<<63 - 1
	}
	from := int64(0)
	if !since.IsZero() {
		from = since.Unix() << 20
	}
	t := s.tree()
	out := []Row{}
	err := s.reads.rows(ctx, "SELECT "+stateColumns+" FROM messages INDEXED BY m_nobody WHERE digest IS NULL AND base<>0 AND base=? AND id<? AND id>=? ORDER BY id DESC LIMIT ?",
		[]any{int64(box), int64(after), from, limit}, func(scan func(...any) error) error {
			var r state
			if err := scan(r.dest()...); err != nil {
				return err
			}
			out = append(out, r.row(t))
			return nil
		})
	return out, local("bodies", err)
}
