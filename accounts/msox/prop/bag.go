package prop

import (
	"maps"
	"slices"
)

// Value is the value of a property; the package comment says which Go type stands for which property type.
type Value = any

// Bag holds properties. Reading is safe from several goroutines when nobody writes.
type Bag interface {
	// Get is the value of exactly this tag. A value that cannot be read counts as missing.
	Get(Tag) (Value, bool)
	// Tags lists the properties, in the order of their numbers.
	Tags() []Tag
}

// Map is a Bag in memory.
type Map map[Tag]Value

// Get implements Bag.
func (m Map) Get(t Tag) (Value, bool) { v, ok := m[t]; return v, ok }

// Tags implements Bag.
func (m Map) Tags() []Tag { return slices.Sorted(maps.Keys(m)) }

// Set puts a value, nothing for an empty string.
func (m Map) Set(t Tag, v Value) {
	if s, ok := v.(string); ok && s == "" {
		return
	}
	m[t] = v
}

// Coded is a Bag that knows the code page of its strings of type String8; 0 = not known.
type Coded interface{ Codepage() int }

type coded struct {
	Bag
	cp int
}

func (c coded) Codepage() int { return c.cp }

// InCodepage is b with a code page for its strings of type String8.
func InCodepage(b Bag, cp int) Bag {
	if cp == 0 {
		return b
	}
	return coded{b, cp}
}

// Over is b with the properties of top instead of its own. The code page is that of b.
func Over(b Bag, top Map) Bag { return over{b, top} }

type over struct {
	Bag
	top Map
}

func (o over) Get(t Tag) (Value, bool) {
	if v, ok := o.top[t]; ok {
		return v, true
	}
	return o.Bag.Get(t)
}

func (o over) Tags() []Tag {
	tags := o.top.Tags()
	for _, t := range o.Bag.Tags() {
		if _, twice := o.top[t]; !twice {
			tags = append(tags, t)
		}
	}
	slices.Sort(tags)
	return tags
}

func (o over) Codepage() int { return CodepageOf(o.Bag) }

// CodepageOf is the code page of a bag's strings of type String8: what the bag knows, PidTagMessageCodepage,
// PidTagInternetCodepage, else 1252.
func CodepageOf(b Bag) int {
	if c, ok := b.(Coded); ok {
		if cp := c.Codepage(); cp != 0 {
			return cp
		}
	}
	if b != nil {
		for _, t := range [...]Tag{PidTagMessageCodepage, PidTagInternetCodepage} {
			if v, ok := b.Get(t); ok {
				if cp, ok := v.(int32); ok && cp > 0 && cp != 1200 && cp != 1201 {
					return int(cp)
				}
			}
		}
	}
	return 1252
}
