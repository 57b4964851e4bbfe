package composer

import (
	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/composer/rich"
	"github.com/postrider/postrider/views/html/edit"
)

// searched is a text that can be searched: lines are leaves of the formatted text, paragraphs of the plain one.
type searched interface {
	places(words string) []edit.Selection
	selection() edit.Selection
	line(i int) string
	mark(hits []edit.Selection, at int, reveal bool)
	replace(hits []edit.Selection, with string)
}

func (c *Composer) searched() searched {
	if c.rich != nil {
		return richText{c.rich}
	}
	return plainText{c.text}
}

type richText struct{ e *rich.Editor }

func (r richText) places(words string) []edit.Selection         { return r.e.Doc().Find(words) }
func (r richText) selection() edit.Selection                    { return r.e.Selection() }
func (r richText) line(i int) string                            { return r.e.Doc().Text(i) }
func (r richText) mark(h []edit.Selection, at int, reveal bool) { r.e.Mark(h, at, reveal) }
func (r richText) replace(hits []edit.Selection, with string)   { r.e.Replace(hits, with) }

type plainText struct{ e *editor.Editor }

func (p plainText) places(words string) []edit.Selection {
	var out []edit.Selection
	for i := range p.e.Paras() {
		for _, h := range edit.Places(p.e.Para(i), words) {
			out = append(out, edit.Selection{From: edit.Pos{Leaf: i, Off: h[0]}, To: edit.Pos{Leaf: i, Off: h[1]}})
		}
		if len(out) > 5000 {
			break
		}
	}
	return out
}

func (p plainText) selection() edit.Selection {
	s := p.e.Selection()
	return edit.Selection{From: edit.Pos{Leaf: s.From.Para, Off: s.From.Off}, To: edit.Pos{Leaf: s.To.Para, Off: s.To.Off}}
}

func (p plainText) line(i int) string { return p.e.Para(i) }

func (p plainText) mark(h []edit.Selection, at int, reveal bool) { p.e.Mark(ranges(h), at, reveal) }

func (p plainText) replace(hits []edit.Selection, with string) { p.e.Replace(ranges(hits), with) }

func ranges(hits []edit.Selection) []editor.Range {
	var out []editor.Range
	for _, h := range hits {
		out = append(out, editor.Range{From: editor.Pos{Para: h.From.Leaf, Off: h.From.Off}, To: editor.Pos{Para: h.To.Leaf, Off: h.To.Off}})
	}
	return out
}
