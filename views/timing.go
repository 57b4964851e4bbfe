package views

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/early"
)

// slow is the time that nothing on the window's goroutine should take.
const slow = 8 * time.Millisecond

// timing tells on standard error what took long, when POSTRIDER_TIMING is set; else it is nil and does nothing.
type timing struct{ painted bool }

func newTiming() *timing {
	if os.Getenv("POSTRIDER_TIMING") == "" {
		return nil
	}
	return &timing{}
}

// wrap measures each f that is done on the window's goroutine, and waits for the first frame in which has() is true.
func (t *timing) wrap(do func(func()), has func() bool) func(func()) {
	if t == nil {
		return do
	}
	t.say("the window is built")
	return func(f func()) {
		do(func() {
			start := time.Now()
			f()
			if took := time.Since(start); took > slow {
				t.say(fmt.Sprintf("%.1f ms in %s", float64(took.Microseconds())/1000, runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()))
			}
			if !t.painted && has() {
				t.painted = true
				t.say("the list has rows")
				// The loop draws at 60 Hz: what is asked for 17 ms later is done after the frame with the rows.
				time.AfterFunc(17*time.Millisecond, func() { fyne.Do(func() { t.say("the list is painted") }) })
				go func() {
					for range time.Tick(5 * time.Second) {
						t.say("so far")
					}
				}()
			}
		})
	}
}

// say writes a line with the time since the program's start and, on Linux, the resident memory.
func (t *timing) say(what string) {
	rss := ""
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		if f := strings.Fields(string(b)); len(f) > 1 {
			if pages, err := strconv.Atoi(f[1]); err == nil {
				rss = fmt.Sprintf(", RSS %d MB", pages*os.Getpagesize()>>20)
			}
		}
	}
	fmt.Fprintf(os.Stderr, "timing: %d ms: %s%s\n", time.Since(early.Began).Milliseconds(), what, rss)
}
