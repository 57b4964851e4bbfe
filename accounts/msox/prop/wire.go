package prop

import (
	"encoding/binary"
	"math"
	"time"
)

// Fixed decodes one value of a type of fixed size from its little-endian bytes ([MS-OXCDATA] 2.11.1); longer b is right, a
// shorter one is not. A Boolean is true when its first byte is not 0.
func Fixed(t Type, b []byte) (v Value, ok bool) {
	n := t.Size()
	if n == 0 || len(b) < n {
		return nil, false
	}
	switch t {
	case Boolean:
		return b[0] != 0, true
	case Int16:
		return int16(binary.LittleEndian.Uint16(b)), true
	case Int32, ErrorCode:
		return int32(binary.LittleEndian.Uint32(b)), true
	case Float32:
		return math.Float32frombits(binary.LittleEndian.Uint32(b)), true
	case Float64, FloatingTime:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), true
	case Int64, Currency:
		return int64(binary.LittleEndian.Uint64(b)), true
	case Time:
		return Filetime(binary.LittleEndian.Uint64(b)), true
	case GuidType:
		return GUID(b[:16]), true
	}
	return nil, false
}

// AppendFixed appends the little-endian bytes of a value of fixed size, a Boolean as one byte; not ok where v is not what the
// package comment says it has to be for t.
func AppendFixed(dst []byte, t Type, v Value) (b []byte, ok bool) {
	le := binary.LittleEndian
	switch v := v.(type) {
	case bool:
		if t == Boolean {
			if v {
				return append(dst, 1), true
			}
			return append(dst, 0), true
		}
	case int16:
		if t == Int16 {
			return le.AppendUint16(dst, uint16(v)), true
		}
	case int32:
		if t == Int32 || t == ErrorCode {
			return le.AppendUint32(dst, uint32(v)), true
		}
	case int64:
		if t == Int64 || t == Currency {
			return le.AppendUint64(dst, uint64(v)), true
		}
	case float32:
		if t == Float32 {
			return le.AppendUint32(dst, math.Float32bits(v)), true
		}
	case float64:
		if t == Float64 || t == FloatingTime {
			return le.AppendUint64(dst, math.Float64bits(v)), true
		}
	case time.Time:
		if t == Time {
			return le.AppendUint64(dst, ToFiletime(v)), true
		}
	case GUID:
		if t == GuidType {
			return append(dst, v[:]...), true
		}
	}
	return dst, false
}

// FixedSlice decodes the values of a Multi type whose single type is t, each at a distance of step bytes.
func FixedSlice(t Type, b []byte, step int) (v Value, ok bool) {
	if t.Size() == 0 || step < t.Size() {
		return nil, false
	}
	switch t {
	case Int16:
		return fixedSlice[int16](t, b, step), true
	case Int32:
		return fixedSlice[int32](t, b, step), true
	case Float32:
		return fixedSlice[float32](t, b, step), true
	case Float64, FloatingTime:
		return fixedSlice[float64](t, b, step), true
	case Int64, Currency:
		return fixedSlice[int64](t, b, step), true
	case Time:
		return fixedSlice[time.Time](t, b, step), true
	case GuidType:
		return fixedSlice[GUID](t, b, step), true
	}
	return nil, false
}

func fixedSlice[T any](t Type, b []byte, step int) []T {
	out := make([]T, 0, len(b)/step)
	for ; len(b) >= t.Size(); b = b[min(step, len(b)):] {
		v, _ := Fixed(t, b)
		if x, ok := v.(T); ok {
			out = append(out, x)
		}
	}
	return out
}

// AppendSlice appends the little-endian bytes of the values of a Multi type whose single type is t, without padding; not ok where v
// is no slice of such values.
func AppendSlice(dst []byte, t Type, v Value) (b []byte, ok bool) {
	switch v := v.(type) {
	case []int16:
		return appendSlice(dst, t, v)
	case []int32:
		return appendSlice(dst, t, v)
	case []int64:
		return appendSlice(dst, t, v)
	case []float32:
		return appendSlice(dst, t, v)
	case []float64:
		return appendSlice(dst, t, v)
	case []time.Time:
		return appendSlice(dst, t, v)
	case []GUID:
		return appendSlice(dst, t, v)
	}
	return dst, false
}

func appendSlice[T any](dst []byte, t Type, list []T) ([]byte, bool) {
	for _, v := range list {
		b, ok := AppendFixed(dst, t, v)
		if !ok {
			return dst, false
		}
		dst = b
	}
	return dst, true
}
