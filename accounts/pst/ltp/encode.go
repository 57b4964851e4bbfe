package ltp

import (
	"fmt"
	"math"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// encode turns a value into its stored bytes. A value whose Go type is not that of its tag is an error.
func encode(t prop.Type, v prop.Value) ([]byte, error) {
	bad := func() ([]byte, error) { return nil, fmt.Errorf("a %T is no value of type %#x", v, uint16(t)) }
	if t.IsMulti() {
		return encodeMulti(t.Single(), v)
	}
	switch t {
	case prop.Int16:
		if n, ok := v.(int16); ok {
			return le.AppendUint16(nil, uint16(n)), nil
		}
	case prop.Int32, prop.ErrorCode:
		if n, ok := v.(int32); ok {
			return le.AppendUint32(nil, uint32(n)), nil
		}
	case prop.Float32:
		if n, ok := v.(float32); ok {
			return le.AppendUint32(nil, math.Float32bits(n)), nil
		}
	case prop.Float64, prop.FloatingTime:
		if n, ok := v.(float64); ok {
			return le.AppendUint64(nil, math.Float64bits(n)), nil
		}
	case prop.Currency, prop.Int64:
		if n, ok := v.(int64); ok {
			return le.AppendUint64(nil, uint64(n)), nil
		}
	case prop.Boolean:
		if b, ok := v.(bool); ok {
			if b {
				return []byte{1}, nil
			}
			return []byte{0}, nil
		}
	case prop.Time:
		if w, ok := v.(time.Time); ok {
			return le.AppendUint64(nil, prop.ToFiletime(w)), nil
		}
	case prop.GuidType:
		if g, ok := v.(prop.GUID); ok {
			return g[:], nil
		}
	case prop.Unicode:
		if s, ok := v.(string); ok {
			return prop.ToUTF16(s), nil
		}
	default:
		switch v := v.(type) {
		case []byte:
			return v, nil
		case string:
			return []byte(v), nil
		}
	}
	return bad()
}

func encodeMulti(t prop.Type, v prop.Value) ([]byte, error) {
	var parts [][]byte
	add := func(x prop.Value) error {
		b, err := encode(t, x)
		parts = append(parts, b)
		return err
	}
	var err error
	each := func(n int, get func(i int) prop.Value) {
		for i := 0; i < n && err == nil; i++ {
			err = add(get(i))
		}
	}
	switch v := v.(type) {
	case []int16:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []int32:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []int64:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []float32:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []float64:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []bool:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []string:
		each(len(v), func(i int) prop.Value { return v[i] })
	case [][]byte:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []time.Time:
		each(len(v), func(i int) prop.Value { return v[i] })
	case []prop.GUID:
		each(len(v), func(i int) prop.Value { return v[i] })
	default:
		err = fmt.Errorf("a %T is no value of several parts", v)
	}
	if err != nil {
		return nil, err
	}
	var out []byte
	if t.Size() == 0 {
		out = le.AppendUint32(nil, uint32(len(parts)))
		at := 4 + 4*len(parts)
		for _, p := range parts {
			out = le.AppendUint32(out, uint32(at))
			at += len(p)
		}
	}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out, nil
}
