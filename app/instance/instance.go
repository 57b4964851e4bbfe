// Package instance keeps one window per profile: a second start hands its arguments to the first and ends.
package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// maxSocketPath is what the shortest sockaddr_un of the supported systems holds, with some room.
const maxSocketPath = 100

// maxMessage bounds what a second start may hand over, in bytes.
const maxMessage = 64 << 10

// socket returns the place of a profile's socket: in the profile, or, where that path is too long, in a folder of the user's own.
func socket(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	p := filepath.Join(abs, "window.sock")
	if len(p) <= maxSocketPath {
		return p, os.MkdirAll(abs, 0o700)
	}
	base := os.Getenv("XDG_RUNTIME_DIR")
	if base == "" {
		if base, err = os.UserCacheDir(); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256([]byte(abs))
	base = filepath.Join(base, "postrider")
	return filepath.Join(base, hex.EncodeToString(sum[:8])+".sock"), os.MkdirAll(base, 0o700)
}

// Argument returns an argument as the first window, which may run in another folder, takes it: the whole path of a file that exists, also when it was named by a
// file: URL, as desktops do; everything else as it is.
func Argument(a string) string {
	p := a
	if u, err := url.Parse(a); err == nil && u.Scheme == "file" && (u.Host == "" || u.Host == "localhost") {
		p = u.Path
		if runtime.GOOS == "windows" {
			p = strings.TrimPrefix(p, "/")
		}
	}
	if _, err := os.Stat(p); err != nil {
		return a
	}
	if abs, err := filepath.Abs(p); err == nil {
		return abs
	}
	return p
}

// HandOver gives args to the window that has dir open. It returns false when there is none.
func HandOver(dir string, args []string) bool {
	p, err := socket(dir)
	if err != nil {
		return false
	}
	c, err := net.DialTimeout("unix", p, time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if json.NewEncoder(c).Encode(args) != nil {
		return false
	}
	var ok bool
	return json.NewDecoder(c).Decode(&ok) == nil && ok
}

// Listen receives what later starts hand over; the caller must hold the profile's lock, so that what is left of a crashed window may be replaced. got is
// called from a goroutine of its own.
func Listen(dir string, got func(args []string)) (io.Closer, error) {
	p, err := socket(dir)
	if err != nil {
		return nil, err
	}
	os.Remove(p)
	l, err := net.Listen("unix", p)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(p, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(5 * time.Second))
				var args []string
				if json.NewDecoder(io.LimitReader(c, maxMessage)).Decode(&args) != nil {
					return
				}
				got(args)
				json.NewEncoder(c).Encode(true)
			}()
		}
	}()
	return l, nil
}
