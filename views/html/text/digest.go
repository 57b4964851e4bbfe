package text

import (
	"reflect"
	"unsafe"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/harfbuzz"
)

// repairDigests makes the filters right by which the shaper skips lookups. Up to its version 0.3.5 it drops, once a range of 63 glyphs has filled one
// of a filter's three masks, all later ranges from the other two: whole families then lose kerning and Arabic its joining forms
// (go-text/typesetting issue 278). The masks are private, so they are reached by reflection; where they are not found in the shape known here
// nothing is done, and TestKerningOfClasses tells.
func repairDigests(hb *harfbuzz.Font, ft *font.Font) {
	v := reflect.ValueOf(hb).Elem()
	subst, pos := v.FieldByName("gsubAccels"), v.FieldByName("gposAccels")
	for i, l := range ft.GSUB.Lookups {
		covs := make([]tables.Coverage, len(l.Subtables))
		for k, s := range l.Subtables {
			covs[k] = s.Cov()
		}
		repairLookup(subst, i, covs)
	}
	for i, l := range ft.GPOS.Lookups {
		covs := make([]tables.Coverage, len(l.Subtables))
		for k, s := range l.Subtables {
			covs[k] = s.Cov()
		}
		repairLookup(pos, i, covs)
	}
}

// digest is the private type's shape.
type digest [3]uint64

func repairLookup(accels reflect.Value, i int, covs []tables.Coverage) {
	if !accels.IsValid() || accels.Kind() != reflect.Slice || i >= accels.Len() {
		return
	}
	a := accels.Index(i)
	subs := a.FieldByName("subtables")
	if !subs.IsValid() || subs.Kind() != reflect.Slice || subs.Len() != len(covs) {
		return
	}
	whole := digestOf(a)
	for k, c := range covs {
		d := digestOf(subs.Index(k))
		ranges, ok := c.(tables.Coverage2)
		if d == nil || !ok {
			continue
		}
		for _, r := range ranges.Ranges {
			if r.EndGlyphID < r.StartGlyphID {
				continue
			}
			d.add(uint(r.StartGlyphID), uint(r.EndGlyphID))
			if whole != nil {
				whole.add(uint(r.StartGlyphID), uint(r.EndGlyphID))
			}
		}
	}
}

// digestOf returns the filter of an accelerator, nil when it is not what it was.
func digestOf(v reflect.Value) *digest {
	f := v.FieldByName("digest")
	if !f.IsValid() || f.Kind() != reflect.Array || f.Len() != 3 || f.Type().Elem().Kind() != reflect.Uint64 || !f.CanAddr() {
		return nil
	}
	return (*digest)(unsafe.Pointer(f.UnsafeAddr()))
}

func (d *digest) add(from, to uint) {
	for i, shift := range [3]uint{4, 0, 6} {
		a, b := from>>shift, to>>shift
		if b-a >= 63 {
			d[i] = ^uint64(0)
			continue
		}
		for g := a; g <= b; g++ {
			d[i] |= 1 << (g & 63)
		}
	}
}
