package cmail

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

// Print is what a message says, in digests: two messages with the same print are the same to a person, however their MIME
// parts are built. It is for proving that a copy that went through a message object (an archive) lost nothing.
type Print struct {
	Fields []mail.HeaderField // but those of MIME, blanks made one
	Text   [32]byte           // of the plain text; zero where there is only HTML
	HTML   [32]byte
	Parts  []PartPrint // attachments and pictures, in no particular order
}

// PartPrint is one part.
type PartPrint struct {
	Name      string
	ContentID string
	Digest    [32]byte // of the content
	Message   *Print   // of an attached message, instead of Digest
}

const maxPrintDepth = 16

// PrintOf takes the print of an internet message.
func PrintOf(raw []byte) Print { return printOf(raw, 0) }

func printOf(raw []byte, depth int) (p Print) {
	b := rfc822.Body(raw, rfc822.Options{MaxText: 64 << 20})
	for _, h := range b.Header {
		if !structural(strings.ToLower(h.Name)) {
			// Very long values are cut by the reader, somewhere in their blanks.
			p.Fields = append(p.Fields, mail.HeaderField{Name: h.Name, Value: clip(strings.Join(strings.Fields(h.Value), " "), 32<<10)})
		}
	}
	if b.HTML == "" {
		p.Text = textDigest(b.Text)
	} else {
		p.HTML = textDigest(b.HTML)
	}
	for _, q := range b.Parts {
		pp := PartPrint{Name: q.Name, ContentID: q.ContentID}
		r, _, err := rfc822.Part(raw, q.ID)
		if err != nil {
			continue
		}
		switch {
		case q.Type == "message/rfc822" && depth < maxPrintDepth:
			in, err := io.ReadAll(r)
			if err != nil {
				continue
			}
			inner := printOf(in, depth+1)
			pp.Message = &inner
		case strings.HasPrefix(q.Type, "message/"), q.Type == "text/calendar": // which travel as lines of text
			in, err := io.ReadAll(r)
			if err != nil {
				continue
			}
			pp.Digest = sha256.Sum256(bytes.TrimSpace(crlf(in)))
			if q.Type == "text/calendar" {
				pp.Name = "" // an invitation is no file
			}
		default:
			h := sha256.New()
			if _, err := io.Copy(h, r); err != nil {
				continue
			}
			pp.Digest = [32]byte(h.Sum(nil))
		}
		p.Parts = append(p.Parts, pp)
	}
	return p
}

// structural are the fields that are made anew with the parts.
func structural(key string) bool {
	return strings.HasPrefix(key, "content-") && key != "content-language" && key != "content-class" || key == "mime-version" ||
		key == "microsoft mail internet headers version 2.0"
}

// textDigest is that of the words of a text: line ends and blanks at them change on the way.
func textDigest(s string) [32]byte {
	return sha256.Sum256([]byte(strings.Join(strings.Fields(s), " ")))
}

// Missing compares a copy with its original: what of p is not in copy, in words for people; none when nothing is lost. Fields
// that the copy has besides are no loss.
func (p Print) Missing(copy Print) (lost []string) {
	have := map[mail.HeaderField]int{}
	for _, f := range copy.Fields {
		f.Name = strings.ToLower(f.Name)
		have[f]++
	}
	for _, f := range p.Fields {
		k := mail.HeaderField{Name: strings.ToLower(f.Name), Value: f.Value}
		if have[k]--; have[k] < 0 {
			lost = append(lost, "the header field "+f.Name)
		}
	}
	if p.Text != copy.Text && p.Text != ([32]byte{}) {
		lost = append(lost, "the text")
	}
	if p.HTML != copy.HTML && p.HTML != ([32]byte{}) {
		lost = append(lost, "the formatted text")
	}
	used := make([]bool, len(copy.Parts))
	for _, q := range p.Parts {
		found := false
		for i, c := range copy.Parts {
			if !used[i] && q.in(c) {
				used[i], found = true, true
				break
			}
		}
		if !found {
			name := q.Name
			if name == "" {
				name = "invitation"
			}
			lost = append(lost, "the attachment “"+name+"”")
		}
	}
	return lost
}

// in reports whether c is a copy of q.
func (q PartPrint) in(c PartPrint) bool {
	if q.Name != c.Name || q.ContentID != c.ContentID || (q.Message == nil) != (c.Message == nil) {
		return false
	}
	if q.Message != nil {
		return len(q.Message.Missing(*c.Message)) == 0
	}
	return q.Digest == c.Digest
}
