package cmail

import (
	"io"
	"mime"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

func (f *taker) attachments() {
	for _, p := range f.body.Parts {
		f.files = append(f.files, f.attachment(p))
	}
}

func (f *taker) attachment(p mail.Part) prop.Attachment {
	bag := prop.Map{
		prop.PidTagAttachMethod: int32(byValue), prop.PidTagAttachNumber: int32(len(f.files)), prop.PidTagRenderingPosition: int32(-1),
		prop.PidTagAttachSize: int32(min(p.Size+512, 1<<31-1)), prop.PidTagAttachMimeTag: p.Type, prop.PidTagAttachFlags: int32(0),
		prop.PidTagAttachmentFlags: int32(0), prop.PidTagAttachmentLinkId: int32(0), prop.PidTagAttachmentHidden: false, prop.PidTagObjectType: int32(7),
	}
	bag.Set(prop.PidTagAttachLongFilename, p.Name)
	bag.Set(prop.PidTagDisplayName, p.Name)
	bag.Set(prop.PidTagAttachFilename, shortName(p.Name))
	if i := strings.LastIndexByte(p.Name, '.'); i > 0 && len(p.Name)-i < 12 {
		bag.Set(prop.PidTagAttachExtension, p.Name[i:])
	}
	bag.Set(prop.PidTagAttachContentId, p.ContentID)
	if p.Inline && p.ContentID != "" {
		bag[prop.PidTagAttachFlags], bag[prop.PidTagAttachmentHidden] = int32(4), true
	}
	if w, ok := f.p[prop.PidTagCreationTime]; ok {
		bag[prop.PidTagCreationTime], bag[prop.PidTagLastModificationTime] = w, w
	}
	if cs := f.charset(p.ID); cs != "" {
		bag[prop.PidTagTextAttachmentCharset] = cs
	}
	raw, id := f.raw, p.ID
	if p.Type == "message/rfc822" && f.o.MaxDepth > 1 {
		bag[prop.PidTagAttachMethod] = int32(embedded)
		bag[prop.PidTagAttachLongFilename] = strings.TrimSuffix(p.Name, ".eml")
		bag[prop.PidTagDisplayName] = strings.TrimSuffix(p.Name, ".eml")
		delete(bag, prop.PidTagAttachMimeTag)
		depth := f.o.MaxDepth - 1
		return prop.Attachment{Bag: bag, Embedded: func() (*prop.Message, error) {
			r, _, err := rfc822.Part(raw, id)
			if err != nil {
				return nil, err
			}
			b, err := io.ReadAll(r)
			if err != nil {
				return nil, err
			}
			return FromMIME(b, From{Flags: mail.Seen, MaxDepth: depth}), nil
		}}
	}
	return prop.Attachment{Bag: bag, Open: func() (io.ReadCloser, int64, error) {
		r, _, err := rfc822.Part(raw, id)
		if err != nil {
			return nil, 0, err
		}
		return io.NopCloser(r), -1, nil
	}}
}

// charset is that of a part of text.
func (f *taker) charset(id int) string {
	if id >= len(f.tree.Nodes) || !strings.HasPrefix(f.tree.Nodes[id].Type, "text/") {
		return ""
	}
	n := f.tree.Nodes[id]
	b := f.raw[n.Start:n.Body]
	for {
		name, value, rest, ok := rfc822.NextField(b)
		if !ok {
			return ""
		}
		if b = rest; strings.EqualFold(string(name), "Content-Type") {
			_, params, _ := mime.ParseMediaType(strings.TrimSpace(oneLine(string(value))))
			if cs := params["charset"]; token(cs) {
				return cs
			}
			return ""
		}
	}
}

// shortName is a name of 8.3 letters, which old readers look at.
func shortName(name string) string {
	stem, ext := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		stem, ext = name[:i], name[i+1:]
	}
	keep := func(s string, n int) string {
		var b []byte
		for i := 0; i < len(s) && len(b) < n; i++ {
			if c := s[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
				b = append(b, c)
			}
		}
		return string(b)
	}
	s, e := keep(stem, 9), keep(ext, 3)
	if s == "" {
		s = "file"
	}
	if len(s) > 8 {
		s = s[:6] + "~1"
	}
	if e != "" {
		s += "." + e
	}
	return s
}
