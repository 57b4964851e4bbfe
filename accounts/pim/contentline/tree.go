package contentline

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// NewComponent makes an empty component.
func NewComponent(name string) *Component {
	return &Component{Name: strings.ToUpper(name), eol: "\r\n"}
}

// NewProp makes a property; params are names and values by turns.
func NewProp(name, value string, params ...string) *Prop {
	p := &Prop{Name: strings.ToUpper(name), Value: value}
	for i := 0; i+1 < len(params); i += 2 {
		p.Params = append(p.Params, Param{Name: strings.ToUpper(params[i]), Values: []string{params[i+1]}})
	}
	return p
}

// Get returns the first property of a name, nil where there is none.
func (c *Component) Get(name string) *Prop {
	for i := range c.Items {
		if p := c.Items[i].Prop; p != nil && p.Name == name {
			return p
		}
	}
	return nil
}

// Value returns the raw value of the first property of a name.
func (c *Component) Value(name string) string {
	if p := c.Get(name); p != nil {
		return p.Value
	}
	return ""
}

// All returns the properties of a name in order.
func (c *Component) All(name string) []*Prop {
	var out []*Prop
	for i := range c.Items {
		if p := c.Items[i].Prop; p != nil && p.Name == name {
			out = append(out, p)
		}
	}
	return out
}

// Comps returns the components of a name, "" = all.
func (c *Component) Comps(name string) []*Component {
	var out []*Component
	for i := range c.Items {
		if d := c.Items[i].Comp; d != nil && (name == "" || d.Name == name) {
			out = append(out, d)
		}
	}
	return out
}

// Add appends a property, before the components inside.
func (c *Component) Add(p *Prop) {
	at := len(c.Items)
	for at > 0 && c.Items[at-1].Comp != nil {
		at--
	}
	c.Items = slices.Insert(c.Items, at, Item{Prop: p})
}

// AddComp appends a component.
func (c *Component) AddComp(d *Component) { c.Items = append(c.Items, Item{Comp: d}) }

// Remove takes out all properties that f says.
func (c *Component) Remove(f func(*Prop) bool) {
	c.Items = slices.DeleteFunc(c.Items, func(i Item) bool { return i.Prop != nil && f(i.Prop) })
}

// RemoveComp takes out all components that f says.
func (c *Component) RemoveComp(f func(*Component) bool) {
	c.Items = slices.DeleteFunc(c.Items, func(i Item) bool { return i.Comp != nil && f(i.Comp) })
}

// Set gives the first property of a name this value, keeps its parameters, and takes out the others of that name. An empty value takes all out. A
// value that is the same leaves the line as it was read.
func (c *Component) Set(name, value string) {
	first := c.Get(name)
	if value == "" {
		c.Remove(func(p *Prop) bool { return p.Name == name })
		return
	}
	if first == nil {
		c.Add(NewProp(name, value))
		return
	}
	first.SetValue(value)
	c.Remove(func(p *Prop) bool { return p.Name == name && p != first })
}

// SetValue changes the value.
func (p *Prop) SetValue(v string) {
	if p.Value != v {
		p.Value, p.raw = v, nil
	}
}

// Param returns the first value of a parameter.
func (p *Prop) Param(name string) string {
	for i := range p.Params {
		if p.Params[i].Name == name && len(p.Params[i].Values) > 0 {
			return p.Params[i].Values[0]
		}
	}
	return ""
}

// ParamAll returns all values of a parameter, also of one that is given more than once.
func (p *Prop) ParamAll(name string) []string {
	var out []string
	for i := range p.Params {
		if p.Params[i].Name == name {
			out = append(out, p.Params[i].Values...)
		}
	}
	return out
}

// SetParam gives a parameter these values; none takes it out.
func (p *Prop) SetParam(name string, values ...string) {
	if slices.Equal(p.ParamAll(name), values) {
		return
	}
	p.raw = nil
	p.Params = slices.DeleteFunc(p.Params, func(q Param) bool { return q.Name == name })
	if len(values) > 0 {
		p.Params = append(p.Params, Param{Name: name, Values: values})
	}
}

// Raw returns the bytes as read, nil for a line that was changed.
func (p *Prop) Raw() []byte { return p.raw }

// Bytes writes the component, or the whole text.
func (c *Component) Bytes() []byte {
	var b bytes.Buffer
	eol := c.eol
	if eol == "" {
		eol = "\r\n"
	}
	c.write(&b, eol)
	return b.Bytes()
}

func (c *Component) write(b *bytes.Buffer, eol string) {
	if c.Name != "" {
		if c.begin != nil {
			b.Write(c.begin)
		} else {
			endLine(b, eol)
			b.WriteString("BEGIN:" + c.Name + eol)
		}
	}
	for _, i := range c.Items {
		switch {
		case i.Comp != nil:
			i.Comp.write(b, eol)
		case i.Prop.raw != nil:
			endLineIf(b, eol, i.Prop.Name != "")
			b.Write(i.Prop.raw)
		default:
			endLine(b, eol)
			i.Prop.write(b, eol)
		}
	}
	switch {
	case c.Name == "":
	case c.end != nil:
		b.Write(c.end)
	case c.begin == nil:
		endLine(b, eol)
		b.WriteString("END:" + c.Name + eol)
	}
}

// endLine ends a last line that had no end, before something follows it.
func endLine(b *bytes.Buffer, eol string) { endLineIf(b, eol, true) }

func endLineIf(b *bytes.Buffer, eol string, yes bool) {
	if s := b.Bytes(); yes && len(s) > 0 && s[len(s)-1] != '\n' {
		b.WriteString(eol)
	}
}

// write writes one property, folded at 75 octets, never inside a character.
func (p *Prop) write(b *bytes.Buffer, eol string) {
	var s strings.Builder
	if p.Group != "" {
		s.WriteString(p.Group + ".")
	}
	s.WriteString(p.Name)
	for _, q := range p.Params {
		s.WriteString(";" + q.Name + "=")
		for i, v := range q.Values {
			if i > 0 {
				s.WriteByte(',')
			}
			v = caretIn.Replace(v)
			if strings.ContainsAny(v, ":;,") {
				s.WriteString(`"` + v + `"`)
			} else {
				s.WriteString(v)
			}
		}
	}
	s.WriteByte(':')
	s.WriteString(oneLine.Replace(p.Value))
	line := s.String()
	limit := 75
	for len(line) > limit {
		n := limit
		for n > 1 && !utf8.RuneStart(line[n]) {
			n--
		}
		if n == 1 { // not UTF-8
			n = limit
		}
		b.WriteString(line[:n] + eol + " ")
		line, limit = line[n:], 74
	}
	b.WriteString(line + eol)
}

var (
	oneLine = strings.NewReplacer("\r", "", "\n", "")
	escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "")
)

// Escape writes a text value (RFC 5545 section 3.3.11, RFC 6350 section 3.4).
func Escape(s string) string {
	if !strings.ContainsAny(s, "\\;,\n\r") {
		return s
	}
	return escaper.Replace(s)
}

// Unescape reads a text value.
func Unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case '\\', ';', ',', ':', '"':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// Split cuts a value at unescaped separators; the parts are still escaped.
func Split(s string, sep byte) []string {
	var out []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// SplitText is Split with the parts unescaped and trimmed, without empty ones.
func SplitText(s string, sep byte) []string {
	var out []string
	for _, p := range Split(s, sep) {
		if p = strings.TrimSpace(Unescape(p)); p != "" {
			out = append(out, p)
		}
	}
	return out
}
