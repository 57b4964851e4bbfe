// Package tour shows the program by itself: it presses keys and buttons of the real window through the X server, as a person would, checks what follows
// from it through the program's own door, and leaves pictures. It runs where there is no screen (under Xvfb) and in the end-to-end test.
package tour

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Robot presses keys and takes pictures by xdotool and ImageMagick's import.
type Robot struct {
	Dir string // of the pictures
	Out io.Writer
	n   int
}

// step is how long the window gets to react before the next thing is done.
const step = 250 * time.Millisecond

func (r *Robot) do(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	time.Sleep(step)
	return nil
}

// Key presses keys by their X names, "ctrl+Return" for example.
func (r *Robot) Key(keys ...string) error {
	for _, k := range keys {
		if err := r.do("xdotool", "key", "--clearmodifiers", k); err != nil {
			return err
		}
	}
	return nil
}

// Type types text.
func (r *Robot) Type(text string) error {
	return r.do("xdotool", "type", "--clearmodifiers", "--delay", "12", "--", text)
}

// Click presses the left button at a point of the screen in px.
func (r *Robot) Click(x, y int) error {
	return r.do("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.1", "click", "1")
}

// Point moves the pointer.
func (r *Robot) Point(x, y int) error {
	return r.do("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y))
}

// Where says where the pointer is.
func (r *Robot) Where() string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "xdotool", "getmouselocation").Output()
	if err != nil {
		return "the pointer is nowhere: " + err.Error()
	}
	return "the pointer is at " + strings.TrimSpace(string(out))
}

// Shot takes a picture of the screen; what says in the output what it shows.
func (r *Robot) Shot(name, what string) error {
	time.Sleep(step)
	r.n++
	p := filepath.Join(r.Dir, fmt.Sprintf("%02d-%s.png", r.n, name))
	if err := r.do("import", "-silent", "-window", "root", p); err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "  picture %s: %s\n", p, what)
	return nil
}

// Until waits for something to come true.
func (r *Robot) Until(what string, f func() bool) error {
	deadline := time.Now().Add(40 * time.Second)
	for !f() {
		if time.Now().After(deadline) {
			return fmt.Errorf("waited in vain for %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Fprintf(r.Out, "ok: %s\n", what)
	time.Sleep(step)
	return nil
}
