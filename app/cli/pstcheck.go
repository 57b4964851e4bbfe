package cli

import (
	"fmt"
	"strconv"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pst/job"
)

// pstCheck holds a file against every rule of the format. The exit status tells whether one is broken.
func (k *call) pstCheck(path, limit string) error {
	most := 100
	if limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil || n < 0 {
			return fault.New(fault.Usage, "limit", "--limit takes a number", "")
		}
		most = n
	}
	s, err := job.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	r := job.Check(s)
	if k.json {
		if len(r.Problems) > most {
			r.Problems = r.Problems[:most]
		}
		k.print(map[string]any{"ok": r.OK(), "errors": r.Errors, "minor": r.Minor, "nodes": r.Nodes, "blocks": r.Blocks, "pages": r.Pages, "folders": r.Folders, "items": r.Items, "problems": r.Problems})
	} else {
		for i, p := range r.Problems {
			if i == most {
				break
			}
			kind := "error"
			if p.Minor {
				kind = "minor"
			}
			fmt.Fprintf(k.Out, "%s %s/%s: %s\n", kind, p.Layer, p.Rule, p.Text)
		}
		fmt.Fprintf(k.Out, "%d nodes, %d blocks, %d pages, %d folders, %d items: %d errors, %d minor\n", r.Nodes, r.Blocks, r.Pages, r.Folders, r.Items, r.Errors, r.Minor)
	}
	if !r.OK() {
		return fault.New(fault.Local, "broken", "The file breaks rules of its format", "What can be read of it can be copied into a new file.")
	}
	return nil
}

// pstList prints a line for each item.
func (k *call) pstList(path, folder string) error {
	s, err := job.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	list := []job.Entry{}
	err = job.List(k.ctx, s, folder, func(e job.Entry) error {
		if k.json {
			list = append(list, e)
			return nil
		}
		_, err := fmt.Fprintf(k.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", e.ID, e.Date.Local().Format("2006-01-02 15:04"), e.Kind, e.Folder, e.From, e.Subject)
		return err
	})
	if err != nil {
		return err
	}
	if k.json {
		k.print(list)
	}
	return nil
}
