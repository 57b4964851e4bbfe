//go:build linux || freebsd || openbsd || netbsd

package kit

import (
	"encoding/binary"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/sys/unix"
)

// emojiPlaces are where distributions put Noto Color Emoji.
var emojiPlaces = []string{
	"/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
	"/usr/share/fonts/noto/NotoColorEmoji.ttf",
	"/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf",
	"/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf",
	"/usr/share/fonts/noto-emoji/NotoColorEmoji.ttf",
	"/usr/local/share/fonts/noto/NotoColorEmoji.ttf",
}

// SystemEmoji has the toolkit draw emoji with the system's font of bitmaps, where there is one: those of its own font, which are SVG, it draws small and cut off. It
// is to be called before the first text is measured. The font is mapped, not read: only what is drawn takes memory.
func SystemEmoji() {
	own, ok := theme.DefaultEmojiFont().(*fyne.StaticResource)
	if !ok || own == nil {
		return
	}
	places := emojiPlaces
	if home, err := os.UserHomeDir(); err == nil {
		places = append([]string{filepath.Join(home, ".local/share/fonts/NotoColorEmoji.ttf"), filepath.Join(home, ".fonts/NotoColorEmoji.ttf")}, places...)
	}
	for _, p := range places {
		if b := mapFont(p); b != nil {
			own.StaticName, own.StaticContent = "NotoColorEmoji.ttf", b
			return
		}
	}
}

// mapFont returns a font file with colour bitmaps (table CBDT), nil where it is none. The mapping stays until the program ends.
func mapFont(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() || st.Size() < 1<<16 || st.Size() > 64<<20 {
		return nil
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	if !hasTable(b, "CBDT") || !hasTable(b, "cmap") {
		_ = unix.Munmap(b)
		return nil
	}
	return b
}

// hasTable looks into the table directory of an OpenType font.
func hasTable(b []byte, name string) bool {
	if len(b) < 12 {
		return false
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	for i := range n {
		at := 12 + 16*i
		if at+16 > len(b) {
			return false
		}
		if string(b[at:at+4]) == name {
			return uint64(binary.BigEndian.Uint32(b[at+8:]))+uint64(binary.BigEndian.Uint32(b[at+12:])) <= uint64(len(b))
		}
	}
	return false
}
