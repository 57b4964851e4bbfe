package style

import (
	"sync"

	"github.com/postrider/postrider/views/html/css"
	"github.com/postrider/postrider/views/html/dom"
)

// wide are the CSS-wide keywords.
type wide uint8

const (
	noWide wide = iota
	wInherit
	wInitial
	wUnset
	wRevert
)

// decl is a compiled declaration of one longhand or custom property.
type decl struct {
	prop    int // -1 = custom
	wide    wide
	set     setter   // nil with wide noWide and no pending = initial
	pending *pending // has var()
	name    string   // of a custom property
	value   []css.Token
	// mirror takes its place in text from right to left, for properties such as padding-inline-start.
	mirror *decl
}

// mirrored pairs the logical names with the name of the other side.
var mirrored = map[string]string{
	"margin-inline-start": "margin-right", "margin-inline-end": "margin-left", "padding-inline-start": "padding-right", "padding-inline-end": "padding-left", "inset-inline-start": "right", "inset-inline-end": "left",
	"border-inline-start": "border-right", "border-inline-end": "border-left", "-webkit-margin-start": "margin-right", "-webkit-margin-end": "margin-left", "-webkit-padding-start": "padding-right", "-webkit-padding-end": "padding-left",
}

// pending is a declaration that waits for the values of custom properties.
type pending struct {
	name  string
	value []css.Token
}

// block is what stands between the braces of a rule, or in a style attribute.
type block struct {
	normal, important []decl
}

// entry is a selector of a rule with its block.
type entry struct {
	sel   *css.Selector
	block *block
	order int
	spec  uint32
	media int // index into index.media, -1 = always
}

// index files the rules of one origin.
type index struct {
	byID, byClass, byTag map[string][]*entry
	rest                 []*entry
	media                [][]css.Media
	n                    int
	pseudo               bool // some rule makes ::before or ::after
}

func newIndex() *index {
	return &index{byID: map[string][]*entry{}, byClass: map[string][]*entry{}, byTag: map[string][]*entry{}}
}

func (x *index) add(sheet *css.Sheet, media css.Media, quirks bool) {
	for i := range sheet.Rules {
		r := &sheet.Rules[i]
		b := compileBlock(r.Decls, quirks)
		if b == nil {
			continue
		}
		m := -1
		if len(r.Media) > 0 || len(media) > 0 {
			list := r.Media
			if len(media) > 0 {
				list = append([]css.Media{media}, list...)
			}
			m = len(x.media)
			x.media = append(x.media, list)
		}
		for _, s := range r.Selectors {
			switch s.Pseudo {
			case "":
			case "before", "after", "marker":
				x.pseudo = true
			default:
				continue
			}
			e := &entry{sel: s, block: b, order: x.n, spec: s.Spec, media: m}
			x.n++
			switch id, class, tag := s.Key(); {
			case id != "":
				x.byID[id] = append(x.byID[id], e)
			case class != "":
				x.byClass[class] = append(x.byClass[class], e)
			case tag != "":
				x.byTag[tag] = append(x.byTag[tag], e)
			default:
				x.rest = append(x.rest, e)
			}
		}
	}
}

func compileBlock(ds []css.Decl, quirks bool) *block {
	b := &block{}
	for i := range ds {
		list := compile(&ds[i], quirks)
		if other, ok := mirrored[ds[i].Name]; ok && len(list) > 0 {
			d := ds[i]
			d.Name = other
			if far := compile(&d, quirks); len(far) == len(list) {
				for k := range list {
					list[k].mirror = &far[k]
				}
			}
		}
		if ds[i].Important {
			b.important = append(b.important, list...)
		} else {
			b.normal = append(b.normal, list...)
		}
	}
	if len(b.normal)+len(b.important) == 0 {
		return nil
	}
	return b
}

// compile makes longhands of a declaration; none when it is unknown or cannot be read.
func compile(d *css.Decl, quirks bool) []decl {
	if len(d.Name) > 2 && d.Name[:2] == "--" {
		out := decl{prop: -1, name: d.Name, value: d.Value}
		if len(d.Value) == 1 {
			out.wide = wideOf(&d.Value[0])
		}
		return []decl{out}
	}
	id, long := byName[d.Name]
	sh := shorts[d.Name]
	if !long && sh == nil {
		if d.Name == "all" && len(d.Value) == 1 {
			if w := wideOf(&d.Value[0]); w != noWide {
				var out []decl
				for i := range properties {
					if n := properties[i].name; n != "direction" && n != "unicode-bidi" && n != "-x-lang" {
						out = append(out, decl{prop: i, wide: w})
					}
				}
				return out
			}
		}
		return nil
	}
	props := []int{id}
	if !long {
		props = sh.props
	}
	if len(d.Value) == 1 {
		if w := wideOf(&d.Value[0]); w != noWide {
			out := make([]decl, len(props))
			for i, p := range props {
				out[i] = decl{prop: p, wide: w}
			}
			return out
		}
	}
	for i := range d.Value {
		if d.Value[i].IsFunc("var") || d.Value[i].IsFunc("env") {
			pend := &pending{name: d.Name, value: d.Value}
			out := make([]decl, len(props))
			for i, p := range props {
				out[i] = decl{prop: p, pending: pend}
			}
			return out
		}
	}
	return expand(d.Name, d.Value, quirks)
}

// expand reads a value without var().
func expand(name string, value []css.Token, quirks bool) []decl {
	p := &parser{t: value, quirks: quirks}
	if id, ok := byName[name]; ok {
		s := properties[id].parse(p)
		if s == nil || !p.done() {
			return nil
		}
		return []decl{{prop: id, set: s}}
	}
	sh := shorts[name]
	if sh == nil {
		return nil
	}
	if name != "margin" && name != "padding" && name != "border-width" {
		p.quirks = p.quirks && name == "border-color"
	}
	list := sh.expand(p)
	if list == nil || !p.done() {
		return nil
	}
	out := make([]decl, len(list))
	for i, l := range list {
		out[i] = decl{prop: l.prop, set: l.set}
	}
	return out
}

func wideOf(t *css.Token) wide {
	if t.Kind != css.Ident {
		return noWide
	}
	switch css.Lower(t.Text) {
	case "inherit":
		return wInherit
	case "initial":
		return wInitial
	case "unset":
		return wUnset
	case "revert", "revert-layer":
		return wRevert
	}
	return noWide
}

// supports answers @supports.
func supports(d css.Decl) bool { return compile(&d, false) != nil }

// compiled is what style keeps with a document.
type compiled struct {
	mu     sync.Mutex
	author *index
	inline map[string]*block
	hints  map[hintKey]*block
	cut    bool
}

func compiledOf(doc *dom.Document) *compiled {
	return doc.Keep(func() any {
		quirks := doc.Mode == dom.Quirks
		c := &compiled{author: newIndex(), inline: map[string]*block{}, hints: map[hintKey]*block{}}
		for _, s := range doc.Sheets {
			sheet := css.ParseSheet(s.Text, css.Options{Quirks: quirks, Supports: supports})
			c.cut = c.cut || sheet.Cut
			c.author.add(sheet, css.ParseMediaText(s.Media), quirks)
		}
		return c
	}).(*compiled)
}
