package layout

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

var shaper = text.NewShaper(text.Settings{NoSystem: true})

// sizes answers for pictures named like 120x80.png.
type sizes struct{}

func (sizes) Size(url string) (w, h float64, ok bool) {
	var a, b int
	n, err := fmt.Sscanf(url, "%dx%d.png", &a, &b)
	return float64(a), float64(b), err == nil && n == 2
}

func options(doc *dom.Document, width float64) Options {
	return Options{Width: width, Shaper: shaper, Pictures: sizes{}, Quirks: doc.Mode == dom.Quirks, Limited: doc.Mode == dom.LimitedQuirks}
}

// tree parses and styles a mail.
func tree(t testing.TB, src string, width float64) (*dom.Document, *style.Node) {
	t.Helper()
	doc, err := dom.ParseBytes(context.Background(), []byte(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	root, err := style.Tree(context.Background(), doc, style.Env{Width: width, Height: 600, Metrics: shaper.Metrics})
	if err != nil {
		t.Fatal(err)
	}
	return doc, root
}

// lay lays out a mail in standards mode at a width.
func lay(t testing.TB, src string, width float64) *display.List {
	t.Helper()
	doc, root := tree(t, "<!doctype html>"+src, width)
	l, err := Lay(context.Background(), root, options(doc, width))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// words is the text of the runs with their places, for looking at.
func dump(l *display.List) string {
	var b strings.Builder
	fmt.Fprintf(&b, "page %gx%g\n", l.Width, l.Height)
	for _, it := range l.Items {
		r := it.Bounds()
		at := fmt.Sprintf("%.2f,%.2f %.2fx%.2f", r.X, r.Y, r.W, r.H)
		switch v := it.(type) {
		case *display.Run:
			fmt.Fprintf(&b, "run %s base %.2f %q\n", at, v.Base, v.Text)
		case *display.Box:
			name := ""
			if v.Node != nil {
				name = v.Node.Tag
			}
			fmt.Fprintf(&b, "box %s %s %v\n", at, name, v.Color)
		case *display.Image:
			fmt.Fprintf(&b, "image %s %s\n", at, v.URL)
		case *display.Push:
			fmt.Fprintf(&b, "push %s clip %v opacity %g\n", at, v.Clip, v.Opacity)
		case display.Pop:
			b.WriteString("pop\n")
		}
	}
	return b.String()
}

// runOf finds the first run whose text contains s.
func runOf(t testing.TB, l *display.List, s string) *display.Run {
	t.Helper()
	for _, it := range l.Items {
		if r, ok := it.(*display.Run); ok && strings.Contains(r.Text, s) {
			return r
		}
	}
	t.Fatalf("no run with %q in\n%s", s, dump(l))
	return nil
}

// boxOf finds the box of the element with an id.
func boxOf(t testing.TB, l *display.List, id string) *display.Box {
	t.Helper()
	for _, it := range l.Items {
		if b, ok := it.(*display.Box); ok && b.Node != nil && b.Node.HTML != nil {
			for _, a := range b.Node.HTML.Attr {
				if a.Key == "id" && a.Val == id {
					return b
				}
			}
		}
	}
	t.Fatalf("no box #%s in\n%s", id, dump(l))
	return nil
}

func near(t testing.TB, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.51 {
		t.Errorf("%s = %.2f, want %.2f", what, got, want)
	}
}
