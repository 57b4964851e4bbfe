package kit

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestMissingScripts(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("fontconfig is asked on other systems")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if got := MissingScripts(t.Context()); got != nil {
		t.Errorf("without fontconfig %q are missing", got)
	}
	// A fontconfig that knows fonts for all but two.
	tool := "#!/bin/sh\ncase $1 in *lang=he|*lang=th) ;; *) echo Sans ;; esac\n"
	if err := os.WriteFile(filepath.Join(dir, "fc-list"), []byte(tool), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := MissingScripts(t.Context()); !slices.Equal(got, []string{"Hebrew", "Thai"}) {
		t.Errorf("missing %q", got)
	}
}
