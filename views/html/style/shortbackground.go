package style

import (
	"github.com/postrider/postrider/views/html/css"
)

// background reads layers from the first on; the last one has the colour.
func background(props []int) func(p *parser) []longhand {
	return func(p *parser) []longhand {
		var (
			images []func(*computer) Layer
			pos    []func(*computer) [2]Length
			sizes  []func(*computer) layerSize
			reps   []func(*computer) [2]Repeat
			clips  []func(*computer) Area
			orig   []func(*computer) Area
			att    []func(*computer) bool
			col    setter
		)
		for {
			im, ps := constant(Layer{}), constant([2]Length{{Unit: Px}, {Unit: Px}})
			sz, rp := constant(layerSize{}), constant([2]Repeat{})
			cl, or, at := constant(BorderArea), constant(PaddingArea), constant(false)
			var got [6]bool
			n := 0
			for ; !p.done() && p.peek().Kind != css.Comma; n++ {
				start := p.i
				if !got[0] {
					if f := image(p); f != nil {
						im, got[0] = f, true
						continue
					}
					p.i = start
				}
				if !got[1] {
					if f := layerPosition(p); f != nil {
						ps, got[1] = f, true
						if p.delim('/') {
							if f := bgSize(p); f != nil {
								sz = f
							} else {
								return nil
							}
						}
						continue
					}
					p.i = start
				}
				if !got[2] {
					if f := bgRepeat(p); f != nil {
						rp, got[2] = f, true
						continue
					}
				}
				if !got[3] {
					if f := attachment(p); f != nil {
						at, got[3] = f, true
						continue
					}
				}
				if f := area(p, true); f != nil {
					if !got[4] {
						cl, got[4] = f, true
						or = f
						continue
					}
					cl = f
					continue
				}
				if col == nil {
					if s := one(p, props[0]); s != nil {
						col = s
						continue
					}
				}
				return nil
			}
			if n == 0 || len(images) > maxLayers {
				return nil
			}
			images, pos, sizes, reps, clips, orig, att = append(images, im), append(pos, ps), append(sizes, sz), append(reps, rp), append(clips, cl), append(orig, or), append(att, at)
			if !p.comma() {
				break
			}
			if col != nil {
				return nil // the colour belongs to the last layer
			}
		}
		if !p.done() {
			return nil
		}
		return []longhand{
			{props[0], col},
			{props[1], func(c *computer) { c.cs.layers.images = run(c, images) }},
			{props[2], func(c *computer) { c.cs.layers.pos = run(c, pos) }},
			{props[3], func(c *computer) { c.cs.layers.size = run(c, sizes) }},
			{props[4], func(c *computer) { c.cs.layers.repeat = run(c, reps) }},
			{props[5], func(c *computer) { c.cs.layers.clip = run(c, clips) }},
			{props[6], func(c *computer) { c.cs.layers.origin = run(c, orig) }},
			{props[7], func(c *computer) { c.cs.layers.fixed = run(c, att) }},
		}
	}
}

func run[T any](c *computer, list []func(*computer) T) []T {
	out := make([]T, len(list))
	for i, f := range list {
		out[i] = f(c)
	}
	return out
}
