package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// segment is a part of the text that one face and one script shape.
type segment struct {
	from, to int // runes
	match    match
	script   language.Script
	small    bool // a lower-case part of small capitals
}

// single tells whether r is a cluster of its own between others of its kind: no mark, joiner, emoji or jamo.
func single(r rune) bool {
	switch {
	case r < 0x300, r >= 0x370 && r < 0x483, r >= 0x48A && r < 0x530,
		r >= 0x5D0 && r <= 0x5EA, r >= 0x620 && r <= 0x64A, r >= 0x1E00 && r <= 0x200A, r >= 0x2010 && r <= 0x2027, r >= 0x202F && r <= 0x205E,
		r >= 0x20A0 && r < 0x20D0, r >= 0x2100 && r < 0x2190, r >= 0x3000 && r < 0x302A, r >= 0x3041 && r <= 0x3096, r >= 0x309B && r <= 0x30FF,
		r >= 0x4E00 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xFF01 && r <= 0xFF60:
		return true
	}
	return false
}

// ignorable runes need no glyph of their own.
func ignorable(r rune) bool {
	return r == 0xAD || r >= 0x200B && harfbuzz.IsDefaultIgnorable(r)
}

// itemize splits the runes of t. Each cluster gets the first face of the stack that has all of it, emoji the colour font first.
func (s *Shaper) itemize(t string, runes []rune, st *stack, lang string) []segment {
	primary := st.matches[0]
	// Nearly all text: one face, one script.
	simple := true
	for _, r := range runes {
		if r >= 0x250 && !(r >= 0x2010 && r <= 0x2026) || !primary.face.has(r) && r != 0xAD {
			simple = false
			break
		}
	}
	if simple {
		return []segment{{from: 0, to: len(runes), match: primary, script: language.Latin}}
	}
	var out []segment
	rest, at := t, 0
	for i := 0; i < len(runes); {
		n := 1
		if !single(runes[i]) || i+1 < len(runes) && !single(runes[i+1]) {
			var cluster string
			cluster, _, _, _ = uniseg.FirstGraphemeClusterInString(rest, -1)
			n = len([]rune(cluster))
			rest = rest[len(cluster):]
		} else {
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
		c := runes[i : i+n]
		i += n
		sc := script(c)
		var m match
		if allIgnorable(c) && len(out) > 0 {
			m = out[len(out)-1].match
		} else {
			m = s.cover(c, st, lang)
		}
		if k := len(out) - 1; k >= 0 && out[k].match == m && compatible(out[k].script, sc) {
			out[k].to = i
			if common(out[k].script) {
				out[k].script = sc
			}
		} else {
			out = append(out, segment{from: at, to: i, match: m, script: sc})
		}
		at = i
	}
	for k := range out {
		if common(out[k].script) {
			out[k].script = language.Latin
			if k > 0 {
				out[k].script = out[k-1].script
			}
		}
	}
	return out
}

func common(s language.Script) bool {
	return s == language.Common || s == language.Inherited || s == language.Unknown
}

func compatible(a, b language.Script) bool { return a == b || common(a) || common(b) }

func script(c []rune) language.Script {
	for _, r := range c {
		if sc := language.LookupScript(r); !common(sc) {
			return sc
		}
	}
	return language.Common
}

func allIgnorable(c []rune) bool {
	for _, r := range c {
		if !ignorable(r) {
			return false
		}
	}
	return true
}

// has tells whether the face can show the whole cluster.
func (f *Face) hasCluster(c []rune) bool {
	ok := true
	for _, r := range c {
		if !ignorable(r) && !f.has(r) {
			ok = false
			break
		}
	}
	if ok || len(c) == 1 {
		return ok
	}
	// A letter and its marks may be there as one character.
	for _, r := range norm.NFC.String(string(c)) {
		if !ignorable(r) && !f.has(r) {
			return false
		}
	}
	return true
}

// cover chooses the face of a cluster.
func (s *Shaper) cover(c []rune, st *stack, lang string) match {
	emoji := emojiCluster(c)
	if emoji {
		if m := s.emojiFace(c); m.face != nil {
			return m
		}
	}
	for _, m := range st.matches {
		if m.face.hasCluster(c) {
			return m
		}
	}
	if unicode.Is(unicode.Co, c[0]) {
		return st.matches[0] // means something in one font only, and that is not here
	}
	if m := s.fallbackFace(c, st, lang); m.face != nil {
		return m
	}
	return st.matches[0]
}

// fallbackKey is what the choice of a face for a character that no named family has depends on.
type fallbackKey struct {
	r      rune
	lang   string
	weight int
	italic bool
	emoji  bool
}

const maxFallbacks = 8192

func (s *Shaper) emojiFace(c []rune) match {
	lib := s.library()
	for _, n := range generic["emoji"] {
		for _, m := range lib.families[n] {
			if f := m.load(); f != nil && f.hasCluster(c) {
				return match{face: f}
			}
		}
	}
	return match{}
}

// fallbackFace searches all fonts; the answer is remembered for the cluster's base.
func (s *Shaper) fallbackFace(c []rune, st *stack, lang string) match {
	k := fallbackKey{r: c[0], weight: st.weight, italic: st.italic}
	if cjk(lang) {
		k.lang = lang
	}
	s.mu.Lock()
	m, ok := s.fallback[k]
	s.mu.Unlock()
	if ok && (m.face == nil || m.face.hasCluster(c)) {
		return m
	}
	lib := s.library()
	m = match{}
	for _, whole := range []bool{true, false} {
		if f := lib.covering(c, whole, lang); f != nil {
			// The member of that family that suits the weight best, if it has the character too.
			for _, want := range []*member{lib.pick(f.family, st.weight, st.italic), f} {
				if face := want.load(); face != nil && face.has(c[0]) {
					m = match{face, st.weight >= 600 && !want.bold(), st.italic && !want.italic()}
					break
				}
			}
		}
		if m.face != nil {
			break
		}
	}
	s.mu.Lock()
	if len(s.fallback) >= maxFallbacks {
		clear(s.fallback)
	}
	k.lang = strings.Clone(k.lang)
	s.fallback[k] = m
	s.mu.Unlock()
	return m
}

// covering finds the first face that has the cluster, or its base when whole is false. Japanese, Korean and Chinese text prefers a font made
// for it, because the same characters look different there.
func (l *library) covering(c []rune, whole bool, lang string) *member {
	var first *member
	want := designOf(lang)
	han := unicode.Is(unicode.Han, c[0])
	for _, m := range l.all {
		ok := true
		for _, r := range c {
			if !ignorable(r) && !m.runes.Contains(r) {
				ok = false
				break
			}
			if !whole {
				break
			}
		}
		if !ok {
			continue
		}
		if !han || want == "" || strings.Contains(m.family, want) {
			return m
		}
		if first == nil {
			first = m
		}
	}
	return first
}

// designOf is the part of a family's name that tells which language's forms it has.
func designOf(lang string) string {
	l := strings.ToLower(lang)
	switch {
	case strings.HasPrefix(l, "ja"):
		return "jp"
	case strings.HasPrefix(l, "ko"):
		return "kr"
	case strings.HasPrefix(l, "zh-tw"), strings.HasPrefix(l, "zh-hant"), strings.HasPrefix(l, "zh-hk"):
		return "tc"
	case strings.HasPrefix(l, "zh"):
		return "sc"
	}
	return ""
}
