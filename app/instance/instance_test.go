package instance

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecondStartHandsOver(t *testing.T) {
	for name, dir := range map[string]string{"short": t.TempDir(), "long": filepath.Join(t.TempDir(), strings.Repeat("deep/", 40))} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
			if HandOver(dir, nil) {
				t.Fatal("handed over to nobody")
			}
			got := make(chan []string, 1)
			l, err := Listen(dir, func(a []string) { got <- a })
			if err != nil {
				t.Fatal(err)
			}
			if !HandOver(dir, []string{"mailto:a@example.com"}) {
				t.Fatal("the listening window was not found")
			}
			if a := <-got; len(a) != 1 || a[0] != "mailto:a@example.com" {
				t.Fatalf("got %q", a)
			}
			l.Close()
			if HandOver(dir, nil) {
				t.Fatal("handed over after the window closed")
			}
			// What a crashed window left behind does not stop the next.
			if l, err = Listen(dir, func([]string) {}); err != nil {
				t.Fatal(err)
			}
			l.Close()
		})
	}
}

func TestArgument(t *testing.T) {
	dir := t.TempDir()
	f := filepath.Join(dir, "a letter #1.eml")
	if err := os.WriteFile(f, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	byURL := (&url.URL{Scheme: "file", Path: f}).String()
	for in, want := range map[string]string{
		"a letter #1.eml": f, f: f, byURL: f, strings.Replace(byURL, "file://", "file://localhost", 1): f,
		"mailto:ada@example.com?subject=x": "mailto:ada@example.com?subject=x", "missing.eml": "missing.eml", "file:///nowhere/x.eml": "file:///nowhere/x.eml", "": "",
	} {
		if got := Argument(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
