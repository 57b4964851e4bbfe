package layout

import (
	"math"
	"strings"

	"github.com/postrider/postrider/views/html/style"
)

// replaced makes a picture or form control of c if n is one.
func (b *builder) replaced(c *box, n *style.Node) {
	switch n.Tag {
	case "img":
		src, _ := c.attr("src")
		var w, h float64
		ok := false
		if src != "" && b.e.o.Pictures != nil {
			w, h, ok = b.e.o.Pictures.Size(strings.TrimSpace(src))
		}
		if ok && w > 0 && h > 0 {
			c.nw, c.nh, c.ratio = w, h, w/h
		} else {
			c.missing = true
		}
		b.makeReplaced(c)
	case "svg", "video", "canvas", "iframe", "embed", "object":
		if n.Tag == "object" {
			return
		}
		c.nw, c.nh = 300, 150
		if n.Tag == "svg" {
			c.nw, c.nh = 0, 0
			if w, ok := nodeInt(n, "width"); ok && w > 0 {
				c.nw = float64(w)
			}
			if h, ok := nodeInt(n, "height"); ok && h > 0 {
				c.nh = float64(h)
			}
			if c.nw > 0 && c.nh > 0 {
				c.ratio = c.nw / c.nh
			}
		}
		b.makeReplaced(c)
	case "input", "button", "select", "textarea", "progress", "meter":
		b.control(c, n)
	}
}

func (b *builder) makeReplaced(c *box) {
	if c.kind == kInline || tablePart(c) {
		c.level = c.flowing()
	}
	c.kind, c.fc = kReplaced, true
}

// missingPicture is what stands for a picture that is not there: its box when the mail gives both sizes, else its alternative text, else nothing.
func (b *builder) missingPicture(out []*box, c *box, parent *box, d *deco) []*box {
	alt, hasAlt := c.attr("alt")
	alt = strings.TrimSpace(alt)
	st := c.st
	sized := !st.Width.IsAuto() && !st.Height.IsAuto() || st.Aspect > 0 && (!st.Width.IsAuto() || !st.Height.IsAuto())
	if sized {
		c.nw, c.nh = 0, 0
		return append(out, c)
	}
	if alt == "" || !hasAlt {
		if !c.level && c.flowing() {
			return append(out, c)
		}
		return out
	}
	// A phrase, HTML section 15.4.3.
	if c.level {
		c.kind, c.level, c.fc = kInline, false, false
		t := b.e.newBox(kText, b.altNode(c.node, alt), b.e.anonStyle(st))
		t.parent, t.deco = c, d
		c.kids = []*box{t}
		return append(out, c)
	}
	c.kind, c.inline = kBlock, true
	t := b.e.newBox(kText, b.altNode(c.node, alt), b.e.anonStyle(st))
	t.parent, t.deco = c, d
	c.kids = []*box{t}
	return append(out, c)
}

// altNode is a text node that stands for the alternative text of a picture.
func (b *builder) altNode(n *style.Node, alt string) *style.Node {
	return &style.Node{HTML: n.HTML, Text: alt, Style: b.e.anonStyle(n.Style), Parent: n, Link: n.Link, Index: n.Index}
}

// replacedSize is the border box size of a picture: CSS 2.1 sections 10.3.2, 10.4 and 10.6.2. base is the width of the containing block, -1 =
// not known; hbase its height, -1 = not known. The edges are known.
func (e *engine) replacedSize(b *box, base, hbase float64) (w, h float64) {
	if b.mark != nil {
		if b.mark.image != "" {
			return b.mark.w + b.mark.after, b.mark.tall
		}
		return b.mark.w + b.mark.after, b.mark.size
	}
	st := b.st
	hE, vE := b.hEdges(), b.vEdges()
	inner := func(v, edges float64) float64 {
		if st.BorderBox {
			v -= edges
		}
		return max(0, v)
	}
	// lengths of the content box; -1 = auto or not known
	width := func(l style.Length) float64 {
		if l.Unit != style.Px && l.Unit != style.Compare || base < 0 && l.HasPct() {
			return -1
		}
		return inner(finite(l.Resolve(max(base, 0))), hE)
	}
	height := func(l style.Length) float64 {
		if l.Unit != style.Px && l.Unit != style.Compare || hbase < 0 && l.HasPct() {
			return -1
		}
		return inner(finite(l.Resolve(max(hbase, 0))), vE)
	}
	nw, nh, ratio := b.nw, b.nh, b.ratio
	if b.ctl != nil {
		nw, nh = b.ctl.natural(e, b)
	}
	if st.Aspect > 0 && (ratio == 0) {
		ratio = st.Aspect
	}
	cw, ch := width(st.Width), height(st.Height)
	loW, hiW := max(0, width(st.MinWidth)), width(st.MaxWidth)
	loH, hiH := max(0, height(st.MinHeight)), height(st.MaxHeight)
	if hiW < 0 {
		hiW = math.Inf(1)
	}
	if hiH < 0 {
		hiH = math.Inf(1)
	}
	hiW, hiH = max(hiW, loW), max(hiH, loH)
	clampW := func(v float64) float64 { return max(loW, min(v, hiW)) }
	clampH := func(v float64) float64 { return max(loH, min(v, hiH)) }
	switch {
	case cw >= 0 && ch >= 0:
		w, h = clampW(cw), clampH(ch)
	case cw >= 0:
		w = clampW(cw)
		h = nh
		if ratio > 0 {
			h = w / ratio
		}
		h = clampH(h)
	case ch >= 0:
		h = clampH(ch)
		w = nw
		if ratio > 0 {
			w = h * ratio
		}
		w = clampW(w)
	default:
		w, h = nw, nh
		if ratio > 0 {
			if h == 0 {
				h = w / ratio
			}
			if w == 0 {
				w = h * ratio
			}
			w, h = fitRatio(w, h, loW, hiW, loH, hiH)
		} else {
			w, h = clampW(w), clampH(h)
		}
	}
	return w + hE, h + vE
}

// fitRatio is the table of CSS 2.1 section 10.4.
func fitRatio(w, h, loW, hiW, loH, hiH float64) (float64, float64) {
	if w <= 0 || h <= 0 {
		return max(loW, min(w, hiW)), max(loH, min(h, hiH))
	}
	switch {
	case w > hiW && h > hiH:
		if hiW/w <= hiH/h {
			return hiW, max(loH, hiW*h/w)
		}
		return max(loW, hiH*w/h), hiH
	case w < loW && h < loH:
		if loW/w <= loH/h {
			return min(hiW, loH*w/h), loH
		}
		return loW, min(hiH, loW*h/w)
	case w < loW && h > hiH:
		return loW, hiH
	case w > hiW && h < loH:
		return hiW, loH
	case w > hiW:
		return hiW, max(hiW*h/w, loH)
	case w < loW:
		return loW, min(loW*h/w, hiH)
	case h > hiH:
		return max(hiH*w/h, loW), hiH
	case h < loH:
		return min(loH*w/h, hiW), loH
	}
	return w, h
}

// layReplaced sizes a picture at a width that is known.
func (e *engine) layReplaced(b *box, sp space) {
	_, h := e.replacedSize(b, -1, sp.base)
	if sp.h >= 0 {
		h = sp.h
	} else if b.ratio > 0 && b.st.Height.IsAuto() {
		h = b.clampHeight((sp.w-b.hEdges())/b.ratio+b.vEdges(), sp.base)
	}
	b.h = h
	b.auto = h
	b.first, b.last = none, none
	if b.ctl != nil {
		b.ctl.lay(e, b)
	}
	if b.mark != nil && b.mark.shape != "" {
		b.first = b.h - 1
		if !strings.HasPrefix(b.mark.shape, "disclosure") {
			// The dot stands as high above the baseline as beside an item.
			m := e.font(b.mark.st).m
			b.first = m.Ascent - math.Floor(3*(m.Ascent-math.Floor(m.Ascent*2/3))/2)
		}
	}
}
