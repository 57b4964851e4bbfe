package engine

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Who wants to work alone does not wait for a supervisor that was started a moment after it looked: that one keeps its session.
func TestAloneGivesWayToASupervisor(t *testing.T) {
	e := &Engine{}
	a := &account{e: e}
	a.session.Lock() // a supervisor's
	done := make(chan error, 1)
	go func() { done <- a.alone(context.Background(), func(*session) error { return nil }) }()
	select {
	case err := <-done:
		t.Fatalf("before anything runs: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	e.mu.Lock()
	a.cancel = func() {}
	e.mu.Unlock()
	select {
	case err := <-done:
		if !errors.Is(err, errSupervised) {
			t.Errorf("%v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it waits for ever")
	}
	// Where none runs it waits until the other is done, or its time is over.
	a.cancel = nil
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := a.alone(ctx, func(*session) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
