package tour

import (
	"context"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTour starts the built program as make run does without a screen: the demonstration in a real window on a virtual screen. The program itself checks
// what each part leads to; the pictures are kept in the build folder, to be looked at.
func TestTour(t *testing.T) {
	bin := os.Getenv("POSTRIDER_BIN")
	if bin == "" {
		t.Skip("POSTRIDER_BIN does not name the built program: make test does")
	}
	for _, p := range []string{"xvfb-run", "xdotool", "import"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed (xvfb xauth xdotool imagemagick)", p)
		}
	}
	dir := t.TempDir()
	if b := os.Getenv("POSTRIDER_BUILD"); b != "" {
		dir = filepath.Join(b, "tour")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "xvfb-run", "-a", "-s", "-screen 0 1440x900x24 -nolisten tcp", bin, "--demo", "--tour", dir)
	c.Env = append(os.Environ(), "LIBGL_ALWAYS_SOFTWARE=1", "HOME="+t.TempDir(), "XDG_RUNTIME_DIR="+t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "WAYLAND_DISPLAY=")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, must := range []string{"ok: the answer is in the inbox", "ok: the other account has it too, over POP3", "ok: it is back", "ok: the third account is set up", "ok: the program notices that it is offline"} {
		if !strings.Contains(string(out), must) {
			t.Errorf("the tour did not say %q:\n%s", must, out)
		}
	}
	shots, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil || len(shots) < 15 {
		t.Fatalf("%d pictures, %v", len(shots), err)
	}
	for _, p := range shots {
		if n := colours(t, p); n < 40 {
			t.Errorf("%s has only %d colours: nothing is drawn in it", p, n)
		}
	}
}

// colours counts different colours of a picture, up to 1000.
func colours(t *testing.T, path string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[color.RGBA]bool{}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X && len(seen) < 1000; x += 2 {
			r, g, bl, _ := img.At(x, y).RGBA()
			seen[color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 255}] = true
		}
	}
	return len(seen)
}
