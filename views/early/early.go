// Package early sets what the toolkit reads while the program's packages are initialised. Main imports it first; it imports the standard library only.
package early

import (
	"os"
	"time"
)

// Began is when the program began.
var Began = time.Now()

// The toolkit keeps pictures of texts for a minute by default, which costs hundreds of megabytes while a long list is scrolled.
// Below ten seconds it would walk everything that is shown sixty times a second to keep it.
var _ = set("FYNE_CACHE", "11s")

func set(key, value string) bool {
	if os.Getenv(key) != "" {
		return false
	}
	return os.Setenv(key, value) == nil
}

// Without a language of its own ("C", "POSIX" or none) the toolkit complains on standard error, which is the command line's.
var _ = language()

func language() bool {
	for _, k := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		v := os.Getenv(k)
		if v == "" {
			continue
		}
		if v == "POSIX" || v == "C" || len(v) > 1 && v[:2] == "C." {
			break
		}
		return true
	}
	return os.Setenv("LC_ALL", "en_GB.UTF-8") == nil
}
