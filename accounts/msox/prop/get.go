package prop

import (
	"math"
	"strings"
	"time"
)

// Find is the value with the id of t under t's own type or one that can stand for it (Unicode and String8, numbers of other
// widths), and the tag it was found under.
func Find(b Bag, t Tag) (Tag, Value, bool) {
	if b == nil {
		return 0, nil, false
	}
	if v, ok := b.Get(t); ok {
		return t, v, true
	}
	for _, typ := range siblings(t.Type()) {
		if v, ok := b.Get(t.As(typ)); ok {
			return t.As(typ), v, true
		}
	}
	return 0, nil, false
}

func siblings(t Type) []Type {
	switch t {
	case Unicode, String8, Binary:
		return []Type{Unicode, String8, Binary}
	case MultiUnicode, MultiString8:
		return []Type{MultiUnicode, MultiString8, Unicode, String8}
	case Int16, Int32, Int64, Boolean:
		return []Type{Int32, Int16, Int64, Boolean}
	case Object:
		return []Type{Binary}
	case Float32, Float64:
		return []Type{Float64, Float32}
	}
	return nil
}

// Text is a string property, decoded; "" where it is missing. Trailing NULs are taken off.
func Text(b Bag, t Tag) string {
	_, v, ok := Find(b, t)
	if !ok {
		return ""
	}
	return strings.TrimRight(text(v, b), "\x00")
}

func text(v Value, b Bag) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return Decode(v, CodepageOf(b))
	}
	return ""
}

// Texts is a property of several strings; one string counts as one of them.
func Texts(b Bag, t Tag) []string {
	_, v, ok := Find(b, t)
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case []string:
		return v
	case [][]byte:
		cp := CodepageOf(b)
		out := make([]string, len(v))
		for i := range v {
			out[i] = Decode(v[i], cp)
		}
		return out
	}
	if s := text(v, b); s != "" {
		return []string{s}
	}
	return nil
}

// Int is a number of any width; 0 where it is missing.
func Int(b Bag, t Tag) int64 { n, _ := IntOK(b, t); return n }

// IntOK is a number of any width, and whether there is one.
func IntOK(b Bag, t Tag) (int64, bool) {
	_, v, ok := Find(b, t)
	if !ok {
		return 0, false
	}
	switch v := v.(type) {
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Float is a floating-point number; 0 where it is missing or not finite.
func Float(b Bag, t Tag) float64 {
	_, v, _ := Find(b, t)
	f := 0.0
	switch v := v.(type) {
	case float64:
		f = v
	case float32:
		f = float64(v)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// Bool is a truth value; false where it is missing.
func Bool(b Bag, t Tag) bool { return Int(b, t) != 0 }

// When is a time in UTC; the zero time where it is missing.
func When(b Bag, t Tag) time.Time {
	_, v, _ := Find(b, t)
	w, _ := v.(time.Time)
	return w
}

// Bytes is a binary value as stored; nil where it is missing. A string that was decoded gives its UTF-8.
func Bytes(b Bag, t Tag) []byte {
	_, v, _ := Find(b, t)
	switch v := v.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return nil
}

// Guid is a GUID; zero where it is missing.
func Guid(b Bag, t Tag) GUID {
	_, v, _ := Find(b, t)
	g, _ := v.(GUID)
	return g
}

// Ints is a property of several 32-bit numbers.
func Ints(b Bag, t Tag) []int32 {
	_, v, _ := Find(b, t)
	n, _ := v.([]int32)
	return n
}

// Binaries is a property of several binary values.
func Binaries(b Bag, t Tag) [][]byte {
	_, v, _ := Find(b, t)
	n, _ := v.([][]byte)
	return n
}
