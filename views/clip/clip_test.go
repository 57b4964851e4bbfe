//go:build linux

package clip

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2/test"
)

// screen starts an X server without a screen for a test.
func screen(t *testing.T) {
	t.Helper()
	for _, p := range []string{"Xvfb", "xclip"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skip("no " + p + ": install xvfb and xclip")
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "200x200x24", "-nolisten", "tcp")
	c.ExtraFiles = []*os.File{w}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait(); _ = r.Close() })
	_ = r.SetReadDeadline(time.Now().Add(30 * time.Second))
	n, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("no X server: %v", err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(n))
}

func join(t *testing.T) *x11 {
	t.Helper()
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return s.(*x11)
}

// out is what another program pastes.
func out(t *testing.T, target string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	b, err := exec.CommandContext(ctx, "xclip", "-selection", "clipboard", "-o", "-t", target).Output()
	if err != nil {
		return fmt.Sprintf("error: %v", err)
	}
	return string(b)
}

// in is what another program copies. It stays until something else is copied.
func in(t *testing.T, target string, content []byte) {
	t.Helper()
	c := exec.Command("xclip", "-selection", "clipboard", "-i", "-t", target)
	c.Stdin = bytes.NewReader(content)
	if err := c.Run(); err != nil { // it goes on in the background, and has the clipboard a little later
		t.Fatal(err)
	}
	for until := time.Now().Add(30 * time.Second); out(t, target) != string(content); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("xclip does not take the clipboard")
		}
	}
}

func get(t *testing.T, x *x11) Content {
	t.Helper()
	c, err := x.get(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOthersPaste(t *testing.T) {
	screen(t)
	x := join(t)
	if err := x.set(Content{Text: "Grüße, 世界", HTML: "<b>Grüße</b>, 世界"}); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{"text/html": "<b>Grüße</b>, 世界", "UTF8_STRING": "Grüße, 世界", "text/plain": "Grüße, 世界", "text/plain;charset=utf-8": "Grüße, 世界", "STRING": "Gr\xFC\xDFe, ??"} {
		if got := out(t, target); got != want {
			t.Errorf("%s: %q", target, got)
		}
	}
	targets := strings.Fields(out(t, "TARGETS"))
	if got := strings.Join(targets, " "); got != "TARGETS TIMESTAMP MULTIPLE text/html UTF8_STRING text/plain;charset=utf-8 text/plain STRING TEXT" {
		t.Errorf("offered: %s", got)
	}
	if got := out(t, "image/png"); !strings.HasPrefix(got, "error") {
		t.Errorf("a picture: %q", got)
	}
	// Without formatting there is none to be had.
	if err := x.set(Content{Text: "plain"}); err != nil {
		t.Fatal(err)
	}
	if got := out(t, "text/html"); !strings.HasPrefix(got, "error") {
		t.Errorf("formatting of plain text: %q", got)
	}
	if got := out(t, "UTF8_STRING"); got != "plain" {
		t.Errorf("%q", got)
	}
	if c := get(t, x); c.Text != "plain" || c.HTML != "" {
		t.Errorf("our own: %+v", c)
	}
}

func TestPasteOfOthers(t *testing.T) {
	screen(t)
	x := join(t)
	if err := x.set(Content{Text: "ours"}); err != nil {
		t.Fatal(err)
	}
	in(t, "text/html", []byte("<i>theirs</i>"))
	for until := time.Now().Add(30 * time.Second); x.owned() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the clipboard is still ours")
		}
	}
	if c := get(t, x); c.HTML != "<i>theirs</i>" {
		t.Errorf("%+v", c)
	}
	in(t, "UTF8_STRING", []byte("nur Text äöü"))
	if c := get(t, x); c.Text != "nur Text äöü" || c.HTML != "" {
		t.Errorf("%+v", c)
	}
	in(t, "image/png", []byte("\x89PNG\r\n\x1a\n\x00 and more"))
	if c := get(t, x); c.Picture != "\x89PNG\r\n\x1a\n\x00 and more" || c.Text != "" || c.HTML != "" {
		t.Errorf("%+v", c)
	}
	in(t, "STRING", []byte("Gr\xFC\xDFe"))
	if c := get(t, x); c.Text != "Grüße" {
		t.Errorf("%+v", c)
	}
}

// What is larger than a request goes in pieces, both ways.
func TestLarge(t *testing.T) {
	screen(t)
	x := join(t)
	page := "<p>" + strings.Repeat("0123456789abcdef ", 200_000) + "</p>" // 3.4 MB
	if err := x.set(Content{Text: "x", HTML: page}); err != nil {
		t.Fatal(err)
	}
	if got := out(t, "text/html"); got != page {
		t.Errorf("another program got %d bytes of %d", len(got), len(page))
	}
	x.mu.Lock()
	left := len(x.sends)
	x.mu.Unlock()
	if left != 0 {
		t.Errorf("%d transfers are not over", left)
	}
	in(t, "text/html", []byte(page))
	if c := get(t, x); c.HTML != page {
		t.Errorf("%d bytes came of %d", len(c.HTML), len(page))
	}
	in(t, "text/html", bytes.Repeat([]byte("x"), Most+1<<20))
	if c := get(t, x); c.HTML != "" {
		t.Errorf("%d bytes came of too much", len(c.HTML))
	}
	if err := x.set(Content{Text: "after"}); err != nil || out(t, "UTF8_STRING") != "after" {
		t.Errorf("after that: %v", err)
	}
}

// A program that owns the clipboard and does not answer holds nobody up for long.
func TestSilentOwner(t *testing.T) {
	screen(t)
	x := join(t)
	p := exec.Command("xclip", "-quiet", "-selection", "clipboard", "-i") // -quiet: it stays in the foreground
	p.Stdin = strings.NewReader("text")
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Process.Kill(); _ = p.Wait() }()
	for until := time.Now().Add(30 * time.Second); out(t, "UTF8_STRING") != "text"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("xclip has nothing")
		}
	}
	if err := p.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if c, err := x.get(context.Background()); err == nil {
		t.Errorf("%+v", c)
	}
	if err := x.set(Content{Text: "ours"}); err != nil || out(t, "UTF8_STRING") != "ours" {
		t.Errorf("after that: %v", err)
	}
}

// The X server going away leaves errors, no hanging.
func TestServerGone(t *testing.T) {
	screen(t)
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	x := s.(*x11)
	x.c.Close()
	<-x.ended
	done := make(chan error, 2)
	go func() { done <- x.set(Content{Text: "x"}) }()
	go func() { _, err := x.get(context.Background()); done <- err }()
	for range 2 {
		select {
		case err := <-done:
			if err == nil {
				t.Error("no error")
			}
		case <-time.After(30 * time.Second):
			t.Fatal("it hangs")
		}
	}
}

func TestDoor(t *testing.T) {
	screen(t)
	test.NewTempApp(t)
	Open()
	defer Close()
	Copy(Content{Text: "a", HTML: "<u>a</u>"})
	for until := time.Now().Add(30 * time.Second); out(t, "text/html") != "<u>a</u>"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it is not on the clipboard")
		}
	}
	got := make(chan Content, 1)
	Paste(func(f func()) { f() }, func(c Content) { got <- c })
	if c := <-got; c.HTML != "<u>a</u>" || c.Text != "a" {
		t.Errorf("%+v", c)
	}
}

// Without an X server formatting is kept within the program, as long as the text is that.
func TestToolkitOnly(t *testing.T) {
	test.NewTempApp(t)
	Copy(Content{Text: "a", HTML: "<u>a</u>"})
	var c Content
	paste := func() { Paste(func(f func()) { f() }, func(x Content) { c = x }) }
	if paste(); c.HTML != "<u>a</u>" || c.Text != "a" {
		t.Errorf("%+v", c)
	}
	test.NewTempApp(t).Clipboard().SetContent("b")
	if paste(); c.HTML != "" || c.Text != "b" {
		t.Errorf("%+v", c)
	}
}

func TestDecode(t *testing.T) {
	for in, want := range map[string]string{"<b>ä</b>": "<b>ä</b>", "\xFF\xFE<\x00b\x00>\x00\xE4\x00": "<b>ä", "\xFE\xFF\x00<\x00b": "<b", "<\x00b\x00>\x00": "<b>", "a\x00rest": "a", "\xEF\xBB\xBFx": "x", "\xFFa": "\uFFFDa", "": ""} {
		if got := decode([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"<b>x</b>", "\xFF\xFE<\x00b\x00", "\xFE\xFF\xD8\x00", "a\x00", "\xEF\xBB\xBF"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range []string{decode(b), latin1(b)} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Fatalf("%q", s)
			}
		}
	})
}
