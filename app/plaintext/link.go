package plaintext

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

var linkShape = regexp.MustCompile(`(?i)(?:\b(?:https?://|mailto:|www\.[\p{L}\p{N}-]+\.)[^\s<>"“”]+|[\p{L}\p{N}._%+\-]{1,64}@[\p{L}\p{N}.-]{1,200}\.\p{L}{2,24}\b)`)

func maybeLink(s string) bool {
	return strings.Contains(s, "://") || strings.Contains(s, "@") || strings.Contains(s, "www.") || strings.Contains(s, "WWW.") || strings.Contains(s, "mailto:")
}

// linkSpans cuts a span where addresses of pages and people stand in it.
func linkSpans(s mail.Span) []mail.Span {
	if !maybeLink(s.Text) {
		return []mail.Span{s}
	}
	var out []mail.Span
	add := func(text, link string) {
		if text == "" {
			return
		}
		x := s
		x.Text, x.Link = text, link
		if len(out) > 0 {
			x.Cell = false
		}
		out = append(out, x)
	}
	at := 0
	for _, m := range linkShape.FindAllStringIndex(s.Text, 2000) {
		text := trimLink(s.Text[m[0]:m[1]])
		if text == "" {
			continue
		}
		target := text
		low := strings.ToLower(text)
		switch {
		case strings.HasPrefix(low, "http"), strings.HasPrefix(low, "mailto:"):
		case strings.HasPrefix(low, "www."):
			target = "https://" + text
		default:
			target = "mailto:" + text
		}
		if target = htmltext.SafeLink(target); target == "" {
			continue
		}
		add(s.Text[at:m[0]], "")
		add(text, target)
		at = m[0] + len(text)
	}
	add(s.Text[at:], "")
	return out
}

// trimLink removes the punctuation of the sentence around an address, but not a closing bracket that was opened in it.
func trimLink(s string) string {
	for s != "" {
		c := s[len(s)-1]
		switch {
		case strings.IndexByte(".,;:!?'*_|", c) >= 0:
		case c == ')' && strings.Count(s, "(") < strings.Count(s, ")"):
		case c == ']' && strings.Count(s, "[") < strings.Count(s, "]"):
		case c == '}' && strings.Count(s, "{") < strings.Count(s, "}"):
		case strings.HasSuffix(s, "…"):
			s = s[:len(s)-2]
		case strings.HasSuffix(s, "’"):
			s = s[:len(s)-2]
		default:
			return s
		}
		s = s[:len(s)-1]
	}
	return s
}

var domainShape = regexp.MustCompile(`(?i)^(?:https?://)?(?:[^/@\s]*@)?((?:[\p{L}\p{N}_-]+\.)+[\p{L}][\p{L}\p{N}-]{1,23})\.?(?::\d+)?(?:[/?#]\S*)?$`)

// DeceptiveLink reports whether the text of a link looks like an address of another place than where it goes: another
// registrable domain, or a page that poses as a mail address.
func DeceptiveLink(text, target string) bool {
	text = strings.Trim(strings.TrimSpace(text), "<>()[]\"'“”.,;: ")
	// Fillers that hide the shape.
	text = strings.Map(func(r rune) rune {
		if r == 0x200B || r == 0x200C || r == 0x200D || r == 0xAD || r == 0xFEFF || r == 0x2060 {
			return -1
		}
		return r
	}, text)
	if strings.ContainsAny(text, " \n\t") {
		text = strings.Join(strings.Fields(text), " ")
		// "Go to https://bank.example now": the first that looks like an address counts.
		for _, w := range strings.Fields(text) {
			if l := strings.ToLower(w); (strings.HasPrefix(l, "http") || strings.HasPrefix(l, "www.")) && DeceptiveLink(w, target) {
				return true
			}
		}
		return false
	}
	m := domainShape.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	if fileLike(m[1]) && !strings.Contains(text, "/") {
		return false // report.pdf is a name of a file
	}
	u, err := url.Parse(target)
	if err != nil {
		return true
	}
	if strings.EqualFold(u.Scheme, "mailto") {
		addr := u.Opaque
		if i := strings.IndexByte(addr, '?'); i >= 0 {
			addr = addr[:i]
		}
		addr, _ = url.PathUnescape(addr)
		at := strings.LastIndexByte(addr, '@')
		if at < 0 {
			return true
		}
		if strings.Contains(text, "@") && !strings.Contains(text, "/") {
			return !strings.EqualFold(text, addr)
		}
		return !SameSite(m[1], addr[at+1:])
	}
	if strings.EqualFold(u.Scheme, "tel") || strings.EqualFold(u.Scheme, "sms") {
		return true
	}
	if u.User != nil && strings.Contains(u.User.String(), ".") { // https://bank.example@evil.example/
		return true
	}
	return !SameSite(m[1], u.Hostname())
}

// DeceptivePicture is [DeceptiveLink] for a linked picture: its description counts, and every word of it that looks like a domain, for nobody can check
// what a picture shows.
func DeceptivePicture(alt, target string) bool {
	if DeceptiveLink(alt, target) {
		return true
	}
	for i, w := range strings.Fields(alt) {
		if i == 64 {
			break
		}
		w = strings.Trim(w, "<>()[]\"'“”.,;:!?")
		m := domainShape.FindStringSubmatch(w)
		if m == nil || fileLike(m[1]) {
			continue
		}
		if suffix, known := publicsuffix.PublicSuffix(strings.ToLower(m[1])); (known || suffix == "example") && DeceptiveLink(w, target) {
			return true
		}
	}
	return false
}

func fileLike(d string) bool {
	switch strings.ToLower(d[strings.LastIndexByte(d, '.')+1:]) {
	case "pdf", "doc", "docx", "xls", "xlsx", "txt", "jpg", "jpeg", "png", "gif", "html", "htm", "csv", "ics", "eml", "exe", "js", "go", "md", "json", "xml", "odt", "ods":
		return true
	}
	return false
}

// SameSite reports whether two domains belong to one owner: whether their registrable domains are equal.
func SameSite(a, b string) bool {
	return Site(a) == Site(b)
}

// Site returns the registrable part of a host or domain ("example.co.uk" of "www.example.co.uk"), lower case, in ASCII.
func Site(d string) string {
	d = strings.TrimSuffix(strings.ToLower(d), ".")
	if a, err := idna.Lookup.ToASCII(d); err == nil {
		d = a
	}
	if s, err := publicsuffix.EffectiveTLDPlusOne(d); err == nil {
		return s
	}
	return d
}
