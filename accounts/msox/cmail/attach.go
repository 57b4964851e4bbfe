package cmail

import (
	"bytes"
	"io"
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

const maxRaw = 64 << 20 // of an attached message that is looked through

// Methods of attachments ([MS-OXCMSG] 2.2.2.9).
const (
	byValue     = 1
	byReference = 2
	embedded    = 5
	ole         = 6
	byWeb       = 7
)

// AttachmentName is the file name of an attachment as its sender gave it, "" where there is none. It is not safe for a file
// system; see rfc822.SafeName.
func AttachmentName(a prop.Bag) string {
	for _, t := range []prop.Tag{prop.PidTagAttachLongFilename, prop.PidTagAttachTransportName, prop.PidTagAttachFilename, prop.PidTagDisplayName} {
		if s := strings.TrimSpace(oneLine(prop.Text(a, t))); s != "" {
			if i := strings.LastIndexAny(s, `/\`); i >= 0 && i < len(s)-1 {
				s = s[i+1:]
			}
			return s
		}
	}
	return ""
}

// mediaType is the type of an attachment: what it says itself, else by the name.
func mediaType(a prop.Bag, name string) string {
	t := strings.ToLower(strings.TrimSpace(prop.Text(a, prop.PidTagAttachMimeTag)))
	if i := strings.IndexByte(t, ';'); i >= 0 {
		t = strings.TrimSpace(t[:i])
	}
	if typ, sub, ok := strings.Cut(t, "/"); !ok || !token(typ) || !token(sub) || typ == "multipart" {
		t = ""
	}
	if t == "" || t == "application/octet-stream" {
		if n := rfc822.TypeByName(name); n != "" {
			if i := strings.IndexByte(n, ';'); i >= 0 {
				n = n[:i]
			}
			return n
		}
	}
	if t == "" {
		t = "application/octet-stream"
	}
	return t
}

func token(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != "" && len(s) < 100
}

// isException reports whether an attachment is the occurrence of a series that was changed, which the calendar part tells of.
func isException(a prop.Bag) bool {
	if w := prop.When(a, prop.PidTagExceptionStartTime); w.IsZero() {
		return false
	}
	return prop.Int(a, prop.PidTagAttachMethod) == embedded && (prop.Bool(a, prop.PidTagAttachmentHidden) || prop.Int(a, prop.PidTagAttachmentFlags)&2 != 0)
}

// contentID is the id of an attachment without angle brackets.
func contentID(a prop.Bag) string {
	s := strings.Trim(strings.TrimSpace(oneLine(prop.Text(a, prop.PidTagAttachContentId))), "<>")
	if strings.ContainsAny(s, " <>") || !isASCII(s) || len(s) > 500 {
		return ""
	}
	return s
}

// refersTo reports whether HTML, in lower case, shows this attachment.
func refersTo(html []byte, a prop.Bag) bool {
	if len(html) == 0 {
		return false
	}
	if id := contentID(a); id != "" {
		if bytes.Contains(html, []byte("cid:"+strings.ToLower(id))) {
			return true
		}
	}
	if l := strings.TrimSpace(prop.Text(a, prop.PidTagAttachContentLocation)); len(l) > 3 {
		return bytes.Contains(html, []byte(strings.ToLower(l)))
	}
	return false
}

// attachmentPart writes an attachment with its header.
func (w *writer) attachmentPart(a prop.Attachment, inline bool, number int) error {
	name := AttachmentName(a)
	if a.Embedded != nil {
		return w.embedded(a, name)
	}
	if a.Open == nil {
		return w.reference(a, name)
	}
	r, size, err := a.Open()
	if err != nil {
		return w.lost(name, err)
	}
	defer r.Close()
	if name == "" {
		name = "attachment" + itoa(number)
		if prop.Int(a, prop.PidTagAttachMethod) == ole {
			name = "object" + itoa(number) + ".ole"
		} else if ext := prop.Text(a, prop.PidTagAttachExtension); strings.HasPrefix(ext, ".") && len(ext) < 10 {
			name += oneLine(ext)
		}
	}
	typ := mediaType(a, name)
	if typ == "message/rfc822" || strings.HasPrefix(typ, "message/") {
		done, rest, err := w.rawMessage(a, r, size, typ, name)
		if done || err != nil {
			return err
		}
		r, typ = io.NopCloser(rest), "application/octet-stream"
	}
	if cs := prop.Text(a, prop.PidTagTextAttachmentCharset); cs != "" && token(cs) && strings.HasPrefix(typ, "text/") {
		typ += "; charset=" + cs
	}
	w.partHeader(typ, name, inline, a, "base64")
	if _, err := w.flush(); err != nil {
		return err
	}
	return w.content(r, name)
}

// content streams the content of an attachment in base64. What cannot be read of it is told.
func (w *writer) content(r io.Reader, name string) error {
	enc := newBase64(w.out)
	in := &source{r: r}
	if _, err := io.Copy(enc, in); err != nil {
		if in.err == nil {
			return err
		}
		if err := w.problem("the attachment “"+name+"”", in.err); err != nil {
			return err
		}
	}
	return enc.Close()
}

// source remembers the error of the reading side, so that it is told from one of writing.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// partHeader writes the fields of a part.
func (w *writer) partHeader(typ, name string, inline bool, a prop.Bag, encoding string) {
	how := "attachment"
	if inline {
		how = "inline"
	}
	if name != "" {
		field(&w.head, "Content-Type", typ+"; "+param("name", name))
		field(&w.head, "Content-Disposition", how+"; "+param("filename", name))
	} else {
		field(&w.head, "Content-Type", typ)
		field(&w.head, "Content-Disposition", how)
	}
	if encoding != "" {
		field(&w.head, "Content-Transfer-Encoding", encoding)
	}
	if a != nil {
		if id := contentID(a); id != "" {
			field(&w.head, "Content-ID", "<"+id+">")
		}
		if l := strings.TrimSpace(oneLine(prop.Text(a, prop.PidTagAttachContentLocation))); l != "" && isASCII(l) && !strings.Contains(l, " ") {
			field(&w.head, "Content-Location", l)
		}
	}
	w.head.WriteString("\r\n")
}

// rawMessage writes a file that is a message as one, where that can be: message types must not be encoded (RFC 2046 section
// 5.2.1). Else rest has its bytes.
func (w *writer) rawMessage(a prop.Bag, r io.Reader, size int64, typ, name string) (done bool, rest io.Reader, err error) {
	if size > maxRaw {
		return false, r, nil
	}
	b, err := io.ReadAll(io.LimitReader(r, maxRaw+1))
	if err != nil {
		return true, nil, w.lost(name, err)
	}
	norm := crlf(b)
	if len(b) > maxRaw || !plain(norm, true) || bytes.IndexByte(b, 0) >= 0 || bytes.Contains(norm, []byte(w.seed)) {
		return false, io.MultiReader(bytes.NewReader(b), r), nil
	}
	w.partHeader(typ, name, false, a, "8bit")
	w.head.Write(norm)
	_, err = w.flush()
	return true, nil, err
}

// embedded writes an attached item: mail as message/rfc822, other things as the files they are best kept as.
func (w *writer) embedded(a prop.Attachment, name string) error {
	m, err := a.Embedded()
	if err != nil {
		return w.lost(name, err)
	}
	kind := KindOf(m)
	if name == "" {
		name = Subject(m)
	}
	if kind == Mail || kind == Meeting || kind == Report || kind == Other || kind == Exception {
		if w.depth >= w.o.MaxDepth {
			return w.lost(name, errDepth)
		}
		if name = strings.TrimSuffix(strings.TrimSuffix(name, ".msg"), ".eml"); name == "" {
			name = "message"
		}
		w.partHeader("message/rfc822", name+".eml", false, a, "8bit")
		if _, err := w.flush(); err != nil {
			return err
		}
		return write(w.out, m, w.o, w.depth+1)
	}
	f, err := Export(m)
	if err != nil {
		return w.lost(name, err)
	}
	w.partHeader(f.Type, f.Name, false, a, "base64")
	if _, err := w.flush(); err != nil {
		return err
	}
	return encodeTo(w.out, "base64", f.Data)
}

// reference writes where a file is that was not attached itself.
func (w *writer) reference(a prop.Bag, name string) error {
	path := ""
	for _, t := range []prop.Tag{prop.PidTagAttachLongPathname, prop.PidTagAttachPathname} {
		if path == "" {
			path = strings.TrimSpace(oneLine(prop.Text(a, t)))
		}
	}
	if path == "" {
		return w.lost(name, errNoContent)
	}
	if name == "" {
		name = "link"
	}
	if !strings.Contains(path, "://") {
		path = "file:" + strings.ReplaceAll(path, `\`, "/")
	}
	w.partHeader("application/internet-shortcut", strings.TrimSuffix(name, ".url")+".url", false, nil, "base64")
	if _, err := w.flush(); err != nil {
		return err
	}
	return encodeTo(w.out, "base64", []byte("[InternetShortcut]\r\nURL="+path+"\r\n"))
}

// lost stands for a part that could not be read, so that nobody takes the message for whole.
func (w *writer) lost(name string, cause error) error {
	if name == "" {
		name = "attachment"
	}
	if err := w.problem("the attachment “"+name+"”", cause); err != nil {
		return err
	}
	w.partHeader("text/plain; charset=utf-8", name+".txt", false, nil, "base64")
	if _, err := w.flush(); err != nil {
		return err
	}
	return encodeTo(w.out, "base64", []byte("The attachment “"+name+"” could not be read from its source.\r\n"))
}
