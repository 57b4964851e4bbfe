package wire

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
)

// TestLine: silence ends a read after the line's time, a context and Kill end it at once, and a line that was ended does not come back to life.
func TestLine(t *testing.T) {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	l := NewLine(here, 20*time.Millisecond)
	b := make([]byte, 4)
	if _, err := l.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("silence: %v", err)
	}
	l.Wait(time.Hour)
	go there.Write([]byte("word"))
	if n, err := l.Read(b); err != nil || string(b[:n]) != "word" {
		t.Errorf("after a timeout: %q, %v", b[:n], err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stop := l.Guard(ctx)
	if !stop() {
		t.Error("the guard was over already")
	}
	cancel()
	go there.Write([]byte("more"))
	if n, err := l.Read(b); err != nil || string(b[:n]) != "more" {
		t.Errorf("a guard that was taken away: %q, %v", b[:n], err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	l.Guard(ctx)
	ended := make(chan error, 1)
	go func() { _, err := l.Read(b); ended <- err }()
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("ended: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the end of the context is not noticed")
	}
	if _, err := l.Write(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it came back to life: %v", err)
	}
}

func TestWords(t *testing.T) {
	if got := Clean("  a\r\n\tb\x1b[31m \u202e c\xff ", 100); got != "a b [31m c\uFFFD" {
		t.Errorf("%q", got)
	}
	if got := Clean(strings.Repeat("ä", 300), 301); len(got) > 301+len("…") || !utf8.ValidString(got) || !strings.HasSuffix(got, "ä…") {
		t.Errorf("%d bytes, %q", len(got), got[len(got)-8:])
	}
	for greeting, want := range map[string]string{"* OK ready": "an IMAP server", "220 mx": "a server for sending mail (SMTP)", "+OK": "an unknown kind of server", "HTTP/1.1 400": "a web server", "": "an unknown kind of server"} {
		if got := Stranger(greeting, mail.POP3); got != want {
			t.Errorf("%q: %s", greeting, got)
		}
	}
	if got := Try(Options{Server: mail.Server{Host: "mail.example.com", Port: 995}}, mail.POP3, func(l *mail.TestLine) error { l.Messages = 3; return nil }); got.State != mail.StepFound || got.Messages != 3 || got.Detail != "mail.example.com:995" {
		t.Errorf("%+v", got)
	}
}
