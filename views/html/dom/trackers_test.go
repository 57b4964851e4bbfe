package dom

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// TestTrackersOfCorpora looks at every picture that the mails of the corpora load: of templates and real mails exactly those
// servers are named whose pictures nobody sees or which are made for one reader.
func TestTrackersOfCorpora(t *testing.T) {
	dir := corpora.Dir(t, "")
	pictures, of := 0, map[string][]string{}
	_ = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(p, ".out.html") || filepath.Ext(p) != ".html" && filepath.Ext(p) != ".htm" {
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil || len(b) > 2<<20 {
			return nil
		}
		for _, r := range parse(t, string(b)).Remote {
			u, err := url.Parse(r.URL)
			if err != nil || u.Host == "" || r.Kind > Background {
				continue
			}
			pictures++
			if n := filepath.Base(p); r.Tracker != "" && !slices.Contains(of[n], u.Host) {
				of[n] = append(of[n], u.Host)
			}
		}
		return nil
	})
	want := map[string]string{
		"welcome.html":                    "d1ergv6ync1qqr.cloudfront.net", // a spacer of one pixel: nobody misses it
		"Gimhae_Kim_clan.utf-8.html":      "en.wikipedia.org",
		"xamarin3.html":                   "mkto-o0039.com",
		"planet-fitness.html":             "click.email.planetfitness.com em.realtime.email image.email.planetfitness.com",
		"homedepot-check-inside-now.html": "amch.questionmarket.com click.homedepotemail.com homedepot.demdex.net mi.homedepot.com open.homedepot.com pixel.app.returnpath.net",
	}
	for name, hosts := range of {
		slices.Sort(hosts)
		if got := strings.Join(hosts, " "); got != want[name] {
			t.Errorf("%s: %q are called trackers, not %q", name, got, want[name])
		}
	}
	for name := range want {
		if of[name] == nil {
			t.Errorf("%s has no trackers", name)
		}
	}
	if t.Logf("%d pictures", pictures); pictures < 200 {
		t.Errorf("only %d pictures were looked at", pictures)
	}
}
