//go:build !windows && !darwin

package notify

import (
	"context"
	"html"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	busName = "org.freedesktop.Notifications"
	busPath = dbus.ObjectPath("/org/freedesktop/Notifications")
	waitFor = 3 * time.Second
)

// service is the desktop's notification service.
type service struct {
	app, icon string
	conn      *dbus.Conn
	markup    bool // the service reads the text as markup

	mu    sync.Mutex
	shown map[string]shown // by the key of the note
}

// shown is a notification that may be on the screen.
type shown struct {
	id   uint32
	note Note
}

// System returns the desktop's notification service; app is the name of the program's desktop file, icon of its icon. Nil when there is no session
// bus. The service itself is asked for when there is something to show: it may be started then.
func System(app, icon string) Desktop {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil
	}
	s := &service{app: app, icon: icon, conn: conn, shown: map[string]shown{}}
	_ = conn.AddMatchSignal(dbus.WithMatchInterface(busName), dbus.WithMatchObjectPath(busPath))
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	go s.listen(signals)
	return s
}

func (s *service) call(method string, into any, args ...any) error {
	ctx, cancel := context.WithTimeout(context.Background(), waitFor)
	defer cancel()
	c := s.conn.Object(busName, busPath).CallWithContext(ctx, busName+"."+method, 0, args...)
	if c.Err != nil || into == nil {
		return c.Err
	}
	return c.Store(into)
}

// Show implements Desktop.
func (s *service) Show(n Note) error {
	if !s.markup {
		var can []string
		if s.call("GetCapabilities", &can) == nil {
			s.markup = strings.Contains(" "+strings.Join(can, " ")+" ", " body-markup ")
		}
	}
	body := n.Body
	if s.markup {
		body = html.EscapeString(body) // a subject is no markup
	}
	var actions []string
	if n.Open != nil {
		actions = []string{"default", "Open"}
	}
	for _, a := range n.Actions {
		actions = append(actions, a.Name, a.Label)
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(s.app), "x-gnome-privacy-scope": dbus.MakeVariant("user")} // it is for the person alone, not for a locked screen
	if n.Key == "" {
		hints["category"] = dbus.MakeVariant("email.arrived")
	}
	expires := int32(-1)
	if n.Stays {
		expires = 0
	}
	s.mu.Lock()
	old := s.shown[n.Key].id
	s.shown[n.Key] = shown{old, n}
	s.mu.Unlock()
	var id uint32
	err := s.call("Notify", &id, "Postrider", old, s.icon, n.Title, body, actions, hints, expires)
	s.mu.Lock()
	s.shown[n.Key] = shown{id, n}
	if err != nil {
		delete(s.shown, n.Key)
	}
	s.mu.Unlock()
	return err
}

// Clear implements Desktop.
func (s *service) Clear(key string) {
	s.mu.Lock()
	id := s.shown[key].id
	delete(s.shown, key)
	s.mu.Unlock()
	if id != 0 {
		_ = s.call("CloseNotification", nil, id)
	}
}

// Close implements Desktop.
func (s *service) Close() { _ = s.conn.Close() }

func (s *service) listen(c chan *dbus.Signal) {
	for sig := range c {
		if len(sig.Body) < 2 {
			continue
		}
		id, _ := sig.Body[0].(uint32)
		name, _ := sig.Body[1].(string)
		if do := s.signal(sig.Name, id, name); do != nil {
			do()
		}
	}
}

// signal takes what the service says of a notification and returns what to do on it.
func (s *service) signal(signal string, id uint32, name string) func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, x := range s.shown {
		if id == 0 || x.id != id {
			continue
		}
		switch signal {
		case busName + ".NotificationClosed":
			delete(s.shown, key)
		case busName + ".ActionInvoked":
			for _, a := range x.note.Actions {
				if a.Name == name {
					return a.Do
				}
			}
			return x.note.Open
		}
		break
	}
	return nil
}

// Locked asks the screen savers of the session and the login manager. Whoever answers yes is believed.
func (s *service) Locked() bool {
	ctx, cancel := context.WithTimeout(context.Background(), waitFor)
	defer cancel()
	for _, name := range []string{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.mate.ScreenSaver", "org.cinnamon.ScreenSaver", "org.xfce.ScreenSaver"} {
		var has, on bool
		if s.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&has) != nil || !has {
			continue
		}
		path := dbus.ObjectPath("/" + strings.ReplaceAll(name, ".", "/"))
		if s.conn.Object(name, path).CallWithContext(ctx, name+".GetActive", 0).Store(&on) == nil && on {
			return true
		}
	}
	return sessionLocked(ctx)
}

// sessionLocked asks the login manager of the system about this session.
func sessionLocked(ctx context.Context) bool {
	id := os.Getenv("XDG_SESSION_ID")
	if id == "" {
		return false
	}
	sys, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer sys.Close()
	var path dbus.ObjectPath
	if sys.Object("org.freedesktop.login1", "/org/freedesktop/login1").CallWithContext(ctx, "org.freedesktop.login1.Manager.GetSession", 0, id).Store(&path) != nil {
		return false
	}
	v, err := sys.Object("org.freedesktop.login1", path).GetProperty("org.freedesktop.login1.Session.LockedHint")
	if err != nil {
		return false
	}
	locked, _ := v.Value().(bool)
	return locked
}
