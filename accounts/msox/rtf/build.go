package rtf

import (
	"fmt"
	"strconv"
	"strings"
)

// builder makes simple HTML and plain text of genuine RTF: paragraphs, runs, links, tables, pictures.
type builder struct {
	o      Options
	colors func() []uint32
	html   strings.Builder
	plain  strings.Builder

	para    strings.Builder // HTML of the paragraph that is written
	line    strings.Builder // its text
	open    bool            // a run of cur is open in para
	closing []string        // the end tags of the run, the outermost first
	cur     format
	align   byte
	cells   []string // HTML of the row's cells that are done
	texts   []string
	cell    strings.Builder // HTML of paragraphs within the cell
	cellTxt []string
	inTable bool

	pictures []Picture
	objects  int
	spent    int
	cut      bool
}

func (w *builder) full() bool {
	if w.html.Len()+w.para.Len()+w.cell.Len() >= w.o.MaxText || w.plain.Len()+w.line.Len() >= w.o.MaxText || len(w.cells) > 4096 {
		w.cut = true
	}
	return w.cut
}

func (w *builder) text(s string, st *state) {
	if st.hidden || st.dest == destTag || s == "" {
		return
	}
	w.align = st.align
	w.style(st.format)
	w.para.WriteString(escape(s))
	w.line.WriteString(s)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\u00A0", "&nbsp;")

func escape(s string) string { return escaper.Replace(s) }

// style opens a run of f, unless one is open.
func (w *builder) style(f format) {
	if w.open && w.cur == f {
		return
	}
	w.closeRun()
	w.cur, w.open = f, true
	if f.link != "" && safeLink(f.link) {
		w.para.WriteString(`<a href="` + escape(f.link) + `">`)
		w.closing = append(w.closing, "a")
	}
	css := ""
	if f.size > 0 && f.size != 24 {
		css = "font-size:" + strconv.FormatFloat(float64(f.size)/2, 'f', -1, 64) + "pt"
	}
	if c := w.colors(); f.color > 0 && f.color < len(c) && c[f.color] != noColor && c[f.color] != 0 {
		if css != "" {
			css += ";"
		}
		css += fmt.Sprintf("color:#%06x", c[f.color])
	}
	if css != "" {
		w.para.WriteString(`<span style="` + css + `">`)
		w.closing = append(w.closing, "span")
	}
	for _, t := range runTags(f) {
		w.para.WriteString("<" + t + ">")
		w.closing = append(w.closing, t)
	}
}

// safeLink keeps out what a link in mail has no business with.
func safeLink(l string) bool {
	l = strings.ToLower(l)
	for _, p := range []string{"http:", "https:", "mailto:", "ftp:", "tel:", "news:", "cid:"} {
		if strings.HasPrefix(l, p) {
			return true
		}
	}
	return false
}

func runTags(f format) (tags []string) {
	for _, t := range []struct {
		on  bool
		tag string
	}{{f.bold, "b"}, {f.italic, "i"}, {f.under, "u"}, {f.strike, "s"}, {f.super, "sup"}, {f.sub, "sub"}} {
		if t.on {
			tags = append(tags, t.tag)
		}
	}
	return tags
}

func (w *builder) closeRun() {
	for i := len(w.closing) - 1; i >= 0; i-- {
		w.para.WriteString("</" + w.closing[i] + ">")
	}
	w.open, w.closing = false, w.closing[:0]
}

func (w *builder) word(t token, st *state) {
	if st.dest == destTag {
		return
	}
	switch string(t.word) {
	case "par", "sect", "page":
		w.align = st.align
		w.paragraph(st.intbl)
	case "line":
		w.para.WriteString("<br>\n")
		w.line.WriteString("\n")
	case "tab":
		if st.hidden {
			return
		}
		w.style(st.format)
		w.para.WriteString("&emsp;")
		w.line.WriteString("\t")
	case "cell", "nestcell":
		w.paragraph(true)
		w.cells = append(w.cells, w.cell.String())
		w.texts = append(w.texts, strings.TrimSpace(strings.Join(w.cellTxt, " ")))
		w.cell.Reset()
		w.cellTxt = nil
	case "row", "nestrow":
		w.row()
	case "objattph":
		if w.o.Object != nil {
			h, t := w.o.Object(w.objects)
			w.objects++
			w.closeRun()
			w.para.WriteString(h)
			w.line.WriteString(t)
		}
	default:
		if c := charOf(t.word); c != "" {
			w.text(c, st)
		}
	}
}

func charOf(word []byte) string {
	switch string(word) {
	case "lquote":
		return "‘"
	case "rquote":
		return "’"
	case "ldblquote":
		return "“"
	case "rdblquote":
		return "”"
	case "bullet":
		return "•"
	case "endash":
		return "–"
	case "emdash":
		return "—"
	case "emspace":
		return "\u2003"
	case "enspace":
		return "\u2002"
	case "qmspace":
		return "\u2005"
	case "~":
		return "\u00A0"
	case "_":
		return "\u2011"
	case "-":
		return "\u00AD"
	}
	return ""
}

// paragraph ends the paragraph, in a cell or outside.
func (w *builder) paragraph(inCell bool) {
	w.closeRun()
	h, t := w.para.String(), w.line.String()
	w.para.Reset()
	w.line.Reset()
	if inCell {
		if h != "" && w.cell.Len() > 0 {
			w.cell.WriteString("<br>")
		}
		w.cell.WriteString(h)
		if t != "" {
			w.cellTxt = append(w.cellTxt, t)
		}
		return
	}
	w.endTable()
	style := ""
	switch w.align {
	case 'c':
		style = ` style="text-align:center"`
	case 'r':
		style = ` style="text-align:right"`
	}
	if strings.TrimSpace(h) == "" {
		h = "&nbsp;"
	}
	w.html.WriteString("<p" + style + ">" + h + "</p>\n")
	w.plain.WriteString(strings.TrimRight(t, " \t") + "\n")
}

func (w *builder) row() {
	if len(w.cells) == 0 {
		return
	}
	if !w.inTable {
		w.html.WriteString("<table>\n")
		w.inTable = true
	}
	w.html.WriteString("<tr>")
	for _, c := range w.cells {
		w.html.WriteString("<td>" + c + "</td>")
	}
	w.html.WriteString("</tr>\n")
	w.plain.WriteString(strings.TrimRight(strings.Join(w.texts, "\t"), "\t ") + "\n")
	w.cells, w.texts = nil, nil
}

func (w *builder) endTable() {
	w.row()
	if w.inTable {
		w.html.WriteString("</table>\n")
		w.inTable = false
	}
}

func (w *builder) picture(p *picture) {
	if p.typ == "" {
		return
	}
	if w.spent+len(p.data) > w.o.MaxPictures || len(w.pictures) >= 1000 {
		w.cut = true
		return
	}
	w.spent += len(p.data)
	id := w.o.IDPrefix + strconv.Itoa(len(w.pictures)+1)
	w.pictures = append(w.pictures, Picture{ContentID: id, Type: p.typ, Data: p.data})
	w.closeRun()
	w.para.WriteString(`<img src="cid:` + escape(id) + `">`)
}

func (w *builder) finish() Body {
	if w.para.Len() > 0 || w.cell.Len() > 0 {
		if w.cell.Len() > 0 || len(w.cells) > 0 {
			w.word(token{kind: tokWord, word: []byte("cell")}, &state{})
		} else {
			w.paragraph(false)
		}
	}
	w.endTable()
	b := Body{Kind: Genuine, Text: w.plain.String(), Pictures: w.pictures, Cut: w.cut}
	if w.html.Len() > 0 {
		b.HTML = "<html><body>\n" + w.html.String() + "</body></html>\n"
	}
	return b
}
