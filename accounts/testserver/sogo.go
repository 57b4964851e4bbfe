package testserver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
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

// SOGo is a running groupware server (packages sogo, memcached and postgresql) with its CardDAV and CalDAV behind TLS on a free loopback port. Its people are those of SOGoUsers. It needs
// root, since its database and itself run as users of their own.
type SOGo struct {
	Dir   string
	Host  string // "localhost"
	Port  int
	Roots *x509.CertPool

	mu    sync.Mutex
	procs []*exec.Cmd
	proxy *http.Server
}

// SOGoUsers are its people and their passwords.
var SOGoUsers = map[string]string{"alice": "alice-pw", "bob": "bob-pw"}

const postgresBin = "/usr/lib/postgresql"

// StartSOGo runs SOGo until the test ends; where it cannot, the test is skipped.
func StartSOGo(t testing.TB) *SOGo {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SOGo needs root")
	}
	pg, _ := filepath.Glob(postgresBin + "/*/bin/initdb")
	for _, p := range []string{"/usr/sbin/sogod", "/usr/bin/memcached"} {
		if _, err := os.Stat(p); err != nil || len(pg) == 0 {
			t.Skip("no SOGo: install sogo memcached postgresql")
		}
	}
	s := &SOGo{Host: "localhost"}
	tend(t, "SOGo", s, s.start(filepath.Dir(pg[len(pg)-1])))
	return s
}

// as gives a command a user.
func as(c *exec.Cmd, name string) error {
	u, err := user.Lookup(name)
	if err != nil {
		return err
	}
	uid, gid, err := ids(name)
	if err != nil {
		return err
	}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	c.Env = append(os.Environ(), "HOME="+u.HomeDir, "LC_ALL=C.UTF-8")
	c.Dir = "/"
	return nil
}

// start starts a database (pg is the folder of its programs), memcached, SOGo and a proxy before it.
func (s *SOGo) start(pg string) error {
	dir, err := os.MkdirTemp("", "prg")
	if err != nil {
		return err
	}
	s.Dir = dir
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	if s.Roots, err = writeCerts(dir, "server"); err != nil {
		return err
	}
	var ports [3]int
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return err
		}
	}
	own := func(sub, name string) (string, error) {
		p := filepath.Join(dir, sub)
		if err := os.MkdirAll(p, 0o700); err != nil {
			return p, err
		}
		uid, gid, err := ids(name)
		if err != nil {
			return p, err
		}
		return p, os.Chown(p, uid, gid)
	}
	data, err := own("pg", "postgres")
	if err != nil {
		return err
	}
	home, err := own("sogo", "sogo")
	if err != nil {
		return err
	}
	init := exec.Command(filepath.Join(pg, "initdb"), "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
	if err := as(init, "postgres"); err != nil {
		return err
	}
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := s.run("postgres", "postgres", filepath.Join(pg, "postgres"), "-D", data, "-p", fmt.Sprint(ports[0]), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+data, "-c", "fsync=off"); err != nil {
		return err
	}
	if err := comeUp(s.Logs, ports[0]); err != nil {
		return err
	}
	sql := "CREATE ROLE sogo LOGIN PASSWORD 'sogo';\nCREATE DATABASE sogo OWNER sogo ENCODING 'UTF8' TEMPLATE template0;\n\\c sogo sogo\n" +
		"CREATE TABLE sogo_users (c_uid VARCHAR(60) PRIMARY KEY, c_name VARCHAR(60), c_password VARCHAR(120), c_cn VARCHAR(120), mail VARCHAR(120));\n"
	for u, p := range SOGoUsers {
		sql += fmt.Sprintf("INSERT INTO sogo_users VALUES ('%s','%s','%s','%s Example','%s@example.test');\n", u, u, p, strings.ToUpper(u[:1])+u[1:], u)
	}
	ready := false
	for range 50 {
		psql := exec.Command(filepath.Join(pg, "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", fmt.Sprint(ports[0]), "-U", "postgres")
		if err := as(psql, "postgres"); err != nil {
			return err
		}
		psql.Stdin = strings.NewReader(sql)
		out, err := psql.CombinedOutput()
		if err == nil {
			ready = true
			break
		}
		if !bytes.Contains(out, []byte("starting up")) {
			return fmt.Errorf("psql: %w\n%s", err, out)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if !ready {
		return fmt.Errorf("the database did not come up")
	}
	if err := s.run("memcached", "nobody", "/usr/bin/memcached", "-l", "127.0.0.1", "-p", fmt.Sprint(ports[1]), "-m", "16"); err != nil {
		return err
	}
	db := fmt.Sprintf("postgresql://sogo:sogo@127.0.0.1:%d/sogo/", ports[0])
	// Settings on the command line come before those of its configuration file.
	args := []string{"-WONoDetach", "YES", "-WOPidFile", filepath.Join(home, "pid"), "-WOLogFile", "-", "-WOPort", fmt.Sprintf("127.0.0.1:%d", ports[2]), "-WOWorkersCount", "3",
		"-SOGoProfileURL", db + "sogo_user_profile", "-OCSFolderInfoURL", db + "sogo_folder_info", "-OCSSessionsFolderURL", db + "sogo_sessions_folder", "-OCSEMailAlarmsFolderURL", db + "sogo_alarms_folder",
		"-SOGoUserSources", fmt.Sprintf(`({ type = sql; id = directory; viewURL = "%ssogo_users"; canAuthenticate = YES; isAddressBook = NO; displayName = "Everybody"; userPasswordAlgorithm = none; MailFieldNames = ("mail"); })`, db),
		"-SOGoMemcachedHost", fmt.Sprintf("127.0.0.1:%d", ports[1]), "-SOGoTimeZone", "UTC", "-SOGoMailDomain", "example.test", "-SOGoAppointmentSendEMailNotifications", "NO", "-SxVMemLimit", "512",
		"-SOGoCalendarDefaultRoles", "(PublicDAndTViewer)"} // people see of each other when they are busy
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	if err := s.run("sogo", "sogo", "/bin/bash", "-c", "[ -r /usr/share/GNUstep/Makefiles/GNUstep.sh ] && . /usr/share/GNUstep/Makefiles/GNUstep.sh; exec /usr/sbin/sogod "+strings.Join(quoted, " ")); err != nil {
		return err
	}
	if err := comeUp(s.Logs, ports[2]); err != nil {
		return err
	}
	return s.front(ports[2])
}

// run starts a program as a user.
func (s *SOGo) run(log, name, path string, args ...string) error {
	c := exec.Command(path, args...)
	if err := as(c, name); err != nil {
		return err
	}
	if err := launch(c, filepath.Join(s.Dir, log+".log")); err != nil {
		return err
	}
	go c.Wait()
	s.mu.Lock()
	s.procs = append(s.procs, c)
	s.mu.Unlock()
	return nil
}

// front speaks TLS for it, as a web server does in front of every SOGo.
func (s *SOGo) front(behind int) error {
	cert, err := tls.LoadX509KeyPair(filepath.Join(s.Dir, "tls.pem"), filepath.Join(s.Dir, "tls.key"))
	if err != nil {
		return err
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return err
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	to := &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", behind)}
	public := fmt.Sprintf("https://localhost:%d", s.Port)
	s.proxy = &http.Server{Handler: &httputil.ReverseProxy{Transport: &http.Transport{DisableKeepAlives: true}, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
		r.Out.Header.Set("x-webobjects-server-port", fmt.Sprint(s.Port))
		r.Out.Header.Set("x-webobjects-server-name", "localhost")
		r.Out.Header.Set("x-webobjects-server-url", public)
		r.Out.Header.Set("x-webobjects-server-protocol", "HTTP/1.0")
		r.Out.Header.Set("x-webobjects-remote-host", "127.0.0.1")
	}}}
	go s.proxy.Serve(l)
	return nil
}

// Close ends everything and removes its folder.
func (s *SOGo) Close() {
	if s.proxy != nil {
		s.proxy.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.procs) - 1; i >= 0; i-- {
		syscall.Kill(-s.procs[i].Process.Pid, syscall.SIGKILL)
	}
	for _, c := range s.procs {
		for end := time.Now().Add(5 * time.Second); alive(c.Process.Pid) && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
	}
	s.procs = nil
	os.RemoveAll(s.Dir)
}

// Logs returns the last of what SOGo wrote.
func (s *SOGo) Logs() string { return logOf(filepath.Join(s.Dir, "sogo.log")) }

// Server returns the settings of a person's address books or calendars.
func (s *SOGo) Server(p mail.Protocol, name string) mail.Server {
	return mail.Server{Protocol: p, Host: s.Host, Port: s.Port, Security: mail.TLS, User: name, Auth: mail.Password, Path: "/SOGo/dav/"}
}
