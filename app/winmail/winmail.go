// Package winmail reads messages whose content Outlook or Exchange packed into an attachment winmail.dat (TNEF). [Body] and
// [Part] are those of package rfc822, but show what is packed in place of the package: its attachments, its HTML where the
// message has none, its invitation. A package that cannot be read stays an attachment like any other.
//
// A packed part has an id of its own: that of the package and its own within it, so that Part finds it again in the raw
// message alone.
package winmail

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/msox/tnef"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

const (
	maxPackage  = 96 << 20
	maxPackages = 8 // of one message
	innerBits   = 16
	maxOuter    = 1<<14 - 1
)

// IsPackage reports whether a part is a winmail.dat.
func IsPackage(p mail.Part) bool {
	return p.Type == "application/ms-tnef" || p.Type == "application/vnd.ms-tnef" || strings.EqualFold(p.Name, "winmail.dat")
}

// Body takes a message apart for reading, see rfc822.Body.
func Body(raw []byte, o rfc822.Options) mail.Body {
	b := rfc822.Body(raw, o)
	n := 0
	var parts []mail.Part
	for _, p := range b.Parts {
		if !IsPackage(p) || n >= maxPackages || p.ID > maxOuter || p.Size > maxPackage {
			parts = append(parts, p)
			continue
		}
		n++
		inner, err := unpack(raw, p.ID)
		if inner == nil {
			parts = append(parts, p)
			continue
		}
		if err != nil {
			b.Problems = append(b.Problems, "The attachment "+p.Name+" is damaged. What can be read of it is shown.")
		}
		in := rfc822.Body(inner, o)
		if b.HTML == "" && strings.TrimSpace(in.HTML) != "" {
			b.HTML = in.HTML
		}
		if strings.TrimSpace(b.Text) == "" {
			b.Text = in.Text
		}
		for _, q := range in.Parts {
			if q.ID < 1<<innerBits {
				q.ID |= (p.ID + 1) << innerBits
				parts = append(parts, q)
			}
		}
	}
	if n == 0 {
		return b
	}
	b.Parts = parts
	b.Envelope.Attachments = false
	for _, p := range parts {
		if !p.Inline && !(p.Type == "text/calendar" && p.Method != "") {
			b.Envelope.Attachments = true
		}
	}
	return b
}

// Part opens the decoded content of a part by its id, see rfc822.Part.
func Part(raw []byte, id int) (io.Reader, mail.Part, error) {
	outer := id>>innerBits - 1
	if outer < 0 {
		return rfc822.Part(raw, id)
	}
	inner, _ := unpack(raw, outer)
	r, p, err := rfc822.Part(inner, id&(1<<innerBits-1))
	p.ID = id
	return r, p, err
}

var errLarge = errors.New("winmail: too large")

// unpack makes an internet message of a package; nil where it cannot be read. With both, some of it is lost.
func unpack(raw []byte, part int) ([]byte, error) {
	r, _, err := rfc822.Part(raw, part)
	if err != nil {
		return nil, err
	}
	packed, err := io.ReadAll(io.LimitReader(r, maxPackage+1))
	if err != nil || len(packed) > maxPackage {
		return nil, errors.Join(err, errLarge)
	}
	m, err := tnef.Parse(packed)
	if m == nil {
		return nil, err
	}
	if errors.Is(err, tnef.ErrChecksum) {
		err = nil // senders get them wrong
	}
	if len(m.Attachments) == 0 && prop.Text(m, prop.PidTagMessageClass) == "" && len(m.Tags()) == 0 {
		return nil, err
	}
	var out bytes.Buffer
	werr := cmail.Write(&out, m, cmail.Options{Problem: func(_ string, cause error) error {
		err = errors.Join(err, cause)
		return nil
	}})
	if werr != nil {
		return nil, werr
	}
	return out.Bytes(), err
}

// holds reports whether word is in raw. Part is of word and begins with a character that base64 does not have: most of a large message is passed over fast.
func holds(raw []byte, part, word string) bool {
	return bytes.Contains(raw, []byte(part)) && bytes.Contains(raw, []byte(word))
}

// Ingest is what the store keeps of a message, see rfc822.Ingest: what is packed can be found, and counts as an attachment.
func Ingest(raw []byte) rfc822.Ingested {
	in := rfc822.Ingest(raw)
	if !holds(raw, "-tnef", "ms-tnef") && !holds(raw, ".dat", "winmail.dat") {
		return in
	}
	b := Body(raw, rfc822.Options{MaxText: rfc822.MaxIndex})
	packed := false
	var names []string
	for _, p := range b.Parts {
		packed = packed || p.ID >= 1<<innerBits
		if !p.Inline {
			names = append(names, p.Name)
		}
		in.Invitation = in.Invitation || p.Type == "text/calendar" && p.Method != ""
	}
	if strings.TrimSpace(in.Text) == "" && b.Text != "" {
		in.Text = strings.ToValidUTF8(b.Text[:min(len(b.Text), rfc822.MaxIndex)], "")
		in.Snippet = htmltext.Snippet(in.Text, 200)
		packed = true
	}
	if packed {
		in.Names, in.Attachments = strings.Join(names, " "), b.Envelope.Attachments
	}
	return in
}
