package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

// Note is one notification.
type Note struct {
	// Key tells notifications apart: one takes the place of the one with the same key. "" is that of new mail.
	Key         string
	Title, Body string
	// Open is called when the person presses it, from any goroutine; it may be nil.
	Open func()
	// Actions are buttons besides, where there can be any.
	Actions []Action
	// Stays: it is there until the person acts on it.
	Stays bool
}

// Action is a button of a notification. Do is called from any goroutine.
type Action struct {
	Name, Label string // Name is unique in its note, and not "default"
	Do          func()
}

// Shower shows notifications: a desktop, or the window.
type Shower interface {
	// Show shows n in the place of the one with its key, if that is still there.
	Show(n Note) error
	// Clear takes the one with a key away.
	Clear(key string)
}

// Desktop shows notifications outside of the window. Its methods are called from one goroutine and may wait for the system.
type Desktop interface {
	Shower
	// Locked reports whether the screen is locked.
	Locked() bool
	Close()
}

// rest is how long changes are left to gather before they are looked at: new mail comes in bursts.
const rest = 700 * time.Millisecond

// Watch follows a client and notifies. Make it with Start.
type Watch struct {
	c    app.Client
	d    Desktop
	open func(mail.Summary)
	rest time.Duration

	mu      sync.Mutex
	focused bool
	wake    chan struct{}
	stop    chan struct{}
	ended   chan struct{}
}

// Start begins to watch. open shows a message in the window; it is called from any goroutine. The window counts as not looked at until Focus says so.
func Start(c app.Client, d Desktop, open func(mail.Summary)) *Watch { return start(c, d, open, rest) }

func start(c app.Client, d Desktop, open func(mail.Summary), rest time.Duration) *Watch {
	w := &Watch{c: c, d: d, open: open, rest: rest, wake: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

// Focus tells whether a window of the program has the keyboard.
func (w *Watch) Focus(on bool) {
	w.mu.Lock()
	w.focused = on
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Close ends the watch and takes away what it showed.
func (w *Watch) Close() {
	close(w.stop)
	<-w.ended
}

func (w *Watch) looking() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.focused
}

func (w *Watch) run() {
	defer close(w.ended)
	defer w.d.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sub := w.c.Subscribe()
	defer sub.Close()
	go func() {
		<-w.stop
		cancel()
	}()
	_, mark, err := w.c.Arrivals(ctx, -1)
	if err != nil {
		mark = -1
	}
	ready := w.inStep()
	var fresh []mail.Summary // since the person last looked, newest first
	for {
		select {
		case <-w.stop:
			w.d.Clear("")
			return
		case <-w.wake:
			if w.looking() {
				if len(fresh) > 0 {
					w.d.Clear("")
				}
				fresh = nil
			}
			continue
		case <-sub.C:
			ch, _ := sub.Take()
			if len(ch.Mailboxes) == 0 && !ch.Resync && !ch.Status {
				continue
			}
			if len(ch.Mailboxes) == 0 && !ch.Resync {
				ready = w.inStep()
				continue
			}
		}
		select {
		case <-w.stop:
			w.d.Clear("")
			return
		case <-time.After(w.rest):
		}
		rows, next, err := w.c.Arrivals(ctx, mark)
		if err != nil {
			continue
		}
		mark = next
		rows = slices.DeleteFunc(rows, func(m mail.Summary) bool { return !ready[m.Account] })
		ready = w.inStep()
		s := w.c.Settings()
		if w.looking() || !s.Notify {
			fresh = nil
			continue
		}
		if len(rows) == 0 {
			continue
		}
		fresh = append(rows, fresh...)
		shows := s.NotifyShows
		if w.d.Locked() {
			shows = "nothing"
		}
		n := words(fresh, shows)
		if first := fresh[0]; w.open != nil {
			n.Open = func() { w.open(first) }
		}
		_ = w.d.Show(n) // a desktop without notifications is no fault of the mail
	}
}

// inStep are the accounts that have been fetched whole before: what comes now is new.
func (w *Watch) inStep() map[mail.AccountID]bool {
	out := map[mail.AccountID]bool{}
	for _, a := range w.c.Status().Accounts {
		if !a.Checked.IsZero() {
			out[a.Account] = true
		}
	}
	return out
}

// words says what came, newest first. shows is the setting.
func words(ms []mail.Summary, shows string) Note {
	count := "New message"
	if len(ms) > 1 {
		count = fmt.Sprintf("%d new messages", len(ms))
	}
	if shows == "nothing" {
		return Note{Title: count}
	}
	if len(ms) == 1 {
		n := Note{Title: sender(ms[0])}
		if shows == "sender" {
			n.Body = count
			return n
		}
		n.Body = clip(ms[0].Subject, 120)
		if n.Body == "" {
			n.Body = "No subject"
		}
		return n
	}
	var names []string
	for _, m := range ms {
		if s := sender(m); !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	if shows != "sender" && len(ms) <= 4 {
		var lines []string
		for _, m := range ms {
			lines = append(lines, sender(m)+": "+clip(m.Subject, 60))
		}
		return Note{Title: count, Body: strings.Join(lines, "\n")}
	}
	more := ""
	if len(names) > 3 {
		more = fmt.Sprintf(" and %d more", len(names)-3)
		names = names[:3]
	}
	return Note{Title: count, Body: "From " + strings.Join(names, ", ") + more}
}

func sender(m mail.Summary) string {
	if len(m.From) == 0 {
		return "Unknown sender"
	}
	return clip(m.From[0].Display(), 60)
}

// clip makes one line of at most n characters.
func clip(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n])) + "…"
	}
	return s
}
