//go:build linux || freebsd || openbsd || netbsd || dragonfly

package clip

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// names of the atoms in use. The first ones are the kinds of text, in the order in which they are wanted.
var names = []string{"UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", "TEXT", "text/html", "CLIPBOARD", "TARGETS", "TIMESTAMP", "MULTIPLE", "INCR", "ATOM_PAIR",
	"CLIPBOARD_MANAGER", "SAVE_TARGETS", "POSTRIDER_CLIP", "POSTRIDER_TIME", "image/png", "image/jpeg"}

// x11 is a connection of its own to the X server, with a window that is never shown. One goroutine takes the events.
type x11 struct {
	c    *xgb.Conn
	win  xproto.Window
	atom map[string]xproto.Atom
	name map[xproto.Atom]string
	// piece is how many bytes go into one property; what is larger goes in pieces (INCR).
	piece int

	mu    sync.Mutex
	has   *Content // what is owned, nil = another program has the clipboard
	since xproto.Timestamp
	sends map[sendKey]*sending

	one   sync.Mutex // reads and writes of the selection, one at a time
	notes chan xgb.Event
	want  bool // notes are wanted
	ended chan struct{}
}

func init() { xgb.Logger = log.New(io.Discard, "", 0) } // it would write to standard error what the fall-back handles

func open() (system, error) {
	if os.Getenv("DISPLAY") == "" {
		return nil, errors.New("clip: no X server")
	}
	c, err := xgb.NewConn()
	if err != nil {
		return nil, err
	}
	x := &x11{c: c, atom: map[string]xproto.Atom{}, name: map[xproto.Atom]string{}, sends: map[sendKey]*sending{}, notes: make(chan xgb.Event, 64), ended: make(chan struct{})}
	if err := x.begin(); err != nil {
		c.Close()
		return nil, err
	}
	go x.events()
	return x, nil
}

func (x *x11) begin() error {
	setup := xproto.Setup(x.c)
	screen := setup.DefaultScreen(x.c)
	x.piece = min(int(setup.MaximumRequestLength)*4/2, 128<<10)
	var err error
	if x.win, err = xproto.NewWindowId(x.c); err != nil {
		return err
	}
	err = xproto.CreateWindowChecked(x.c, 0, x.win, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
	if err != nil {
		return err
	}
	cookies := make([]xproto.InternAtomCookie, len(names))
	for i, n := range names {
		cookies[i] = xproto.InternAtom(x.c, false, uint16(len(n)), n)
	}
	for i, n := range names {
		r, err := cookies[i].Reply()
		if err != nil {
			return err
		}
		x.atom[n], x.name[r.Atom] = r.Atom, n
	}
	return nil
}

// events takes events until the connection ends.
func (x *x11) events() {
	defer close(x.ended)
	for {
		e, err := x.c.WaitForEvent()
		if e == nil && err == nil {
			return
		}
		switch e := e.(type) {
		case xproto.SelectionRequestEvent:
			x.answer(e)
		case xproto.SelectionClearEvent:
			if e.Selection == x.atom["CLIPBOARD"] {
				x.mu.Lock()
				x.has = nil
				x.mu.Unlock()
			}
		case xproto.SelectionNotifyEvent:
			x.note(e)
		case xproto.PropertyNotifyEvent:
			if e.Window == x.win {
				x.note(e)
			} else if e.State == xproto.PropertyDelete {
				x.more(e.Window, e.Atom)
			}
		case xproto.DestroyNotifyEvent:
			x.forget(e.Window)
		}
	}
}

// note hands an event to who waits for one.
func (x *x11) note(e xgb.Event) {
	x.mu.Lock()
	want := x.want
	x.mu.Unlock()
	if !want {
		return
	}
	select {
	case x.notes <- e:
	default: // nobody takes them any more
	}
}

// listen has events kept until the returned function is called.
func (x *x11) listen() func() {
	set := func(on bool) {
		x.mu.Lock()
		x.want = on
		x.mu.Unlock()
	}
	set(true)
	return func() {
		set(false)
		for {
			select {
			case <-x.notes:
			default:
				return
			}
		}
	}
}

var errLate = errors.New("clip: the other program does not answer")

// next waits for an event that f takes.
func (x *x11) next(ctx context.Context, f func(xgb.Event) bool) error {
	t := time.NewTimer(patience)
	defer t.Stop()
	for {
		select {
		case e := <-x.notes:
			if f(e) {
				return nil
			}
		case <-t.C:
			return errLate
		case <-x.ended:
			return io.EOF
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// now asks the server for its time: selections are not to be taken with "now" (ICCCM section 2.1).
func (x *x11) now(ctx context.Context) (xproto.Timestamp, error) {
	xproto.ChangeProperty(x.c, xproto.PropModeReplace, x.win, x.atom["POSTRIDER_TIME"], xproto.AtomInteger, 32, 0, nil)
	var at xproto.Timestamp
	err := x.next(ctx, func(e xgb.Event) bool {
		p, ok := e.(xproto.PropertyNotifyEvent)
		at = p.Time
		return ok && p.Atom == x.atom["POSTRIDER_TIME"] && p.State == xproto.PropertyNewValue
	})
	return at, err
}

// set implements system.
func (x *x11) set(c Content) error {
	x.one.Lock()
	defer x.one.Unlock()
	defer x.listen()()
	at, err := x.now(context.Background())
	if err != nil {
		return err
	}
	x.mu.Lock()
	x.has, x.since = &c, at
	x.mu.Unlock()
	if err := xproto.SetSelectionOwnerChecked(x.c, x.win, x.atom["CLIPBOARD"], at).Check(); err != nil {
		return err
	}
	r, err := xproto.GetSelectionOwner(x.c, x.atom["CLIPBOARD"]).Reply()
	if err != nil {
		return err
	}
	if r.Owner != x.win {
		return errors.New("clip: the clipboard is not to be had")
	}
	return nil
}

// owned is the content while this program has the clipboard.
func (x *x11) owned() *Content {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.has
}

// close implements system: a clipboard manager is asked to keep the content, then the connection ends.
func (x *x11) close() {
	x.one.Lock()
	defer x.one.Unlock()
	if x.owned() != nil {
		x.save()
	}
	x.c.Close()
	<-x.ended
}

// save has the clipboard manager take the content over, if there is one.
func (x *x11) save() {
	r, err := xproto.GetSelectionOwner(x.c, x.atom["CLIPBOARD_MANAGER"]).Reply()
	if err != nil || r.Owner == 0 {
		return
	}
	defer x.listen()()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	at, err := x.now(ctx)
	if err != nil {
		return
	}
	xproto.ConvertSelection(x.c, x.win, x.atom["CLIPBOARD_MANAGER"], x.atom["SAVE_TARGETS"], x.atom["POSTRIDER_CLIP"], at)
	_ = x.next(ctx, func(e xgb.Event) bool {
		n, ok := e.(xproto.SelectionNotifyEvent)
		return ok && n.Selection == x.atom["CLIPBOARD_MANAGER"]
	})
}
