package kit

import (
	"bytes"
	"context"
	"os/exec"
	"runtime"
)

// scripts are writing systems that mail comes in, by a language that fontconfig knows for each.
var scripts = []struct{ name, lang string }{
	{"Arabic", "ar"}, {"Chinese", "zh-cn"}, {"Devanagari", "hi"}, {"Hebrew", "he"}, {"Japanese", "ja"}, {"Korean", "ko"}, {"Thai", "th"},
}

// MissingScripts returns the writing systems that no font of the system covers, so that mail in them shows boxes. It asks fontconfig, off the
// window's goroutine; where that is not there (Windows, macOS) the system's own fonts cover all of them.
func MissingScripts(ctx context.Context) []string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil
	}
	tool, err := exec.LookPath("fc-list")
	if err != nil {
		return nil
	}
	var out []string
	for _, s := range scripts {
		b, err := exec.CommandContext(ctx, tool, ":lang="+s.lang, "family").Output()
		if err != nil {
			return out
		}
		if len(bytes.TrimSpace(b)) == 0 {
			out = append(out, s.name)
		}
	}
	return out
}
