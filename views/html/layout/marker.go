package layout

import (
	"math"
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/style"
)

// marker is that of a list item or summary.
type marker struct {
	shape string       // disc, circle, square, disclosure-open, disclosure-closed; "" = text or image
	text  string       // with what follows the number
	image string       // address of a picture
	st    *style.Style // of the marker
	w     float64      // width of a shape with its room
	after float64      // and of what keeps it apart from the text, inside of the item
	size  float64      // of a shape or picture
	tall  float64      // height of a picture
}

// marker gives a list item its marker: beside it, or as the first thing in it.
func (b *builder) marker(c *box, kids []*box, d *deco) []*box {
	e := b.e
	st := c.st
	ms := e.anonStyle(st)
	m := &marker{st: ms}
	for _, k := range c.node.Children {
		if k.Tag == "::marker" {
			if k.Style.Display == style.DisplayNone {
				return kids
			}
			ms = k.Style
			m.st, m.text = ms, k.Text
			break
		}
	}
	if st.ListImage != "" && e.o.Pictures != nil {
		if w, h, ok := e.o.Pictures.Size(st.ListImage); ok && w > 0 && h > 0 {
			m.image, m.size, m.tall = st.ListImage, w, h
		}
	}
	if m.image == "" {
		switch m.text {
		case "":
			return kids
		case "\u2022 ", "\u25e6 ", "\u25aa ":
			if st.ListType == "disc" || st.ListType == "circle" || st.ListType == "square" {
				m.shape = st.ListType
			}
		case "\u25be ", "\u25b8 ":
			if st.ListType == "disclosure-open" || st.ListType == "disclosure-closed" {
				m.shape = st.ListType
			}
		}
	}
	// Sizes as in Chromium.
	switch {
	case strings.HasPrefix(m.shape, "disclosure"):
		m.size = ms.Font.Size * 0.66
		m.w, m.after = m.size, ms.Font.Size*0.4
	case m.shape != "":
		asc := e.font(ms).m.Ascent
		m.size = math.Floor((math.Floor(asc*2/3) + 1) / 2)
		m.w, m.after = m.size+1, ms.Font.Size
	case m.image != "":
		m.w, m.after = m.size, 7
	}
	if !st.ListInside {
		c.mark, c.outside = m, true
		return kids
	}
	k := e.newBox(kText, c.node, ms)
	k.mark, k.parent = m, c
	if m.shape != "" || m.image != "" {
		k.kind, k.level, k.fc = kReplaced, true, true
	}
	// Before the first inline content; in front of a block it gets a line of its own.
	return append([]*box{k}, kids...)
}

func attrs(n *xhtml.Node) []xhtml.Attribute {
	if n == nil {
		return nil
	}
	return n.Attr
}

func nodeInt(n *style.Node, key string) (int, bool) {
	for _, a := range attrs(n.HTML) {
		if a.Key == key {
			v, err := strconv.Atoi(strings.TrimSpace(a.Val))
			return v, err == nil && v > -1_000_000_000 && v < 1_000_000_000
		}
	}
	return 0, false
}
