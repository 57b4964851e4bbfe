package compose

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

// entity is a MIME part: its Content fields, each with CRLF, and its bytes.
type entity struct {
	head string
	body []byte
	// eight: something in it is sent as 8bit, so that what holds it must say so (RFC 2045 section 6.4).
	eight bool
}

func textEntity(typ, text string) entity {
	var encoded []byte
	encoding := ""
	if typ == "text/plain" {
		typ += "; charset=utf-8; format=flowed"
		encoding, encoded = encodeText(flow(text))
	} else {
		typ += "; charset=utf-8"
		encoding, encoded = encodeText(crlf([]byte(text)))
	}
	return entity{head: "Content-Type: " + typ + "\r\nContent-Transfer-Encoding: " + encoding + "\r\n", body: encoded, eight: encoding == "8bit"}
}

// content makes what follows the fields of the message: text alone; text and HTML as alternatives, the HTML together with its pictures (RFC 2387); and all of it mixed
// with the attachments.
func content(d mail.Draft, text string, o Options) (entity, error) {
	e := textEntity("text/plain", text)
	var inline, attached []entity
	for _, a := range d.Attach {
		shown := a.ContentID != "" && d.HTML != "" && refersTo(d.HTML, a.ContentID)
		if a.ContentID != "" && d.HTML != "" && !shown {
			continue // the picture was taken out of the text again
		}
		p, err := load(a, o)
		if err != nil {
			return entity{}, err
		}
		var h fields
		h.tokens("Content-Type", []string{p.typ})
		if shown {
			h.tokens("Content-Disposition", params("inline", "filename", p.name))
			h.ids("Content-ID", []string{a.ContentID})
		} else {
			h.tokens("Content-Disposition", params("attachment", "filename", p.name))
		}
		h.tokens("Content-Transfer-Encoding", []string{p.encoding})
		part := entity{head: h.b.String(), body: p.data, eight: p.encoding == "8bit"}
		if shown {
			inline = append(inline, part)
		} else {
			attached = append(attached, part)
		}
	}
	if d.HTML != "" {
		page := textEntity("text/html", "<!DOCTYPE html>\n<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>\n"+
			strings.TrimRight(d.HTML, "\n")+"\n</body></html>\n")
		if len(inline) > 0 {
			page = multipart("related", "; type=\"text/html\"", append([]entity{page}, inline...), o.random())
		}
		e = multipart("alternative", "", []entity{e, page}, o.random())
	}
	if len(attached) > 0 {
		e = multipart("mixed", "", append([]entity{e}, attached...), o.random())
	}
	return e, nil
}

var cidRef = regexp.MustCompile(`(?i)cid:([^"'\s)>]+)`)

// refersTo reports whether HTML shows the part with this Content-ID.
func refersTo(page, id string) bool {
	for _, m := range cidRef.FindAllStringSubmatch(page, -1) {
		if m[1] == id || unescape(m[1]) == id || strings.ReplaceAll(m[1], "&amp;", "&") == id {
			return true
		}
	}
	return false
}

// multipart puts parts together.
func multipart(kind, more string, parts []entity, random io.Reader) entity {
	boundary := freeBoundary(random, parts)
	var b bytes.Buffer
	e := entity{}
	for i, p := range parts {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString("--" + boundary + "\r\n" + p.head + "\r\n")
		b.Write(p.body)
		e.eight = e.eight || p.eight
	}
	b.WriteString("\r\n--" + boundary + "--\r\n")
	e.head = "Content-Type: multipart/" + kind + more + "; boundary=\"" + boundary + "\"\r\n"
	if more != "" {
		e.head = "Content-Type: multipart/" + kind + more + ";\r\n boundary=\"" + boundary + "\"\r\n"
	}
	if e.eight {
		e.head += "Content-Transfer-Encoding: 8bit\r\n"
	}
	e.body = b.Bytes()
	return e
}

// freeBoundary makes a separator that occurs nowhere.
func freeBoundary(r io.Reader, parts []entity) string {
	for {
		// "=_" is in neither base64 nor quoted-printable.
		b := "=_" + token(r, 20)
		found := false
		for _, p := range parts {
			found = found || bytes.Contains(p.body, []byte(b))
		}
		if !found {
			return b
		}
	}
}

// part is an attachment, encoded.
type part struct {
	name, typ, encoding string
	data                []byte
}

func load(a mail.Attachment, o Options) (part, error) {
	p := part{name: rfc822.SafeName(a.Name, "file"), typ: mediaType(a.Type)}
	if o.Open == nil {
		return p, fault.New(fault.Local, "attachment", "“"+p.name+"” cannot be attached", "The file is no longer in the profile. Attach it again.")
	}
	r, err := o.Open(a.Digest)
	if err != nil {
		e := fault.Of(err)
		return p, &fault.Error{Kind: e.Kind, Code: "attachment", Op: "attach", Title: "“" + p.name + "” cannot be attached", Detail: "The file is no longer in the profile. Attach it again.", Err: err}
	}
	raw, err := io.ReadAll(r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return p, fault.Of(err)
	}
	if p.typ == "message/rfc822" {
		// No encoding is allowed here (RFC 2046 section 5.2.1), so it must be able to travel as it is.
		data := crlf(raw)
		if eight, ok := travels(data); ok {
			p.encoding, p.data = "7bit", data
			if eight {
				p.encoding = "8bit"
			}
			return p, nil
		}
		p.typ = "application/octet-stream"
	}
	p.encoding, p.data = "base64", encodeBase64(raw)
	return p, nil
}
