package text

import (
	"bytes"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"

	"github.com/postrider/postrider/assets"
)

// member is one face of a family, loaded when it is first used.
type member struct {
	family string // normalised
	where  fontscan.Location
	data   []byte // of the carried fonts
	aspect font.Aspect
	runes  fontscan.RuneSet

	once sync.Once
	face *Face // nil when the file cannot be read any more
}

func (m *member) bold() bool   { return m.aspect.Weight >= 600 }
func (m *member) italic() bool { return m.aspect.Style == font.StyleItalic }

// load reads the file; nil when that fails.
func (m *member) load() *Face {
	m.once.Do(func() {
		data := m.data
		if data == nil {
			b, err := os.ReadFile(m.where.File)
			if err != nil {
				return
			}
			data = b
		}
		m.face = loadFace(data, int(m.where.Index), m.family)
	})
	return m.face
}

// library is all fonts that may be used.
type library struct {
	families map[string][]*member
	all      []*member // in the order in which they are asked for a character that nothing else has
}

// newLibrary indexes the system's fonts and those of the program. cacheDir holds the index, "" = the user's cache directory.
func newLibrary(cacheDir string, system bool) *library {
	l := &library{families: map[string][]*member{}}
	if system {
		l.scan(cacheDir)
	}
	l.carried()
	sort.SliceStable(l.all, func(i, j int) bool { return l.all[i].rank() < l.all[j].rank() })
	return l
}

func (l *library) scan(cacheDir string) {
	if cacheDir == "" {
		d, err := os.UserCacheDir()
		if err != nil {
			d = os.TempDir()
		}
		cacheDir = filepath.Join(d, "postrider", "fonts")
	}
	if os.MkdirAll(cacheDir, 0o700) != nil {
		cacheDir = os.TempDir()
	}
	prints, err := fontscan.SystemFonts(log.New(io.Discard, "", 0), cacheDir)
	if err != nil {
		return // the carried fonts will do
	}
	for i := range prints {
		p := &prints[i]
		// A variable font is one footprint; its default instance is used.
		l.add(&member{family: p.Family, where: p.Location, aspect: p.Aspect, runes: p.Runes})
	}
}

func (l *library) add(m *member) {
	m.aspect.SetDefaults()
	l.families[m.family] = append(l.families[m.family], m)
	l.all = append(l.all, m)
}

// carried adds the program's own fonts, unless the system has the family: its version then is the more complete one.
func (l *library) carried() {
	var own []*member
	for f := assets.InterRegular; f <= assets.JetBrainsMono; f++ {
		name, data := assets.FontBytes(f)
		faces, err := font.ParseTTC(bytes.NewReader(data))
		if err != nil || len(faces) == 0 {
			continue
		}
		d := faces[0].Describe()
		m := &member{family: normal(d.Family), where: fontscan.Location{File: name}, data: data, aspect: d.Aspect}
		for r := rune(0x20); r < 0x2600; r++ {
			if _, ok := faces[0].NominalGlyph(r); ok {
				m.runes.Add(r)
			}
		}
		own = append(own, m)
	}
	known := map[string]bool{}
	for _, m := range own {
		known[m.family] = known[m.family] || len(l.families[m.family]) > 0
	}
	for _, m := range own {
		if !known[m.family] {
			l.add(m)
		}
	}
}

// rank orders the faces for characters that no named family has: broad faces of plain shape first.
func (m *member) rank() int {
	r := 0
	switch {
	case m.family == "dejavusans":
	case m.family == "notosans":
		r = 1
	case strings.HasPrefix(m.family, "noto") && strings.Contains(m.family, "sans"):
		r = 2
	case strings.Contains(m.family, "sans") || strings.Contains(m.family, "gothic") || strings.Contains(m.family, "hei"):
		r = 3
	case strings.Contains(m.family, "mono"):
		r = 8
	case strings.Contains(m.family, "emoji") || strings.Contains(m.family, "symbol"):
		r = 9
	default:
		r = 5
	}
	r *= 4
	if m.aspect.Weight != 400 {
		r++
	}
	if m.italic() || m.aspect.Stretch != 1 {
		r++
	}
	return r
}

// pick chooses of a family's faces the one for a weight and a slant by the rules of CSS Fonts 4 §5.2; nil when the family is not there.
func (l *library) pick(family string, weight int, italic bool) *member {
	var best *member
	score := 1 << 30
	for _, m := range l.families[family] {
		s := 0
		if d := m.aspect.Stretch - 1; d < 0 {
			s += int(-d*100) * 1_000_000
		} else {
			s += int(d*100) * 1_000_000
		}
		if m.italic() != italic {
			s += 100_000
		}
		s += weightDistance(weight, int(m.aspect.Weight))
		if s < score {
			best, score = m, s
		}
	}
	return best
}

// weightDistance orders the weights by how well they stand for the one wanted, 0 = exact.
func weightDistance(want, have int) int {
	switch {
	case want == have:
		return 0
	case want >= 400 && want <= 500:
		switch {
		case have > want && have <= 500:
			return have - want
		case have < want:
			return 1000 + want - have
		default:
			return 3000 + have - want
		}
	case want < 400:
		if have < want {
			return want - have
		}
		return 1000 + have - want
	default:
		if have > want {
			return have - want
		}
		return 1000 + want - have
	}
}

// find returns the face that a family name of a mail stands for, nil when it is to be skipped.
func (l *library) find(family string, weight int, italic bool) *member {
	n := normal(family)
	if names, ok := generic[n]; ok {
		for _, g := range names {
			if m := l.pick(g, weight, italic); m != nil {
				return m
			}
		}
		return nil
	}
	if m := l.pick(n, weight, italic); m != nil {
		return m
	}
	for _, o := range alike[n] {
		if m := l.pick(o, weight, italic); m != nil {
			return m
		}
	}
	return nil
}
