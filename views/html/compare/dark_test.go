package compare

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/view"
)

// luminance is that of WCAG 2, section "relative luminance".
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(n.R) + 0.7152*f(n.G) + 0.0722*f(n.B)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

// hues are the texts of a mail and how well each can be told from what is behind it, in the order of the list.
func hues(t *testing.T, m *view.Mail) (texts []string, tell []float64, l *display.List) {
	t.Helper()
	ctx := context.Background()
	l, err := m.Lay(ctx, viewWidth)
	if err != nil {
		t.Fatal(err)
	}
	bare := *l
	bare.Items = nil
	for _, it := range l.Items {
		if _, ok := it.(*display.Run); !ok {
			bare.Items = append(bare.Items, it)
		}
	}
	h := int(min(tallest, math.Ceil(l.Height)))
	if h <= 0 {
		return nil, nil, l
	}
	img := image.NewRGBA(image.Rect(0, 0, viewWidth, h))
	if err := m.Paint(ctx, &bare, display.Rect{W: viewWidth, H: float64(h)}, 1, img); err != nil {
		t.Fatal(err)
	}
	for _, it := range l.Items {
		r, ok := it.(*display.Run)
		if !ok || strings.TrimSpace(r.Text) == "" || r.Color.A < 128 || r.H < 6 {
			continue
		}
		x, y := int(r.X+r.W/2), int(r.Y+r.H/2)
		if !(image.Pt(x, y).In(img.Rect)) {
			continue
		}
		texts, tell = append(texts, r.Text), append(tell, contrast(r.Color, img.At(x, y)))
	}
	return texts, tell, l
}

// TestDarkIsReadable shows every mail in the dark: what could be read in the light can be read there. Pictures of some are left beside the report.
func TestDarkIsReadable(t *testing.T) {
	dir := ""
	if b := os.Getenv("POSTRIDER_BUILD"); b != "" {
		dir = filepath.Join(b, "dark-report")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	all, poor := 0, 0
	for name, src := range mails(t) {
		light, dark := view.NewMail(src, nil), view.NewMail(src, nil)
		light.Ground = color.NRGBA{255, 255, 255, 255}
		dark.Ground, dark.Dark = color.NRGBA{0x1e, 0x26, 0x29, 255}, true
		_, was, _ := hues(t, light)
		texts, now, l := hues(t, dark)
		if dir != "" && l.Height > 0 {
			h := int(min(1400, math.Ceil(l.Height)))
			img := image.NewRGBA(image.Rect(0, 0, viewWidth, h))
			if dark.Paint(context.Background(), l, display.Rect{W: viewWidth, H: float64(h)}, 1, img) == nil {
				if f, err := os.Create(filepath.Join(dir, strings.NewReplacer("/", "_", " ", "_").Replace(name)+".png")); err == nil {
					_ = png.Encode(f, img)
					f.Close()
				}
			}
		}
		if len(now) != len(was) || strings.Contains(src, "prefers-color-scheme") {
			continue // a mail with styles of its own for the dark is shown as its sender wants
		}
		var bad []string
		for i := range now {
			all++
			if now[i] < 3 && now[i] < was[i]*0.7 {
				poor++
				if len(bad) < 3 {
					bad = append(bad, fmt.Sprintf("%.40q: %.1f in the light, %.1f in the dark", texts[i], was[i], now[i]))
				}
			}
		}
		if len(bad) > 0 {
			t.Logf("%s: %s", name, strings.Join(bad, "; "))
		}
	}
	t.Logf("%d texts, %d cannot be read well", all, poor)
	if all < 1000 || poor > 0 {
		t.Errorf("%d of %d texts cannot be read well in the dark", poor, all)
	}
}
