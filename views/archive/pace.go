package archive

import (
	"time"

	"github.com/postrider/postrider/app"
)

// pace is how fast archives were on this computer.
type pace struct {
	messages, bytes float64 // in a second
}

// paceOf measures earlier runs; before the first a common speed is taken.
func paceOf(runs []app.ArchiveState) pace {
	var n, bytes, seconds float64
	for _, r := range runs {
		if d := r.Ended.Sub(r.Started); r.Done && d >= time.Second && d < 24*time.Hour { // a longer one has waited for something
			n, bytes, seconds = n+float64(r.Verified), bytes+float64(r.Bytes), seconds+d.Seconds()
		}
	}
	if n < 100 {
		return pace{messages: 200, bytes: 20 << 20}
	}
	return pace{messages: n / seconds, bytes: max(bytes/seconds, 1<<10)}
}

// words says how long messages of so many bytes take.
func (p pace) words(n int, bytes int64) string {
	if n == 0 || p.messages <= 0 {
		return "0 min"
	}
	d := time.Duration(max(float64(n)/p.messages, float64(bytes)/p.bytes) * float64(time.Second))
	if d < time.Minute {
		return "< 1 min"
	}
	return lasting(d)
}
