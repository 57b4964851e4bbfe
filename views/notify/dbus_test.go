//go:build !windows && !darwin

package notify

import (
	"bufio"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// screen is the notification service of a desktop, and its screen saver.
type screen struct {
	mu     sync.Mutex
	shown  []map[string]string
	old    []uint32
	closed []uint32
	locked bool
	next   uint32
}

func (s *screen) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"body", "body-markup", "actions"}, nil
}

func (s *screen) Notify(app string, old uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	s.old = append(s.old, old)
	s.shown = append(s.shown, map[string]string{"title": title, "body": body, "actions": strings.Join(actions, ","), "scope": hints["x-gnome-privacy-scope"].String()})
	return s.next, nil
}

func (s *screen) CloseNotification(id uint32) *dbus.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = append(s.closed, id)
	return nil
}

func (s *screen) GetActive() (bool, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked, nil
}

// sessionBus starts a session bus of its own.
func sessionBus(t *testing.T) *dbus.Conn {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("dbus-daemon is not installed (dbus)")
	}
	c := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestDesktopService(t *testing.T) {
	conn := sessionBus(t)
	s := &screen{}
	for _, x := range []struct{ name, path string }{{busName, string(busPath)}, {"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"}} {
		if err := conn.Export(s, dbus.ObjectPath(x.path), x.name); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.RequestName(x.name, dbus.NameFlagDoNotQueue); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("XDG_SESSION_ID", "")
	d := System("org.postrider.Postrider", "org.postrider.Postrider")
	if d == nil {
		t.Fatal("no session bus was found")
	}
	defer d.Close()
	if d.Locked() {
		t.Error("the screen counts as locked")
	}
	s.mu.Lock()
	s.locked = true
	s.mu.Unlock()
	if !d.Locked() {
		t.Error("the screen does not count as locked")
	}
	opened := make(chan bool, 1)
	if err := d.Show(Note{Title: "Priya", Body: "<b>5 < 6</b> & more", Open: func() { opened <- true }}); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	got := s.shown[0]
	s.mu.Unlock()
	if got["title"] != "Priya" || got["body"] != "&lt;b&gt;5 &lt; 6&lt;/b&gt; &amp; more" || got["actions"] != "default,Open" || got["scope"] != `"user"` {
		t.Errorf("shown %v", got)
	}
	if err := conn.Emit(busPath, busName+".ActionInvoked", uint32(1), "default"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-opened:
	case <-time.After(30 * time.Second):
		t.Error("a press opens nothing")
	}
	if err := d.Show(Note{Title: "2 new messages"}); err != nil {
		t.Fatal(err)
	}
	d.Clear("")
	d.Clear("")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.old[1] != 1 {
		t.Errorf("the second one takes the place of %d, not of the first", s.old[1])
	}
	if len(s.closed) != 1 || s.closed[0] != 2 {
		t.Errorf("closed %v", s.closed)
	}
}
