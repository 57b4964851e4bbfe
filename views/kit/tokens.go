package kit

import (
	"hash/fnv"
	"image/color"
	"strings"
)

// Token names a colour by its use.
type Token int

// The tokens.
const (
	Rail Token = iota
	Sidebar
	Surface
	Canvas
	Card
	MenuFill
	FieldFill
	Border
	Line
	BorderStrong
	Text
	Text2
	Text3
	Disabled
	Accent
	AccentHover
	AccentPress
	OnAccent
	Select
	SelectIdle
	Tint
	Hover
	HoverSide
	MenuHover
	Press
	Star
	Now
	Thumb
	Toast
	OnToast
	ToastAccent
	Today
	OK
	OKTint
	Warn
	WarnTint
	WarnLine
	Err
	ErrTint
	ErrLine
	Info
	InfoTint
	InfoLine
	Scrim
	Shadow
	Clear // nothing is drawn
	tokenCount
)

// HueNames are the ten hues in their order; an address falls on one of them.
var HueNames = []string{"petrol", "blue", "indigo", "violet", "rose", "red", "orange", "amber", "green", "slate"}

// HueColors are the three colours of a hue: fill, ink on the fill, and the solid for bars and squares.
type HueColors struct{ Tint, Ink, Solid color.NRGBA }

// Palette is one whole set of colours.
type Palette struct {
	Dark   bool
	colors [tokenCount]color.NRGBA
	hues   map[string]HueColors
}

// At returns the colour of a token.
func (p *Palette) At(t Token) color.NRGBA { return p.colors[t] }

// Hue returns the colours of a hue; an unknown name is slate.
func (p *Palette) Hue(name string) HueColors {
	h, ok := p.hues[name]
	if !ok {
		return p.hues["slate"]
	}
	return h
}

func hex(s string) color.NRGBA {
	var v [6]uint8
	for i := 0; i < 6; i++ {
		c := s[i+1]
		switch {
		case c >= '0' && c <= '9':
			v[i] = c - '0'
		case c >= 'A' && c <= 'F':
			v[i] = c - 'A' + 10
		case c >= 'a' && c <= 'f':
			v[i] = c - 'a' + 10
		}
	}
	return color.NRGBA{R: v[0]<<4 | v[1], G: v[2]<<4 | v[3], B: v[4]<<4 | v[5], A: 0xff}
}

// table gives light and dark of every token.
var table = map[Token][2]string{
	Rail: {"#E2E9E9", "#0F1416"}, Sidebar: {"#EEF3F3", "#151B1D"}, Surface: {"#FFFFFF", "#1A2123"}, Canvas: {"#F5F8F8", "#14191B"},
	Card: {"#FFFFFF", "#1E2629"}, MenuFill: {"#FFFFFF", "#252E31"}, FieldFill: {"#FFFFFF", "#171D1F"}, Border: {"#DAE2E2", "#2E383B"},
	Line: {"#E8EDED", "#273033"}, BorderStrong: {"#809093", "#738386"}, Text: {"#142022", "#E7EDED"}, Text2: {"#435255", "#B3BEC0"},
	Text3: {"#586769", "#98A5A7"}, Disabled: {"#97A4A6", "#667376"}, Accent: {"#0A6C74", "#5CC3CB"}, AccentHover: {"#085A61", "#78D1D8"},
	AccentPress: {"#06494F", "#46AFB7"}, OnAccent: {"#FFFFFF", "#05272A"}, Select: {"#D9EDEE", "#19393D"}, SelectIdle: {"#E5EBEB", "#273033"},
	Tint: {"#EBF5F5", "#182A2D"}, Hover: {"#F0F4F4", "#222A2D"}, HoverSide: {"#E1E9E9", "#1F282A"}, MenuHover: {"#EDF2F2", "#2F3A3D"},
	Press: {"#D6E0E0", "#323D40"}, Star: {"#B07400", "#F0B54A"}, Now: {"#C9342F", "#FF6B62"}, Thumb: {"#B6C2C3", "#475457"},
	Toast: {"#1C2A2C", "#E3EAEA"}, OnToast: {"#EDF3F3", "#142022"}, ToastAccent: {"#7FD3DA", "#0A6C74"}, Today: {"#F6FAFA", "#1C2528"},
	OK: {"#157446", "#62C98F"}, OKTint: {"#E2F3E9", "#16301F"}, Warn: {"#855600", "#E8B85F"}, WarnTint: {"#FCF1DA", "#322812"},
	WarnLine: {"#E9D2A0", "#5A4A22"}, Err: {"#B3282D", "#F48A82"}, ErrTint: {"#FBE9E8", "#391E1D"}, ErrLine: {"#EFC3C1", "#6A3532"},
	Info: {"#1F5DA3", "#82B7F1"}, InfoTint: {"#E6F0FA", "#17283A"}, InfoLine: {"#C3D9F0", "#2C4A6B"},
}

// hueTable gives tint, ink, solid in light, then in dark.
var hueTable = map[string][6]string{
	"petrol": {"#CFE8EA", "#0A555C", "#0F7F88", "#16393D", "#8FDDE3", "#4DB7C0"},
	"blue":   {"#D7E6F8", "#1D4C86", "#2F74C8", "#1C3350", "#A9CEF7", "#6BA8EC"},
	"indigo": {"#DFE1FA", "#3A3F98", "#5A60D0", "#2A2D57", "#BDC2F8", "#9299F0"},
	"violet": {"#EADFF8", "#5F3593", "#8A55CC", "#3A2755", "#D6BBF6", "#B58AEC"},
	"rose":   {"#F9DDE6", "#8E2450", "#C9457A", "#4B2033", "#F5B3CB", "#EC84AC"},
	"red":    {"#FADDD9", "#8F2B22", "#C9473B", "#4C231F", "#F6B4AC", "#EE8277"},
	"orange": {"#FBE3CF", "#81400F", "#C86A1E", "#472A13", "#F4BE93", "#EB9B57"},
	"amber":  {"#F8E8BF", "#6B4A00", "#A97A0A", "#3F3110", "#EBCB7C", "#DDB24C"},
	"green":  {"#D9EED8", "#2A5E2B", "#3F8C42", "#1F3A21", "#A9DBA9", "#73C177"},
	"slate":  {"#DFE6E8", "#3D4C50", "#66777B", "#2B3639", "#C2CDD0", "#93A3A7"},
}

// palettes are light, dark, light with high contrast, dark with high contrast.
var palettes = [4]*Palette{build(false, false), build(true, false), build(false, true), build(true, true)}

func build(dark, contrast bool) *Palette {
	p := &Palette{Dark: dark, hues: map[string]HueColors{}}
	v := 0
	if dark {
		v = 1
	}
	for t, c := range table {
		p.colors[t] = hex(c[v])
	}
	for n, h := range hueTable {
		p.hues[n] = HueColors{Tint: hex(h[3*v]), Ink: hex(h[3*v+1]), Solid: hex(h[3*v+2])}
	}
	p.colors[Scrim] = color.NRGBA{R: 12, G: 24, B: 26, A: 97}
	p.colors[Shadow] = color.NRGBA{R: 10, G: 30, B: 32, A: 5}
	if dark {
		p.colors[Scrim] = color.NRGBA{R: 3, G: 6, B: 7, A: 153}
		p.colors[Shadow] = color.NRGBA{A: 17}
	}
	if contrast {
		p.colors[Text2], p.colors[Text3] = p.colors[Text], p.colors[Text]
		p.colors[Line], p.colors[Border] = p.colors[BorderStrong], p.colors[BorderStrong]
	}
	return p
}

// PaletteOf returns one of the four palettes.
func PaletteOf(dark, contrast bool) *Palette {
	i := 0
	if dark {
		i = 1
	}
	if contrast {
		i += 2
	}
	return palettes[i]
}

// C returns the colour of a token in the palette in force.
func C(t Token) color.NRGBA { return Current().At(t) }

// Hue returns the colours of a hue in the palette in force.
func Hue(name string) HueColors { return Current().Hue(name) }

// HueOf returns the name of the hue of an address: FNV-1a of its lower-case form modulo 10.
func HueOf(addr string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(addr)))
	return HueNames[h.Sum32()%uint32(len(HueNames))]
}
