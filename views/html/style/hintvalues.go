package style

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/postrider/postrider/views/html/css"
)

// dimension reads a number or percentage by the rules for dimension values (HTML standard, 2.3.4.4); "" when there is none. nonzero refuses 0.
func dimension(s string, nonzero bool) string {
	s = strings.TrimLeft(s, " \t\n\r\f")
	s = strings.TrimPrefix(s, "+")
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end == 0 && !(len(s) > 1 && s[0] == '.') {
		return ""
	}
	if end < len(s) && s[end] == '.' {
		e := end + 1
		for e < len(s) && s[e] >= '0' && s[e] <= '9' {
			e++
		}
		if e > end+1 || end > 0 {
			end = e
		}
	}
	if end > 12 {
		return ""
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(s[:end], "."), 64)
	if err != nil || v == 0 && nonzero {
		return ""
	}
	num := strconv.FormatFloat(v, 'f', -1, 64)
	if end < len(s) && s[end] == '%' {
		return num + "%"
	}
	return num + "px"
}

func integer(s string) (int, bool) {
	s = strings.TrimLeft(s, " \t\n\r\f")
	end := 0
	if end < len(s) && (s[end] == '-' || s[end] == '+') {
		end++
	}
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	v, err := strconv.Atoi(strings.TrimPrefix(s[:end], "+"))
	return v, err == nil
}

func sized(name string, nonzero bool) func(string) string {
	return func(v string) string {
		if d := dimension(v, nonzero); d != "" {
			return name + ":" + d
		}
		return ""
	}
}

func hexOf(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func colored(name string) func(string) string {
	return func(v string) string {
		if c, ok := legacyColor(v); ok {
			return name + ":" + hexOf(c)
		}
		return ""
	}
}

func pictured(v string) string {
	v = strings.TrimSpace(v)
	if v == "" {
		return ""
	}
	return "background-image:url(\"" + cssString(v) + "\")"
}

// cssString escapes a text for a quoted string.
func cssString(s string) string {
	return strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\n", "", "\r", "", "\f", "").Replace(s)
}

func blockAlign(v string) string {
	switch css.Lower(strings.TrimSpace(v)) {
	case "center", "middle":
		return "text-align:-webkit-center"
	case "left":
		return "text-align:-webkit-left"
	case "right":
		return "text-align:-webkit-right"
	case "justify":
		return "text-align:justify"
	case "start", "end":
		return "text-align:" + css.Lower(strings.TrimSpace(v))
	}
	return ""
}

func cellAlign(v string) string {
	if css.EqualFold(v, "absmiddle") {
		return "text-align:center"
	}
	return blockAlign(v)
}

func valign(v string) string {
	switch l := css.Lower(strings.TrimSpace(v)); l {
	case "top", "middle", "bottom", "baseline":
		return "vertical-align:" + l
	case "center":
		return "vertical-align:middle"
	}
	return ""
}

func imageAlign(v string) string {
	switch css.Lower(strings.TrimSpace(v)) {
	case "left":
		return "float:left;vertical-align:top"
	case "right":
		return "float:right;vertical-align:top"
	case "top":
		return "vertical-align:top"
	case "middle", "center":
		return "vertical-align:-webkit-baseline-middle"
	case "absmiddle", "abscenter":
		return "vertical-align:middle"
	case "texttop":
		return "vertical-align:text-top"
	case "bottom":
		return "vertical-align:baseline"
	case "absbottom":
		return "vertical-align:bottom"
	}
	return ""
}

func fontSizeHint(v string) string {
	s := strings.TrimLeft(v, " \t\n\r\f")
	mode := byte(0)
	if s != "" && (s[0] == '+' || s[0] == '-') {
		mode = s[0]
		s = s[1:]
	}
	n, ok := integer(s)
	if !ok || n < 0 {
		return ""
	}
	n = min(n, 100)
	switch mode {
	case '+':
		n = 3 + n
	case '-':
		n = 3 - n
	}
	n = min(max(n, 1), 7)
	return "font-size:" + [...]string{"", "x-small", "small", "medium", "large", "x-large", "xx-large", "-webkit-xxx-large"}[n]
}

func face(v string) string {
	if strings.ContainsAny(v, ";{}()") {
		return ""
	}
	return "font-family:" + v
}

func listKind(v string) string {
	switch strings.TrimSpace(v) {
	case "1":
		return "list-style-type:decimal"
	case "a":
		return "list-style-type:lower-alpha"
	case "A":
		return "list-style-type:upper-alpha"
	case "i":
		return "list-style-type:lower-roman"
	case "I":
		return "list-style-type:upper-roman"
	}
	switch l := css.Lower(strings.TrimSpace(v)); l {
	case "disc", "circle", "square", "none":
		return "list-style-type:" + l
	}
	return ""
}

func frame(v string) string {
	sides := ""
	switch v {
	case "void":
	case "above":
		sides = "top"
	case "below":
		sides = "bottom"
	case "hsides":
		sides = "top bottom"
	case "vsides":
		sides = "left right"
	case "lhs":
		sides = "left"
	case "rhs":
		sides = "right"
	case "box", "border":
		sides = "top right bottom left"
	default:
		return ""
	}
	out := "border-style:hidden;border-width:thin"
	for _, s := range strings.Fields(sides) {
		out += ";border-" + s + "-style:solid"
	}
	return out
}
