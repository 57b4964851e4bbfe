package prop

import "io"

// Message is a message object of any class: mail, contact, appointment, task, note, journal entry, distribution list.
// Bag is never nil; Namer may be nil where the container has no named properties.
type Message struct {
	Bag
	Namer
	Recipients  []Bag // the recipient table, in its order
	Attachments []Attachment
}

// Attachment is one attachment of a message.
type Attachment struct {
	Bag
	// Open gives the content and its size in bytes, -1 where that is not known before it has been read. nil where there is
	// no content (an embedded message, a reference to a file elsewhere).
	Open func() (io.ReadCloser, int64, error)
	// Embedded gives the message that is attached; nil where the attachment is no message (PidTagAttachMethod 5).
	Embedded func() (*Message, error)
}

// Codepage implements Coded.
func (m *Message) Codepage() int { return CodepageOf(m.Bag) }

// Lookup is the tag of a named property in this message, with the type the message has it in (as listed in [MS-OXPROPS], or a
// sibling of that, such as String8); false where the message does not have it.
func (m *Message) Lookup(p Property) (Tag, bool) {
	if m.Namer == nil {
		return 0, false
	}
	t, ok := m.Named(p.Name, p.Type)
	if !ok {
		return 0, false
	}
	t, _, ok = Find(m.Bag, t)
	return t, ok
}

// LidText is the text of a named property, "" where it is missing; the following give other types.
func (m *Message) LidText(p Property) string { return lidOf(m, p, Text) }

// LidInt is a number; see LidText.
func (m *Message) LidInt(p Property) int64 { return lidOf(m, p, Int) }

// LidBool is a truth value; see LidText.
func (m *Message) LidBool(p Property) bool { return lidOf(m, p, Bool) }

// LidBytes is a binary value; see LidText.
func (m *Message) LidBytes(p Property) []byte { return lidOf(m, p, Bytes) }

// LidTexts is a property of several strings; see LidText.
func (m *Message) LidTexts(p Property) []string { return lidOf(m, p, Texts) }

func lidOf[T any](m *Message, p Property, get func(Bag, Tag) T) (zero T) {
	if t, ok := m.Lookup(p); ok {
		return get(m.Bag, t)
	}
	return zero
}
