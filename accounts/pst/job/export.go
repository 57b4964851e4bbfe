package job

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/rfc822"
)

// ExportOptions say what an export makes.
type ExportOptions struct {
	// Dir is the folder that is made or filled.
	Dir string
	// Format is "eml": a file for each item, contacts as .vcf, calendars as .ics, notes as .txt; "mbox": a file for each folder, in the
	// form of mboxrd; "maildir": a Maildir for each folder. Items that are no mail become messages in the last two.
	Format string
	// Folder is the folder to export, with those in it; "" = all.
	Folder string
	// Progress is told after each item; nil = nobody.
	Progress func(items int, bytes int64)
}

// Exported is the report of an export.
type Exported struct {
	Folders int   `json:"folders"`
	Items   int   `json:"items"`
	Bytes   int64 `json:"bytes"`
	// Failed are items that could not be exported at all; Losses what is missing in those that were.
	Failed int    `json:"failed"`
	Losses []Loss `json:"losses"`
}

// Export writes the items of a file to others.
func Export(ctx context.Context, s *pst.Store, o ExportOptions) (Exported, error) {
	x := &exporter{s: s, o: o, ctx: ctx}
	if o.Format != "eml" && o.Format != "mbox" && o.Format != "maildir" {
		return x.r, fault.New(fault.Usage, "format", "The format "+o.Format+" is not known", "It is eml, mbox or maildir.")
	}
	fs, err := folders(s, o.Folder)
	if err != nil {
		return x.r, err
	}
	if o.Format != "mbox" {
		x.crew = newCrew(ctx, s, o)
	}
	taken := map[string]bool{}
	for _, f := range fs {
		items := f.Items()
		if len(items) == 0 {
			continue
		}
		if err = x.folder(f, items, unique(taken, f)); err != nil {
			break
		}
		x.r.Folders++
	}
	var lost []Loss
	if x.crew != nil {
		if e := x.crew.close(); e != nil {
			err = e
		}
		n := x.r.Folders
		x.r, lost = x.crew.total, x.crew.lost
		x.r.Folders = n
	}
	if e := ctx.Err(); err == nil {
		err = e
	}
	x.r.Losses = merge(lossesOf(s, nil), lost)
	return x.r, settled(s, err)
}

// merge joins lists of losses, each loss once.
func merge(a, b []Loss) []Loss {
	have := map[Loss]bool{}
	for _, l := range a {
		have[l] = true
	}
	for _, l := range b {
		if !have[l] && len(a) < maxLosses {
			have[l] = true
			a = append(a, l)
		}
	}
	return a
}

// unique is the path of a folder's files, that no other folder has.
func unique(taken map[string]bool, f *pst.Folder) string {
	parts := make([]string, len(f.Path))
	for i, p := range f.Path {
		parts[i] = rfc822.SafeName(strings.NewReplacer("/", "-", `\`, "-").Replace(p), "folder")
	}
	path := filepath.Join(parts...)
	for n := 2; taken[strings.ToLower(path)]; n++ {
		path = filepath.Join(append(parts[:len(parts)-1:len(parts)-1], fmt.Sprintf("%s (%d)", parts[len(parts)-1], n))...)
	}
	taken[strings.ToLower(path)] = true
	return path
}

type exporter struct {
	s    *pst.Store
	o    ExportOptions
	ctx  context.Context
	r    Exported
	out  *bufio.Writer // of an mbox
	file outFile
	crew *crew
}

// folder exports a folder, or hands out its items.
func (x *exporter) folder(f *pst.Folder, items []pst.Ref, path string) error {
	path = filepath.Join(x.o.Dir, path)
	switch x.o.Format {
	case "mbox":
		return x.box(items, path+".mbox")
	case "maildir":
		for _, d := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(path, d), 0o700); err != nil {
				return fileFault(err)
			}
		}
	default:
		if err := os.MkdirAll(path, 0o700); err != nil {
			return fileFault(err)
		}
	}
	for i, r := range items {
		if err := x.crew.do(task{r, i + 1, path}); err != nil {
			return err
		}
	}
	return nil
}

// box exports a folder as an mbox.
func (x *exporter) box(items []pst.Ref, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fileFault(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileFault(err)
	}
	defer f.Close()
	x.out = bufio.NewWriterSize(f, 256<<10)
	for i, r := range items {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		if err := x.one(task{ref: r, n: i + 1}); err != nil {
			return err
		}
		if x.o.Progress != nil {
			x.o.Progress(x.r.Items, x.r.Bytes)
		}
	}
	if err := x.out.Flush(); err != nil {
		return fileFault(err)
	}
	return fileFault(f.Close())
}

// one exports an item. An item that cannot be read is counted and no error.
func (x *exporter) one(t task) error {
	m, err := x.s.Message(t.ref)
	if err != nil {
		x.r.Failed++
		return nil
	}
	if pst.KindOf(prop.Text(m, prop.PidTagMessageClass)) == pst.KindSystem {
		return nil
	}
	switch x.o.Format {
	case "mbox":
		err = x.mbox(m)
	case "maildir":
		err = x.maildir(m, t.ref, t.dir)
	default:
		err = x.item(m, t.n, t.dir)
	}
	var f *fault.Error
	if errors.As(err, &f) && f.Code == "damaged" {
		x.r.Failed++
		return nil
	}
	if err != nil {
		return fileFault(err)
	}
	x.r.Items++
	return nil
}

// write writes an item as a message, through a filter where there is one.
func (x *exporter) write(to io.Writer, m *prop.Message, wrap func(io.Writer) io.Writer) error {
	w := &counter{w: to}
	var out io.Writer = w
	if wrap != nil {
		out = wrap(w)
	}
	err := x.s.WriteMIME(out, m, nil)
	if c, ok := out.(io.Closer); ok && err == nil {
		err = c.Close()
	}
	x.r.Bytes += w.n
	return err
}

// item writes an item as a file of its kind.
func (x *exporter) item(m *prop.Message, n int, dir string) error {
	switch pst.KindOf(prop.Text(m, prop.PidTagMessageClass)) {
	case pst.KindMessage, pst.KindReport, pst.KindPost, pst.KindDocument, pst.KindMeeting:
		name := cmail.Subject(m)
		if r := []rune(name); len(r) > 60 {
			name = string(r[:60])
		}
		name = rfc822.SafeName(strings.NewReplacer("/", "-", `\`, "-", ":", "-").Replace(name), "message")
		return x.eml(m, filepath.Join(dir, fmt.Sprintf("%05d %s.eml", n, name)))
	}
	f, err := cmail.Export(m)
	if b, e := pst.PIM(m); e == nil && b != nil {
		f.Data = b
	}
	if err != nil {
		return x.eml(m, filepath.Join(dir, fmt.Sprintf("%05d item.eml", n)))
	}
	x.r.Bytes += int64(len(f.Data))
	return x.file.create(filepath.Join(dir, fmt.Sprintf("%05d %s", n, f.Name)), func() error {
		_, err := x.file.Write(f.Data)
		return err
	})
}

func (x *exporter) eml(m *prop.Message, path string) error {
	return x.file.create(path, func() error { return x.write(&x.file, m, nil) })
}

// mbox writes an item in the form of mboxrd: line ends of the system, ">" before lines that begin with "From " after any number of ">".
func (x *exporter) mbox(m *prop.Message) error {
	from := "MAILER-DAEMON"
	if a, ok := cmail.Sender(m); ok && a.Addr != "" && !strings.ContainsAny(a.Addr, " \t\r\n") {
		from = a.Addr
	}
	at := prop.When(m, prop.PidTagMessageDeliveryTime)
	if at.IsZero() {
		at = prop.When(m, prop.PidTagClientSubmitTime)
	}
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	if _, err := fmt.Fprintf(x.out, "From %s %s\n", from, at.UTC().Format(time.ANSIC)); err != nil {
		return err
	}
	return x.write(x.out, m, func(w io.Writer) io.Writer { return &mboxWriter{w: w} })
}

// mboxWriter turns a message with CRLF line ends into an entry of an mbox.
type mboxWriter struct {
	w    io.Writer
	line []byte
}

func (b *mboxWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			b.line = append(b.line, p...)
			break
		}
		b.line = append(b.line, p[:i]...)
		p = p[i+1:]
		if err := b.end(); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (b *mboxWriter) end() error {
	l := bytes.TrimSuffix(b.line, []byte("\r"))
	if bytes.HasPrefix(bytes.TrimLeft(l, ">"), []byte("From ")) {
		l = append([]byte(">"), l...)
	}
	_, err := b.w.Write(append(l, '\n'))
	b.line = b.line[:0]
	return err
}

// Close ends the last line, and the entry with an empty line.
func (b *mboxWriter) Close() error {
	if len(b.line) > 0 {
		if err := b.end(); err != nil {
			return err
		}
	}
	_, err := b.w.Write([]byte("\n"))
	return err
}

// maildir delivers an item to a Maildir, with its flags in the name.
func (x *exporter) maildir(m *prop.Message, r pst.Ref, dir string) error {
	at := prop.When(m, prop.PidTagMessageDeliveryTime)
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	name := fmt.Sprintf("%d.P%s.postrider", at.Unix(), r)
	var flags []byte // in the order of the alphabet
	f := pst.Flags(m)
	for _, c := range []struct {
		flag mail.Flags
		c    byte
	}{{mail.DraftFlag, 'D'}, {mail.Flagged, 'F'}, {mail.Forwarded, 'P'}, {mail.Answered, 'R'}, {mail.Seen, 'S'}, {mail.Deleted, 'T'}} {
		if f.Has(c.flag) {
			flags = append(flags, c.c)
		}
	}
	// Nobody delivers to this Maildir meanwhile: the file is made where it is to be.
	return x.file.create(filepath.Join(dir, "cur", name+":2,"+string(flags)), func() error {
		return x.write(&x.file, m, func(w io.Writer) io.Writer { return &unixLines{w: w} })
	})
}

// unixLines turns CRLF into LF.
type unixLines struct {
	w  io.Writer
	cr bool
}

func (u *unixLines) Write(p []byte) (int, error) {
	n := len(p)
	if u.cr && n > 0 {
		u.cr = false
		if p[0] != '\n' {
			if _, err := u.w.Write([]byte("\r")); err != nil {
				return 0, err
			}
		}
	}
	if n > 0 && p[n-1] == '\r' {
		u.cr = true
		p = p[:n-1]
	}
	_, err := u.w.Write(bytes.ReplaceAll(p, []byte("\r\n"), []byte("\n")))
	return n, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func fileFault(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, os.ErrExist) {
		return &fault.Error{Kind: fault.Conflict, Code: "exists", Op: "export", Title: "There are files of that name already", Detail: "Export to an empty folder.", Err: err}
	}
	if f = fault.Of(err); f.Kind == fault.Local {
		return f
	}
	return &fault.Error{Kind: fault.Local, Code: "files", Op: "export", Title: "A file cannot be written", Detail: "Check that there is room and that you may write there.", Err: err}
}
