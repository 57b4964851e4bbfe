package prop

import "fmt"

// Type is the type of a property ([MS-OXCDATA] 2.11.1).
type Type uint16

// The types of properties.
const (
	Unspecified  Type = 0x0000
	Null         Type = 0x0001
	Int16        Type = 0x0002
	Int32        Type = 0x0003
	Float32      Type = 0x0004
	Float64      Type = 0x0005
	Currency     Type = 0x0006 // int64, ten-thousandths
	FloatingTime Type = 0x0007 // float64, days since 1899-12-30
	ErrorCode    Type = 0x000A
	Boolean      Type = 0x000B
	Object       Type = 0x000D
	Int64        Type = 0x0014
	String8      Type = 0x001E
	Unicode      Type = 0x001F
	Time         Type = 0x0040 // FILETIME: 100 ns since 1601-01-01 UTC
	GuidType     Type = 0x0048
	ServerID     Type = 0x00FB
	Restriction  Type = 0x00FD
	RuleAction   Type = 0x00FE
	Binary       Type = 0x0102

	// Multi is set in the type of a property of several values; MultiInstance marks a table column that shows one of them.
	Multi         Type = 0x1000
	MultiInstance Type = 0x2000

	MultiInt16        = Multi | Int16
	MultiInt32        = Multi | Int32
	MultiFloat32      = Multi | Float32
	MultiFloat64      = Multi | Float64
	MultiCurrency     = Multi | Currency
	MultiFloatingTime = Multi | FloatingTime
	MultiInt64        = Multi | Int64
	MultiString8      = Multi | String8
	MultiUnicode      = Multi | Unicode
	MultiTime         = Multi | Time
	MultiGuid         = Multi | GuidType
	MultiBinary       = Multi | Binary
)

// IsMulti reports whether a property of this type has several values.
func (t Type) IsMulti() bool { return t&Multi != 0 }

// Single is the type of one value of t.
func (t Type) Single() Type { return t &^ (Multi | MultiInstance) }

// Size is the number of bytes of one value of fixed size, as PST, TNEF and MAPI store it without padding; 0 where the size varies.
// Boolean is one byte in PST and MAPI over HTTP, and two in TNEF and .msg: Size gives 1.
func (t Type) Size() int {
	switch t {
	case Boolean:
		return 1
	case Int16:
		return 2
	case Int32, Float32, ErrorCode:
		return 4
	case Float64, Currency, FloatingTime, Int64, Time:
		return 8
	case GuidType:
		return 16
	}
	return 0
}

// Tag is the id and the type of a property: id<<16 | type.
type Tag uint32

// Of makes a tag.
func Of(id uint16, t Type) Tag { return Tag(id)<<16 | Tag(t) }

// ID is the id: 0x8000 and above are named properties, whose meaning is each store's own (see Namer).
func (t Tag) ID() uint16 { return uint16(t >> 16) }

// Type is the type of the value.
func (t Tag) Type() Type { return Type(t) }

// As is the same id with another type.
func (t Tag) As(typ Type) Tag { return t&0xFFFF0000 | Tag(typ) }

// IsNamed reports whether the id belongs to a named property.
func (t Tag) IsNamed() bool { return t >= 0x80000000 && t < 0xFFFF0000 }

// String is the tag as eight hexadecimal digits.
func (t Tag) String() string { return fmt.Sprintf("0x%08X", uint32(t)) }
