package doors

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
)

// maxDepth bounds the folders of a place.
const maxDepth = 24

// plumbing are folders of a mail program that are no mailboxes: Thunderbird's and Apple Mail's.
var plumbing = regexp.MustCompile(`^(?:Mail|ImapMail|Data|Messages|Attachments|V\d{1,2}|\d{1,3}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})$`)

// place returns the mailbox that a file is in or is itself, by its names below the folder that is read. Thunderbird keeps the mailboxes inside of A in A.sbd, Apple Mail in
// A.mbox, a Maildir++ as ".A.B".
func (x *reader) place(path string) (out []string) {
	rel, err := filepath.Rel(x.root, path)
	if err != nil {
		return nil
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	file := parts[len(parts)-1]
	for i, p := range parts[:len(parts)-1] {
		if plumbing.MatchString(p) || len(out) >= maxDepth {
			continue
		}
		if (p == "cur" || p == "new") && i == len(parts)-2 {
			continue
		}
		if rest, ok := strings.CutPrefix(p, "."); ok && rest != "" { // Maildir++
			for _, y := range strings.Split(rest, ".") {
				if y != "" && len(out) < maxDepth {
					out = append(out, y)
				}
			}
			continue
		}
		p = strings.TrimSuffix(strings.TrimSuffix(p, ".sbd"), ".mbox")
		if p != "" {
			out = append(out, p)
		}
	}
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".mbox", ".pst", ".ost":
		out = append(out, file[:len(file)-len(ext)])
	case "":
		if in := filepath.Base(filepath.Dir(path)); in != "cur" && in != "new" {
			out = append(out, file) // an mbox of Thunderbird
		}
	}
	return out
}

// pstPaths returns the paths of the folders of a data file below its top.
func pstPaths(folders []*job.Folder, top job.Ref) map[job.Ref][]string {
	by := map[job.Ref]*job.Folder{}
	for _, f := range folders {
		by[f.Ref] = f
	}
	out := map[job.Ref][]string{}
	for _, f := range folders {
		var path []string
		for x, n := f, 0; x != nil && x.Ref != top && n < maxDepth; x, n = by[x.Parent], n+1 {
			if x.Name != "" {
				path = append([]string{x.Name}, path...)
			}
		}
		out[f.Ref] = path
	}
	return out
}

// mozilla takes away the fields in which Thunderbird keeps what it knows of a message, so that it is as it came. gone: it was deleted, its mailbox not yet compacted.
func mozilla(raw []byte) (out []byte, f mail.Flags, gone bool) {
	rest := raw
	for {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if !bytes.HasPrefix(bytes.ToLower(name), []byte("x-mozilla-")) {
			break
		}
		if bytes.EqualFold(name, []byte("X-Mozilla-Status")) {
			n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 16, 32)
			if err == nil {
				gone = n&0x0008 != 0
				for bit, flag := range map[uint64]mail.Flags{0x0001: mail.Seen, 0x0002: mail.Answered, 0x0004: mail.Flagged, 0x1000: mail.Forwarded} {
					if n&bit != 0 {
						f |= flag
					}
				}
			}
		}
		rest = after
	}
	return rest, f, gone
}
