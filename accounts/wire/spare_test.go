package wire

import (
	"testing"
	"time"
)

// TestSpare: a session is taken once, parked again, ended when nobody wants it, and nothing is kept that is broken or of a closed connection.
func TestSpare(t *testing.T) {
	var p Spare[int]
	ended := make(chan *int, 9)
	end := func(s *int) { ended <- s }
	if s, ok := p.Take(); s != nil || !ok {
		t.Errorf("an empty one gives %v, %v", s, ok)
	}
	one, two := new(int), new(int)
	if !p.Use(one) || !p.Park(one, true, time.Hour, end) || p.Parked() != one {
		t.Error("a good session is not kept")
	}
	if s, ok := p.Take(); s != one || !ok || p.Parked() != nil {
		t.Errorf("taken %v, %v", s, ok)
	}
	if s, _ := p.Take(); s != nil {
		t.Error("it was taken twice")
	}
	if p.Park(one, false, time.Hour, end) || p.Parked() != nil {
		t.Error("a broken session is kept")
	}
	p.Park(one, true, time.Millisecond, end)
	select {
	case s := <-ended:
		if s != one || p.Parked() != nil {
			t.Errorf("ended %v, parked %v", s, p.Parked())
		}
	case <-time.After(30 * time.Second):
		t.Fatal("nobody wanted it and it was not ended")
	}
	p.Park(one, true, time.Hour, end)
	p.Take()
	p.Use(two)
	p.Park(two, true, time.Hour, end)
	p.Use(one) // one is in use while two is parked
	if idle, busy := p.Close(); idle != two || busy != one || !p.Closed() {
		t.Errorf("to end: %v and %v", idle, busy)
	}
	if _, ok := p.Take(); ok || p.Use(one) || p.Park(one, true, time.Hour, end) {
		t.Error("a closed connection goes on")
	}
	if len(ended) > 0 {
		t.Error("something was ended twice")
	}
}
