package cli

import (
	"fmt"
	"slices"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pst/job"
)

// pstCommand is everything that is done with an Outlook data file as a whole; no profile is opened.
func pstCommand() command {
	var format, out, folder, name, limit string
	return command{
		name: "pst", args: "info|check|list|export|create|append|compact FILE", about: "look into, check, export and write Outlook data files (PST, OST)",
		flags: func(k *call) {
			k.fs.StringVar(&format, "format", "eml", "export: eml, mbox or maildir")
			k.fs.StringVar(&out, "out", "", "export: the folder to write to (default: the file's name without .pst)")
			k.fs.StringVar(&folder, "folder", "", "list, export: only this folder and those in it; append: the folder to copy to (default Inbox)")
			k.fs.StringVar(&name, "name", "", "create: what the file is called in Outlook's list of folders")
			k.fs.StringVar(&limit, "limit", "", "check: how many problems are printed (default 100)")
		},
		run: func(k *call, w []string) error {
			if len(w) < 2 || w[0] != "append" && len(w) != 2 {
				return fault.New(fault.Usage, "args", "pst takes a verb and a file", "info, check, list, export, create, append or compact; append takes what is to be copied after the file.")
			}
			switch w[0] {
			case "info":
				return k.pstInfo(w[1])
			case "check":
				return k.pstCheck(w[1], limit)
			case "list":
				return k.pstList(w[1], folder)
			case "export":
				return k.pstExport(w[1], job.ExportOptions{Dir: out, Format: format, Folder: folder})
			case "create":
				return k.pstCreate(w[1], name)
			case "append":
				return k.pstAppend(w[1], job.AppendOptions{Folder: folder, From: w[2:]})
			case "compact":
				return k.pstCompact(w[1])
			}
			return fault.New(fault.Usage, "args", "pst "+w[0]+" is not known", "The verbs are info, check, list, export, create, append and compact.")
		},
	}
}

func (k *call) pstInfo(path string) error {
	s, err := job.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	i, err := job.GetInfo(k.ctx, s)
	if err != nil {
		return err
	}
	if k.json {
		k.print(i)
		return nil
	}
	fmt.Fprintf(k.Out, "%s\n%s, encoding %s, %d bytes\n%d folders, %d items, %d attachments\n", i.Name, i.Format, i.Encoding, i.Bytes, i.Folders, i.Items, i.Attachments)
	kinds := make([]string, 0, len(i.Kinds))
	for kind := range i.Kinds {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		fmt.Fprintf(k.Out, "%8d %s\n", i.Kinds[kind], kind)
	}
	k.losses(i.Losses)
	return nil
}

// losses says what could not be read.
func (k *call) losses(ls []job.Loss) {
	for i, l := range ls {
		if i == 20 {
			k.say("and %d more", len(ls)-i)
			break
		}
		where := ""
		if l.Item != "" {
			where = " (item " + l.Item + ")"
		}
		k.say("unreadable: %s%s: %s", l.What, where, l.Cause)
	}
}
