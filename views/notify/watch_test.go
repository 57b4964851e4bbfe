package notify

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/viewtest"
)

// board is a desktop that remembers.
type board struct {
	mu     sync.Mutex
	shown  []Note
	clears int
	locked bool
}

func (b *board) Show(n Note) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown = append(b.shown, n)
	return nil
}

func (b *board) Clear(string) { b.mu.Lock(); b.clears++; b.mu.Unlock() }
func (b *board) Close()       {}

func (b *board) Locked() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.locked }

func (b *board) last() (Note, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.shown) == 0 {
		return Note{}, 0
	}
	return b.shown[len(b.shown)-1], len(b.shown)
}

type rig struct {
	t      *testing.T
	c      *viewtest.Client
	b      *board
	w      *Watch
	opened chan mail.Summary
}

func watch(t *testing.T, change func(*app.Settings), inStep ...mail.AccountID) *rig {
	t.Helper()
	r := &rig{t: t, c: viewtest.New(viewtest.Options{}), b: &board{}, opened: make(chan mail.Summary, 1)}
	var st app.Status
	for _, a := range inStep {
		st.Accounts = append(st.Accounts, app.AccountStatus{Account: a, State: app.StateIdle, Checked: r.c.Now()})
	}
	r.c.SetStatus(st)
	if change != nil {
		s := r.c.Settings()
		change(&s)
		if err := r.c.SetSettings(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	r.w = start(r.c, r.b, func(m mail.Summary) { r.opened <- m }, 5*time.Millisecond)
	t.Cleanup(r.w.Close)
	time.Sleep(20 * time.Millisecond) // it has its first mark
	return r
}

// deliver brings a message into an inbox; Priya's and Tomasz's are in the first account.
func (r *rig) deliver(box mail.MailboxID, from, subject string) {
	r.c.Deliver(box, r.c.Now().Add(-48*time.Hour), from, subject, "The text of it is private.")
}

func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%s did not come; shown: %+v", what, r.b.shown)
		}
	}
}

// quiet makes sure that nothing is shown for a moment in which it would have been.
func (r *rig) quiet(what string, n int) {
	r.t.Helper()
	time.Sleep(60 * time.Millisecond)
	if last, k := r.b.last(); k != n {
		r.t.Fatalf("%s: notified %+v", what, last)
	}
}

func TestNewMailIsTold(t *testing.T) {
	r := watch(t, nil, viewtest.Fjord)
	r.deliver(viewtest.FjordInbox, "Priya Raman <priya@fjordlight.example>", "Pier 4")
	r.until("the notification", func() bool { _, n := r.b.last(); return n == 1 })
	n, _ := r.b.last()
	if n.Title != "Priya Raman" || n.Body != "Pier 4" {
		t.Errorf("it says %q %q", n.Title, n.Body)
	}
	n.Open()
	if m := <-r.opened; m.Subject != "Pier 4" {
		t.Errorf("it opens %q", m.Subject)
	}
	// What comes before the person looks is told together.
	r.deliver(viewtest.FjordInbox, "Tomasz Wilk <tomasz@wilk-survey.example>", "Invoice")
	r.until("the second one", func() bool { _, n := r.b.last(); return n == 2 })
	if n, _ = r.b.last(); n.Title != "2 new messages" || n.Body != "Tomasz Wilk: Invoice\nPriya Raman: Pier 4" {
		t.Errorf("it says %q %q", n.Title, n.Body)
	}
	r.w.Focus(true)
	r.until("that it is taken away", func() bool { r.b.mu.Lock(); defer r.b.mu.Unlock(); return r.b.clears == 1 })
	r.w.Focus(false)
	time.Sleep(20 * time.Millisecond)
	r.deliver(viewtest.FjordInbox, "Dana Okafor <dana@okafor-legal.example>", "Clause 7")
	r.until("the third one", func() bool { _, n := r.b.last(); return n == 3 })
	if n, _ = r.b.last(); n.Title != "Dana Okafor" {
		t.Errorf("what was seen is told again: %q %q", n.Title, n.Body)
	}
}

func TestQuiet(t *testing.T) {
	r := watch(t, nil, viewtest.Fjord)
	r.w.Focus(true)
	r.deliver(viewtest.FjordInbox, "Priya Raman <priya@fjordlight.example>", "While it is looked at")
	r.quiet("the window has the keyboard", 0)
	r.w.Focus(false)
	r.deliver(viewtest.FjordJunk, "Prize Desk <win@prizes.example>", "Claim")
	r.quiet("junk", 0)
	r.deliver(viewtest.HomeInbox, "Rosa Aalto <rosa@aalto-family.example>", "The first download")
	r.quiet("an account that was never fetched whole", 0)

	r = watch(t, func(s *app.Settings) { s.Notify = false }, viewtest.Fjord)
	r.deliver(viewtest.FjordInbox, "Priya Raman <priya@fjordlight.example>", "Switched off")
	r.quiet("switched off", 0)
}

func TestNothingOfAMessageOnALockedScreen(t *testing.T) {
	for _, x := range []struct {
		shows       string
		locked      bool
		title, body string
	}{
		{"subject", true, "New message", ""},
		{"", true, "New message", ""},
		{"sender", true, "New message", ""},
		{"sender", false, "Priya Raman", "New message"},
		{"nothing", false, "New message", ""},
		{"", false, "Priya Raman", "Secret plans"},
	} {
		r := watch(t, func(s *app.Settings) { s.NotifyShows = x.shows }, viewtest.Fjord)
		r.b.mu.Lock()
		r.b.locked = x.locked
		r.b.mu.Unlock()
		r.deliver(viewtest.FjordInbox, "Priya Raman <priya@fjordlight.example>", "Secret plans")
		r.until("the notification", func() bool { _, n := r.b.last(); return n == 1 })
		if n, _ := r.b.last(); n.Title != x.title || n.Body != x.body {
			t.Errorf("shows %q, locked %v: it says %q %q, want %q %q", x.shows, x.locked, n.Title, n.Body, x.title, x.body)
		}
	}
}

func TestManyAreSummed(t *testing.T) {
	var ms []mail.Summary
	for _, n := range []string{"Ada", "Bob", "Eve", "Ada", "Jane", "Max"} {
		ms = append(ms, mail.Summary{From: []mail.Address{{Name: n, Addr: strings.ToLower(n) + "@example.com"}}, Subject: "S"})
	}
	if n := words(ms, "subject"); n.Title != "6 new messages" || n.Body != "From Ada, Bob, Eve and 2 more" {
		t.Errorf("%+v", n)
	}
	long := mail.Summary{From: []mail.Address{{Addr: "a@example.com"}}, Subject: "line\r\nbreak " + strings.Repeat("x", 500)}
	if n := words([]mail.Summary{long}, ""); strings.ContainsAny(n.Body, "\r\n") || len(n.Body) > 130 || n.Title != "a@example.com" {
		t.Errorf("%+v", n)
	}
}
