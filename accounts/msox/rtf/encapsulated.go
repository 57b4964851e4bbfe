package rtf

import "strings"

// extractor takes out of RTF the HTML or the text that was packed into it ([MS-OXRTFEX] 2.1.3).
type extractor struct {
	out   strings.Builder
	html  bool
	limit int
}

func (e *extractor) full() bool { return e.out.Len() >= e.limit }

func (e *extractor) picture(*picture) {}

func (e *extractor) text(s string, st *state) {
	if st.htmlrtf || st.dest == destTag && !e.html {
		return
	}
	e.out.WriteString(s)
}

// word writes what control words stand for; entities where HTML was text, since there the packer had made them characters.
func (e *extractor) word(t token, st *state) {
	if st.htmlrtf {
		return
	}
	entity, char := "", ""
	switch string(t.word) {
	case "par", "line":
		char = "\r\n"
	case "tab":
		char = "\t"
	case "lquote":
		entity, char = "&lsquo;", "‘"
	case "rquote":
		entity, char = "&rsquo;", "’"
	case "ldblquote":
		entity, char = "&ldquo;", "“"
	case "rdblquote":
		entity, char = "&rdquo;", "”"
	case "bullet":
		entity, char = "&bull;", "•"
	case "endash":
		entity, char = "&ndash;", "–"
	case "emdash":
		entity, char = "&mdash;", "—"
	case "emspace":
		entity, char = "&emsp;", "\u2003"
	case "enspace":
		entity, char = "&ensp;", "\u2002"
	case "qmspace":
		char = "\u2005"
	case "~":
		entity, char = "&nbsp;", "\u00A0"
	case "_":
		entity, char = "&shy;", "\u2011"
	case "-":
		entity, char = "&shy;", "\u00AD"
	}
	if e.html && entity != "" && st.dest != destTag {
		char = entity
	}
	e.out.WriteString(char)
}
