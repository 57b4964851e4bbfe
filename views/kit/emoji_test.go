//go:build linux

package kit

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// An emoji is as high as the letters beside it, and whole.
func TestSystemEmoji(t *testing.T) {
	if mapFont(emojiPlaces[0]) == nil {
		t.Skip("fonts-noto-color-emoji is not installed")
	}
	own := theme.DefaultEmojiFont().(*fyne.StaticResource)
	was := *own
	t.Cleanup(func() { *own = was })
	SystemEmoji()
	test.NewTempApp(t)
	text := canvas.NewText("🚲", theme.Color(theme.ColorNameForeground))
	text.TextSize = 40
	img := software.Render(text, theme.Current())
	seen := image.Rectangle{}
	ground := img.At(0, 0)
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if img.At(x, y) != ground {
				seen = seen.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if seen.Dx() < 36 || seen.Dy() < 24 {
		t.Errorf("a bicycle at 40 px is drawn %d × %d px", seen.Dx(), seen.Dy())
	}
}

func TestMapFontRefuses(t *testing.T) {
	p := filepath.Join(t.TempDir(), "x.ttf")
	for _, b := range [][]byte{nil, make([]byte, 1<<17), append([]byte{0, 1, 0, 0, 0xff, 0xff}, make([]byte, 1<<17)...), append([]byte("\x00\x01\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00CBDT\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"), make([]byte, 1<<17)...)} {
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if mapFont(p) != nil {
			t.Errorf("%d bytes that are no font were taken", len(b))
		}
	}
	if mapFont(filepath.Join(t.TempDir(), "none")) != nil {
		t.Error("a file that is not there was taken")
	}
}
