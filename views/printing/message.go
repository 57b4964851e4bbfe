package printing

import (
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// Message makes the parts of a message: who wrote it to whom, when and what about; the text or page; names of attachments. page is the HTML that its sender
// made, "" = its text is printed.
func Message(b *mail.Body, page string, fetch Fetch, loc *time.Location, first bool) []Part {
	head := Part{HTML: header(b, loc, first)}
	if strings.TrimSpace(page) == "" {
		return []Part{head, {HTML: Sheet(Blocks(b))}}
	}
	return []Part{head, {HTML: page, Else: Sheet(Blocks(b)), Fetch: fetch}}
}

const look = `<style>
body{margin:0;font:11pt/1.45 sans-serif;color:#111}
h1{font-size:16pt;line-height:1.25;margin:0 0 8pt}
table.f{border-collapse:collapse;font-size:10pt;line-height:1.4}
table.f td{padding:1pt 0;vertical-align:top}
table.f td.n{color:#555;padding-right:10pt;white-space:nowrap}
.head{border-bottom:1px solid #bbb;padding-bottom:8pt;margin-bottom:12pt}
.more{margin-top:22pt;border-top:2px solid #777;padding-top:10pt}
p{margin:0 0 9pt;white-space:pre-wrap;overflow-wrap:break-word}
blockquote{margin:0 0 0 0;padding-left:9pt;border-left:2px solid #bbb;color:#444}
pre{font:9.5pt/1.4 monospace;white-space:pre-wrap;overflow-wrap:break-word;margin:0 0 9pt}
.li{margin:0 0 3pt}.sig{color:#666}
a{color:#1a4fb4}
hr{border:0;border-top:1px solid #bbb;margin:0 0 9pt}
</style>`

// Sheet makes a document of the inside of its body, in the look of what is printed.
func Sheet(body string) string {
	return "<!DOCTYPE html><html><head>" + look + "</head><body>" + body + "</body></html>"
}

func header(b *mail.Body, loc *time.Location, first bool) string {
	var s strings.Builder
	e := b.Envelope
	class := "head"
	if !first {
		class += " more"
	}
	s.WriteString(`<div class="` + class + `"><h1>` + esc(subject(e.Subject)) + `</h1><table class="f">`)
	row := func(name, value string) {
		if value != "" {
			s.WriteString(`<tr><td class="n">` + name + `</td><td>` + esc(value) + `</td></tr>`)
		}
	}
	row("From", addresses(e.From))
	row("To", addresses(e.To))
	row("Cc", addresses(e.Cc))
	if !e.Date.IsZero() {
		row("Date", e.Date.In(loc).Format("Monday, 2 January 2006, 15:04 MST"))
	}
	var files []string
	for _, p := range b.Parts {
		if !p.Inline {
			files = append(files, p.Name+" ("+kit.Bytes(p.Size)+")")
		}
	}
	row("Attached", strings.Join(files, ", "))
	s.WriteString("</table></div>")
	return Sheet(s.String())
}

func subject(s string) string {
	if strings.TrimSpace(s) == "" {
		return "No subject"
	}
	return s
}

func addresses(as []mail.Address) string {
	var out []string
	for i, a := range as {
		if i == 100 {
			out = append(out, "and "+strconv.Itoa(len(as)-i)+" more")
			break
		}
		if a.Name == "" || a.Name == a.Addr {
			out = append(out, a.Addr)
		} else {
			out = append(out, a.Name+" <"+a.Addr+">")
		}
	}
	return strings.Join(out, ", ")
}

func esc(s string) string { return html.EscapeString(s) }

// Blocks writes the blocks of a message's text as HTML.
func Blocks(b *mail.Body) string {
	if len(b.Blocks) == 0 {
		return "<pre>" + esc(b.Text) + "</pre>"
	}
	var s strings.Builder
	depth := 0
	quote := func(n int) {
		n = min(n, 12)
		for ; depth < n; depth++ {
			s.WriteString("<blockquote>")
		}
		for ; depth > n; depth-- {
			s.WriteString("</blockquote>")
		}
	}
	for i := 0; i < len(b.Blocks); i++ {
		k := b.Blocks[i]
		quote(k.Quote)
		dir := ""
		if k.RTL {
			dir = ` dir="rtl"`
		}
		switch k.Kind {
		case mail.Rule:
			s.WriteString("<hr>")
		case mail.Heading:
			l := strconv.Itoa(min(max(k.Level, 2), 6))
			s.WriteString("<h" + l + dir + ">" + spans(k.Spans) + "</h" + l + ">")
		case mail.ListItem:
			in := strconv.Itoa(14 * min(max(k.Level, 1), 12))
			s.WriteString(`<p class="li"` + dir + ` style="padding-left:` + in + `pt;text-indent:-12pt">` + esc(k.Marker) + " " + spans(k.Spans) + "</p>")
		case mail.Preformatted:
			s.WriteString("<pre" + dir + ">" + spans(k.Spans) + "</pre>")
		case mail.TableRow:
			s.WriteString(`<table class="f" style="margin-bottom:9pt">`)
			for ; i < len(b.Blocks) && b.Blocks[i].Kind == mail.TableRow && b.Blocks[i].Quote == k.Quote; i++ {
				s.WriteString("<tr>")
				for n, cell := range cells(b.Blocks[i].Spans) {
					pad := ""
					if n > 0 {
						pad = ` style="padding-left:10pt"`
					}
					s.WriteString("<td" + pad + ">" + spans(cell) + "</td>")
				}
				s.WriteString("</tr>")
			}
			i--
			s.WriteString("</table>")
		case mail.Picture:
			if len(k.Spans) > 0 && k.Spans[0].Text != "" {
				s.WriteString("<p>[" + esc(k.Spans[0].Text) + "]</p>")
			}
		case mail.Signature:
			s.WriteString(`<p class="sig"` + dir + ">" + spans(k.Spans) + "</p>")
		default:
			s.WriteString("<p" + dir + ">" + spans(k.Spans) + "</p>")
		}
	}
	quote(0)
	return s.String()
}

// cells divides a row at the spans that begin a cell.
func cells(all []mail.Span) [][]mail.Span {
	var out [][]mail.Span
	for _, x := range all {
		if x.Cell || len(out) == 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], x)
	}
	return out
}

func spans(all []mail.Span) string {
	var s strings.Builder
	for _, x := range all {
		open, close := "", ""
		tag := func(on bool, name string) {
			if on {
				open, close = open+"<"+name+">", "</"+name+">"+close
			}
		}
		tag(x.Bold, "b")
		tag(x.Italic, "i")
		tag(x.Underline, "u")
		tag(x.Strike, "s")
		tag(x.Mono, "code")
		if x.Link != "" {
			open, close = open+`<a href="`+esc(x.Link)+`">`, "</a>"+close
		}
		s.WriteString(open + esc(x.Text) + close)
	}
	return s.String()
}
