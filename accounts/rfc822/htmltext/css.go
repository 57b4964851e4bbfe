package htmltext

import "bytes"

// styleSheet notes which simple selectors hide what they match. Rules in @media are for other screens.
func (w *walker) styleSheet(css []byte) {
	if w.classes == nil {
		w.classes = map[string]bool{}
	}
	css = css[:min(len(css), 256<<10)]
	for len(css) > 0 && len(w.classes) < 200 {
		open := bytes.IndexByte(css, '{')
		if open < 0 {
			return
		}
		sel := bytes.TrimSpace(css[:open])
		if i := bytes.LastIndex(sel, []byte("*/")); i >= 0 {
			sel = bytes.TrimSpace(sel[i+2:])
		}
		sel = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(bytes.TrimPrefix(sel, []byte("<!--"))), []byte("-->")))
		if len(sel) > 0 && sel[0] == '@' && !bytes.HasPrefix(sel, []byte("@font-face")) && !bytes.HasPrefix(sel, []byte("@page")) {
			// Skip the nested block.
			depth, i := 1, open+1
			for ; i < len(css) && depth > 0; i++ {
				switch css[i] {
				case '{':
					depth++
				case '}':
					depth--
				}
			}
			css = css[i:]
			continue
		}
		end := bytes.IndexByte(css[open:], '}')
		if end < 0 {
			return
		}
		if len(sel) < 1000 && hides(css[open+1:open+end]) {
			for _, s := range bytes.Split(sel, []byte(",")) {
				s = bytes.TrimSpace(s)
				if i := bytes.IndexAny(s, ".#"); i >= 0 && bytes.IndexAny(s[i+1:], ".# >:[+~*") < 0 && bytes.IndexAny(s[:i], " >:[+~") < 0 {
					w.classes[string(s[i:])] = true
				}
			}
		}
		css = css[open+end+1:]
	}
}

// hides reports whether declarations make an element invisible.
func hides(style []byte) bool {
	if len(style) == 0 {
		return false
	}
	if v, ok := declaration(style, "display"); ok && bytes.HasPrefix(v, []byte("none")) {
		return true
	}
	if v, ok := declaration(style, "visibility"); ok && bytes.HasPrefix(v, []byte("hidden")) {
		return true
	}
	if v, ok := declaration(style, "opacity"); ok && isZero(v) {
		return true
	}
	if v, ok := declaration(style, "overflow"); ok && bytes.HasPrefix(v, []byte("hidden")) {
		for _, p := range []string{"max-height", "height", "max-width", "width"} {
			if v, ok := declaration(style, p); ok && isZero(v) {
				return true
			}
		}
	}
	return false
}

// declaration finds the last value of a property; lower case.
func declaration(style []byte, prop string) (v []byte, ok bool) {
	for at := 0; at < len(style); {
		i := indexFold(style[at:], prop)
		if i < 0 {
			break
		}
		i += at
		at = i + len(prop)
		if i > 0 && style[i-1] != ';' && style[i-1] != ' ' && style[i-1] != '\n' && style[i-1] != '\t' && style[i-1] != '\r' && style[i-1] != '{' {
			continue
		}
		j := at
		for j < len(style) && (style[j] == ' ' || style[j] == '\t') {
			j++
		}
		if j >= len(style) || style[j] != ':' {
			continue
		}
		j++
		e := bytes.IndexByte(style[j:], ';')
		if e < 0 {
			e = len(style) - j
		}
		v, ok = bytes.ToLower(bytes.TrimSpace(style[j:j+e])), true
		at = j + e
	}
	return v, ok
}

// isZero reports whether a length or number is 0.
func isZero(v []byte) bool {
	v = bytes.TrimSpace(bytes.TrimSuffix(v, []byte("!important")))
	i := 0
	for i < len(v) && (v[i] == '0' || v[i] == '.') {
		i++
	}
	if i == 0 {
		return false
	}
	switch string(bytes.TrimSpace(v[i:])) {
	case "", "px", "pt", "em", "rem", "%":
		return true
	}
	return false
}

// indentOnly recognises the block quotes that editors make for an indented paragraph.
func indentOnly(style []byte) bool {
	v, ok := declaration(style, "border")
	return ok && (bytes.HasPrefix(v, []byte("none")) || isZero(v))
}
