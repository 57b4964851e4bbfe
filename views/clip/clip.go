// Package clip is the clipboard with formatting. The toolkit knows plain text only; under X11 this package owns the selection CLIPBOARD itself (ICCCM section 2), so
// that what is copied is offered as text/html and as text, and what other programs copy can be pasted with its formatting, or as a picture.
//
//	clip.go      the door: Copy and Paste, and the toolkit's clipboard where there is no other
//	x11.go       the connection to the X server and its events;  serve.go  answers to who wants the content;  fetch.go  the content of others
//	decode.go    HTML as programs offer it, as UTF-8
//
// Content is only read when the person pastes, and leaves only when another program asks for what the person copied.
package clip

import (
	"context"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// Content is what the clipboard holds. HTML is "" where it was copied without formatting; it comes from anywhere and is not cleaned.
type Content struct {
	Text, HTML string
	// Picture is a PNG or JPEG picture as its bytes, of another program that offers one and no text with it (a screenshot, a part of a picture). It is not cleaned either.
	Picture string
	// Own: it was copied in this program.
	Own bool
}

const (
	// Most bounds what is taken from another program, in bytes of each kind.
	Most = 16 << 20
	// patience is how long another program may take to begin to answer, and between two pieces.
	patience = time.Second
)

// system is a clipboard that knows HTML.
type system interface {
	set(c Content) error
	get(ctx context.Context) (Content, error)
	close()
}

var shared atomic.Pointer[system]

// Open joins the system's clipboard, where it is one that this package can speak to; without it, or before, the toolkit's is used. Close it before the program ends:
// then a clipboard manager may keep the content.
func Open() {
	if s, err := open(); err == nil {
		shared.Store(&s)
	}
}

// Close leaves the clipboard.
func Close() {
	if s := shared.Swap(nil); s != nil {
		(*s).close()
	}
}

// Copy puts content on the clipboard. It is for the window's goroutine; the work is done on another.
func Copy(c Content) {
	s := shared.Load()
	if s == nil {
		fallback(c)
		return
	}
	go func() {
		if err := (*s).set(c); err != nil {
			fyne.Do(func() { fallback(c) })
		}
	}()
}

// kept is what was copied with formatting while there is no clipboard for it but the toolkit's.
var kept atomic.Pointer[Content]

func fallback(c Content) {
	kept.Store(&c)
	fyne.CurrentApp().Clipboard().SetContent(c.Text)
}

// Paste reads the clipboard and hands the content to then, on the window's goroutine, by do. It waits for other programs on a goroutine of its own.
func Paste(do func(func()), then func(Content)) {
	s := shared.Load()
	if s == nil {
		then(plain())
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		c, err := (*s).get(ctx)
		do(func() {
			if err != nil || c == (Content{}) {
				c = plain()
			}
			then(c)
		})
	}()
}

// plain is the toolkit's content, with the formatting that it had when it was copied here.
func plain() Content {
	c := Content{Text: fyne.CurrentApp().Clipboard().Content()}
	if k := kept.Load(); k != nil && k.Text == c.Text {
		c.HTML, c.Own = k.HTML, true
	}
	return c
}
