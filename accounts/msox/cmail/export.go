package cmail

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

// File is an item as a file.
type File struct {
	Name string // safe for every file system
	Type string // media type with its parameters
	Data []byte
}

// Export makes of an item the file it is best kept as: .vcf of contacts and lists, .ics of what is in calendars, .txt of notes,
// .eml of everything else. Large messages are better written with Write, which does not hold them in memory.
func Export(m *prop.Message) (File, error) {
	f := File{Name: Subject(m)}
	var err error
	ext := ""
	switch kind := KindOf(m); kind {
	case Contact, Group:
		ext, f.Type = ".vcf", "text/vcard; charset=utf-8"
		if f.Name == "" {
			f.Name = prop.Text(m, prop.PidTagDisplayName)
		}
		f.Data = VCard(m, 4)
	case Appointment, Meeting, Task, Journal, Exception:
		ext, f.Type = ".ics", "text/calendar; charset=utf-8"
		var method string
		f.Data, method, err = Calendar(m)
		if method != "" {
			f.Type += "; method=" + method
		}
	case Note:
		ext, f.Type = ".txt", "text/plain; charset=utf-8"
		text, _ := Body(m)
		f.Data = []byte(text)
	default:
		ext, f.Type = ".eml", "message/rfc822"
		var b bytes.Buffer
		err = Write(&b, m, Options{})
		f.Data = b.Bytes()
	}
	name := strings.NewReplacer("/", "-", `\`, "-", ":", "-").Replace(f.Name)
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	f.Name = rfc822.SafeName(strings.TrimSuffix(name, ext)+ext, "item"+ext)
	if err != nil {
		err = fmt.Errorf("cmail: %w", err)
	}
	return f, err
}

// summary is a line of text for an item that has none itself.
func summary(m *prop.Message, kind Kind) string {
	switch kind {
	case Contact, Group, Appointment, Task, Journal:
		if s := Subject(m); s != "" {
			return s + "\n"
		}
		return prop.Text(m, prop.PidTagDisplayName) + "\n"
	case Report:
		return report(m)
	}
	return ""
}

// isPhoto reports whether an attachment is the picture of a contact.
func isPhoto(a prop.Attachment) bool {
	if a.Open == nil {
		return false
	}
	return prop.Bool(a, prop.PidTagAttachmentContactPhoto) || strings.EqualFold(AttachmentName(a), "ContactPicture.jpg")
}
