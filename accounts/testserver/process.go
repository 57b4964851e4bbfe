package testserver

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tend closes a server when the test ends, with its logs where the test failed. When err says that the server did not start, that is now.
func tend(t testing.TB, name string, s interface {
	Logs() string
	Close()
}, err error) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s says:\n%s", name, s.Logs())
		}
		s.Close()
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// launch starts a program in a process group of its own; what it prints is added to the file log.
func launch(c *exec.Cmd, log string) error {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	c.Stdout, c.Stderr = out, out
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Setpgid = true
	return c.Start()
}

// ids looks up a user of the system.
func ids(name string) (uid, gid int, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, err
	}
	if uid, err = strconv.Atoi(u.Uid); err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}

// freePort finds a port below the range that outgoing connections use, so that none takes it before the server does.
func freePort() (int, error) {
	l, err := hold()
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// hold is freePort that keeps the port until the listener is closed.
func hold() (net.Listener, error) {
	for try := 0; ; try++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 11000+rand.IntN(20000)))
		if err == nil || try > 100 {
			return l, err
		}
	}
}

// comeUp waits until somebody listens on all the ports.
func comeUp(logs func() string, ports ...int) error {
	deadline := time.Now().Add(30 * time.Second)
	for _, p := range ports {
		for !listening(p) {
			if time.Now().After(deadline) {
				return fmt.Errorf("port %d did not come up:\n%s", p, logs())
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}

// listening looks into the kernel's table, so that no connection disturbs the server.
func listening(port int) bool {
	b, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err == nil {
			c.Close()
		}
		return err == nil
	}
	return bytes.Contains(b, fmt.Appendf(nil, "0100007F:%04X 00000000:0000 0A", port))
}

func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, ok := strings.Cut(string(b), ") ")
	return ok && !strings.HasPrefix(rest, "Z")
}

// logOf is the end of a log, 6 KB.
func logOf(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-6000):])
}
