package testserver

import (
	"bytes"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/template"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

//go:embed conf/*.tmpl
var conf embed.FS

// Options choose what is started.
type Options struct {
	Cert    string // "server" (default), "wronghost", "expired", "selfsigned"
	NoSMTP  bool   // Dovecot only: no root needed
	OAuth   string // contents of the oauth2 passdb's settings (driver oauth2); "" = none
	Extra   string // added to the end of dovecot.conf
	Postfix string // added to the end of main.cf
	MaxSize int64  // message_size_limit; 0 = 10 MiB
}

// Server is a running pair of servers.
type Server struct {
	Dir   string
	Host  string // "localhost"
	Roots *x509.CertPool
	CA    string // path of the root certificate, PEM
	ports map[int]int
	opts  Options
	mu    sync.Mutex
	procs []*exec.Cmd
}

// Users are the accounts of the test domain and their passwords.
var Users = map[string]string{
	"ada@example.test":      "ada-pw",
	"bob@example.test":      "bob-pw",
	"eve@example.test":      `päss wörd "q\`,
	"full@example.test":     "full-pw",
	"jane.doe@example.com":  "jane-pw",
	"disabled@example.test": "x",
}

var standardPorts = []int{24, 25, 110, 143, 465, 587, 993, 995, 1200}

// Start runs the servers until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if miss := Missing(o); miss != "" {
		t.Skip("no test servers: " + miss)
	}
	s, err := Run("", o)
	if err != nil {
		t.Fatalf("test servers: %v", err)
	}
	tend(t, "the servers", s, nil)
	return s
}

// Missing says what this machine lacks, "" when nothing.
func Missing(o Options) string {
	if _, err := exec.LookPath("dovecot"); err != nil {
		if _, err := os.Stat("/usr/sbin/dovecot"); err != nil {
			return "install dovecot-imapd dovecot-pop3d dovecot-lmtpd"
		}
	}
	if o.NoSMTP {
		return ""
	}
	if _, err := os.Stat("/usr/sbin/postfix"); err != nil {
		return "install postfix"
	}
	if os.Geteuid() != 0 {
		return "Postfix needs root"
	}
	return ""
}

// Run starts the servers in dir ("" = a temporary folder that Close removes).
func Run(dir string, o Options) (*Server, error) {
	if o.Cert == "" {
		o.Cert = "server"
	}
	if o.MaxSize == 0 {
		o.MaxSize = 10 << 20
	}
	if dir == "" {
		d, err := os.MkdirTemp("", "prs")
		if err != nil {
			return nil, err
		}
		dir = d
	}
	s := &Server{Dir: dir, Host: "localhost", ports: map[int]int{}, opts: o, CA: filepath.Join(dir, "ca.pem")}
	if err := s.pickPorts(); err != nil {
		return nil, err
	}
	if err := s.write(); err != nil {
		return nil, err
	}
	return s, nil
}

// pickPorts chooses free ports.
func (s *Server) pickPorts() error {
	var held []net.Listener
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	for _, p := range standardPorts {
		l, err := hold()
		if err != nil {
			return err
		}
		held = append(held, l)
		s.ports[p] = l.Addr().(*net.TCPAddr).Port
	}
	return nil
}

// Port returns the port that stands for a standard one: 24, 25, 110, 143, 465, 587, 993 or 995.
func (s *Server) Port(standard int) int { return s.ports[standard] }

// Server returns the settings of one service for user.
func (s *Server) Server(standard int, user string) mail.Server {
	m := mail.Server{Host: s.Host, Port: s.ports[standard], User: user, Security: mail.TLS, Auth: mail.Password}
	switch standard {
	case 143, 993:
		m.Protocol = mail.IMAP
	case 110, 995:
		m.Protocol = mail.POP3
	default:
		m.Protocol = mail.SMTP
	}
	switch standard {
	case 143, 110, 587, 25:
		m.Security = mail.STARTTLS
	}
	return m
}

// Maildir returns the folder of a user's mail.
func (s *Server) Maildir(user string) string {
	return filepath.Join(s.Dir, "mail", user, "Maildir")
}

func (s *Server) write() error {
	v := struct {
		Dir, InternalUser, InternalGroup, LoginUser, MailUser, MailGroup string
		Port                                                             map[int]int
		OAuth                                                            bool
		Extra, ExtraPostfix                                              string
		MaxSize                                                          int64
	}{Dir: s.Dir, InternalUser: "dovecot", InternalGroup: "dovecot", LoginUser: "dovenull", MailUser: "mail", MailGroup: "mail",
		Port: s.ports, OAuth: s.opts.OAuth != "", Extra: s.opts.Extra, ExtraPostfix: s.opts.Postfix, MaxSize: s.opts.MaxSize}
	root := os.Geteuid() == 0
	if !root {
		u, err := user.Current()
		if err != nil {
			return err
		}
		g, err := user.LookupGroupId(u.Gid)
		if err != nil {
			return err
		}
		v.InternalUser, v.InternalGroup, v.LoginUser, v.MailUser, v.MailGroup = u.Username, g.Name, u.Username, u.Username, g.Name
	}
	for _, d := range []string{"log", "mail", "run", "state", "conf", "postfix/spool", "postfix/data"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, d), 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(s.Dir, 0o755); err != nil {
		return err
	}
	pool, err := writeCerts(s.Dir, s.opts.Cert)
	if err != nil {
		return err
	}
	s.Roots = pool
	for in, out := range map[string]string{"dovecot.conf": "dovecot.conf", "main.cf": "conf/main.cf", "master.cf": "conf/master.cf"} {
		t, err := template.ParseFS(conf, "conf/"+in+".tmpl")
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, v); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.Dir, out), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	var users strings.Builder
	for u, p := range Users {
		extra := ""
		switch {
		case strings.HasPrefix(u, "full@"):
			extra = "userdb_quota_rule=*:storage=20K"
		case strings.HasPrefix(u, "disabled@"):
			extra = "nologin=y reason=Account_disabled"
		}
		fmt.Fprintf(&users, "%s:{PLAIN}%s::::::%s\n", u, p, extra)
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "users"), []byte(users.String()), 0o640); err != nil {
		return err
	}
	if s.opts.OAuth != "" {
		if err := os.WriteFile(filepath.Join(s.Dir, "oauth2.conf.ext"), []byte(s.opts.OAuth), 0o644); err != nil {
			return err
		}
	}
	if root {
		own := func(path, name string) error {
			uid, gid, err := ids(name)
			if err != nil {
				return err
			}
			return os.Chown(filepath.Join(s.Dir, path), uid, gid)
		}
		if err := errors.Join(own("mail", "mail"), own("users", "dovecot"), own("log", "mail")); err != nil {
			return err
		}
		if !s.opts.NoSMTP {
			if err := own("postfix/data", "postfix"); err != nil {
				return err
			}
		}
		// Dovecot's mail processes log as the mail user.
		if err := os.WriteFile(filepath.Join(s.Dir, "log/dovecot.log"), nil, 0o666); err != nil {
			return err
		}
		os.Chmod(filepath.Join(s.Dir, "log/dovecot.log"), 0o666)
	}
	return s.start()
}

func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := func(name string, args ...string) error {
		c := exec.Command(name, args...)
		if err := launch(c, filepath.Join(s.Dir, "log", filepath.Base(name)+".out")); err != nil {
			return err
		}
		go c.Wait()
		s.procs = append(s.procs, c)
		return nil
	}
	if err := run("/usr/sbin/dovecot", "-F", "-c", filepath.Join(s.Dir, "dovecot.conf")); err != nil {
		return err
	}
	wait := []int{993, 143, 995, 110, 24, 1200}
	if !s.opts.NoSMTP {
		if err := run("/usr/sbin/postfix", "-c", filepath.Join(s.Dir, "conf"), "start-fg"); err != nil {
			return err
		}
		wait = append(wait, 25, 587, 465)
	}
	ports := make([]int, len(wait))
	for i, p := range wait {
		ports[i] = s.ports[p]
	}
	return comeUp(s.Logs, ports...)
}

// Stop ends the servers in good order; their files stay.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends them at once.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Restart starts them again on the same ports.
func (s *Server) Restart() error {
	s.Stop()
	return s.start()
}

func (s *Server) end(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, err := os.ReadFile(filepath.Join(s.Dir, "postfix/spool/pid/master.pid")); err == nil {
		var pid int
		fmt.Sscan(strings.TrimSpace(string(b)), &pid)
		if pid > 1 {
			if sig == syscall.SIGKILL { // its processes would finish what they are at
				syscall.Kill(-pid, sig)
			}
			syscall.Kill(pid, sig)
		}
	}
	for _, c := range s.procs {
		if sig == syscall.SIGKILL {
			syscall.Kill(-c.Process.Pid, sig)
		}
		c.Process.Signal(sig)
	}
	deadline := time.Now().Add(10 * time.Second)
	for _, p := range s.ports {
		for listening(p) && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
	}
	for _, c := range s.procs {
		for alive(c.Process.Pid) && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
	s.procs = nil
}

// Close stops the servers and removes their folder.
func (s *Server) Close() {
	s.Stop()
	for i := 0; i < 5; i++ {
		if os.RemoveAll(s.Dir) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Logs returns the end of the servers' logs.
func (s *Server) Logs() string {
	var b strings.Builder
	for _, f := range []string{"dovecot.log", "dovecot.out", "postfix.log", "postfix.out"} {
		d, err := os.ReadFile(filepath.Join(s.Dir, "log", f))
		if err == nil && len(d) > 0 {
			if len(d) > 6000 {
				d = d[len(d)-6000:]
			}
			fmt.Fprintf(&b, "--- %s\n%s", f, d)
		}
	}
	return b.String()
}

// Deliver hands a message to user's inbox by LMTP. raw has CRLF or LF line ends.
func (s *Server) Deliver(user string, raw []byte) error {
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", s.ports[24]), 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	t := textproto.NewConn(c)
	if _, _, err := t.ReadResponse(220); err != nil {
		return err
	}
	for _, x := range []struct {
		cmd  string
		code int
	}{{"LHLO test", 250}, {"MAIL FROM:<>", 250}, {"RCPT TO:<" + user + ">", 250}, {"DATA", 354}} {
		if err := t.PrintfLine("%s", x.cmd); err != nil {
			return err
		}
		if _, _, err := t.ReadResponse(x.code); err != nil {
			return fmt.Errorf("%s: %w", x.cmd, err)
		}
	}
	w := t.DotWriter()
	if _, err := w.Write(raw); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if _, _, err := t.ReadResponse(250); err != nil {
		return err
	}
	t.PrintfLine("QUIT")
	return nil
}
