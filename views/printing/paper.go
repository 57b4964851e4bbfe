package printing

import (
	"os"
	"strconv"
	"strings"
)

// Paper is a size of paper. Width and Height are in points (1/72 inch), upright.
type Paper struct {
	Name          string // for people
	Media         string // for the printer: a self-describing name of PWG 5101.1
	Width, Height float64
}

// Papers are those that can be chosen.
var Papers = []Paper{
	{"A4", "iso_a4_210x297mm", 595.28, 841.89},
	{"A5", "iso_a5_148x210mm", 419.53, 595.28},
	{"A3", "iso_a3_297x420mm", 841.89, 1190.55},
	{"Letter", "na_letter_8.5x11in", 612, 792},
	{"Legal", "na_legal_8.5x14in", 612, 1008},
}

// Usual is the number of the paper that is usual where the person is, by the locale: Letter in the Americas and the Philippines, else A4.
func Usual() int {
	for _, k := range []string{"LC_ALL", "LC_PAPER", "LANG"} {
		if v := os.Getenv(k); v != "" {
			return usual(v)
		}
	}
	return 0
}

func usual(locale string) int {
	locale, _, _ = strings.Cut(locale, ".")
	_, country, _ := strings.Cut(locale, "_")
	country, _, _ = strings.Cut(country, "@")
	switch country {
	case "US", "CA", "MX", "PH", "CL", "CO", "CR", "GT", "NI", "PA", "PR", "SV", "VE":
		return 3
	}
	return 0
}

// Ranges reads which pages are wanted: "1-3, 5, 8-"; "" = all, nil. ok is false where it cannot be read or names none of the pages.
func Ranges(s string, pages int) (only func(page int) bool, ok bool) {
	if strings.TrimSpace(s) == "" {
		return nil, true
	}
	type span struct{ a, b int }
	var spans []span
	any := false
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' }) {
		f = strings.ReplaceAll(strings.TrimSpace(f), "–", "-")
		from, to, isRange := strings.Cut(f, "-")
		if !isRange {
			to = from
		}
		x := span{1, pages}
		var err error
		if from = strings.TrimSpace(from); from != "" || !isRange {
			if x.a, err = strconv.Atoi(from); err != nil {
				return nil, false
			}
		}
		if to = strings.TrimSpace(to); to != "" || !isRange {
			if x.b, err = strconv.Atoi(to); err != nil {
				return nil, false
			}
		}
		if x.a < 1 || x.b < x.a || isRange && from == "" && to == "" {
			return nil, false
		}
		any = any || x.a <= pages
		spans = append(spans, x)
	}
	if !any {
		return nil, false
	}
	return func(n int) bool {
		for _, x := range spans {
			if x.a <= n && n <= x.b {
				return true
			}
		}
		return false
	}, true
}
