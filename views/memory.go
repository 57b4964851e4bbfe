package views

import (
	"os"
	"runtime/debug"
	"time"
)

// garbage is by how many per cent of what is in use the memory may grow before it is collected. The window is open all day and is mostly at
// rest, while the toolkit and the fonts make much garbage when a list is scrolled: half of Go's usual share costs little time and saves some 20 MB.
const garbage = 50

// thrift keeps the program small; GOGC in the environment has precedence.
func thrift() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

// settle gives back what the start took and nobody uses any more, when the first list has been on screen for a moment.
func settle() { time.AfterFunc(3*time.Second, debug.FreeOSMemory) }
