package rich

import (
	"context"
	"image"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/html/paint"
)

// BenchmarkKey is a key in the middle of a message of 100 kB, laid out and painted as the window shows it: the aim is 8 ms.
func BenchmarkKey(b *testing.B) {
	for name, page := range map[string]string{
		"lines": strings.Repeat("<div>A line of some words that somebody wrote to somebody else, long enough to be two lines.</div>", 1000),
		"above a quoted newsletter": "<div>Hello</div><blockquote type=cite>" +
			strings.Repeat(`<table width="600"><tr><td style="padding:12px;font:14px Arial"><h2>Heading</h2><p>Some words of a newsletter that somebody wrote, with <a href="https://example.com/">a link</a> in it.</p></td></tr></table>`, 500) + "</blockquote>",
	} {
		b.Run(name, func(b *testing.B) {
			e := newEditor(b, page)
			e.eng.(*Pages).Draw = func(l *display.List, r display.Rect, scale float64, dst *image.RGBA) error {
				return paint.New(l, paint.Options{}).Paint(context.Background(), dst, r, scale)
			}
			if name == "lines" {
				e.Select(edit.Selection{From: edit.Pos{Leaf: 500, Off: 10}, To: edit.Pos{Leaf: 500, Off: 10}})
			} else {
				e.Select(edit.Selection{From: edit.Pos{Off: 5}, To: edit.Pos{Off: 5}})
			}
			b.ResetTimer()
			for i := range b.N {
				if i%40 == 39 {
					e.TypedRune('\u2009')
				}
				e.TypedRune('x')
			}
		})
	}
}
