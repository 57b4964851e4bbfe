package assets

import "embed"

//go:embed icons/*.svg
var icons embed.FS

//go:embed fonts/Inter-Regular.otf
var interRegular []byte

//go:embed fonts/Inter-Medium.otf
var interMedium []byte

//go:embed fonts/Inter-SemiBold.otf
var interSemiBold []byte

//go:embed fonts/Inter-Italic.otf
var interItalic []byte

//go:embed fonts/Inter-SemiBoldItalic.otf
var interSemiBoldItalic []byte

//go:embed fonts/JetBrainsMono-Regular.ttf
var mono []byte

//go:embed icon.svg
var logo []byte

//go:embed icon.png
var logoPNG []byte

// Font is one of the fonts that the program carries.
type Font int

// The fonts.
const (
	InterRegular Font = iota
	InterMedium
	InterSemiBold
	InterItalic
	InterSemiBoldItalic
	JetBrainsMono
)

// FontBytes returns the font file of f and its name.
func FontBytes(f Font) (name string, data []byte) {
	switch f {
	case InterMedium:
		return "Inter-Medium.otf", interMedium
	case InterSemiBold:
		return "Inter-SemiBold.otf", interSemiBold
	case InterItalic:
		return "Inter-Italic.otf", interItalic
	case InterSemiBoldItalic:
		return "Inter-SemiBoldItalic.otf", interSemiBoldItalic
	case JetBrainsMono:
		return "JetBrainsMono-Regular.ttf", mono
	default:
		return "Inter-Regular.otf", interRegular
	}
}

// IconSVG returns the drawing of an icon by its Lucide name ("inbox"); ok is false for a name that is not carried.
func IconSVG(name string) (svg []byte, ok bool) {
	b, err := icons.ReadFile("icons/" + name + ".svg")
	return b, err == nil
}

// IconNames lists the icons, sorted.
func IconNames() []string {
	es, err := icons.ReadDir("icons")
	if err != nil {
		return nil
	}
	out := make([]string, 0, len(es))
	for _, e := range es {
		n := e.Name()
		out = append(out, n[:len(n)-len(".svg")])
	}
	return out
}

// Logo returns the program's icon as SVG.
func Logo() []byte { return logo }

// LogoPNG returns the program's icon, 512 by 512 px.
func LogoPNG() []byte { return logoPNG }
