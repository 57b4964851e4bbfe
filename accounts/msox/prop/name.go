package prop

// Name is the name of a named property: a set, and in it a number or, where Name is not empty, a string ([MS-OXCDATA] 2.6.1).
type Name struct {
	GUID GUID
	ID   uint32 // the LID; 0 where the name is a string
	Name string
}

// Namer maps names to the ids a store, file or message uses for them.
type Namer interface {
	// Named is the tag of a name, of the type asked for; false where this container has no such name.
	Named(Name, Type) (Tag, bool)
	// NameOf is the name of an id of 0x8000 or above; false where it is not known.
	NameOf(id uint16) (Name, bool)
}

// Property is a named property with the type [MS-OXPROPS] gives it.
type Property struct {
	Name
	Type Type
}

func lid(set GUID, id uint32, t Type) Property { return Property{Name{GUID: set, ID: id}, t} }

// Named properties whose names are strings.
var (
	PidNameKeywords    = Property{Name{GUID: PSPUBLICSTRINGS, Name: "Keywords"}, MultiUnicode}
	PidNameContentType = Property{Name{GUID: PSINTERNETHEADERS, Name: "content-type"}, Unicode}
	PidNameXMailer     = Property{Name{GUID: PSINTERNETHEADERS, Name: "x-mailer"}, Unicode}
)

// Names is a Namer that gives out ids as names are asked for or read: what building a message, or reading one that brings its
// own names, uses. The zero value is ready for use. It is not safe for concurrent use.
type Names struct {
	ids   map[Name]uint16
	names map[uint16]Name
	next  uint16
}

// Put says that id stands for name.
func (n *Names) Put(name Name, id uint16) {
	if n.ids == nil {
		n.ids, n.names = map[Name]uint16{}, map[uint16]Name{}
	}
	n.ids[name], n.names[id] = id, name
}

// Add gives name an id, a new one where it has none. ok is false when all ids are taken.
func (n *Names) Add(name Name) (id uint16, ok bool) {
	if id, ok := n.ids[name]; ok {
		return id, true
	}
	if n.next < 0x8000 {
		n.next = 0x8000
	}
	for ; n.next < 0xFFFE; n.next++ {
		if _, taken := n.names[n.next]; !taken {
			id = n.next
			n.next++
			n.Put(name, id)
			return id, true
		}
	}
	return 0, false
}

// Named implements Namer: it finds, and adds nothing.
func (n *Names) Named(name Name, t Type) (Tag, bool) {
	if n == nil {
		return 0, false
	}
	id, ok := n.ids[name]
	return Of(id, t), ok
}

// NameOf implements Namer.
func (n *Names) NameOf(id uint16) (Name, bool) {
	if n == nil {
		return Name{}, false
	}
	name, ok := n.names[id]
	return name, ok
}
