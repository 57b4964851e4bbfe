package kit

import (
	"image/color"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/postrider/postrider/assets"
)

// Mode says where light or dark comes from.
type Mode string

// The modes, as they are in the settings.
const (
	ModeSystem Mode = "system"
	ModeLight  Mode = "light"
	ModeDark   Mode = "dark"
)

// Theme is the program's theme for Fyne. Fyne's own widgets (entries) take their colours from it; ours ask [C].
type Theme struct{}

var (
	mode     atomic.Value // Mode
	contrast atomic.Bool
)

// Choose sets the mode and the contrast, gives the app our theme and thereby refreshes every widget.
func Choose(m Mode, high bool) {
	if m != ModeLight && m != ModeDark {
		m = ModeSystem
	}
	mode.Store(m)
	contrast.Store(high)
	if a := fyne.CurrentApp(); a != nil {
		a.Settings().SetTheme(&Theme{})
	}
}

// Current returns the palette in force.
func Current() *Palette { return PaletteOf(Dark(), contrast.Load()) }

// Dark reports whether the dark palette is in force.
func Dark() bool {
	switch m, _ := mode.Load().(Mode); m {
	case ModeLight:
		return false
	case ModeDark:
		return true
	}
	a := fyne.CurrentApp()
	return a != nil && a.Settings().ThemeVariant() == theme.VariantDark
}

// Color implements fyne.Theme.
func (*Theme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	dark := v == theme.VariantDark
	switch m, _ := mode.Load().(Mode); m {
	case ModeLight:
		dark = false
	case ModeDark:
		dark = true
	}
	p := PaletteOf(dark, contrast.Load())
	switch n { // the toolkit lays these over what is below, a primary button for example
	case theme.ColorNameHover:
		return over(p.At(Text), 18)
	case theme.ColorNamePressed:
		return over(p.At(Text), 36)
	}
	if t, ok := themeTokens[n]; ok {
		return p.At(t)
	}
	fv := theme.VariantLight
	if dark {
		fv = theme.VariantDark
	}
	return theme.DefaultTheme().Color(n, fv)
}

func over(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

var themeTokens = map[fyne.ThemeColorName]Token{
	theme.ColorNameBackground: Canvas, theme.ColorNameForeground: Text, theme.ColorNamePlaceHolder: Text3, theme.ColorNameDisabled: Disabled,
	theme.ColorNamePrimary: Accent, theme.ColorNameHyperlink: Accent, theme.ColorNameFocus: Accent,
	theme.ColorNameForegroundOnPrimary: OnAccent, theme.ColorNameButton: Surface, theme.ColorNameSelection: Select, theme.ColorNameInputBackground: FieldFill,
	theme.ColorNameInputBorder: BorderStrong, theme.ColorNameMenuBackground: MenuFill, theme.ColorNameOverlayBackground: MenuFill,
	theme.ColorNameSeparator: Line, theme.ColorNameScrollBar: Thumb, theme.ColorNameHeaderBackground: Sidebar,
	theme.ColorNameError: Err, theme.ColorNameSuccess: OK, theme.ColorNameWarning: Warn, theme.ColorNameShadow: Shadow,
}

// Size implements fyne.Theme.
func (*Theme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameText:
		return 13
	case theme.SizeNameCaptionText:
		return 11
	case theme.SizeNameSubHeadingText:
		return 16
	case theme.SizeNameHeadingText:
		return 20
	case theme.SizeNamePadding, theme.SizeNameLineSpacing:
		return 4
	case theme.SizeNameInnerPadding, theme.SizeNameScrollBar:
		return 8
	case theme.SizeNameInlineIcon:
		return 16
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius, theme.SizeNameScrollBarSmall:
		return 6
	case theme.SizeNameInputBorder:
		return 1
	case theme.SizeNameScrollBarRadius:
		return 3
	}
	return theme.DefaultTheme().Size(n)
}

// Font implements fyne.Theme: bold is the semi-bold cut.
func (*Theme) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Symbol:
		return theme.DefaultTheme().Font(s)
	case s.Monospace:
		return fontRes(assets.JetBrainsMono)
	case s.Bold && s.Italic:
		return fontRes(assets.InterSemiBoldItalic)
	case s.Bold:
		return fontRes(assets.InterSemiBold)
	case s.Italic:
		return fontRes(assets.InterItalic)
	}
	return fontRes(assets.InterRegular)
}

// Icon implements fyne.Theme: the icons of Fyne's own widgets that appear in the program are ours.
func (*Theme) Icon(n fyne.ThemeIconName) fyne.Resource {
	if name, ok := themeIcons[n]; ok {
		return iconResource(iconKey{name: name, ink: C(Text2), stroke: 2 * 16 * screenScale() / 24})
	}
	return theme.DefaultTheme().Icon(n)
}

var themeIcons = map[fyne.ThemeIconName]string{
	theme.IconNameCancel: "x", theme.IconNameConfirm: "check", theme.IconNameSearch: "search", theme.IconNameFolder: "folder",
	theme.IconNameFolderOpen: "folder-open", theme.IconNameArrowDropDown: "chevron-down", theme.IconNameArrowDropUp: "chevron-up",
	theme.IconNameVisibility: "eye", theme.IconNameFile: "file-text", theme.IconNameSettings: "settings-2", theme.IconNameInfo: "info",
}

var (
	fontMu sync.Mutex
	fonts  = map[assets.Font]fyne.Resource{}
)

func fontRes(f assets.Font) fyne.Resource {
	fontMu.Lock()
	defer fontMu.Unlock()
	r, ok := fonts[f]
	if !ok {
		r = fyne.NewStaticResource(assets.FontBytes(f))
		fonts[f] = r
	}
	return r
}

// NewTheme returns the theme.
func NewTheme() fyne.Theme { return &Theme{} }
