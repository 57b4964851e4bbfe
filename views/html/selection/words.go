package selection

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/postrider/postrider/views/html/display"
)

// Word returns the word around a place (UAX #29).
func (x *Index) Word(at int) (int, int) {
	a, b := x.Paragraph(at)
	rest, state := x.Text[a:b], -1
	for from := a; rest != ""; {
		var w string
		w, rest, state = uniseg.FirstWordInString(rest, state)
		if at < from+len(w) || rest == "" {
			return from, from + len(w)
		}
		from += len(w)
	}
	return a, b
}

// Paragraph returns the block around a place.
func (x *Index) Paragraph(at int) (int, int) {
	at = x.inside(at)
	a := strings.LastIndexAny(x.Text[:at], "\n\t") + 1
	b := strings.IndexAny(x.Text[at:], "\n\t")
	if b < 0 {
		return a, len(x.Text)
	}
	return a, at + b
}

// Hit is a stretch of text that was found.
type Hit struct{ From, To int }

// maxHits bounds the marks of one search.
const maxHits = 5000

// Find returns where words are in the text, in reading order, upper and lower case alike and any white space for a space.
func (x *Index) Find(words string) []Hit {
	words = strings.Join(strings.Fields(words), " ")
	if words == "" {
		return nil
	}
	want := foldRunes(words)
	var hits []Hit
	// Runes are compared one by one: folding a whole text can change its length.
	for i := 0; i < len(x.Text) && len(hits) < maxHits; {
		if end, ok := match(x.Text, i, want); ok {
			hits = append(hits, Hit{i, end})
			i = end
			continue
		}
		_, n := utf8.DecodeRuneInString(x.Text[i:])
		i += n
	}
	return hits
}

func foldRunes(s string) []rune {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		out = append(out, fold(r))
	}
	return out
}

func fold(r rune) rune {
	if unicode.IsSpace(r) {
		return ' '
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

func match(s string, i int, want []rune) (int, bool) {
	for k := 0; k < len(want); {
		if i >= len(s) {
			return 0, false
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == '\u00ad' && k > 0 {
			i += n
			continue
		}
		if fold(r) != want[k] {
			return 0, false
		}
		i += n
		if want[k] == ' ' {
			for i < len(s) {
				r, n := utf8.DecodeRuneInString(s[i:])
				if !unicode.IsSpace(r) {
					break
				}
				i += n
			}
		}
		k++
	}
	return i, true
}

// CopyHTML returns the text from a to b as HTML: paragraphs, line ends, links, bold, italic and underlined text.
func (x *Index) CopyHTML(a, b int) string {
	a, b = x.inside(min(a, b)), x.inside(max(a, b))
	var out strings.Builder
	open := false
	for _, p := range x.pieces {
		from, to := max(0, a-p.at), min(len(p.run.Text), b-p.at)
		if from >= to {
			continue
		}
		if open {
			switch p.brk {
			case display.Block:
				out.WriteString("</p>\n<p>")
			case display.LineBreak:
				out.WriteString("<br>\n")
			case display.Cell:
				out.WriteString(" &emsp; ")
			case display.SoftBreak:
				out.WriteByte(' ')
			}
		} else {
			out.WriteString("<p>")
			open = true
		}
		out.WriteString(runHTML(p.run, p.run.Text[from:to]))
	}
	if open {
		out.WriteString("</p>\n")
	}
	return out.String()
}

func runHTML(r *display.Run, s string) string {
	s = html.EscapeString(strings.ReplaceAll(s, "\u00ad", ""))
	if r.Node != nil && r.Node.Style != nil {
		st := r.Node.Style
		if st.Font.Italic {
			s = "<i>" + s + "</i>"
		}
		if st.Font.Weight >= 600 {
			s = "<b>" + s + "</b>"
		}
		if len(r.Decoration) > 0 && r.Link == "" {
			s = "<u>" + s + "</u>"
		}
	}
	if low := strings.ToLower(strings.TrimSpace(r.Link)); strings.HasPrefix(low, "http:") || strings.HasPrefix(low, "https:") || strings.HasPrefix(low, "mailto:") {
		s = `<a href="` + html.EscapeString(strings.TrimSpace(r.Link)) + `">` + s + "</a>"
	}
	return s
}
