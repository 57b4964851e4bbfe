package job

import (
	"context"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
)

// Info is what is in a file.
type Info struct {
	Format   string         `json:"format"`   // "Unicode", "ANSI", "Unicode-4K"
	Encoding string         `json:"encoding"` // "none", "permute", "cyclic"
	Name     string         `json:"name"`
	Bytes    int64          `json:"bytes"`
	Password bool           `json:"password"` // Outlook asks for one; nothing is encrypted with it
	Folders  int            `json:"folders"`  // all below the root folder, search folders too
	Searches int            `json:"searchFolders"`
	Items    int            `json:"items"` // without those associated with folders, and without what Outlook keeps for itself
	Kinds    map[string]int `json:"kinds"`
	// Recipients and Attachments are those of top-level items.
	Recipients  int    `json:"recipients"`
	Attachments int    `json:"attachments"`
	System      int    `json:"system"` // items that Outlook keeps for itself
	Unreadable  int    `json:"unreadable"`
	Losses      []Loss `json:"losses"`
}

// Loss is something that cannot be read.
type Loss struct {
	Folder string `json:"folder,omitempty"`
	Item   string `json:"item,omitempty"` // name in the file
	What   string `json:"what"`
	At     uint64 `json:"at,omitempty"`
	Cause  string `json:"cause,omitempty"`
}

// maxLosses bounds the list in a report.
const maxLosses = 10000

// lossesOf are the losses of a store.
func lossesOf(s *pst.Store, folder func(pst.Ref) string) []Loss {
	out := []Loss{}
	for _, l := range s.Losses() {
		if len(out) == maxLosses {
			break
		}
		x := Loss{What: l.What, At: l.At, Cause: l.Err}
		if l.Item != 0 {
			x.Item = l.Item.String()
			if folder != nil {
				x.Folder = folder(l.Item)
			}
		}
		out = append(out, x)
	}
	return out
}

// GetInfo opens every item of a file, without reading attachments.
func GetInfo(ctx context.Context, s *pst.Store) (Info, error) {
	h := s.F.Header()
	i := Info{Format: h.Format.String(), Encoding: h.Crypt.String(), Name: s.Name(), Bytes: s.F.Size(), Kinds: map[string]int{},
		Password: prop.Int(s.Props(), 0x67FF0003) != 0}
	where := map[pst.Ref]string{}
	for _, f := range s.Folders() {
		i.Folders++
		if f.Search {
			i.Searches++
			continue
		}
		path := pathOf(f)
		for _, r := range f.Items() {
			if err := ctx.Err(); err != nil {
				return i, err
			}
			where[r] = path
			m, err := s.Message(r)
			if err != nil {
				i.Items++
				continue
			}
			k := pst.KindOf(prop.Text(m, prop.PidTagMessageClass))
			if k == pst.KindSystem {
				i.System++
				continue
			}
			i.Items++
			i.Kinds[string(k)]++
			i.Recipients += len(m.Recipients)
			i.Attachments += len(m.Attachments)
			if len(where) > 1<<16 {
				clear(where)
			}
		}
	}
	i.Losses = lossesOf(s, func(r pst.Ref) string { return where[r] })
	i.Unreadable = len(i.Losses)
	return i, settled(s, nil)
}
