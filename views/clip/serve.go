//go:build linux || freebsd || openbsd || netbsd || dragonfly

package clip

import (
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// maxSends bounds the transfers in pieces that are under way; the oldest is given up for a new one.
const maxSends = 16

type sendKey struct {
	win  xproto.Window
	prop xproto.Atom
}

// sending is content that another program takes in pieces.
type sending struct {
	rest []byte
	kind xproto.Atom
	at   time.Time
}

// targets are the kinds that the content can be had as.
func (x *x11) targets(c *Content) []xproto.Atom {
	t := []xproto.Atom{x.atom["TARGETS"], x.atom["TIMESTAMP"], x.atom["MULTIPLE"]}
	if c.HTML != "" {
		t = append(t, x.atom["text/html"])
	}
	for _, n := range names[:5] {
		t = append(t, x.atom[n])
	}
	return t
}

// answer gives a program what it asks for (ICCCM section 2.2).
func (x *x11) answer(e xproto.SelectionRequestEvent) {
	n := xproto.SelectionNotifyEvent{Time: e.Time, Requestor: e.Requestor, Selection: e.Selection, Target: e.Target}
	if e.Property == 0 {
		e.Property = e.Target // an old program
	}
	x.mu.Lock()
	c, since := x.has, x.since
	x.mu.Unlock()
	if c != nil && e.Selection == x.atom["CLIPBOARD"] && (e.Time == 0 || e.Time >= since) {
		if e.Target == x.atom["MULTIPLE"] {
			if x.multiple(e, c) {
				n.Property = e.Property
			}
		} else if x.give(e.Requestor, e.Property, e.Target, c) {
			n.Property = e.Property
		}
	}
	xproto.SendEvent(x.c, false, e.Requestor, 0, string(n.Bytes()))
}

// multiple answers several wishes at once; those that cannot be met get the property None.
func (x *x11) multiple(e xproto.SelectionRequestEvent, c *Content) bool {
	r, err := xproto.GetProperty(x.c, false, e.Requestor, e.Property, x.atom["ATOM_PAIR"], 0, 64).Reply()
	if err != nil || r.Format != 32 {
		return false
	}
	v := r.Value
	for i := 0; i+8 <= len(v); i += 8 {
		target, prop := xproto.Atom(xgb.Get32(v[i:])), xproto.Atom(xgb.Get32(v[i+4:]))
		if prop == 0 || target == x.atom["MULTIPLE"] || !x.give(e.Requestor, prop, target, c) {
			xgb.Put32(v[i+4:], 0)
		}
	}
	xproto.ChangeProperty(x.c, xproto.PropModeReplace, e.Requestor, e.Property, x.atom["ATOM_PAIR"], 32, uint32(len(v)/4), v)
	return true
}

// give puts the content, as one kind, into a property of another program's window.
func (x *x11) give(win xproto.Window, prop, target xproto.Atom, c *Content) bool {
	var b []byte
	kind := target
	switch x.name[target] {
	case "TARGETS":
		ts := x.targets(c)
		b = make([]byte, 4*len(ts))
		for i, t := range ts {
			xgb.Put32(b[4*i:], uint32(t))
		}
		xproto.ChangeProperty(x.c, xproto.PropModeReplace, win, prop, xproto.AtomAtom, 32, uint32(len(ts)), b)
		return true
	case "TIMESTAMP":
		b = make([]byte, 4)
		x.mu.Lock()
		xgb.Put32(b, uint32(x.since))
		x.mu.Unlock()
		xproto.ChangeProperty(x.c, xproto.PropModeReplace, win, prop, xproto.AtomInteger, 32, 1, b)
		return true
	case "text/html":
		if c.HTML == "" {
			return false
		}
		b = []byte(c.HTML)
	case "UTF8_STRING", "text/plain;charset=utf-8", "text/plain":
		b = []byte(c.Text)
	case "TEXT":
		b, kind = []byte(c.Text), x.atom["UTF8_STRING"]
	case "STRING":
		b = toLatin1(c.Text)
	default:
		return false
	}
	if len(b) <= x.piece {
		xproto.ChangeProperty(x.c, xproto.PropModeReplace, win, prop, kind, 8, uint32(len(b)), b)
		return true
	}
	x.begins(win, prop, kind, b)
	return true
}

// begins a transfer in pieces (ICCCM section 2.7.2): each is written when the one before was taken.
func (x *x11) begins(win xproto.Window, prop, kind xproto.Atom, b []byte) {
	xproto.ChangeWindowAttributes(x.c, win, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange | xproto.EventMaskStructureNotify})
	x.mu.Lock()
	if len(x.sends) >= maxSends {
		var oldest sendKey
		var at time.Time
		for k, s := range x.sends {
			if at.IsZero() || s.at.Before(at) {
				oldest, at = k, s.at
			}
		}
		delete(x.sends, oldest)
	}
	x.sends[sendKey{win, prop}] = &sending{b, kind, time.Now()}
	x.mu.Unlock()
	size := make([]byte, 4)
	xgb.Put32(size, uint32(len(b)))
	xproto.ChangeProperty(x.c, xproto.PropModeReplace, win, prop, x.atom["INCR"], 32, 1, size)
}

// more writes the next piece; an empty one is the end.
func (x *x11) more(win xproto.Window, prop xproto.Atom) {
	k := sendKey{win, prop}
	x.mu.Lock()
	s := x.sends[k]
	var b []byte
	if s != nil {
		b = s.rest[:min(len(s.rest), x.piece)]
		s.rest, s.at = s.rest[len(b):], time.Now()
		if len(b) == 0 {
			delete(x.sends, k)
		}
	}
	x.mu.Unlock()
	if s != nil {
		xproto.ChangeProperty(x.c, xproto.PropModeReplace, win, prop, s.kind, 8, uint32(len(b)), b)
	}
}

// forget drops the transfers to a window that is gone.
func (x *x11) forget(win xproto.Window) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for k := range x.sends {
		if k.win == win {
			delete(x.sends, k)
		}
	}
}
