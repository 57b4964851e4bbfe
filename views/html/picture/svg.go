package picture

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/postrider/postrider/views/html/vector"
)

// Bounds of an SVG.
const (
	svgElements = 20_000
	svgDepth    = 64
	svgUses     = 2_000
	svgPixels   = 16 << 20
)

// isSVG tells an SVG by its root element.
func isSVG(b []byte) bool {
	head := b[:min(len(b), 4096)]
	i := bytes.Index(head, []byte("<svg"))
	if i < 0 {
		return false
	}
	t := bytes.TrimLeft(head, "\ufeff \t\r\n")
	return bytes.HasPrefix(t, []byte("<"))
}

// element is a node of an SVG.
type element struct {
	name string
	attr map[string]string
	kids []*element
}

// parseSVG reads the elements and attributes; text, scripts, foreign content and everything that refers out is left out.
func parseSVG(b []byte) (*element, map[string]*element, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.AutoClose = xml.HTMLAutoClose
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	ids := map[string]*element{}
	var root *element
	var stack []*element
	n, skip := 0, 0
	for {
		t, err := d.RawToken()
		if err != nil {
			break // what came before the damage is drawn
		}
		switch v := t.(type) {
		case xml.StartElement:
			if n++; n > svgElements || len(stack)+skip >= svgDepth {
				return nil, nil, ErrLarge
			}
			if skip > 0 || v.Name.Local == "script" || v.Name.Local == "foreignObject" || v.Name.Local == "image" {
				skip++
				continue
			}
			e := &element{name: v.Name.Local, attr: map[string]string{}}
			for _, a := range v.Attr {
				if len(a.Value) < 1<<20 {
					e.attr[a.Name.Local] = a.Value
				}
			}
			for _, decl := range strings.Split(e.attr["style"], ";") {
				if k, val, ok := strings.Cut(decl, ":"); ok {
					e.attr[strings.TrimSpace(k)] = strings.TrimSpace(val)
				}
			}
			if id := e.attr["id"]; id != "" && ids[id] == nil {
				ids[id] = e
			}
			if root == nil {
				if e.name != "svg" {
					return nil, nil, ErrFormat
				}
				root = e
			} else if len(stack) > 0 {
				p := stack[len(stack)-1]
				p.kids = append(p.kids, e)
			}
			stack = append(stack, e)
		case xml.EndElement:
			if skip > 0 {
				skip--
			} else if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		}
	}
	if root == nil {
		return nil, nil, ErrFormat
	}
	return root, ids, nil
}

// svgSize is the size that an SVG says that it has, 300 by 150 without.
func svgSize(b []byte) (w, h float64, err error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for range 50 {
		t, err := d.RawToken()
		if err != nil {
			return 0, 0, ErrFormat
		}
		s, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if s.Name.Local != "svg" {
			return 0, 0, ErrFormat
		}
		e := &element{attr: map[string]string{}}
		for _, a := range s.Attr {
			e.attr[a.Name.Local] = a.Value
		}
		w, h = e.size()
		return w, h, nil
	}
	return 0, 0, ErrFormat
}

func (e *element) size() (w, h float64) {
	w, okW := length(e.attr["width"])
	h, okH := length(e.attr["height"])
	box, ok := viewBox(e.attr["viewBox"])
	switch {
	case okW && okH:
	case ok && okW:
		h = w * box[3] / box[2]
	case ok && okH:
		w = h * box[2] / box[3]
	case ok:
		w, h = box[2], box[3]
	default:
		if !okW {
			w = 300
		}
		if !okH {
			h = 150
		}
	}
	return w, h
}

func viewBox(s string) ([4]float64, bool) {
	v := numbers(s)
	if len(v) < 4 || !(v[2] > 0) || !(v[3] > 0) {
		return [4]float64{}, false
	}
	return [4]float64{v[0], v[1], v[2], v[3]}, true
}

// length reads a length in px; percentages are none.
func length(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	unit := 1.0
	for _, u := range []struct {
		name string
		px   float64
	}{{"px", 1}, {"pt", 4.0 / 3}, {"pc", 16}, {"mm", 96 / 25.4}, {"cm", 96 / 2.54}, {"in", 96}, {"em", 16}, {"ex", 8}} {
		if strings.HasSuffix(s, u.name) {
			s, unit = strings.TrimSuffix(s, u.name), u.px
			break
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	return v * unit, true
}

// drawSVG draws an SVG at w by h pixels.
func drawSVG(b []byte, w, h int) (image.Image, error) {
	if w <= 0 || h <= 0 || w > svgPixels/h {
		return nil, ErrLarge
	}
	root, ids, err := parseSVG(b)
	if err != nil {
		return nil, err
	}
	p := &svgPainter{img: image.NewRGBA(image.Rect(0, 0, w, h)), ids: ids, row: make([]uint8, w), budget: 400_000_000}
	sw, sh := root.size()
	m := vector.Identity
	if box, ok := viewBox(root.attr["viewBox"]); ok {
		sx, sy := float64(w)/box[2], float64(h)/box[3]
		if root.attr["preserveAspectRatio"] != "none" {
			s := min(sx, sy)
			m = vector.Translate((float64(w)-box[2]*s)/2, (float64(h)-box[3]*s)/2).Mul(vector.Scale(s, s)).Mul(vector.Translate(-box[0], -box[1]))
		} else {
			m = vector.Scale(sx, sy).Mul(vector.Translate(-box[0], -box[1]))
		}
		p.w, p.h = box[2], box[3]
	} else {
		m = vector.Scale(float64(w)/sw, float64(h)/sh)
		p.w, p.h = sw, sh
	}
	st := look{fill: "black", stroke: "none", width: "1", opacity: 1, fillOpacity: 1, strokeOpacity: 1, color: color.NRGBA{A: 255}, miter: 4}
	p.children(root, m, st, 0)
	return p.img, nil
}
