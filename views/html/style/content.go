package style

import (
	"math"
	"strconv"
	"strings"

	"github.com/postrider/postrider/views/html/css"
)

// piece is a part of content.
type piece struct {
	kind byte // 's' string, 'a' attr, 'c' counter, 'C' counters, 'o' open quote, 'q' close quote, 'O' and 'Q' without text, 'u' url
	text string
	sep  string
	list string
}

type count struct {
	name string
	n    int
}

func parseContent(p *parser) setter {
	if p.is("normal") || p.is("none") {
		return func(c *computer) { c.cs.content, c.cs.hasCont = nil, false }
	}
	var out []piece
	for !p.done() {
		if len(out) > 64 {
			return nil
		}
		if p.delim('/') { // alternative text
			p.i = len(p.t)
			break
		}
		t := p.peek()
		switch t.Kind {
		case css.String:
			p.i++
			out = append(out, piece{kind: 's', text: t.Text})
		case css.URL:
			p.i++
			out = append(out, piece{kind: 'u', text: t.Text})
		case css.Ident:
			switch p.word() {
			case "open-quote":
				out = append(out, piece{kind: 'o'})
			case "close-quote":
				out = append(out, piece{kind: 'q'})
			case "no-open-quote":
				out = append(out, piece{kind: 'O'})
			case "no-close-quote":
				out = append(out, piece{kind: 'Q'})
			default:
				return nil
			}
		case css.Function:
			name, args := p.function()
			switch name {
			case "attr":
				a := args.next()
				if a.Kind != css.Ident {
					return nil
				}
				out = append(out, piece{kind: 'a', text: css.Lower(a.Text)})
			case "counter", "counters":
				a := args.next()
				if a.Kind != css.Ident {
					return nil
				}
				pc := piece{kind: 'c', text: a.Text, list: "decimal"}
				if name == "counters" {
					pc.kind = 'C'
					if !args.comma() {
						return nil
					}
					s := args.next()
					if s.Kind != css.String {
						return nil
					}
					pc.sep = s.Text
				}
				if args.comma() {
					pc.list, _ = args.listType()
				}
				out = append(out, pc)
			default:
				return nil
			}
		default:
			return nil
		}
	}
	if len(out) == 0 {
		return nil
	}
	return func(c *computer) { c.cs.content, c.cs.hasCont = out, true }
}

func parseCounts(def int, put func(*computed, []count)) func(p *parser) setter {
	return func(p *parser) setter {
		if p.is("none") {
			return func(c *computer) { put(c.cs, nil) }
		}
		var list []count
		for !p.done() {
			t := p.next()
			if t.Kind != css.Ident || len(list) > 64 {
				return nil
			}
			n := count{t.Text, def}
			if v := p.peek(); v.Kind == css.Number {
				n.n = int(v.Num)
				p.i++
			}
			list = append(list, n)
		}
		if list == nil {
			return nil
		}
		return func(c *computer) { put(c.cs, list) }
	}
}

// counters are the values in scope; a scope is the siblings after the element that made it, and their content.
type counters struct {
	of map[string][]scope
}

type scope struct {
	n     int
	owner *Node // the parent within which it lives
}

func (k *counters) reset(name string, n int, parent *Node) {
	list := k.of[name]
	if len(list) > 0 && list[len(list)-1].owner == parent {
		list[len(list)-1].n = n
		return
	}
	if len(list) < 256 && len(k.of) < 256 {
		k.of[name] = append(list, scope{n, parent})
	}
}

func (k *counters) add(name string, n int, parent *Node) {
	list := k.of[name]
	if len(list) == 0 {
		k.reset(name, n, parent)
		return
	}
	list[len(list)-1].n += n
}

func (k *counters) set(name string, n int, parent *Node) {
	list := k.of[name]
	if len(list) == 0 {
		k.reset(name, n, parent)
		return
	}
	list[len(list)-1].n = n
}

// leave ends the scopes of a parent.
func (k *counters) leave(parent *Node) {
	for name, list := range k.of {
		n := len(list)
		for n > 0 && list[n-1].owner == parent {
			n--
		}
		if n != len(list) {
			k.of[name] = list[:n]
		}
	}
}

func (k *counters) value(name string) int {
	if list := k.of[name]; len(list) > 0 {
		return list[len(list)-1].n
	}
	return 0
}

var defaultQuotes = []string{"\u201c", "\u201d", "\u2018", "\u2019"}

// generate returns the text of content.
func (t *tree) generate(cs *computed, e *css.Element) (string, string) {
	var b strings.Builder
	picture := ""
	q := cs.quotes
	if q == nil {
		q = defaultQuotes
	}
	level := func(i int) int { return min(max(i, 0)*2, len(q)-2) }
	for _, p := range cs.content {
		switch p.kind {
		case 's':
			b.WriteString(p.text)
		case 'u':
			picture = p.text
		case 'a':
			v, _ := css.Attr(e.Node, p.text)
			b.WriteString(v)
		case 'c':
			b.WriteString(numeral(p.list, t.counters.value(p.text)))
		case 'C':
			for i, s := range t.counters.of[p.text] {
				if i > 0 {
					b.WriteString(p.sep)
				}
				b.WriteString(numeral(p.list, s.n))
			}
		case 'o':
			b.WriteString(q[level(t.quotes)])
			t.quotes++
		case 'q':
			t.quotes = max(0, t.quotes-1)
			b.WriteString(q[level(t.quotes)+1])
		case 'O':
			t.quotes++
		case 'Q':
			t.quotes = max(0, t.quotes-1)
		}
		if b.Len() > 1<<16 {
			break
		}
	}
	return b.String(), picture
}

// marker is the text of a list item's marker, "" = none. Bullets are returned as characters; list-style-type tells a painter which shape they are.
func marker(kind string, n int) string {
	switch kind {
	case "none":
		return ""
	case "disc":
		return "\u2022 "
	case "circle":
		return "\u25e6 "
	case "square":
		return "\u25aa "
	case "disclosure-open":
		return "\u25be "
	case "disclosure-closed":
		return "\u25b8 "
	}
	if strings.HasPrefix(kind, `"`) {
		return strings.Trim(kind, `"`)
	}
	s := numeral(kind, n)
	switch kind {
	case "cjk-ideographic", "trad-chinese-informal", "simp-chinese-informal", "japanese-informal", "cjk-decimal", "hiragana", "katakana":
		return s + "\u3001"
	}
	return s + ". "
}

// numeral writes a number in a counter style.
func numeral(kind string, n int) string {
	alpha := func(first rune, letters int) string {
		if n <= 0 {
			return strconv.Itoa(n)
		}
		s := ""
		for v := n; v > 0; v = (v - 1) / letters {
			s = string(first+rune((v-1)%letters)) + s
		}
		return s
	}
	table := func(letters string) string {
		r := []rune(letters)
		if n <= 0 {
			return strconv.Itoa(n)
		}
		s := ""
		for v := n; v > 0; v = (v - 1) / len(r) {
			s = string(r[(v-1)%len(r)]) + s
		}
		return s
	}
	digits := func(zero rune) string {
		s := ""
		for _, c := range strconv.Itoa(n) {
			if c >= '0' && c <= '9' {
				c = zero + c - '0'
			}
			s += string(c)
		}
		return s
	}
	switch kind {
	case "none":
		return ""
	case "disc":
		return "\u2022"
	case "circle":
		return "\u25e6"
	case "square":
		return "\u25aa"
	case "decimal-leading-zero":
		if n >= 0 && n < 10 {
			return "0" + strconv.Itoa(n)
		}
		if n < 0 && n > -10 {
			return "-0" + strconv.Itoa(-n)
		}
		return strconv.Itoa(n)
	case "lower-alpha", "lower-latin":
		return alpha('a', 26)
	case "upper-alpha", "upper-latin":
		return alpha('A', 26)
	case "lower-roman":
		return strings.ToLower(roman(n))
	case "upper-roman":
		return roman(n)
	case "lower-greek":
		return table("αβγδεζηθικλμνξοπρστυφχψω")
	case "arabic-indic":
		return digits('٠')
	case "persian", "urdu":
		return digits('۰')
	case "devanagari", "hindi":
		return digits('०')
	case "bengali":
		return digits('০')
	case "thai":
		return digits('๐')
	case "hebrew":
		return hebrew(n)
	case "hiragana":
		return table("あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん")
	case "katakana":
		return table("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヰヱヲン")
	case "cjk-ideographic", "trad-chinese-informal", "simp-chinese-informal", "japanese-informal":
		return chinese(n)
	}
	return strconv.Itoa(n)
}

func roman(n int) string {
	if n <= 0 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, r := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= r.v {
			b.WriteString(r.s)
			n -= r.v
		}
	}
	return b.String()
}

func hebrew(n int) string {
	if n <= 0 || n > 999 {
		return strconv.Itoa(n)
	}
	s := ""
	for n >= 400 {
		s += "ת"
		n -= 400
	}
	if n >= 100 {
		s += string([]rune("קרש")[n/100-1])
		n %= 100
	}
	if n == 15 || n == 16 {
		return s + "ט" + string([]rune("וז")[n-15])
	}
	if n >= 10 {
		s += string([]rune("יכלמנסעפצ")[n/10-1])
		n %= 10
	}
	if n > 0 {
		s += string([]rune("אבגדהוזחט")[n-1])
	}
	return s
}

func chinese(n int) string {
	if n < 0 || n > 9999 {
		return strconv.Itoa(n)
	}
	d := []rune("零一二三四五六七八九")
	if n < 10 {
		return string(d[n])
	}
	units := []rune("千百十")
	s := ""
	zero := false
	for i, v := 0, 1000; v > 0; i, v = i+1, v/10 {
		k := n / v % 10
		if k == 0 {
			zero = s != ""
			continue
		}
		if zero {
			s += string(d[0])
			zero = false
		}
		if !(k == 1 && v == 10 && s == "") {
			s += string(d[k])
		}
		if v > 1 {
			s += string(units[int(math.Min(float64(i), 2))])
		}
	}
	return s
}
