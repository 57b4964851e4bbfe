// Package mailgen makes mail for measurements: any number of messages, always the same for the same seed, with the sizes and parts of everyday
// mail (about 22 kB on average: 60 % plain text, 25 % with HTML, 15 % with an attachment), words in a Zipf distribution over 20,000 words, and
// conversations of up to eight messages. All people and domains are invented.
package mailgen

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"time"
)

// Gen makes messages. It is not safe for concurrent use.
type Gen struct {
	seed  uint64
	words []string
	start time.Time
}

// New returns a generator; message 0 is dated start, later ones are newer.
func New(seed uint64, start time.Time) *Gen {
	g := &Gen{seed: seed, start: start}
	r := rand.New(rand.NewPCG(seed, 1))
	syl := []string{"ha", "ven", "lo", "mar", "ti", "ser", "qua", "lin", "do", "ber", "ne", "fol", "gra", "pin", "so", "wes", "tor", "bri", "cal", "ume", "ka", "ston", "ri", "del", "po", "lan", "fi", "go", "mel", "usk"}
	common := []string{"the", "and", "to", "of", "a", "in", "is", "for", "that", "we", "you", "it", "on", "with", "be", "this", "are", "as", "have", "at", "not", "will", "from", "can", "but", "meeting", "invoice", "please", "project", "schedule"}
	g.words = append(g.words, common...)
	seen := map[string]bool{}
	for len(g.words) < 20000 {
		w := ""
		for n := 2 + r.IntN(3); n > 0; n-- {
			w += syl[r.IntN(len(syl))]
		}
		if !seen[w] {
			seen[w] = true
			g.words = append(g.words, w)
		}
	}
	return g
}

var people = []string{"Marta Lindqvist", "Priya Raman", "Jonas Ekdahl", "Tomasz Wilk", "Ingrid Solheim", "Dana Okafor", "Sven Aalto", "Elodie Marchand", "Halden Lighting", "Noor Haddad", "Kenji Mori", "Lucia Ferri", "Ana Duarte", "Piet de Boer", "Ruth Adler", "Omar Nasser"}

func address(i int) (name, addr string) {
	name = people[i%len(people)]
	var b []byte
	for _, c := range []byte(name) {
		switch {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+32)
		case c >= 'a' && c <= 'z':
			b = append(b, c)
		case c == ' ':
			b = append(b, '.')
		}
	}
	return name, string(b) + fmt.Sprintf("@mail%d.example", i/len(people)%40)
}

// ID returns the Message-ID of message i, without angle brackets.
func (g *Gen) ID(i int) string { return fmt.Sprintf("m%d.%d@gen.example", i, g.seed) }

// Date returns the date of message i: seven minutes apart.
func (g *Gen) Date(i int) time.Time { return g.start.Add(time.Duration(i) * 7 * time.Minute) }

// Message returns message i with CRLF line ends.
func (g *Gen) Message(i int) []byte {
	r := rand.New(rand.NewPCG(g.seed, uint64(i)+100))
	z := rand.NewZipf(r, 1.1, 4, uint64(len(g.words)-1))
	word := func() string { return g.words[z.Uint64()] }
	var b bytes.Buffer
	fn, fa := address(r.IntN(400))
	tn, ta := address(r.IntN(400))
	thread := i - i%8 // messages of a group of eight may answer its first
	reply := i != thread && r.IntN(2) == 0
	sr := rand.New(rand.NewPCG(g.seed, uint64(thread)+7))
	sz := rand.NewZipf(sr, 1.1, 4, uint64(len(g.words)-1))
	subject := ""
	for n := 3 + sr.IntN(4); n > 0; n-- {
		subject += g.words[sz.Uint64()] + " "
	}
	subject += fmt.Sprint(thread)
	fmt.Fprintf(&b, "Return-Path: <%s>\r\nReceived: from mx.gen.example by mail.example.test; %s\r\n", fa, g.Date(i).Format(time.RFC1123Z))
	fmt.Fprintf(&b, "Message-ID: <%s>\r\nDate: %s\r\nFrom: %s <%s>\r\nTo: %s <%s>\r\n", g.ID(i), g.Date(i).Format(time.RFC1123Z), fn, fa, tn, ta)
	if reply {
		fmt.Fprintf(&b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\nSubject: Re: %s\r\n", g.ID(thread), g.ID(thread), subject)
	} else {
		fmt.Fprintf(&b, "Subject: %s\r\n", subject)
	}
	b.WriteString("MIME-Version: 1.0\r\n")
	text := func(n int) []byte {
		var t bytes.Buffer
		line := 0
		for t.Len() < n {
			w := word()
			if line+len(w) > 72 {
				t.WriteString("\r\n")
				line = 0
			}
			t.WriteString(w)
			t.WriteByte(' ')
			line += len(w) + 1
			if r.IntN(90) == 0 {
				t.WriteString("\r\n\r\n")
				line = 0
			}
		}
		t.WriteString("\r\n")
		return t.Bytes()
	}
	kind := r.IntN(100)
	switch {
	case kind < 60:
		b.WriteString("Content-Type: text/plain; charset=utf-8\r\n\r\n")
		b.Write(text(1500 + r.IntN(5000)))
	case kind < 85:
		b.WriteString("Content-Type: multipart/alternative; boundary=\"=_alt\"\r\n\r\n--=_alt\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
		t := text(1500 + r.IntN(4000))
		b.Write(t)
		b.WriteString("\r\n--=_alt\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>p{margin:0 0 1em;font:14px sans-serif}td{padding:4px}</style></head><body>\r\n")
		for n := 4 + r.IntN(10); n > 0; n-- {
			fmt.Fprintf(&b, "<table width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"border-collapse:collapse\"><tr><td style=\"font-family:Arial,sans-serif;color:#223344\">\r\n<p>%s</p></td></tr></table>\r\n", text(600+r.IntN(900)))
		}
		b.WriteString("</body></html>\r\n--=_alt--\r\n")
	default:
		b.WriteString("Content-Type: multipart/mixed; boundary=\"=_mix\"\r\n\r\n--=_mix\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
		b.Write(text(800 + r.IntN(2000)))
		fmt.Fprintf(&b, "\r\n--=_mix\r\nContent-Type: application/pdf; name=\"report-%d.pdf\"\r\nContent-Disposition: attachment; filename=\"report-%d.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n", i, i)
		raw := make([]byte, 20000+r.IntN(130000))
		for k := 0; k+8 <= len(raw); k += 8 {
			v := r.Uint64()
			for j := 0; j < 8; j++ {
				raw[k+j] = byte(v >> (8 * j))
			}
		}
		enc := base64.StdEncoding.EncodeToString(raw)
		for len(enc) > 76 {
			b.WriteString(enc[:76])
			b.WriteString("\r\n")
			enc = enc[76:]
		}
		b.WriteString(enc)
		b.WriteString("\r\n--=_mix--\r\n")
	}
	return b.Bytes()
}
