package text

import (
	"runtime"
	"strings"

	"github.com/go-text/typesetting/font"
)

// The families that a generic name means, the first that is installed wins. The order on Linux is that of a browser there: the web's
// classic names first, then what fontconfig's default configuration prefers.
var generic = map[string][]string{
	"serif":      {"Times New Roman", "Liberation Serif", "Tinos", "Noto Serif", "DejaVu Serif", "Nimbus Roman", "FreeSerif", "Georgia", "Cambria"},
	"sans-serif": {"Arial", "Liberation Sans", "Arimo", "Helvetica", "Noto Sans", "DejaVu Sans", "Nimbus Sans", "FreeSans", "Segoe UI", "Roboto"},
	"monospace":  {"Noto Sans Mono", "DejaVu Sans Mono", "Menlo", "Consolas", "Liberation Mono", "Courier New", "Nimbus Mono PS", "FreeMono"},
	"system-ui":  {"Cantarell", "Noto Sans", "DejaVu Sans", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Liberation Sans"},
	"cursive":    {"Comic Sans MS", "Apple Chancery", "Snell Roundhand"},
	"fantasy":    {"Impact", "Papyrus"},
	"emoji":      emojiFamilies,
}

var emojiFamilies = []string{"Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", "Twemoji Mozilla", "Twemoji", "JoyPixels", "EmojiOne Color", "Noto Emoji"}

// Names that stand for the same design, metrics included: asked for one, any of the others will do. In the order of fontconfig's metric aliases.
var alike = map[string][]string{}

func init() {
	for _, class := range [][]string{
		{"Arial", "Liberation Sans", "Arimo", "Albany AMT", "Helvetica", "Nimbus Sans", "TeX Gyre Heros", "FreeSans"},
		{"Times New Roman", "Times", "Liberation Serif", "Tinos", "Thorndale AMT", "Nimbus Roman", "TeX Gyre Termes", "FreeSerif"},
		{"Courier New", "Courier", "Liberation Mono", "Cousine", "Cumberland AMT", "Nimbus Mono PS", "TeX Gyre Cursor", "FreeMono"},
		{"Calibri", "Carlito"},
		{"Cambria", "Caladea"},
	} {
		for _, name := range class {
			var others []string
			for _, o := range class {
				if o != name {
					others = append(others, normal(o))
				}
			}
			alike[normal(name)] = others
		}
	}
	for k, names := range generic {
		for i, n := range names {
			names[i] = normal(n)
		}
		generic[k] = names
	}
	generic["sans"] = append([]string{"notosans", "dejavusans"}, generic["sans-serif"]...)
	if runtime.GOOS == "linux" {
		return // a browser there knows no others
	}
	for alias, of := range map[string]string{
		"ui-sans-serif": "system-ui", "ui-serif": "serif", "ui-monospace": "monospace", "ui-rounded": "system-ui",
		"-apple-system": "system-ui", "blinkmacsystemfont": "system-ui",
	} {
		generic[alias] = generic[of]
	}
}

// normal is a family name as it is compared: case and blanks do not count.
func normal(family string) string {
	return font.NormalizeFamily(strings.Trim(strings.TrimSpace(family), `"'`))
}
