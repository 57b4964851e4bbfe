package job

import (
	"context"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/rfc822"
)

// Entry is one item of a list.
type Entry struct {
	ID          string    `json:"id"`
	Folder      string    `json:"folder"`
	Kind        string    `json:"kind"`
	From        string    `json:"from"`
	To          string    `json:"to"`
	Subject     string    `json:"subject"`
	Date        time.Time `json:"date"`
	Flags       []string  `json:"flags"`
	InternetID  string    `json:"internetID"`
	Size        int64     `json:"size"`
	Recipients  int       `json:"recipients"`
	Attachments []File    `json:"attachments"`
}

// File is an attachment in a list; Message where it is a message.
type File struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Size    int64  `json:"size"`
	Message bool   `json:"message,omitempty"`
}

// pathOf is a folder's path for people, parts joined by "/"; a "/" in a name becomes "\/".
func pathOf(f *pst.Folder) string {
	parts := make([]string, len(f.Path))
	for i, p := range f.Path {
		parts[i] = strings.ReplaceAll(p, "/", `\/`)
	}
	return strings.Join(parts, "/")
}

// folders are the folders a job is about: those whose path is under, or all for "". The path may leave out the top folder's name.
func folders(s *pst.Store, under string) ([]*pst.Folder, error) {
	var out []*pst.Folder
	top := ""
	for _, f := range s.Folders() {
		if f.Search {
			continue
		}
		p := pathOf(f)
		if f.Ref == s.Top() {
			top = p + "/"
		}
		short := strings.TrimPrefix(p, top)
		if under == "" || inPath(p, under) || inPath(short, under) {
			out = append(out, f)
		}
	}
	if len(out) == 0 && under != "" {
		return nil, fault.New(fault.NotFound, "folder", "There is no folder "+under+" in the file", "The command pst list shows what is there.")
	}
	return out, nil
}

func inPath(p, under string) bool {
	return strings.EqualFold(p, under) || len(p) > len(under) && strings.EqualFold(p[:len(under)], under) && p[len(under)] == '/'
}

// List calls each for every item, folder after folder.
func List(ctx context.Context, s *pst.Store, under string, each func(Entry) error) error {
	fs, err := folders(s, under)
	if err != nil {
		return err
	}
	for _, f := range fs {
		path := pathOf(f)
		for _, r := range f.Items() {
			if err := ctx.Err(); err != nil {
				return err
			}
			m, err := s.Message(r)
			if err != nil {
				continue // in the losses
			}
			if err := each(entryOf(m, r, path)); err != nil {
				return err
			}
		}
	}
	return settled(s, nil)
}

func entryOf(m *prop.Message, r pst.Ref, path string) Entry {
	e := Entry{ID: r.String(), Folder: path, Kind: string(pst.KindOf(prop.Text(m, prop.PidTagMessageClass))), Subject: cmail.Subject(m), To: prop.Text(m, prop.PidTagDisplayTo),
		Date: prop.When(m, prop.PidTagClientSubmitTime), Flags: pst.Flags(m).Names(), Size: prop.Int(m, prop.PidTagMessageSize), Recipients: len(m.Recipients),
		InternetID: strings.Trim(prop.Text(m, prop.PidTagInternetMessageId), "<> "), Attachments: []File{}}
	for _, t := range []prop.Tag{prop.PidTagMessageDeliveryTime, prop.PidTagLastModificationTime, prop.PidTagCreationTime} {
		if e.Date.IsZero() {
			e.Date = prop.When(m, t)
		}
	}
	if a, ok := cmail.Sender(m); ok {
		e.From = rfc822.FormatAddress(a)
	} else {
		e.From = prop.Text(m, prop.PidTagSenderName)
	}
	for _, a := range m.Attachments {
		e.Attachments = append(e.Attachments, File{Name: cmail.AttachmentName(a), Type: prop.Text(a, prop.PidTagAttachMimeTag), Size: prop.Int(a, prop.PidTagAttachSize), Message: a.Embedded != nil})
	}
	return e
}
