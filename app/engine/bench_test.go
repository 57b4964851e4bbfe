package engine_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/app/engine"
	taking "github.com/postrider/postrider/app/ingest"
)

// BenchmarkSync is a whole first sync from a server that costs nothing: 4,000 messages of some 20 kB, stored and indexed.
func BenchmarkSync(b *testing.B) {
	s := memory.New(memory.Options{})
	words := make([]string, 5000)
	for i := range words {
		words[i] = fmt.Sprintf("w%x", rand.Uint32()>>12)
	}
	size := int64(0)
	for i := range 4000 {
		raw, _ := remotetest.Message(fmt.Sprint("bench ", i))
		var t strings.Builder
		for t.Len() < 20000 {
			t.WriteString(words[rand.IntN(len(words))])
			t.WriteString([]string{" ", " ", " ", "\r\n"}[rand.IntN(4)])
		}
		raw = append(raw, t.String()...)
		size += int64(len(raw))
		s.Deliver(s.Box("Inbox"), raw, 0, time.Now())
	}
	b.SetBytes(size)
	for b.Loop() {
		r := newRig(b, map[mail.AccountID]*memory.Server{"a": s}, account("a"))
		e := engine.New(engine.Options{Store: r.s, Open: func(mail.Account) remote.Opener { return s.Opener() }, Ingest: taking.Body})
		if _, err := e.SyncOnce(ctx, "a", nil); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if _, err := e.SyncOnce(ctx, "a", nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/again")
		r.close()
	}
}
