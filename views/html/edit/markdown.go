package edit

import (
	"strings"
)

// Typed inserts a character that was typed and carries out the shortcuts of Markdown that it completes: "- ", "* ", "1. ", "> ", "# " at the beginning of a
// line, **bold**, *italic*, ~~struck~~ and `code`, and "---" alone on its line. The shortcut is a step of its own: one undo gives back what was typed.
func (d *Doc) Typed(sel Selection, s string, marks *Marks, shortcuts bool) Pos {
	p := d.Insert(sel, s, marks, true)
	if !shortcuts || len(s) != 1 {
		return p
	}
	leaf := d.Node(p.Leaf)
	if leaf == nil || leaf.Data == "pre" || cell(leaf) {
		return p
	}
	text := d.Text(p.Leaf)[:p.Off]
	switch s {
	case " ":
		return d.lineShortcut(p, text)
	case "*", "~", "`", "_":
		return d.spanShortcut(p, text, s)
	case "-":
		if text == "---" && d.Text(p.Leaf) == "---" && leaf.Parent == nil {
			d.Seal()
			return d.group(func() Pos { return d.Rule(d.Delete(Selection{Pos{p.Leaf, 0}, p})) })
		}
	}
	return p
}

func (d *Doc) lineShortcut(p Pos, text string) Pos {
	do := func(f func(Selection) Selection) Pos {
		d.Seal()
		return d.group(func() Pos {
			p = d.Delete(Selection{Pos{p.Leaf, 0}, p})
			return f(Selection{p, p}).To
		})
	}
	kind := d.KindAt(p)
	switch {
	case (text == "- " || text == "* ") && kind == Line:
		return do(func(s Selection) Selection { return d.SetKind(s, Bullets) })
	case (text == "1. " || text == "1) ") && kind == Line:
		return do(func(s Selection) Selection { return d.SetKind(s, Numbers) })
	case text == "> " && kind == Line:
		return do(d.Quote)
	case text == "# " && kind == Line:
		return do(func(s Selection) Selection { return d.SetKind(s, Heading1) })
	case text == "## " && kind == Line:
		return do(func(s Selection) Selection { return d.SetKind(s, Heading2) })
	case text == "### " && kind == Line:
		return do(func(s Selection) Selection { return d.SetKind(s, Heading3) })
	}
	return p
}

func (d *Doc) spanShortcut(p Pos, text, c string) Pos {
	for _, m := range []struct {
		fence string
		mark  Mark
	}{{"**", Bold}, {"__", Bold}, {"~~", Strike}, {"`", Code}, {"*", Italic}, {"_", Italic}} {
		if m.fence[:1] != c || !strings.HasSuffix(text, m.fence) {
			continue
		}
		n := len(m.fence)
		inner := text[:len(text)-n]
		at := strings.LastIndex(inner, m.fence)
		if at < 0 || at+n == len(inner) || strings.Contains(inner[at:], object) {
			continue
		}
		body := inner[at+n:]
		if strings.TrimSpace(body) != body || strings.Contains(body, "\n") || n == 1 && (body[0] == c[0] || strings.HasSuffix(inner[:at], c)) {
			continue
		}
		// Inside a word the marks are letters: 2*3*4, snake_case_name.
		if at > 0 && wordByte(inner[at-1]) {
			continue
		}
		d.Seal()
		end := Pos{p.Leaf, at + len(body)}
		defer func() { d.edge, d.edgeMark = end, m.mark }()
		return d.group(func() Pos {
			d.Delete(Selection{Pos{p.Leaf, p.Off - n}, p})
			d.Delete(Selection{Pos{p.Leaf, at}, Pos{p.Leaf, at + n}})
			d.SetMark(Selection{Pos{p.Leaf, at}, end}, m.mark, "1")
			return end
		})
	}
	return p
}

func wordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80 || b == '_'
}
