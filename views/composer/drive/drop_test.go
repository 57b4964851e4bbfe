package drive

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// dropFile is another program from which a file is dragged to a point of a window and dropped: the source's side of XDND, version 5.
func dropFile(target uint32, x, y int, path string) error {
	c, err := xgb.NewConn()
	if err != nil {
		return err
	}
	defer c.Close()
	root := xproto.Setup(c).DefaultScreen(c).Root
	win, err := xproto.NewWindowId(c)
	if err != nil {
		return err
	}
	if err := xproto.CreateWindowChecked(c, 0, win, root, 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0, 0, nil).Check(); err != nil {
		return err
	}
	atom := func(name string) uint32 {
		r, err := xproto.InternAtom(c, false, uint16(len(name)), name).Reply()
		if err != nil {
			return 0
		}
		return uint32(r.Atom)
	}
	selection, list := atom("XdndSelection"), atom("text/uri-list")
	tell := func(kind string, data ...uint32) error {
		m := xproto.ClientMessageEvent{Format: 32, Window: xproto.Window(target), Type: xproto.Atom(atom(kind)), Data: xproto.ClientMessageDataUnionData32New(append(append([]uint32{uint32(win)}, data...), 0, 0, 0, 0)[:5])}
		return xproto.SendEventChecked(c, false, xproto.Window(target), 0, string(m.Bytes())).Check()
	}
	if err := xproto.SetSelectionOwnerChecked(c, win, xproto.Atom(selection), 0).Check(); err != nil {
		return err
	}
	if err := errors.Join(tell("XdndEnter", 5<<24, list), tell("XdndPosition", 0, uint32(x<<16|y), 0, atom("XdndActionCopy"))); err != nil {
		return err
	}
	status, finished := xproto.Atom(atom("XdndStatus")), xproto.Atom(atom("XdndFinished"))
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		e, err := c.PollForEvent()
		if err != nil {
			return err
		}
		switch e := e.(type) {
		case xproto.ClientMessageEvent:
			switch e.Type {
			case status:
				if e.Data.Data32[1]&1 == 0 {
					return errors.New("the window takes no file")
				}
				if err := tell("XdndDrop", 0, 0); err != nil {
					return err
				}
			case finished:
				return nil
			}
		case xproto.SelectionRequestEvent:
			data := []byte((&url.URL{Scheme: "file", Path: path}).String() + "\r\n")
			xproto.ChangeProperty(c, xproto.PropModeReplace, e.Requestor, e.Property, e.Target, 8, uint32(len(data)), data)
			note := xproto.SelectionNotifyEvent{Time: e.Time, Requestor: e.Requestor, Selection: e.Selection, Target: e.Target, Property: e.Property}
			if err := xproto.SendEventChecked(c, false, e.Requestor, 0, string(note.Bytes())).Check(); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%s was not taken", path)
}
