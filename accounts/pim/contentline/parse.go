package contentline

import (
	"bytes"
	"errors"
	"strings"
)

// The bounds of Parse.
const (
	MaxSize  = 32 << 20
	MaxDepth = 16
	MaxLines = 2_000_000
)

// What Parse refuses.
var (
	ErrSize  = errors.New("more text than a calendar or an address book has")
	ErrDepth = errors.New("too many components inside each other")
)

// Param is one parameter of a property. Values have no quotes; Caret is decoded (RFC 6868).
type Param struct {
	Name   string // upper case
	Values []string
}

// Prop is one property.
type Prop struct {
	Group  string // of vCard: "item1"
	Name   string // upper case; "" for a line that is none
	Params []Param
	Value  string // unfolded, not unescaped
	raw    []byte // the lines as read; nil when it is to be written anew
}

// Component is what stands between BEGIN and END, or (Name "") the whole text.
type Component struct {
	Name       string // upper case
	Items      []Item
	begin, end []byte
	eol        string
}

// Item is a property or a component.
type Item struct {
	Prop *Prop
	Comp *Component
}

// Parse reads a text. The result's Name is "" and its Items are the components and whatever else is there.
func Parse(b []byte) (*Component, error) {
	if len(b) > MaxSize {
		return nil, ErrSize
	}
	root := &Component{eol: "\r\n"}
	stack := []*Component{root}
	inCard := false
	for n := 0; len(b) > 0; n++ {
		if n == MaxLines {
			return nil, ErrSize
		}
		raw, text, rest := logical(b, inCard)
		if n == 0 {
			text = strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t") // there is nothing before it that it could go on
			if bytes.HasSuffix(raw, []byte("\n")) && !bytes.HasSuffix(raw, []byte("\r\n")) {
				root.eol = "\n"
			}
		}
		b = rest
		p := parseLine(text)
		p.raw = raw
		top := stack[len(stack)-1]
		switch p.Name {
		case "BEGIN":
			if strings.TrimSpace(p.Value) != "" {
				if len(stack) > MaxDepth {
					return nil, ErrDepth
				}
				c := &Component{Name: strings.ToUpper(strings.TrimSpace(p.Value)), begin: raw, eol: root.eol}
				top.Items = append(top.Items, Item{Comp: c})
				stack = append(stack, c)
				inCard = c.Name == "VCARD" || inCard
				continue
			}
		case "END":
			name := strings.ToUpper(strings.TrimSpace(p.Value))
			at := len(stack) - 1
			for at > 0 && stack[at].Name != name {
				at--
			}
			if at > 0 { // those inside it that have no END of their own end here
				stack[at].end = raw
				stack = stack[:at]
				if name == "VCARD" {
					inCard = false
				}
				continue
			}
		}
		top.Items = append(top.Items, Item{Prop: p})
	}
	return root, nil
}

// logical cuts the first logical line: physical lines and the folded ones behind it (RFC 5545 section 3.1). In a vCard a line of quoted-printable that ends
// in "=" goes on too (vCard 2.1).
func logical(b []byte, card bool) (raw []byte, text string, rest []byte) {
	line, n := physical(b)
	if n == len(b) || b[n] != ' ' && b[n] != '\t' {
		if !card || len(line) == 0 || line[len(line)-1] != '=' || !isQP(line) {
			return b[:n], string(line), b[n:]
		}
	}
	s := append([]byte(nil), line...)
	soft := card && len(line) > 0 && line[len(line)-1] == '=' && isQP(line)
	for n < len(b) {
		folded := b[n] == ' ' || b[n] == '\t'
		if !folded && !soft {
			break
		}
		l, m := physical(b[n:])
		if soft {
			// The "=" and the line end are no part of the value; what stands behind them is, without the white space that a fold adds.
			s = s[:len(s)-1]
			l = bytes.TrimLeft(l, " \t")
		} else {
			l = l[1:]
		}
		s = append(s, l...)
		n += m
		soft = soft && len(l) > 0 && l[len(l)-1] == '='
	}
	return b[:n], string(s), b[n:]
}

func isQP(line []byte) bool {
	head, _, ok := bytes.Cut(line, []byte(":"))
	return ok && bytes.Contains(bytes.ToUpper(head), []byte("QUOTED-PRINTABLE"))
}

// physical returns the first line without its end, and its length with it.
func physical(b []byte) ([]byte, int) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte("\r")), len(b)
	}
	return bytes.TrimRight(b[:i], "\r"), i + 1
}

// parseLine takes a logical line apart; one that is no property has Name "".
func parseLine(s string) *Prop {
	p := &Prop{}
	i := strings.IndexAny(s, ":;")
	if i <= 0 {
		return p
	}
	name := strings.TrimSpace(s[:i])
	if g, n, ok := strings.Cut(name, "."); ok {
		p.Group, name = g, n
	}
	if name == "" || strings.ContainsAny(name, " \t\"") {
		return p
	}
	p.Name = strings.ToUpper(name)
	s = s[i:]
	for len(s) > 0 && s[0] == ';' && len(p.Params) < 200 {
		s = s[1:]
		j := strings.IndexAny(s, "=;:")
		if j < 0 { // no value at all: the line is damaged
			p.Value = s
			return p
		}
		q := Param{Name: strings.ToUpper(strings.TrimSpace(s[:j]))}
		if s[j] != '=' { // vCard 2.1: TEL;HOME:…
			q.Values, q.Name = []string{strings.TrimSpace(s[:j])}, "TYPE"
			if isEncoding(q.Values[0]) {
				q.Name = "ENCODING"
			}
			p.Params = append(p.Params, q)
			s = s[j:]
			continue
		}
		s = s[j+1:]
		for {
			var v string
			v, s = paramValue(s)
			if len(q.Values) < 1000 {
				q.Values = append(q.Values, v)
			}
			if len(s) == 0 || s[0] != ',' {
				break
			}
			s = s[1:]
		}
		p.Params = append(p.Params, q)
	}
	if len(s) > 0 && s[0] == ';' { // far too many parameters
		if j := strings.IndexByte(s, ':'); j >= 0 {
			s = s[j:]
		}
	}
	if len(s) > 0 && s[0] == ':' {
		s = s[1:]
	}
	p.Value = s
	return p
}

func isEncoding(s string) bool {
	switch strings.ToUpper(s) {
	case "BASE64", "QUOTED-PRINTABLE", "8BIT", "7BIT", "B", "Q":
		return true
	}
	return false
}

func paramValue(s string) (v, rest string) {
	if len(s) > 0 && s[0] == '"' {
		if j := strings.IndexByte(s[1:], '"'); j >= 0 {
			rest = s[j+2:]
			// Some write more behind the quote; it belongs to nobody.
			if k := strings.IndexAny(rest, ",;:"); k > 0 {
				rest = rest[k:]
			}
			return uncaret(s[1 : j+1]), rest
		}
	}
	j := strings.IndexAny(s, ",;:")
	if j < 0 {
		return uncaret(s), ""
	}
	return uncaret(s[:j]), s[j:]
}

var caretOut = strings.NewReplacer("^n", "\n", "^'", "\"", "^^", "^")
var caretIn = strings.NewReplacer("\n", "^n", "\"", "^'", "^", "^^", "\r", "")

func uncaret(s string) string {
	if strings.IndexByte(s, '^') < 0 {
		return s
	}
	return caretOut.Replace(s)
}
