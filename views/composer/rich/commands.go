package rich

import (
	"github.com/postrider/postrider/views/html/edit"
)

// Undo takes the last change back.
func (e *Editor) Undo() {
	if s, ok := e.doc.Undo(); ok {
		e.sel = s
		e.Edited()
	}
}

// Redo does it again.
func (e *Editor) Redo() {
	if s, ok := e.doc.Redo(); ok {
		e.sel = s
		e.Edited()
	}
}

// Marks returns the formatting of the selection, or of what would be typed.
func (e *Editor) Marks() edit.Marks {
	if e.pend != nil {
		return *e.pend
	}
	lo, hi := e.order()
	if lo != hi {
		m := e.doc.MarksAt(edit.Pos{Leaf: lo.Leaf, Off: lo.Off + 1})
		for _, k := range []edit.Mark{edit.Bold, edit.Italic, edit.Underline, edit.Strike, edit.Code} {
			m[k] = ""
			if e.doc.All(e.sel, k) {
				m[k] = "1"
			}
		}
		return m
	}
	return e.doc.MarksAt(e.sel.To)
}

// Toggle switches a mark of the selection, or of what will be typed.
func (e *Editor) Toggle(k edit.Mark) {
	v := "1"
	if e.Marks()[k] != "" {
		v = ""
	}
	e.SetMark(k, v)
}

// SetMark sets a mark of the selection, or of what will be typed.
func (e *Editor) SetMark(k edit.Mark, v string) {
	if e.sel.From == e.sel.To {
		if k == edit.Link {
			return
		}
		m := e.Marks()
		m[k] = v
		e.pend = &m
		e.state()
		return
	}
	e.sel = e.doc.SetMark(e.sel, k, v)
	e.Edited()
}

// SetLink makes the selection a link; without one the target itself is put in. "" takes the link at the caret away.
func (e *Editor) SetLink(target string) {
	if e.sel.From == e.sel.To {
		if old, span := e.doc.LinkAt(e.sel.To); old != "" {
			e.doc.SetMark(span, edit.Link, target)
			e.Edited()
			return
		}
		if target == "" {
			return
		}
		from := e.sel.To
		to := e.doc.Insert(e.sel, target, nil, false)
		e.doc.SetMark(edit.Selection{From: from, To: to}, edit.Link, target)
		e.put(to)
		return
	}
	e.SetMark(edit.Link, target)
}

// SetKind makes lines, headings, lists.
func (e *Editor) SetKind(k edit.Kind) { e.sel = e.doc.SetKind(e.sel, k); e.Edited() }

// Indent moves in (n > 0) or out.
func (e *Editor) Indent(n int) {
	if n > 0 {
		e.sel = e.doc.Indent(e.sel)
	} else {
		e.sel = e.doc.Outdent(e.sel)
	}
	e.Edited()
}

// Quote puts lines into a quote.
func (e *Editor) Quote() { e.sel = e.doc.Quote(e.sel); e.Edited() }

// Align sets where lines are aligned.
func (e *Editor) Align(to string) { e.sel = e.doc.Align(e.sel, to); e.Edited() }

// Clear removes formatting.
func (e *Editor) Clear() { e.sel = e.doc.ClearMarks(e.sel); e.Edited() }

// Picture puts a picture in at the caret.
func (e *Editor) Picture(src, alt string, width int) { e.put(e.doc.Picture(e.sel, src, alt, width)) }

// Insert puts text in at the caret.
func (e *Editor) Insert(s string) { e.put(e.doc.Insert(e.sel, s, e.pend, false)) }
