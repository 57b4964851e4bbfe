package compose

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/rfc822"
)

// Envelope is what the submission needs besides the bytes.
type Envelope = remote.Envelope

// Options of [Build].
type Options struct {
	// KeepBcc writes the Bcc field: for drafts and for the copy in Sent, never for what is sent.
	KeepBcc bool
	// Open opens the bytes of an attachment by its digest.
	Open func(digest string) (io.ReadCloser, error)

	Now    func() time.Time // default: time.Now
	Random io.Reader        // default: crypto/rand
}

func (o Options) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

func (o Options) random() io.Reader {
	if o.Random != nil {
		return o.Random
	}
	return rand.Reader
}

const agent = "Postrider"

var letters = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

func token(r io.Reader, n int) string {
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		panic(err) // crypto/rand does not fail
	}
	return letters.EncodeToString(b)
}

// NewID makes a message id (without angle brackets) in the domain of addr. Nothing in it tells of this computer.
func NewID(addr string) string { return newID(addr, time.Now(), rand.Reader) }

func newID(addr string, now time.Time, r io.Reader) string {
	domain := "mail.invalid"
	if s, _ := wireAddr(addr); rfc822.CheckAddress(s) == nil {
		if d := s[strings.LastIndexByte(s, '@')+1:]; validID(d) && d[0] != '[' {
			domain = strings.ToLower(d)
		}
	}
	return strconv.FormatInt(now.UnixMilli(), 36) + "." + token(r, 15) + "@" + domain
}

// Build makes the message of a draft, with CRLF line ends, and its envelope (all recipients, Bcc included). A draft without
// InternetID gets a new one, in the bytes only. Errors are faults: what Open returned, for a lost attachment.
func Build(d mail.Draft, o Options) ([]byte, Envelope, error) {
	now := o.now()
	id := d.InternetID
	if !validID(id) {
		id = newID(d.From.Addr, now, o.random())
	}
	body := d.Text
	if d.Quoted != "" {
		if body != "" {
			body = strings.TrimRight(body, "\n") + "\n\n"
		}
		body += d.Quoted
	}
	var f fields
	f.text("Date", now.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
	f.addresses("From", []mail.Address{{Name: d.From.Name, Addr: d.From.Addr}})
	if d.From.ReplyTo != "" && !strings.EqualFold(d.From.ReplyTo, d.From.Addr) {
		f.addresses("Reply-To", rfc822.DecodeAddresses([]byte(d.From.ReplyTo), ""))
	}
	f.addresses("To", d.To)
	f.addresses("Cc", d.Cc)
	if o.KeepBcc {
		f.addresses("Bcc", d.Bcc)
	} else if len(d.To)+len(d.Cc) == 0 && len(d.Bcc) > 0 {
		f.b.WriteString("To: undisclosed-recipients:;\r\n")
		for _, a := range d.Bcc {
			if _, ascii := wireAddr(a.Addr); !ascii {
				f.utf8 = true
			}
		}
	}
	f.text("Subject", d.Subject)
	f.ids("Message-ID", []string{id})
	if d.InReply != "" {
		f.ids("In-Reply-To", []string{d.InReply})
	}
	f.ids("References", d.Refs)
	f.b.WriteString("User-Agent: " + agent + "\r\nMIME-Version: 1.0\r\n")
	whole, err := content(d, body, o)
	if err != nil {
		return nil, Envelope{}, err
	}
	var out bytes.Buffer
	out.WriteString(f.b.String())
	out.WriteString(whole.head + "\r\n")
	out.Write(whole.body)
	return finish(&out, d, f.utf8)
}

func finish(out *bytes.Buffer, d mail.Draft, utf8 bool) ([]byte, Envelope, error) {
	from, _ := wireAddr(d.From.Addr)
	e := Envelope{From: from, Size: int64(out.Len()), UTF8: utf8, Notify: d.Receipt}
	seen := map[string]bool{}
	for _, list := range [][]mail.Address{d.To, d.Cc, d.Bcc} {
		for _, a := range list {
			s, ascii := wireAddr(a.Addr)
			if !ascii {
				e.UTF8 = true
			}
			if key := foldAddr(s); s != "" && !seen[key] {
				seen[key] = true
				e.To = append(e.To, s)
			}
		}
	}
	return out.Bytes(), e, nil
}

// foldAddr is the form in which addresses are compared: the domain in ASCII, all lower case. Servers may tell local parts
// apart by case (RFC 5321 section 2.4); none in use does.
func foldAddr(addr string) string {
	s, _ := rfc822.ASCIIDomain(addr)
	return strings.ToLower(s)
}

// mediaType keeps a type that is one; parts that are multiparts cannot be attached as such.
func mediaType(t string) string {
	t = strings.ToLower(strings.TrimSpace(t))
	top, sub, ok := strings.Cut(t, "/")
	if !ok || top == "" || sub == "" || len(t) > 120 || top == "multipart" || top == "message" && sub != "rfc822" {
		return "application/octet-stream"
	}
	for i := 0; i < len(t); i++ {
		c := t[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("/.+-_!#$&^", c) >= 0) {
			return "application/octet-stream"
		}
	}
	return t
}

// crlf makes all line ends CRLF.
func crlf(b []byte) []byte {
	if bytes.Count(b, []byte("\r\n")) == bytes.Count(b, []byte("\n")) && bytes.Count(b, []byte("\r")) == bytes.Count(b, []byte("\n")) {
		return b
	}
	out := make([]byte, 0, len(b)+len(b)/40)
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\r':
			if i+1 < len(b) && b[i+1] == '\n' {
				i++
			}
			out = append(out, '\r', '\n')
		case '\n':
			out = append(out, '\r', '\n')
		default:
			out = append(out, b[i])
		}
	}
	return out
}

// travels reports whether SMTP carries b unchanged, and whether it needs 8 bits for that.
func travels(b []byte) (eight, ok bool) {
	line := 0
	for _, c := range b {
		if c == 0 {
			return false, false
		}
		if c >= 0x80 {
			eight = true
		}
		if line++; line > 1000 {
			return eight, false
		}
		if c == '\n' {
			line = 0
		}
	}
	return eight, true
}
