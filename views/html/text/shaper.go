package text

import (
	"math"
	"strings"
	"sync"
)

// Settings of a Shaper. The zero value is right for the program.
type Settings struct {
	CacheDir   string // of the index of the system's fonts, "" = the user's cache directory
	CacheBytes int    // of shaped text kept, 0 = 24 MB
	NoSystem   bool   // only the program's own fonts, for tests that must be the same everywhere
}

// Options of one piece of text.
type Options struct {
	Lang         string  // BCP 47, "" = unknown; chooses among CJK designs
	RTL          bool    // the direction of the whole piece, see [Levels]
	Letter, Word float64 // px added after each cluster, and after each blank
	SmallCaps    bool
}

// Shaper finds fonts and shapes text. One is enough for the whole program. It is safe for concurrent use.
type Shaper struct {
	set   Settings
	once  sync.Once
	lib   *library
	cache *runCache

	mu       sync.Mutex
	stacks   map[string]*stack
	fallback map[fallbackKey]match
}

// NewShaper returns at once: the fonts are looked for by the first call that needs one, or by [Shaper.Warm].
func NewShaper(s Settings) *Shaper {
	if s.CacheBytes <= 0 {
		s.CacheBytes = 24 << 20
	}
	return &Shaper{set: s, cache: newRunCache(s.CacheBytes), stacks: map[string]*stack{}, fallback: map[fallbackKey]match{}}
}

// Warm reads the index of the system's fonts if nobody has: milliseconds when it is cached, up to a second when fonts are new. Not for the
// window's goroutine.
func (s *Shaper) Warm() { s.library() }

func (s *Shaper) library() *library {
	s.once.Do(func() { s.lib = newLibrary(s.set.CacheDir, !s.set.NoSystem) })
	return s.lib
}

// match is a face chosen, with what it lacks of the request.
type match struct {
	face                 *Face
	fakeBold, fakeItalic bool
}

// stack is a request's families resolved, the first is the primary one.
type stack struct {
	id      uint32
	matches []match
	weight  int
	italic  bool
}

const maxStacks = 4096 // a mail can ask for as many fonts as it has letters

// stack resolves a request; the result is shared by all sizes.
func (s *Shaper) stack(f Font) *stack {
	var buf [256]byte
	key := buf[:0]
	weight := f.Weight
	if weight == 0 {
		weight = 400
	}
	key = append(key, byte(weight>>8), byte(weight), 0)
	if f.Italic {
		key[2] = 1
	}
	families := f.Families
	if len(families) > 32 {
		families = families[:32]
	}
	for _, n := range families {
		key = append(append(key, n...), 0)
	}
	s.mu.Lock()
	st, ok := s.stacks[string(key)]
	s.mu.Unlock()
	if ok {
		return st
	}
	lib := s.library()
	st = &stack{weight: weight, italic: f.Italic}
	add := func(m *member) {
		if m == nil {
			return
		}
		face := m.load()
		if face == nil {
			return
		}
		for _, o := range st.matches {
			if o.face == face {
				return
			}
		}
		st.matches = append(st.matches, match{face, weight >= 600 && !m.bold(), f.Italic && !m.italic()})
	}
	for _, n := range families {
		add(lib.find(n, weight, f.Italic))
	}
	for _, n := range []string{"serif", "sans-serif", "Inter"} {
		if len(st.matches) == 0 {
			add(lib.find(n, weight, f.Italic))
		}
	}
	for i := 0; len(st.matches) == 0 && i < len(lib.all); i++ {
		add(lib.all[i])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.stacks[string(key)]; ok {
		return old
	}
	if len(s.stacks) >= maxStacks {
		clear(s.stacks)
	}
	stackIDs++
	st.id = stackIDs
	s.stacks[strings.Clone(string(key))] = st
	return st
}

var stackIDs uint32 // guarded by each Shaper's mu; only has to be unique within one

// Metrics of the primary face of f.
func (s *Shaper) Metrics(f Font) Metrics {
	st := s.stack(f)
	if len(st.matches) == 0 {
		return Metrics{Ascent: math.Round(f.Size * 0.9), Descent: math.Round(f.Size * 0.2), XHeight: f.Size / 2, CapHeight: f.Size * 0.7,
			UnderlineY: 1, UnderlineThick: max(1, f.Size/10), StrikeY: f.Size * 0.3, SpaceWidth: f.Size / 4, ZeroWidth: f.Size / 2}
	}
	return st.matches[0].face.Metrics(f.Size)
}

// Metrics of the face at a size in px.
func (f *Face) Metrics(size float64) Metrics {
	l := f.lines
	m := Metrics{
		Ascent: math.Round(l.ascent * size), Descent: math.Round(l.descent * size), Gap: math.Round(l.gap * size),
		XHeight: l.xHeight * size, CapHeight: l.capHeight * size,
		SpaceWidth: l.space * size, ZeroWidth: l.zero * size,
		UnderlineThick: max(1, size/10),
	}
	m.UnderlineY = max(1, math.Ceil(m.UnderlineThick/2))
	m.StrikeY = l.ascent * size / 3
	return m
}

// Shape returns the runs of t in visual order, one for each face (and script) that it needs. Tabs are as wide as a space, other control
// characters have no width; breaking lines is the caller's. Text of over 64 KB is not kept, so long texts are better shaped in pieces. A run
// whose font size is 0 or not a number has no glyphs. The runs are shared: they must not be changed.
func (s *Shaper) Shape(t string, f Font, o Options) []Run {
	if t == "" || !(f.Size > 0) || math.IsInf(f.Size, 0) {
		return nil
	}
	st := s.stack(f)
	if len(st.matches) == 0 {
		return nil
	}
	k := runKey{text: t, stack: st.id, size: float32(f.Size), letter: float32(o.Letter), word: float32(o.Word), rtl: o.RTL, caps: o.SmallCaps}
	if cjk(o.Lang) {
		k.lang = o.Lang
	}
	if runs, ok := s.cache.get(k); ok {
		return runs
	}
	k.text, k.lang = strings.Clone(t), strings.Clone(k.lang)
	runs := s.shape(k.text, st, f.Size, o)
	s.cache.put(k, runs)
	return runs
}

// cjk tells whether a language chooses between designs of the same characters.
func cjk(lang string) bool {
	return strings.HasPrefix(lang, "ja") || strings.HasPrefix(lang, "zh") || strings.HasPrefix(lang, "ko")
}
