package htmltext

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/postrider/postrider/accounts/mail"
)

// Plain writes a conversion as plain text: quotation as "> ", items with their marker, rows separated by tabs, links behind
// their text.
func Plain(r Result) string { return Blocks(r.Blocks) }

// Blocks writes blocks as plain text.
func Blocks(blocks []mail.Block) string {
	var b strings.Builder
	for i, k := range blocks {
		if i > 0 {
			prev := blocks[i-1]
			together := k.Kind == prev.Kind && k.Quote == prev.Quote && (k.Kind == mail.ListItem || k.Kind == mail.TableRow || k.Kind == mail.Preformatted)
			if !together {
				b.WriteString(strings.TrimRight(marks(min(k.Quote, prev.Quote)), " "))
				b.WriteByte('\n')
			}
		}
		m := marks(k.Quote)
		for j, line := range strings.Split(blockText(k), "\n") {
			b.WriteString(m)
			if k.Kind == mail.ListItem {
				b.WriteString(strings.Repeat("  ", max(0, k.Level-1)))
				if j == 0 {
					b.WriteString(k.Marker + " ")
				} else {
					b.WriteString("  ")
				}
			}
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func marks(n int) string {
	if n == 0 {
		return ""
	}
	return strings.Repeat(">", n) + " "
}

func blockText(k mail.Block) string {
	switch k.Kind {
	case mail.Rule:
		return "----------"
	case mail.Picture:
		if len(k.Spans) > 0 && k.Spans[0].Text != "" {
			return "[" + k.Spans[0].Text + "]"
		}
		return "[picture]"
	}
	var b strings.Builder
	for i := 0; i < len(k.Spans); i++ {
		s := k.Spans[i]
		if s.Cell && i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(s.Text)
		if s.Link != "" && (i+1 == len(k.Spans) || k.Spans[i+1].Link != s.Link) && len(s.Link) <= 300 && !sameLink(linkText(k.Spans, i), s.Link) {
			b.WriteString(" <" + s.Link + ">")
		}
	}
	return b.String()
}

// linkText is the text of the whole link that ends with span i.
func linkText(s []mail.Span, i int) string {
	t := s[i].Text
	for j := i - 1; j >= 0 && s[j].Link == s[i].Link; j-- {
		t = s[j].Text + t
	}
	return t
}

func sameLink(text, link string) bool {
	norm := func(s string) string {
		s = strings.ToLower(strings.TrimSpace(s))
		for _, p := range []string{"mailto:", "tel:", "https://", "http://", "www."} {
			s = strings.TrimPrefix(s, p)
		}
		return strings.TrimRight(s, "/")
	}
	return norm(text) == norm(link)
}

// Quick returns the words of a page, at most limit bytes: no structure but line ends between blocks.
func Quick(page []byte, limit int) string {
	if len(page) > maxInput {
		page = page[:maxInput]
	}
	q := &quick{limit: limit}
	walk(page, q)
	return strings.TrimSpace(cutRunes(string(q.out), limit))
}

func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

type quick struct {
	out    []byte
	limit  int
	space  bool
	line   bool
	quoted bool
}

func (q *quick) full() bool { return len(q.out) >= q.limit }

func (q *quick) open(tag atom.Atom, _ *attributes, _ *state) {
	if tag == atom.Br || isBlock(tag) {
		q.line = true
	}
}

func (q *quick) close(tag atom.Atom, _ *state) {
	if isBlock(tag) {
		q.line = true
	}
}

func (q *quick) text(t []byte, s *state) {
	i := 0
	for i < len(t) {
		c := t[i]
		if isSpace(c) {
			q.space = true
			i++
			continue
		}
		if c == 0xC2 && i+1 < len(t) && t[i+1] == 0xA0 {
			q.space = true
			i += 2
			continue
		}
		if n := filler(t[i:]); n > 0 {
			i += n
			continue
		}
		j := i + 1
		for j < len(t) && !isSpace(t[j]) && t[j] != 0xC2 && t[j] != 0xE2 && t[j] != 0xCD && t[j] != 0xEF {
			j++
		}
		if q.line {
			if len(q.out) > 0 {
				q.out = append(q.out, '\n')
			}
			if s.quote > 0 {
				q.out = append(q.out, '>', ' ')
			}
		} else if q.space && len(q.out) > 0 {
			q.out = append(q.out, ' ')
		}
		q.line, q.space = false, false
		q.out = append(q.out, t[i:j]...)
		i = j
	}
}

// filler returns the length of an invisible character at the beginning of t.
func filler(t []byte) int {
	if t[0] < 0x80 {
		if t[0] < ' ' || t[0] == 0x7f {
			return 1
		}
		return 0
	}
	switch r, n := utf8.DecodeRune(t); r {
	case 0xAD, 0x200B, 0xFEFF, 0x034F, 0x2060, 0x200C, 0x200E, 0x200F, 0x2007:
		return n
	case utf8.RuneError:
		if n == 1 {
			return 1
		}
	}
	return 0
}

var (
	urls        = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`)
	attribution = regexp.MustCompile(`(?i)^(?:on\b.{4,120}\bwrote:?|am\b.{4,120}\bschrieb\b.{0,60}:|le\b.{4,120}a écrit\s?:|el\b.{4,120}escribió:|il\b.{4,120}ha scritto:|op\b.{4,120}schreef\b.{0,60}:|den\b.{4,120}skrev\b.{0,60}:|em\b.{4,120}escreveu:)\s*$`)
	noise       = regexp.MustCompile(`(?i)^(?:view (?:this (?:email|message) )?(?:in|on) (?:your |the |a )?(?:web )?browser.*|view (?:this email )?online.*|trouble (?:viewing|reading) this.*|can'?t (?:see|read|view) this (?:email|message).*|having trouble .*|im browser (?:ansehen|anzeigen).*|webversion|caution: this email originated.*|external email.*|\[?external\]?)$`)
)

// Snippet is the beginning of a text for the message list, at most n characters in one line: without quotation, attribution,
// addresses of pages, rulers, "View in browser" and invisible fillers. Where all is quoted it is taken from the quotation.
func Snippet(text string, n int) string {
	if s := snippet(text, n, false); s != "" {
		return s
	}
	return snippet(text, n, true)
}

func snippet(text string, n int, quoted bool) string {
	var b strings.Builder
	count := 0
	for lines := 0; len(text) > 0 && count < n && lines < 400; lines++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if len(line) > 16*n {
			line = cutRunes(line, 16*n)
		}
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, ">") {
			if !quoted {
				continue
			}
			line = strings.TrimSpace(strings.TrimLeft(line, "> "))
		}
		if line == "" {
			continue
		}
		if line == "--" && count > 0 {
			break
		}
		if !quoted && (strings.HasPrefix(line, "-----Original Message") || strings.HasPrefix(line, "-----Ursprüngliche")) {
			break
		}
		if strings.Contains(line, "://") || strings.Contains(line, "www.") {
			line = urls.ReplaceAllString(line, "")
			line = strings.NewReplacer("<>", "", "()", "", "[]", "").Replace(line)
		}
		if len(line) < 300 && (noise.MatchString(line) || attribution.MatchString(line)) {
			continue
		}
		// "On Tue, X" with "wrote:" on the next line.
		if len(line) < 120 && strings.HasPrefix(line, "On ") {
			next, _, _ := strings.Cut(text, "\n")
			if joined := line + " " + strings.TrimSpace(next); attribution.MatchString(joined) {
				_, text, _ = strings.Cut(text, "\n")
				continue
			}
		}
		letters := false
		for _, r := range line {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.So, r) {
				letters = true
				break
			}
		}
		if !letters {
			continue // rulers
		}
		space := count > 0
		for _, r := range line {
			if unicode.IsSpace(r) || r == 0xA0 {
				space = count > 0
				continue
			}
			if unicode.IsControl(r) || r == 0x200B || r == 0x200C || r == 0xFEFF || r == 0x034F || r == 0xAD || r == 0x2060 || r == 0x200E || r == 0x200F || r == utf8.RuneError || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
				continue
			}
			if space {
				if count+1 >= n {
					return b.String()
				}
				b.WriteByte(' ')
				count++
				space = false
			}
			if count >= n {
				return b.String()
			}
			b.WriteRune(r)
			count++
		}
	}
	return b.String()
}
