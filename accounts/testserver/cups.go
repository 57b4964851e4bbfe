package testserver

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Cups is a running CUPS scheduler (package cups-daemon) on a free loopback port, for CUPS_SERVER, with two printers: Office_printer, which is the usual one, and
// Paused_printer, which takes no jobs. What was printed is kept in its spool as it came.
type Cups struct {
	Dir    string
	Server string // host:port
	cmd    *exec.Cmd
}

// StartCups runs CUPS until the test ends; without it the test is skipped.
func StartCups(t testing.TB) *Cups {
	t.Helper()
	daemon, err := exec.LookPath("cupsd")
	if err != nil {
		daemon = "/usr/sbin/cupsd"
	}
	admin, err := exec.LookPath("lpadmin")
	if err != nil {
		admin = "/usr/sbin/lpadmin"
	}
	for _, p := range []string{daemon, admin} {
		if _, err := os.Stat(p); err != nil {
			t.Skip("no CUPS: install cups-daemon and cups-client")
		}
	}
	dir, err := os.MkdirTemp("", "prc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cups{Dir: dir, Server: l.Addr().String()}
	_ = l.Close()
	for _, d := range []string{"etc", "spool", "cache", "state", "tmp", "log"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, "etc", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("cupsd.conf", fmt.Sprintf(`Listen %s
WebInterface No
Browsing Off
DefaultAuthType None
PreserveJobFiles Yes
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow localhost
  </Limit>
</Policy>
`, c.Server))
	files := "FileDevice Yes\nSystemGroup root\n"
	for k, d := range map[string]string{"ServerRoot": "etc", "StateDir": "state", "CacheDir": "cache", "RequestRoot": "spool", "TempDir": "tmp"} {
		files += k + " " + filepath.Join(dir, d) + "\n"
	}
	for k, d := range map[string]string{"AccessLog": "access", "ErrorLog": "error", "PageLog": "page"} {
		files += k + " " + filepath.Join(dir, "log", d) + "\n"
	}
	write("cups-files.conf", files)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c.cmd = exec.Command(daemon, "-f", "-c", filepath.Join(dir, "etc", "cupsd.conf"), "-s", filepath.Join(dir, "etc", "cups-files.conf"))
	var out strings.Builder
	c.cmd.Stdout, c.cmd.Stderr = &out, &out
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		if t.Failed() {
			b, _ := os.ReadFile(filepath.Join(dir, "log", "error"))
			t.Logf("CUPS says:\n%s%s", out.String(), b)
		}
	})
	_, port, _ := net.SplitHostPort(c.Server)
	n, _ := strconv.Atoi(port)
	if err := comeUp(func() string { return "" }, n); err != nil {
		t.Fatalf("CUPS: %v", err)
	}
	run := func(args ...string) {
		x := exec.Command(args[0], args[1:]...)
		x.Env = append(os.Environ(), "CUPS_SERVER="+c.Server)
		if out, err := x.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
	}
	run(admin, "-p", "Office_printer", "-E", "-v", "file:///dev/null", "-m", "raw")
	run(admin, "-p", "Paused_printer", "-v", "file:///dev/null", "-m", "raw")
	run(admin, "-d", "Office_printer")
	return c
}

// Printed returns what came to print, in order.
func (c *Cups) Printed(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(c.Dir, "spool", "d*-*"))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}
