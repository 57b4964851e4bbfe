// Package early sets what the toolkit reads while the program's packages are initialised. Main imports it first; it imports os only.
package early

import "os"

// The toolkit keeps pictures of texts for a minute by default, which costs hundreds of megabytes while a long list is scrolled.
var _ = set("FYNE_CACHE", "5s")

func set(key, value string) bool {
	if os.Getenv(key) != "" {
		return false
	}
	return os.Setenv(key, value) == nil
}
