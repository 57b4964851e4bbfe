package style

import (
	"fmt"
	"strings"
)

// Dump writes a tree for debugging: a line a node, with what differs from the initial style.
func Dump(n *Node) string {
	var b strings.Builder
	dump(&b, n, 0)
	return b.String()
}

func dump(b *strings.Builder, n *Node, depth int) {
	fmt.Fprintf(b, "%s", strings.Repeat("  ", depth))
	if n.Text != "" {
		fmt.Fprintf(b, "%s%q\n", n.Tag, n.Text)
	} else {
		s := n.Style
		fmt.Fprintf(b, "<%s> display=%d", n.Tag, s.Display)
		length := func(name string, l Length) {
			switch {
			case l.Unit == Auto, l.Unit == None, l.Unit == Px && l.V == 0 && l.Pct == 0:
			case l.Unit == Px && l.Pct == 0:
				fmt.Fprintf(b, " %s=%gpx", name, l.V)
			case l.Unit == Px && l.V == 0:
				fmt.Fprintf(b, " %s=%g%%", name, l.Pct*100)
			default:
				fmt.Fprintf(b, " %s={%d %g %g}", name, l.Unit, l.V, l.Pct)
			}
		}
		length("width", s.Width)
		length("height", s.Height)
		for i, side := range sideNames {
			length("m-"+side, s.Margin[i])
			if s.Margin[i].Unit == Auto {
				fmt.Fprintf(b, " m-%s=auto", side)
			}
			length("p-"+side, s.Padding[i])
			if s.Border[i].Width > 0 {
				fmt.Fprintf(b, " b-%s=%g/%d/%v", side, s.Border[i].Width, s.Border[i].Line, s.Border[i].Color)
			}
		}
		fmt.Fprintf(b, " font=%g/%d/%q color=%v", s.Font.Size, s.Font.Weight, s.Font.Families, s.Color)
		length("line", s.LineHeight)
		if s.Background.A != 0 {
			fmt.Fprintf(b, " bg=%v", s.Background)
		}
		if s.Align != 0 {
			fmt.Fprintf(b, " align=%d", s.Align)
		}
		if s.Vertical != 0 {
			fmt.Fprintf(b, " valign=%d", s.Vertical)
		}
		if s.Float != 0 {
			fmt.Fprintf(b, " float=%d", s.Float)
		}
		b.WriteByte('\n')
	}
	for _, c := range n.Children {
		dump(b, c, depth+1)
	}
}
