package doors

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/msg"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/accounts/rfc822"
)

// MaxMessage bounds one message, in bytes.
const MaxMessage = 150 << 20

// maxEntries bounds the files of a zip archive.
const maxEntries = 1 << 20

// maxRatio bounds what an archive unpacks to, in times of its size: deflate makes at most 1032 bytes of one, mail far less.
const maxRatio = 200

// Item is one message of a file, or why it could not be read.
type Item struct {
	Name     string // where it is, for people
	Raw      []byte // with CRLF; the caller may keep it
	Flags    mail.Flags
	Received time.Time // zero where the file does not say
	// Folder is the mailbox that it was in, by its names from the top of the data file, or of the folder that is read; nil where there is none.
	Folder []string
	Err    error // it could not be read; Raw is nil
	// Kind is "" for a message, "contact" for a contact or a list of them (Raw is a vCard), "event" for an appointment or a task (Raw is iCalendar).
	Kind string
}

// ErrTooLarge is the Err of an item over MaxMessage.
var ErrTooLarge = errors.New("larger than 150 MB")

// Read calls each for every message of a file or folder, in its order. It ends with the first error of each.
func Read(ctx context.Context, path string, d Dialect, each func(Item) error) error {
	x := &reader{ctx: ctx, d: d, each: each}
	st, err := os.Stat(path)
	if err != nil {
		return fileFault(err)
	}
	if !st.IsDir() {
		return x.file(path)
	}
	x.root = path
	return filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && p != path && errors.Is(err, fs.ErrPermission):
			return x.each(Item{Name: p, Err: errors.New("it may not be read")})
		case err != nil:
			return fileFault(err)
		case e.IsDir() && e.Name() == "tmp" && isMaildir(filepath.Dir(p)): // what is being delivered
			return filepath.SkipDir
		case !e.Type().IsRegular():
			return nil
		}
		x.folder = x.place(p)
		if in := filepath.Base(filepath.Dir(p)); (in == "cur" || in == "new") && isMaildir(filepath.Dir(filepath.Dir(p))) {
			return x.eml(p, maildirFlags(e.Name()))
		}
		switch strings.ToLower(filepath.Ext(p)) {
		case ".eml", ".msg", ".mbox", ".pst", ".ost", ".zip", ".vcf", ".ics":
			return x.file(p)
		case ".emlx":
			return x.emlx(p)
		}
		if _, err := os.Stat(p + ".msf"); err == nil { // a mailbox of Thunderbird, with its index beside it
			x.mozilla = true
			if filepath.Ext(p) != "" {
				x.folder = append(x.folder, filepath.Base(p))
			}
			defer func() { x.mozilla = false }()
			return x.file(p)
		}
		return nil
	})
}

func isMaildir(dir string) bool {
	for _, s := range []string{"cur", "new"} {
		if st, err := os.Stat(filepath.Join(dir, s)); err != nil || !st.IsDir() {
			return false
		}
	}
	return true
}

// maildirFlags are the flags in a file's name: after ":2," (";2," and "!2," where a colon is not allowed).
func maildirFlags(name string) (f mail.Flags) {
	i := strings.LastIndex(name, "2,")
	if i < 1 || !strings.ContainsRune(":;!", rune(name[i-1])) {
		return 0
	}
	for _, c := range name[i+2:] {
		f |= map[rune]mail.Flags{'S': mail.Seen, 'R': mail.Answered, 'F': mail.Flagged, 'P': mail.Forwarded, 'D': mail.DraftFlag, 'T': mail.Deleted}[c]
	}
	return f
}

func fileFault(err error) error {
	return &fault.Error{Kind: fault.Local, Code: "file", Op: "read", Title: "The file cannot be read", Detail: err.Error(), Err: err}
}

type reader struct {
	ctx  context.Context
	d    Dialect
	each func(Item) error

	root    string   // of what is read; "" = one file
	folder  []string // of the file that is read
	mozilla bool     // it is Thunderbird's
}

func (x *reader) give(i Item) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	if i.Folder == nil {
		i.Folder = x.folder
	}
	if i.Err == nil {
		i.Raw = rfc822.WireLines(i.Raw)
	} else {
		i.Raw = nil // a part of a message is no message
	}
	return x.each(i)
}

// file reads one file by what it begins with.
func (x *reader) file(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fileFault(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fileFault(err)
	}
	var head [8]byte
	n, _ := f.ReadAt(head[:], 0)
	switch h := head[:n]; {
	case bytes.HasPrefix(h, []byte("!BDN")):
		return x.pst(path)
	case bytes.HasPrefix(h, []byte("From ")):
		return Mbox(f, st.Size(), x.d, func(i Item) error {
			i.Name = filepath.Base(path) + " " + i.Name
			if x.mozilla && i.Err == nil {
				gone := false
				if i.Raw, i.Flags, gone = mozilla(i.Raw); gone {
					return nil
				}
			}
			return x.give(i)
		})
	case bytes.HasPrefix(h, []byte("PK\x03\x04")), bytes.HasPrefix(h, []byte("PK\x05\x06")):
		return x.zip(f, st.Size(), path)
	}
	switch h := bytes.ToUpper(bytes.TrimPrefix(words(f), []byte("\xef\xbb\xbf"))); {
	case bytes.HasPrefix(h, []byte("BEGIN:VCARD")):
		return x.cards(f, path, "contact")
	case bytes.HasPrefix(h, []byte("BEGIN:VCALENDAR")):
		return x.cards(f, path, "event")
	}
	return x.eml(path, mail.Seen)
}

func words(f io.ReaderAt) []byte {
	var b [32]byte
	n, _ := f.ReadAt(b[:], 0)
	return b[:n]
}

// cards reads a file of vCards or of a calendar as it is.
func (x *reader) cards(f io.Reader, path, kind string) error {
	i := Item{Name: path, Kind: kind}
	i.Raw, i.Err = whole(f)
	return x.give(i)
}

// whole reads a message; ErrTooLarge where it is over the bound.
func whole(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxMessage+1))
	if err == nil && len(raw) > MaxMessage {
		return nil, ErrTooLarge
	}
	return raw, err
}

// eml reads a message or an Outlook item.
func (x *reader) eml(path string, flags mail.Flags) error {
	i := Item{Name: path, Flags: flags}
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		if st, e := f.Stat(); e == nil {
			i.Received = st.ModTime().UTC().Truncate(time.Second)
		}
		i.Raw, err = whole(f)
	}
	if err == nil {
		i.Raw, err = message(i.Raw)
	}
	i.Err = err
	return x.give(i)
}

var compound = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// message makes an internet message of what a file holds.
func message(raw []byte) ([]byte, error) {
	if bytes.HasPrefix(raw, compound) {
		m, err := msg.Read(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		err = cmail.Write(&out, m, cmail.Options{})
		return out.Bytes(), err
	}
	if !looksLikeMail(raw) {
		return nil, errors.New("this is no message")
	}
	return raw, nil
}

// looksLikeMail reports whether the first line is a header field (RFC 5322 section 2.2).
func looksLikeMail(raw []byte) bool {
	line, _, _ := bytes.Cut(raw[:min(len(raw), 1000)], []byte("\n"))
	name, _, ok := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	if !ok || len(name) == 0 {
		return false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func (x *reader) zip(f io.ReaderAt, size int64, path string) error {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return fileFault(err)
	}
	if len(z.File) > maxEntries {
		return fileFault(errors.New("too many files in the archive"))
	}
	left := size*maxRatio + MaxMessage
	for _, e := range z.File {
		ext := strings.ToLower(filepath.Ext(e.Name))
		if e.FileInfo().IsDir() || ext != ".eml" && ext != ".msg" {
			continue
		}
		i := Item{Name: filepath.Base(path) + " " + e.Name, Flags: mail.Seen}
		if r, err := e.Open(); err != nil {
			i.Err = err
		} else {
			i.Raw, i.Err = whole(r)
			r.Close()
			if left -= int64(len(i.Raw)); left < 0 {
				return fileFault(errors.New("the archive unpacks to far more than it can hold"))
			}
			if i.Err == nil {
				i.Raw, i.Err = message(i.Raw)
			}
		}
		if err := x.give(i); err != nil {
			return err
		}
	}
	return nil
}

// pst reads a data file: its mail, contacts, appointments and tasks.
func (x *reader) pst(path string) error {
	s, err := job.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	folders := s.Folders()
	names := pstPaths(folders, s.Top())
	for _, f := range folders {
		if f.Search {
			continue
		}
		for _, r := range f.Items() {
			b, err := s.ItemProps(r)
			if err == nil {
				kind := job.FileKind(prop.Text(b, prop.PidTagMessageClass))
				if kind == "" {
					continue
				}
				if kind != "message" {
					if err := x.object(s, f, r, kind, append(slices.Clone(x.folder), names[f.Ref]...)); err != nil {
						return err
					}
					continue
				}
			}
			i := Item{Name: filepath.Base(path) + " " + f.Name, Folder: append(slices.Clone(x.folder), names[f.Ref]...)}
			var m *prop.Message
			if err == nil {
				m, err = s.Message(r)
			}
			if err == nil {
				i.Flags, i.Received = job.Flags(m), prop.When(m, prop.PidTagMessageDeliveryTime)
				var out bytes.Buffer
				err = s.WriteMIME(&out, m, nil) // the very bytes where the file has them
				i.Raw = out.Bytes()
			}
			if i.Err = err; err != nil {
				i.Raw = nil
			}
			if err := x.give(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// object reads what is no message.
func (x *reader) object(s *job.Store, f *job.Folder, r job.Ref, kind string, folder []string) error {
	i := Item{Name: f.Name, Folder: folder, Kind: kind}
	m, err := s.Message(r)
	if err == nil {
		i.Name = cmail.Subject(m)
		if i.Raw, err = job.PIM(m); errors.Is(err, cmail.ErrRecurrence) {
			err = nil // it is there, without what cannot be said
		}
	}
	i.Err = err
	return x.give(i)
}
