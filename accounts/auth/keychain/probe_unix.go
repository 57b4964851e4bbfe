//go:build linux || freebsd || netbsd || openbsd || dragonfly

package keychain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName       = "org.freedesktop.secrets"
	secretsPath       = dbus.ObjectPath("/org/freedesktop/secrets")
	loginCollection   = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	defaultCollection = dbus.ObjectPath("/org/freedesktop/secrets/aliases/default")
)

var errNoBus = errors.New("there is no session bus")

// busAddress finds the session bus without starting one.
func busAddress() (string, error) {
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && !strings.HasPrefix(a, "autolaunch:") {
		return a, nil
	}
	dirs := []string{fmt.Sprintf("/run/user/%d", os.Getuid())}
	if d := os.Getenv("XDG_RUNTIME_DIR"); d != "" {
		dirs = append([]string{d}, dirs...)
	}
	for _, dir := range dirs {
		if s, err := os.Stat(dir + "/bus"); err == nil && s.Mode()&os.ModeSocket != 0 {
			a := "unix:path=" + dbus.EscapeBusAddressValue(dir+"/bus")
			// The library asks the environment too, and would start a bus of its own where it is silent.
			os.Setenv("DBUS_SESSION_BUS_ADDRESS", a)
			return a, nil
		}
	}
	return "", errNoBus
}

// probe asks the Secret Service on a connection of its own, so that it answers while another call waits for the person.
func probe(ctx context.Context) (State, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	addr, err := busAddress()
	if err != nil {
		return Absent, err
	}
	type answer struct {
		s   State
		err error
	}
	got := make(chan answer, 1)
	go func() {
		conn, err := dbus.Connect(addr, dbus.WithContext(ctx))
		if err != nil {
			got <- answer{Absent, err}
			return
		}
		defer conn.Close()
		s, err := ask(ctx, conn)
		got <- answer{s, err}
	}()
	select {
	case a := <-got:
		return a.s, a.err
	case <-ctx.Done():
		return Absent, ctx.Err()
	}
}

func ask(ctx context.Context, conn *dbus.Conn) (State, error) {
	get := func(path dbus.ObjectPath, iface, name string) (dbus.Variant, error) {
		var v dbus.Variant
		err := conn.Object(secretsName, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, iface, name).Store(&v)
		return v, err
	}
	// This starts the service where the bus knows how to.
	v, err := get(secretsPath, "org.freedesktop.Secret.Service", "Collections")
	if err != nil {
		return Absent, err
	}
	path := defaultCollection
	if all, _ := v.Value().([]dbus.ObjectPath); slices.Contains(all, loginCollection) {
		path = loginCollection
	}
	v, err = get(path, "org.freedesktop.Secret.Collection", "Locked")
	if err != nil {
		return Absent, fmt.Errorf("the keychain has no keyring yet: %w", err)
	}
	if l, _ := v.Value().(bool); l {
		return Locked, nil
	}
	return Ready, nil
}

// isLocked recognises the library's refusal, which has no type.
func isLocked(err error) bool {
	var d dbus.Error
	if errors.As(err, &d) {
		return d.Name == "org.freedesktop.Secret.Error.IsLocked"
	}
	return strings.Contains(err.Error(), "failed to unlock")
}
