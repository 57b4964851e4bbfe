package compose

import (
	"regexp"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

// Quoting says how history is quoted.
type Quoting struct {
	// Below: the answer goes below the quotation, so the quotation is part of Text.
	Below bool
	Zone  *time.Location // of the date in the attribution; default: time.Local
}

// Reply starts an answer to src. self are the person's identities, the account's own first; the one that src was written to becomes From.
// Own addresses are not answered, except where the message is the person's own: then its recipients are written to again.
func Reply(src mail.Body, self []mail.Identity, all bool, q Quoting) mail.Draft {
	e := src.Envelope
	mine := selfSet(self)
	d := mail.Draft{From: identityFor(src, self), Subject: ReplySubject(e.Subject), InReply: e.InternetID, Refs: refs(e)}
	var seen = map[string]bool{}
	add := func(dst *[]mail.Address, list []mail.Address, own bool) {
		for _, a := range list {
			k := foldAddr(a.Addr)
			if a.Addr == "" || seen[k] || !own && mine[bare(k)] {
				continue
			}
			seen[k] = true
			*dst = append(*dst, a)
		}
	}
	answer := e.ReplyTo
	if len(answer) == 0 {
		answer = e.From
	}
	fromSelf := len(e.From) > 0 && mine[bare(foldAddr(e.From[0].Addr))]
	followup := addressesOf(src, "Mail-Followup-To")
	switch {
	case all && len(followup) > 0 && !fromSelf:
		add(&d.To, followup, false)
	case fromSelf:
		add(&d.To, e.To, false)
		if all {
			add(&d.Cc, e.Cc, false)
		}
	case all:
		add(&d.To, answer, false)
		add(&d.To, e.To, false)
		add(&d.Cc, e.Cc, false)
	default:
		add(&d.To, answer, false)
	}
	if len(d.To) == 0 { // a note to oneself
		if len(d.Cc) > 0 {
			d.To, d.Cc = d.Cc, nil
		} else {
			add(&d.To, answer, true)
		}
	}
	quoted := attribution(e, q) + "\n" + Quote(src.Text)
	if q.Below {
		d.Text = quoted + "\n\n"
	} else {
		d.Quoted = quoted
	}
	return d
}

// Forward starts a message that passes src on: inline, or (attached) as an attachment that the caller adds.
func Forward(src mail.Body, self []mail.Identity, attached bool, q Quoting) mail.Draft {
	e := src.Envelope
	d := mail.Draft{From: identityFor(src, self), Subject: ForwardSubject(e.Subject), Forward: true, Refs: refs(e)}
	if attached {
		return d
	}
	var b strings.Builder
	b.WriteString(forwardLine + "\n")
	line := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + oneLine(value) + "\n")
		}
	}
	line("From", rfc822.FormatAddresses(e.From))
	if !e.Date.IsZero() {
		line("Date", e.Date.In(q.zone()).Format("2 Jan 2006 at 15:04"))
	}
	line("Subject", e.Subject)
	line("To", rfc822.FormatAddresses(e.To))
	line("Cc", rfc822.FormatAddresses(e.Cc))
	b.WriteString("\n" + strings.Trim(src.Text, "\n"))
	d.Quoted = b.String()
	return d
}

const forwardLine = "---------- Forwarded message ----------"

func (q Quoting) zone() *time.Location {
	if q.Zone != nil {
		return q.Zone
	}
	return time.Local
}

func attribution(e mail.Envelope, q Quoting) string {
	who := "someone"
	if len(e.From) > 0 {
		who = oneLine(e.From[0].Display())
	}
	if e.Date.IsZero() {
		return who + " wrote:"
	}
	return "On " + e.Date.In(q.zone()).Format("2 Jan 2006 at 15:04") + ", " + who + " wrote:"
}

// Quote marks text as quotation, one level deeper, without the sender's signature.
func Quote(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if i := strings.LastIndex("\n"+text, "\n-- \n"); i >= 0 && strings.Count(text[i:], "\n") <= 16 && !strings.Contains(text[i:], "\n>") {
		text = text[:i]
	}
	text = strings.Trim(text, "\n")
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		line = strings.TrimRight(line, " \t\r")
		switch {
		case line == "":
			b.WriteByte('>')
		case line[0] == '>':
			b.WriteString(">" + line)
		default:
			b.WriteString("> " + line)
		}
	}
	return b.String()
}

func refs(e mail.Envelope) []string {
	out := append([]string(nil), e.References...)
	if len(out) == 0 && e.InReplyTo != "" {
		out = append(out, e.InReplyTo)
	}
	if e.InternetID != "" {
		out = append(out, e.InternetID)
	}
	return out
}

func selfSet(self []mail.Identity) map[string]bool {
	m := map[string]bool{}
	for _, i := range self {
		m[bare(foldAddr(i.Addr))] = true
	}
	return m
}

// bare removes the detail of a sub-address (RFC 5233): ada+lists@example.com is ada@example.com.
func bare(addr string) string {
	local, domain, ok := strings.Cut(addr, "@")
	if i := strings.IndexByte(local, '+'); ok && i > 0 {
		return local[:i] + "@" + domain
	}
	return addr
}

// identityFor finds the identity that src was written to: in To, Cc, then where servers note the delivery; by the whole address, then
// without sub-address. The first identity is the default.
func identityFor(src mail.Body, self []mail.Identity) mail.Identity {
	if len(self) == 0 {
		return mail.Identity{}
	}
	e := src.Envelope
	lists := [][]mail.Address{e.From, e.To, e.Cc, e.Bcc}
	for _, f := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "Resent-To"} {
		lists = append(lists, addressesOf(src, f))
	}
	for _, exact := range []bool{true, false} {
		for _, l := range lists {
			for _, a := range l {
				for _, i := range self {
					x, y := foldAddr(a.Addr), foldAddr(i.Addr)
					if !exact {
						x, y = bare(x), bare(y)
					}
					if x != "" && x == y {
						return i
					}
				}
			}
		}
	}
	return self[0]
}

func addressesOf(src mail.Body, field string) (out []mail.Address) {
	for _, h := range src.Header {
		if strings.EqualFold(h.Name, field) {
			out = append(out, rfc822.DecodeAddresses([]byte(h.Value), "")...)
		}
	}
	return out
}

// Prefixes of answers and of forwarded messages as programs write them in their languages, with the numbers some add.
var (
	replyPrefix   = regexp.MustCompile(`(?i)^\s*(?:re|aw|antw|antwort|sv|vs|odp|ref|rif|res|ynt|atb|vá|bls|ατ|απ|תגובה|回复|回覆|答复|返信|ответ|отв|รับ|ré|r)\s*(?:[\[(]\d{1,3}[\])]|\^\d{1,3})?\s*[:：]\s*`)
	forwardPrefix = regexp.MustCompile(`(?i)^\s*(?:fwd?|wg|tr|rv|enc|i|vb|vl|doorst|továbbítás|pd|pdl|ilt|iл|пер|转发|轉寄|転送|הועבר|πρθ|fs)\s*(?:[\[(]\d{1,3}[\])])?\s*[:：]\s*`)
)

// ReplySubject puts "Re: " before a subject, once.
func ReplySubject(s string) string { return prefixed(s, "Re: ", replyPrefix) }

// ForwardSubject puts "Fwd: " before a subject, once.
func ForwardSubject(s string) string { return prefixed(s, "Fwd: ", forwardPrefix) }

func prefixed(s, prefix string, known *regexp.Regexp) string {
	s = strings.TrimSpace(s)
	for range 50 {
		m := known.FindString(s)
		if m == "" {
			break
		}
		s = s[len(m):]
	}
	return strings.TrimRight(prefix+s, " ")
}

// WithSignature appends an identity's signature to the text of a new draft, behind two empty lines to write in.
func WithSignature(text string, id mail.Identity) string {
	sig := strings.TrimRight(strings.ReplaceAll(id.Signature, "\r\n", "\n"), "\n ")
	if sig == "" {
		return text
	}
	if text != "" {
		text = strings.TrimRight(text, "\n")
	}
	return text + "\n\n-- \n" + strings.TrimPrefix(sig, "-- \n")
}
