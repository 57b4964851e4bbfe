package testserver

import (
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Radicale is a running CardDAV and CalDAV server (package radicale) over TLS on a free loopback port, with the people of Users. Its files are in Dir.
type Radicale struct {
	Dir   string
	Host  string // "localhost"
	Port  int
	CA    string
	Roots *x509.CertPool

	mu  sync.Mutex
	cmd *exec.Cmd
}

// StartRadicale runs Radicale until the test ends; without it the test is skipped.
func StartRadicale(t testing.TB) *Radicale {
	t.Helper()
	if _, err := exec.LookPath("radicale"); err != nil {
		t.Skip("no Radicale: install radicale")
	}
	s, err := RunRadicale("")
	if err != nil {
		t.Fatalf("Radicale: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Radicale's log:\n%s", s.Logs())
		}
		s.Close()
	})
	return s
}

// RunRadicale starts it in dir ("" = a temporary folder that Close removes).
func RunRadicale(dir string) (*Radicale, error) {
	if dir == "" {
		d, err := os.MkdirTemp("", "prr")
		if err != nil {
			return nil, err
		}
		dir = d
	}
	s := &Radicale{Dir: dir, Host: "localhost", CA: filepath.Join(dir, "ca.pem")}
	pool, err := writeCerts(dir, "server")
	if err != nil {
		return nil, err
	}
	s.Roots = pool
	var users strings.Builder
	for u, p := range Users {
		fmt.Fprintf(&users, "%s:%s\n", u, p)
	}
	if err := os.WriteFile(filepath.Join(dir, "users"), []byte(users.String()), 0o600); err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		port := 11000 + rand.IntN(20000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			s.Port = port
			l.Close()
			break
		}
		if try > 100 {
			return nil, err
		}
	}
	conf := fmt.Sprintf(`[server]
hosts = 127.0.0.1:%d
ssl = True
certificate = %[2]s/tls.pem
key = %[2]s/tls.key
max_connections = 40
max_content_length = 100000000
timeout = 60
[auth]
type = htpasswd
htpasswd_filename = %[2]s/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = %[2]s/store
[web]
type = none
[logging]
level = warning
mask_passwords = True
`, s.Port, dir)
	if err := os.WriteFile(filepath.Join(dir, "radicale.conf"), []byte(conf), 0o600); err != nil {
		return nil, err
	}
	if err := s.Start(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Start starts it again after Kill, on the same port.
func (s *Radicale) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := os.OpenFile(filepath.Join(s.Dir, "radicale.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	c := exec.Command("radicale", "--config", filepath.Join(s.Dir, "radicale.conf"))
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		return err
	}
	s.cmd = c
	deadline := time.Now().Add(20 * time.Second)
	for !listening(s.Port) {
		if time.Now().After(deadline) {
			return fmt.Errorf("port %d did not come up: %s", s.Port, s.Logs())
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// Kill ends it at once; its files stay.
func (s *Radicale) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		s.cmd.Wait()
		s.cmd = nil
	}
}

// Close ends it and removes its folder.
func (s *Radicale) Close() {
	s.Kill()
	os.RemoveAll(s.Dir)
}

// Logs returns what it wrote, without its folder's passwords.
func (s *Radicale) Logs() string {
	b, err := os.ReadFile(filepath.Join(s.Dir, "radicale.log"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Server returns the settings of a person's address books (mail.CardDAV) or calendars (mail.CalDAV).
func (s *Radicale) Server(p mail.Protocol, user string) mail.Server {
	return mail.Server{Protocol: p, Host: s.Host, Port: s.Port, Security: mail.TLS, User: user, Auth: mail.Password, Path: "/"}
}

// AtRadicale describes a server that another process started, by its folder and port.
func AtRadicale(dir string, port int) (*Radicale, error) {
	b, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("no certificate in %s", dir)
	}
	return &Radicale{Dir: dir, Host: "localhost", Port: port, CA: filepath.Join(dir, "ca.pem"), Roots: pool}, nil
}
