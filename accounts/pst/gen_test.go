package pst

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// generator makes messages of every kind of content, the same ones for the same seed.
type generator struct {
	r *rand.Rand
	n int
	// light: large attachments are rare, and subjects are in the transport headers too
	light bool
}

func newGenerator(seed uint64) *generator { return &generator{r: rand.New(rand.NewPCG(seed, 7))} }

var words = strings.Fields("fjord light invoice tender harbour meeting Grüße наука 你好 קשר ñandú naïve quarterly 🚢 ferry budget report weather ticket école straße Ελλάδα minutes agenda")

func (g *generator) text(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		w := words[g.r.IntN(len(words))]
		if g.light && w == "🚢" {
			w = "ship" // pffexport 20180714 decodes surrogate pairs to other characters
		}
		b.WriteString(w)
		if g.r.IntN(12) == 0 {
			b.WriteString("\r\n")
		}
	}
	return b.String()
}

func (g *generator) line(n int) string { return strings.ReplaceAll(g.text(n), "\r\n", " ") }

func (g *generator) bytes(n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n; i += 8 {
		v := g.r.Uint64()
		for j := i; j < min(n, i+8); j++ {
			b[j] = byte(v >> (8 * (j - i)))
		}
	}
	return b
}

// sizes are those at which the format changes its ways: heap items, blocks, data trees.
var sizes = []int{1, 100, 3579, 3580, 3581, 8175, 8176, 8177, 16352, 40000, 200000}

func (g *generator) address(i int) (name, addr string) {
	return fmt.Sprintf("%s %s", words[(g.n+i)%len(words)], words[(g.n+3*i)%len(words)]), fmt.Sprintf("person%d@example.com", (g.n+i)%97)
}

func (g *generator) message() *prop.Message { return g.make(0) }

func (g *generator) make(depth int) *prop.Message {
	g.n++
	names := &prop.Names{}
	m := prop.Map{}
	msg := &prop.Message{Bag: m, Namer: names}
	at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.n) * time.Minute)
	m[prop.PidTagSubject] = fmt.Sprintf("%d %s", g.n, g.line(1+g.r.IntN(8)))
	if g.n%5 == 0 {
		m[prop.PidTagSubject] = "Re: " + m[prop.PidTagSubject].(string)
	}
	m[prop.PidTagClientSubmitTime], m[prop.PidTagMessageDeliveryTime] = at, at.Add(time.Second)
	m[prop.PidTagMessageFlags] = int32(g.n % 2)
	name, addr := g.address(0)
	for _, t := range []prop.Tag{prop.PidTagSenderName, prop.PidTagSentRepresentingName} {
		m[t] = name
	}
	for _, t := range []prop.Tag{prop.PidTagSenderEmailAddress, prop.PidTagSentRepresentingEmailAddress} {
		m[t] = addr
	}
	for _, t := range []prop.Tag{prop.PidTagSenderAddressType, prop.PidTagSentRepresentingAddressType} {
		m[t] = "SMTP"
	}
	m[prop.PidTagInternetMessageId] = fmt.Sprintf("<%d.%d@example.com>", g.n, depth)
	m[prop.PidTagBody] = g.text(1 + g.r.IntN(200))
	named := func(p prop.Property, v prop.Value) {
		id, _ := names.Add(p.Name)
		m[prop.Of(id, p.Type)] = v
	}
	kind := g.n % 20
	if depth > 0 {
		kind = 19
	}
	switch kind {
	case 0:
		m[prop.PidTagMessageClass] = "IPM.Contact"
		m[prop.PidTagDisplayName] = name
		m[prop.PidTagGivenName], m[prop.PidTagSurname] = words[g.n%len(words)], "Sample"
		named(prop.PidLidEmail1EmailAddress, addr)
		named(prop.PidLidEmail1AddressType, "SMTP")
		named(prop.PidLidFileUnder, name)
		return msg
	case 1:
		m[prop.PidTagMessageClass] = "IPM.Appointment"
		named(prop.PidLidAppointmentStartWhole, at)
		named(prop.PidLidAppointmentEndWhole, at.Add(time.Hour))
		named(prop.PidLidLocation, g.line(2))
		return msg
	case 2:
		m[prop.PidTagMessageClass] = "IPM.Task"
		named(prop.PidLidTaskComplete, g.n%3 == 0)
		named(prop.PidLidPercentComplete, float64(g.n%100)/100)
		return msg
	case 3:
		m[prop.PidTagMessageClass] = "IPM.StickyNote"
		return msg
	case 4:
		m[prop.PidTagMessageClass] = "IPM.Activity"
		named(prop.PidLidLogType, "Phone call")
		return msg
	}
	m[prop.PidTagMessageClass] = "IPM.Note"
	if g.n%3 != 0 {
		m[prop.PidTagTransportMessageHeaders] = fmt.Sprintf("From: %s\r\nTo: someone@example.com\r\nSubject: %s\r\nX-Number: %d\r\n%s\r\n", addr,
			mime.QEncoding.Encode("utf-8", m[prop.PidTagSubject].(string)), g.n, strings.Repeat("X-Trace: hop\r\n", g.r.IntN(60)))
	}
	named(prop.PidNameKeywords, []string{"alpha", "beta " + words[g.n%len(words)]})
	if kind%2 == 0 {
		m[prop.PidTagHtml] = []byte("<html><body><p>" + g.text(1+g.r.IntN(900)) + "</p></body></html>")
		m[prop.PidTagInternetCodepage] = int32(65001)
	}
	if kind == 7 {
		m[prop.PidTagBody] = g.text(3000)
	}
	rcpts := 1 + g.r.IntN(4)
	if kind == 8 {
		rcpts = 120
	}
	for i := range rcpts {
		n, a := g.address(i + 1)
		msg.Recipients = append(msg.Recipients, prop.Map{
			prop.PidTagDisplayName: n, prop.PidTagEmailAddress: a, prop.PidTagSmtpAddress: a, prop.PidTagAddressType: "SMTP", prop.PidTagRecipientType: int32(1 + i%3)})
	}
	if kind >= 9 && kind <= 13 {
		for i := range 1 + g.r.IntN(3) {
			size := sizes[g.r.IntN(len(sizes))]
			if g.light && size > 20000 && g.r.IntN(10) > 0 {
				size = 500
			}
			msg.Attachments = append(msg.Attachments, attach(fmt.Sprintf("file %d %s.bin", i, words[g.r.IntN(len(words))]), g.bytes(size)))
		}
	}
	if kind == 14 && depth < 3 {
		e := g.make(depth + 1)
		msg.Attachments = append(msg.Attachments, prop.Attachment{Bag: prop.Map{prop.PidTagDisplayName: "a message", prop.PidTagAttachMethod: int32(5)},
			Embedded: func() (*prop.Message, error) { return e, nil }})
	}
	return msg
}

func attach(name string, content []byte) prop.Attachment {
	return prop.Attachment{
		Bag: prop.Map{prop.PidTagAttachLongFilename: name, prop.PidTagAttachFilename: name, prop.PidTagAttachMimeTag: "application/octet-stream", prop.PidTagAttachMethod: int32(1)},
		Open: func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(content)), int64(len(content)), nil
		},
	}
}

// newFile makes a data file with one folder, and leaves it open.
func newFile(t testing.TB, folder, class string) (s *Store, box Ref, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.pst")
	s, err := Create(path, CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if box, err = s.CreateFolder(0, folder, class); err != nil {
		t.Fatal(err)
	}
	return s, box, path
}
