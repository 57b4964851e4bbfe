package mailgen

import (
	"bytes"
	netmail "net/mail"
	"testing"
	"time"
)

func TestMessagesAreSoundAndRepeatable(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a, b := New(1, start), New(1, start)
	total := 0
	for i := 0; i < 400; i++ {
		m := a.Message(i)
		if !bytes.Equal(m, b.Message(i)) {
			t.Fatalf("message %d differs between two generators of one seed", i)
		}
		p, err := netmail.ReadMessage(bytes.NewReader(m))
		if err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		if d, err := p.Header.Date(); err != nil || !d.Equal(a.Date(i)) {
			t.Fatalf("message %d: date %v, %v", i, d, err)
		}
		for _, l := range bytes.Split(m, []byte("\r\n")) {
			if len(l) > 998 || bytes.ContainsAny(l, "\r\n") {
				t.Fatalf("message %d has a line of %d bytes or a lone line end", i, len(l))
			}
		}
		total += len(m)
	}
	if avg := total / 400; avg < 15000 || avg > 30000 {
		t.Errorf("average size %d bytes, want 15 to 30 kB", avg)
	}
}
