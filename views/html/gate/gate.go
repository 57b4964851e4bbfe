package gate

import (
	"net/url"
	"sort"
	"strings"

	"github.com/postrider/postrider/views/html/dom"
)

// Tracker is a reference that is never loaded.
type Tracker struct {
	Host string // who would have been told
	Why  string // for people: "Invisible picture"
}

// Verdict is what was decided about the references of a mail. It does not change and is safe for concurrent use.
type Verdict struct {
	Trackers []Tracker
	// Others counts the references of kinds that are never loaded: style sheets, fonts, frames, media, files.
	Others int

	open map[string]bool
}

const maxAddress = 8 << 10

// Judge looks at all that a mail refers to.
func Judge(doc *dom.Document) *Verdict {
	v := &Verdict{open: map[string]bool{}}
	refused := map[string]bool{}
	for _, r := range doc.Remote {
		a, ok := web(r.URL)
		switch {
		case !ok || r.Kind != dom.Image && r.Kind != dom.Background:
			v.Others++
		case r.Tracker != "":
			refused[a] = true
			v.Trackers = append(v.Trackers, Tracker{host(a), r.Tracker})
		default:
			v.open[a] = true
		}
	}
	for a := range refused { // an address that is a tracker in one place is one in all
		delete(v.open, a)
	}
	return v
}

// Allows tells whether a picture may be loaded once the person has allowed the pictures of the mail: it is one that [Judge] saw, on the web, and no
// tracker. What layout asks for and Judge did not see is refused.
func (v *Verdict) Allows(address string) bool {
	a, ok := web(address)
	return ok && v.open[a]
}

// Pictures is how many would be loaded.
func (v *Verdict) Pictures() int { return len(v.open) }

// Hosts are the servers that would be asked, sorted.
func (v *Verdict) Hosts() []string {
	seen := map[string]bool{}
	var out []string
	for a := range v.open {
		if h := host(a); !seen[h] {
			seen[h] = true
			out = append(out, h)
		}
	}
	sort.Strings(out)
	return out
}

// web makes an address absolute; ok is false for what is not on the web.
func web(a string) (string, bool) {
	a = strings.TrimSpace(a)
	if strings.HasPrefix(a, "//") {
		a = "https:" + a
	}
	u, err := url.Parse(a)
	if err != nil || len(a) > maxAddress || u.Host == "" || u.User != nil {
		return "", false
	}
	if s := strings.ToLower(u.Scheme); s != "https" && s != "http" {
		return "", false
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), true
}

func host(a string) string {
	u, err := url.Parse(a)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
