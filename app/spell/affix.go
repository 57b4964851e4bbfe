package spell

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
)

// The bounds of what is read.
const (
	maxAffix = 8 << 20
	maxWords = 64 << 20
	maxRules = 60_000
	maxStems = 1_500_000
)

// flag is one flag of a stem: a letter, two letters or a number.
type flag uint32

// affix is one rule: take strip off, put add on, where the stem meets the condition.
type affix struct {
	flag       flag
	cross      bool
	strip, add string
	next       string // continuation flags, as written
	cond       []class
}

// class is one position of a condition.
type class struct {
	runes string
	not   bool
	any   bool
}

func (c class) has(r rune) bool {
	return c.any || strings.ContainsRune(c.runes, r) != c.not
}

// rules are what an .aff file says.
type rules struct {
	decode                                *encoding.Decoder
	mode                                  string // "", "long", "num", "UTF-8"
	alias                                 []string
	suffixes                              map[string][]affix // by what they add
	prefixes                              map[string][]affix
	longS, longP                          int
	need, forbid, onlyIn, keep, noSuggest flag
	compound, begin, middle, last         flag
	minPart                               int
	try                                   string
	rep                                   [][2]string
	iconv                                 []string
	ignore                                string
	count                                 int
	fullStrip                             bool
}

func (r *rules) text(b []byte) string {
	if r.decode == nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	out, err := r.decode.Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// flags takes a set of flags apart.
func (r *rules) flags(s string) (out []flag) {
	if s == "" {
		return nil
	}
	if len(r.alias) > 0 {
		if n, err := strconv.Atoi(s); err == nil && n > 0 && n <= len(r.alias) {
			s = r.alias[n-1]
		}
	}
	switch r.mode {
	case "num":
		for _, p := range strings.Split(s, ",") {
			if n, err := strconv.Atoi(strings.TrimSpace(p)); err == nil && n > 0 {
				out = append(out, flag(n))
			}
		}
	case "long":
		for i := 0; i+1 < len(s); {
			a, n := utf8.DecodeRuneInString(s[i:])
			b, m := utf8.DecodeRuneInString(s[i+n:])
			out = append(out, flag(a)<<16|flag(b)&0xffff)
			i += n + m
		}
	default:
		for _, c := range s {
			out = append(out, flag(c))
		}
	}
	return out
}

func (r *rules) one(s string) flag {
	if f := r.flags(s); len(f) > 0 {
		return f[0]
	}
	return 0
}

// readAffix reads an .aff file.
func readAffix(in io.Reader) (*rules, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxAffix+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxAffix {
		return nil, fmt.Errorf("spell: rules of more than %d bytes", maxAffix)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	r := &rules{suffixes: map[string][]affix{}, prefixes: map[string][]affix{}, minPart: 3}
	// The encoding and the form of flags apply to the whole file.
	for _, l := range bytes.Split(raw, []byte("\n")) {
		f := bytes.Fields(l)
		if len(f) < 2 {
			continue
		}
		switch string(f[0]) {
		case "SET":
			name := string(f[1])
			if !strings.EqualFold(name, "UTF-8") {
				// Hunspell writes ISO8859-1 where the registry has ISO-8859-1.
				if strings.HasPrefix(name, "ISO8859") {
					name = "ISO-8859" + name[len("ISO8859"):]
				}
				if strings.HasPrefix(name, "microsoft-cp") {
					name = "windows-" + name[len("microsoft-cp"):]
				}
				if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
					r.decode = e.NewDecoder()
				}
			}
		case "FLAG":
			r.mode = string(f[1])
		}
	}
	s := bufio.NewScanner(bytes.NewReader(raw))
	s.Buffer(make([]byte, 64<<10), 1<<20)
	cross, counted := map[string]bool{}, false
	for s.Scan() {
		f := strings.Fields(r.text(s.Bytes()))
		if len(f) < 2 {
			if len(f) == 1 && f[0] == "FULLSTRIP" {
				r.fullStrip = true
			}
			continue
		}
		switch f[0] {
		case "AF":
			// The first says how many follow.
			if counted && len(r.alias) < maxRules {
				r.alias = append(r.alias, f[1])
			}
			counted = true
		case "NEEDAFFIX", "PSEUDOROOT":
			r.need = r.one(f[1])
		case "FORBIDDENWORD":
			r.forbid = r.one(f[1])
		case "ONLYINCOMPOUND":
			r.onlyIn = r.one(f[1])
		case "KEEPCASE":
			r.keep = r.one(f[1])
		case "NOSUGGEST":
			r.noSuggest = r.one(f[1])
		case "COMPOUNDFLAG":
			r.compound = r.one(f[1])
		case "COMPOUNDBEGIN":
			r.begin = r.one(f[1])
		case "COMPOUNDMIDDLE":
			r.middle = r.one(f[1])
		case "COMPOUNDEND", "COMPOUNDLAST":
			r.last = r.one(f[1])
		case "COMPOUNDMIN":
			if n, err := strconv.Atoi(f[1]); err == nil {
				r.minPart = max(1, n)
			}
		case "TRY":
			r.try = f[1]
		case "IGNORE":
			r.ignore = f[1]
		case "REP":
			if len(f) >= 3 && len(r.rep) < 2000 {
				r.rep = append(r.rep, [2]string{strings.Trim(f[1], "^$"), strings.ReplaceAll(f[2], "_", " ")})
			}
		case "ICONV":
			if len(f) >= 3 && len(r.iconv) < 2000 {
				r.iconv = append(r.iconv, f[1], f[2])
			}
		case "PFX", "SFX":
			if len(f) < 4 {
				continue
			}
			key := f[0] + f[1]
			if _, known := cross[key]; !known {
				cross[key] = f[2] == "Y"
				continue
			}
			if r.count++; r.count > maxRules {
				return nil, fmt.Errorf("spell: more than %d rules", maxRules)
			}
			a := affix{flag: r.one(f[1]), cross: cross[key], strip: zero(f[2])}
			add, next, _ := strings.Cut(f[3], "/")
			a.add, a.next = zero(add), next
			if len(f) > 4 {
				a.cond = condition(f[4])
			}
			if f[0] == "SFX" {
				r.suffixes[a.add] = append(r.suffixes[a.add], a)
				r.longS = max(r.longS, len(a.add))
			} else {
				r.prefixes[a.add] = append(r.prefixes[a.add], a)
				r.longP = max(r.longP, len(a.add))
			}
		}
	}
	return r, s.Err()
}

func zero(s string) string {
	if s == "0" {
		return ""
	}
	return s
}

// condition takes a pattern of letters, dots and classes apart.
func condition(s string) (out []class) {
	if s == "." {
		return nil
	}
	rs := []rune(s)
	for i := 0; i < len(rs); i++ {
		switch rs[i] {
		case '.':
			out = append(out, class{any: true})
		case '[':
			c := class{}
			i++
			if i < len(rs) && rs[i] == '^' {
				c.not = true
				i++
			}
			for i < len(rs) && rs[i] != ']' {
				c.runes += string(rs[i])
				i++
			}
			out = append(out, c)
		default:
			out = append(out, class{runes: string(rs[i])})
		}
	}
	return out
}

// meets reports whether a stem ends as the condition says, or begins so.
func meets(cond []class, stem string, atEnd bool) bool {
	if len(cond) == 0 {
		return true
	}
	if utf8.RuneCountInString(stem) < len(cond) {
		return false
	}
	if atEnd {
		for i := len(cond) - 1; i >= 0; i-- {
			c, n := utf8.DecodeLastRuneInString(stem)
			if !cond[i].has(c) {
				return false
			}
			stem = stem[:len(stem)-n]
		}
		return true
	}
	for _, k := range cond {
		c, n := utf8.DecodeRuneInString(stem)
		if !k.has(c) {
			return false
		}
		stem = stem[n:]
	}
	return true
}
