package view

import (
	"slices"

	"fyne.io/fyne/v2"

	"golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

// folder is a Page with details elements that open and close.
type folder interface {
	// Toggle opens or closes a details element at the next layout.
	Toggle(details *html.Node)
}

// fold is the summary of a details element: where it is, and what it opens.
type fold struct {
	display.Rect
	details *html.Node
}

// summaries finds them in a layout.
func summaries(l *display.List) (out []fold) {
	at := map[*html.Node]int{}
	for _, it := range l.Items {
		var n *style.Node
		switch it := it.(type) {
		case *display.Run:
			n = it.Node
		case *display.Image:
			n = it.Node
		case *display.Box:
			n = it.Node
		}
		for ; n != nil; n = n.Parent {
			if n.Tag == "summary" && n.Parent != nil && n.Parent.Tag == "details" {
				break
			}
		}
		if n == nil || n.Parent.HTML == nil {
			continue
		}
		r := it.Bounds()
		i, ok := at[n.Parent.HTML]
		if !ok {
			at[n.Parent.HTML] = len(out)
			out = append(out, fold{r, n.Parent.HTML})
			continue
		}
		o := out[i].Rect
		x, y := min(o.X, r.X), min(o.Y, r.Y)
		out[i].Rect = display.Rect{X: x, Y: y, W: max(o.X+o.W, r.X+r.W) - x, H: max(o.Y+o.H, r.Y+r.H) - y}
	}
	return out
}

// foldAt returns the summary under a point.
func (v *View) foldAt(p fyne.Position) *html.Node {
	if v.fit == 0 {
		return nil
	}
	x, y := float64(p.X)/v.fit, float64(p.Y)/v.fit
	for _, f := range v.folds {
		if x >= f.X-2 && x < f.X+f.W+2 && y >= f.Y && y < f.Y+f.H {
			return f.details
		}
	}
	return nil
}

// toggle opens or closes a details element.
func (v *View) toggle(details *html.Node) {
	if p, ok := v.page.(folder); ok && details != nil {
		v.fold = details
		p.Toggle(details)
		v.relay()
	}
}

// enter opens or closes the summary that was opened last, or else the first that is seen; false when there is none.
func (v *View) enter() bool {
	var first *html.Node
	for _, f := range v.folds {
		y, h := float32(f.Y*v.fit), float32(f.H*v.fit)
		if y+h <= v.from || y >= v.to {
			continue
		}
		if f.details == v.fold {
			first = f.details
			break
		}
		if first == nil {
			first = f.details
		}
	}
	v.toggle(first)
	return first != nil
}

// Toggle implements folder. The tree is changed by the goroutine that lays out.
func (m *Mail) Toggle(details *html.Node) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.toggles = append(m.toggles, details)
}

// Fold names a details element that somebody put into the document, nil = none: a search opens it. It is for the goroutine that lays out.
func (m *Mail) Fold(details *html.Node) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.folded = details
}

// Unfold opens what Fold named, at the next layout; false when it is open or there is none.
func (m *Mail) Unfold() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.folded == nil || slices.ContainsFunc(m.folded.Attr, func(a html.Attribute) bool { return a.Key == "open" }) != slices.Contains(m.toggles, m.folded) {
		return false
	}
	m.toggles = append(m.toggles, m.folded)
	return true
}

// unfold does what Toggle asked for.
func (m *Mail) unfold() {
	m.mu.Lock()
	all := m.toggles
	m.toggles = nil
	m.mu.Unlock()
	for _, n := range all {
		open := false
		kept := n.Attr[:0:0]
		for _, a := range n.Attr {
			if a.Key == "open" && a.Namespace == "" {
				open = true
				continue
			}
			kept = append(kept, a)
		}
		if !open {
			kept = append(kept, html.Attribute{Key: "open"})
		}
		m.mu.Lock()
		n.Attr = kept
		m.mu.Unlock()
	}
}
