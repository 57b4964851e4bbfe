//go:build linux

package keychain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/zalando/go-keyring"
)

// inSession runs the calling test again inside a private session bus, because the library keeps one bus connection per process. It
// reports whether this is that inner run.
func inSession(t *testing.T, mode string, env ...string) bool {
	t.Helper()
	if os.Getenv("POSTRIDER_TEST_SESSION") == mode {
		return true
	}
	for _, p := range []string{"dbus-run-session", "dbus-send", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "testdata/session.sh", mode, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(append(os.Environ(), "POSTRIDER_TEST_SESSION="+mode), env...)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("%s session: %v\n%s", mode, err, out)
	}
	return false
}

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return string(f.Kind) + "/" + f.Code
	}
	return fmt.Sprint(err)
}

func TestSystemKeepsSecrets(t *testing.T) {
	if !inSession(t, "unlocked") {
		return
	}
	ctx := t.Context()
	c := System("")
	if s := c.Probe(ctx); s != Ready {
		t.Fatalf("state %d", s)
	}
	if _, err := c.Get(ctx, "a1", auth.ForIncoming); code(err) != "auth/no-secret" {
		t.Fatal(err)
	}
	values := map[mail.AccountID]string{"a1": "ada-pw", "a2": "päss wörd \"q\\\n", "a3": "", "a4": strings.Repeat("x", maxItem), "a5": strings.Repeat("refresh-", 500) + "end", "a6": splitMark + "looks like one"}
	for id, v := range values {
		if err := c.Set(ctx, id, auth.ForIncoming, v); err != nil {
			t.Fatal(id, err)
		}
	}
	for id, v := range values {
		if got, err := System("").Get(ctx, id, auth.ForIncoming); err != nil || got != v {
			t.Errorf("%s: %d bytes for %d, %v", id, len(got), len(v), err)
		}
	}
	// What is stored under the documented name is what another program would see.
	if got, err := keyring.Get("org.postrider.Postrider", "a1/incoming"); err != nil || got != "ada-pw" {
		t.Error(got, err)
	}
	if head, _ := keyring.Get(Service, "a5/incoming"); len(head) > maxItem || !strings.HasPrefix(head, splitMark) {
		t.Errorf("a long value was put in one item of %d bytes", len(head))
	}
	// A long value replaced by a short one leaves no parts behind.
	p, _ := parseParts(func() string { s, _ := keyring.Get(Service, "a5/incoming"); return s }())
	if err := c.Set(ctx, "a5", auth.ForIncoming, "short"); err != nil {
		t.Fatal(err)
	}
	for i := range p.n {
		if _, err := keyring.Get(Service, part("a5/incoming", p.id, i)); !errors.Is(err, keyring.ErrNotFound) {
			t.Errorf("part %d is left: %v", i, err)
		}
	}
	for id := range values {
		for range 2 { // twice: a missing one is no error
			if err := c.Delete(ctx, id, auth.ForIncoming); err != nil {
				t.Error(err)
			}
		}
		if _, err := c.Get(ctx, id, auth.ForIncoming); !Missing(err) {
			t.Error(id, err)
		}
	}
}

func TestSystemManyAtOnce(t *testing.T) {
	if !inSession(t, "unlocked") {
		return
	}
	ctx := t.Context()
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			c, id := System(""), mail.AccountID(fmt.Sprint("acc", i))
			v := strings.Repeat(fmt.Sprint(i, ","), 300*(i%4)+1)
			for range 3 {
				if err := c.Set(ctx, id, auth.ForRefresh, v); err != nil {
					t.Error(err)
				}
				if got, err := c.Get(ctx, id, auth.ForRefresh); err != nil || got != v {
					t.Errorf("%d: %d bytes for %d, %v", i, len(got), len(v), err)
				}
			}
		})
	}
	wg.Wait()
}

func TestSystemLocked(t *testing.T) {
	if !inSession(t, "locked") {
		return
	}
	c := System("")
	var waits []bool
	c.Waiting = func(on bool) { waits = append(waits, on) }
	if s := c.Probe(t.Context()); s != Locked {
		t.Fatalf("state %d", s)
	}
	if _, err := c.Get(t.Context(), "a1", auth.ForIncoming); code(err) != "local/keychain-locked" || fault.Of(err).Policy().Offered != fault.ActUnlock {
		t.Error(err)
	}
	err := c.Set(t.Context(), "a1", auth.ForIncoming, "TOP-SECRET-VALUE")
	if code(err) != "local/keychain-locked" || strings.Contains(fmt.Sprintf("%v %+v", err, err), "TOP-SECRET-VALUE") {
		t.Error(code(err))
	}
	if fmt.Sprint(waits) != "[true false true false]" {
		t.Errorf("waiting was told as %v", waits)
	}
}

// With a display the system's window opens and the call blocks until the person answers; here nobody does.
func TestSystemLockedWaitsForThePerson(t *testing.T) {
	if _, err := exec.LookPath("Xvfb"); err != nil {
		t.Skip("Xvfb is not installed")
	}
	if !inSession(t, "locked-display") {
		return
	}
	c := System("")
	c.wait = 1500 * time.Millisecond
	began := time.Now()
	_, err := c.Get(t.Context(), "a1", auth.ForIncoming)
	if code(err) != "local/keychain-locked" {
		t.Error(err)
	}
	blocked := time.Since(began) > time.Second
	t.Logf("blocked: %v (%v)", blocked, time.Since(began).Round(time.Millisecond))
	// The state can be asked while the window is open, and a cancelled call returns at once.
	if s := c.Probe(t.Context()); s != Locked {
		t.Errorf("state %d", s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c.wait = 5 * time.Minute
	time.AfterFunc(50*time.Millisecond, cancel)
	began = time.Now()
	if _, err := c.Get(ctx, "a1", auth.ForIncoming); blocked && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if time.Since(began) > 30*time.Second {
		t.Error("a cancelled call did not return")
	}
}

func TestSystemWithoutAKeyring(t *testing.T) {
	if !inSession(t, "empty") {
		return
	}
	if s := System("").Probe(t.Context()); s != Absent {
		t.Errorf("state %d", s)
	}
	if err := System("").Set(t.Context(), "a1", auth.ForIncoming, "x"); code(err) != "local/keychain-absent" {
		t.Error(err)
	}
}

func TestSystemAbsent(t *testing.T) {
	if !inSession(t, "none") {
		return
	}
	c := System("")
	if s := c.Probe(t.Context()); s != Absent {
		t.Errorf("state %d", s)
	}
	_, err := c.Get(t.Context(), "a1", auth.ForIncoming)
	if code(err) != "local/keychain-absent" || fault.Of(err).Policy().Offered != fault.ActFix {
		t.Error(err)
	}
}

// Without a bus no daemon may be started: the library would run dbus-launch.
func TestSystemWithoutABus(t *testing.T) {
	for _, addr := range []string{"unix:path=/nonexistent/bus", ""} {
		bin := t.TempDir()
		if err := os.WriteFile(bin+"/dbus-launch", []byte("#!/bin/sh\ntouch "+bin+"/started\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", addr)
		t.Setenv("XDG_RUNTIME_DIR", bin)
		if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil && addr == "" {
			t.Skip("a session bus of the system runs here")
		}
		began := time.Now()
		if err := System("").Set(t.Context(), "a1", auth.ForIncoming, "x"); code(err) != "local/keychain-absent" {
			t.Error(err)
		}
		if time.Since(began) > 30*time.Second {
			t.Error("it took", time.Since(began))
		}
		if _, err := os.Stat(bin + "/started"); err == nil {
			t.Error("a bus daemon was started")
		}
	}
}
