package compose

import (
	"bytes"
	"io"
	"net/url"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

// maxMailto bounds a mailto link in bytes.
const maxMailto = 1 << 20

// ParseMailto starts a draft from a mailto link (RFC 6068). Only to, cc, bcc, subject, body and in-reply-to are taken: a link must
// not attach files or forge fields.
func ParseMailto(link string) (mail.Draft, error) {
	var d mail.Draft
	rest, ok := cutPrefixFold(strings.TrimSpace(link), "mailto:")
	if !ok || len(link) > maxMailto {
		return d, fault.New(fault.Usage, "mailto", "This is not a link to write a message", "It should begin with mailto: and an address.")
	}
	rest = strings.TrimPrefix(rest, "//")
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		rest = rest[:i]
	}
	to, query, _ := strings.Cut(rest, "?")
	var bad error
	add := func(dst *[]mail.Address, v string) {
		list, err := rfc822.ParseAddressList(v)
		if err != nil && bad == nil {
			bad = err
		}
		*dst = append(*dst, list...)
	}
	add(&d.To, unescape(to))
	for i, f := range strings.Split(query, "&") {
		if i > 200 {
			break
		}
		k, v, _ := strings.Cut(strings.TrimPrefix(f, "amp;"), "=")
		v = unescape(v)
		switch strings.ToLower(unescape(k)) {
		case "to":
			add(&d.To, v)
		case "cc":
			add(&d.Cc, v)
		case "bcc":
			add(&d.Bcc, v)
		case "subject":
			d.Subject = oneLine(v)
		case "body":
			if d.Text != "" {
				d.Text += "\n"
			}
			d.Text += strings.Map(func(r rune) rune {
				if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
					return -1
				}
				return r
			}, strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\r", "\n"))
		case "in-reply-to":
			if id := strings.Trim(strings.TrimSpace(v), "<>"); validID(id) {
				d.InReply, d.Refs = id, []string{id}
			}
		}
	}
	if len(d.To)+len(d.Cc)+len(d.Bcc) == 0 && bad != nil {
		return d, bad
	}
	return d, nil
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// unescape decodes percent escapes; a plus is a plus here (RFC 6068 section 5), and what is broken stays.
func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return strings.ToValidUTF8(u, "\uFFFD")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// FromEML makes a draft of a message: one of ours on a server, another program's, or a file. put stores an attachment; where
// it is nil attachments are left out.
func FromEML(raw []byte, put func(name, typ string, r io.Reader) (mail.Attachment, error)) (mail.Draft, error) {
	b := rfc822.Body(raw, rfc822.Options{})
	e := b.Envelope
	d := mail.Draft{To: written(e.To), Cc: written(e.Cc), Bcc: written(e.Bcc), Subject: e.Subject, InReply: e.InReplyTo, Refs: e.References, InternetID: e.InternetID, Changed: e.Date}
	if len(e.From) > 0 {
		d.From = mail.Identity{Name: e.From[0].Name, Addr: e.From[0].Addr}
	}
	if len(e.ReplyTo) > 0 {
		d.From.ReplyTo = e.ReplyTo[0].Addr
	}
	d.Text, d.Quoted = splitQuoted(strings.TrimRight(b.Text, "\n"))
	d.Forward = strings.HasPrefix(d.Quoted, forwardLine)
	if b.HTML != "" {
		d.HTML = inside(b.HTML)
		if d.Quoted != "" {
			d.Text, d.Quoted = strings.TrimRight(b.Text, "\n"), ""
		}
	}
	if put == nil {
		return d, nil
	}
	for _, p := range b.Parts {
		r, part, err := rfc822.Part(raw, p.ID)
		if err != nil {
			return d, err
		}
		a, err := put(part.Name, part.Type, r)
		if err != nil {
			return d, fault.Of(err)
		}
		if p.ContentID != "" && d.HTML != "" && refersTo(d.HTML, p.ContentID) {
			a.ContentID = p.ContentID
		}
		d.Attach = append(d.Attach, a)
	}
	return d, nil
}

// inside returns what is between the body's tags of a page.
func inside(page string) string {
	low := strings.ToLower(page)
	if len(low) != len(page) {
		return page
	}
	if i := strings.Index(low, "<body"); i >= 0 {
		if j := strings.IndexByte(low[i:], '>'); j >= 0 {
			page, low = page[i+j+1:], low[i+j+1:]
		}
	}
	if i := strings.LastIndex(low, "</body"); i >= 0 {
		page = page[:i]
	}
	return strings.TrimSpace(page)
}

// written drops what is no address.
func written(list []mail.Address) (out []mail.Address) {
	for _, a := range list {
		if a.Addr != "" {
			out = append(out, a)
		}
	}
	return out
}

// splitQuoted finds the history that [Build] put below the text: from the forward line, or from a line that ends in "wrote:" with nothing but
// quotation below it.
func splitQuoted(text string) (own, quoted string) {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l == forwardLine {
			return ownText(lines[:i]), strings.Join(lines[i:], "\n")
		}
	}
	i := len(lines)
	for i > 0 && strings.HasPrefix(lines[i-1], ">") {
		i--
	}
	if i == len(lines) || i == 0 || !strings.HasSuffix(lines[i-1], " wrote:") {
		return text, ""
	}
	return ownText(lines[:i-1]), strings.Join(lines[i-1:], "\n")
}

// Own returns what a person wrote of a text, without the history below it.
func Own(text string) string {
	own, _ := splitQuoted(text)
	return own
}

func ownText(lines []string) string { return strings.TrimRight(strings.Join(lines, "\n"), "\n") }

// Prepare makes a finished message ready to send: CRLF line ends, the Bcc field removed from what is sent, Date, From and
// Message-ID added where they are missing. filed is the copy for Sent, with Bcc. The bytes of the body are not changed.
func Prepare(raw []byte, id mail.Identity) (sent, filed []byte, env Envelope, e mail.Envelope, err error) {
	raw = crlf(raw)
	e, err = rfc822.ParseHeader(raw)
	if err != nil {
		return nil, nil, env, e, err
	}
	d := mail.Draft{From: id, To: written(e.To), Cc: written(e.Cc), Bcc: written(e.Bcc)}
	if len(e.From) > 0 && e.From[0].Addr != "" {
		d.From = mail.Identity{Name: e.From[0].Name, Addr: e.From[0].Addr}
	}
	if len(d.To)+len(d.Cc)+len(d.Bcc) == 0 {
		return nil, nil, env, e, fault.New(fault.Usage, "no-recipient", "Nobody is named to send it to", "The message needs an address in To, Cc or Bcc.")
	}
	for _, list := range [][]mail.Address{d.To, d.Cc, d.Bcc} {
		for _, a := range list {
			if bad := rfc822.CheckAddress(a.Addr); bad != nil {
				return nil, nil, env, e, fault.New(fault.Usage, "bad-address", "“"+a.Addr+"” is not an email address", bad.Error())
			}
		}
	}
	var head, headBcc bytes.Buffer
	var missing fields
	o := Options{}
	replaced := map[string]bool{} // fields that say nothing and are written anew
	if e.Date.IsZero() {
		replaced["date"] = true
		e.Date = o.now()
		missing.text("Date", e.Date.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
	}
	if len(e.From) == 0 {
		replaced["from"] = true
		e.From = []mail.Address{{Name: d.From.Name, Addr: d.From.Addr}}
		missing.addresses("From", e.From)
	}
	if e.InternetID == "" {
		replaced["message-id"] = true
		e.InternetID = NewID(d.From.Addr)
		missing.ids("Message-ID", []string{e.InternetID})
	}
	head.WriteString(missing.b.String())
	headBcc.WriteString(missing.b.String())
	rest := raw
	visible := false
	utf8 := missing.utf8
	for {
		name, value, next, ok := rfc822.NextField(rest)
		if !ok {
			break
		}
		// Exactly the field: rubbish between fields is not sent on.
		field := rest[:len(rest)-len(next)]
		if i := bytes.Index(field, name); i > 0 {
			field = field[i:]
		}
		rest = next
		for _, c := range field {
			utf8 = utf8 || c >= 0x80
		}
		lower := strings.ToLower(string(name))
		empty := len(bytes.TrimSpace(value)) == 0
		if replaced[lower] || empty && (lower == "to" || lower == "cc" || lower == "bcc") {
			continue
		}
		headBcc.Write(field)
		if lower == "bcc" || lower == "resent-bcc" {
			continue
		}
		visible = visible || lower == "to" || lower == "cc"
		head.Write(field)
	}
	if !visible {
		head.WriteString("To: undisclosed-recipients:;\r\n")
	}
	// What is left is the body, without the empty line that NextField takes with it.
	sep := []byte("\r\n")
	for _, b := range []*bytes.Buffer{&head, &headBcc} {
		if b.Len() > 0 && !bytes.HasSuffix(b.Bytes(), sep) {
			b.Write(sep)
		}
	}
	_, _, body, _ := rfc822.NextField(rest)
	head.Write(sep)
	headBcc.Write(sep)
	head.Write(body)
	headBcc.Write(body)
	_, env, err = finish(&head, d, utf8)
	return head.Bytes(), headBcc.Bytes(), env, e, err
}
