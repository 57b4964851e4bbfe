package job

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/rfc822"
)

// AppendOptions say what is copied into a file, and where to.
type AppendOptions struct {
	// Folder is the path of the folder, made where it is missing, below the top folder; "" = "Inbox".
	Folder string
	// From are files: .eml, .vcf, .ics, mbox, PST and OST files, and folders of the first three.
	From []string
	// Progress is told after each item; nil = nobody.
	Progress func(items int, bytes int64)
}

// Appended is the report of a copy.
type Appended struct {
	Items  int    `json:"items"`
	Bytes  int64  `json:"bytes"`
	Failed int    `json:"failed"`
	Losses []Loss `json:"losses"`
}

// commitEvery is how much is copied between two commits.
const commitEvery = 64 << 20

// Append copies messages into a file. What was copied until an error is in the file.
func Append(ctx context.Context, s *pst.Store, o AppendOptions) (Appended, error) {
	if o.Folder == "" {
		o.Folder = "Inbox"
	}
	x := &appender{s: s, o: o, ctx: ctx, r: Appended{Losses: []Loss{}}}
	box, err := x.folder(s.Top(), strings.Split(o.Folder, "/"))
	if err != nil {
		return x.r, err
	}
	for _, from := range o.From {
		if err = x.from(box, from); err != nil {
			break
		}
	}
	if e := s.Commit(); err == nil {
		err = e
	}
	return x.r, err
}

type appender struct {
	s       *pst.Store
	o       AppendOptions
	ctx     context.Context
	r       Appended
	pending int64
}

// folder finds a folder below another by its path, or makes it.
func (x *appender) folder(parent pst.Ref, path []string) (pst.Ref, error) {
	for _, name := range path {
		if name == "" {
			continue
		}
		next := pst.Ref(0)
		for _, f := range x.s.Folders() {
			up := f.Parent
			if up == 0 && parent == 0 || up == parent {
				if strings.EqualFold(f.Name, name) && !f.Search {
					next = f.Ref
				}
			}
		}
		if next == 0 {
			var err error
			if next, err = x.s.CreateFolder(parent, name, ""); err != nil {
				return 0, err
			}
			if err := x.s.Commit(); err != nil {
				return 0, err
			}
		}
		parent = next
	}
	return parent, nil
}

func (x *appender) from(box pst.Ref, path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return fileFault(err)
	}
	if st.IsDir() {
		return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return fileFault(err)
			}
			switch strings.ToLower(filepath.Ext(p)) {
			case ".eml":
				return x.eml(box, p)
			case ".vcf", ".ics":
				return x.pim(box, p)
			}
			return nil
		})
	}
	f, err := os.Open(path)
	if err != nil {
		return fileFault(err)
	}
	head := make([]byte, 5)
	n, _ := io.ReadFull(f, head)
	f.Close()
	switch {
	case bytes.HasPrefix(head[:n], []byte("!BDN")):
		return x.pst(box, path)
	case bytes.HasPrefix(head[:n], []byte("From ")):
		return x.mbox(box, path)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".vcf", ".ics":
		return x.pim(box, path)
	}
	return x.eml(box, path)
}

// pim copies a contact or an appointment.
func (x *appender) pim(box pst.Ref, path string) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return fileFault(err)
	}
	raw, err := io.ReadAll(io.LimitReader(f, 64<<20))
	f.Close()
	if err != nil {
		return fileFault(err)
	}
	_, err = x.s.AddPIM(box, raw)
	return x.did(path, int64(len(raw)), err)
}

func (x *appender) eml(box pst.Ref, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fileFault(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, 1<<30+1))
	if err != nil {
		return fileFault(err)
	}
	received := time.Time{}
	if st, err := f.Stat(); err == nil {
		received = st.ModTime().UTC().Truncate(time.Second)
	}
	return x.add(box, path, raw, received)
}

// add files one message.
func (x *appender) add(box pst.Ref, name string, raw []byte, received time.Time) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	raw = rfc822.WireLines(raw)
	_, err := x.s.AddMIME(box, raw, mail.Seen, nil, received)
	return x.did(name, int64(len(raw)), err)
}

func (x *appender) did(name string, n int64, err error) error {
	if err != nil {
		if !itemOnly(err) {
			return err
		}
		x.r.Failed++
		if len(x.r.Losses) < maxLosses {
			x.r.Losses = append(x.r.Losses, Loss{Item: name, What: fault.Of(err).Title, Cause: err.Error()})
		}
		return nil
	}
	x.r.Items++
	x.r.Bytes += n
	if x.pending += n; x.pending >= commitEvery {
		x.pending = 0
		if err := x.s.Commit(); err != nil {
			return err
		}
	}
	if x.o.Progress != nil {
		x.o.Progress(x.r.Items, x.r.Bytes)
	}
	return nil
}

// itemOnly reports whether an error is about one item, so that the others may follow.
func itemOnly(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && (f.Code == "damaged" || f.Code == "too-large" || f.Code == "too-deep" || f.Kind == fault.NotFound)
}

// mbox copies an mbox of any dialect: a line "From " after an empty line begins a message, and one ">" is taken off lines of
// ">" and "From " (mboxrd; harmless for the others).
func (x *appender) mbox(box pst.Ref, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fileFault(err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	var raw []byte
	n, empty, begun := 0, true, false
	end := func() error {
		if !begun {
			return nil
		}
		n++
		err := x.add(box, path, bytes.TrimSuffix(raw, []byte("\n")), time.Time{})
		raw = raw[:0]
		return err
	}
	for {
		line, err := r.ReadSlice('\n')
		full := err == nil
		switch {
		case empty && bytes.HasPrefix(line, []byte("From ")):
			if err := end(); err != nil {
				return err
			}
			begun = true
			for !full && err == bufio.ErrBufferFull {
				line, err = r.ReadSlice('\n')
				full = err == nil
			}
			empty = false
		default:
			if t := bytes.TrimLeft(line, ">"); len(t) < len(line) && bytes.HasPrefix(t, []byte("From ")) {
				line = line[1:]
			}
			if len(raw)+len(line) <= 1<<30 {
				raw = append(raw, line...)
			}
			empty = full && len(bytes.TrimRight(line, "\r\n")) == 0
		}
		if err == io.EOF {
			return end()
		}
		if err != nil && err != bufio.ErrBufferFull {
			return fileFault(err)
		}
	}
}

// pst copies the items of another file, with its folders.
func (x *appender) pst(box pst.Ref, path string) error {
	from, err := pst.Open(path, pst.Options{})
	if err != nil {
		return err
	}
	defer from.Close()
	made := map[pst.Ref]pst.Ref{}
	for _, f := range from.Folders() {
		if f.Search {
			continue
		}
		to, ok := made[f.Parent]
		if !ok || f.Parent == 0 {
			to = box
		}
		items := f.Items()
		if f.Ref == from.Top() {
			made[f.Ref] = box
		} else {
			inside := made[f.Parent] != 0
			if !inside && len(items) == 0 {
				continue
			}
			if to, err = x.folder(to, []string{strings.ReplaceAll(f.Name, "/", "-")}); err != nil {
				return err
			}
			if f.Class != "" {
				// what kind of folder it is
				if err := x.s.SetFolderClass(to, f.Class); err != nil {
					return err
				}
			}
			made[f.Ref] = to
		}
		for _, r := range items {
			if err := x.ctx.Err(); err != nil {
				return err
			}
			m, err := from.Message(r)
			if err == nil {
				_, err = x.s.Add(to, m)
			}
			if m != nil && err != nil && itemOnly(err) {
				// What can be read of it is better than nothing; what is lost is in the report.
				_, err = x.s.Add(to, readable(m))
			}
			n := int64(0)
			if err == nil {
				n = sizeOf(m)
			}
			if err := x.did(path+" "+r.String(), n, err); err != nil {
				return err
			}
		}
	}
	for _, l := range lossesOf(from, nil) {
		if len(x.r.Losses) < maxLosses {
			x.r.Losses = append(x.r.Losses, l)
		}
	}
	return nil
}

func sizeOf(m prop.Bag) int64 { return prop.Int(m, prop.PidTagMessageSize) }

// readable is a message without the parts that cannot be read: attached messages that are lost are left out, and files end
// where they cannot be read on.
func readable(m *prop.Message) *prop.Message {
	out := *m
	out.Attachments = nil
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			e, err := a.Embedded()
			if err != nil {
				continue
			}
			e = readable(e)
			a.Embedded = func() (*prop.Message, error) { return e, nil }
		}
		if open := a.Open; open != nil {
			a.Open = func() (io.ReadCloser, int64, error) {
				r, _, err := open()
				if err != nil {
					return io.NopCloser(bytes.NewReader(nil)), 0, nil
				}
				return cutShort{r}, -1, nil
			}
		}
		out.Attachments = append(out.Attachments, a)
	}
	return &out
}

// cutShort ends where its reader fails.
type cutShort struct{ io.ReadCloser }

func (c cutShort) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}
