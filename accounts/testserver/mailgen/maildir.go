package mailgen

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// WriteMaildir writes messages from..to-1 into a Maildir as already seen by a client (cur/), with LF line ends as delivery agents do, and
// gives the files to owner (a uid and gid, -1 = leave).
func (g *Gen) WriteMaildir(dir string, from, to, uid, gid int) error {
	for _, d := range []string{"", "cur", "new", "tmp"} {
		p := filepath.Join(dir, d)
		if err := os.MkdirAll(p, 0o700); err != nil {
			return err
		}
		if uid >= 0 {
			if err := os.Chown(p, uid, gid); err != nil {
				return err
			}
		}
	}
	for i := from; i < to; i++ {
		raw := g.Message(i)
		lf := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		name := filepath.Join(dir, "cur", fmt.Sprintf("%d.M%dP1.gen,S=%d,W=%d:2,", g.Date(i).Unix(), i, len(lf), len(raw)))
		if err := os.WriteFile(name, lf, 0o600); err != nil {
			return err
		}
		if err := os.Chtimes(name, g.Date(i), g.Date(i)); err != nil {
			return err
		}
		if uid >= 0 {
			if err := os.Chown(name, uid, gid); err != nil {
				return err
			}
		}
	}
	return nil
}
