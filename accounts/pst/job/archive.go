package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
)

// Archive is a data file that mail is moved into. Nothing that was put is promised before Commit returned; what was promised is read back from the disk by Sums.
type Archive struct {
	path    string
	w       *pst.Store
	folders map[string]pst.Ref
}

// OpenArchive opens a file for writing, or makes it, with a name for people. It is the one writer of the file until Close.
func OpenArchive(path, name string) (*Archive, error) {
	a := &Archive{path: path, folders: map[string]pst.Ref{}}
	var err error
	if _, serr := os.Stat(path); errors.Is(serr, fs.ErrNotExist) {
		if a.w, err = pst.Create(path, pst.CreateOptions{Name: name}); err == nil {
			err = a.w.Commit()
		}
	} else {
		a.w, err = pst.OpenWrite(path, pst.Options{})
	}
	if err != nil {
		if a.w != nil {
			a.w.Close()
		}
		return nil, err
	}
	return a, nil
}

// folder finds a folder by its names from the top, making what is missing when make is true; 0 = it is not there.
func (a *Archive) folder(path []string, create bool) (pst.Ref, error) {
	return a.folderOf(path, "IPF.Note", create)
}

// inbox is what the mailbox that mail comes to is called in a file; servers call it INBOX (RFC 9051 section 5.1), and so did files of before.
const inbox = "Inbox"

// folderOf is folder for what a container class is for ([MS-OXOSFLD] section 2.2.6).
func (a *Archive) folderOf(path []string, class string, create bool) (pst.Ref, error) {
	at := a.w.Top()
	for i, name := range path {
		key := strings.Join(path[:i+1], "\x00")
		next := a.folders[key] // one that was made and is not committed yet is found here only
		if next == 0 {
			for _, f := range a.w.Folders() {
				if f.Parent == at && (f.Name == name || name == inbox && strings.EqualFold(f.Name, inbox)) {
					next = f.Ref
					break
				}
			}
		}
		if next == 0 {
			if !create {
				return 0, nil
			}
			var err error
			if next, err = a.w.CreateFolder(at, name, class); err != nil {
				return 0, err
			}
		}
		a.folders[key] = next
		at = next
	}
	return at, nil
}

// Flags are the flags of an item of a data file.
func Flags(m *prop.Message) mail.Flags { return pst.Flags(m) }

// Put files a message and returns its name in the file.
func (a *Archive) Put(folder []string, raw []byte, flags mail.Flags, keywords []string, received time.Time) (string, error) {
	f, err := a.folder(folder, true)
	if err != nil {
		return "", err
	}
	r, err := a.w.AddMIME(f, raw, flags, keywords, received)
	return r.String(), err
}

// PutPIM files a contact (vCard) or an appointment or task (iCalendar); class is that of the folder: "IPF.Contact", "IPF.Appointment", "IPF.Task".
func (a *Archive) PutPIM(folder []string, class string, raw []byte) (string, error) {
	f, err := a.folderOf(folder, class, true)
	if err != nil {
		return "", err
	}
	r, err := a.w.AddPIM(f, raw)
	return r.String(), err
}

// Commit writes what was put to the disk; when it returns, all of it is there.
func (a *Archive) Commit() error { return a.w.Commit() }

// Sums reads messages from the disk again, by a handle of its own, and returns the SHA-256 of their bytes, hex. A message that cannot be read has none.
func (a *Archive) Sums(ctx context.Context, names []string) (map[string]string, error) {
	return Sums(ctx, a.path, names)
}

// Sums reads messages of a file and returns the SHA-256 of their bytes, hex. A message that cannot be read has none.
func Sums(ctx context.Context, path string, names []string) (map[string]string, error) {
	s, err := pst.Open(path, pst.Options{Cache: 4 << 20})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	out := map[string]string{}
	for _, n := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		v, err := strconv.ParseUint(n, 16, 32)
		if err != nil {
			continue
		}
		m, err := s.Message(pst.Ref(v))
		if err != nil {
			continue
		}
		h := sha256.New()
		lost := false
		if err := s.WriteMIME(h, m, func(string, error) error { lost = true; return nil }); err != nil || lost {
			continue
		}
		out[n] = hex.EncodeToString(h.Sum(nil))
	}
	return out, nil
}

// Names returns the messages of a folder that were put after one ("" = all), ascending.
func (a *Archive) Names(folder []string, after string) ([]string, error) {
	f, err := a.folder(folder, false)
	if err != nil || f == 0 {
		return nil, err
	}
	last, err := strconv.ParseUint("0"+after, 16, 64)
	if err != nil {
		return nil, fault.New(fault.Usage, "name", "This is no name of a message in the file", "")
	}
	x, err := a.w.Folder(f)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range x.Items() {
		if uint64(r) > last {
			out = append(out, r.String())
		}
	}
	return out, nil
}

// Close ends writing; what was not committed is gone.
func (a *Archive) Close() error { return a.w.Close() }
