package plaintext

import (
	"strings"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822/htmltext"
)

// Bounds of a text.
const (
	maxBlocks = 50000
	maxQuote  = 50
	maxLine   = 64 << 10 // a longer line is cut into blocks
)

// Blocks reads plain text with "\n" line ends: a paragraph for each run of lines of one quotation depth between empty
// lines (line ends inside it stay), items of lists, rulers, the signature from "-- " on. Soft breaks of format=flowed must have been undone.
func Blocks(text string) []mail.Block {
	var (
		out   []mail.Block
		lines []string
		depth int
		sig   bool
	)
	flush := func() {
		if len(lines) == 0 {
			return
		}
		s := strings.Join(lines, "\n")
		lines = lines[:0]
		k := mail.Block{Kind: mail.Paragraph, Quote: depth}
		switch {
		case sig && depth == 0:
			k.Kind = mail.Signature
		case isRuler(s):
			k.Kind = mail.Rule
			out = append(out, k)
			return
		case isPreformatted(s):
			k.Kind = mail.Preformatted
		}
		k.Spans = linkSpans(mail.Span{Text: s, Mono: k.Kind == mail.Preformatted})
		k.RTL = htmltext.RTL(k.Spans)
		out = append(out, k)
	}
	for len(text) > 0 && len(out) < maxBlocks {
		line, rest, _ := strings.Cut(text, "\n")
		if len(line) > maxLine {
			n := maxLine
			for n > 0 && !utf8.RuneStart(line[n]) {
				n--
			}
			line, rest = text[:n], text[n:]
		}
		text = rest
		d, body := quoteDepth(line)
		if d != depth {
			flush()
			depth = d
		}
		if d > 0 {
			sig = false
		}
		if d == 0 && (line == "-- " || line == "--" && len(out) > 0) {
			flush()
			sig = true
			lines = append(lines, "-- ")
			continue
		}
		body = strings.TrimRight(body, " \t\r")
		if body == "" {
			flush()
			continue
		}
		if !sig && isRuler(body) {
			flush()
			lines = append(lines, body)
			flush()
			continue
		}
		if m, level, rest := listItem(body); m != "" && !sig && len(lines) == 0 {
			out = append(out, item(m, level, rest, depth))
			// Items without empty lines between them follow as items; lines that are indented belong to this one.
			text = takeItem(text, depth, &out)
			continue
		}
		lines = append(lines, expandTabs(body))
	}
	flush()
	return out
}

func item(marker string, level int, s string, depth int) mail.Block {
	k := mail.Block{Kind: mail.ListItem, Quote: depth, Marker: marker, Level: level, Spans: linkSpans(mail.Span{Text: s})}
	k.RTL = htmltext.RTL(k.Spans)
	return k
}

// takeItem adds the continuation lines of the last item, and the items behind it.
func takeItem(text string, depth int, out *[]mail.Block) string {
	for len(text) > 0 {
		line, rest, _ := strings.Cut(text, "\n")
		d, body := quoteDepth(line)
		trimmed := strings.TrimSpace(body)
		if d != depth || trimmed == "" || len(line) > maxLine || len(*out) >= maxBlocks {
			return text
		}
		if m, level, s := listItem(body); m != "" {
			*out = append(*out, item(m, level, s, depth))
		} else if body[0] == ' ' || body[0] == '\t' {
			k := &(*out)[len(*out)-1]
			k.Spans = append(k.Spans, linkSpans(mail.Span{Text: "\n" + trimmed})...)
		} else {
			return text
		}
		text = rest
	}
	return text
}

// quoteDepth counts the marks of quotation: ">>> text" and "> > > text".
func quoteDepth(line string) (depth int, rest string) {
	i := 0
	for i < len(line) {
		switch {
		case line[i] == '>':
			depth++
			i++
		case line[i] == ' ' && depth > 0 && i+1 < len(line) && line[i+1] == '>':
			i++
		default:
			if depth > 0 && line[i] == ' ' {
				i++
			}
			return min(depth, maxQuote), line[i:]
		}
	}
	return min(depth, maxQuote), ""
}

// listItem recognises "- x", "* x", "• x", "1. x", "2) x" and returns the marker to draw.
func listItem(s string) (marker string, level int, rest string) {
	indent := len(s) - len(strings.TrimLeft(s, " \t"))
	level = 1 + min(indent/2, 5)
	t := s[indent:]
	for _, m := range []string{"- ", "* ", "• ", "– ", "+ "} {
		if r, ok := strings.CutPrefix(t, m); ok && strings.TrimSpace(r) != "" {
			return "•", level, strings.TrimSpace(r)
		}
	}
	i := 0
	for i < len(t) && i < 3 && t[i] >= '0' && t[i] <= '9' {
		i++
	}
	if i > 0 && i+1 < len(t) && (t[i] == '.' || t[i] == ')') && t[i+1] == ' ' && strings.TrimSpace(t[i+2:]) != "" {
		return t[:i+1], level, strings.TrimSpace(t[i+2:])
	}
	return "", 0, ""
}

// isRuler recognises lines of one drawing character.
func isRuler(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) >= 5 && len(strings.Trim(s, "-_=*~─━ ")) == 0 && !strings.Contains(s, "\n")
}

// isPreformatted recognises drawings, tables and code by their columns: several lines, half of which are indented or hold wide gaps.
func isPreformatted(s string) bool {
	lines := strings.Split(s, "\n")
	if len(lines) < 2 {
		return false
	}
	n := 0
	for _, l := range lines {
		if strings.HasPrefix(l, "    ") || strings.Contains(strings.TrimSpace(l), "   ") || strings.HasPrefix(l, "|") {
			n++
		}
	}
	return n*2 > len(lines)
}

func expandTabs(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	col := 0
	for _, r := range s {
		if r == '\t' {
			n := 8 - col%8
			b.WriteString("        "[:n])
			col += n
			continue
		}
		b.WriteRune(r)
		col++
	}
	return b.String()
}
