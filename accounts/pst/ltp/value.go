package ltp

import (
	"math"
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// decode turns the stored bytes of a value into the Go type that package prop says. ok is false where there are too few.
func decode(t prop.Type, b []byte) (v prop.Value, ok bool) {
	if t.IsMulti() {
		return decodeMulti(t.Single(), b)
	}
	if len(b) < t.Size() {
		return nil, false
	}
	switch t {
	case prop.Int16:
		return int16(le.Uint16(b)), true
	case prop.Int32, prop.ErrorCode:
		return int32(le.Uint32(b)), true
	case prop.Float32:
		return math.Float32frombits(le.Uint32(b)), true
	case prop.Float64, prop.FloatingTime:
		return math.Float64frombits(le.Uint64(b)), true
	case prop.Currency, prop.Int64:
		return int64(le.Uint64(b)), true
	case prop.Boolean:
		return b[0] != 0, true
	case prop.Time:
		return prop.Filetime(le.Uint64(b)), true
	case prop.GuidType:
		return prop.GUID(b[:16]), true
	case prop.Unicode:
		return text(b), true
	case prop.Null, prop.Unspecified:
		return nil, true
	}
	return b[:len(b):len(b)], true
}

// text decodes a string; most have only ASCII in them.
func text(b []byte) string {
	for i := 0; i+1 < len(b); i += 2 {
		if b[i+1] != 0 || b[i] >= 0x80 {
			return prop.UTF16(b)
		}
	}
	var out strings.Builder
	out.Grow(len(b) / 2)
	for i := 0; i+1 < len(b); i += 2 {
		out.WriteByte(b[i])
	}
	return out.String()
}

// decodeMulti reads values of several parts ([MS-PST] 2.3.3.4).
func decodeMulti(t prop.Type, b []byte) (prop.Value, bool) {
	var parts [][]byte
	if n := t.Size(); n > 0 {
		for ; len(b) >= n; b = b[n:] {
			parts = append(parts, b[:n:n])
		}
	} else {
		if len(b) < 4 {
			return nil, false
		}
		n := int(le.Uint32(b))
		if n < 0 || n > (len(b)-4)/4 {
			return nil, false
		}
		for i := range n {
			lo, hi := int64(le.Uint32(b[4+4*i:])), int64(len(b))
			if i+1 < n {
				hi = int64(le.Uint32(b[8+4*i:]))
			}
			if lo > hi || hi > int64(len(b)) {
				return nil, false
			}
			parts = append(parts, b[lo:hi:hi])
		}
	}
	switch t {
	case prop.Int16:
		return list[int16](t, parts), true
	case prop.Int32, prop.ErrorCode:
		return list[int32](t, parts), true
	case prop.Float32:
		return list[float32](t, parts), true
	case prop.Float64, prop.FloatingTime:
		return list[float64](t, parts), true
	case prop.Currency, prop.Int64:
		return list[int64](t, parts), true
	case prop.Boolean:
		return list[bool](t, parts), true
	case prop.Time:
		return times(parts), true
	case prop.GuidType:
		return list[prop.GUID](t, parts), true
	case prop.Unicode:
		return list[string](t, parts), true
	}
	return parts, true
}

func list[T any](t prop.Type, parts [][]byte) []T {
	out := make([]T, 0, len(parts))
	for _, p := range parts {
		if v, ok := decode(t, p); ok {
			out = append(out, v.(T))
		}
	}
	return out
}
