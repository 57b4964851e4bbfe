package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// smallPacks makes packs of a few kilobytes for a test.
func smallPacks(t *testing.T, n int64) {
	was := packLimit
	packLimit = n
	t.Cleanup(func() { packLimit = was })
}

func noise(seed, n int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 9))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// stow stores messages whose bodies were stowed by several goroutines first, and returns their ids.
func stow(t *testing.T, s *Store, box mail.MailboxID, raws []string) []mail.MessageID {
	t.Helper()
	bs := make([]Body, len(raws))
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := g; i < len(raws); i += 3 {
				bs[i] = body(raws[i])
				if err := s.Stow(&bs[i]); err != nil {
					t.Error(err)
				}
				if bs[i].Raw != nil || bs[i].Packed != nil {
					t.Error("a stowed body is still held")
				}
			}
		}()
	}
	wg.Wait()
	var ids []mail.MessageID
	write(t, s, func(tx *Tx) (err error) {
		ms := make([]NewMessage, len(raws))
		for i := range ms {
			ms[i] = NewMessage{Account: "ada", Mailbox: box, Ref: remote.Ref(fmt.Sprintf("%s-%d", bs[i].Digest, i)), Envelope: envelope(i, "Packed")}
		}
		if ids, err = tx.Insert(ms); err != nil {
			return err
		}
		put := map[mail.MessageID]Body{}
		for i, id := range ids {
			put[id] = bs[i]
		}
		return tx.PutBodies(put)
	})
	return ids
}

func allThere(t *testing.T, s *Store, ids []mail.MessageID, raws []string) {
	t.Helper()
	for i, id := range ids {
		if raw, err := s.Raw(ctx, id); err != nil || string(raw) != raws[i] {
			t.Fatalf("message %d: %d bytes, %v", i, len(raw), err)
		}
	}
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Fatal(bad)
	}
}

// TestPacks stores bodies of all sizes in several packs and reads them, also after a restart behind which a pack has a torn end.
func TestPacks(t *testing.T) {
	smallPacks(t, 3<<20)
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	box := ada(t, s)["Inbox"]
	raws := []string{"", "a", strings.Repeat("text ", 100000), noise(1, 100), noise(2, 1_400_000), noise(3, 5_000_000)}
	for i := range 200 {
		raws = append(raws, noise(10+i, 5000+i))
	}
	raws = append(raws, raws[7]) // a twin
	ids := stow(t, s, box, raws)
	allThere(t, s, ids, raws)
	files, err := packFiles(s.packs.dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("packs: %v %v", files, err)
	}
	st, err := s.Stats(ctx)
	if err != nil || st.Bodies < 6_000_000 {
		t.Fatalf("size of the bodies: %+v %v", st, err)
	}
	last := packPath(s.packs.dir, s.packs.num)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(last, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(packMagic + "torn")
	f.Close()
	if s, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	more := []string{noise(500, 3000), noise(501, 4000)}
	allThere(t, s, append(stow(t, s, box, more), ids...), append(more, raws...))
}

// TestPackDamaged says which message is damaged, and does not take another's frame for it.
func TestPackDamaged(t *testing.T) {
	s := open(t, Options{})
	raws := []string{noise(1, 5000), noise(2, 5000), noise(3, 5000)}
	ids := stow(t, s, ada(t, s)["Inbox"], raws)
	d := func(i int) []byte { r, _ := s.Row(ctx, ids[i]); return packDigest(r.Digest).([]byte) }
	write(t, s, func(tx *Tx) error {
		_, err := tx.w.exec("UPDATE packed SET off=(SELECT off FROM packed WHERE digest=?) WHERE digest=?", d(1), d(0))
		return err
	})
	if _, err := s.Raw(ctx, ids[0]); fault.Of(err).Code != "damaged" {
		t.Fatalf("a frame of another message: %v", err)
	}
	at, _, _, err := s.findPacked(ctx, unpackDigest(d(2)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.packs.f.WriteAt([]byte("rubbish"), at.off+headSize+2000); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Raw(ctx, ids[2]); fault.Of(err).Code != "damaged" {
		t.Fatalf("a changed byte: %v", err)
	}
	if raw, err := s.Raw(ctx, ids[1]); err != nil || string(raw) != raws[1] {
		t.Fatalf("its neighbour: %v", err)
	}
	os.Remove(packPath(s.packs.dir, 1))
	if bad := s.Check(ctx); len(bad) != 3 {
		t.Fatalf("a pack is gone: %v", bad)
	}
}

// TestPackNotSynced takes no row for stored whose pack the disk refused to sync, and does not believe that pack again.
func TestPackNotSynced(t *testing.T) {
	s := open(t, Options{})
	box := ada(t, s)["Inbox"]
	raws := []string{noise(1, 5000)}
	ids := stow(t, s, box, raws)
	lost := body("lost")
	if err := s.Stow(&lost); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe() // cannot be synced
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s.packs.mu.Lock()
	s.packs.dirty[s.packs.num] = w
	s.packs.mu.Unlock()
	insert := func(b Body) error {
		return s.Write(ctx, func(tx *Tx) error {
			_, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: remote.Ref("x" + b.Digest), Envelope: envelope(9, "Lost"), Body: &b}})
			return err
		})
	}
	if err := insert(lost); !fault.Is(err, fault.Local) {
		t.Fatalf("a pack that could not be synced: %v", err)
	}
	if err := insert(lost); !errors.Is(err, syscall.EIO) {
		t.Fatalf("the same, once more: %v", err)
	}
	allThere(t, s, ids, raws)
	if n, _, _ := s.Count(ctx, View{Mailbox: box}, 0); n != 1 {
		t.Fatalf("%d messages", n)
	}
	again := []string{"lost", noise(7, 100)}
	ids = append(ids, stow(t, s, box, again)...)
	allThere(t, s, ids, append(raws, again...))
	if s.packs.num != 2 {
		t.Fatalf("pack %d is continued", s.packs.num)
	}
}

// TestPackFull fails where no room is left and goes on when there is some.
func TestPackFull(t *testing.T) {
	s := open(t, Options{MaxPages: 400})
	box := ada(t, s)["Inbox"]
	raws := []string{noise(1, 5000)}
	ids := stow(t, s, box, raws)
	b := body(noise(2, 5_000_000))
	if err := s.Stow(&b); fault.Of(err).Code != "disk-full" {
		t.Fatalf("no room: %v", err)
	}
	small := []string{noise(3, 5000)}
	allThere(t, s, append(ids, stow(t, s, box, small)...), append(raws, small...))
}

// TestRepack makes room: packs that are mostly dead are moved together, everything else stays, and readers do not notice.
func TestRepack(t *testing.T) {
	smallPacks(t, 100_000)
	now := time.Now()
	dir := t.TempDir()
	o := Options{Now: func() time.Time { return now }}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	box := ada(t, s)["Inbox"]
	var raws []string
	for i := range 200 {
		raws = append(raws, noise(i, 3000))
	}
	ids := stow(t, s, box, raws)
	var dead, alive []mail.MessageID
	var left []string
	for i, id := range ids {
		if i%4 != 0 {
			dead = append(dead, id)
		} else {
			alive, left = append(alive, id), append(left, raws[i])
		}
	}
	write(t, s, func(tx *Tx) error { return tx.Delete(dead) })
	if err := s.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	allThere(t, s, alive, left)
	before := s.packs.bytes() // what is young stays
	now = now.Add(48 * time.Hour)
	waiting := body("waits for its transaction")
	if err := s.Stow(&waiting); err != nil {
		t.Fatal(err)
	}
	if err := s.Compact(ctx); err != nil { // packs of this run are left alone
		t.Fatal(err)
	}
	if after := s.packs.bytes(); after < before {
		t.Fatalf("%d bytes, then %d", before, after)
	}
	write(t, s, func(tx *Tx) error {
		got, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: "w", Envelope: envelope(999, "Waits"), Body: &waiting}})
		alive, left = append(alive, got...), append(left, "waits for its transaction")
		return err
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, o); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { // reads all the time
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if raw, err := s.Raw(ctx, alive[i%len(alive)]); err != nil || string(raw) != left[i%len(left)] {
				t.Errorf("while packs are moved: %v", err)
				return
			}
		}
	}()
	if err := s.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	close(stop)
	<-done
	if after := s.packs.bytes(); after > before/2 {
		t.Fatalf("%d bytes, then %d", before, after)
	}
	allThere(t, s, alive, left)
	files, err := packFiles(s.packs.dir)
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, n := range files {
		sum += n
	}
	if sum != s.packs.bytes() {
		t.Fatalf("%d bytes lie there, %d are counted", sum, s.packs.bytes())
	}
}

// TestSpool finds words whether they waited in memory, in the file, or nowhere and were read again.
func TestSpool(t *testing.T) {
	extract := func(raw []byte) (string, string) { return "read again " + string(raw[:4]), "file.pdf" }
	dir := t.TempDir()
	s, err := Open(dir, Options{Extract: extract})
	if err != nil {
		t.Fatal(err)
	}
	box := ada(t, s)["Inbox"]
	put := func(n int, text string) mail.MessageID {
		var id mail.MessageID
		b := body(fmt.Sprintf("%04d", n))
		b.Text = text
		write(t, s, func(tx *Tx) error {
			ids, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: remote.Ref(fmt.Sprint(n)), Envelope: envelope(n, "Spool"), Body: &b}})
			id = ids[0]
			return err
		})
		return id
	}
	find := func(word string, want ...mail.MessageID) {
		t.Helper()
		if got := ordered(t, s, View{Search: word + " "}, 100); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", word, got, want)
		}
	}
	index := func() {
		t.Helper()
		for left := 1; left > 0; {
			if left, err = s.Index(ctx, 1000); err != nil {
				t.Fatal(err)
			}
		}
	}
	long := strings.Repeat("wood ", 50_000)
	var ids []mail.MessageID
	for i := range 30 {
		ids = append(ids, put(i, fmt.Sprintf("word%d %s", i, long)))
	}
	if s.words.f == nil {
		t.Fatal("nothing is in the file")
	}
	lost := len(ids) - 1 // what the file lost is read again
	for s.words.at[int64(ids[lost])].off >= s.words.base {
		lost--
	}
	if err := s.words.f.Truncate(s.words.at[int64(ids[lost])].off); err != nil {
		t.Fatal(err)
	}
	index()
	for _, i := range []int{0, 29} {
		find(fmt.Sprintf("word%d", i), ids[i])
	}
	find(fmt.Sprintf("%04d", lost), ids[lost])
	find("file", ids[lost])
	if s.words.f != nil || len(s.words.at) != 0 {
		t.Error("the spool keeps what is indexed")
	}
	if err := s.Reindex(ctx); err != nil {
		t.Fatal(err)
	}
	find("0000")
	index()
	for i, id := range ids { // all are read again
		find(fmt.Sprintf("%04d", i), id)
	}
	if cs, err := s.Complete(ctx, "bob", 5); err != nil || len(cs) != 1 || cs[0].Received != len(ids) {
		t.Errorf("heard from: %v %v", cs, err)
	}
	last := put(31, "gone with the program")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, Options{Extract: extract}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	index()
	find("0031", last)
	find("program")
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Fatal(bad)
	}
}
