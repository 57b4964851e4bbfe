package store

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

var (
	benchN   = flag.Int("store.n", 100_000, "messages in the mailbox of the benchmarks")
	benchDir = flag.String("store.dir", "", "folder that keeps the benchmarks' profile between runs")
)

// vocabulary gives words as a language does: few are common, most are rare.
type vocabulary struct {
	words []string
	z     *rand.Zipf
	r     *rand.Rand
}

func newVocabulary(seed uint64) *vocabulary {
	r := rand.New(rand.NewPCG(seed, 7))
	v := &vocabulary{r: r}
	const syllables = "ba be bi bo bu da de di do du fa fe ga ge ha he ja ka ke ki ko la le li lo lu ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve vi vo"
	syl := strings.Fields(syllables)
	words := rand.New(rand.NewPCG(1, 1))
	for range 50_000 {
		w := ""
		for range 2 + words.IntN(3) {
			w += syl[words.IntN(len(syl))]
		}
		v.words = append(v.words, w)
	}
	v.z = rand.NewZipf(r, 1.07, 8, uint64(len(v.words)-1))
	return v
}

func (v *vocabulary) text(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(v.words[v.z.Uint64()])
	}
	return b.String()
}

// generate makes messages n down to 0, as a mailbox is fetched: the newest first. One in three answers an older one.
func generate(v *vocabulary, from, to int, box mail.MailboxID) []NewMessage {
	out := make([]NewMessage, 0, from-to)
	for i := from - 1; i >= to; i-- {
		e := &mail.Envelope{InternetID: fmt.Sprintf("%d.%x@mail.example.test", i, i*7919), Date: time.Unix(1500000000+int64(i)*97, 0), Subject: v.text(5)}
		who := v.r.IntN(3000)
		e.From = []mail.Address{{Name: v.words[who] + " " + v.words[who*7%5000], Addr: v.words[who] + "@example.test"}}
		e.To = []mail.Address{{Name: "Ada", Addr: "ada@example.test"}}
		if i%3 == 0 && i > 100 {
			old := i - 1 - v.r.IntN(90)
			e.InReplyTo = fmt.Sprintf("%d.%x@mail.example.test", old, old*7919)
			e.References = []string{e.InReplyTo}
			e.Subject = "Re: " + e.Subject
		}
		f := mail.Seen
		if v.r.IntN(20) == 0 {
			f = 0
		}
		if v.r.IntN(500) == 0 {
			f |= mail.Flagged
		}
		e.Attachments = v.r.IntN(9) == 0
		out = append(out, NewMessage{Account: "ada", Mailbox: box, Ref: remote.Ref(fmt.Sprintf("1:%d", i+1)), Flags: f, Envelope: e, Size: int64(2000 + v.r.IntN(50000)), Received: e.Date})
	}
	return out
}

var profile struct {
	once sync.Once
	s    *Store
	box  mail.MailboxID
}

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("POSTRIDER_CRASH_CHILD") != "" {
		crashChild()
		return
	}
	code := m.Run()
	if profile.s != nil {
		profile.s.Close()
		if *benchDir == "" {
			os.RemoveAll(profile.s.Dir())
		}
	}
	os.Exit(code)
}

// benchProfile makes or opens the profile that reading benchmarks share: headers and short texts, indexed.
func benchProfile(b *testing.B) (*Store, mail.MailboxID) {
	profile.once.Do(func() {
		dir := *benchDir
		if dir == "" {
			dir, _ = os.MkdirTemp("", "postrider-bench-*")
		} else {
			dir = filepath.Join(dir, fmt.Sprint(*benchN))
		}
		s, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		profile.s = s
		if as, _ := s.Accounts(ctx); len(as) > 0 {
			bs, _ := s.Mailboxes(ctx, "ada")
			profile.box = bs[0].ID
			return
		}
		profile.box = ada(b, s)["Inbox"]
		v := newVocabulary(3)
		start := time.Now()
		for i := *benchN; i > 0; i -= 2000 {
			ms := generate(v, i, max(0, i-2000), profile.box)
			if err := s.Write(ctx, func(tx *Tx) error {
				ids, err := tx.Insert(ms)
				if err != nil {
					return err
				}
				for _, id := range ids {
					if err := tx.queueIndex(id, "", v.text(40)); err != nil {
						return err
					}
				}
				return tx.flushIndexQueue()
			}); err != nil {
				b.Fatal(err)
			}
		}
		inserted := time.Since(start)
		start = time.Now()
		for left := 1; left > 0; {
			if left, err = s.Index(ctx, 20000); err != nil {
				b.Fatal(err)
			}
		}
		fmt.Printf("profile of %d: inserted in %v, indexed in %v\n", *benchN, inserted.Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
	})
	if profile.s == nil {
		b.Skip("no profile")
	}
	return profile.s, profile.box
}

func BenchmarkInsert(b *testing.B) {
	s := open(b, Options{})
	box := ada(b, s)["Inbox"]
	v := newVocabulary(5)
	const batch = 1000
	total := 0
	for i := 1 << 20; b.Loop(); i -= batch {
		b.StopTimer()
		ms := generate(v, i, i-batch, box)
		b.StartTimer()
		write(b, s, func(tx *Tx) error {
			_, err := tx.Insert(ms)
			return err
		})
		total += batch
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "rows/s")
}

// message makes raw mail of about the size of the sync benchmark's: 22 kB on average.
func message(v *vocabulary, i int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s@example.test\r\nMessage-ID: <%d@b.example.test>\r\nSubject: %s\r\n\r\n", v.words[i%3000], i, v.text(5))
	n := 300 + v.r.IntN(2500)
	for n > 0 {
		b.WriteString(v.text(min(n, 11)))
		b.WriteString("\r\n")
		n -= 11
	}
	if i%8 == 0 {
		raw := make([]byte, 40000)
		for j := range raw {
			raw[j] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[v.r.IntN(64)]
		}
		b.Write(raw)
	}
	return []byte(b.String())
}

func BenchmarkPutBodies(b *testing.B) {
	s := open(b, Options{})
	box := ada(b, s)["Inbox"]
	v := newVocabulary(5)
	const batch = 250
	var bytes int64
	total := 0
	for i := 1 << 20; b.Loop(); i -= batch {
		b.StopTimer()
		var ids []mail.MessageID
		write(b, s, func(tx *Tx) (err error) {
			ids, err = tx.Insert(generate(v, i, i-batch, box))
			return err
		})
		bs := map[mail.MessageID]Body{}
		for j, id := range ids {
			raw := message(v, i+j)
			bytes += int64(len(raw))
			h := sha256.Sum256(raw)
			b := Body{Digest: hex.EncodeToString(h[:]), Raw: raw, Size: int64(len(raw)), Snippet: string(raw[:100]), Text: string(raw[:min(len(raw), 8000)])}
			b.Prepare()
			bs[id] = b
		}
		b.StartTimer()
		write(b, s, func(tx *Tx) error { return tx.PutBodies(bs) })
		total += batch
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "msgs/s")
	b.ReportMetric(float64(bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
}

func BenchmarkPack(b *testing.B) {
	v := newVocabulary(5)
	var raws [][]byte
	n := 0
	for i := range 200 {
		raws = append(raws, message(v, i))
		n += len(raws[i])
	}
	b.SetBytes(int64(n / 200))
	i, packed := 0, 0
	for b.Loop() {
		packed += len(Pack(raws[i%200]))
		i++
	}
	b.ReportMetric(float64(packed)/float64(i)/(float64(n)/200), "ratio")
}

func BenchmarkIndex(b *testing.B) {
	s := open(b, Options{})
	box := ada(b, s)["Inbox"]
	v := newVocabulary(5)
	const batch = 1000
	total := 0
	for i := 1 << 20; b.Loop(); i -= batch {
		b.StopTimer()
		write(b, s, func(tx *Tx) error {
			ids, err := tx.Insert(generate(v, i, i-batch, box))
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := tx.queueIndex(id, "", v.text(300)); err != nil {
					return err
				}
			}
			return tx.flushIndexQueue()
		})
		b.StartTimer()
		if _, err := s.Index(ctx, batch); err != nil {
			b.Fatal(err)
		}
		total += batch
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "msgs/s")
}

func BenchmarkList(b *testing.B) {
	s, box := benchProfile(b)
	middle := mail.MessageID((1500000000+int64(*benchN)/2*97)<<20 | 1)
	for _, c := range []struct {
		name  string
		v     View
		after mail.MessageID
	}{{"first", View{Mailbox: box}, 0}, {"middle", View{Mailbox: box}, middle}, {"threads", View{Mailbox: box, Threads: true}, 0}, {"threads-middle", View{Mailbox: box, Threads: true}, middle},
		{"unread", View{Mailbox: box, OnlyUnread: true}, middle}, {"flagged", View{Flagged: true}, 0}, {"attachments", View{Mailbox: box, OnlyAttachments: true}, middle},
		{"to-me", View{Mailbox: box, OnlyToMe: true}, middle}, {"role", View{Role: mail.RoleInbox, Threads: true}, 0}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				sl, err := s.List(ctx, c.v, c.after, 50)
				if err != nil || len(sl.Rows) != 50 {
					b.Fatal(err, len(sl.Rows))
				}
			}
		})
	}
}

func BenchmarkOpenMailbox(b *testing.B) {
	s, box := benchProfile(b)
	for b.Loop() {
		if _, _, err := s.Count(ctx, View{Mailbox: box, Threads: true}, 0); err != nil {
			b.Fatal(err)
		}
		if sl, err := s.List(ctx, View{Mailbox: box, Threads: true}, 0, 50); err != nil || len(sl.Rows) != 50 {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrder(b *testing.B) {
	s, box := benchProfile(b)
	for b.Loop() {
		n := 0
		if err := s.Order(ctx, View{Mailbox: box}, 20000, func(ids []mail.MessageID) error { n += len(ids); return nil }); err != nil || n != *benchN {
			b.Fatal(err, n)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	s, box := benchProfile(b)
	v := newVocabulary(3)
	common, rare := v.words[0], v.words[30000]
	for _, c := range []struct{ name, expr string }{{"common", common + " "}, {"rare", rare + " "}, {"three", v.words[0] + " " + v.words[3] + " " + v.words[8] + " "}, {"prefix2", common[:2]}, {"prefix3", common[:3]},
		{"prefix4", common[:4]}, {"phrase", `"` + v.words[0] + " " + v.words[1] + `"`}, {"from", "from:" + v.words[17] + " "}, {"unread", common + " is:unread "}, {"rare-unread", rare + " is:unread "},
		{"filter-only", "is:unread has:attachment "}, {"none", "zzzzzz "}, {"before", common + " before:2018 "}, {"in", common + " in:inbox "}, {"not", common + " -" + v.words[1] + " "}, {"or-filter", "(" + rare + " OR is:starred) "}} {
		b.Run(c.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				sl, err := s.List(ctx, View{Search: c.expr}, 0, 50)
				if err != nil {
					b.Fatal(err)
				}
				n = len(sl.Rows)
			}
			b.ReportMetric(float64(n), "rows")
		})
	}
	var small mail.MailboxID
	bs, _ := s.Mailboxes(ctx, "ada")
	for _, x := range bs {
		if x.ID != box {
			small = x.ID
		}
	}
	b.Run("small-mailbox", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.List(ctx, View{Search: common + " ", Mailbox: small}, 0, 50); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	s, box := benchProfile(b)
	s.Close()
	for b.Loop() {
		var err error
		if s, err = Open(s.Dir(), Options{}); err != nil {
			b.Fatal(err)
		}
		if _, err := s.List(ctx, View{Mailbox: box, Threads: true}, 0, 50); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
	if profile.s, _ = Open(s.Dir(), Options{}); profile.s == nil {
		b.Fatal("cannot open it again")
	}
}
