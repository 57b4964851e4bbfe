package view

import (
	"context"
	"strings"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/style"
)

// Print lays a mail out for paper: in its light colours, its pictures asked for while it is laid out. pics may be nil.
func Print(ctx context.Context, src string, width float64, pics layout.Sizer) (*display.List, error) {
	d, err := dom.Parse(ctx, strings.NewReader(src), dom.Limits{})
	if err != nil {
		return nil, err
	}
	sh := Shaper()
	root, err := style.Tree(ctx, d, style.Env{Width: width, Height: 800, Metrics: sh.Metrics})
	if err != nil {
		return nil, err
	}
	return layout.Lay(ctx, root, layout.Options{Width: width, Shaper: sh, Quirks: d.Mode == dom.Quirks, Limited: d.Mode == dom.LimitedQuirks, Pictures: pics})
}
