package editor

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pos is a place in the text: a paragraph and a byte offset inside it.
type Pos struct{ Para, Off int }

// Before reports whether p comes before q.
func (p Pos) Before(q Pos) bool { return p.Para < q.Para || p.Para == q.Para && p.Off < q.Off }

// Buffer is a text of paragraphs separated by "\n", with undo. There is always at least one paragraph.
type Buffer struct {
	paras []string
	undo  []edit
	redo  []edit
	// open: the last edit may be extended by the next typed character.
	open bool
	// changed is told after every replacement: paragraphs [first, first+old) became [first, first+now); when
	// old = now = 1, ins bytes took the place of del bytes at byte at of it.
	changed func(first, old, now, at, ins, del int)
}

type edit struct {
	at       Pos
	removed  string
	inserted string
	typed    bool
}

const maxUndo = 2000

// NewBuffer makes a buffer that holds text.
func NewBuffer(text string) *Buffer {
	b := &Buffer{}
	b.SetText(text)
	return b
}

// Clean makes foreign text safe for the buffer: valid UTF-8, "\n" line ends, no control characters but tab.
func Clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexFunc(s, odd) < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.NewReplacer("\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !odd(r) {
			return r
		}
		return -1
	}, s)
}

func odd(r rune) bool {
	return r == '\u2028' || r == '\u2029' || r == '\uFEFF' || unicode.IsControl(r) && r != '\n' && r != '\t'
}

// SetText replaces everything and forgets the history.
func (b *Buffer) SetText(text string) {
	old := len(b.paras)
	b.paras = strings.Split(Clean(text), "\n")
	b.undo, b.redo, b.open = nil, nil, false
	if b.changed != nil {
		b.changed(0, old, len(b.paras), 0, 0, 0)
	}
}

// Text returns the whole text.
func (b *Buffer) Text() string { return strings.Join(b.paras, "\n") }

// Len returns the number of paragraphs.
func (b *Buffer) Len() int { return len(b.paras) }

// Para returns a paragraph, without its line end.
func (b *Buffer) Para(i int) string { return b.paras[i] }

// End is the place behind the last character.
func (b *Buffer) End() Pos {
	n := len(b.paras) - 1
	return Pos{n, len(b.paras[n])}
}

// Clamp moves a place into the text.
func (b *Buffer) Clamp(p Pos) Pos {
	if p.Para < 0 {
		return Pos{}
	}
	if p.Para >= len(b.paras) {
		return b.End()
	}
	p.Off = min(max(p.Off, 0), len(b.paras[p.Para]))
	return p
}

// Slice returns the text between two places.
func (b *Buffer) Slice(from, to Pos) string {
	if to.Before(from) {
		from, to = to, from
	}
	if from.Para == to.Para {
		return b.paras[from.Para][from.Off:to.Off]
	}
	var s strings.Builder
	s.WriteString(b.paras[from.Para][from.Off:])
	for i := from.Para + 1; i < to.Para; i++ {
		s.WriteByte('\n')
		s.WriteString(b.paras[i])
	}
	s.WriteByte('\n')
	s.WriteString(b.paras[to.Para][:to.Off])
	return s.String()
}

// Replace puts s in the place of what lies between two places and returns the place behind it. typed lets successive single characters be
// taken back as one word.
func (b *Buffer) Replace(from, to Pos, s string, typed bool) Pos {
	if to.Before(from) {
		from, to = to, from
	}
	s = Clean(s)
	if from == to && s == "" {
		return from
	}
	removed := b.Slice(from, to)
	e := edit{at: from, removed: removed, inserted: s, typed: typed}
	if !b.merge(e) {
		b.undo = append(b.undo, e)
		if len(b.undo) > maxUndo {
			b.undo = slices.Delete(b.undo, 0, len(b.undo)-maxUndo)
		}
	}
	b.redo = nil
	b.open = typed && s != "\n"
	return b.splice(from, to, s)
}

// merge extends the last edit by e when both belong to one run of typing or of deleting.
func (b *Buffer) merge(e edit) bool {
	if !b.open || !e.typed || len(b.undo) == 0 {
		return false
	}
	l := &b.undo[len(b.undo)-1]
	switch {
	case !l.typed || strings.Contains(e.inserted, "\n") || strings.Contains(e.removed, "\n"):
		return false
	case e.removed == "" && l.inserted != "" && e.at == after(l.at, l.inserted):
		r, _ := utf8.DecodeLastRuneInString(l.inserted)
		n, _ := utf8.DecodeRuneInString(e.inserted)
		if unicode.IsSpace(r) && !unicode.IsSpace(n) {
			return false // a new word begins
		}
		l.inserted += e.inserted
		return true
	case e.inserted == "" && l.inserted == "" && after(e.at, e.removed) == l.at: // backspace
		l.at, l.removed = e.at, e.removed+l.removed
		return true
	case e.inserted == "" && l.inserted == "" && e.at == l.at: // delete
		l.removed += e.removed
		return true
	}
	return false
}

// Seal ends a run of typing, so that what follows is taken back by itself.
func (b *Buffer) Seal() { b.open = false }

func after(p Pos, s string) Pos {
	n := strings.Count(s, "\n")
	if n == 0 {
		return Pos{p.Para, p.Off + len(s)}
	}
	return Pos{p.Para + n, len(s) - strings.LastIndexByte(s, '\n') - 1}
}

func (b *Buffer) splice(from, to Pos, s string) Pos {
	head, tail := b.paras[from.Para][:from.Off], b.paras[to.Para][to.Off:]
	end := after(from, s)
	old := to.Para - from.Para + 1
	if !strings.Contains(s, "\n") {
		del := len(b.paras[from.Para]) - len(head) - len(tail)
		b.paras[from.Para] = head + s + tail
		if old > 1 {
			b.paras = slices.Delete(b.paras, from.Para+1, to.Para+1)
		}
		if b.changed != nil {
			b.changed(from.Para, old, 1, from.Off, len(s), del)
		}
		return end
	}
	parts := strings.Split(s, "\n")
	parts[0] = head + parts[0]
	parts[len(parts)-1] += tail
	b.paras = slices.Replace(b.paras, from.Para, to.Para+1, parts...)
	if b.changed != nil {
		b.changed(from.Para, old, len(parts), from.Off, 0, 0)
	}
	return end
}

// Undo takes the last edit back and returns where the cursor goes; false when there is none.
func (b *Buffer) Undo() (from, to Pos, ok bool) {
	if len(b.undo) == 0 {
		return Pos{}, Pos{}, false
	}
	e := b.undo[len(b.undo)-1]
	b.undo = b.undo[:len(b.undo)-1]
	b.redo = append(b.redo, e)
	b.open = false
	end := b.splice(e.at, after(e.at, e.inserted), e.removed)
	return e.at, end, true
}

// Redo does again what Undo took back.
func (b *Buffer) Redo() (to Pos, ok bool) {
	if len(b.redo) == 0 {
		return Pos{}, false
	}
	e := b.redo[len(b.redo)-1]
	b.redo = b.redo[:len(b.redo)-1]
	b.undo = append(b.undo, e)
	b.open = false
	return b.splice(e.at, after(e.at, e.removed), e.inserted), true
}
