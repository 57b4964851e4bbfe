package cmail

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// Options of Write.
type Options struct {
	MaxDepth int // messages within messages [16]
	// Problem is told of what could not be read, in words for people, and its cause. When it gives an error, Write ends with
	// it; nil = go on.
	Problem func(what string, cause error) error
}

var (
	errDepth     = errors.New("too many messages within messages")
	errNoContent = errors.New("it has no content")
)

// Write writes an object as an internet message with CRLF line ends. Contacts, appointments and the like become a message with
// their text and a vCard or calendar part. Attachments are streamed. The error is that of w, or of Options.Problem.
func Write(w io.Writer, m *prop.Message, o Options) error {
	if o.MaxDepth <= 0 {
		o.MaxDepth = 16
	}
	// Base64 comes line by line.
	b := bufio.NewWriterSize(w, 32<<10)
	if err := write(b, m, o, 0); err != nil {
		return err
	}
	return b.Flush()
}

// writer is one message being written.
type writer struct {
	out   io.Writer
	m     *prop.Message
	o     Options
	depth int
	head  strings.Builder // what is to be written next
	seed  string          // separators begin with it
	bound int
}

func (w *writer) flush() (int, error) {
	n, err := io.WriteString(w.out, w.head.String())
	w.head.Reset()
	return n, err
}

func (w *writer) problem(what string, cause error) error {
	if w.o.Problem != nil {
		return w.o.Problem(what, cause)
	}
	return nil
}

func (w *writer) boundary() string {
	w.bound++
	return w.seed + "-" + itoa(w.bound)
}

// part is a leaf or a multipart; write puts its header fields and content out.
type part struct {
	sub   string // of a multipart: "mixed"
	extra string // parameters
	parts []part
	write func() error
	eight bool
	open  bool // the content does not end with a line end
}

func write(out io.Writer, m *prop.Message, o Options, depth int) error {
	w := &writer{out: out, m: m, o: o, depth: depth}
	head := header(m)
	// "=_" occurs neither in base64 nor in quoted-printable.
	sum := sha256.New()
	fmt.Fprintf(sum, "%d\n%s\n%x", depth, head, prop.Bytes(m, prop.PidTagSearchKey))
	w.seed = "=_pr" + hex.EncodeToString(sum.Sum(nil)[:12])
	w.head.WriteString(head)
	field(&w.head, "MIME-Version", "1.0")
	if done, err := w.smime(); done || err != nil {
		return err
	}
	p := w.structure()
	if err := w.put(p); err != nil || !p.open {
		return err
	}
	_, err := io.WriteString(out, "\r\n")
	return err
}

// put writes a part and all within it.
func (w *writer) put(p part) error {
	if p.sub == "" {
		return p.write()
	}
	b := w.boundary()
	field(&w.head, "Content-Type", "multipart/"+p.sub+"; "+p.extra+`boundary="`+b+`"`)
	if p.eight {
		field(&w.head, "Content-Transfer-Encoding", "8bit")
	}
	w.head.WriteString("\r\n")
	for _, c := range p.parts {
		w.head.WriteString("--" + b + "\r\n")
		if err := w.put(c); err != nil {
			return err
		}
		w.head.WriteString("\r\n")
	}
	w.head.WriteString("--" + b + "--\r\n")
	_, err := w.flush()
	return err
}

// wrap puts parts into a multipart, unless there is one only.
func wrap(sub, extra string, parts []part) part {
	if len(parts) == 1 {
		return parts[0]
	}
	p := part{sub: sub, extra: extra, parts: parts}
	for _, c := range parts {
		p.eight = p.eight || c.eight
	}
	return p
}

// structure decides how the message is built: mixed(alternative(text, related(html, pictures), calendar), attachments).
func (w *writer) structure() part {
	b := bodyOf(w.m, func(what string, err error) { _ = w.problem(what, err) })
	kind := KindOf(w.m)
	var alt, files []part
	inline := map[int]bool{}
	if b.html != nil && len(w.m.Attachments) > 0 {
		lower := asciiLower(b.html)
		for i, a := range w.m.Attachments {
			if a.Embedded == nil && (refersTo(lower, a) || b.placed[i] != "") {
				inline[i] = true
			}
		}
	}
	if b.hasText || b.html == nil {
		if !b.hasText {
			b.text = crlf([]byte(summary(w.m, kind)))
		}
		alt = append(alt, w.textPart("text/plain; charset=utf-8", b.text))
	}
	if b.html != nil {
		rel := []part{w.textPart("text/html; charset="+b.charset, b.html)}
		for i, a := range w.m.Attachments {
			if inline[i] {
				if id := b.placed[i]; id != "" {
					a.Bag = prop.Over(a.Bag, prop.Map{prop.PidTagAttachContentId: id})
				}
				rel = append(rel, part{write: func() error { return w.attachmentPart(a, true, i+1) }})
			}
		}
		for _, p := range b.pictures {
			bag := prop.Map{prop.PidTagAttachContentId: p.ContentID}
			name := p.ContentID + "." + p.Type[strings.IndexByte(p.Type, '/')+1:]
			rel = append(rel, part{write: func() error {
				w.partHeader(p.Type, name, true, bag, "base64")
				if _, err := w.flush(); err != nil {
					return err
				}
				return encodeTo(w.out, "base64", p.Data)
			}})
		}
		alt = append(alt, wrap("related", `type="text/html"; `, rel))
	}
	if f, ok := w.item(kind); ok {
		if kind == Meeting {
			alt = append(alt, w.textPart(f.Type, f.Data))
		} else {
			files = append(files, part{write: func() error {
				w.partHeader(f.Type, f.Name, false, nil, "base64")
				if _, err := w.flush(); err != nil {
					return err
				}
				return encodeTo(w.out, "base64", f.Data)
			}})
		}
	}
	for i, a := range w.m.Attachments {
		if inline[i] || isException(a) || kind == Contact && isPhoto(a) {
			continue
		}
		eight := a.Embedded != nil || mediaType(a, AttachmentName(a)) == "message/rfc822"
		files = append(files, part{eight: eight, write: func() error { return w.attachmentPart(a, false, i+1) }})
	}
	first := []part{wrap("alternative", "", alt)}
	if name, typ := reportType(w.m); kind == Report && name != "" {
		if !slices.ContainsFunc(w.m.Attachments, func(a prop.Attachment) bool { return mediaType(a, AttachmentName(a)) == typ }) {
			first = append(first, w.statusPart(typ))
		}
		if len(first)+len(files) > 1 {
			return wrap("report", "report-type="+name+"; ", append(first, files...))
		}
	}
	return wrap("mixed", "", append(first, files...))
}

// statusPart is the part of a report that machines read.
func (w *writer) statusPart(typ string) part {
	return part{write: func() error {
		field(&w.head, "Content-Type", typ)
		w.head.WriteString("\r\n")
		w.head.WriteString(status(w.m))
		_, err := w.flush()
		return err
	}}
}

// asciiLower is a copy of b with its ASCII letters in lower case, which is faster than knowing all letters.
func asciiLower(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		out[i] = c
	}
	return out
}

// textPart is a leaf of text.
func (w *writer) textPart(typ string, b []byte) part {
	return part{write: func() error {
		enc := textEncoding(b)
		field(&w.head, "Content-Type", typ)
		field(&w.head, "Content-Transfer-Encoding", enc)
		w.head.WriteString("\r\n")
		if _, err := w.flush(); err != nil {
			return err
		}
		return encodeTo(w.out, enc, b)
	}, open: !bytes.HasSuffix(b, []byte("\n")) && textEncoding(b) != "base64"}
}

// item is the vCard or calendar of an object that has one.
func (w *writer) item(kind Kind) (File, bool) {
	switch kind {
	case Contact, Group, Appointment, Meeting, Task, Journal:
		f, err := Export(w.m)
		if err != nil {
			_ = w.problem("the "+f.Name, err)
			return f, false
		}
		return f, len(f.Data) > 0
	}
	return File{}, false
}

// smime writes the message that is packed in the one attachment of a signed or encrypted one ([MS-OXOSMIME] 2.1).
func (w *writer) smime() (done bool, err error) {
	class := strings.ToLower(prop.Text(w.m, prop.PidTagMessageClass))
	signed := strings.HasSuffix(class, ".smime.multipartsigned")
	if !signed && !strings.HasSuffix(class, ".smime") || len(w.m.Attachments) != 1 || w.m.Attachments[0].Open == nil {
		return false, nil
	}
	a := w.m.Attachments[0]
	r, _, err := a.Open()
	if err != nil {
		return false, nil // the usual way tells of it
	}
	defer r.Close()
	if !signed {
		name := AttachmentName(a)
		if name == "" {
			name = "smime.p7m"
		}
		typ := strings.TrimSpace(oneLine(prop.Text(a, prop.PidTagAttachMimeTag)))
		if !strings.Contains(typ, "pkcs7-mime") {
			typ = "application/pkcs7-mime"
		}
		w.partHeader(typ, name, false, nil, "base64")
		if _, err := w.flush(); err != nil {
			return true, err
		}
		return true, w.content(r, name)
	}
	b, err := io.ReadAll(io.LimitReader(r, maxRaw))
	if err != nil || !bytes.HasPrefix(bytes.ToLower(b[:min(len(b), 14)]), []byte("content-type:")) {
		return false, nil
	}
	// What is signed must not change by a byte; only its line ends are those of the internet.
	w.head.Write(crlf(b))
	_, err = w.flush()
	return true, err
}
