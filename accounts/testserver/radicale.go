package testserver

import (
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

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
	s := &Radicale{Host: "localhost"}
	tend(t, "Radicale", s, s.setUp())
	return s
}

func (s *Radicale) setUp() error {
	dir, err := os.MkdirTemp("", "prr")
	if err != nil {
		return err
	}
	s.Dir, s.CA = dir, filepath.Join(dir, "ca.pem")
	if s.Roots, err = writeCerts(dir, "server"); err != nil {
		return err
	}
	var users strings.Builder
	for u, p := range Users {
		fmt.Fprintf(&users, "%s:%s\n", u, p)
	}
	if err := os.WriteFile(filepath.Join(dir, "users"), []byte(users.String()), 0o600); err != nil {
		return err
	}
	if s.Port, err = freePort(); err != nil {
		return err
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
		return err
	}
	return s.Start()
}

// Start starts it again after Kill, on the same port.
func (s *Radicale) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := exec.Command("radicale", "--config", filepath.Join(s.Dir, "radicale.conf"))
	if err := launch(c, filepath.Join(s.Dir, "radicale.log")); err != nil {
		return err
	}
	s.cmd = c
	return comeUp(s.Logs, s.Port)
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
func (s *Radicale) Logs() string { return logOf(filepath.Join(s.Dir, "radicale.log")) }

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
