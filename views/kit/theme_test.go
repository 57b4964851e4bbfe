package kit

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/assets"
)

func luminance(c color.NRGBA) float64 {
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
}

func ratio(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// Every ink on every ground it is used on: 4.5 to 1 for text, 3 to 1 for shapes (WCAG 2.1, 1.4.3 and 1.4.11).
func TestContrast(t *testing.T) {
	pairs := 0
	for i, p := range palettes {
		need := func(f, b Token, least float64) {
			t.Helper()
			pairs++
			if c := ratio(p.At(f), p.At(b)); c < least {
				t.Errorf("palette %d: token %d on %d is %.2f, needs %.1f", i, f, b, c, least)
			}
		}
		grounds := []Token{Rail, Sidebar, Surface, Canvas, Card, MenuFill, Select, SelectIdle, Tint, Hover, HoverSide}
		for _, b := range grounds {
			for _, f := range []Token{Text, Text2, Text3, Accent} {
				need(f, b, 4.5)
			}
		}
		for _, b := range []Token{Surface, Card, Canvas, MenuFill, Sidebar} {
			for _, f := range []Token{OK, Warn, Err, Info} {
				need(f, b, 4.5)
			}
		}
		for f, b := range map[Token]Token{OK: OKTint, Warn: WarnTint, Err: ErrTint, Info: InfoTint} {
			need(f, b, 4.5)
			need(Text, b, 4.5)
			need(Text2, b, 4.5)
			need(Accent, b, 4.5)
		}
		for _, f := range []Token{Text, Text2, Text3, Accent} {
			need(f, MenuHover, 4.5)
		}
		for _, b := range []Token{Select, SelectIdle, Tint, Hover, Rail, HoverSide} {
			for _, f := range []Token{OK, Warn, Err} {
				need(f, b, 4.5)
			}
		}
		need(Text, Press, 4.5)
		need(Accent, Press, 4.5)
		for _, b := range []Token{Accent, AccentHover, AccentPress} {
			need(OnAccent, b, 4.5)
		}
		for _, b := range []Token{Surface, Canvas, Card, FieldFill} {
			need(BorderStrong, b, 3)
		}
		need(Star, Surface, 3)
		need(Star, Select, 3)
		need(Now, Surface, 3)
		need(OnToast, Toast, 4.5)
		need(ToastAccent, Toast, 4.5)
		for _, n := range HueNames {
			h := p.Hue(n)
			if c := ratio(h.Ink, h.Tint); c < 4.5 {
				t.Errorf("palette %d: hue %s ink on tint is %.2f", i, n, c)
			}
			for _, b := range []Token{Surface, Sidebar, Select, Card} {
				if c := ratio(h.Solid, p.At(b)); c < 3 {
					t.Errorf("palette %d: hue %s solid on %d is %.2f", i, n, b, c)
				}
			}
		}
	}
	if pairs < 300 {
		t.Errorf("only %d pairs were compared", pairs)
	}
}

func TestEveryTokenHasBothColours(t *testing.T) {
	for tok := Token(0); tok < tokenCount; tok++ {
		if tok == Scrim || tok == Shadow || tok == Clear {
			continue
		}
		if _, ok := table[tok]; !ok {
			t.Errorf("token %d has no colour", tok)
		}
	}
}

func TestIconsTakeColourAndWidth(t *testing.T) {
	ink := color.NRGBA{R: 10, G: 120, B: 230, A: 255}
	weight := func(p *image.RGBA) (w int) {
		for i := 3; i < len(p.Pix); i += 4 {
			w += int(p.Pix[i])
		}
		return w
	}
	for _, n := range assets.IconNames() {
		thin, thick := iconPicture(iconKey{n, ink, 48, 1, false}), iconPicture(iconKey{n, ink, 48, 2, false})
		if weight(thin) == 0 || weight(thick) <= weight(thin) {
			t.Errorf("%s: thin %d, thick %d", n, weight(thin), weight(thick))
		}
		for i := 0; i < len(thick.Pix); i += 4 {
			if p := thick.Pix[i : i+4]; p[3] == 255 && (p[0] != 10 || p[1] != 120 || p[2] != 230) {
				t.Fatalf("%s has another colour: %v", n, p)
			}
		}
	}
	if f := iconPicture(iconKey{"star", ink, 48, 2, true}); weight(f) <= weight(iconPicture(iconKey{"star", ink, 48, 2, false})) {
		t.Error("a star that is set is not filled")
	}
	if iconPicture(iconKey{"no such icon", ink, 20, 2, false}) == nil {
		t.Error("an unknown icon is nothing")
	}
}

// An icon that is shown already is not drawn again.
func BenchmarkIconRefresh(b *testing.B) {
	test.NewTempApp(b)
	v := NewIcon("folder-input", 16, Text2)
	r := test.WidgetRenderer(v)
	for b.Loop() {
		r.Refresh()
	}
}

// The parts of a line come in the order in which they are seen; a part that runs from right to left is written in brackets here.
func TestVisualOrder(t *testing.T) {
	if got, want := Visual("שלום (12), עולם!"), lrm+lrm+lrm+"!"+lrm+rlm+"עולם"+rlm+lrm+" ,("+lrm+lrm+"12"+lrm+") "+lrm+rlm+"שלום"+rlm+lrm; got != want {
		t.Errorf("%+q, want %+q", got, want)
	}
	for in, want := range map[string]string{
		"plain":              "plain",
		"שלום":               "[שלום]",
		"abc שלום def":       "abc [שלום] def",
		"שלום abc":           "abc[שלום ]",
		"שלום 123 עולם":      "[ עולם]123[שלום ]",
		"price 12 ₪ שלום 34": "price 12 ₪ 34[שלום ]",
		"שלום (12) עולם!":    "[) עולם!]12[שלום (]",
		"":                   "",
	} {
		var b strings.Builder
		for _, r := range Runs(in, RTL(in)) {
			if r.RTL {
				b.WriteString("[" + in[r.From:r.To] + "]")
			} else {
				b.WriteString(in[r.From:r.To])
			}
		}
		if b.String() != want {
			t.Errorf("%q is seen as %q, want %q", in, b.String(), want)
		}
		if v := Visual(in); Visual(v) != v {
			t.Errorf("%q is turned twice", in)
		}
	}
	if Visual("plain") != "plain" {
		t.Error("text without anything to reorder changes")
	}
	if !RTL("12 שלום") || RTL("a שלום") {
		t.Error("the first strong character decides")
	}
}
