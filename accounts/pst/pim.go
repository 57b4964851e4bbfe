package pst

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"io"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
)

// A contact or appointment that came as a vCard or iCalendar file comes out of the file as the same bytes, like a message does: what an object has no place for (a fourth address,
// properties of other programs) is kept beside it, with a digest of what the object says. When Outlook has changed it since, the object counts.

// nameSource is the file that an item was made of: magic, digest of what the item says, the bytes packed by zlib.
var nameSource = prop.Property{Name: prop.Name{GUID: psetPostrider, Name: "source"}, Type: prop.Binary}

const (
	sourceMagic = "PRS1"
	sourceHead  = 4 + 32
	maxSource   = 16 << 20 // unpacked
)

// pimObject is the contact or appointment that a vCard or iCalendar file is about; nil for what is a message.
func pimObject(raw []byte) (*prop.Message, error) {
	head := bytes.ToUpper(bytes.TrimLeft(raw[:min(len(raw), 64)], "\ufeff \t\r\n"))
	var m *prop.Message
	var err error
	switch {
	case bytes.HasPrefix(head, []byte("BEGIN:VCARD")):
		m, err = cmail.FromVCard(raw)
	case bytes.HasPrefix(head, []byte("BEGIN:VCALENDAR")):
		if m, err = cmail.FromCalendar(raw); m != nil && errors.Is(err, cmail.ErrRecurrence) {
			err = nil // Outlook has no such repetition: the object says less, the bytes beside it say all
		}
	}
	if err != nil {
		return nil, &fault.Error{Kind: fault.Refused, Code: "damaged", Op: "add", Title: "This contact or appointment cannot be read", Err: err}
	}
	return m, nil
}

// AddPIM files a contact (vCard) or an appointment or task (iCalendar) in a folder.
func (s *Store) AddPIM(folder Ref, raw []byte) (Ref, error) {
	m, err := pimObject(raw)
	if err != nil {
		return 0, err
	}
	if m == nil {
		return 0, fault.New(fault.Refused, "damaged", "This is neither a contact nor an appointment", "")
	}
	return s.addPIM(folder, m, raw)
}

func (s *Store) addPIM(folder Ref, m *prop.Message, raw []byte) (Ref, error) {
	more := map[prop.Property]prop.Value{}
	if sum, ok := saying(m); ok && len(raw) <= maxSource {
		var out bytes.Buffer
		out.WriteString(sourceMagic)
		out.Write(sum[:])
		if err := pack(&out, raw); err != nil {
			return 0, err
		}
		more[nameSource] = out.Bytes()
	}
	return s.add(folder, m, more)
}

// PIM is an item that is no message as a file: a contact or a list as a vCard, an appointment, a task or a journal entry as iCalendar. It is the very bytes that it came as where
// that is known. nil for what is neither. With [cmail.ErrRecurrence] the bytes are there and say less than the item.
func PIM(m *prop.Message) ([]byte, error) {
	if b, ok := sourceOf(m); ok {
		return b, nil
	}
	return made(m)
}

// made is PIM of the object alone.
func made(m *prop.Message) ([]byte, error) {
	switch cmail.KindOf(m) {
	case cmail.Contact, cmail.Group:
		return cmail.VCard(m, 4), nil
	case cmail.Appointment, cmail.Task, cmail.Journal:
		b, _, err := cmail.Calendar(m)
		return b, err
	}
	return nil, nil
}

// saying is a digest of what an item says, without what changes by itself.
func saying(m *prop.Message) (sum [32]byte, ok bool) {
	b, err := made(m)
	if b == nil || err != nil && !errors.Is(err, cmail.ErrRecurrence) {
		return sum, false
	}
	h := sha256.New()
	for l := range bytes.Lines(b) {
		name, _, _ := strings.Cut(string(l[:min(len(l), 32)]), ":")
		switch name {
		case "REV", "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "PRODID":
			continue
		}
		h.Write(l)
	}
	return [32]byte(h.Sum(nil)), true
}

// sourceOf is the file that an item was made of, where it still says the same.
func sourceOf(m *prop.Message) ([]byte, bool) {
	t, ok := m.Lookup(nameSource)
	if !ok {
		return nil, false
	}
	b := prop.Bytes(m, t)
	if len(b) < sourceHead || string(b[:4]) != sourceMagic {
		return nil, false
	}
	if sum, ok := saying(m); !ok || !bytes.Equal(sum[:], b[4:sourceHead]) {
		return nil, false
	}
	z, err := zlib.NewReader(bytes.NewReader(b[sourceHead:]))
	if err != nil {
		return nil, false
	}
	out, err := io.ReadAll(io.LimitReader(z, maxSource+1))
	return out, err == nil && len(out) <= maxSource
}
