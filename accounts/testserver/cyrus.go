package testserver

import (
	"crypto/x509"
	"fmt"
	"net/textproto"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Cyrus is a running Cyrus server with its CardDAV and CalDAV (packages cyrus-caldav and sasl2-bin) over TLS on a free loopback port. Its people are those of CyrusUsers. It does not run as root:
// root starts it as the user that the packages make.
type Cyrus struct {
	Dir   string
	Host  string // "localhost"
	Port  int
	Roots *x509.CertPool

	mu  sync.Mutex
	cmd *exec.Cmd
}

// CyrusUsers are its people and their passwords.
var CyrusUsers = map[string]string{"alice": "alice-pw", "bob": "bob-pw"}

const cyrusBin = "/usr/lib/cyrus/bin"

// StartCyrus runs Cyrus until the test ends; where it cannot, the test is skipped.
func StartCyrus(t testing.TB) *Cyrus {
	t.Helper()
	for _, p := range []string{cyrusBin + "/httpd", cyrusBin + "/lmtpd", cyrusBin + "/master"} {
		if _, err := os.Stat(p); err != nil {
			t.Skip("no Cyrus: install cyrus-caldav sasl2-bin")
		}
	}
	if _, err := exec.LookPath("saslpasswd2"); err != nil {
		t.Skip("no Cyrus: install cyrus-caldav sasl2-bin")
	}
	s := &Cyrus{Host: "localhost"}
	tend(t, "Cyrus", s, s.start())
	return s
}

func (s *Cyrus) start() error {
	dir, err := os.MkdirTemp("", "prc")
	if err != nil {
		return err
	}
	s.Dir = dir
	if s.Roots, err = writeCerts(dir, "server"); err != nil {
		return err
	}
	if s.Port, err = freePort(); err != nil {
		return err
	}
	me, err := user.Current()
	if err != nil {
		return err
	}
	as := me
	if os.Geteuid() == 0 {
		if as, err = user.Lookup("cyrus"); err != nil {
			return err
		}
	}
	for _, d := range []string{"mail", "sieve", "conf/db", "conf/socket", "conf/log", "conf/proc", "conf/lock"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return err
		}
	}
	for name, password := range CyrusUsers {
		c := exec.Command("saslpasswd2", "-p", "-c", "-f", filepath.Join(dir, "sasldb2"), "-u", "cyrus.test", name)
		c.Stdin = strings.NewReader(password)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("saslpasswd2: %w: %s", err, out)
		}
	}
	// A person's calendars are made when there is an inbox; that is made by the first delivery.
	files := map[string]string{"imapd.conf": fmt.Sprintf(`configdirectory: %[1]s/conf
defaultpartition: default
partition-default: %[1]s/mail
mboxname_lockpath: %[1]s/conf/lock
proc_path: %[1]s/conf/proc
lmtpsocket: %[1]s/conf/socket/lmtp
idlesocket: %[1]s/conf/socket/idle
notifysocket: %[1]s/conf/socket/notify
cyrus_user: %[2]s
servername: cyrus.test
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: %[1]s/sasldb2
sasl_mech_list: PLAIN
allowplaintext: yes
httpmodules: caldav carddav freebusy
tls_server_cert: %[1]s/tls.pem
tls_server_key: %[1]s/tls.key
autocreate_quota: 0
autocreate_post: yes
virtdomains: off
unixhierarchysep: yes
altnamespace: yes
sieveusehomedir: no
sievedir: %[1]s/sieve
calendar_user_address_set: example.test
syslog_prefix: cyrus
`, dir, as.Username), "cyrus.conf": fmt.Sprintf(`START {
  recover cmd="%[2]s/ctl_cyrusdb -C %[1]s/imapd.conf -r"
}
SERVICES {
  https cmd="%[2]s/httpd -C %[1]s/imapd.conf -s" listen="127.0.0.1:%[3]d" prefork=1 maxchild=20
  lmtpunix cmd="%[2]s/lmtpd -C %[1]s/imapd.conf -a" listen="%[1]s/conf/socket/lmtp" prefork=0 maxchild=5
}
EVENTS {
}
`, dir, cyrusBin, s.Port)}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	c := exec.Command(cyrusBin+"/master", "-C", filepath.Join(dir, "imapd.conf"), "-M", filepath.Join(dir, "cyrus.conf"), "-D", "-p", filepath.Join(dir, "pid"))
	if as != me {
		uid, gid, err := ids(as.Username)
		if err != nil {
			return err
		}
		if err := filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(p, uid, gid)
		}); err != nil {
			return err
		}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	c.Dir = dir
	if err := launch(c, filepath.Join(dir, "out")); err != nil {
		return err
	}
	s.mu.Lock()
	s.cmd = c
	s.mu.Unlock()
	if err := comeUp(s.Logs, s.Port); err != nil {
		return err
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err = s.welcome(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// welcome delivers a message to everybody by LMTP (RFC 2033).
func (s *Cyrus) welcome() error {
	c, err := textproto.Dial("unix", filepath.Join(s.Dir, "conf/socket/lmtp"))
	if err != nil {
		return err
	}
	defer c.Close()
	say := func(code int, format string, args ...any) error {
		if format != "" {
			if err := c.PrintfLine(format, args...); err != nil {
				return err
			}
		}
		_, _, err := c.ReadResponse(code)
		return err
	}
	if err := say(220, ""); err != nil {
		return err
	}
	if err := say(250, "LHLO localhost"); err != nil {
		return err
	}
	for name := range CyrusUsers {
		if err := say(250, "MAIL FROM:<postmaster@example.test>"); err != nil {
			return err
		}
		if err := say(250, "RCPT TO:<%s>", name); err != nil {
			return err
		}
		if err := say(354, "DATA"); err != nil {
			return err
		}
		if err := say(250, "Subject: Welcome\r\n\r\nHello.\r\n."); err != nil {
			return err
		}
	}
	return say(221, "QUIT")
}

// Close ends it and removes its folder.
func (s *Cyrus) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		s.cmd.Wait()
		s.cmd = nil
	}
	os.RemoveAll(s.Dir)
}

// Logs returns what it wrote; most of it goes to the system's log.
func (s *Cyrus) Logs() string { return logOf(filepath.Join(s.Dir, "out")) }

// Server returns the settings of a person's address books (mail.CardDAV) or calendars (mail.CalDAV).
func (s *Cyrus) Server(p mail.Protocol, user string) mail.Server {
	path := "/dav/calendars/"
	if p == mail.CardDAV {
		path = "/dav/addressbooks/"
	}
	return mail.Server{Protocol: p, Host: s.Host, Port: s.Port, Security: mail.TLS, User: user, Auth: mail.Password, Path: path}
}
